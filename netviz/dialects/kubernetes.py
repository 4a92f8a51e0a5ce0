"""NetworkPolicy of networking.k8s.io/v1: ordered by nothing, allowing only, isolating what it selects.

Every policy lives in one tier with the default action deny; rules are unions, so the order of its policies is without
effect. Source: NetworkPolicySpec (types.go), defaults.go and validation.go of networking; rules A1-A29, A40-A49.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from netviz.dialects.kubernetes_plugins import SPECIFICATION, PluginView
from netviz.dialects.kubernetes_rules import RuleReader
from netviz.dialects.plugins import Trait
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document, Fields
from netviz.manifests.identity import Identity, read_identity
from netviz.manifests.names import nearest
from netviz.manifests.selectors import read_label_selector
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import ANYONE, Action, Direction, Policy, PolicyId, PolicyRule, RemarkKind, Tier
from netviz.selectors.tree import EVERYTHING, Selector

KIND: Final = "NetworkPolicy"
API_VERSION: Final = "networking.k8s.io/v1"
LEGACY_API_VERSION: Final = "extensions/v1beta1"
TIER: Final = Tier(name="default", order=1_000_000, default=Action.DENY, label=KIND)
ORDER: Final = 1000.0

_TYPES: Final = {"Ingress": Direction.INGRESS, "Egress": Direction.EGRESS}
_BOTH: Final = frozenset(Direction)
# `status` was served from 1.24 to 1.27 and is in what was exported from such clusters.
_TOP_FIELDS: Final = frozenset(("apiVersion", "kind", "metadata", "spec", "status"))
_SPEC_FIELDS: Final = frozenset(("podSelector", "policyTypes", "ingress", "egress"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesDialect:
    """Reads NetworkPolicy as a network plugin takes it. With `strict`, what only new API servers refuse is an error."""

    strict: bool = False
    view: PluginView = SPECIFICATION

    def handles(self, api_version: str, kind: str) -> bool:
        """NetworkPolicy of networking.k8s.io/v1 and of its legacy twin."""
        return kind == KIND and api_version in (API_VERSION, LEGACY_API_VERSION)

    def tiers(self) -> tuple[Tier, ...]:
        """The one tier of all NetworkPolicies, where Calico has it too."""
        return (TIER,)

    def read(self, document: Document, problems: list[Diagnostic]) -> Policy | None:
        """The policy; uncertain if the API server would refuse it, None if not even its namespace can be told."""
        first = len(problems)
        root = Fields(document, document.data, (), problems)
        if document.api_version == LEGACY_API_VERSION:
            message = f"{LEGACY_API_VERSION} is not served since Kubernetes 1.16; read as {API_VERSION}"
            root.warning("deprecated-version", message, "apiVersion")
        identity = read_identity(root)
        absent = "spec" not in root
        spec = Fields(document, {}, ("spec",), problems, root.remarks) if absent else root.child("spec")
        # Without a spec, a field that nobody knows is a spec in the wrong place: not a policy that denies everything.
        report_unknown_fields(root, _TOP_FIELDS, Severity.ERROR if absent else Severity.WARNING)
        plugin = self.view.plugin
        reader = RuleReader(
            namespace="" if identity is None else identity.namespace,
            strict=self.strict,
            port_ranges=not plugin.has(Trait.FIRST_PORT_ONLY),
        )
        unlisted = plugin.title if plugin.has(Trait.UNLISTED_DIRECTIONS) else ""
        draft = _UNREADABLE if spec is None else _read_spec(spec, reader, unlisted)
        errors = [problem for problem in problems[first:] if problem.severity is Severity.ERROR]
        if identity is None:
            return None
        if errors or draft.selector is None or draft.captures is None:
            return _refused(document, identity, reader, draft, errors)
        policy = Policy(
            id=PolicyId(KIND, identity.namespace, identity.name),
            tier=TIER.name,
            order=ORDER,
            subject=reader.pods(draft.selector),
            ingress=draft.ingress,
            egress=draft.egress,
            captures=draft.captures,
            ref=document.ref(),
            remarks=tuple(root.remarks),
        )
        return self.view.seen(policy, document)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What could be read of a spec: None stands for a field that cannot be relied on."""

    selector: Selector | None
    captures: frozenset[Direction] | None
    ingress: tuple[PolicyRule, ...]
    egress: tuple[PolicyRule, ...]


