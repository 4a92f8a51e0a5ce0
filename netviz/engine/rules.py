"""Policies compiled to regions: what each rule matches, for each kind of subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from netviz.engine.classes import EndpointClasses, PortNumbers, ServedPort, numbers_of
from netviz.engine.labels import Bounds
from netviz.engine.peers import PeerCompiler
from netviz.model.policy import Direction, NamedPort, Policy, PolicyRule, PortMatch, ServicePorts
from netviz.sets.connections import PORT_PROTOCOLS, ConnectionAtoms, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.sets.region import EMPTY, Region, mask_of

_Listening = tuple[PortNumbers, tuple[ServedPort, ...]]
"""What gives a port of a rule its number on a destination."""

TargetPort = NamedPort | ServicePorts
"""A port whose number depends on the destination pod."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """What a rule matches for one subject: regions with `must` inside `may`, and the rule itself for traces.

    `connections` is the clause of ports by itself, so that a trace can say which one failed; `widest` is more than that
    where nobody knows which port a name means.
    """

    rule: PolicyRule
    must: Region
    may: Region
    connections: Region
    widest: Region


@dataclass(frozen=True, slots=True)
class CompiledPorts:
    """A list of ports: a mask of connection atoms, and those whose meaning depends on the destination."""

    numeric: int
    by_target: tuple[TargetPort, ...]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule over slots: `ports` is what it matches, `not_ports` what it takes out, `within` a mask that bounds it.

    `peers` are those that are known; `strangers` the slots of the arbitrary pod, which most selectors cannot judge.
    """

    rule: PolicyRule
    local: Bounds
    peers: Bounds
    strangers: Bounds
    ports: CompiledPorts
    not_ports: CompiledPorts
    within: int

    @property
    def depends_on_target(self) -> bool:
        """Whether the meaning of its ports depends on the destination pod."""
        return bool(self.ports.by_target or self.not_ports.by_target)


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


class _Dependence(Enum):
    """What of the subject decides which regions the rules of a policy match."""

    NOTHING = "nothing"
    PORTS = "ports"
    SUBJECT = "subject"


