"""Builds the reachability matrix of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from netviz.engine.fixed import POLICED, AnyPod, Bypass, End, common
from netviz.engine.matrix import Cell, Grouping, Peer, PeerType, ReachabilityMatrix, Side
from netviz.engine.services import ingress_backends
from netviz.engine.walk import Outcome
from netviz.model.cluster import ContainerPort, Pod, Workload
from netviz.model.policy import Direction, EndpointKind
from netviz.selectors.tree import Ternary
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import ALL_CONNECTIONS, NO_CONNECTIONS, TCP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.sets.region import bits

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation


Place = tuple[str, tuple[IpAddress, ...]]
"""Where a pod runs: the name of its node, or "" and the addresses of its host, if they are known."""


class Part(NamedTuple):
    """Pods of one class inside a peer."""

    number: int
    pods: tuple[Pod, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A peer to be: how it is described, and the parts that it consists of (none: no living pod)."""

    peer: Peer
    parts: tuple[Part, ...]


class Masks(NamedTuple):
    """Connection atoms between two endpoints: surely allowed, and unknown (disjoint)."""

    allow: int
    unknown: int


class Row(NamedTuple):
    """What a slot allows by its own policies: per peer slot the connection atoms, surely and at most."""

    allow: list[int]
    may: list[int]


_NO_SIDE = Side(any_pod=NO_CONNECTIONS, any_outside=NO_CONNECTIONS)
_OPEN_SIDE = Side(any_pod=ALL_CONNECTIONS, any_outside=ALL_CONNECTIONS, unpoliced=True)


def matrix(evaluation: Evaluation, by: Grouping) -> ReachabilityMatrix:
    """The reachability matrix of an evaluation, grouped by pod, workload or namespace."""
    return _Builder(evaluation).build(by)


