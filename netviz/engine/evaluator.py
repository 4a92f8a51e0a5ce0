"""Judges a cluster under a set of policies: compiles once, evaluates any scenario."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import groupby

from netviz.engine import reach
from netviz.engine.blocks import Rows
from netviz.engine.by_name import ByName
from netviz.engine.classes import EndpointClasses
from netviz.engine.families import Families
from netviz.engine.fixed import UNPOLICED, AnyPod, Bypass, End, Forwarder, bypass, opened
from netviz.engine.hosts import FAILSAFE
from netviz.engine.labels import Bounds
from netviz.engine.matrix import Grouping, ReachabilityMatrix
from netviz.engine.options import Connection, Options, Scenario, Verdict, both
from netviz.engine.outside import OutsideGroups
from netviz.engine.peers import PeerCompiler
from netviz.engine.profiles import NOBODY, Profiles
from netviz.engine.rules import CompiledPolicy, RuleCompiler, RuleMatch, Selection
from netviz.engine.vocabulary import Vocabulary, vocabulary_of
from netviz.engine.walk import Event, Outcome, PolicyStep, Program, Record, TierStep, walk
from netviz.model.cluster import Cluster
from netviz.model.policy import (
    Action,
    Direction,
    EndpointKind,
    Labelled,
    Phase,
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
from netviz.sets.region import EMPTY, Region, mask_of

_ProgramKey = tuple[Direction, Selection, object, bool]
_AS_WRITTEN = Scenario()
_CACHE_BITS = 500_000_000
"""About how many bits of rows are remembered over all scenarios; a row has at least one bit per slot."""

_MOST_STEPS = 20_000
"""So many steps of policies are remembered: those of the policies of a large namespace, for all its kinds of pods."""


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
        self._peers.forget()
        policed = mask_of(filter(self.policed, range(self.classes.first_outside)))
        self.profiles = {d: Profiles(self.classes, self.policies, d, policed, self._rules.kinds) for d in Direction}
        self.families = Families(self.classes, self.atoms.all)
        self.joint = {d: self.families.joint(profiles) for d, profiles in self.profiles.items()}
        self._numbers: Mapping[PolicyId, int] = {p.policy.id: p.number for p in self.policies}
        self._staged = frozenset(p.number for p in self.policies if p.policy.stage is not None)
        self._outcomes: dict[_ProgramKey, Outcome] = {}
        self._steps: dict[tuple[Direction, int, bool, bool, int | None], PolicyStep] = {}
        strangers = self.classes.strangers
        self.known_peers: int = self.classes.all & ~strangers
        self.universe = Region.rectangle(self.atoms.all, self.known_peers)
        self._strangers = Region.rectangle(self.atoms.all, strangers)
        self._open = (Outcome(self.universe, EMPTY), Outcome(self._strangers, EMPTY))
        self._cache_limit = max(1_000, _CACHE_BITS // max(1, len(self.classes.slots)))
        self._connections: dict[int, ConnectionSet] = {}
        self._atom_of: dict[tuple[int, int, int], int] = {}

    def _mentioned(self) -> Iterable[ConnectionSet]:
        yield from self.classes.vocabulary.connections
        if self.cluster.host_endpoints:
            yield from FAILSAFE.values()
        # On a pod that is not in the input a name may mean any port of its protocol.
        yield from map(ConnectionSet.of, self.classes.vocabulary.protocols_of_names())
        keys = [c.key for c in self.classes.classes]
        served = [port for ports in self.classes.served_outside.values() for port in ports]
        served += [port for key in keys for port in key.services]
        named = {port[1:3] for key in keys for port in key.ports}
        for protocol, number in named | {port[1:] for port in served}:
            yield ConnectionSet.of(protocol, IntervalSet.single(number))

    def connections(self, mask: int) -> ConnectionSet:
        """The connections of a mask of atoms."""
        known = self._connections.get(mask)
        if known is None:
            known = self._connections[mask] = self.atoms.connections(mask)
        return known

    def evaluate(self, scenario: Scenario = Scenario()) -> Evaluation:  # noqa: B008 - a frozen value
        """The answers under a scenario. Rows that are as in the scenario without any switch are shared with it."""
        return self.baseline if scenario == _AS_WRITTEN else Evaluation(self, scenario, self.baseline)

    @cached_property
    def baseline(self) -> Evaluation:
        """The answers for the policies as they are written."""
        return Evaluation(self, _AS_WRITTEN)

    def inactive(self, scenario: Scenario) -> frozenset[int]:
        """The numbers of the policies that do not count: switched off, staged, or replaced by a staged one (B60)."""
        numbers = self._numbers
        enforced = self._staged & {numbers[each] for each in scenario.enforced if each in numbers}
        off = {numbers[each] for each in scenario.disabled if each in numbers}
        twins = (self.policies[number].policy.twin for number in enforced - off)
        gone = {numbers[twin] for twin in twins if twin is not None and twin in numbers}
        return (self._staged - enforced) | off | gone

    def selecting(self, slot: int, direction: Direction, inactive: frozenset[int]) -> Selection:
        """(policy number, surely) of the active policies that concern a slot, in evaluation order."""
        number = self.profiles[direction].of[slot]
        if number == NOBODY:
            return ()
        return _active(self.profiles[direction].profiles[number].policies, inactive)

    def holds(self, peer: RulePeer, slot: int) -> Ternary:
        """Whether a peer expression of one of the policies holds for a slot."""
        bounds = self._peers.bounds(peer)
        if bounds.must >> slot & 1:
            return True
        return None if bounds.may >> slot & 1 else False

    def bounds(self, peer: RulePeer) -> Bounds:
        """The slots for which a peer expression of one of the policies, or a part of one, holds."""
        return self._peers.bounds(peer)

    def network_sets(self, peer: Labelled) -> Bounds:
        """The network sets, bit i for `classes.network_sets[i]`, that a selector of one of the policies means."""
        return self._peers.network_sets(peer)

    def possibly(self, peer: RulePeer) -> int:
        """The slots for which a peer expression of one of the policies may hold."""
        return self._peers.bounds(peer).may

    def policed(self, slot: int) -> bool:
        """Whether policies can apply to what the slot stands for. The arbitrary pod's own are not considered."""
        item = self.classes.slots[slot]
        if item.kind is EndpointKind.HOST_ENDPOINT:
            return True
        return item.kind is EndpointKind.POD and item.owner != self.classes.arbitrary

    def plain_slot(self, number: int) -> int | None:
        """The slot of a class of which all is in two rows: pods on the pod network with one peer bit."""
        return self.classes.plain_slots[number]

    def atom_of(self, connection: Connection) -> int:
        """The number of the connection atom that holds a connection."""
        key = connection.protocol, connection.port, connection.second
        known = self._atom_of.get(key)
        if known is None:
            known = self._atom_of[key] = self.atoms.atom_of(*key)
        return known

    def final(self, slot: int) -> Action:
        """What becomes of what no tier decides: a pod is open (A5), a host endpoint as its profiles say (B50)."""
        return Action.ALLOW if self.classes.classes[self.classes.slots[slot].owner].key.open else Action.DENY

    def failsafe(self, slot: int, direction: Direction) -> int:
        """The connection atoms that are allowed before any policy is asked: those of host endpoints (B50)."""
        if self.classes.slots[slot].kind is not EndpointKind.HOST_ENDPOINT:
            return 0
        return self.atoms.mask(FAILSAFE[direction])

    def open(self, *, strangers: bool = False) -> Outcome:
        """The row of a slot that no policy can apply to."""
        return self._open[strangers]

    def outcome(
        self, direction: Direction, number: int, inactive: frozenset[int], *, strangers: bool = False
    ) -> Outcome:
        """What the members of a profile allow in one direction, over all connections with known peers, or strangers."""
        profile = self.profiles[direction].profiles[number]
        policies = _active(profile.policies, inactive)
        key: _ProgramKey = (direction, policies, profile.signature, strangers)
        known = self._outcomes.get(key)
        if known is None:
            if len(self._outcomes) >= self._cache_limit:
                self._outcomes.clear()
            known = self._outcomes[key] = self._walked(profile.members[0], direction, policies, strangers)
        return known

    def _walked(self, slot: int, direction: Direction, policies: Selection, strangers: bool) -> Outcome:
        if strangers:
            universe, peers = self._strangers, self.classes.strangers
        else:
            universe, peers = self.universe, self.known_peers
        final, failsafe = self.final(slot), self.failsafe(slot, direction)
        program = self.program(slot, direction, policies, strangers=strangers)
        if not failsafe:
            return walk(universe, program, final)
        always = Region.rectangle(failsafe, peers)
        found = walk(universe - always, program, final)
        return Outcome(found.allow | always, found.unknown)

    def program(
        self, slot: int, direction: Direction, policies: Selection, *, strangers: bool = False
    ) -> Program:
        """The walk of one subject through these policies, as far as known peers go, or strangers."""
        steps: list[TierStep] = []
        for (_, name), members in groupby(policies, key=lambda item: self._place(item[0])):
            tier = next(t for t in self.tiers if t.name == name)
            singles = [self._step(slot, direction, number, sure, strangers) for number, sure in members]
            if tier.ties_undefined:
                groups = tuple(tuple(g) for _, g in groupby(singles, key=lambda step: step.policy.order))
            else:
                groups = tuple((step,) for step in singles)
            steps.append(TierStep(tier, groups))
        return Program(tuple(steps))

    def _place(self, number: int) -> tuple[Phase, str]:
        policy = self.policies[number].policy
        return policy.phase, policy.tier

    def _step(self, slot: int, direction: Direction, number: int, sure: bool, strangers: bool) -> PolicyStep:
        compiled = self.policies[number]
        seen = self._rules.seen(compiled, direction, slot)
        key = (direction, number, sure, strangers, seen)
        known = self._steps.get(key)
        if known is not None:
            return known
        matches: tuple[RuleMatch, ...] = tuple(
            self._rules.match(rule, direction, slot, strangers=strangers) for rule in compiled.rules[direction]
        )
        step = PolicyStep(compiled.policy, sure, compiled.captures(direction), matches)
        if seen is not None:
            if len(self._steps) >= _MOST_STEPS:
                self._steps.clear()
            self._steps[key] = step
        return step


