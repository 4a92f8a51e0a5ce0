"""What can be reached from a start, in how many hops, and by which way.

A hop is a connection that is surely allowed from a peer that has been reached to another one, on some port. Where a hop
is only possible, since its verdict is unknown, what it leads to is reached perhaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from netviz.analysis.terrain import INGRESS, OUTSIDE, Terrain, living
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import AnyPod
from netviz.engine.matrix import Grouping
from netviz.engine.naming import find
from netviz.errors import UsageError
from netviz.model.cluster import Pod
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import ALL_CONNECTIONS, ConnectionSet
from netviz.sets.region import mask_of

INTERNET = "internet"
NAMESPACE = "namespace/"


@dataclass(frozen=True, slots=True)
class Start:
    """Where a walk begins: peers by number, or addresses outside (`outside` are peer bits), or the Ingress controller.

    From the whole Internet (`via_ingress`) the Ingress controller, which is there for clients outside, is in one hop.
    """

    label: str
    nodes: tuple[int, ...] = ()
    outside: int = 0
    ingress: bool = False
    via_ingress: bool = False


def start_of(evaluation: Evaluation, by: Grouping, text: str) -> Start:
    """The start that a name means: `internet`, `namespace/NAME`, or an end of a connection; UsageError for others."""
    classes = evaluation.evaluator.classes
    if text == INTERNET:
        return Start("the Internet", outside=classes.outside, via_ingress=bool(evaluation.cluster.ingresses))
    nodes = living(evaluation, by)
    if text.startswith(NAMESPACE) and text.count("/") == 1:
        name = text.removeprefix(NAMESPACE)
        found = tuple(i for i, group in enumerate(nodes) if group.peer.namespace == name)
        if not found:
            raise UsageError(f"there is no pod in a namespace {name!r}")
        return Start(f"namespace {name}", nodes=found)
    named = find(evaluation.cluster, text)
    if named.service is not None:
        raise UsageError(f"{named.label} opens no connection: name a pod, a workload or a namespace to start from")
    if any(isinstance(end, AnyPod) for end in named.ends):
        return Start(named.label, ingress=True)
    addresses = [end for end in named.ends if isinstance(end, IpAddress)]
    if addresses:
        return Start(named.label, outside=mask_of(classes.slot_of_address(each) for each in addresses))
    pods = {(end.namespace, end.name) for end in named.ends if isinstance(end, Pod)}
    found = tuple(
        i
        for i, group in enumerate(nodes)
        if any((pod.namespace, pod.name) in pods for part in group.parts for pod in part.pods)
    )
    if not found:
        raise UsageError(f"{named.label} has no pod to start from")
    return Start(named.label, nodes=found)


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a way: from a peer to a peer (or INGRESS, OUTSIDE), over one of these connections."""

    source: int
    target: int
    connections: ConnectionSet


@dataclass(frozen=True, slots=True)
class Arrival:
    """A peer that is reached: in how many hops, and what the hops that lead to it may open."""

    node: int
    hops: int
    connections: ConnectionSet


class _Step(NamedTuple):
    """How a unit was reached: `before` is the first unit by id that a hop came from, `mask` what all of them open.

    `sent` are the connection atoms over which the Ingress controller did.
    """

    before: tuple[str, int]
    mask: int
    sent: int

    def joined(self, other: _Step) -> _Step:
        """Both ways."""
        return _Step(min(self.before, other.before), self.mask | other.mask, self.sent | other.sent)


