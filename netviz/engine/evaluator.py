"""Judges a cluster under a set of policies: compiles once, evaluates any scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from netviz.engine import reach
from netviz.engine.classes import EndpointClasses
from netviz.engine.fixed import UNPOLICED, AnyPod, Bypass, End, Forwarder, bypass, opened
from netviz.engine.hosts import FAILSAFE
from netviz.engine.matrix import Grouping, ReachabilityMatrix
from netviz.engine.options import Connection, Options, Scenario, Verdict, both
from netviz.engine.peers import PeerCompiler
from netviz.engine.rules import CompiledPolicy, RuleCompiler, RuleMatch, selected
from netviz.engine.vocabulary import Vocabulary, vocabulary_of
from netviz.engine.walk import Event, Outcome, PolicyStep, Program, Record, TierStep, walk
from netviz.model.cluster import Cluster
from netviz.model.policy import (
    ANYONE,
    Action,
    Direction,
    EndpointKind,
    Phase,
    Policy,
    PolicyId,
    PolicySet,
    RulePeer,
    Tier,
    policy_position,
    tier_position,
)
from netviz.selectors.tree import Ternary, any_of
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import ConnectionAtoms, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.sets.region import EMPTY, Region

_ProgramKey = tuple[Direction, tuple[tuple[int, bool], ...], object]
_CACHE_LIMIT = 200_000


class Evaluator:
    """A cluster and its policies, compiled. `evaluate` is a pure function of the scenario.

    All policies are compiled, disabled and staged ones too, so that every scenario has the same endpoint classes. With
    a `vocabulary`, two evaluators over different policies share their classes and can be compared peer by peer.
    """

    def __init__(
        self,
        cluster: Cluster,
        policies: PolicySet,
        options: Options = Options(),  # noqa: B008 - a frozen value
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.cluster = cluster
        self.options = options
        self.tiers: tuple[Tier, ...] = tuple(sorted(policies.tiers, key=tier_position))
        position = {tier.name: i for i, tier in enumerate(self.tiers)}
        phases = tuple(Phase)
        ordered = sorted(
            policies.policies, key=lambda p: (phases.index(p.phase), position[p.tier], policy_position(p))
        )
        words = vocabulary_of(policies)
        self.classes = EndpointClasses(cluster, words | vocabulary if vocabulary else words, options)
        self.atoms = ConnectionAtoms(self._mentioned())
        self._peers = PeerCompiler(cluster, self.classes)
        self._rules = RuleCompiler(self.classes, self.atoms, self._peers)
        self.policies: tuple[CompiledPolicy, ...] = tuple(self._rules.policy(i, p) for i, p in enumerate(ordered))
        inside = self.classes.first_outside
        self._selected = {d: selected(self.policies, d, inside) for d in Direction}
        self._named = {d: frozenset(p.number for p in self.policies if _has_named(p, d)) for d in Direction}
        self._local = {d: frozenset(p.number for p in self.policies if _has_local(p, d)) for d in Direction}
        self._outcomes: dict[_ProgramKey, Outcome] = {}
        self.universe = Region.rectangle(self.atoms.all, self.classes.all)
        self._connections: dict[int, ConnectionSet] = {}

    def _mentioned(self) -> Iterable[ConnectionSet]:
        yield from self.classes.vocabulary.connections
        if self.cluster.host_endpoints:
            yield from FAILSAFE.values()
        keys = [c.key for c in self.classes.classes]
        served = [port for ports in self.classes.served_outside.values() for port in ports]
        served += [port for key in keys for port in key.services]
        named = {port[1:] for key in keys for port in key.ports}
        for protocol, number in named | {port[1:] for port in served}:
            yield ConnectionSet.of(protocol, IntervalSet.single(number))

    def connections(self, mask: int) -> ConnectionSet:
        """The connections of a mask of atoms."""
        known = self._connections.get(mask)
        if known is None:
            known = self._connections[mask] = self.atoms.connections(mask)
        return known

    def evaluate(self, scenario: Scenario = Scenario()) -> Evaluation:  # noqa: B008 - a frozen value
        """The answers under a scenario."""
        return Evaluation(self, scenario)

    def selecting(self, slot: int, direction: Direction, active: Callable[[int], bool]) -> tuple[tuple[int, bool], ...]:
        """(policy number, surely) of the active policies that concern a slot, in evaluation order."""
        return tuple(item for item in self._selected[direction][slot] if active(item[0]))

    def holds(self, peer: RulePeer, slot: int) -> Ternary:
        """Whether a peer expression of one of the policies holds for a slot."""
        bounds = self._peers.bounds(peer)
        if bounds.must >> slot & 1:
            return True
        return None if bounds.may >> slot & 1 else False

    def policed(self, slot: int) -> bool:
        """Whether policies can apply to what the slot stands for. The arbitrary pod's own are not considered."""
        item = self.classes.slots[slot]
        if item.kind is EndpointKind.HOST_ENDPOINT:
            return True
        return item.kind is EndpointKind.POD and item.owner != self.classes.arbitrary

    def final(self, slot: int) -> Action:
        """What becomes of what no tier decides: a pod is open (A5), a host endpoint as its profiles say (B50)."""
        return Action.ALLOW if self.classes.classes[self.classes.slots[slot].owner].key.open else Action.DENY

    def failsafe(self, slot: int, direction: Direction) -> int:
        """The connection atoms that are allowed before any policy is asked: those of host endpoints (B50)."""
        if self.classes.slots[slot].kind is not EndpointKind.HOST_ENDPOINT:
            return 0
        return self.atoms.mask(FAILSAFE[direction])

    def outcome(self, slot: int, direction: Direction, active: Callable[[int], bool]) -> Outcome:
        """What a slot allows in one direction, over all peers and connections."""
        if not self.policed(slot):
            return Outcome(self.universe, EMPTY)
        policies = self.selecting(slot, direction, active)
        key: _ProgramKey = (direction, policies, self._signature(slot, direction, policies))
        known = self._outcomes.get(key)
        if known is None:
            if len(self._outcomes) >= _CACHE_LIMIT:
                self._outcomes.clear()
            known = self._outcomes[key] = self._walked(slot, direction, policies)
        return known

    def _walked(self, slot: int, direction: Direction, policies: tuple[tuple[int, bool], ...]) -> Outcome:
        program, final = self.program(slot, direction, policies), self.final(slot)
        failsafe = self.failsafe(slot, direction)
        if not failsafe:
            return walk(self.universe, program, final)
        always = Region.rectangle(failsafe, self.classes.all)
        found = walk(self.universe - always, program, final)
        return Outcome(found.allow | always, found.unknown)

    def _signature(self, slot: int, direction: Direction, policies: tuple[tuple[int, bool], ...]) -> object:
        owner = self.classes.classes[self.classes.slots[slot].owner]
        ports = direction is Direction.INGRESS and any(n in self._named[direction] for n, _ in policies)
        local = any(n in self._local[direction] for n, _ in policies)
        kind = self.classes.slots[slot].kind
        return (owner.key.ports, owner.key.services) if ports else None, slot if local else None, kind, owner.key.open

    def program(self, slot: int, direction: Direction, policies: tuple[tuple[int, bool], ...]) -> Program:
        """The walk of one subject through these policies."""
        steps: list[TierStep] = []
        for (_, name), members in groupby(policies, key=lambda item: self._place(item[0])):
            tier = next(t for t in self.tiers if t.name == name)
            singles = [self._step(slot, direction, number, sure) for number, sure in members]
            if tier.ties_undefined:
                groups = tuple(tuple(g) for _, g in groupby(singles, key=lambda step: step.policy.order))
            else:
                groups = tuple((step,) for step in singles)
            steps.append(TierStep(tier, groups))
        return Program(tuple(steps))

    def _place(self, number: int) -> tuple[Phase, str]:
        policy = self.policies[number].policy
        return policy.phase, policy.tier

    def _step(self, slot: int, direction: Direction, number: int, sure: bool) -> PolicyStep:
        compiled = self.policies[number]
        matches: tuple[RuleMatch, ...] = tuple(
            self._rules.match(rule, direction, slot) for rule in compiled.rules[direction]
        )
        return PolicyStep(compiled.policy, sure, compiled.captures(direction), matches)


