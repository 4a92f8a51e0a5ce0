"""Who may talk to whom, for any number of pods: as blocks of sources and targets, never pair by pair.

A row is a handful of disjoint peer sets. Joining the egress rows with the ingress rows of those that are restricted
gives four quadrants: the unrestricted among each other are one block, each restricted row against the unrestricted of
the other side is a list, and only restricted rows among each other are joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from netviz.engine.walk import Outcome
from netviz.model.policy import Direction
from netviz.sets.region import bits, mask_of

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation

_FEW = 2_000
"""Up to so many slots are sorted into profiles one by one; for more, every profile is asked."""


class State(NamedTuple):
    """Connection atoms of a pair: surely allowed, and possibly allowed (`allow` inside `may`)."""

    allow: int
    may: int

    def __and__(self, other: State) -> State:
        """What is left if both sides must let it through."""
        return State(self.allow & other.allow, self.may & other.may)


class Part(NamedTuple):
    """Peers that a row treats alike."""

    peers: int
    state: State


class Block(NamedTuple):
    """Every slot of `sources` with every slot of `targets`."""

    sources: int
    targets: int
    state: State


def parts(outcome: Outcome) -> tuple[Part, ...]:
    """A row by peers instead of connections: disjoint sets of peers; those that are not in any are denied."""
    found: list[tuple[int, int, int]] = []
    for connections, peers in outcome.allow.rectangles:
        found = _refined(found, peers, connections, connections)
    for connections, peers in outcome.unknown.rectangles:
        found = _refined(found, peers, 0, connections)
    return tuple(Part(peers, State(allow, may)) for peers, allow, may in found)


def _refined(
    found: list[tuple[int, int, int]], peers: int, allow: int, may: int
) -> list[tuple[int, int, int]]:
    result: list[tuple[int, int, int]] = []
    for here, allowed, possible in found:
        common = here & peers
        if common:
            result.append((common, allowed | allow, possible | may))
            peers ^= common
        if here != common:
            result.append((here ^ common, allowed, possible))
    if peers:
        result.append((peers, allow, may))
    return result


class Rows:
    """The rows of an evaluation by peers, and who is restricted. Rows are worked out when they are first asked for."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._parts: dict[tuple[Direction, int], tuple[Part, ...]] = {}
        self._restricted: dict[Direction, tuple[int, frozenset[int]]] = {}
        self._members: dict[tuple[Direction, int], int] = {}

    def row(self, direction: Direction, profile: int) -> tuple[Part, ...]:
        """The row of a profile."""
        known = self._parts.get((direction, profile))
        if known is None:
            outcome = self._evaluation.profile_row(direction, profile)
            known = self._parts[direction, profile] = parts(outcome)
        return known

    def members(self, direction: Direction, profile: int) -> int:
        """The slots of a profile."""
        known = self._members.get((direction, profile))
        if known is None:
            members = self._evaluation.evaluator.profiles[direction].profiles[profile].members
            known = self._members[direction, profile] = mask_of(members)
        return known

    def restricted(self, direction: Direction) -> tuple[int, frozenset[int]]:
        """The slots to which not everything is allowed, and the numbers of their profiles."""
        known = self._restricted.get(direction)
        if known is None:
            profiles = self._evaluation.evaluator.profiles[direction].profiles
            numbers, before = self._restricted_numbers(direction)
            if before is None:
                slots = mask_of(slot for i in numbers for slot in profiles[i].members)
            else:
                gained, lost = (
                    mask_of(slot for i in some for slot in profiles[i].members)
                    for some in (numbers - before[1], before[1] - numbers)
                )
                slots = (before[0] | gained) & ~lost
            known = self._restricted[direction] = (slots, numbers)
        return known

    def _restricted_numbers(self, direction: Direction) -> tuple[frozenset[int], tuple[int, frozenset[int]] | None]:
        evaluation = self._evaluation
        universe = evaluation.evaluator.universe

        def restricted(numbers: Iterable[int]) -> frozenset[int]:
            return frozenset(i for i in numbers if evaluation.profile_row(direction, i).allow != universe)

        if evaluation.base is None:
            return restricted(range(len(evaluation.evaluator.profiles[direction].profiles))), None
        before = evaluation.base.rows.restricted(direction)
        concerned = evaluation.concerned(direction)
        return (before[1] - concerned) | restricted(concerned), before

    def by_profile(
        self, direction: Direction, slots: int, also: frozenset[int] = frozenset()
    ) -> Iterator[tuple[int, int]]:
        """Slots sorted into profiles: (profile, those of its members that are in `slots`).

        All of them must be restricted, or members of the profiles `also`.
        """
        profiles = self._evaluation.evaluator.profiles[direction]
        if slots.bit_count() > _FEW:
            for number in self.restricted(direction)[1] | also:
                here = self.members(direction, number) & slots
                if here:
                    yield number, here
            return
        found: dict[int, list[int]] = {}
        for slot in bits(slots):
            found.setdefault(profiles.of[slot], []).append(slot)
        for number, members in found.items():
            yield number, mask_of(members)


def blocks(evaluation: Evaluation, sources: int, targets: int) -> Iterator[Block]:
    """Everything that is allowed or unknown from slots of `sources` to slots of `targets`; no pair is in two blocks.

    The slots must be on the pod network or outside: what is decided by where a pod runs is not in the rows.
    """
    rows = evaluation.rows
    everything = evaluation.evaluator.atoms.all
    out, into = rows.restricted(Direction.EGRESS)[0], rows.restricted(Direction.INGRESS)[0]
    if sources & ~out and targets & ~into:
        yield Block(sources & ~out, targets & ~into, State(everything, everything))
    for profile, here in rows.by_profile(Direction.EGRESS, sources & out):
        for peers, state in rows.row(Direction.EGRESS, profile):
            if peers & targets & ~into:
                yield Block(here, peers & targets & ~into, state)
    for profile, here in rows.by_profile(Direction.INGRESS, targets & into):
        for peers, state in rows.row(Direction.INGRESS, profile):
            if peers & sources & ~out:
                yield Block(peers & sources & ~out, here, state)
            for other, there in rows.by_profile(Direction.EGRESS, peers & sources & out):
                for part in rows.row(Direction.EGRESS, other):
                    both = part.state & state
                    if both.may and part.peers & here:
                        yield Block(there, part.peers & here, both)


class Weights:
    """How much each slot counts for. Immutable; `planes[k]` are the slots whose weight has bit k."""

    def __init__(self, weights: Iterable[int]) -> None:
        planes: list[list[int]] = []
        for slot, weight in enumerate(weights):
            for k in bits(weight):
                while len(planes) <= k:
                    planes.append([])
                planes[k].append(slot)
        self._planes = [mask_of(slots) for slots in planes]

    def total(self, slots: int) -> int:
        """The sum over a set of slots."""
        return sum((slots & plane).bit_count() << k for k, plane in enumerate(self._planes))

    def pairs(self, sources: int, targets: int) -> int:
        """How many pairs of two different things there are."""
        return self.total(sources) * self.total(targets) - self.total(sources & targets)
