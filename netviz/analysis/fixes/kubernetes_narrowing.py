"""Closing a connection by NetworkPolicy, which cannot deny: what allows it is narrowed, or the rest is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from netviz.analysis.fixes.context import Context, Decider, number_of
from netviz.analysis.fixes.edits import ChangedPolicy, Idea, Step, Written, replaced
from netviz.analysis.fixes.kubernetes import PEERS, new_policy, peers_of, ports_of
from netviz.analysis.fixes.selecting import Block, blocks, chosen
from netviz.analysis.wishes import Party
from netviz.dialects.kubernetes import KIND
from netviz.model.cluster import NAME_LABEL
from netviz.model.policy import Action, Direction, Policy, PolicyRule
from netviz.sets.addresses import ALL_ADDRESSES, AddressSet, parse_cidr
from netviz.sets.connections import PORT_PROTOCOLS, ConnectionSet

_WAYS: Final = ("peers", "ports", "rule")
_WORDS: Final = {
    "peers": "leave the peer out of",
    "ports": "leave the port out of",
    "rule": "drop",
}
_PORTS: Final = (
    ConnectionSet.of(PORT_PROTOCOLS[0]) | ConnectionSet.of(PORT_PROTOCOLS[1]) | ConnectionSet.of(PORT_PROTOCOLS[2])
)
"""All that NetworkPolicy can name by protocol and port."""


def closing(context: Context, direction: Direction) -> Iterator[Idea]:
    """Narrower rules where NetworkPolicies allow it, or a NetworkPolicy that allows everything else."""
    deciders = context.deciders(direction, Action.ALLOW)
    if not deciders or not context.subject(direction).pods:
        return
    rules = [(decider.policy, decider.rule) for decider in deciders]
    if all(decider.tier is None for decider in deciders):
        rest = _rest(context, direction)
        if rest is not None:
            yield (new_policy(context, direction, "all-but", rest),)
        yield (new_policy(context, direction, "isolate", []),)
    elif all(policy is not None and rule is not None and policy.id.kind == KIND for policy, rule in rules):
        for way in _WAYS:
            idea = _narrowed(context, direction, deciders, way)
            if idea:
                yield idea


def _narrowed(context: Context, direction: Direction, deciders: Sequence[Decider], way: str) -> Idea:
    """Every rule that allows the wish, narrowed in one way; empty where one of them cannot be."""
    by_policy: dict[Policy, set[PolicyRule]] = {}
    for decider in deciders:
        if decider.policy is not None and decider.rule is not None:
            by_policy.setdefault(decider.policy, set()).add(decider.rule)
    edits: list[ChangedPolicy] = []
    for policy, rules in by_policy.items():
        document = context.documents.get(policy.id)
        if document is None or not policy.certain:
            return ()
        steps: list[Step] = []
        # From the last rule to the first, so that the places of the others stay what they are.
        for rule in sorted(rules, key=number_of, reverse=True):
            instead = _instead(context, direction, document.data, rule, way)
            if instead is None:
                return ()
            steps.append(replaced(direction.value, number_of(rule), instead))
        places = ", ".join(sorted(rule.path for rule in rules))
        words = f"{_WORDS[way]} {places} of {policy.id}"
        edits.append(
            ChangedPolicy(policy=policy.id, manifest=document.data, ref=policy.ref, steps=tuple(steps), words=words)
        )
    return tuple(edits)


def _instead(
    context: Context, direction: Direction, manifest: Mapping[str, Any], rule: PolicyRule, way: str
) -> list[Written] | None:
    """What a rule is replaced by; None where this way does not narrow it."""
    written: Mapping[str, Any] = manifest["spec"][direction.value][number_of(rule)] or {}
    if way == "rule":
        return []
    left = _ports_left(rule, context.wish.connections)
    if left is None:
        return None
    key = PEERS[direction]
    peers = {key: written[key]} if written.get(key) else {}
    if way == "ports":
        return [{**peers, "ports": left}] if left else []
    narrowed = _peers_left(context, direction, written.get(key) or [])
    own = peers_of(context, context.peer(direction), context.subject(direction).namespace)
    if narrowed is None or own is None:
        return None
    ports = {"ports": written["ports"]} if written.get("ports") else {}
    others: list[Written] = [{key: narrowed, **ports}] if narrowed else []
    return [*others, *([{key: own, "ports": left}] if left else [])]


def _ports_left(rule: PolicyRule, closed: ConnectionSet) -> list[dict[str, Any]] | None:
    """The ports of a rule without some connections: what is told by name goes with them; None if that is all of it."""
    found = _PORTS if rule.ports is None else ConnectionSet()
    for port in rule.ports or ():
        if isinstance(port, ConnectionSet):
            found |= port
    left = found - closed
    return ports_of(left) if left else []


def _peers_left(
    context: Context, direction: Direction, written: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]] | None:
    """The entries of `from` or `to` without the peer of the wish; None where that cannot be said."""
    peer, home = context.peer(direction), context.subject(direction).namespace
    if not written:
        return everyone_but(context, peer, home)
    found: list[dict[str, Any]] = []
    for entry in written:
        if "ipBlock" in entry:
            found += _block_left(entry["ipBlock"], peer)
        elif peer.pods:
            found += _pods_left(context, entry, peer, home)
        else:
            found.append(dict(entry))
    return found


def _block_left(written: Mapping[str, Any], peer: Party) -> list[dict[str, Any]]:
    around = parse_cidr(str(written["cidr"]))
    if around is None or not peer.addresses:
        return [{"ipBlock": dict(written)}]
    holes = [hole.addresses() for text in written.get("except") or () if (hole := parse_cidr(str(text)))]
    now = around.addresses() - AddressSet.union(holes)
    if not now & peer.addresses:
        return [{"ipBlock": dict(written)}]
    return [_entry(block) for block in blocks(now - peer.addresses)]


def _entry(block: Block) -> dict[str, Any]:
    return {"ipBlock": {"cidr": block.cidr} | ({"except": list(block.holes)} if block.holes else {})}


def _pods_left(context: Context, written: Mapping[str, Any], peer: Party, home: str) -> Iterator[dict[str, Any]]:
    """An entry that selects pods, as entries that select the same without those of the peer."""
    found = chosen(context.cluster, peer)
    spaces, pods = written.get("namespaceSelector"), written.get("podSelector")
    kept = {} if pods is None else {"podSelector": pods}
    inside: dict[str, Any] = {}
    if spaces is None:
        if found.namespace != home:
            yield dict(written)
            return
    else:
        named = (spaces.get("matchLabels") or {}).get(NAME_LABEL)
        inside = {"namespaceSelector": spaces}
        if named is None:
            yield {"namespaceSelector": _with(spaces, NAME_LABEL, found.namespace, "NotIn"), **kept}
            inside = {"namespaceSelector": _with(spaces, NAME_LABEL, found.namespace, "In")}
        elif named != found.namespace:
            yield dict(written)
            return
    selected = pods or {}
    for key, value in found.labels:
        others = _without(selected, key, value)
        if others is not None:
            yield {**inside, "podSelector": others}


def _without(selector: Mapping[str, Any], key: str, value: str) -> dict[str, Any] | None:
    """The selector without what carries this label; None if that is all that it selects."""
    if (selector.get("matchLabels") or {}).get(key) == value:
        return None
    conditions = list(selector.get("matchExpressions") or [])
    for number, condition in enumerate(conditions):
        if (condition["key"], condition["operator"]) == (key, "In"):
            values = [each for each in condition.get("values") or [] if each != value]
            rest = [*conditions[:number], {**condition, "values": values}, *conditions[number + 1 :]]
            return {**selector, "matchExpressions": rest} if values else None
    return _with(selector, key, value, "NotIn")


def _with(selector: Mapping[str, Any], key: str, value: str, operator: str) -> dict[str, Any]:
    """The selector with one condition more."""
    conditions = list(selector.get("matchExpressions") or [])
    return {**selector, "matchExpressions": [*conditions, {"key": key, "operator": operator, "values": [value]}]}


def _rest(context: Context, direction: Direction) -> list[Written] | None:
    """Rules that allow everything but the wish; what has no ports is lost for its peer."""
    peer, home = context.peer(direction), context.subject(direction).namespace
    own, others = peers_of(context, peer, home), everyone_but(context, peer, home)
    ports = ports_of(_PORTS - context.wish.connections)
    if own is None or others is None or ports is None:
        return None
    key = PEERS[direction]
    return [{key: others}, *([{key: own, "ports": ports}] if ports else [])]


def everyone_but(context: Context, peer: Party, home: str) -> list[dict[str, Any]] | None:
    """Entries that match all pods and all addresses but those of a party."""
    if peer.controller or any(pod.host_network for pod in peer.pods):
        return None
    pods: list[dict[str, Any]] = [{"namespaceSelector": {}}]
    if peer.pods:
        pods = list(_pods_left(context, {"namespaceSelector": {}}, peer, home))
    hidden = peer.addresses or _where(context, peer)
    return [*pods, *(_entry(block) for block in blocks(ALL_ADDRESSES - hidden))]


def _where(context: Context, peer: Party) -> AddressSet:
    """Where an address block must have a hole, so as not to match the pods of a party after all (A18)."""
    assumed = context.evaluation.evaluator.options.assumed_pods()
    known = AddressSet.union(
        AddressSet.of_range(a.family, a.value, a.value) for pod in peer.pods for a in pod.addresses
    )
    return known | assumed
