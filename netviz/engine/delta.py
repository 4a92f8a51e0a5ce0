"""What differs between two scenarios, exactly and without looking at pairs that cannot differ.

Only rows of subjects that a switched policy concerns can change. Changed pairs lie in two disjoint regions: those whose
target's ingress row changed, from whatever source, and those whose source's egress row changed, to the other targets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from netviz.engine.parts import Part, State
from netviz.model.policy import Direction
from netviz.sets.region import mask_of

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation
    from netviz.engine.families import Families

_NOTHING = State(0, 0)


class Shift(NamedTuple):
    """Every leading slot of `sources` with every one of `targets`: what they may open before and after."""

    sources: int
    targets: int
    before: State
    after: State

    @property
    def opened(self) -> int:
        """Connection atoms that are surely allowed now and were not."""
        return self.after.allow & ~self.before.allow

    @property
    def closed(self) -> int:
        """Connection atoms that were surely allowed and are not now."""
        return self.before.allow & ~self.after.allow

    @property
    def lost(self) -> int:
        """Connection atoms that were surely allowed and are surely denied now."""
        return self.before.allow & ~self.after.may

    @property
    def doubted(self) -> int:
        """Connection atoms that are unknown now and were not."""
        return self.after.may & ~self.after.allow & ~(self.before.may & ~self.before.allow)


class _Turn(NamedTuple):
    """Peers that a row treats alike, before and after."""

    peers: int
    before: State
    after: State


def shifts(before: Evaluation, after: Evaluation, within: int) -> Iterator[Shift]:
    """The blocks of pairs of `within` that differ between two evaluations of one evaluator; all disjoint.

    Slots that lead nothing are passed over, as by `blocks`; here too, what is decided by where a pod runs is not seen.
    """
    families = before.evaluator.families
    found = _shifts(before, after, within & families.leading)
    return _folded(families, found) if families.split else found


def _folded(families: Families, found: Iterator[Shift]) -> Iterator[Shift]:
    for shift in found:
        was, now = families.folded(shift.before), families.folded(shift.after)
        if was != now:
            yield Shift(shift.sources, shift.targets, was, now)


def _shifts(before: Evaluation, after: Evaluation, within: int) -> Iterator[Shift]:
    into = _Side(before, after, Direction.INGRESS)
    out = _Side(before, after, Direction.EGRESS)
    for profile in into.changed:
        members = before.rows.members(Direction.INGRESS, profile) & within
        yield from out.across(members, into.turns(profile), within)
    for profile in out.changed:
        members = before.rows.members(Direction.EGRESS, profile) & within
        for targets, sources, was, now in into.across(members, out.turns(profile), within, settled=True):
            yield Shift(sources, targets, was, now)


def moved(before: Evaluation, after: Evaluation, direction: Direction) -> int:
    """The leading slots of which a row in a direction differs between two evaluations of one evaluator."""
    return _Side(before, after, direction).moved


class _Side:
    """One direction of two evaluations. `changed` are the profiles whose rows differ, `moved` their members."""

    def __init__(self, before: Evaluation, after: Evaluation, direction: Direction) -> None:
        self._direction = direction
        self._before, self._after = before.rows, after.rows
        profiles = before.evaluator.joint[direction]
        switched = before.inactive ^ after.inactive
        found = {profile for number in switched for profile in profiles.with_policy.get(number, ())}
        rows = {number for profile in found for number in profiles.profiles[profile].rows}
        moved = {n for n in rows if before.profile_row(direction, n) != after.profile_row(direction, n)}
        self.changed = frozenset(p for p in found if not moved.isdisjoint(profiles.profiles[p].rows))
        self.moved: int = mask_of(slot for p in self.changed for slot in profiles.profiles[p].members)
        self._restricted = before.rows.restricted(direction)[0]

    def turns(self, profile: int) -> list[_Turn]:
        """The rows of a changed profile side by side."""
        return _turns(self._before.row(self._direction, profile), self._after.row(self._direction, profile))

    def across(self, members: int, turns: list[_Turn], within: int, *, settled: bool = False) -> Iterator[Shift]:
        """Changed pairs of `members`, whose own rows are `turns`, with peers that have the rows of this side.

        The peers come as sources. With `settled` those that moved themselves are left out.
        """
        possible = within & ~self.moved if settled else within
        for peers, old, new in turns if members else ():
            here = peers & possible
            moved = here & self.moved
            for profile, some in self._before.by_profile(self._direction, moved, self.changed) if moved else ():
                for there, was, now in self.turns(profile):
                    if there & members and was & old != now & new:
                        yield Shift(some, there & members, was & old, now & new)
            if old != new:
                yield from self._unmoved(here ^ moved, members, old, new)

    def _unmoved(self, sources: int, targets: int, old: State, new: State) -> Iterator[Shift]:
        """Changed pairs of peers whose own rows are as they were, with targets whose state was `old` and is `new`."""
        restricted = sources & self._restricted
        if sources != restricted:
            yield Shift(sources ^ restricted, targets, old, new)
        for some, row in self._before.rows_of(self._direction, restricted) if restricted else ():
            for there, state in row:
                reached = there & targets
                if reached and state & old != state & new:
                    yield Shift(some, reached, state & old, state & new)


def _turns(before: tuple[Part, ...], after: tuple[Part, ...]) -> list[_Turn]:
    """Two rows side by side: disjoint sets of peers, each with one state before and one after."""
    found: list[_Turn] = []
    left = [(part.peers, part.state) for part in after]
    for peers, state in before:
        rest = peers
        remaining: list[tuple[int, State]] = []
        for other, now in left:
            common = rest & other
            if common:
                found.append(_Turn(common, state, now))
                rest ^= common
            if other != common:
                remaining.append((other ^ common, now))
        if rest:
            found.append(_Turn(rest, state, _NOTHING))
        left = remaining
    found.extend(_Turn(peers, _NOTHING, now) for peers, now in left)
    return found
