"""Subjects that go through the same policies in the same way, gathered once for all scenarios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from netviz.engine.classes import EndpointClasses
from netviz.engine.labels import Bounds
from netviz.engine.rules import CompiledPolicy, Selection, selected
from netviz.model.policy import ANYONE, Direction, EndpointKind

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
        policed: Iterable[bool],
    ) -> None:
        named = frozenset(p.number for p in policies if any(rule.depends_on_target for rule in p.rules[direction]))
        local = {p.number: found for p in policies if (found := _local_rules(p, direction))}
        looks: dict[Selection, _Look] = {}
        members: list[list[int]] = []
        keys: list[tuple[Selection, object]] = []
        self.of: list[int] = []
        for slot, (applies, policies_here) in enumerate(
            zip(policed, selected(policies, direction, classes.first_outside), strict=True)
        ):
            if not applies:
                self.of.append(NOBODY)
                continue
            look = looks.get(policies_here)
            if look is None:
                by_port = direction is Direction.INGRESS and any(number in named for number, _ in policies_here)
                rules = tuple(bounds for number, _ in policies_here for bounds in local.get(number, ()))
                look = looks[policies_here] = _Look(by_port, rules, {})
            signature = _signature(classes, slot, look)
            number = look.numbers.setdefault(signature, len(members))
            if number == len(members):
                members.append([])
                keys.append((policies_here, signature))
            members[number].append(slot)
            self.of.append(number)
        self.profiles: tuple[Profile, ...] = tuple(
            Profile(*key, tuple(slots)) for key, slots in zip(keys, members, strict=True)
        )
        self.with_policy: dict[int, list[int]] = {}
        for i, profile in enumerate(self.profiles):
            for number, _ in profile.policies:
                self.with_policy.setdefault(number, []).append(i)


def _local_rules(policy: CompiledPolicy, direction: Direction) -> tuple[Bounds, ...]:
    return tuple(rule.local for rule in policy.rules[direction] if rule.rule.local != ANYONE)


class _Look(NamedTuple):
    """What else than its policies tells the rows of a slot apart, and the profiles of those policies by that."""

    by_port: bool
    local: tuple[Bounds, ...]
    numbers: dict[object, int]


def _signature(classes: EndpointClasses, slot: int, look: _Look) -> object:
    item = classes.slots[slot]
    key = classes.classes[item.owner].key
    host = item.kind is EndpointKind.HOST_ENDPOINT
    if not look.local:
        return (key.ports, key.services) if look.by_port else None, (), host, key.open
    held = tuple([(bounds.must >> slot & 1, bounds.may >> slot & 1) for bounds in look.local])
    return (key.ports, key.services) if look.by_port else None, held, host, key.open
