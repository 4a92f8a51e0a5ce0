"""The sides of Calico's rules: what their selectors mean, and where these are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netviz.analysis.findings.calico_writing import is_own
from netviz.analysis.findings.facts import Facts, Values
from netviz.analysis.findings.finding import LabelWitness
from netviz.analysis.findings.nearest import nearest_label
from netviz.dialects.calico_selectors import (
    NAMESPACE_KEY,
    NAMESPACE_PREFIX,
)
from netviz.engine.rules import CompiledPolicy, CompiledRule
from netviz.model.cluster import NetworkSet
from netviz.model.policy import (
    Direction,
    EveryPeer,
    Labelled,
    NotPeer,
    Policy,
    RemarkKind,
    RulePeer,
    SomePeer,
)
from netviz.selectors.tree import AllOf, Selector, required_keys, with_keys
from netviz.source import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a rule: what it means, and its field path such as `spec.ingress[0].source`."""

    compiled: CompiledPolicy
    rule: CompiledRule
    direction: Direction
    path: str
    peer: RulePeer

    @property
    def policy(self) -> Policy:
        """The policy of the rule."""
        return self.compiled.policy

    @property
    def leaf(self) -> Labelled | None:
        """What its selectors mean together; None without one, or where they only exclude."""
        parts = self.peer.parts if isinstance(self.peer, EveryPeer) else (self.peer,)
        return next((part for part in parts if isinstance(part, Labelled)), None)

    @property
    def excluded(self) -> Labelled | None:
        """What a notSelector that stands alone excludes."""
        parts = self.peer.parts if isinstance(self.peer, EveryPeer) else (self.peer,)
        negated = (part.part for part in parts if isinstance(part, NotPeer))
        return next((part for part in negated if isinstance(part, Labelled)), None)

    def place(self, *fields: str) -> SourceRef | None:
        """Where the first of these selectors is written."""
        found = {r.path: r.ref for r in self.policy.remarks if r.kind is RemarkKind.SELECTOR}
        return next((ref for field in fields if (ref := found.get(f"{self.path}.{field}"))), None)


def sides(facts: Facts) -> Iterator[Side]:
    """Both sides of every rule of the policies that are written in Calico's own terms."""
    for compiled in facts.active:
        if not is_own(compiled.policy):
            continue
        for direction in Direction:
            for rule in compiled.rules[direction]:
                ingress = direction is Direction.INGRESS
                for name, peer in (
                    ("source", rule.rule.peer if ingress else rule.rule.local),
                    ("destination", rule.rule.local if ingress else rule.rule.peer),
                ):
                    yield Side(
                        compiled=compiled, rule=rule, direction=direction, path=f"{rule.rule.path}.{name}", peer=peer
                    )


def parts_of(selector: Selector) -> tuple[Selector, ...]:
    """What all has to hold for a selector."""
    return selector.parts if isinstance(selector, AllOf) else (selector,)


def is_of_namespaces(part: Selector) -> bool:
    """Whether it asks for labels of namespaces and for nothing else."""
    keys = required_keys(part)
    return bool(keys) and all(key.startswith(NAMESPACE_PREFIX) or key == NAMESPACE_KEY for key in keys)


def labelled(peer: RulePeer) -> Iterator[Labelled]:
    """Everything in a peer that goes by labels, excluded or not."""
    match peer:
        case Labelled():
            yield peer
        case EveryPeer(parts) | SomePeer(parts):
            for part in parts:
                yield from labelled(part)
        case NotPeer(part):
            yield from labelled(part)
        case _:
            pass


def leaves(facts: Facts) -> Iterator[Labelled]:
    """What the sides of all rules of Calico's policies select, switched off or staged ones too."""
    for compiled in facts.evaluator.policies:
        for direction in Direction:
            for rule in compiled.rules[direction]:
                yield from labelled(rule.rule.peer)
                yield from labelled(rule.rule.local)


def selected_sets(facts: Facts, leaf: Labelled) -> list[NetworkSet]:
    """The network sets that a selector may mean."""
    may = facts.evaluator.network_sets(leaf).may
    return [each for i, each in enumerate(facts.evaluator.classes.network_sets) if may >> i & 1]


def name_of_set(network_set: NetworkSet) -> str:
    """The kind, namespace and name of a network set."""
    if network_set.namespace:
        return f"NetworkSet/{network_set.namespace}/{network_set.name}"
    return f"GlobalNetworkSet/{network_set.name}"


def used_sets(facts: Facts) -> frozenset[str]:
    """The names of the network sets that some rule may mean, in policies that are off or staged, too."""
    return frozenset(name_of_set(each) for leaf in set(leaves(facts)) for each in selected_sets(facts, leaf))


def nearest_of(facts: Facts, selector: Selector) -> LabelWitness | None:
    """The label that nearly matched: one of an endpoint or network set, or one of a namespace."""
    parts = parts_of(selector)
    own = AllOf(tuple(part for part in parts if not is_of_namespaces(part)))
    of_namespaces = AllOf(tuple(part for part in parts if is_of_namespaces(part) and not _is_name(part)))
    plain = with_keys(of_namespaces, lambda key: key.removeprefix(NAMESPACE_PREFIX))
    return nearest_label(own, facts.endpoint_labels) or nearest_label(plain, _namespace_labels(facts))


def _is_name(part: Selector) -> bool:
    return NAMESPACE_KEY in required_keys(part)


def _namespace_labels(facts: Facts) -> Values:
    found: dict[str, set[str]] = {}
    for namespace in facts.cluster.namespaces:
        for key, value in namespace.labels.items:
            if value is not None:
                found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}
