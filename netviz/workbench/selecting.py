"""From a workload or a pod to the policies that select it, in the order in which they are evaluated."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.engine.evaluator import Evaluation
from netviz.engine.naming import Named
from netviz.engine.services import members
from netviz.errors import UsageError
from netviz.model.cluster import HostEndpoint, Pod
from netviz.model.policy import Direction
from netviz.selectors.tree import Ternary


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectingPolicy:
    """A policy that selects something in one direction. `on`: it counts in the scenario.

    `certain` is false where it may select it or not, `whole` where it selects only some of several pods; `isolates`
    says whether it captures the direction, and does not only have rules for it.
    """

    id: str
    kind: str
    namespace: str
    name: str
    tier: str
    on: bool
    certain: bool
    whole: bool
    isolates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedDirection:
    """One direction: `isolation` is isolated, open, partly (some pods), unknown or unpoliced (no policy can apply).

    The policies stand in the order of evaluation, those that are off too.
    """

    direction: str
    isolation: str
    policies: tuple[SelectingPolicy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selecting:
    """What selects a workload or a pod: `label` is its full name, `pods` how many pods it stands for."""

    label: str
    pods: int
    directions: tuple[SelectedDirection, ...]


def selecting(evaluation: Evaluation, named: Named) -> Selecting:
    """Which policies select what is named; UsageError for what no policy can select, such as an address."""
    ends = members(evaluation.cluster, named.service) if named.service else named.ends
    chosen = [end for end in ends if isinstance(end, Pod | HostEndpoint)]
    if not chosen:
        raise UsageError(f"{named.label} has no pods that a policy could select")
    slots = frozenset(slot for end in chosen for slot in evaluation.slots_of(end))
    return Selecting(
        label=named.label,
        pods=len(chosen),
        directions=tuple(_direction(evaluation, slots, direction) for direction in Direction),
    )


def _direction(evaluation: Evaluation, slots: frozenset[int], direction: Direction) -> SelectedDirection:
    policed = {slot for slot in slots if evaluation.evaluator.policed(slot)}
    found: list[SelectingPolicy] = []
    for compiled in evaluation.evaluator.policies:
        may = {slot for slot in policed if compiled.subject.may >> slot & 1}
        if not may or not compiled.concerns(direction):
            continue
        identity = compiled.policy.id
        found.append(
            SelectingPolicy(
                id=str(identity),
                kind=identity.kind,
                namespace=identity.namespace,
                name=identity.name,
                tier=compiled.policy.tier,
                on=evaluation.active(compiled.number),
                certain=all(compiled.subject.must >> slot & 1 for slot in may),
                whole=may == policed,
                isolates=compiled.captures(direction),
            )
        )
    states = {evaluation.isolated(slot, direction) for slot in policed}
    return SelectedDirection(direction=direction.value, isolation=_isolation(states), policies=tuple(found))


def _isolation(states: set[Ternary]) -> str:
    if not states:
        return "unpoliced"
    if None in states:
        return "unknown"
    if len(states) > 1:
        return "partly"
    return "isolated" if True in states else "open"
