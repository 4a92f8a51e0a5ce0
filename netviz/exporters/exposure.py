"""Exposure in words, as rows, and as JSON (docs/cli.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netviz.analysis.descriptions import ANY_POD, METADATA_NAME, Described
from netviz.analysis.exposure import MOST_SCOPES, Exposure, Permission, Untold
from netviz.errors import shown
from netviz.exporters.answers import Json, connections_json
from netviz.model.policy import Direction
from netviz.selectors.describe import describe
from netviz.selectors.tree import AllOf, Selector, ValueIn
from netviz.view.peers import addresses_label, peer_label
from netviz.view.words import connection_words

EVERYBODY: Final = "any pod of the cluster"
EXPOSURE_HEAD: Final = ("workload", "direction", "with", "allowed", "unless denied by other labels", "allowed by")
NO_POLICY: Final = "no policy decides it"


def scope_words(exposure: Exposure) -> str:
    """Whom an entry is about."""
    match exposure.scope:
        case Described():
            return described_words(exposure.scope)
        case addresses:
            return addresses_label(addresses)


def described_words(scope: Described) -> str:
    """A description of pods as a reader would say it."""
    if scope == ANY_POD:
        return EVERYBODY
    pods = "any pod" if scope.pods == AllOf() else f"pods {_said(scope.pods)}"
    match scope.namespaces:
        case AllOf(()):
            return f"{pods} in any namespace"
        case AllOf((ValueIn(key, (name,)),)) if key == METADATA_NAME:
            return f"{pods} in namespace {shown(name)}"
        case several:
            return f"{pods} in namespaces {_said(several)}"


def permission_words(exposure: Exposure) -> str:
    """What allows it: policies with the paths of their rules."""
    found = dict.fromkeys(f"{each.policy.id} {each.rule.path}" for each in exposure.permissions)
    return "; ".join(found) or NO_POLICY


def exposure_row(exposure: Exposure) -> list[str]:
    """An entry in the order of `EXPOSURE_HEAD`."""
    return [
        peer_label(exposure.peer),
        exposure.direction.value,
        scope_words(exposure),
        *(connection_words(each) if each else "" for each in (exposure.allow, exposure.unless)),
        permission_words(exposure),
    ]


def untold_words(untold: Sequence[Untold]) -> str:
    """What is not told because a workload's rules describe too many kinds of pods; "" for nothing."""
    if not untold:
        return ""
    named = ", ".join(f"{peer_label(each.peer)} ({each.direction.value}, {each.count:,} more)" for each in untold[:3])
    rest = f", and {len(untold) - 3:,} more" if len(untold) > 3 else ""
    return f"Of each workload and direction, {MOST_SCOPES:,} descriptions of pods are told. Not all of: {named}{rest}."


def untold_json(untold: Untold) -> Json:
    """One entry of `exposureLeftOut` in the answer of `netviz list`."""
    return {"workload": untold.peer.id, "direction": untold.direction.value, "descriptions": untold.count}


def list_row(exposure: Exposure) -> list[str]:
    """An entry as a row of `netviz list`: from, to, allowed, unknown."""
    ends = [f"(not in the input) {scope_words(exposure)}", peer_label(exposure.peer)]
    words = [connection_words(each) if each else "" for each in (exposure.allow, exposure.unless)]
    return [*(ends if exposure.direction is Direction.INGRESS else reversed(ends)), *words]


def exposure_json(exposure: Exposure) -> Json:
    """One entry of `exposure` in the answer of `netviz list`; only for scopes inside of the cluster."""
    scope = exposure.scope
    if not isinstance(scope, Described):
        raise TypeError(scope)
    told = {"namespaces": _said(scope.namespaces), "pods": _said(scope.pods)}
    found: Json = {
        "workload": exposure.peer.id,
        "direction": exposure.direction.value,
        "scope": "entire-cluster" if scope == ANY_POD else told,
        **(connections_json(exposure.allow) if exposure.allow else {"allow": []}),
        "because": [_because(each) for each in exposure.permissions],
    }
    return found | ({"unlessDenied": connections_json(exposure.unless)} if exposure.unless else {})


def _because(permission: Permission) -> Json:
    ref = permission.rule.ref
    policy = str(permission.policy.id)
    return {"policy": policy, "rule": permission.rule.path, "file": ref.file, "line": ref.line}


def _said(selector: Selector) -> str:
    return describe(selector.parts[0] if isinstance(selector, AllOf) and len(selector.parts) == 1 else selector)
