"""Who may talk to whom, for any number of pods: as blocks of sources and targets, never pair by pair.

A class is given by its leading slot, and so is an address atom; what is said of a class that has a slot in each address
family holds for both together (`Families`). Classes that host endpoints judge have none.

A row is a handful of disjoint peer sets. Joining the egress rows with the ingress rows of those that are restricted
gives four quadrants: the unrestricted among each other are one block, each restricted row against the unrestricted of
the other side is a list, and only restricted rows among each other are joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from netviz.engine.parts import Part, State, parts
from netviz.model.policy import Direction
from netviz.sets.region import bits, mask_of

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation

_FEW = 2_000
"""Up to so many slots are sorted into profiles one by one; for more, every profile is asked."""


class Block(NamedTuple):
    """Every leading slot of `sources` with every one of `targets`."""

    sources: int
    targets: int
    state: State


class Rows:
    """The rows of an evaluation by peers, and who is restricted. Rows are worked out when they are first asked for.

    Profiles are those of whole classes, `Evaluator.joint`.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._families = evaluation.evaluator.families
        self._joint = evaluation.evaluator.joint
        self._parts: dict[tuple[Direction, int], tuple[Part, ...]] = {}
        self._restricted: dict[Direction, tuple[int, frozenset[int]]] = {}
        self._members: dict[tuple[Direction, int], int] = {}
        self._listed: dict[Direction, list[tuple[int, tuple[Part, ...]]]] = {}

    def row(self, direction: Direction, profile: int) -> tuple[Part, ...]:
        """The row of a profile; its states are those of both families until they are `folded`."""
        known = self._parts.get((direction, profile))
        if known is None:
            known = self._joined(direction, profile) if self._families.split else self._parts_of(direction, profile)
            self._parts[direction, profile] = known
        return known

    def _joined(self, direction: Direction, profile: int) -> tuple[Part, ...]:
        joint = self._joint[direction].profiles[profile]
        rows = {number: self._parts_of(direction, number) for number in joint.rows}
        four, six = (None if number is None else rows[number] for number in (joint.four, joint.six))
        return self._families.row(four, six)

    def _parts_of(self, direction: Direction, number: int) -> tuple[Part, ...]:
        return parts(self._evaluation.profile_row(direction, number))

    def members(self, direction: Direction, profile: int) -> int:
        """The leading slots of a profile."""
        known = self._members.get((direction, profile))
        if known is None:
            members = self._joint[direction].profiles[profile].members
            known = self._members[direction, profile] = mask_of(members)
        return known

    def restricted(self, direction: Direction) -> tuple[int, frozenset[int]]:
        """The leading slots to which not everything is allowed, and the numbers of their profiles."""
        known = self._restricted.get(direction)
        if known is None:
            profiles = self._joint[direction].profiles
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
        evaluation, joint = self._evaluation, self._joint[direction]
        universe = evaluation.evaluator.universe

        def restricted(numbers: Iterable[int]) -> frozenset[int]:
            return frozenset(
                i
                for i in numbers
                if any(evaluation.profile_row(direction, row).allow != universe for row in joint.profiles[i].rows)
            )

        if evaluation.base is None:
            return restricted(range(len(joint.profiles))), None
        before = evaluation.base.rows.restricted(direction)
        concerned = frozenset(i for number in evaluation.switched for i in joint.with_policy.get(number, ()))
        return (before[1] - concerned) | restricted(concerned), before

    def by_profile(
        self, direction: Direction, slots: int, among: Collection[int] | None = None
    ) -> Iterator[tuple[int, int]]:
        """Slots sorted into profiles: (profile, those of its members that are in `slots`).

        All of them must be members of the profiles `among`; None: of the restricted ones.
        """
        profiles = self._joint[direction]
        if slots.bit_count() > _FEW:
            for number in self.restricted(direction)[1] if among is None else among:
                here = self.members(direction, number) & slots
                if here:
                    yield number, here
            return
        found: dict[int, list[int]] = {}
        for slot in bits(slots):
            found.setdefault(profiles.of[slot], []).append(slot)
        for number, members in found.items():
            yield number, mask_of(members)

    def rows_of(self, direction: Direction, slots: int) -> Iterator[tuple[int, tuple[Part, ...]]]:
        """Restricted slots with their rows: (those of the members of a profile that are in `slots`, their row)."""
        if slots.bit_count() <= _FEW:
            for number, here in self.by_profile(direction, slots):
                yield here, self.row(direction, number)
            return
        known = self._listed.get(direction)
        if known is None:
            numbers = self.restricted(direction)[1]
            known = self._listed[direction] = [(self.members(direction, n), self.row(direction, n)) for n in numbers]
        if slots == self.restricted(direction)[0]:
            yield from known
            return
        for members, row in known:
            here = members & slots
            if here:
                yield here, row


def blocks(evaluation: Evaluation, sources: int, targets: int) -> Iterator[Block]:
    """Everything that is allowed or unknown from `sources` to `targets`; no pair is in two blocks.

    Slots that lead nothing are passed over. What is decided by where a pod runs is not in the rows: for pods on the
    network of their node, see `Evaluation.bypass`.
    """
    families = evaluation.evaluator.families
    found = _blocks(evaluation, sources & families.leading, targets & families.leading)
    if not families.split:
        return found
    return (block._replace(state=families.folded(block.state)) for block in found)


def _blocks(evaluation: Evaluation, sources: int, targets: int) -> Iterator[Block]:
    rows = evaluation.rows
    # Peers are sorted into profiles again and again: whole namespaces, mostly.
    known: dict[int, list[tuple[int, int]]] = {}
    out, into = rows.restricted(Direction.EGRESS)[0], rows.restricted(Direction.INGRESS)[0]
    if sources & ~out and targets & ~into:
        yield Block(sources & ~out, targets & ~into, evaluation.evaluator.families.everything)
    for profile, here in rows.by_profile(Direction.EGRESS, sources & out):
        for peers, state in rows.row(Direction.EGRESS, profile):
            if peers & targets & ~into:
                yield Block(here, peers & targets & ~into, state)
    for profile, here in rows.by_profile(Direction.INGRESS, targets & into):
        for peers, state in rows.row(Direction.INGRESS, profile):
            if peers & sources & ~out:
                yield Block(peers & sources & ~out, here, state)
            sorted_ = known.get(peers & sources & out)
            if sorted_ is None:
                sorted_ = known[peers & sources & out] = list(rows.by_profile(Direction.EGRESS, peers & sources & out))
            for other, there in sorted_:
                for part in rows.row(Direction.EGRESS, other):
                    reached = part.peers & here
                    if reached:
                        both = part.state & state
                        if both.may:
                            yield Block(there, reached, both)


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
