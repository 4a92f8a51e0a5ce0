"""What each policy does by itself: what removing it alone would open and break, or enforcing one that is not active."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import islice, product
from typing import Final, NamedTuple

from netviz.analysis.population import Names, Population, Unit
from netviz.engine.delta import Shift, moved, shifts
from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import Grouping
from netviz.engine.options import Scenario
from netviz.engine.pairs import Judge, Masks
from netviz.engine.parts import State
from netviz.engine.rules import CompiledPolicy, RuleMatch
from netviz.engine.walk import Program
from netviz.model.policy import Direction, Policy, PolicyId
from netviz.sets.connections import ConnectionSet
from netviz.sets.region import bits

MOST_PAIRS: Final = 100
"""Pairs of peers that are listed of each policy; all pairs are counted."""


class PolicyState(StrEnum):
    """How a policy stands in a scenario; `replaced` by a staged one that is enforced in its place (B60)."""

    ENFORCED = "enforced"
    DISABLED = "disabled"
    STAGED = "staged"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many ordered pairs differ, and how; a pair can count in `opens`, `breaks` and `doubts` at once.

    `opens` may surely open something that they could not, `breaks` surely cannot open something any more that they
    could, `doubts` have something that cannot be decided any more. `pairs` are those of which anything differs.
    """

    opens: int = 0
    breaks: int = 0
    doubts: int = 0
    pairs: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            opens=self.opens + other.opens,
            breaks=self.breaks + other.breaks,
            doubts=self.doubts + other.doubts,
            pairs=self.pairs + other.pairs,
        )


