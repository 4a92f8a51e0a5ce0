"""Subjects that go through the same policies in the same way, gathered once for all scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from netviz.engine.classes import EndpointClasses
from netviz.engine.labels import Bounds
from netviz.engine.rules import CompiledPolicy, Selection
from netviz.model.policy import ANYONE, Direction, EndpointKind
from netviz.sets.region import bits

NOBODY = -1
"""Stands for the profile of a slot that no policy can apply to."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Slots with the same row in every scenario: `members`, ascending and at least one.

    `policies` are those that concern them, disabled and staged ones too, in evaluation order. Two profiles with the
    same `signature` have the same row wherever the same of their policies are active.
    """

    policies: Selection
    signature: object
    members: tuple[int, ...]


class Profiles:
    """The profiles of one direction: `of[i]` is the number of the profile of slot i, NOBODY if it is not policed.

    `with_policy[n]` are the numbers of the profiles that policy n concerns. Immutable after construction.
    """

    def __init__(
        self,
        classes: EndpointClasses,
        policies: tuple[CompiledPolicy, ...],
        direction: Direction,
        policed: int,
        kinds: Sequence[int],
    ) -> None:
        named = frozenset(p.number for p in policies if any(rule.depends_on_target for rule in p.rules[direction]))
        local = {p.number: found for p in policies if (found := _local_rules(p, direction))}
        looks: dict[int, _Look] = {}
        members: list[list[int]] = []
        keys: list[tuple[Selection, object]] = []
        chosen = _Selections(policies, direction, policed, classes.first_outside)
        self.of: list[int] = [NOBODY] * classes.first_outside
        for slot in bits(policed):
            state = chosen.of[slot]
            look = looks.get(state)
            if look is None:
                selection = chosen.selection(state)
                by_port = direction is Direction.INGRESS and any(number in named for number, _ in selection)
                rules = tuple(bounds for number, _ in selection for bounds in local.get(number, ()))
                look = looks[state] = _Look(selection, by_port, rules, {})
            signature = _signature(classes, slot, look, kinds)
            number = look.numbers.setdefault(signature, len(members))
            if number == len(members):
                members.append([])
                keys.append((look.policies, signature))
            members[number].append(slot)
            self.of[slot] = number
        self.profiles: tuple[Profile, ...] = tuple(
            Profile(*key, tuple(slots)) for key, slots in zip(keys, members, strict=True)
        )
        self.with_policy: dict[int, list[int]] = {}
        for i, profile in enumerate(self.profiles):
            for number, _ in profile.policies:
                self.with_policy.setdefault(number, []).append(i)


class _Selections:
    """Which policies concern each slot: `of[i]` is the same number for slots that the same ones concern."""

    def __init__(
        self, policies: tuple[CompiledPolicy, ...], direction: Direction, policed: int, count: int
    ) -> None:
        self.of = [0] * count
        self._last: list[tuple[int, tuple[int, bool]] | None] = [None]
        for compiled in policies:
            if compiled.concerns(direction):
                must, may = compiled.subject.must & policed, compiled.subject.may & policed
                for sure, slots in ((True, must), (False, may ^ must)):
                    self._add((compiled.number, sure), bits(slots))

    def _add(self, item: tuple[int, bool], slots: list[int]) -> None:
        of, last = self.of, self._last
        moved: dict[int, int] = {}
        for slot in slots:
            before = of[slot]
            after = moved.get(before)
            if after is None:
                after = moved[before] = len(last)
                last.append((before, item))
            of[slot] = after

    def selection(self, number: int) -> Selection:
        """The policies that such a number stands for, in order."""
        found: list[tuple[int, bool]] = []
        step = self._last[number]
        while step:
            found.append(step[1])
            step = self._last[step[0]]
        return tuple(reversed(found))


def _local_rules(policy: CompiledPolicy, direction: Direction) -> tuple[Bounds, ...]:
    return tuple(rule.local for rule in policy.rules[direction] if rule.rule.local != ANYONE)


class _Look(NamedTuple):
    """What tells the rows of a slot apart: its policies and more, and the profiles of those policies by that."""

    policies: Selection
    by_port: bool
    local: tuple[Bounds, ...]
    numbers: dict[object, int]


def _signature(classes: EndpointClasses, slot: int, look: _Look, kinds: Sequence[int]) -> object:
    port = kinds[slot] if look.by_port else None
    if classes.slots[slot].kind is EndpointKind.POD and not look.local:
        return port
    held = tuple([(bounds.must >> slot & 1, bounds.may >> slot & 1) for bounds in look.local])
    item = classes.slots[slot]
    host = item.kind is EndpointKind.HOST_ENDPOINT
    return port, held, host, classes.classes[item.owner].key.open