class RuleCompiler:
    """Compiles policies and, per subject, their rules; remembers the regions.

    `kinds[i]` is the same number for all slots inside of the cluster whose named ports and Services are the same.
    """

    def __init__(self, classes: EndpointClasses, atoms: ConnectionAtoms, peers: PeerCompiler) -> None:
        self._classes = classes
        self._atoms = atoms
        self._peers = peers
        self._masks: dict[ConnectionSet, int] = {}
        self._egress: dict[TargetPort, tuple[tuple[int, int], ...]] = {}
        # By identity: the compiled rules live as long as their compiler.
        self._simple: dict[tuple[int, bool], RuleMatch] = {}
        self._ingress: dict[tuple[int, int], int] = {}
        self._dependence: dict[tuple[int, Direction], _Dependence] = {}
        alike: dict[_Listening, list[int]] = {}
        for slot, item in enumerate(classes.slots[: classes.first_outside]):
            key = classes.classes[item.owner].key
            alike.setdefault((key.ports, key.services), []).append(slot)
        kinds = {slot: kind for kind, slots in enumerate(alike.values()) for slot in slots}
        self.kinds: tuple[int, ...] = tuple([kinds[slot] for slot in range(classes.first_outside)])
        for address, served in classes.served_outside.items():
            alike.setdefault(((), served), []).append(classes.slot_of_address(address))
        self._alike: dict[_Listening, int] = {listening: mask_of(slots) for listening, slots in alike.items()}

    def policy(self, number: int, policy: Policy) -> CompiledPolicy:
        """The policy over the slots."""
        rules = {direction: tuple(self._rule(r) for r in policy.rules(direction)) for direction in Direction}
        subject = self._peers.bounds(policy.subject)
        if not policy.certain:
            subject = Bounds(0, subject.may)
        return CompiledPolicy(number, policy, subject, rules)

    def _rule(self, rule: PolicyRule) -> CompiledRule:
        everything = CompiledPorts(self._atoms.all, ())
        peers = self._peers.bounds(rule.peer)
        known, strangers = self._apart(peers)
        return CompiledRule(
            rule=rule,
            local=self._peers.bounds(rule.local),
            peers=known,
            strangers=strangers,
            ports=everything if rule.ports is None else self._ports(rule.ports),
            not_ports=self._ports(rule.not_ports),
            within=self._mask(rule.within),
        )

    def _apart(self, peers: Bounds) -> tuple[Bounds, Bounds]:
        """Those that are known, and the strangers among them."""
        strange = self._classes.strangers
        must, may = peers.must & strange, peers.may & strange
        # An integer of which nothing is taken away stays the same object.
        known_must, known_may = peers.must ^ must, peers.may ^ may
        if known_may == known_must:
            known_may = known_must
        return Bounds(known_must, known_may), Bounds(must, may)

    def _ports(self, ports: Iterable[PortMatch]) -> CompiledPorts:
        numeric = 0
        by_target: list[TargetPort] = []
        for port in ports:
            if isinstance(port, ConnectionSet):
                numeric |= self._mask(port)
            else:
                by_target.append(port)
        return CompiledPorts(numeric, tuple(by_target))

    def seen(self, compiled: CompiledPolicy, direction: Direction, subject: int) -> int | None:
        """What the rules of a policy see of a subject: their regions are the same for two that have the same number.

        None if they may see more than can be told.
        """
        key = compiled.number, direction
        known = self._dependence.get(key)
        if known is None:
            known = self._dependence[key] = self._depends(compiled.rules[direction], direction)
        if known is _Dependence.SUBJECT:
            return None
        return -1 if known is _Dependence.NOTHING else self.kinds[subject]

    def _depends(self, rules: Iterable[CompiledRule], direction: Direction) -> _Dependence:
        if any(rule.local.must != self._classes.all for rule in rules):
            return _Dependence.SUBJECT
        on_ports = direction is Direction.INGRESS and any(rule.depends_on_target for rule in rules)
        return _Dependence.PORTS if on_ports else _Dependence.NOTHING

    def match(
        self, compiled: CompiledRule, direction: Direction, subject: int, *, strangers: bool = False
    ) -> RuleMatch:
        """What the rule matches when `subject` (a slot) is the policy's own side: of known peers, or of strangers."""
        everybody = compiled.local.must == self._classes.all
        simple = everybody and not compiled.depends_on_target
        known = self._simple.get((id(compiled), strangers)) if simple else None
        if known is not None:
            return known
        peers = compiled.strangers if strangers else compiled.peers
        connections = widest = self._connections(compiled, direction, subject)
        if strangers and direction is Direction.EGRESS and compiled.depends_on_target:
            # Which port a name means is known of no pod that is not there.
            widest = Region.rectangle(self._widest(compiled), self._classes.all)
            connections = EMPTY if compiled.not_ports.by_target else connections
        may = self._with(widest, peers.may) if everybody or compiled.local.may >> subject & 1 else EMPTY
        must = may if widest is connections and peers.must == peers.may else self._with(connections, peers.must)
        if not (compiled.rule.certain and (everybody or compiled.local.must >> subject & 1)):
            must = EMPTY if may else may
        match = RuleMatch(compiled.rule, must, may, connections, widest)
        if simple:
            self._simple[id(compiled), strangers] = match
        return match

    def _with(self, connections: Region, peers: int) -> Region:
        """The part that concerns some peers: where it is a clause of ports alone, the very integer of the peers."""
        match connections.rectangles:
            case ((mask, everybody),) if everybody is self._classes.all:
                return Region.rectangle(mask, peers)
            case _:
                return connections.only_peers(peers)

    def _connections(self, compiled: CompiledRule, direction: Direction, subject: int) -> Region:
        if not compiled.depends_on_target:
            mask = compiled.ports.numeric & ~compiled.not_ports.numeric & compiled.within
            return Region.rectangle(mask, self._classes.all)
        region = self._ingress_region if direction is Direction.INGRESS else self._egress_region
        found = region(compiled.ports, subject) & Region.rectangle(compiled.within, self._classes.all)
        return found - region(compiled.not_ports, subject) if compiled.rule.not_ports else found

    def _widest(self, compiled: CompiledRule) -> int:
        """The connections that a rule may mean, whatever port each name stands for."""
        mask = compiled.ports.numeric
        for wanted in compiled.ports.by_target:
            one = wanted.protocol if isinstance(wanted, NamedPort) else None
            for protocol in PORT_PROTOCOLS if one is None else (one,):
                mask |= self._mask(ConnectionSet.of(protocol))
        return mask & ~compiled.not_ports.numeric & compiled.within

    def _ingress_region(self, ports: CompiledPorts, subject: int) -> Region:
        # By identity, as above.
        known = self._ingress.get((id(ports), self.kinds[subject]))
        if known is None:
            key = self._classes.classes[self._classes.slots[subject].owner].key
            known = ports.numeric
            for wanted in ports.by_target:
                known |= self._numbers(wanted, key.ports, key.services)
            self._ingress[id(ports), self.kinds[subject]] = known
        return Region.rectangle(known, self._classes.all)

    def _egress_region(self, ports: CompiledPorts, _subject: int) -> Region:
        parts = [(ports.numeric, self._classes.all)]
        parts += [part for wanted in ports.by_target for part in self._by_destination(wanted)]
        return Region.of(parts)

    def _by_destination(self, wanted: TargetPort) -> tuple[tuple[int, int], ...]:
        known = self._egress.get(wanted)
        if known is None:
            found: dict[int, int] = {}
            for (ports, services), slots in self._alike.items():
                mask = self._numbers(wanted, ports, services)
                if mask:
                    found[mask] = found.get(mask, 0) | slots
            known = self._egress[wanted] = tuple(found.items())
        return known

    def _numbers(self, wanted: TargetPort, ports: PortNumbers, services: tuple[ServedPort, ...]) -> int:
        if isinstance(wanted, NamedPort):
            numbers = numbers_of(ports, wanted)
        else:
            service = (wanted.namespace, wanted.name)
            numbers = tuple((protocol, port) for listed, protocol, port in services if listed == service)
        mask = 0
        for protocol, number in numbers:
            mask |= self._mask(ConnectionSet.of(protocol, IntervalSet.single(number)))
        return mask

    def _mask(self, connections: ConnectionSet) -> int:
        known = self._masks.get(connections)
        if known is None:
            known = self._masks[connections] = self._atoms.mask(connections)
        return known


Selection = tuple[tuple[int, bool], ...]
"""(policy number, whether it surely selects) in evaluation order."""