_UNREADABLE: Final = _Draft(selector=None, captures=None, ingress=(), egress=())


def _read_spec(spec: Fields, reader: RuleReader, unlisted: str) -> _Draft:
    """The spec; `unlisted` names the plugin if it enforces rules of directions that are not listed (D8)."""
    report_unknown_fields(spec, _SPEC_FIELDS, Severity.ERROR)
    selector_fields = spec.child("podSelector")
    spec.remark(RemarkKind.SELECTOR, "podSelector")
    spec.remark_empty("ingress", "egress", "policyTypes")
    selector = EVERYTHING if selector_fields is None else read_label_selector(selector_fields)
    captures = _read_captures(spec)
    rules = {direction: reader.rules(spec, direction) for direction in Direction}
    for direction in _BOTH - (captures or _BOTH):
        if not rules[direction]:
            continue
        spec.remark(RemarkKind.RULES_UNLISTED, direction.value, value=direction.value)
        message = f"policyTypes does not list {direction.value.capitalize()}"
        if unlisted and captures is not None:
            all_the_same = f"{message}, and {unlisted} enforces these rules all the same (D8)"
            spec.warning("rules-enforced", all_the_same, direction.value)
            captures |= {direction}
        else:
            spec.warning("rules-ignored", f"these rules have no effect: {message}", direction.value)
            rules[direction] = ()
    return _Draft(
        selector=selector,
        captures=captures,
        ingress=rules[Direction.INGRESS],
        egress=rules[Direction.EGRESS],
    )


def _read_captures(spec: Fields) -> frozenset[Direction] | None:
    """The directions that the policy isolates: `policyTypes`, or ingress and, with an egress rule, egress (A2, A3)."""
    before = len(spec.problems)
    names = spec.strings("policyTypes")
    if len(spec.problems) > before:
        return None
    if len(names) > len(_TYPES):
        message = "may not specify more than two policyTypes"
        spec.error("invalid-value", message, "policyTypes", value=", ".join(names))
        return None
    for i, name in enumerate(names):
        if name not in _TYPES:
            message = 'supported values: "Ingress", "Egress"'
            spec.error("not-supported", message, "policyTypes", i, value=name, hint=nearest(name, _TYPES))
    if len(spec.problems) > before:
        return None
    if names:
        return frozenset(_TYPES[name] for name in names)
    egress = spec.raw("egress")
    # A misspelt field may have been the one that decides.
    if spec.unknown(_SPEC_FIELDS) or not isinstance(egress, list | None):
        return None
    spec.remark(RemarkKind.TYPES_OMITTED, "policyTypes", value="Ingress, Egress" if egress else "Ingress")
    return _BOTH if egress else frozenset((Direction.INGRESS,))


def _refused(
    document: Document, identity: Identity, reader: RuleReader, draft: _Draft, errors: list[Diagnostic]
) -> Policy:
    """The policy that may do anything to what it may have selected, in the directions that it may have isolated."""
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors, first"
    reason = f"{count}: {errors[0].path}: {errors[0].message}"
    anything = PolicyRule(
        path="spec", action=Action.ALLOW, peer=ANYONE, ref=document.ref(("spec",)), certain=False, reason=reason
    )
    captures = _BOTH if draft.captures is None else draft.captures
    return Policy(
        id=PolicyId(KIND, identity.namespace, identity.name),
        tier=TIER.name,
        order=ORDER,
        subject=reader.pods(EVERYTHING if draft.selector is None else draft.selector),
        ingress=(anything,) if Direction.INGRESS in captures else (),
        egress=(anything,) if Direction.EGRESS in captures else (),
        captures=captures,
        certain=False,
        reason=reason,
        ref=document.ref(),
    )
