"""NetworkPolicy, GlobalNetworkPolicy, their staged kin and Tier of projectcalico.org.

Policies stand in tiers, both ordered; the first rule that matches decides, and what no policy of a tier decides is
denied at its end or goes on, as the tier says. Kubernetes' NetworkPolicies live in the tier `default` at order 1000.
What no tier decides is allowed by the profile of the pod's namespace. Written for Calico 3.32 behind its API server:
names are free, `types` follow from the length of the rule lists. Source: libcalico-go and felix; rules B1-B89.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from netviz.dialects.calico_spec import Draft, read_spec
from netviz.dialects.calico_strictness import API_VERSIONS, STORED
from netviz.dialects.calico_tiers import read_tier, tier_name
from netviz.dialects.kubernetes import KIND as KUBERNETES_KIND
from netviz.dialects.kubernetes import TIER, KubernetesDialect
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document, Fields
from netviz.manifests.identity import Identity, read_identity
from netviz.manifests.names import nearest
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import (
    ANYONE,
    NOBODY,
    Action,
    Direction,
    Phase,
    Policy,
    PolicyId,
    PolicyRule,
    RemarkKind,
    Stage,
    Tier,
)

PREFIX: Final = "calico."
_NETWORK: Final = "NetworkPolicy"
_GLOBAL: Final = "GlobalNetworkPolicy"
_STAGED_KUBERNETES: Final = "StagedKubernetesNetworkPolicy"
_TWINS: Final = {
    "StagedNetworkPolicy": PREFIX + _NETWORK,
    "StagedGlobalNetworkPolicy": PREFIX + _GLOBAL,
    _STAGED_KUBERNETES: KUBERNETES_KIND,
}
_KINDS: Final = frozenset((_NETWORK, _GLOBAL, *_TWINS))
_CLUSTER_KINDS: Final = frozenset((_GLOBAL, "StagedGlobalNetworkPolicy"))
_TIER_KIND: Final = "Tier"
_TOP_FIELDS: Final = frozenset(("apiVersion", "kind", "metadata", "spec", "status"))
_STAGED_ACTION: Final = "stagedAction"
_STAGES: Final = {"Set": Stage.SET, "Delete": Stage.DELETE, "Learn": None, "Ignore": None}
_NOT_ALONE: Final = "Spec fields, except Tier, should all be zero-value if stagedAction is Delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalicoDialect:
    """Reads the policies of projectcalico.org/v3, and of crd.projectcalico.org/v1, which is how a cluster stores them.

    With `strict`, a name that no API server takes is an error; else it is a warning, because the policy's meaning is
    clear and other tools read it so. So is what only new Kubernetes API servers refuse (A16).
    """

    strict: bool = False

    def handles(self, api_version: str, kind: str) -> bool:
        """The five kinds of policies, in both versions."""
        return kind in _KINDS and api_version in API_VERSIONS

    def tiers(self) -> tuple[Tier, ...]:
        """The tier that needs no object; those of the admin policies are their dialect's."""
        return (TIER,)

    def handles_tier(self, api_version: str, kind: str) -> bool:
        """Tier, in both versions."""
        return kind == _TIER_KIND and api_version in API_VERSIONS

    def read_tier(self, document: Document, problems: list[Diagnostic]) -> Tier | None:
        """The tier, after adding what is wrong with its document; None without readable metadata."""
        return read_tier(document, problems)

    def read(self, document: Document, problems: list[Diagnostic]) -> Policy | None:
        """The policy; uncertain if Calico would refuse it, None if it is none or not even its metadata can be told."""
        first = len(problems)
        action = _read_staged_action(document, problems)
        stage = _STAGES.get(action, Stage.SET)
        if stage is None:
            message = f"with stagedAction {action} there is nothing to preview: this policy is left out"
            problems.append(document.diagnostic(Severity.INFO, "no-preview", message, ("spec", _STAGED_ACTION)))
            return None
        if stage is Stage.DELETE:
            policy = self._read_deletion(document, problems)
        elif document.kind == _STAGED_KUBERNETES:
            policy = KubernetesDialect(strict=self.strict).read(_without(document, _STAGED_ACTION), problems)
        else:
            policy = self._read_policy(document, problems, first)
        twin = _TWINS.get(document.kind)
        if policy is None or twin is None:
            return policy
        namespace, name = policy.id.namespace, policy.id.name
        reason = policy.reason or _reason(_errors(problems, first))
        return replace(
            policy,
            id=PolicyId(PREFIX + document.kind, namespace, name),
            stage=stage,
            twin=PolicyId(twin, namespace, name),
            certain=not reason,
            reason=reason,
        )

    def _identity(self, root: Fields) -> Identity | None:
        namespaced = root.document.kind not in _CLUSTER_KINDS
        return read_identity(root, namespaced=namespaced, bad_name=Severity.ERROR if self.strict else Severity.WARNING)

    def _read_deletion(self, document: Document, problems: list[Diagnostic]) -> Policy | None:
        """The preview of a removal, which has nothing to say but which policy it removes (B60)."""
        root = Fields(document, document.data, (), problems)
        identity = self._identity(root)
        spec = root.child("spec")
        if identity is None or spec is None:
            return None
        written = spec.string("tier") or TIER.name
        for name in spec.unknown(frozenset(("tier", _STAGED_ACTION))):
            if spec.raw(name):
                spec.error("invalid-value", _NOT_ALONE, name)
        return Policy(
            id=_policy_id(document, identity), tier=tier_name(written), order=None, subject=NOBODY, ref=document.ref()
        )

    def _read_policy(self, document: Document, problems: list[Diagnostic], first: int) -> Policy | None:
        """A policy in Calico's own terms; `first` is the number of problems before this document."""
        root = Fields(document, document.data, (), problems)
        identity = self._identity(root)
        if document.api_version == STORED:
            root.remark(RemarkKind.STORED, "apiVersion", value=STORED)
        absent = "spec" not in root
        fields = Fields(document, {}, ("spec",), problems, root.remarks) if absent else root.child("spec")
        # Without a spec, a field that nobody knows is a spec in the wrong place: not a policy that denies everything.
        report_unknown_fields(root, _TOP_FIELDS, Severity.ERROR if absent else Severity.WARNING)
        if identity is None:
            return None
        draft = Draft()
        if fields is not None:
            draft = read_spec(fields, identity.namespace, staged=document.kind in _TWINS)
            _note_old_name(document, identity, draft, problems)
        errors = _errors(problems, first)
        reason = _reason(errors)
        return Policy(
            id=_policy_id(document, identity),
            tier=draft.tier,
            order=draft.order,
            subject=draft.subject,
            ingress=_rules(document, draft, Direction.INGRESS, reason),
            egress=_rules(document, draft, Direction.EGRESS, reason),
            # Before the usual phase nothing is isolated: what a policy does not decide goes on to the next one (B41).
            captures=frozenset() if draft.phase is not Phase.USUAL and not errors else draft.captures,
            phase=draft.phase,
            certain=not errors,
            reason=reason,
            ref=document.ref(),
            remarks=tuple(root.remarks),
        )