class _Builder:
    """Works out one matrix; holds the expanded rows while it does."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._evaluator = evaluation.evaluator
        self._classes = self._evaluator.classes
        self._expanded: dict[int, tuple[Outcome, Row]] = {}
        self._between: dict[tuple[int, int, Bypass], Masks] = {}
        self._places: dict[int, tuple[tuple[Pod, ...], Mapping[Place, Pod]]] = {}
        self._stranger = self._classes.classes[self._classes.arbitrary].slots[0]
        self._guarded = bool(evaluation.cluster.host_endpoints)
        self._cells: dict[Masks, Cell] = {}
        self._pods = sum(
            1 << i
            for i, slot in enumerate(self._classes.slots[: self._classes.first_outside])
            if slot.kind is EndpointKind.POD and slot.owner != self._classes.arbitrary
        )

    def build(self, by: Grouping) -> ReachabilityMatrix:
        groups = [replace_sides(g, *self._sides(g.parts)) for g in _groups(self._evaluation, by)]
        peers = [group.peer for group in groups]
        cells: dict[tuple[int, int], Cell] = {}
        self._add_inside(groups, cells)
        self._add_outside(groups, peers, cells)
        self._add_ingress_controller(groups, peers, cells)
        return ReachabilityMatrix(by=by, peers=tuple(peers), cells=cells)

    def _add_inside(self, groups: list[Group], cells: dict[tuple[int, int], Cell]) -> None:
        single = [self._single_slot(group.parts) for group in groups]
        incoming = [None if slot is None else self._row(slot, Direction.INGRESS) for slot in single]
        for i, source in enumerate(groups):
            here = single[i]
            out = None if here is None else self._row(here, Direction.EGRESS)
            for j, target in enumerate(groups):
                there, into = single[j], incoming[j]
                if i == j:
                    continue
                if out is None or here is None or there is None or into is None:
                    self._put(cells, i, j, self._masks(source.parts, target.parts))
                    continue
                may = out.may[there] & into.may[here]
                if may:
                    allow = out.allow[there] & into.allow[here]
                    self._put(cells, i, j, Masks(allow, may & ~allow))

    def _single_slot(self, parts: tuple[Part, ...]) -> int | None:
        """The slot of a peer that is one class in one address family on the pod network: the usual, fast case."""
        if len(parts) != 1 or self._on_host(parts[0].number):
            return None
        slots = self._classes.classes[parts[0].number].slots
        return slots[0] if len(slots) == 1 else None

    def _on_host(self, number: int) -> bool:
        return self._classes.classes[number].key.kind is not EndpointKind.POD

    def _put(self, cells: dict[tuple[int, int], Cell], i: int, j: int, masks: Masks) -> None:
        if masks.allow or masks.unknown:
            cell = self._cells.get(masks)
            if cell is None:
                to_set = self._evaluator.connections
                cell = self._cells[masks] = Cell(to_set(masks.allow), to_set(masks.unknown))
            cells[i, j] = cell

    def _row(self, slot: int, direction: Direction) -> Row:
        outcome = self._evaluation.row(slot, direction)
        known = self._expanded.get(id(outcome))
        if known is None:
            count = len(self._classes.slots)
            allow, may = [0] * count, [0] * count
            parts = [(outcome.allow, (allow, may)), (outcome.unknown, (may,))]
            if self._evaluation.cluster.ingresses:
                stranger = self._evaluation.toward(slot, self._stranger, direction)
                parts += [(stranger.allow, (allow, may)), (stranger.unknown, (may,))]
            for region, rows in parts:
                for connections, peers in region.rectangles:
                    for peer in bits(peers):
                        for row in rows:
                            row[peer] |= connections
            known = self._expanded[id(outcome)] = (outcome, Row(allow, may))
        return known[1]

    def _slots(self, source: int, target: int, bypassed: Bypass) -> Masks:
        out = self._opened(self._row(source, Direction.EGRESS), target, bypassed.egress)
        into = self._opened(self._row(target, Direction.INGRESS), source, bypassed.ingress)
        allow = out.allow & into.allow
        return Masks(allow, (out.allow | out.unknown) & (into.allow | into.unknown) & ~allow)

    def _opened(self, row: Row, peer: int, bypassed: Ternary) -> Masks:
        everything = self._evaluator.atoms.all
        allow = everything if bypassed else row.allow[peer]
        may = row.may[peer] if bypassed is False else everything
        return Masks(allow, may & ~allow)

    def _ends(self, sources: tuple[int, ...], targets: tuple[int, ...], bypassed: Bypass = POLICED) -> Masks:
        if len(sources) == len(targets) == 1:
            return self._slots(sources[0], targets[0], bypassed)
        allow, possible = self._evaluator.atoms.all, 0
        for source, target in self._classes.pairs(sources, targets):
            masks = self._slots(source, target, bypassed)
            allow &= masks.allow
            possible |= masks.allow | masks.unknown
        return Masks(allow, possible & ~allow)

    def _class_pair(self, source: int, target: int, bypassed: Bypass) -> Masks:
        known = self._between.get((source, target, bypassed))
        if known is None:
            ends = self._classes.classes[source].slots, self._classes.classes[target].slots
            known = self._between[source, target, bypassed] = self._ends(*ends, bypassed)
        return known

    def _masks(self, sources: tuple[Part, ...], targets: tuple[Part, ...]) -> Masks:
        allow = unknown = 0
        for source in sources:
            for target in targets:
                masks = self._class_pair(source.number, target.number, self._bypass(source, target))
                allow |= masks.allow
                unknown |= masks.unknown
        return Masks(allow, unknown & ~allow)

    def _bypass(self, source: Part, target: Part) -> Bypass:
        hosts = self._on_host(source.number), self._on_host(target.number)
        if not any(hosts) or (hosts[1] and not self._guarded and not self._evaluator.options.own_node_open):
            return POLICED
        pairs = _examples(self._by_place(source), self._by_place(target))
        return common(self._evaluation.bypass(s, t) for s, t in pairs)

    def _by_place(self, part: Part) -> Mapping[Place, Pod]:
        known = self._places.get(id(part.pods))
        if known is None:
            places = {(p.node, () if p.node else p.host_addresses): p for p in part.pods}
            known = self._places[id(part.pods)] = (part.pods, places)
        return known[1]

    def _sides(self, parts: tuple[Part, ...]) -> tuple[Side, Side]:
        slots = [slot for part in parts for slot in self._classes.classes[part.number].slots]
        if not slots:
            return _NO_SIDE, _NO_SIDE
        return self._side(slots, Direction.INGRESS), self._side(slots, Direction.EGRESS)

    def _side(self, slots: list[int], direction: Direction) -> Side:
        rows = [self._evaluation.row(slot, direction) for slot in slots]
        any_pod = any_outside = self._evaluator.atoms.all
        for row in rows:
            any_pod &= row.allow.connections_covering(self._pods)
            any_outside &= row.allow.connections_covering(self._classes.outside)
        isolated = [self._evaluation.isolated(slot, direction) for slot in slots]
        return Side(
            isolated=True if True in isolated else (None if None in isolated else False),
            any_pod=self._evaluator.connections(any_pod),
            any_outside=self._evaluator.connections(any_outside),
            nothing=not any(row.allow or row.unknown for row in rows),
            unpoliced=not any(self._evaluator.policed(slot) for slot in slots),
        )

    def _add_outside(self, groups: list[Group], peers: list[Peer], cells: dict[tuple[int, int], Cell]) -> None:
        first = self._classes.first_outside
        for atom, addresses in enumerate(self._classes.atoms.sets):
            here = len(peers)
            peers.append(
                Peer(
                    id=f"ext-{atom + 1}",
                    type=PeerType.ADDRESSES,
                    addresses=addresses,
                    ingress=_OPEN_SIDE,
                    egress=_OPEN_SIDE,
                )
            )
            family = self._classes.atoms.family(atom)
            for i, group in enumerate(groups):
                inward = outward = Masks(0, 0)
                for part in group.parts:
                    slots = self._in_family(part.number, family)
                    inward = _united(inward, self._ends((first + atom,), slots))
                    outward = _united(outward, self._ends(slots, (first + atom,)))
                self._put(cells, here, i, inward)
                self._put(cells, i, here, outward)

    def _in_family(self, number: int, family: int) -> tuple[int, ...]:
        slots = self._classes.classes[number].slots
        return tuple(s for s in slots if self._classes.slots[s].family in (None, family)) or slots

    def _add_ingress_controller(
        self, groups: list[Group], peers: list[Peer], cells: dict[tuple[int, int], Cell]
    ) -> None:
        if not self._evaluation.cluster.ingresses:
            return
        here = len(peers)
        arbitrary = self._classes.arbitrary
        sides = self._sides((Part(arbitrary, ()),))
        peers.append(Peer(id="ingress", type=PeerType.INGRESS_CONTROLLER, ingress=sides[0], egress=sides[1]))
        ports = _ingress_ports(self._evaluation)
        for i, group in enumerate(groups):
            allow = unknown = NO_CONNECTIONS
            for part in group.parts:
                for pod in part.pods:
                    wanted = ports.get((pod.namespace, pod.name))
                    if wanted is not None:
                        around = self._evaluation.bypass(AnyPod(), pod)
                        masks = self._class_pair(arbitrary, part.number, around)
                        allow |= wanted & self._evaluator.connections(masks.allow)
                        unknown |= wanted & self._evaluator.connections(masks.unknown)
            if allow or unknown:
                cells[here, i] = Cell(allow, unknown - allow)


def peer_ends(evaluation: Evaluation, by: Grouping) -> Mapping[str, tuple[End, ...]]:
    """For every peer id of `matrix(evaluation, by)` the ends that it stands for; of each class of pods two at most."""
    found: dict[str, tuple[End, ...]] = {
        group.peer.id: tuple(pod for part in group.parts for pod in part.pods[:2]) for group in _groups(evaluation, by)
    }
    for atom, addresses in enumerate(evaluation.evaluator.classes.atoms.sets):
        family, first, _ = max(addresses.ranges(), key=lambda r: r[2] - r[1])
        found[f"ext-{atom + 1}"] = (IpAddress(family, first),)
    found["ingress"] = (AnyPod(),)
    return found


def _examples(sources: Mapping[Place, Pod], targets: Mapping[Place, Pod]) -> Iterator[tuple[Pod, Pod]]:
    """Pairs of pods that stand for all pairs, as far as it matters whether they are on one node."""
    pairs = (((a, s), (b, t)) for a, s in sources.items() for b, t in targets.items())
    if not all(node for node, _ in (*sources, *targets)):
        yield from ((s, t) for (_, s), (_, t) in pairs)
        return
    shared = next((place for place in sources if place in targets), None)
    if shared is not None:
        yield sources[shared], targets[shared]
    yield from islice(((s, t) for (a, s), (b, t) in pairs if a != b), 1)


def _united(first: Masks, second: Masks) -> Masks:
    allow = first.allow | second.allow
    return Masks(allow, (first.unknown | second.unknown) & ~allow)


def replace_sides(group: Group, ingress: Side, egress: Side) -> Group:
    """The group with its two sides worked out."""
    return replace(group, peer=replace(group.peer, ingress=ingress, egress=egress))


def _ingress_ports(evaluation: Evaluation) -> Mapping[tuple[str, str], ConnectionSet]:
    found: dict[tuple[str, str], ConnectionSet] = {}
    for ingress in evaluation.cluster.ingresses:
        for _, backend in ingress_backends(evaluation.cluster, ingress):
            if isinstance(backend.target, Pod):
                key = (backend.target.namespace, backend.target.name)
                port = ConnectionSet.of(TCP, IntervalSet.single(backend.port))
                found[key] = found.get(key, NO_CONNECTIONS) | port
    return found


def _groups(evaluation: Evaluation, by: Grouping) -> list[Group]:
    cluster = evaluation.cluster
    if by is Grouping.NAMESPACE:
        return _namespace_groups(evaluation)
    found: list[Group] = []
    for workload in cluster.workloads:
        pods = [cluster.pod(workload.id.namespace, name) for name in workload.pods]
        listed = [pod for pod in pods if not pod.synthetic]
        if by is Grouping.POD and listed:
            found.extend(_pod_group(evaluation, workload, pod) for pod in listed)
        else:
            found.extend(_workload_groups(evaluation, workload, pods))
    return found


def _pod_group(evaluation: Evaluation, workload: Workload, pod: Pod) -> Group:
    owners = () if workload.id.kind == "Pod" else ((workload.id.kind, workload.id.name), *workload.owners)
    peer = Peer(
        id=f"{pod.namespace}/{pod.name}[Pod]",
        type=PeerType.POD,
        namespace=pod.namespace,
        name=pod.name,
        kind="Pod",
        owners=owners,
        members=(pod.name,),
        ports=pod.ports,
        host_network=pod.host_network,
        ingress=_NO_SIDE,
        egress=_NO_SIDE,
    )
    part = Part(evaluation.evaluator.classes.class_of(pod), (pod,))
    return Group(peer=peer, parts=(part,))


def _workload_groups(evaluation: Evaluation, workload: Workload, pods: list[Pod]) -> list[Group]:
    parts = _parts(evaluation, pods)
    groups: list[Group] = []
    for number, part in enumerate(parts or [None], start=1):
        members = part.pods if part else ()
        peer = Peer(
            id=f"{workload.id}#{number}" if len(parts) > 1 else str(workload.id),
            type=PeerType.WORKLOAD,
            namespace=workload.id.namespace,
            name=workload.id.name,
            kind=workload.id.kind,
            owners=workload.owners,
            members=tuple(pod.name for pod in members if not pod.synthetic),
            ports=_ports_of(members) or workload.ports,
            host_network=bool(members) and all(pod.host_network for pod in members),
            living=part is not None,
            ingress=_NO_SIDE,
            egress=_NO_SIDE,
        )
        groups.append(Group(peer=peer, parts=(part,) if part else ()))
    return groups


def _namespace_groups(evaluation: Evaluation) -> list[Group]:
    pods: dict[str, list[Pod]] = {}
    for pod in evaluation.cluster.pods:
        pods.setdefault(pod.namespace, []).append(pod)
    names = sorted({w.id.namespace for w in evaluation.cluster.workloads})
    return [
        Group(
            peer=Peer(
                id=name,
                type=PeerType.NAMESPACE,
                namespace=name,
                name=name,
                kind="Namespace",
                living=name in pods,
                members=tuple(pod.name for pod in pods.get(name, ()) if not pod.synthetic),
                ingress=_NO_SIDE,
                egress=_NO_SIDE,
            ),
            parts=tuple(_parts(evaluation, pods.get(name, []))),
        )
        for name in names
    ]


def _parts(evaluation: Evaluation, pods: Iterable[Pod]) -> list[Part]:
    by_class: dict[int, list[Pod]] = {}
    for pod in pods:
        by_class.setdefault(evaluation.evaluator.classes.class_of(pod), []).append(pod)
    return [Part(number, tuple(members)) for number, members in sorted(by_class.items())]


def _ports_of(pods: Iterable[Pod]) -> tuple[ContainerPort, ...]:
    return tuple(dict.fromkeys(port for pod in pods for port in pod.ports))
