"""Policies compiled to regions: what each rule matches, for each kind of subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netviz.engine.classes import EndpointClasses, PortNumbers, numbers_of
from netviz.engine.labels import Bounds
from netviz.engine.peers import PeerCompiler
from netviz.model.policy import Direction, NamedPort, Policy, PolicyRule
from netviz.sets.connections import ConnectionAtoms, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.sets.region import EMPTY, Region, bits


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """What a rule matches for one subject: regions with `must` inside `may`, and the rule itself for traces.

    `peers` and `connections` are the clauses by themselves (upper bounds), so that a trace can say which one failed.
    """

    rule: PolicyRule
    must: Region
    may: Region
    peers: Bounds
    connections: Region


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule over slots. `numeric` is a mask of connection atoms; `named` what each named port of it may mean."""

    rule: PolicyRule
    local: Bounds
    peers: Bounds
    numeric: int
    named: tuple[NamedPort, ...]


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A policy over slots: `subject` are the slots that it selects."""

    number: int
    policy: Policy
    subject: Bounds
    rules: Mapping[Direction, tuple[CompiledRule, ...]]

    def captures(self, direction: Direction) -> bool:
        """Whether it isolates what it selects in that direction."""
        return direction in self.policy.captures

    def concerns(self, direction: Direction) -> bool:
        """Whether it has anything to say in that direction."""
        return self.captures(direction) or bool(self.rules[direction])


class RuleCompiler:
    """Compiles policies and, per subject, their rules; remembers the regions."""

    def __init__(self, classes: EndpointClasses, atoms: ConnectionAtoms, peers: PeerCompiler) -> None:
        self._classes = classes
        self._atoms = atoms
        self._peers = peers
        self._masks: dict[ConnectionSet, int] = {}
        self._egress_named: dict[NamedPort, tuple[tuple[int, int], ...]] = {}
        self._by_ports: dict[PortNumbers, int] = {}
        for slot, item in enumerate(classes.slots[: classes.first_outside]):
            ports = classes.classes[item.owner].key.ports
            self._by_ports[ports] = self._by_ports.get(ports, 0) | 1 << slot

    def policy(self, number: int, policy: Policy) -> CompiledPolicy:
        """The policy over the slots."""
        rules = {direction: tuple(self._rule(r) for r in policy.rules(direction)) for direction in Direction}
        subject = self._peers.bounds(policy.subject)
        if not policy.certain:
            subject = Bounds(0, subject.may)
        return CompiledPolicy(number, policy, subject, rules)

    def _rule(self, rule: PolicyRule) -> CompiledRule:
        numeric = self._atoms.all if rule.ports is None else 0
        for port in rule.ports or ():
            if isinstance(port, ConnectionSet):
                numeric |= self._mask(port)
        named = tuple(port for port in rule.ports or () if isinstance(port, NamedPort))
        return CompiledRule(rule, self._peers.bounds(rule.local), self._peers.bounds(rule.peer), numeric, named)

    def match(self, compiled: CompiledRule, direction: Direction, subject: int) -> RuleMatch:
        """What the rule matches when `subject` (a slot) is the policy's own side."""
        peers, bit = compiled.peers, 1 << subject
        if direction is Direction.INGRESS:
            ports = self._classes.classes[self._classes.slots[subject].owner].key.ports
            mask = compiled.numeric
            for named in compiled.named:
                mask |= self._numbers(numbers_of(ports, named))
            connections = Region.rectangle(mask, self._classes.all)
        else:
            parts = [(compiled.numeric, self._classes.all)]
            parts += [part for named in compiled.named for part in self._egress(named)]
            connections = Region.of(parts)
        may = connections.only_peers(peers.may) if compiled.local.may & bit else EMPTY
        must = may if peers.must == peers.may else connections.only_peers(peers.must)
        if not (compiled.rule.certain and compiled.local.must & bit):
            must = EMPTY
        return RuleMatch(compiled.rule, must, may, peers, connections)

    def _egress(self, named: NamedPort) -> tuple[tuple[int, int], ...]:
        known = self._egress_named.get(named)
        if known is None:
            found: dict[int, int] = {}
            for ports, slots in self._by_ports.items():
                mask = self._numbers(numbers_of(ports, named))
                if mask:
                    found[mask] = found.get(mask, 0) | slots
            known = self._egress_named[named] = tuple(found.items())
        return known

    def _numbers(self, numbers: tuple[tuple[int, int], ...]) -> int:
        mask = 0
        for protocol, number in numbers:
            mask |= self._mask(ConnectionSet.of(protocol, IntervalSet.single(number)))
        return mask

    def _mask(self, connections: ConnectionSet) -> int:
        known = self._masks.get(connections)
        if known is None:
            known = self._masks[connections] = self._atoms.mask(connections)
        return known


def selected(policies: tuple[CompiledPolicy, ...], direction: Direction, count: int) -> list[list[tuple[int, bool]]]:
    """For each of the first `count` slots the policies that concern it, in order: (number, surely selected)."""
    found: list[list[tuple[int, bool]]] = [[] for _ in range(count)]
    inside = (1 << count) - 1
    for compiled in policies:
        if compiled.concerns(direction):
            must = compiled.subject.must
            for slot in bits(compiled.subject.may & inside):
                found[slot].append((compiled.number, bool(must >> slot & 1)))
    return found
