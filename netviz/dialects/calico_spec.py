"""The spec of a Calico policy: its place in the order, whom it is about, its rules (B7-B11, B22, B23, B41; B87-B89)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netviz.dialects.calico_rules import RuleReader
from netviz.dialects.calico_selectors import (
    SUBJECTS,
    conjunction,
    in_namespace,
    read_account_selector,
    read_namespaces,
    read_selector,
    within_accounts,
    within_namespaces,
)
from netviz.dialects.calico_strictness import Strictness
from netviz.dialects.calico_tiers import tier_name
from netviz.dialects.kubernetes import TIER
from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.names import nearest
from netviz.manifests.strict import errors_since, report_unknown_fields
from netviz.manifests.uncertain import UNSUPPORTED_TIER
from netviz.model.policy import (
    Direction,
    EndpointKind,
    EveryPeer,
    Labelled,
    OfKind,
    Phase,
    PolicyRule,
    RemarkKind,
    RulePeer,
)
from netviz.selectors.tree import EVERYTHING

_BOTH: Final = frozenset(Direction)
_TYPES: Final = {"Ingress": Direction.INGRESS, "Egress": Direction.EGRESS}
_FIELDS: Final = frozenset(
    ("tier", "order", "ingress", "egress", "selector", "types", "serviceAccountSelector", "performanceHints")
)
_GLOBAL_FIELDS: Final = _FIELDS | {"doNotTrack", "preDNAT", "applyOnForward", "namespaceSelector"}
_STAGED_FIELDS: Final = frozenset(("stagedAction",))
_EVERYONE: Final = Labelled(SUBJECTS, EVERYTHING)
_FIRST: Final = float("-inf")
_FOR_HOSTS: Final = "this policy is about host endpoints only: it never affects a pod"
_FORWARDED: Final = "what a node forwards is not judged at its host endpoints: pods are judged by their own policies"
_HOST_ENDPOINTS: Final = OfKind(frozenset((EndpointKind.HOST_ENDPOINT,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What could be read of a spec, each field at its most powerful where it cannot be relied on.

    `written_tier` is the tier's name as written, `default` if none is.
    """

    tier: str = UNSUPPORTED_TIER.name
    written_tier: str = TIER.name
    order: float | None = _FIRST
    subject: RulePeer = _EVERYONE
    captures: frozenset[Direction] = _BOTH
    ingress: tuple[PolicyRule, ...] = ()
    egress: tuple[PolicyRule, ...] = ()
    phase: Phase = Phase.USUAL

    def rules(self, direction: Direction) -> tuple[PolicyRule, ...]:
        """The rules of one direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress


def read_spec(spec: Fields, namespace: str, *, staged: bool) -> Draft:
    """The spec of a policy of a namespace, "" for one of the whole cluster; what is wrong with it is reported."""
    known = (_FIELDS if namespace else _GLOBAL_FIELDS) | (_STAGED_FIELDS if staged else frozenset())
    strictness = Strictness.of(spec.document.api_version)
    reader = RuleReader(namespace=namespace, strictness=strictness)
    misspelt = report_unknown_fields(spec, known, Severity.ERROR)
    before = len(spec.problems)
    written_tier, order = spec.string("tier"), spec.number("order")
    misplaced = misspelt or errors_since(spec, before)
    if written_tier:
        spec.remark(RemarkKind.TIER, "tier", value=written_tier)
    if order is None:
        spec.remark(RemarkKind.ORDER_OMITTED, "order")
    else:
        spec.remark(RemarkKind.ORDER, "order", value=f"{order:g}")
    spec.remark_empty("ingress", "egress", "types")
    subject = _read_subject(spec, namespace)
    captures = None if misspelt else _read_types(spec, strictness)
    rules = {direction: reader.rules(spec, direction) for direction in Direction}
    for direction in _BOTH - (captures or _BOTH):
        if rules[direction]:
            spec.remark(RemarkKind.RULES_UNLISTED, direction.value, value=direction.value)
            message = f"these rules have no effect: types does not list {direction.value.capitalize()}"
            spec.warning("rules-ignored", message, direction.value)
            rules[direction] = ()
    phase = Phase.USUAL if namespace else _read_phase(spec, captures)
    if phase is not Phase.USUAL:
        subject = EveryPeer((_HOST_ENDPOINTS, subject))
    return Draft(
        tier=UNSUPPORTED_TIER.name if misplaced else tier_name(written_tier or TIER.name),
        written_tier=written_tier or TIER.name,
        order=_FIRST if misplaced else order,
        subject=subject,
        captures=_BOTH if captures is None else captures,
        ingress=rules[Direction.INGRESS],
        egress=rules[Direction.EGRESS],
        phase=phase,
    )


def _read_subject(spec: Fields, namespace: str) -> RulePeer:
    """The endpoints that the policy is about; a selector that cannot be read selects all (B22, B23)."""
    selector = read_selector(spec, "selector")
    accounts = read_account_selector(spec, "serviceAccountSelector")
    namespaces = in_namespace(namespace) if namespace else read_namespaces(spec)
    if namespaces is not None and selector is not None:
        selector = within_namespaces(selector)
    parts = [part for part in (namespaces, selector, accounts) if part is not None]
    if accounts is not None:
        parts = [within_accounts(part) for part in parts]
    return Labelled(SUBJECTS, conjunction(tuple(parts)))


def _read_types(spec: Fields, strictness: Strictness) -> frozenset[Direction] | None:
    """The directions that the policy decides; None if they cannot be told.

    Without `types`, those that have rules, ingress if none has (B8); in storage nobody fills them in, and both are
    meant (B9).
    """
    before = len(spec.problems)
    names = spec.strings("types")
    for i, name in enumerate(names):
        if name not in _TYPES:
            supported = 'supported values: "Ingress", "Egress"'
            spec.error("not-supported", supported, "types", i, value=name, hint=nearest(name, _TYPES))
        elif name in names[:i]:
            spec.error("invalid-value", f"'{name}' type specified more than once", "types", i, value=name)
    if errors_since(spec, before):
        return None
    if names:
        return frozenset(_TYPES[name] for name in names)
    if strictness.stored:
        message = "without types a policy in storage applies to both directions: no API has filled them in"
        spec.warning("no-types", message, "types")
        spec.remark(RemarkKind.TYPES_OMITTED, "types", value="Ingress, Egress")
        return _BOTH
    written = [direction for direction in Direction if spec.raw(direction.value)] or [Direction.INGRESS]
    spec.remark(RemarkKind.TYPES_OMITTED, "types", value=", ".join(each.value.capitalize() for each in written))
    return frozenset(written)


def _read_phase(spec: Fields, captures: frozenset[Direction] | None) -> Phase:
    """When the policy is asked, after judging the flags that say so (B41, B42, B87)."""
    flags: Mapping[str, bool] = {key: spec.boolean(key) for key in ("preDNAT", "doNotTrack", "applyOnForward")}
    if flags["preDNAT"] and flags["doNotTrack"]:
        spec.error("invalid-value", "preDNAT and doNotTrack cannot both be true", "preDNAT")
    if flags["preDNAT"] and spec.raw("egress"):
        spec.error("invalid-value", "preDNAT policy cannot have any egress rules", "egress")
    if flags["preDNAT"] and captures is not None and Direction.EGRESS in captures and "types" in spec:
        spec.error("invalid-value", "preDNAT policy cannot have 'Egress' type", "types")
    for key in (key for key, is_set in flags.items() if is_set):
        spec.remark(RemarkKind.FLAG, key, value=key)
    host_only = flags["preDNAT"] or flags["doNotTrack"]
    if host_only and not flags["applyOnForward"]:
        message = "applyOnForward must be true if either preDNAT or doNotTrack is true"
        spec.error("invalid-value", message, "applyOnForward")
    if host_only:
        spec.warning("hosts-only", _FOR_HOSTS, "preDNAT" if flags["preDNAT"] else "doNotTrack")
    elif flags["applyOnForward"]:
        path = (*spec.path, "applyOnForward")
        spec.problems.append(spec.document.diagnostic(Severity.INFO, "not-forwarded", _FORWARDED, path))
    if flags["doNotTrack"]:
        return Phase.UNTRACKED
    return Phase.BEFORE_NAT if flags["preDNAT"] else Phase.USUAL