def _read_staged_action(document: Document, problems: list[Diagnostic]) -> str:
    """What a staged policy previews, "Set" if nothing is said; "" after reporting what is wrong with it."""
    spec = document.data.get("spec")
    if document.kind not in _TWINS or not isinstance(spec, dict):
        return ""
    fields = Fields(document, spec, ("spec",), problems)
    before = len(problems)
    action = fields.string(_STAGED_ACTION)
    if action is None:
        return "" if len(problems) > before else "Set"
    if action not in _STAGES:
        supported = "supported values: " + ", ".join(f'"{known}"' for known in _STAGES)
        fields.error("not-supported", supported, _STAGED_ACTION, value=action, hint=nearest(action, _STAGES))
        return ""
    return action


def _without(document: Document, field: str) -> Document:
    """The document without a field of its spec."""
    spec = document.data.get("spec")
    if not isinstance(spec, dict):
        return document
    return replace(document, data={**document.data, "spec": {key: spec[key] for key in spec if key != field}})


def _policy_id(document: Document, identity: Identity) -> PolicyId:
    """The policy's identity. In storage the name of a policy of the tier `default` has the tier before it (B3)."""
    name = identity.name
    if document.api_version == STORED:
        name = name.removeprefix(f"{TIER.name}.") or name
    return PolicyId(PREFIX + document.kind, identity.namespace, name)


def _note_old_name(document: Document, identity: Identity, draft: Draft, problems: list[Diagnostic]) -> None:
    if draft.written_tier != TIER.name and not identity.name.startswith(f"{draft.written_tier}."):
        message = f'up to Calico 3.31 the name of a policy of this tier has to begin with "{draft.written_tier}."'
        path = ("metadata", "name")
        problems.append(document.diagnostic(Severity.INFO, "tier-prefix", message, path, value=identity.name))


def _errors(problems: list[Diagnostic], first: int) -> list[Diagnostic]:
    return [problem for problem in problems[first:] if problem.severity is Severity.ERROR]


def _reason(errors: list[Diagnostic]) -> str:
    if not errors:
        return ""
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors, first"
    return f"{count}: {errors[0].path}: {errors[0].message or 'required'}"


def _rules(document: Document, draft: Draft, direction: Direction, reason: str) -> tuple[PolicyRule, ...]:
    """The rules of one direction; those of a refused policy may allow or deny anything where it may apply.

    That it may also pass things on needs no rule: they are unknown by then.
    """
    if not reason:
        return draft.rules(direction)
    if direction not in draft.captures:
        return ()
    ref = document.ref(("spec",))
    return tuple(
        PolicyRule(path="spec", action=action, peer=ANYONE, ref=ref, certain=False, reason=reason)
        for action in (Action.ALLOW, Action.DENY)
    )