@dataclass(frozen=True, slots=True)
class PairImpact:
    """What some pod of one peer gains or loses towards some pod of another; peer ids as `netviz list` has them."""

    source: str
    target: str
    opens: ConnectionSet
    breaks: ConnectionSet
    doubts: ConnectionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What switching one policy, and nothing else, would change: an active one is removed, any other one enforced.

    `inside` counts pairs of pods, `outside` pods and directions in which something differs with addresses outside of
    the cluster. `pairs` are the first of all, by peers; `more` says that there are others. `strangers` is True for a
    policy that changes nothing here, but may change what pods may do that are not in the input.
    """

    policy: PolicyId
    state: PolicyState
    inside: Counted = Counted()
    outside: Counted = Counted()
    pairs: tuple[PairImpact, ...] = ()
    more: bool = False
    strangers: bool = False

    @property
    def total(self) -> Counted:
        """Both together."""
        return self.inside + self.outside


def rank(impact: Impact) -> tuple[int, PolicyId]:
    """Sort key: what changes most comes first."""
    total = impact.total
    return -(total.opens + total.breaks + total.doubts), impact.policy


def state_of(compiled: CompiledPolicy, before: Evaluation) -> PolicyState:
    """How a policy stands in the scenario of an evaluation."""
    policy, scenario = compiled.policy, before.scenario
    if policy.id in scenario.disabled:
        return PolicyState.DISABLED
    if policy.stage is not None and policy.id not in scenario.enforced:
        return PolicyState.STAGED
    if not before.active(compiled.number):
        return PolicyState.REPLACED
    return PolicyState.ENFORCED


def switched(scenario: Scenario, policy: Policy) -> Scenario:
    """The scenario in which one policy counts if it does not, and does not if it does."""
    own = frozenset((policy.id,))
    if policy.stage is None:
        return replace(scenario, disabled=scenario.disabled ^ own)
    if policy.id in scenario.enforced - scenario.disabled:
        return replace(scenario, enforced=scenario.enforced - own)
    return Scenario(disabled=scenario.disabled - own, enforced=scenario.enforced | own)


class Impacts:
    """The impact of every policy under one evaluation; what they share is worked out once.

    `uncounted` is how many pods are left out since their pairs have to be looked at one by one, and are too many.
    """

    def __init__(self, before: Evaluation, by: Grouping = Grouping.WORKLOAD) -> None:
        self.evaluation = before
        self._evaluator = before.evaluator
        self._population = Population(before.evaluator)
        self._by = by
        self._judge: Judge | None = None
        self.uncounted: int = 0 if self._population.odd_counted else self._population.odd_pods

    @cached_property
    def names(self) -> Names:
        """What the peers of pairs are called."""
        return Names(self._evaluator, self._by)

    def all(self, most_pairs: int = MOST_PAIRS) -> Iterator[Impact]:
        """That of every policy, in evaluation order, with so many pairs each."""
        for compiled in self._evaluator.policies:
            yield self.of(compiled, most_pairs)

    def of(self, compiled: CompiledPolicy, most_pairs: int = MOST_PAIRS) -> Impact:
        """That of one policy."""
        before, policy = self.evaluation, compiled.policy
        after = Evaluation(self._evaluator, switched(before.scenario, policy), before)
        found = list(shifts(before, after, self._population.plain | self._population.outside))
        odd = list(self._odd(after))
        inside, outside = self._counted(found, odd)
        pairs = self._pairs(found, odd, most_pairs + 1) if most_pairs else []
        return Impact(
            policy=policy.id,
            state=state_of(compiled, before),
            inside=inside,
            outside=outside,
            pairs=tuple(pairs[:most_pairs]),
            more=len(pairs) > most_pairs if most_pairs else bool(found or odd),
            strangers=not found and not odd and self._strangers(after),
        )

    def _counted(self, found: list[Shift], odd: list[_OddPair]) -> tuple[Counted, Counted]:
        weights, outside = self._population.weights, self._population.outside
        numbers, gone = [0] * 4, [(0, 0)] * 4
        for shift in found:
            pairs = weights.pairs(shift.sources, shift.targets)
            out = shift.sources if shift.targets & outside else 0
            into = shift.targets if shift.sources & outside else 0
            for i in _counts(shift):
                numbers[i] += pairs
                gone[i] = gone[i][0] | out, gone[i][1] | into
        around = [weights.total(out) + weights.total(into) for out, into in gone]
        seen: set[tuple[int, Unit, bool]] = set()
        for source, target, shift in odd:
            for i in _counts(shift):
                if isinstance(source, Unit) and isinstance(target, Unit):
                    numbers[i] += source.pairs(target)
                    continue
                unit = source if isinstance(source, Unit) else target
                if isinstance(unit, Unit) and (i, unit, unit is source) not in seen:
                    seen.add((i, unit, unit is source))
                    around[i] += len(unit.members)
        return _tally(numbers), _tally(around)

    def _odd(self, after: Evaluation) -> Iterator[_OddPair]:
        """The pairs with an odd pod that differ."""
        population = self._population
        if not population.odd or self.uncounted:
            return
        into, out = (population.at(moved(self.evaluation, after, direction)) for direction in Direction)
        if not into and not out:
            return
        everything = range(len(self._evaluator.classes.classes))
        self._judge = self._judge or Judge(self.evaluation, everything)
        judges = self._judge, Judge(after, everything)
        odd = dict.fromkeys(population.odd)
        wanted = [(s, t) for s in out for t in (population.units if s in odd else odd)]
        wanted += [(s, t) for t in into for s in (population.units if t in odd else odd)]
        for source, target in dict.fromkeys(wanted):
            if source.pairs(target):
                yield from _differing(source, target, *(judge.between(*source.sample(target)) for judge in judges))
        for unit in (unit for unit in odd if unit in into or unit in out):
            for atom in range(len(self._evaluator.classes.atoms.sets)):
                (in_before, out_before), (in_after, out_after) = (judge.outside(atom, unit.one) for judge in judges)
                yield from _differing(atom, unit, in_before, in_after)
                yield from _differing(unit, atom, out_before, out_after)

    def _strangers(self, after: Evaluation) -> bool:
        """Whether what pods may do that are not in the input can differ: of them, hardly anything is known."""
        before, evaluator = self.evaluation, self._evaluator
        numbers = before.inactive ^ after.inactive
        for direction in Direction:
            for number in after.concerned(direction):
                was, now = (
                    evaluator.outcome(direction, number, side.inactive, strangers=True) for side in (before, after)
                )
                if was != now:
                    return True
                profile = evaluator.profiles[direction].profiles[number]
                own = tuple(each for each in profile.policies if each[0] in numbers)
                program = evaluator.program(profile.members[0], direction, own, strangers=True)
                if any(match.may & was.unknown for match in _matches(program)):
                    return True
        return False

    def _pairs(self, found: list[Shift], odd: list[_OddPair], most: int) -> list[PairImpact]:
        """The first pairs by peers. Only of namespaces can one pair get something from several shifts."""
        names = self.names
        several = self._by is Grouping.NAMESPACE
        gains: dict[tuple[str, str], tuple[int, int, int]] = {}

        def ends() -> Iterator[tuple[Iterable[str], Iterable[str], Shift]]:
            for shift in found:
                both = (names.at(bits(slots)) for slots in (shift.sources, shift.targets))
                sources, targets = (dict.fromkeys(some if several else islice(some, most + 1)) for some in both)
                yield sources, targets, shift
            for source, target, shift in odd:
                yield names.of(source), names.of(target), shift

        for sources, targets, shift in ends():
            for pair in product(sources, targets):
                if pair[0] == pair[1] or (pair not in gains and len(gains) >= most):
                    continue
                known = gains.get(pair, (0, 0, 0))
                gains[pair] = known[0] | shift.opened, known[1] | shift.lost, known[2] | shift.doubted
            if len(gains) >= most and not several:
                break
        to_set = self._evaluator.connections
        return [PairImpact(*pair, *map(to_set, masks)) for pair, masks in sorted(gains.items())]


class _OddPair(NamedTuple):
    """Two units, or a unit and an address atom, between which something differs."""

    source: Unit | int
    target: Unit | int
    shift: Shift


def _differing(source: Unit | int, target: Unit | int, before: Masks, after: Masks) -> Iterator[_OddPair]:
    if before != after:
        states = (State(masks.allow, masks.allow | masks.unknown) for masks in (before, after))
        yield _OddPair(source, target, Shift(0, 0, *states))


def _matches(program: Program) -> Iterator[RuleMatch]:
    for tier in program.tiers:
        for group in tier.groups:
            for step in group:
                yield from step.matches


def _counts(shift: Shift) -> list[int]:
    """As which of the four numbers of `Counted` the pairs of a shift count."""
    return [i for i, counts in enumerate((shift.opened, shift.lost, shift.doubted, 1)) if counts]


def _tally(numbers: list[int]) -> Counted:
    opens, breaks, doubts, pairs = numbers
    return Counted(opens=opens, breaks=breaks, doubts=doubts, pairs=pairs)
