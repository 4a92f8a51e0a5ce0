"""Rules and policies that decide nothing, by the walk itself.

A rule decides nothing if for every subject each connection that it matches is taken before it, or would be decided in
the same way by other rules of its run: the rules in a row of one tier that do the same. Taking it out then leaves what
the run takes as it is, and so everything after it. Of rules that cover each other, all but one are called redundant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from netviz.engine.evaluator import Evaluation
from netviz.engine.rules import CompiledPolicy
from netviz.engine.walk import Event, EventKind, walk
from netviz.model.policy import Action, Direction, PolicyId, PolicyRule
from netviz.sets.region import EMPTY, Region

MOST_STATIONS = 300_000
"""So many rules are looked at, counted for every kind of subject; with more nothing is said."""


class RuleKey(NamedTuple):
    """A rule: the number of its policy, and its `place` among the rules of a direction."""

    policy: int
    direction: Direction
    place: int


class Station(NamedTuple):
    """A rule in one walk. `need` is what of its match reaches the run that it is in; `sure`: its policy applies."""

    key: RuleKey
    action: Action
    sure: bool
    must: Region
    may: Region
    need: Region


class Run(NamedTuple):
    """Rules in a row that do the same, after the stations before them; with `strangers`, as for the arbitrary pod."""

    stations: tuple[Station, ...]
    before: tuple[Station, ...]
    strangers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleRule:
    """A rule that decides nothing, and some of the rules that decide in its place; `shadowed`: all before it."""

    key: RuleKey
    by: tuple[RuleKey, ...]
    shadowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Redundancy:
    """What could be taken out, all at once, without a change of any verdict.

    `policies` holds the numbers of those that are not needed at all, with their rules; `rules` the other rules. Not
    `complete`: there was too much to look at, and nothing is said.
    """

    rules: tuple[IdleRule, ...] = ()
    policies: Mapping[int, tuple[IdleRule, ...]]
    complete: bool = True


def redundancy(evaluation: Evaluation) -> Redundancy:
    """The rules and policies of an evaluation that decide nothing."""
    runs = _runs(evaluation)
    if runs is None:
        return Redundancy(policies={}, complete=False)
    by_key: defaultdict[RuleKey, list[tuple[Run, Station]]] = defaultdict(list)
    for run in runs:
        for station in run.stations:
            by_key[station.key].append((run, station))
    wanted = _candidates(evaluation, runs, by_key)
    gone: set[RuleKey] = set()
    needed = Counter(key.policy for key in by_key if key not in wanted)
    # What matches least goes first; of two alike, the one whose whole policy may go with it, then the later one.
    for key in sorted(wanted, key=lambda key: (wanted[key], needed[key.policy], -key.policy, -key.place)):
        if all(_covered(station, run, gone) for run, station in by_key[key]):
            gone.add(key)
    idle = {key: _idle(key, by_key[key], gone) for key in sorted(gone)}
    policies = _idle_policies(evaluation, gone)
    whole = {number: tuple(each for key, each in idle.items() if key.policy == number) for number in policies}
    return Redundancy(rules=tuple(each for key, each in idle.items() if key.policy not in whole), policies=whole)


def rule_of(evaluation: Evaluation, key: RuleKey) -> PolicyRule:
    """The rule that a key stands for."""
    return evaluation.evaluator.policies[key.policy].rules[key.direction][key.place].rule


def _runs(evaluation: Evaluation) -> list[Run] | None:
    """The runs of all walks; None if there are too many rules in them."""
    evaluator = evaluation.evaluator
    found: list[Run] = []
    count = 0
    for direction in Direction:
        for profile in evaluator.profiles[direction].profiles:
            count += sum(len(evaluator.policies[number].rules[direction]) for number, _ in profile.policies)
            if count > MOST_STATIONS:
                return None
            for strangers in (False, True):
                found += _runs_of(evaluation, direction, profile.members[0], strangers=strangers)
    return found


def _runs_of(evaluation: Evaluation, direction: Direction, slot: int, *, strangers: bool) -> list[Run]:
    evaluator, classes = evaluation.evaluator, evaluation.evaluator.classes
    numbers = {evaluator.policies[number].policy.id: number for number, _ in _policies(evaluation, direction, slot)}
    peers = classes.strangers if strangers else classes.all & ~classes.strangers
    policies = evaluator.selecting(slot, direction, evaluation.inactive)
    program = evaluator.program(slot, direction, policies, strangers=strangers)
    events: list[Event] = []
    walk(Region.rectangle(evaluator.atoms.all, peers), program, evaluator.final(slot), events.append)
    runs: list[Run] = []
    before: list[Station] = []
    for stations in _split(events, numbers, direction):
        runs.append(Run(tuple(stations), tuple(before), strangers))
        before += stations
    return runs


def _policies(evaluation: Evaluation, direction: Direction, slot: int) -> tuple[tuple[int, bool], ...]:
    return evaluation.evaluator.selecting(slot, direction, evaluation.inactive)


def _split(events: Iterable[Event], numbers: Mapping[PolicyId, int], direction: Direction) -> list[list[Station]]:
    """The stations of a recorded walk, run by run. Where policies have no order, a run ends with its policy (C6)."""
    runs: list[list[Station]] = []
    last: object = None
    taken, index = EMPTY, 0
    for event in events:
        if event.kind is EventKind.POLICY:
            index = 0
        if event.kind is not EventKind.RULE or event.match is None or event.step is None or event.tier is None:
            continue
        policy, match = event.step.policy, event.match
        place = (policy.phase, event.tier.name, match.rule.action, policy.id if event.tier.ties_undefined else None)
        if place != last:
            runs.append([])
            last, taken = place, EMPTY
        key = RuleKey(numbers[policy.id], direction, index)
        need = event.hit | match.may & taken
        runs[-1].append(Station(key, match.rule.action, event.step.sure, match.must, match.may, need))
        taken |= event.hit & match.must if event.step.sure else EMPTY
        index += 1
    return runs


def _candidates(
    evaluation: Evaluation, runs: Iterable[Run], by_key: Mapping[RuleKey, Sequence[tuple[Run, Station]]]
) -> Mapping[RuleKey, int]:
    """The rules that match something and would all be covered if no other were taken out; how much they match."""
    needed: set[RuleKey] = set()
    for run in runs:
        stations = [station for station in run.stations if station.need]
        after = [EMPTY] * (len(stations) + 1)
        for i in range(len(stations) - 1, -1, -1):
            after[i] = after[i + 1] | _broadly(stations[i], run)
        before = EMPTY
        for i, station in enumerate(stations):
            if station.need - (before | after[i + 1]):
                needed.add(station.key)
            before |= _broadly(station, run)
    found: dict[RuleKey, int] = {}
    for key, places in by_key.items():
        rule = rule_of(evaluation, key)
        certain = rule.certain and evaluation.evaluator.policies[key.policy].policy.certain
        size = sum(_size(station.may) for run, station in places if not run.strangers)
        if certain and size and key not in needed:
            found[key] = size
    return found


def _broadly(station: Station, run: Run) -> Region:
    """The most that a station can cover."""
    return station.may if run.strangers else station.must if station.sure else EMPTY


def _size(region: Region) -> int:
    return sum(connections.bit_count() * peers.bit_count() for connections, peers in region.rectangles)


def _covered(station: Station, run: Run, gone: Collection[RuleKey]) -> bool:
    """Whether the others of a run do all that a station does.

    Known peers must surely be covered. Of the arbitrary pod little is sure: there it is enough that what may happen
    may happen all the same, and what surely happens surely does.
    """
    if not station.need:
        return True
    others = [each for each in run.stations if each.key != station.key and each.key not in gone]
    if not run.strangers or not station.sure:
        return not _left(station.need, (each.must for each in others if each.sure))
    return not _left(station.need, (each.may for each in others)) and not _left(
        station.need & station.must, (each.must for each in others if each.sure)
    )


def _left(region: Region, parts: Iterable[Region]) -> Region:
    for part in parts:
        if not region:
            break
        region -= part
    return region


def _idle(key: RuleKey, places: Iterable[tuple[Run, Station]], gone: Collection[RuleKey]) -> IdleRule:
    by: dict[RuleKey, None] = {}
    shadowed = True
    for run, station in places:
        if run.strangers or not station.may:
            continue
        shadowed &= not station.need
        left = station.may
        others = [*run.before, *(each for each in run.stations if each.key != key)]
        for each in others:
            if each.sure and each.key not in gone and left & each.must:
                by[each.key] = None
                left -= each.must
    return IdleRule(key=key, by=tuple(by), shadowed=shadowed)


def _idle_policies(evaluation: Evaluation, gone: Collection[RuleKey]) -> list[int]:
    """The policies with rules of which none is needed, and that nothing is isolated by alone."""
    found: list[int] = []
    for compiled in reversed(evaluation.evaluator.policies):
        keys = [RuleKey(compiled.number, d, i) for d in Direction for i in range(len(compiled.rules[d]))]
        if keys and all(key in gone for key in keys) and not _isolates(evaluation, compiled, found):
            found.append(compiled.number)
    return sorted(found)


def _isolates(evaluation: Evaluation, compiled: CompiledPolicy, gone: Collection[int]) -> bool:
    """Whether there is a subject that no other policy of the tier surely isolates."""
    evaluator, policy = evaluation.evaluator, compiled.policy
    for direction in policy.captures:
        profiles = evaluator.profiles[direction]
        for number in profiles.with_policy.get(compiled.number, ()):
            selecting = _policies(evaluation, direction, profiles.profiles[number].members[0])
            others = (
                evaluator.policies[other]
                for other, sure in selecting
                if sure and other != compiled.number and other not in gone
            )
            if not any(
                other.captures(direction) and (other.policy.tier, other.policy.phase) == (policy.tier, policy.phase)
                for other in others
            ):
                return True
    return False