class Evaluation:
    """The answers under one scenario. Nothing in it changes; rows are worked out when they are first asked for."""

    def __init__(self, evaluator: Evaluator, scenario: Scenario) -> None:
        self.evaluator = evaluator
        self.scenario = scenario
        gone = {p.policy.twin for p in evaluator.policies if p.policy.stage and is_active(p.policy, scenario)}
        self._active = frozenset(
            p.number for p in evaluator.policies if is_active(p.policy, scenario) and p.policy.id not in gone
        )
        self._rows: dict[tuple[int, Direction], Outcome] = {}

    @property
    def cluster(self) -> Cluster:
        """The cluster that is judged."""
        return self.evaluator.cluster

    def active(self, number: int) -> bool:
        """Whether a compiled policy counts in this scenario."""
        return number in self._active

    def row(self, slot: int, direction: Direction) -> Outcome:
        """What a slot allows in one direction, by its own policies."""
        key = (slot, direction)
        known = self._rows.get(key)
        if known is None:
            known = self._rows[key] = self.evaluator.outcome(slot, direction, self.active)
        return known

    def isolated(self, slot: int, direction: Direction) -> Ternary:
        """Whether some policy applies to the slot in that direction: it isolates it, or has rules for it.

        A host endpoint whose profiles allow nothing is isolated without any policy.
        """
        if not self.evaluator.policed(slot):
            return False
        if self.evaluator.final(slot) is Action.DENY:
            return True
        selecting = self.evaluator.selecting(slot, direction, self.active)
        return any_of(True if sure else None for _, sure in selecting)

    def slots_of(self, end: End, other: End | None = None) -> tuple[int, ...]:
        """The peer bits of an end, only those of the other end's family where it is an address that has one."""
        classes = self.evaluator.classes
        match end:
            case IpAddress():
                slots = classes.slots_at(end)
            case Forwarder(address):
                slots = classes.slots_at(address)
            case AnyPod():
                slots = classes.classes[classes.arbitrary].slots
            case _:
                slots = classes.classes[classes.class_of(end)].slots
        if isinstance(other, IpAddress):
            return tuple(s for s in slots if classes.slots[s].family in (None, other.family)) or slots
        return slots

    def slot_pairs(self, source: End, target: End) -> list[tuple[int, int]]:
        """Source and target slots of every address family in which the two ends can talk."""
        return self.evaluator.classes.pairs(self.slots_of(source, target), self.slots_of(target, source))

    def bypass(self, source: End, target: End) -> Bypass:
        """On which side of a connection no policy is asked, with this network plugin."""
        return bypass(self.cluster, source, target, own_node_open=self.evaluator.options.own_node_open)

    def verdict(self, source: End, target: End, connection: Connection) -> Verdict:
        """Whether `source` may open `connection` to `target`. Ends in two address families must agree, else UNKNOWN."""
        bypassed = self.bypass(source, target)
        if bypassed == UNPOLICED:
            return Verdict.ALLOW
        atom = self.evaluator.atoms.atom_of(connection.protocol, connection.port)
        verdicts = {
            both(
                opened(side(self.row(s, Direction.EGRESS), atom, t), bypassed.egress),
                opened(side(self.row(t, Direction.INGRESS), atom, s), bypassed.ingress),
            )
            for s, t in self.slot_pairs(source, target)
        }
        return verdicts.pop() if len(verdicts) == 1 else Verdict.UNKNOWN

    def matrix(self, by: Grouping = Grouping.WORKLOAD) -> ReachabilityMatrix:
        """Every pair of peers between which something is allowed or unknown."""
        return reach.matrix(self, by)

    def trace(self, subject: int, peer: int, direction: Direction, connection: Connection) -> tuple[Event, ...]:
        """The recorded walk of one subject slot for one peer slot and connection: the same walk, with one bit."""
        evaluator = self.evaluator
        atom = evaluator.atoms.atom_of(connection.protocol, connection.port)
        events: list[Event] = []
        if evaluator.policed(subject) and not evaluator.failsafe(subject, direction) >> atom & 1:
            policies = evaluator.selecting(subject, direction, self.active)
            program = evaluator.program(subject, direction, policies)
            record: Record = events.append
            walk(Region.rectangle(1 << atom, 1 << peer), program, evaluator.final(subject), record)
        return tuple(events)


def is_active(policy: Policy, scenario: Scenario) -> bool:
    """Whether a policy counts in a scenario."""
    identity: PolicyId = policy.id
    return identity not in scenario.disabled and (policy.stage is None or identity in scenario.enforced)


def side(outcome: Outcome, atom: int, peer: int) -> Verdict:
    """What one row says about one peer and connection."""
    if outcome.allow.connections_of(peer) >> atom & 1:
        return Verdict.ALLOW
    return Verdict.UNKNOWN if outcome.unknown.connections_of(peer) >> atom & 1 else Verdict.DENY


def _has_named(policy: CompiledPolicy, direction: Direction) -> bool:
    return any(rule.depends_on_target for rule in policy.rules[direction])


def _has_local(policy: CompiledPolicy, direction: Direction) -> bool:
    return any(rule.rule.local != ANYONE for rule in policy.rules[direction])

