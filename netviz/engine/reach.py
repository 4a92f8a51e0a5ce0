"""Builds the reachability matrix of an evaluation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Final

from netviz.engine.blocks import blocks
from netviz.engine.fixed import AnyPod, End
from netviz.engine.groups import NO_SIDE, Group, Part, groups
from netviz.engine.matrix import (
    INGRESS_PEER,
    Cell,
    Grouping,
    Peer,
    PeerType,
    ReachabilityMatrix,
    Side,
    addresses_peer,
)
from netviz.engine.outside import OutsideGroups
from netviz.engine.pairs import Judge, Masks
from netviz.engine.parts import State
from netviz.engine.services import ingress_backends
from netviz.errors import UsageError
from netviz.model.cluster import Pod
from netviz.model.policy import Direction, EndpointKind
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import ALL_CONNECTIONS, NO_CONNECTIONS, TCP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.sets.region import bits, mask_of

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation


MOST_PAIRS: Final = 20_000_000
"""So many pairs are listed one by one: they take three gigabytes."""


class _Found:
    """What is between two peers, by the first and then by the second one.

    Most pairs share the very object of their state with many others. With `wanted`, only pairs that one of these peers
    is an end of. UsageError for more than `MOST_PAIRS`.
    """

    def __init__(self, wanted: Collection[int] | None = None) -> None:
        self._wanted = wanted
        self._count = 0
        self.rows: dict[int, dict[int, State]] = {}
        # By identity, with what keeps it: atoms may be tens of thousands, and the bits of a state as many.
        self._united: dict[tuple[int, int], tuple[State, State, State]] = {}

    def add(self, sources: Collection[int], targets: Collection[int], state: State) -> None:
        """Every source may open to every target what the state says, too."""
        if self._wanted is None:
            self._add(sources, targets, state)
            return
        self._add([i for i in sources if i in self._wanted], targets, state)
        self._add([i for i in sources if i not in self._wanted], [j for j in targets if j in self._wanted], state)

    def _add(self, sources: Collection[int], targets: Collection[int], state: State) -> None:
        fresh = dict.fromkeys(targets, state)
        for i in sources:
            row = self.rows.setdefault(i, {})
            before = len(row)
            if row.keys().isdisjoint(fresh):
                row.update(fresh)
            else:
                for j in fresh:
                    known = row.get(j)
                    row[j] = state if known is None else self.both(known, state)
            self._count += len(row) - before
            if self._count > MOST_PAIRS:
                raise UsageError(
                    f"there are more than {MOST_PAIRS:,} pairs, too many to list: choose namespaces (--namespace), or "
                    "take pods together (--by workload, --by namespace)"
                )

    def both(self, one: State, other: State) -> State:
        """What either of two states allows and may allow: one object for the same two."""
        if one is other:
            return one
        key = id(one), id(other)
        known = self._united.get(key)
        if known is None:
            both = State(one.allow | other.allow, one.may | other.may)
            known = self._united[key] = one, other, one if both == one else both
        return known[2]


_OPEN_SIDE = Side(any_pod=ALL_CONNECTIONS, any_outside=ALL_CONNECTIONS, unpoliced=True)


def matrix(
    evaluation: Evaluation,
    by: Grouping,
    namespaces: Collection[str] | None = None,
    touching: Collection[str] | None = None,
    outside: OutsideGroups | None = None,
) -> ReachabilityMatrix:
    """The reachability matrix of an evaluation, grouped by pod, workload or namespace; of some namespaces or of all.

    With `touching`, only the pairs that have an end in one of these namespaces. With `outside`, the `outside_groups` of
    these namespaces, each of the groups is one peer. UsageError for more than `MOST_PAIRS`.
    """
    if outside is None:
        outside = tuple((atom,) for atom in range(len(evaluation.evaluator.classes.atoms.sets)))
    return _Builder(evaluation, outside).build(by, namespaces, touching)


class _Builder:
    """Works out one matrix."""

    def __init__(self, evaluation: Evaluation, outside: OutsideGroups) -> None:
        self._evaluation = evaluation
        self._outside = outside
        self._evaluator = evaluation.evaluator
        self._classes = self._evaluator.classes
        self._cells: dict[Masks, Cell] = {}
        self._pods = mask_of(
            i
            for i, slot in enumerate(self._classes.slots[: self._classes.first_outside])
            if slot.kind is EndpointKind.POD and slot.owner != self._classes.arbitrary
        )

    def build(
        self, by: Grouping, namespaces: Collection[str] | None, touching: Collection[str] | None
    ) -> ReachabilityMatrix:
        found = groups(self._evaluator, by, namespaces)
        self._judge = Judge(self._evaluation, {part.number for group in found for part in group.parts})
        inside = [replace(g, peer=_with_sides(g.peer, *self._sides(g.parts))) for g in found]
        peers = [group.peer for group in inside]
        sets = self._classes.atoms.sets
        peers += [outside_peer(AddressSet.union(sets[atom] for atom in together)) for together in self._outside]
        cells: dict[tuple[int, int], Cell] = {}
        within: dict[int, Cell] = {}
        wanted = None
        if touching is not None:
            wanted = frozenset(i for i, peer in enumerate(peers) if peer.namespace in touching)
        rows = self._pairs(inside, wanted).rows
        known: dict[int, Cell | None] = {}
        for i, row in sorted(rows.items()):
            for j in sorted(row):
                state = row[j]
                # By identity: the rows keep every state.
                if id(state) not in known:
                    known[id(state)] = self._cell(state)
                cell = known[id(state)]
                if cell is not None and i != j:
                    cells[i, j] = cell
                elif cell is not None:
                    within[i] = cell
        self._add_ingress_controller(inside, peers, cells, wanted)
        return ReachabilityMatrix(by=by, peers=tuple(peers), cells=cells, within=within)

    def _pairs(self, groups: list[Group], wanted: Collection[int] | None) -> _Found:
        """What is allowed and possible between two peers; those outside come after the groups, in order."""
        leads = self._evaluator.families.of_class
        found = _Found(wanted)
        self._add_blocks(found, groups, leads)
        self._add_near(found, groups)
        odd = [tuple(part for part in group.parts if leads[part.number] is None) for group in groups]
        self._add_judged(found, groups, odd)
        return found

    def _add_blocks(self, found: _Found, groups: list[Group], leads: Sequence[int | None]) -> None:
        first = self._classes.first_outside
        # The first one speaks for all that are alike.
        where: dict[int, list[int]] = {
            first + together[0]: [i] for i, together in enumerate(self._outside, start=len(groups))
        }
        outside = mask_of(where)
        for i, group in enumerate(groups):
            for part in group.parts:
                if (slot := leads[part.number]) is not None:
                    where.setdefault(slot, []).append(i)
        inside = mask_of(slot for slot in where if slot < first)
        known: dict[int, tuple[int, ...]] = {}
        alike: dict[tuple[int, ...], tuple[int, ...]] = {}

        def peers(slots: int) -> tuple[int, ...]:
            # The same sets come again and again: members of profiles, and whole namespaces.
            these = known.get(slots)
            if these is None:
                these = tuple(sorted({i for slot in bits(slots) for i in where[slot]}))
                these = known[slots] = alike.setdefault(these, these)
            return these

        for sources, targets in ((inside, inside | outside), (outside, inside)):
            # Large peers have thousands of blocks between the same two: they are united before pairs are.
            united: dict[tuple[int, int], tuple[tuple[int, ...], tuple[int, ...], State]] = {}
            for block in blocks(self._evaluation, sources, targets):
                some, others = peers(block.sources), peers(block.targets)
                before = united.get((id(some), id(others)))
                state = block.state if before is None else found.both(before[2], block.state)
                united[id(some), id(others)] = some, others, state
            for some, others, state in united.values():
                found.add(some, others, state)

    def _add_near(self, found: _Found, groups: list[Group]) -> None:
        """What no policy is asked about because a pod on the network of its node is near (A31, D5).

        Pods that host endpoints judge are left out.
        """
        everything = self._evaluator.atoms.all
        hosts = [tuple(part for part in group.parts if self._on_node(part)) for group in groups]
        for i, here in enumerate(hosts):
            for j, group in enumerate(groups if here else ()):
                for some, other in product(here, group.parts if i != j else ()):
                    for (a, b), ends in (((i, j), (some, other)), ((j, i), (other, some))):
                        near = self._judge.bypass(*ends).egress
                        if near is not False:
                            found.add((a,), (b,), State(everything if near else 0, everything))

    def _on_node(self, part: Part) -> bool:
        key = self._classes.classes[part.number].key
        return key.kind is EndpointKind.HOST and not key.guards

    def _add_judged(self, found: _Found, groups: list[Group], odd: list[tuple[Part, ...]]) -> None:
        """What is judged pair by pair: the parts of each group that host endpoints judge."""
        strange = {i for i, parts in enumerate(odd) if parts}
        for i, j in {(i, j) for k in strange for n in range(len(groups)) for i, j in ((k, n), (n, k)) if i != j}:
            usual = tuple(part for part in groups[i].parts if part not in odd[i])
            for some, others in ((odd[i], groups[j].parts), (usual, odd[j])):
                if some and others:
                    found.add((i,), (j,), _state(self._judge.between(some, others)))
        for i in strange:
            found.add((i,), (i,), _state(self._judge.between(groups[i].parts, groups[i].parts)))
            for j, together in enumerate(self._outside, start=len(groups)):
                inward, outward = self._judge.outside(together[0], odd[i])
                found.add((j,), (i,), _state(inward))
                found.add((i,), (j,), _state(outward))

    def _cell(self, state: State) -> Cell | None:
        """The cell of a state; None if nothing is possible."""
        masks = Masks(state.allow, state.may & ~state.allow)
        if not masks.allow and not masks.unknown:
            return None
        cell = self._cells.get(masks)
        if cell is None:
            to_set = self._evaluator.connections
            cell = self._cells[masks] = Cell(to_set(masks.allow), to_set(masks.unknown))
        return cell

    def _sides(self, parts: tuple[Part, ...]) -> tuple[Side, Side]:
        slots = [slot for part in parts for slot in self._classes.classes[part.number].slots]
        if not slots:
            return NO_SIDE, NO_SIDE
        return self._side(slots, Direction.INGRESS), self._side(slots, Direction.EGRESS)

    def _side(self, slots: list[int], direction: Direction) -> Side:
        rows = list({id(row): row for row in (self._evaluation.row(slot, direction) for slot in slots)}.values())
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

    def _add_ingress_controller(
        self,
        groups: list[Group],
        peers: list[Peer],
        cells: dict[tuple[int, int], Cell],
        wanted: Collection[int] | None,
    ) -> None:
        if not self._evaluation.cluster.ingresses:
            return
        here = len(peers)
        arbitrary = self._classes.arbitrary
        sides = self._sides((Part(arbitrary, ()),))
        peers.append(Peer(id=INGRESS_PEER, type=PeerType.INGRESS_CONTROLLER, ingress=sides[0], egress=sides[1]))
        ports = ingress_ports(self._evaluation)
        for i, group in enumerate(groups):
            cell = from_controller(self._judge, ports, group) if wanted is None or i in wanted else None
            if cell:
                cells[here, i] = cell


def outside_peer(addresses: AddressSet) -> Peer:
    """The peer of an address atom, or of some that are alike."""
    return Peer(
        id=addresses_peer(addresses),
        type=PeerType.ADDRESSES,
        addresses=addresses,
        ingress=_OPEN_SIDE,
        egress=_OPEN_SIDE,
    )


def from_controller(judge: Judge, ports: Mapping[tuple[str, str], ConnectionSet], group: Group) -> Cell:
    """What reaches a peer of what Ingress objects send to its pods; `ports` are those of `ingress_ports`."""
    evaluation = judge.evaluation
    arbitrary, to_set = evaluation.evaluator.classes.arbitrary, evaluation.evaluator.connections
    allow = unknown = NO_CONNECTIONS
    for part in group.parts:
        for pod in part.pods:
            wanted = ports.get((pod.namespace, pod.name))
            if wanted is not None:
                masks = judge.classes(arbitrary, part.number, evaluation.bypass(AnyPod(), pod))
                allow |= wanted & to_set(masks.allow)
                unknown |= wanted & to_set(masks.unknown)
    return Cell(allow, unknown - allow)


def peer_ends(
    evaluation: Evaluation, by: Grouping, namespaces: Collection[str] | None = None
) -> Mapping[str, tuple[End, ...]]:
    """For every peer id of `matrix(evaluation, by, namespaces)` the ends that it stands for.

    Of each class of pods two at most.
    """
    found: dict[str, tuple[End, ...]] = {
        group.peer.id: tuple(pod for part in group.parts for pod in part.pods[:2])
        for group in groups(evaluation.evaluator, by, namespaces)
    }
    for addresses in evaluation.evaluator.classes.atoms.sets:
        family, first, _ = max(addresses.ranges(), key=lambda r: r[2] - r[1])
        found[addresses_peer(addresses)] = (IpAddress(family, first),)
    found[INGRESS_PEER] = (AnyPod(),)
    return found


def _state(masks: Masks) -> State:
    return State(masks.allow, masks.allow | masks.unknown)


def _with_sides(peer: Peer, ingress: Side, egress: Side) -> Peer:
    return replace(peer, ingress=ingress, egress=egress)


def ingress_ports(evaluation: Evaluation) -> Mapping[tuple[str, str], ConnectionSet]:
    """What Ingress objects send to each pod, by namespace and name."""
    found: dict[tuple[str, str], ConnectionSet] = {}
    for ingress in evaluation.cluster.ingresses:
        for _, backend in ingress_backends(evaluation.cluster, ingress):
            if isinstance(backend.target, Pod):
                key = (backend.target.namespace, backend.target.name)
                port = ConnectionSet.of(TCP, IntervalSet.single(backend.port))
                found[key] = found.get(key, NO_CONNECTIONS) | port
    return found
