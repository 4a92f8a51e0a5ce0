"""The second opinion where Calico's tiers and the admin policies lie around NetworkPolicy in one cluster (C7).

Priorities must differ, and there must be no network sets: what Calico makes of ties and of sets is asked elsewhere.
"""

from __future__ import annotations

from tests.oracle import admin, calico
from tests.oracle.calico import LAST, applies, first_action, sure
from tests.oracle.kubernetes import POD_CIDRS, Flow
from tests.oracle.manifests import Raw, unwrap

LAYERS = {"kube-admin": (1_000.0, "Admin"), "kube-baseline": (10_000_000.0, "Baseline")}


def read(
    objects: list[Raw],
    *,
    disabled: frozenset[str] = frozenset(),
    enforced: bool = False,
    ip_blocks: str = "addresses",
    pod_cidrs: tuple[str, ...] = POD_CIDRS,
) -> Raw:
    """What the judgement needs: what both oracles read of the input."""
    plain = [item for item in unwrap(objects) if not calico.is_calico(item)]
    world = calico.read(objects, disabled=disabled, enforced=enforced, ip_blocks=ip_blocks, pod_cidrs=pod_cidrs)
    return admin.read(plain, disabled=disabled, ip_blocks=ip_blocks, pod_cidrs=pod_cidrs) | world


def judge(world: Raw, flow: Flow) -> bool | None:
    """The verdict of a flow; None if it depends on the address family (A39)."""
    return calico.judge(world, flow, side)


def side(world: Raw, flow: Flow, family: int, direction: str, subject: Raw, other: Raw) -> bool:
    """One direction of one pod: from what the last tier leaves open back to the first."""
    if subject["host"]:
        return True
    ends = (subject, other, subject if direction == "Ingress" else other)
    answer = True
    for tier in reversed(tiers(world)):
        if tier in LAYERS:
            answer = sure(admin.layer(world, LAYERS[tier][1], flow, family, direction, ends, below=answer))
            continue
        mine = [found.policy for found in world["ordered"] if found.tier == tier]
        mine = [policy for policy in mine if applies(world, policy, direction, subject)]
        if mine:
            action = first_action(world, flow, family, direction, subject=subject, other=other, policies=mine)
            action = action or world["tiers"].get(tier, (LAST, "Deny"))[1]
            answer = answer if action == "Pass" else action == "Allow"
    return answer


def tiers(world: Raw) -> list[str]:
    """The names of all tiers in order; those that are not defined come last (B15)."""
    known = {name: (False, order, name) for name, (order, _) in world["tiers"].items()}
    known |= {name: (False, order, name) for name, (order, _) in LAYERS.items()}
    known |= {found.tier: (True, LAST, found.tier) for found in world["ordered"] if found.tier not in known}
    return sorted(known, key=lambda name: known[name])
