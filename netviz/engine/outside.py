"""Addresses outside that some subjects cannot tell apart, whatever is switched: they are one peer of a matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from netviz.engine.profiles import NOBODY
from netviz.model.policy import Direction
from netviz.sets.region import bits, span

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluator

OutsideGroups = tuple[tuple[int, ...], ...]
"""Address atoms by their numbers, ascending, that are taken together; the groups in order of their first ones."""


def outside_groups(evaluators: Sequence[Evaluator], namespaces: Collection[str]) -> OutsideGroups:
    """The address atoms, those together that the rows of all pods and host endpoints of these namespaces treat alike.

    In every scenario of each evaluator, which must have classes in common: what is alike for every rule that concerns a
    subject, active or not, is alike for the walk. Only atoms of one family are taken together.
    """
    classes = evaluators[0].classes
    first, count = classes.first_outside, len(classes.atoms.sets)
    cut = _Cut(count)
    cut.by(sum(1 << atom for atom in range(count) if classes.atoms.family(atom) == 4))
    known: set[int] = set()
    for evaluator in evaluators:
        for peers in _matched(evaluator, namespaces):
            here = peers >> first & span(0, count)
            if here not in known:
                known.add(here)
                cut.by(here)
    return tuple(sorted(map(tuple, cut.groups())))


def _matched(evaluator: Evaluator, namespaces: Collection[str]) -> Iterator[int]:
    """The peers of every rectangle that a rule matches for a subject of these namespaces."""
    classes = evaluator.classes
    # The slots of a pod that host endpoints judge are theirs, too.
    slots = {slot for each in classes.classes if each.key.namespace in namespaces for slot in each.slots}
    for direction in Direction:
        profiles = evaluator.profiles[direction]
        for number in sorted({profiles.of[slot] for slot in slots if slot < classes.first_outside} - {NOBODY}):
            profile = profiles.profiles[number]
            for tier in evaluator.program(profile.members[0], direction, profile.policies).tiers:
                for step in (step for group in tier.groups for step in group):
                    for match in step.matches:
                        for region in (match.must, match.may):
                            yield from (peers for _, peers in region.rectangles)


class _Cut:
    """Numbers from 0, cut into groups by one set after the other: two stay together if no set has only one of them."""

    def __init__(self, count: int) -> None:
        self._everything = span(0, count)
        self._group_of = [0] * count
        self._groups: list[set[int]] = [set(range(count))]

    def by(self, chosen: int) -> None:
        """Cut by a set, given as bits."""
        # A set and its complement cut alike: most rules speak of few addresses, or of all but a few.
        few = min(chosen & self._everything, self._everything & ~chosen, key=int.bit_count)
        touched: dict[int, set[int]] = {}
        for each in bits(few):
            touched.setdefault(self._group_of[each], set()).add(each)
        for group, members in touched.items():
            if len(members) < len(self._groups[group]):
                self._groups[group] -= members
                for each in members:
                    self._group_of[each] = len(self._groups)
                self._groups.append(members)

    def groups(self) -> Iterable[list[int]]:
        """The groups that are not empty, each ascending."""
        return (sorted(group) for group in self._groups if group)