class Evaluation:
    """The answers under one scenario. Nothing in it changes; rows are worked out when they are first asked for.

    What no switched policy concerns is taken from `base`, an evaluation by the same evaluator; `switched` are the
    numbers of the policies that count in one of them only.
    """

    def __init__(self, evaluator: Evaluator, scenario: Scenario, base: Evaluation | None = None) -> None:
        self.evaluator = evaluator
        self.scenario = scenario
        self.inactive: frozenset[int] = evaluator.inactive(scenario)
        self.base = base
        self.switched: frozenset[int] = self.inactive ^ base.inactive if base else frozenset()
        self._concerned: dict[Direction, frozenset[int]] = {}
        self._rows: dict[tuple[Direction, int], Outcome] = {}
        self._by_name = ByName(self)
        self.rows = Rows(self)

    @property
    def cluster(self) -> Cluster:
        """The cluster that is judged."""
        return self.evaluator.cluster

    def active(self, number: int) -> bool:
        """Whether a compiled policy counts in this scenario."""
        return number not in self.inactive

    def row(self, slot: int, direction: Direction) -> Outcome:
        """What a slot allows in one direction, by its own policies, with all known peers."""
        number = self._profile(slot, direction)
        return self.evaluator.open() if number == NOBODY else self.profile_row(direction, number)

    def toward(self, slot: int, peer: int, direction: Direction) -> Outcome:
        """The row of a slot that tells about one peer, which may be the arbitrary pod."""
        if not self.evaluator.classes.strangers >> peer & 1:
            return self.row(slot, direction)
        number = self._profile(slot, direction)
        if number == NOBODY:
            return self.evaluator.open(strangers=True)
        return self.evaluator.outcome(direction, number, self.inactive, strangers=True)

    def _profile(self, slot: int, direction: Direction) -> int:
        evaluator = self.evaluator
        return evaluator.profiles[direction].of[slot] if slot < evaluator.classes.first_outside else NOBODY

    def profile_row(self, direction: Direction, number: int) -> Outcome:
        """What the members of a profile allow in one direction."""
        known = self._rows.get((direction, number))
        if known is None:
            known = self._rows[direction, number] = (
                self.evaluator.outcome(direction, number, self.inactive)
                if self.base is None or number in self.concerned(direction)
                else self.base.profile_row(direction, number)
            )
        return known

    def concerned(self, direction: Direction) -> frozenset[int]:
        """The numbers of the profiles of which some policy is switched differently than in `base`."""
        known = self._concerned.get(direction)
        if known is None:
            profiles = self.evaluator.profiles[direction].with_policy
            found = frozenset(profile for number in self.switched for profile in profiles.get(number, ()))
            known = self._concerned[direction] = found
        return known

    def isolated(self, slot: int, direction: Direction) -> Ternary:
        """Whether some policy applies to the slot in that direction: it isolates it, or has rules for it.

        A host endpoint whose profiles allow nothing is isolated without any policy.
        """
        if not self.evaluator.policed(slot):
            return False
        if self.evaluator.final(slot) is Action.DENY:
            return True
        selecting = self.evaluator.selecting(slot, direction, self.inactive)
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
        plain = self._by_name.verdict(source, target, connection)
        if plain is not None:
            return plain
        bypassed = self.bypass(source, target)
        if bypassed == UNPOLICED:
            return Verdict.ALLOW
        atom = self.evaluator.atom_of(connection)
        verdicts = {
            both(
                opened(side(self.toward(s, t, Direction.EGRESS), atom, t), bypassed.egress),
                opened(side(self.toward(t, s, Direction.INGRESS), atom, s), bypassed.ingress),
            )
            for s, t in self.slot_pairs(source, target)
        }
        return verdicts.pop() if len(verdicts) == 1 else Verdict.UNKNOWN

    def matrix(
        self,
        by: Grouping = Grouping.WORKLOAD,
        namespaces: Collection[str] | None = None,
        touching: Collection[str] | None = None,
        outside: OutsideGroups | None = None,
    ) -> ReachabilityMatrix:
        """Every pair of peers between which something is allowed or unknown; with `namespaces`, of those only.

        With `touching`, only pairs that have an end in one of these namespaces; with `outside`, the groups of addresses
        that `outside_groups` finds for the namespaces are each one peer. It lists pairs: for more than some
        thousand peers use `blocks` and `delta`, which do not. UsageError for more than twenty million.
        """
        return reach.matrix(self, by, namespaces, touching, outside)

    def trace(self, subject: int, peer: int, direction: Direction, connection: Connection) -> tuple[Event, ...]:
        """The recorded walk of one subject slot for one peer slot and connection: the same walk, with one bit."""
        evaluator = self.evaluator
        atom = evaluator.atom_of(connection)
        events: list[Event] = []
        if evaluator.policed(subject) and not evaluator.failsafe(subject, direction) >> atom & 1:
            policies = evaluator.selecting(subject, direction, self.inactive)
            strange = bool(evaluator.classes.strangers >> peer & 1)
            program = evaluator.program(subject, direction, policies, strangers=strange)
            record: Record = events.append
            walk(Region.rectangle(1 << atom, 1 << peer), program, evaluator.final(subject), record)
        return tuple(events)


def _active(policies: Selection, inactive: frozenset[int]) -> Selection:
    if not inactive:
        return policies
    return tuple([item for item in policies if item[0] not in inactive])


def side(outcome: Outcome, atom: int, peer: int) -> Verdict:
    """What one row says about one peer and connection."""
    if outcome.allow.connections_of(peer) >> atom & 1:
        return Verdict.ALLOW
    return Verdict.UNKNOWN if outcome.unknown.connections_of(peer) >> atom & 1 else Verdict.DENY
