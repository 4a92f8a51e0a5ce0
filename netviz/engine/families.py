"""Classes that have a slot in each address family, as one: a bit for each class, and both families side by side.

Two dual-stack pods can talk in either family, and rules may decide differently: what is surely allowed is allowed in
both, what may be is so in one of them (A39). The two rows of a class become one whose connection atoms are written
twice, first for IPv4 and then for IPv6, so that blocks and differences are worked out as for classes with one slot.
Where a pair has only one family in common, the other half of its atoms has the value that changes nothing: surely
allowed, and not possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netviz.engine.classes import EndpointClasses
from netviz.engine.parts import Part, State, overlaid
from netviz.engine.profiles import NOBODY, Profiles
from netviz.sets.region import bits, mask_of, span


@dataclass(frozen=True, slots=True)
class JointProfile:
    """Classes with the same rows in every scenario, given by their leading slots, ascending.

    `four` and `six` are the numbers of the profiles of their slots in each family, None for one that they do not have.
    """

    members: tuple[int, ...]
    four: int | None
    six: int | None

    @property
    def rows(self) -> tuple[int, ...]:
        """The numbers of the profiles whose rows decide: one or two."""
        if self.four == self.six:
            return () if self.four is None else (self.four,)
        return tuple(number for number in (self.four, self.six) if number is not None)


class Families:
    """Which slot stands for each end of a connection: its leading one, where all of its slots are its own.

    `leading` are those of all classes but the arbitrary pod and what host endpoints judge, and the address atoms;
    `of_class[n]` is that of class n, or None. `split` tells whether some class has a slot in each family; where none
    has, rows are as they are. `everything` is the state of a pair of which nothing is denied. Immutable after
    construction.
    """

    def __init__(self, classes: EndpointClasses, atoms: int) -> None:
        self._atoms = atoms
        self._width = atoms.bit_length()
        self.of_class: tuple[int | None, ...] = tuple(
            [None if each.key.guards else each.slots[0] for each in classes.classes[: classes.arbitrary]]
            + [None]
            + [each.slots[0] for each in classes.classes[classes.arbitrary + 1 :]]
        )
        self.leading: int = mask_of(slot for slot in self.of_class if slot is not None) | classes.outside
        self._second = {
            slot: each.slots[1]
            for slot, each in zip(self.of_class, classes.classes, strict=True)
            if slot is not None and len(each.slots) > 1
        }
        self.split = bool(self._second)
        wide = atoms | atoms << self._width if self.split else atoms
        self.everything = State(wide, wide)
        if self.split:
            self._sort(classes)

    def _sort(self, classes: EndpointClasses) -> None:
        """The leading slots by the families that they stand for."""
        by_family: dict[int | None, list[int]] = {4: [], 6: [], None: []}
        for slot in bits(self.leading):
            if slot not in self._second:
                by_family[classes.slots[slot].family].append(slot)
        # What has no family talks in both, with the one slot that it has.
        self._anywhere = mask_of(by_family[None])
        self._both = mask_of(self._second) | self._anywhere
        self._only_four, self._only_six = mask_of(by_family[4]), mask_of(by_family[6])
        self._leads = {second: first for first, second in self._second.items()}
        self._seconds = mask_of(self._leads)
        self._runs = list(_runs(sorted(self._leads.items())))

    def joint(self, profiles: Profiles) -> JointProfiles:
        """The profiles of one direction, of whole classes."""
        if not self.split:
            same = tuple(JointProfile(each.members, i, i) for i, each in enumerate(profiles.profiles))
            return JointProfiles(profiles.of, same, profiles.with_policy)
        of = [NOBODY] * len(profiles.of)
        numbers: dict[tuple[int | None, int | None], int] = {}
        members: list[list[int]] = []
        for slot in bits(self.leading & span(0, len(profiles.of))):
            first = profiles.of[slot]
            if first == NOBODY:
                continue
            key = (
                None if self._only_six >> slot & 1 else first,
                None if self._only_four >> slot & 1 else profiles.of[self._second.get(slot, slot)],
            )
            of[slot] = numbers.setdefault(key, len(members))
            if of[slot] == len(members):
                members.append([])
            members[of[slot]].append(slot)
        found = tuple(JointProfile(tuple(some), *key) for key, some in zip(numbers, members, strict=True))
        by_row: dict[int, list[int]] = {}
        for i, each in enumerate(found):
            for number in each.rows:
                by_row.setdefault(number, []).append(i)
        with_policy = {
            policy: sorted({i for number in rows for i in by_row.get(number, ())})
            for policy, rows in profiles.with_policy.items()
        }
        return JointProfiles(of, found, with_policy)

    def row(self, four: tuple[Part, ...] | None, six: tuple[Part, ...] | None) -> tuple[Part, ...]:
        """The rows of a class's slots as one, by the leading slots of its peers; one of them may be missing."""
        found = overlaid((*self._first_half(four, six), *self._second_half(four, six)))
        return tuple(part for part in found if part.state.may)

    def _first_half(self, four: tuple[Part, ...] | None, six: tuple[Part, ...] | None) -> Iterator[Part]:
        """The half for IPv4, and for pairs without a common family."""
        neutral = State(self._atoms, 0)
        if four is None:
            for peers, state in six or ():
                yield Part(peers & self._only_four, state)
            yield Part(self._both | self._only_six, neutral)
            return
        here = self._both | self._only_four
        strange = 0 if six is not None else self._only_six
        for peers, state in four:
            yield Part(peers & (here | strange), state)
        if not strange:
            yield Part(self._only_six, neutral)

    def _second_half(self, four: tuple[Part, ...] | None, six: tuple[Part, ...] | None) -> Iterator[Part]:
        neutral = State(self._atoms << self._width, 0)
        if six is None:
            yield Part(self.leading, neutral)
            return
        here = self._only_six | self._anywhere
        for peers, state in six:
            moved = peers & here | self._to_leads(peers & self._seconds)
            yield Part(moved, State(state.allow << self._width, state.may << self._width))
        yield Part(self._only_four, neutral)

    def folded(self, state: State) -> State:
        """What a state of two families comes to."""
        allow, may = state.allow & state.allow >> self._width, state.may | state.may >> self._width
        return State(allow & self._atoms, may & self._atoms)

    def _to_leads(self, seconds: int) -> int:
        """The leading slots of classes, given by their second ones."""
        if seconds.bit_count() < len(self._runs):
            return mask_of(self._leads[slot] for slot in bits(seconds))
        found = 0
        for start, length, lead in self._runs:
            found |= (seconds >> start & span(0, length)) << lead
        return found


class JointProfiles:
    """The profiles of whole classes in one direction: `of[i]` is that of the class that slot i leads, NOBODY for none.

    `with_policy[n]` are the numbers of those that policy n concerns.
    """

    __slots__ = ("of", "profiles", "with_policy")

    def __init__(
        self, of: list[int], profiles: tuple[JointProfile, ...], with_policy: dict[int, list[int]]
    ) -> None:
        self.of = of
        self.profiles = profiles
        self.with_policy = with_policy


def _runs(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Second slots that follow each other as their leading ones do: (first of them, how many, its leading slot)."""
    start = lead = length = 0
    for second, first in pairs:
        if length and (second, first) == (start + length, lead + length):
            length += 1
            continue
        if length:
            yield start, length, lead
        start, lead, length = second, first, 1
    if length:
        yield start, length, lead