class Reach:
    """Everything that is reached from a start on a terrain, whose peers of the start are alone in their units.

    `hops` and `perhaps` hold for every unit the number of hops; a unit that is reached surely is not in `perhaps`. The
    start itself is in 0 hops, also INGRESS or OUTSIDE.
    """

    def __init__(self, terrain: Terrain, start: Start) -> None:
        self.terrain = terrain
        self.start = start
        self._steps: dict[tuple[bool, int], _Step] = {}
        self._doubtful = False
        self.hops: Mapping[int, int] = self._walk(sure=True)
        # Where nothing was in doubt on the way, what is possible is what is sure.
        possible = self._walk(sure=False) if self._doubtful else self.hops
        self.perhaps: Mapping[int, int] = {u: hops for u, hops in possible.items() if u not in self.hops}

    @classmethod
    def of(
        cls, evaluation: Evaluation, by: Grouping, start: Start, *, declared: bool, alone: int | None = None
    ) -> Reach:
        """What is reached; the peer `alone` gets a unit of its own, too, so that it can be cut off by itself."""
        nodes = (*start.nodes, *(() if alone is None else (alone,)))
        return cls(Terrain(evaluation, by, declared=declared, alone=nodes, outside=start.outside), start)

    @cached_property
    def first(self) -> tuple[int, ...]:
        """The units that the walk begins at."""
        inside = [self.terrain.unit_of[node] for node in self.start.nodes if node in self.terrain.unit_of]
        return (*inside, *((OUTSIDE,) if self.start.outside else ()), *((INGRESS,) if self.start.ingress else ()))

    def _walk(self, *, sure: bool) -> dict[int, int]:
        found = dict.fromkeys(self.first, 0)
        rest = dict.fromkeys(i for i in range(len(self.terrain.units)) if i not in found)
        frontier, hops = list(self.first), 0
        while frontier:
            hops += 1
            new: dict[int, _Step] = {}
            # By identity, with what keeps it: bundles share their lists of sources.
            firsts: dict[int, tuple[Sequence[int], tuple[str, int]]] = {}
            for bundle in self.terrain.bundles(frontier, rest):
                mask = bundle.allow if sure else bundle.may
                self._doubtful = self._doubtful or bundle.allow != bundle.may
                if mask:
                    some = bundle.sources
                    if id(some) not in firsts:
                        firsts[id(some)] = some, min(map(self._rank, some))
                    sent = mask if some[0] == INGRESS else 0
                    step = _Step(firsts[id(some)][1], mask & ~sent, sent)
                    for target in bundle.targets:
                        new[target] = step.joined(new.get(target, step))
            for unit, step in new.items():
                self._steps[sure, unit] = step
                del rest[unit]
            more = [INGRESS] if OUTSIDE in frontier and self.start.via_ingress else []
            frontier = [*new, *more]
            found |= dict.fromkeys(frontier, hops)
        return found

    def arrivals(self, *, sure: bool = True) -> list[Arrival]:
        """The peers that are reached, surely or perhaps, the nearest first."""
        terrain = self.terrain
        found: list[Arrival] = []
        for unit, hops in (self.hops if sure else self.perhaps).items():
            if hops and unit >= 0:
                step = self._steps[sure, unit]
                for node in terrain.units[unit].nodes:
                    connections = terrain.connections(unit, node, step.mask)
                    if step.sent:
                        connections |= terrain.connections(INGRESS, node, step.sent)
                    found.append(Arrival(node, hops, connections))
        return sorted(found, key=lambda arrival: (arrival.hops, terrain.peer(arrival.node).id))

    def way(self, node: int) -> tuple[Hop, ...]:
        """One of the shortest ways to a peer, hop by hop; possible hops where it is reached only perhaps.

        Empty for a peer that is not reached, and for the start. Of several ways the first by the ids of the peers.
        """
        unit = self.terrain.unit_of.get(node)
        if unit is None or (unit not in self.hops and unit not in self.perhaps):
            return ()
        sure = unit in self.hops
        way: list[Hop] = []
        while unit not in self.first:
            source = OUTSIDE if unit == INGRESS else self._steps[sure, unit].before[1]
            way.append(self._hop(source, unit, node, sure=sure))
            unit, node = source, way[-1].source
        return tuple(reversed(way))

    def between(self, node: int) -> tuple[int, ...]:
        """What the way to a peer leads through, without the start and the peer itself."""
        unit = self.terrain.unit_of[node]
        sure = unit in self.hops
        found: list[int] = []
        while unit not in self.first:
            unit = OUTSIDE if unit == INGRESS else self._steps[sure, unit].before[1]
            found.append(self._node(unit))
        return tuple(reversed(found[:-1]))

    def _hop(self, source: int, unit: int, node: int, *, sure: bool) -> Hop:
        """One hop to a peer of a unit."""
        first = self._node(source)
        if unit == INGRESS:
            return Hop(first, INGRESS, ALL_CONNECTIONS)
        mask = 0
        for bundle in self.terrain.bundles((source,), (unit,)):
            mask |= bundle.allow if sure else bundle.may
        return Hop(first, node, self.terrain.connections(source, node, mask))

    def _rank(self, unit: int) -> tuple[str, int]:
        return self.terrain.peer_id(self._node(unit)), unit

    def _node(self, unit: int) -> int:
        return self.terrain.units[unit].nodes[0] if unit >= 0 else unit

    @cached_property
    def leaves(self) -> int | None:
        """The hops after which an address outside is reached, None if none is, or if the start is outside."""
        if OUTSIDE in self.first:
            return None
        for number in sorted(set(self.hops.values())):
            if self.terrain.leaves(unit for unit, hops in self.hops.items() if hops == number):
                return number + 1
        return None
