"""The allowed connections between workloads, or pods, as bundles: every source of a bundle with every target of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from typing import Final, NamedTuple

from netviz.engine.blocks import blocks
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import AnyPod
from netviz.engine.groups import Group, Part, groups
from netviz.engine.matrix import INGRESS_PEER, Grouping, Peer
from netviz.engine.pairs import Judge, Masks
from netviz.engine.reach import ingress_ports
from netviz.model.cluster import ContainerRole
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.sets.region import bits, mask_of

MOST_ODD_PAIRS: Final = 250_000
"""Pairs with an odd peer that are looked at one by one; where there are more, the odd ones are left out."""

INGRESS: Final = -1
"""Stands for the pods, not in the input, that Ingress objects send from."""

OUTSIDE_PEER: Final = "addresses:outside"
"""The id of what is outside of the cluster, taken as one; no name can have a colon."""

OUTSIDE: Final = -2
"""Stands for what is outside of the cluster, as a source only."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Peers that send and accept the same, as far as a question goes: `nodes` are their numbers, one at least.

    `slot` is their peer bit, None if one does not tell all of them. `wanted` are the connection atoms that count
    towards them.
    """

    nodes: tuple[int, ...]
    slot: int | None
    wanted: int


class Bundle(NamedTuple):
    """From each of some units to each of others: what is surely, and what is possibly allowed (`allow` in `may`).

    Units are given by their number; INGRESS and OUTSIDE may be among the sources. Bundles with the same sources mostly
    have the very same list of them.
    """

    sources: Sequence[int]
    targets: Sequence[int]
    allow: int
    may: int


class Terrain:
    """What can be walked on: peers of one level under one evaluation.

    With `declared`, a connection counts only if it is to a port that the target declares; a peer that declares none
    counts with every port. Peers in `alone` are units of their own. `outside` are the peer bits of the addresses that
    OUTSIDE means. `left_out` is how many peers had to be left out, see MOST_ODD_PAIRS.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        by: Grouping,
        *,
        declared: bool,
        alone: Iterable[int] = (),
        outside: int = 0,
    ) -> None:
        self.evaluation = evaluation
        self.declared = declared
        self.outside = outside
        self.nodes: tuple[Group, ...] = living(evaluation, by)
        plain = evaluation.evaluator.plain_slot
        self._slots = [plain(group.parts[0].number) if len(group.parts) == 1 else None for group in self.nodes]
        odd = [i for i, slot in enumerate(self._slots) if slot is None]
        too_many = len(odd) * len(self.nodes) > MOST_ODD_PAIRS
        self.left_out: int = len(odd) if too_many else 0
        self._by_place = bool(odd) and not too_many
        self.units: tuple[Unit, ...] = tuple(self._units(frozenset(alone), set(odd) if too_many else set()))
        self.unit_of: Mapping[int, int] = {node: i for i, unit in enumerate(self.units) for node in unit.nodes}
        self._odd = [i for i, unit in enumerate(self.units) if unit.slot is None]

    def peer(self, node: int) -> Peer:
        """The peer of a number; its sides are not worked out."""
        return self.nodes[node].peer

    def peer_id(self, node: int) -> str:
        """What a peer, INGRESS or OUTSIDE is called in an answer."""
        return {INGRESS: INGRESS_PEER, OUTSIDE: OUTSIDE_PEER}.get(node) or self.peer(node).id

    def leaves(self, units: Iterable[int]) -> bool:
        """Whether one of the units may surely open something to some address outside."""
        own = [self.units[number] for number in units if number >= 0]
        slots = mask_of({unit.slot for unit in own if unit.slot is not None})
        outside = self.evaluation.evaluator.classes.outside
        if any(block.state.allow for block in blocks(self.evaluation, slots, outside)):
            return True
        odd = [self.nodes[unit.nodes[0]].parts for unit in own if unit.slot is None]
        atoms = range(len(self.evaluation.evaluator.classes.atoms.sets))
        return any(self._judge.outside(atom, parts)[1].allow for parts in odd for atom in atoms)

    def _units(self, alone: frozenset[int], left_out: set[int]) -> Iterator[Unit]:
        alike: dict[object, list[int]] = {}
        for node, slot in enumerate(self._slots):
            if node not in left_out:
                ports = self.wanted(node)
                own = node if slot is None or node in alone or node in self._behind_ingress else None
                key = (slot, ports, own, self._places(node) if self._by_place else None)
                alike.setdefault(key, []).append(node)
        for nodes in alike.values():
            yield Unit(tuple(nodes), self._slots[nodes[0]], self.wanted(nodes[0]))

    def _places(self, node: int) -> object:
        pods = [pod for part in self.nodes[node].parts for pod in part.pods]
        return frozenset((pod.node, () if pod.node else pod.host_addresses) for pod in pods)

    def wanted(self, node: int) -> int:
        """The connection atoms that count towards a peer."""
        atoms = self.evaluation.evaluator.atoms
        ports = self._ports(node)
        if not ports:
            return atoms.all
        return mask_of({atoms.atom_of(protocol, port) for protocol, port in ports})

    def _ports(self, node: int) -> tuple[tuple[int, int], ...]:
        if not self.declared:
            return ()
        ports = self.nodes[node].peer.ports
        return tuple((port.protocol, port.port) for port in ports if port.role is not ContainerRole.INIT)

    def connections(self, source: int, node: int, mask: int) -> ConnectionSet:
        """What a mask of atoms means from a unit to a peer: only the ports that it declares, if these count alone."""
        evaluator = self.evaluation.evaluator
        if source == INGRESS:
            return evaluator.connections(mask) & self._behind_ingress[node]
        ports = self._ports(node)
        if not ports:
            return evaluator.connections(mask)
        found = NO_CONNECTIONS
        for protocol, port in ports:
            if mask >> evaluator.atoms.atom_of(protocol, port) & 1:
                found |= ConnectionSet.of(protocol, IntervalSet.single(port))
        return found

    def bundles(self, sources: Iterable[int], targets: Iterable[int]) -> Iterator[Bundle]:
        """Everything that is allowed or possible from some units to others; a unit stands for all its peers."""
        starts, ends = dict.fromkeys(sources), dict.fromkeys(targets)
        yield from self._plain(starts, ends)
        yield from self._with_odd(starts, ends)
        if INGRESS in starts:
            for target, masks in self._from_ingress.items():
                if target in ends:
                    yield Bundle((INGRESS,), (target,), masks.allow, masks.allow | masks.unknown)

    def _plain(self, starts: Mapping[int, None], ends: Mapping[int, None]) -> Iterator[Bundle]:
        from_slot: dict[int, list[int]] = {}
        for number in starts:
            if number >= 0 and (slot := self.units[number].slot) is not None:
                from_slot.setdefault(slot, []).append(number)
        by_wanted: dict[int, dict[int, list[int]]] = {}
        for number in ends:
            unit = self.units[number]
            if unit.slot is not None:
                by_wanted.setdefault(unit.wanted, {}).setdefault(unit.slot, []).append(number)
        wanted = {ports: mask_of(slots) for ports, slots in by_wanted.items()}
        outside = self.outside if OUTSIDE in starts else 0
        everyone = mask_of({slot for slots in by_wanted.values() for slot in slots})
        if not everyone:
            return
        # Thousands of rules are about all pods, and their blocks have the same thousands of sources.
        lists: dict[int, list[int]] = {}
        for block in blocks(self.evaluation, mask_of(from_slot) | outside, everyone):
            some = lists.get(block.sources)
            if some is None:
                inside = bits(block.sources & ~self.outside)
                some = [number for slot in inside for number in from_slot.get(slot, ())]
                some += [OUTSIDE] if block.sources & outside else []
                lists[block.sources] = some
            for ports, slots in wanted.items():
                may, here = block.state.may & ports, block.targets & slots
                if may and here:
                    others = [number for slot in bits(here) for number in by_wanted[ports][slot]]
                    yield Bundle(some, others, block.state.allow & ports, may)

    def _with_odd(self, starts: Mapping[int, None], ends: Mapping[int, None]) -> Iterator[Bundle]:
        if not self._odd or self.left_out:
            return
        odd = set(self._odd)
        known = [number for number in starts if number >= 0]
        pairs = [*product((n for n in known if n in odd), ends)]
        pairs += product((n for n in known if n not in odd), (n for n in ends if n in odd))
        for source, target in pairs:
            if source != target:
                masks = self._judge.between(self._parts(source), self._parts(target))
                yield from self._bundle(source, target, masks)
        if OUTSIDE in starts:
            for target in (n for n in ends if n in odd):
                for slot in bits(self.outside):
                    atom = slot - self.evaluation.evaluator.classes.first_outside
                    yield from self._bundle(OUTSIDE, target, self._judge.outside(atom, self._parts(target))[0])

    def _bundle(self, source: int, target: int, masks: Masks) -> Iterator[Bundle]:
        wanted = self.units[target].wanted
        may = (masks.allow | masks.unknown) & wanted
        if may:
            yield Bundle((source,), (target,), masks.allow & wanted, may)

    def _parts(self, unit: int) -> tuple[Part, ...]:
        return self.nodes[self.units[unit].nodes[0]].parts

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.evaluation, range(len(self.evaluation.evaluator.classes.classes)))

    @cached_property
    def _from_ingress(self) -> Mapping[int, Masks]:
        """What Ingress objects send to each unit, as far as policies let it through; whatever ports it declares."""
        arbitrary = self.evaluation.evaluator.classes.arbitrary
        found: dict[int, Masks] = {}
        for node, ports in self._behind_ingress.items():
            atoms = mask_of(i for i, atom in enumerate(self.evaluation.evaluator.atoms.atoms) if atom & ports)
            masks = [
                self._judge.classes(arbitrary, part.number, self.evaluation.bypass(AnyPod(), pod))
                for part in self.nodes[node].parts
                for pod in part.pods
            ]
            allow = reduce(int.__or__, (each.allow & atoms for each in masks))
            unknown = reduce(int.__or__, (each.unknown & atoms for each in masks))
            if node in self.unit_of:
                found[self.unit_of[node]] = Masks(allow, unknown & ~allow)
        return found

    @cached_property
    def _behind_ingress(self) -> Mapping[int, ConnectionSet]:
        """The peers that Ingress objects send to, and what they send."""
        ports = ingress_ports(self.evaluation)
        found: dict[int, ConnectionSet] = {}
        for node, group in enumerate(self.nodes if ports else ()):
            for pod in (pod for part in group.parts for pod in part.pods):
                sent = ports.get((pod.namespace, pod.name))
                if sent is not None:
                    found[node] = found.get(node, NO_CONNECTIONS) | sent
        return found


def living(evaluation: Evaluation, by: Grouping) -> tuple[Group, ...]:
    """The peers of a level that have a pod; their numbers are the nodes of a terrain."""
    return tuple(group for group in groups(evaluation.evaluator, by) if group.parts)
