"""Fixes by NetworkPolicy: it only allows, so a connection is opened by a rule more, and closed by a rule less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from netviz.analysis.fixes.context import Context
from netviz.analysis.fixes.edits import ChangedPolicy, Idea, NewPolicy, Written, inserted
from netviz.analysis.fixes.selecting import blocks, chosen, host_addresses, match_labels
from netviz.analysis.wishes import Party
from netviz.dialects.kubernetes import API_VERSION, KIND, TIER
from netviz.model.cluster import NAME_LABEL
from netviz.model.policy import Action, Direction
from netviz.sets.connections import (
    ALL_CONNECTIONS,
    ALL_PORTS,
    PORT_PROTOCOLS,
    ConnectionSet,
    protocol_name,
)

PEERS: Final = {Direction.INGRESS: "from", Direction.EGRESS: "to"}
TYPES: Final = {Direction.INGRESS: "Ingress", Direction.EGRESS: "Egress"}


def allowing(context: Context, direction: Direction) -> Iterator[Idea]:
    """A rule more in each NetworkPolicy that isolates the subject, and a NetworkPolicy of its own."""
    deciders = context.deciders(direction, Action.DENY)
    if not any(decider.tier is not None and decider.tier.name == TIER.name for decider in deciders):
        return
    subject = context.subject(direction)
    rule = rule_of(context, direction)
    if rule is None or not subject.pods:
        return
    for policy, document in context.editable(direction):
        if policy.id.kind == KIND and direction in policy.captures:
            yield (
                ChangedPolicy(
                    policy=policy.id,
                    manifest=document.data,
                    ref=policy.ref,
                    steps=(inserted(direction.value, [rule]),),
                    words=f"add a rule to {direction.value} of {policy.id}",
                ),
            )
    yield (new_policy(context, direction, "allow", [rule]),)


def new_policy(context: Context, direction: Direction, verb: str, rules: Sequence[Written]) -> NewPolicy:
    """A NetworkPolicy for the subject in one direction."""
    subject = chosen(context.cluster, context.subject(direction))
    name = context.free_name(verb, direction, subject.namespace)
    return NewPolicy(
        manifest={
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {"name": name, "namespace": subject.namespace},
            "spec": {
                "podSelector": match_labels(subject.labels),
                "policyTypes": [TYPES[direction]],
                direction.value: list(rules),
            },
        },
        words=f"new {KIND}/{subject.namespace}/{name}",
    )


def rule_of(context: Context, direction: Direction) -> Written | None:
    """A rule for exactly the peer and the connections of the wish; None if NetworkPolicy cannot say that."""
    peers = peers_of(context, context.peer(direction), context.subject(direction).namespace)
    ports = ports_of(context.wish.connections)
    if peers is None or ports is None:
        return None
    return {PEERS[direction]: peers} | ({"ports": ports} if ports else {})


def peers_of(context: Context, party: Party, home: str) -> list[dict[str, Any]] | None:
    """The entries of `from` or `to` for a party, in a policy of the namespace `home`."""
    addresses = party.addresses or host_addresses(party.pods)
    if addresses:
        return [
            {"ipBlock": {"cidr": block.cidr} | ({"except": list(block.holes)} if block.holes else {})}
            for block in blocks(addresses)
        ]
    if not party.pods or any(pod.host_network for pod in party.pods):
        return None
    found = chosen(context.cluster, party)
    peer: dict[str, Any] = {}
    if found.namespace != home:
        peer["namespaceSelector"] = {"matchLabels": {NAME_LABEL: found.namespace}}
    if found.labels or not peer:
        peer["podSelector"] = match_labels(found.labels)
    return [peer]


def ports_of(connections: ConnectionSet) -> list[dict[str, Any]] | None:
    """The entries of `ports` for a set of connections, none for all; None for what NetworkPolicy cannot say."""
    if connections == ALL_CONNECTIONS:
        return []
    if connections.others or any(protocol not in PORT_PROTOCOLS for protocol in connections.protocols()):
        return None
    found: list[dict[str, Any]] = []
    for protocol, plane in connections.planes:
        name = {"protocol": protocol_name(protocol)}
        if connections & ConnectionSet.of(protocol) == ConnectionSet.of(protocol):
            found.append(name)
            continue
        for column in plane:
            if column.y != ALL_PORTS:
                return None
            low, high = column.x
            found.append({**name, "port": low} | ({"endPort": high} if high > low else {}))
    return found
