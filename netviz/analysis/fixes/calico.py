"""Fixes by Calico policies: a rule that allows or denies just the wish, placed before what decides now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from netviz.analysis.fixes.context import Context, Decider, first_place
from netviz.analysis.fixes.edits import ChangedPolicy, Idea, NewPolicy, Written, inserted
from netviz.analysis.fixes.selecting import Block, blocks, chosen, host_addresses
from netviz.analysis.wishes import Party
from netviz.dialects.admin import ADMIN, BASELINE
from netviz.dialects.calico import PREFIX
from netviz.dialects.kubernetes import TIER
from netviz.manifests.document import Document
from netviz.model.policy import Action, Direction, Phase, Policy, Tier
from netviz.sets.connections import ALL_CONNECTIONS, ALL_PORTS, PORT_PROTOCOLS, ConnectionSet, protocol_name

VERSION: Final = "projectcalico.org/v3"
_ACTIONS: Final = {Action.ALLOW: "Allow", Action.DENY: "Deny"}
_TYPES: Final = {Direction.INGRESS: "Ingress", Direction.EGRESS: "Egress"}
_NAMESPACE: Final = "projectcalico.org/name"
_LAST: Final = 1000.0
_OTHERS: Final = frozenset((ADMIN.name, BASELINE.name))


def allowing(context: Context, direction: Direction) -> Iterator[Idea]:
    """A rule that allows the wish, in the tier that denies it first."""
    yield from _placed(context, direction, Action.ALLOW, context.deciders(direction, Action.DENY))


def closing(context: Context, direction: Direction) -> Iterator[Idea]:
    """A rule that denies the wish, in the tier that allows it first."""
    yield from _placed(context, direction, Action.DENY, context.deciders(direction, Action.ALLOW))


def _placed(context: Context, direction: Direction, action: Action, deciders: Sequence[Decider]) -> Iterator[Idea]:
    """A rule of this action before each of the deciders: in a policy of its own, and in those that are there."""
    subject = context.subject(direction)
    mine = any(policy.id.kind.startswith(PREFIX) and policy.certain for policy in context.policies)
    if not (mine and deciders and subject.pods):
        return
    tier = deciders[0].tier or TIER
    own = (entity(context, context.peer(direction)), _local(context, subject))
    rules = _rules(own[0], {}, direction, action, context.wish.connections)
    if rules is None or tier.name in _OTHERS:
        return
    policies = [d.policy for d in deciders if d.policy is not None and d.policy.tier == tier.name]
    if tier.name == TIER.name or not any(policy.phase is not Phase.USUAL for policy in policies):
        # Where nothing of the tier isolates the subject yet, a policy more must pass on what it does not decide.
        passing = not context.isolated_in(direction, tier.name) and tier.default is Action.DENY
        yield (_new(context, direction, action, tier, policies, [*rules, *([{"action": "Pass"}] if passing else [])]),)
    narrow = _rules(own[0], own[1], direction, action, context.wish.connections) or rules
    for policy, document in context.editable(direction):
        if policy.id.kind.startswith(PREFIX) and policy.tier == tier.name:
            yield (_inserted(direction, policy, document, deciders, narrow),)


def _inserted(
    direction: Direction, policy: Policy, document: Document, deciders: Sequence[Decider], rules: Sequence[Written]
) -> ChangedPolicy:
    """The rules before those of the policy that decide now, else at the end."""
    at = first_place(deciders, policy)
    where = f"to {direction.value}" if at is None else f"before {direction.value}[{at}]"
    return ChangedPolicy(
        policy=policy.id,
        manifest=document.data,
        ref=policy.ref,
        steps=(inserted(direction.value, rules, at),),
        words=f"add a rule {where} of {policy.id}",
    )


def _new(
    context: Context,
    direction: Direction,
    action: Action,
    tier: Tier,
    before: Sequence[Policy],
    rules: Sequence[Written],
) -> NewPolicy:
    """A policy of its own that comes before some others of its tier."""
    subject = chosen(context.cluster, context.subject(direction))
    name = context.free_name(_ACTIONS[action].lower(), direction, subject.namespace)
    if tier.name != TIER.name:
        # Up to Calico 3.31 the name has to say the tier.
        name = f"{tier.name}.{name}"
    order = min((_LAST + 1 if policy.order is None else policy.order for policy in before), default=_LAST + 1) - 1
    spec: dict[str, Any] = {"tier": tier.name, "order": int(order) if order.is_integer() else order}
    return NewPolicy(
        manifest={
            "apiVersion": VERSION,
            "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": subject.namespace},
            "spec": {
                **spec,
                "selector": _expression(subject.labels),
                "types": [_TYPES[direction]],
                direction.value: list(rules),
            },
        },
        words=f"new {PREFIX}NetworkPolicy/{subject.namespace}/{name} in tier {tier.name}",
    )


def entity(context: Context, party: Party) -> list[dict[str, Any]] | None:
    """The source or destination of rules for a party, of one rule each; None for what Calico cannot name."""
    addresses = party.addresses or host_addresses(party.pods)
    if addresses:
        return [_nets(block) for block in blocks(addresses)]
    if not party.pods or any(pod.host_network for pod in party.pods):
        return None
    return [_local(context, party)]


def _local(context: Context, party: Party) -> dict[str, Any]:
    """The pods of a party, with their namespace: so it means the same in every policy."""
    found = chosen(context.cluster, party)
    namespace = {"namespaceSelector": f"{_NAMESPACE} == '{found.namespace}'"}
    return namespace | ({"selector": _expression(found.labels)} if found.labels else {})


def _nets(block: Block) -> dict[str, Any]:
    return {"nets": [block.cidr]} | ({"notNets": list(block.holes)} if block.holes else {})


def _expression(labels: Sequence[tuple[str, str]]) -> str:
    return " && ".join(f"{key} == '{value}'" for key, value in labels) or "all()"


def _rules(
    peers: Sequence[dict[str, Any]] | None,
    local: dict[str, Any],
    direction: Direction,
    action: Action,
    connections: ConnectionSet,
) -> list[Written] | None:
    """One rule for each peer and protocol; None for what Calico cannot say."""
    protocols = _protocols(connections)
    if peers is None or protocols is None:
        return None
    found: list[Written] = []
    for peer in peers:
        for protocol, ports in protocols:
            inward = direction is Direction.INGRESS
            source, destination = (peer, local) if inward else (local, peer)
            rule: dict[str, Any] = {"action": _ACTIONS[action]} | ({"protocol": protocol} if protocol else {})
            if source:
                rule["source"] = source
            if destination or ports:
                rule["destination"] = destination | ({"ports": ports} if ports else {})
            found.append(rule)
    return found


def _protocols(connections: ConnectionSet) -> list[tuple[str | int, list[int | str]]] | None:
    """(protocol, ports) of each rule: "" and no ports for everything; None for what has no such form."""
    if connections == ALL_CONNECTIONS:
        return [("", [])]
    if connections.others:
        return None
    found: list[tuple[str | int, list[int | str]]] = []
    for protocol, plane in connections.planes:
        name = protocol_name(protocol)
        written: str | int = int(name) if name.isdigit() else name
        if ConnectionSet.of(protocol) <= connections:
            found.append((written, []))
        elif protocol in PORT_PROTOCOLS and all(column.y == ALL_PORTS for column in plane):
            spans = [column.x for column in plane]
            found.append((written, [low if low == high else f"{low}:{high}" for low, high in spans]))
        else:
            return None
    return found
