"""Fixes by the admin policies: a rule that allows or denies just the wish, of a smaller priority than what decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from netviz.analysis.fixes.context import Context, Decider, first_place
from netviz.analysis.fixes.edits import ChangedPolicy, Idea, NewPolicy, Written, inserted
from netviz.analysis.fixes.selecting import Chosen, chosen, host_addresses, match_labels
from netviz.analysis.wishes import Party
from netviz.dialects.admin import ADMIN, BASELINE
from netviz.model.cluster import NAME_LABEL
from netviz.model.policy import Action, Direction
from netviz.sets.connections import ALL_CONNECTIONS, ALL_PORTS, PORT_PROTOCOLS, ConnectionSet, protocol_name

_LAST_PRIORITY: Final = 1000
_MOST_NETWORKS: Final = 25
_PEERS: Final = {Direction.INGRESS: "from", Direction.EGRESS: "to"}
_TIERS: Final = frozenset((ADMIN.name, BASELINE.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Api:
    """How a kind of admin policy is written. `tiers`: it names its tier."""

    kind: str
    version: str
    allow: str
    ports: str
    tiers: bool = False


_OLD: Final = _Api(kind="AdminNetworkPolicy", version="policy.networking.k8s.io/v1alpha1", allow="Allow", ports="ports")
_BASELINE: Final = _Api(
    kind="BaselineAdminNetworkPolicy", version="policy.networking.k8s.io/v1alpha1", allow="Allow", ports="ports"
)
_NEW: Final = _Api(
    kind="ClusterNetworkPolicy",
    version="policy.networking.k8s.io/v1alpha2",
    allow="Accept",
    ports="protocols",
    tiers=True,
)
_APIS: Final = {api.kind: api for api in (_OLD, _BASELINE, _NEW)}


def allowing(context: Context, direction: Direction) -> Iterator[Idea]:
    """Where an admin policy denies the wish: a rule that allows it before."""
    deciders = context.deciders(direction, Action.DENY)
    if any(decider.tier is not None and decider.tier.name in _TIERS for decider in deciders):
        yield from _placed(context, direction, Action.ALLOW, deciders)


def closing(context: Context, direction: Direction) -> Iterator[Idea]:
    """A rule that denies the wish before all that allows it, where the cluster has admin policies."""
    yield from _placed(context, direction, Action.DENY, context.deciders(direction, Action.ALLOW))


def _placed(context: Context, direction: Direction, action: Action, deciders: Sequence[Decider]) -> Iterator[Idea]:
    kinds = {policy.id.kind for policy in context.policies if policy.id.kind in _APIS and policy.certain}
    if not (kinds and deciders and context.subject(direction).pods):
        return
    api = _NEW if _NEW.kind in kinds else _OLD
    priority = _priority(context, direction, deciders)
    rule = _rule(context, direction, action, api)
    if rule is not None and priority is not None:
        yield (_new(context, direction, action, api, priority, rule),)
    for policy, document in context.editable(direction):
        place = first_place(deciders, policy)
        own = _APIS.get(policy.id.kind)
        written = None if own is None else _rule(context, direction, action, own)
        if written is not None and (place is not None or action is Action.DENY):
            at = place or 0
            yield (
                ChangedPolicy(
                    policy=policy.id,
                    manifest=document.data,
                    ref=policy.ref,
                    steps=(inserted(direction.value, [written], at),),
                    words=f"add a rule before {direction.value}[{at}] of {policy.id}",
                ),
            )


def _priority(context: Context, direction: Direction, deciders: Sequence[Decider]) -> int | None:
    """A priority that no policy has, before every one that concerns the subject; None if there is none."""
    taken = {int(p.order) for p in context.policies if p.tier == ADMIN.name and p.order is not None}
    mine = {int(p.order) for p in context.selecting(direction) if p.tier == ADMIN.name and p.order is not None}
    mine |= {int(d.policy.order or 0) for d in deciders if d.policy is not None and d.policy.tier == ADMIN.name}
    free = [n for n in range(min(mine, default=_LAST_PRIORITY + 1)) if n not in taken]
    return free[-1] if free else None


def _new(context: Context, direction: Direction, action: Action, api: _Api, priority: int, rule: Written) -> NewPolicy:
    subject = chosen(context.cluster, context.subject(direction))
    name = context.free_name(action.value, direction, "")
    tier = {"tier": "Admin"} if api.tiers else {}
    return NewPolicy(
        manifest={
            "apiVersion": api.version,
            "kind": api.kind,
            "metadata": {"name": name},
            "spec": {**tier, "priority": priority, "subject": _pods(subject), direction.value: [rule]},
        },
        words=f"new {api.kind}/{name} of priority {priority}",
    )


def _rule(context: Context, direction: Direction, action: Action, api: _Api) -> Written | None:
    peers = _peers(context, context.peer(direction), direction)
    ports = _ports(context.wish.connections, api)
    if peers is None or ports is None:
        return None
    word = api.allow if action is Action.ALLOW else "Deny"
    return {"action": word, _PEERS[direction]: peers} | ({api.ports: ports} if ports else {})


def _peers(context: Context, party: Party, direction: Direction) -> list[dict[str, Any]] | None:
    """The peers of a rule; None for what it cannot name: addresses that connections come from, many blocks."""
    addresses = party.addresses or host_addresses(party.pods)
    if addresses:
        networks = addresses.cidrs()
        fits = direction is Direction.EGRESS and len(networks) <= _MOST_NETWORKS
        return [{"networks": networks}] if fits else None
    if not party.pods or any(pod.host_network for pod in party.pods):
        return None
    return [_pods(chosen(context.cluster, party))]


def _pods(found: Chosen) -> dict[str, Any]:
    """Pods as a subject or a peer."""
    namespace = {"matchLabels": {NAME_LABEL: found.namespace}}
    if not found.labels:
        return {"namespaces": namespace}
    return {"pods": {"namespaceSelector": namespace, "podSelector": match_labels(found.labels)}}


def _ports(connections: ConnectionSet, api: _Api) -> list[dict[str, Any]] | None:
    """The ports of a rule, none for all; None for what it cannot say."""
    if connections == ALL_CONNECTIONS:
        return []
    if connections.others or any(protocol not in PORT_PROTOCOLS for protocol in connections.protocols()):
        return None
    found: list[dict[str, Any]] = []
    for protocol, plane in connections.planes:
        for column in plane:
            if column.y != ALL_PORTS:
                return None
            found.append(_port(protocol_name(protocol), *column.x, api))
    return found


def _port(protocol: str, low: int, high: int, api: _Api) -> dict[str, Any]:
    if api.tiers:
        number: dict[str, Any] = {"number": low} if low == high else {"range": {"start": low, "end": high}}
        return {protocol.lower(): {"destinationPort": number}}
    if low == high:
        return {"portNumber": {"protocol": protocol, "port": low}}
    return {"portRange": {"protocol": protocol, "start": low, "end": high}}
