"""Who is counted when pairs are: pods by the slot of their class, and one by one where a slot does not tell all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from netviz.engine.blocks import Weights
from netviz.engine.evaluator import Evaluator
from netviz.engine.groups import NO_SIDE, Part, groups
from netviz.engine.matrix import Grouping, Peer, PeerType, addresses_peer
from netviz.model.cluster import Pod
from netviz.model.policy import EndpointKind
from netviz.sets.region import bits, mask_of

MOST_ODD_PAIRS: Final = 250_000
"""Pairs with an odd pod that are looked at one by one; where there are more, none is."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Pods of one class that run at one place, of which any two are as good as any other two.

    Each of its `members` is a pod of the input, or the pods that one workload would have.
    """

    number: int
    members: tuple[tuple[Pod, ...], ...]

    @property
    def one(self) -> tuple[Part, ...]:
        """One of the members."""
        return (Part(self.number, self.members[0]),)

    def sample(self, other: Unit) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """A member of this unit, and another one of the other."""
        second = self.members[1] if other is self else other.members[0]
        return self.one, (Part(other.number, second),)

    def pairs(self, other: Unit) -> int:
        """How many pairs of two different members there are."""
        return len(self.members) * (len(other.members) - (other is self))


class Population:
    """The pods of a cluster as `netviz list --by pod` counts them: a workload without listed pods counts as one.

    `plain` are the leading slots of classes on the pod network, of which rows tell everything, `weights` how many pods
    are behind each of them. All others are odd: they are on the network of their node.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        classes = evaluator.classes
        weights = [0] * len(classes.slots)
        odd: list[int] = []
        leads = evaluator.families.of_class
        for number, each in enumerate(classes.classes):
            slot = leads[number] if each.key.kind is EndpointKind.POD else None
            if slot is not None:
                weights[slot] = sum(1 for _ in _members(each.pods))
            elif each.pods:
                odd.append(number)
        self.weights = Weights(weights)
        self.plain: int = mask_of(slot for slot, weight in enumerate(weights) if weight)
        self.outside: int = classes.outside
        self.odd_pods: int = sum(1 for number in odd for _ in _members(classes.classes[number].pods))
        self._odd_classes = odd

    @cached_property
    def odd(self) -> tuple[Unit, ...]:
        """The odd pods."""
        odd = set(self._odd_classes)
        return tuple(unit for unit in self.units if unit.number in odd)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """All pods."""
        return tuple(unit for number in range(len(self._evaluator.classes.classes)) for unit in self._units(number))

    @cached_property
    def odd_counted(self) -> bool:
        """Whether pairs with odd pods are few enough to be looked at."""
        return not self._odd_classes or len(self.odd) * len(self.units) <= MOST_ODD_PAIRS

    @cached_property
    def _at(self) -> Mapping[int, tuple[Unit, ...]]:
        found: dict[int, tuple[Unit, ...]] = {}
        for unit in self.units:
            for slot in self._evaluator.classes.classes[unit.number].slots:
                found[slot] = (*found.get(slot, ()), unit)
        return found

    def at(self, slots: int) -> Mapping[Unit, None]:
        """The pods that have one of these peer bits."""
        return {unit: None for slot in bits(slots) for unit in self._at.get(slot, ())}

    def _units(self, number: int) -> Iterator[Unit]:
        each = self._evaluator.classes.classes[number]
        if each.key.kind is EndpointKind.HOST_ENDPOINT:
            return
        places: dict[object, list[tuple[Pod, ...]]] = {}
        for pods in _members(each.pods):
            places.setdefault((pods[0].node, () if pods[0].node else pods[0].host_addresses), []).append(pods)
        yield from (Unit(number, tuple(members)) for members in places.values())


class Names:
    """The peers of one level, by their ids as in a matrix; their sides are not worked out."""

    def __init__(self, evaluator: Evaluator, by: Grouping) -> None:
        self._first_outside: int = evaluator.classes.first_outside
        self._atoms = evaluator.classes.atoms.sets
        self._owners = [slot.owner for slot in evaluator.classes.slots]
        self._groups = [group for group in groups(evaluator, by) if group.parts]
        self._of_class: dict[int, list[str]] = {}
        for group in self._groups:
            for part in group.parts:
                self._of_class.setdefault(part.number, []).append(group.peer.id)

    def at(self, slots: Iterable[int]) -> Iterator[str]:
        """The peers that have pods, or addresses, at these slots."""
        for slot in slots:
            if slot >= self._first_outside:
                yield addresses_peer(self._atoms[slot - self._first_outside])
            else:
                yield from self._of_class.get(self._owners[slot], ())

    def of(self, end: Unit | int) -> Iterable[str]:
        """The peers that the members of a unit belong to, or that of an address atom."""
        if isinstance(end, int):
            return (addresses_peer(self._atoms[end]),)
        return dict.fromkeys(self._of_pod[pods[0].namespace, pods[0].name] for pods in end.members)

    @cached_property
    def peers(self) -> Mapping[str, Peer]:
        """Every peer that has a name here."""
        found = {group.peer.id: group.peer for group in self._groups}
        for addresses in self._atoms:
            name = addresses_peer(addresses)
            found[name] = Peer(id=name, type=PeerType.ADDRESSES, addresses=addresses, ingress=NO_SIDE, egress=NO_SIDE)
        return found

    @cached_property
    def _of_pod(self) -> Mapping[tuple[str, str], str]:
        return {
            (pod.namespace, pod.name): group.peer.id
            for group in self._groups
            for part in group.parts
            for pod in part.pods
        }


def _members(pods: tuple[Pod, ...]) -> Iterator[tuple[Pod, ...]]:
    """Each pod of the input by itself, and together those that stand for the replicas of one workload."""
    made: dict[object, list[Pod]] = {}
    for pod in pods:
        if pod.synthetic:
            made.setdefault(pod.workload, []).append(pod)
        else:
            yield (pod,)
    yield from map(tuple, made.values())
