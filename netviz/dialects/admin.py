"""The admin policies of policy.networking.k8s.io: ordered by priority, with rules that allow, deny or pass.

AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1) and ClusterNetworkPolicy (v1alpha2), which replaces both.
The Admin tier comes before NetworkPolicy, the Baseline tier after it. None of them isolates anything: what no rule
matches goes on to the next tier. Source: the types of the API and their CRDs; rules C1-C36.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from netviz.dialects.admin_peers import OUTSIDE, read_pods
from netviz.dialects.admin_ports import read_port, read_protocol, required_number
from netviz.dialects.admin_rules import AdminApi
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document, Fields
from netviz.manifests.identity import read_identity
from netviz.manifests.names import nearest
from netviz.manifests.strict import errors_since, report_unknown_fields
from netviz.model.policy import (
    ANYONE,
    PODS,
    Action,
    Direction,
    Policy,
    PolicyId,
    PolicyRule,
    RemarkKind,
    RulePeer,
    Tier,
)

ADMIN: Final = Tier(name="kube-admin", order=1000, default=Action.PASS, label="Admin tier", ties_undefined=True)
BASELINE: Final = Tier(
    name="kube-baseline", order=10_000_000, default=Action.PASS, label="Baseline tier", ties_undefined=True
)
_TIERS: Final = {"Admin": ADMIN, "Baseline": BASELINE}
_LAST_PRIORITY: Final = 1000

_ADMIN_POLICY: Final = AdminApi(
    kind="AdminNetworkPolicy",
    version="policy.networking.k8s.io/v1alpha1",
    tier=ADMIN,
    spec_fields=frozenset(("priority", "subject", "ingress", "egress")),
    actions={"Allow": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.PASS},
    most=100,
    ports="ports",
    read_port=read_port,
    missing={"namespaceSelector": Severity.WARNING, "podSelector": Severity.WARNING},
)
_BASELINE_POLICY: Final = AdminApi(
    kind="BaselineAdminNetworkPolicy",
    version="policy.networking.k8s.io/v1alpha1",
    only_name="default",
    tier=BASELINE,
    spec_fields=frozenset(("subject", "ingress", "egress")),
    actions={"Allow": Action.ALLOW, "Deny": Action.DENY},
    most=100,
    ports="ports",
    read_port=read_port,
    missing={"namespaceSelector": Severity.WARNING, "podSelector": Severity.WARNING},
    outside=OUTSIDE[:2],
)
_CLUSTER_POLICY: Final = AdminApi(
    kind="ClusterNetworkPolicy",
    version="policy.networking.k8s.io/v1alpha2",
    tier=ADMIN,
    spec_fields=frozenset(("tier", "priority", "subject", "ingress", "egress")),
    actions={"Accept": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.PASS},
    most=25,
    ports="protocols",
    read_port=read_protocol,
    missing={"podSelector": Severity.ERROR},
)
_APIS: Final = {(api.version, api.kind): api for api in (_ADMIN_POLICY, _BASELINE_POLICY, _CLUSTER_POLICY)}

ONE_BASELINE: Final = (
    'Only one baseline admin network policy with metadata.name="default" can be created in the cluster'
)
_BOTH: Final = frozenset(Direction)
_TOP_FIELDS: Final = frozenset(("apiVersion", "kind", "metadata", "spec", "status"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminDialect:
    """Reads AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy.

    With `strict`, a selector that v1alpha1 requires is; else a missing one is read as the empty one, with a warning,
    because its meaning is clear and other tools read it so. With `calico`, they mean what Calico makes of them (C7).
    """

    strict: bool = False
    calico: bool = False

    def handles(self, api_version: str, kind: str) -> bool:
        """The three kinds, each in its own version."""
        return (api_version, kind) in _APIS

    def tiers(self) -> tuple[Tier, ...]:
        """The two tiers, as Calico 3.32 names and orders them (B6)."""
        return ADMIN, BASELINE

    def read(self, document: Document, problems: list[Diagnostic]) -> Policy | None:
        """The policy; uncertain if the API server would refuse it, None if not even its metadata can be told."""
        first = len(problems)
        api = replace(_APIS[document.api_version, document.kind], in_calico=self.calico)
        if self.strict:
            api = replace(api, missing=dict.fromkeys(api.missing, Severity.ERROR))
        root = Fields(document, document.data, (), problems)
        identity = read_identity(root, namespaced=False)
        report_unknown_fields(root, _TOP_FIELDS, Severity.WARNING)
        if api.only_name and identity is not None and identity.name != api.only_name:
            root.error("invalid-value", ONE_BASELINE, "metadata", "name", value=identity.name)
        spec = root.child("spec")
        if "spec" not in root:
            root.error("required", "must be set", "spec")
        draft = _Draft(tier=api.tier) if spec is None else _read_spec(spec, api)
        errors = [problem for problem in problems[first:] if problem.severity is Severity.ERROR]
        if identity is None:
            return None
        return Policy(
            id=PolicyId(api.kind, "", identity.name),
            tier=draft.tier.name,
            order=draft.order,
            subject=draft.subject,
            ingress=_rules(document, draft, Direction.INGRESS, errors),
            egress=_rules(document, draft, Direction.EGRESS, errors),
            certain=not errors,
            reason=_reason(errors),
            ref=document.ref(),
            remarks=tuple(root.remarks),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What could be read of a spec, each field at its most powerful where it cannot be relied on.

    `directions` are those in which it has rules, or may be meant to have some.
    """

    tier: Tier
    order: float = 0.0
    subject: RulePeer = PODS
    directions: frozenset[Direction] = _BOTH
    ingress: tuple[PolicyRule, ...] = ()
    egress: tuple[PolicyRule, ...] = ()

    def rules(self, direction: Direction) -> tuple[PolicyRule, ...]:
        """The rules of one direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress


def _read_spec(spec: Fields, api: AdminApi) -> _Draft:
    misspelt = report_unknown_fields(spec, api.spec_fields, Severity.ERROR)
    priority = required_number(spec, "priority", 0, _LAST_PRIORITY) if "priority" in api.spec_fields else None
    if priority is not None:
        spec.remark(RemarkKind.ORDER, "priority", value=priority)
    rules = {direction: api.rules(spec, direction) for direction in Direction}
    written = frozenset(direction for direction in Direction if spec.raw(direction.value) not in (None, []))
    tier = _read_tier(spec) if "tier" in api.spec_fields else api.tier
    return _Draft(
        tier=tier or api.tier,
        # What may be meant for the last tier must not come after a policy that passes to it.
        order=float(priority or 0) if tier else 0.0,
        subject=_read_subject(spec, api),
        directions=_BOTH if misspelt else written,
        ingress=rules[Direction.INGRESS],
        egress=rules[Direction.EGRESS],
    )


def _read_tier(spec: Fields) -> Tier | None:
    """The tier that the policy names; None after reporting what is wrong."""
    before = len(spec.problems)
    name = spec.string("tier")
    if name is not None and name in _TIERS:
        return _TIERS[name]
    if name is not None:
        supported = "supported values: " + ", ".join(f'"{known}"' for known in _TIERS)
        spec.error("not-supported", supported, "tier", value=name, hint=nearest(name, _TIERS))
    elif not errors_since(spec, before):
        spec.error("required", "must be set", "tier")
    return None


def _read_subject(spec: Fields, api: AdminApi) -> RulePeer:
    """The pods that the policy is about (C10); after reporting what is wrong, all of them."""
    fields = spec.child("subject")
    if fields is None:
        if "subject" not in spec:
            spec.error("required", "must be set", "subject", hint="{namespaces: {}} is every pod of the cluster")
        return PODS
    return read_pods(fields, api.missing) or PODS


def _reason(errors: list[Diagnostic]) -> str:
    if not errors:
        return ""
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors, first"
    return f"{count}: {errors[0].path}: {errors[0].message}"


def _rules(document: Document, draft: _Draft, direction: Direction, errors: list[Diagnostic]) -> tuple[PolicyRule, ...]:
    """The rules of one direction; those of a refused policy may allow or deny anything there."""
    if not errors or direction not in draft.directions:
        return draft.rules(direction)
    # That it may also pass things on needs no rule: they are unknown by then.
    ref, reason = document.ref(("spec",)), _reason(errors)
    return tuple(
        PolicyRule(path="spec", action=action, peer=ANYONE, ref=ref, certain=False, reason=reason)
        for action in (Action.ALLOW, Action.DENY)
    )
