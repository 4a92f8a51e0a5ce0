"""Tier of projectcalico.org (B6, B15)."""

from __future__ import annotations

from typing import Final

from netviz.dialects.kubernetes import TIER
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document, Fields
from netviz.manifests.identity import read_identity
from netviz.manifests.names import dns_label, nearest
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import Action, Tier

_OLD_NAMES: Final = {"adminnetworkpolicy": "kube-admin", "baselineadminnetworkpolicy": "kube-baseline"}
_BUILT_IN: Final = {
    TIER.name: (TIER.order, "Deny"),
    "kube-admin": (1_000.0, "Pass"),
    "kube-baseline": (10_000_000.0, "Pass"),
}
_ACTIONS: Final = {"Deny": Action.DENY, "Pass": Action.PASS}
_TOP_FIELDS: Final = frozenset(("apiVersion", "kind", "metadata", "spec", "status"))
_SPEC_FIELDS: Final = frozenset(("order", "defaultAction"))


def tier_name(written: str) -> str:
    """The name of a tier as Calico 3.32 has it; older versions call the tiers of the admin policies otherwise."""
    return _OLD_NAMES.get(written, written)


def read_tier(document: Document, problems: list[Diagnostic]) -> Tier | None:
    """The tier, after adding what is wrong with its document to `problems`; None without a readable name.

    Without an order it comes last. Source: TierSpec, projectcalico.org/v3, and its validation rules.
    """
    root = Fields(document, document.data, (), problems)
    identity = read_identity(root, namespaced=False)
    report_unknown_fields(root, _TOP_FIELDS, Severity.WARNING)
    spec = root.child("spec") or Fields(document, {}, ("spec",), problems)
    order, action = spec.number("order"), spec.string("defaultAction")
    report_unknown_fields(spec, _SPEC_FIELDS, Severity.ERROR)
    if action is not None and action not in _ACTIONS:
        message = 'supported values: "Pass", "Deny"'
        spec.error("not-supported", message, "defaultAction", value=action, hint=nearest(action, _ACTIONS))
    if identity is None:
        return None
    problem = dns_label(identity.name)
    if problem is not None:
        root.error("invalid-value", problem, "metadata", "name", value=identity.name)
    name = tier_name(identity.name)
    if name in _BUILT_IN:
        _check_built_in(spec, identity.name, order, action)
    return Tier(name=name, order=order, default=_ACTIONS.get(action or "", Action.DENY))


def _check_built_in(spec: Fields, written: str, order: float | None, action: str | None) -> None:
    wanted_order, wanted_action = _BUILT_IN[tier_name(written)]
    if order is not None and order != wanted_order:
        spec.error("invalid-value", f"{written} tier order must be {wanted_order:.0f}", "order", value=order)
    if action is not None and action != wanted_action:
        message = f"The '{written}' tier must have default action '{wanted_action}'"
        spec.error("invalid-value", message, "defaultAction", value=action)
