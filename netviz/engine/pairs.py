"""Judges pairs of peers that are few: class by class, with everything that depends on where a pod runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from netviz.engine.fixed import POLICED, UNPOLICED, Bypass, End, common
from netviz.engine.groups import Part
from netviz.engine.walk import Outcome
from netviz.model.cluster import Pod
from netviz.model.policy import Direction, EndpointKind
from netviz.selectors.tree import Ternary
from netviz.sets.addresses import IpAddress
from netviz.sets.region import bits

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation

Place = tuple[str, tuple[IpAddress, ...]]
"""Where a pod runs: the name of its node, "" if it is not known, and the addresses of its host."""


class Places(NamedTuple):
    """Where the pods of a part run, with one for each place and node; `known` tells whether all nodes are."""

    pods: tuple[Pod, ...]
    at: Mapping[Place, Pod]
    distinct: frozenset[Place]
    nodes: Mapping[str, Pod]
    known: bool


class Masks(NamedTuple):
    """Connection atoms between two endpoints: surely allowed, and unknown (disjoint)."""

    allow: int
    unknown: int


class Row(NamedTuple):
    """What a slot allows by its own policies: per peer slot the connection atoms, surely and at most, if any."""

    allow: Mapping[int, int]
    may: Mapping[int, int]


def between(evaluation: Evaluation, source: End, target: End) -> Masks:
    """Between two single ends; what holds in one address family only, or by one way only, is unknown."""
    bypassed = evaluation.bypass(source, target)
    everything = evaluation.evaluator.atoms.all
    if bypassed == UNPOLICED:
        return Masks(everything, 0)
    allow, possible = everything, 0
    for i, j in evaluation.slot_pairs(source, target):
        out = _bounds(evaluation.toward(i, j, Direction.EGRESS), j, bypassed.egress, everything)
        into = _bounds(evaluation.toward(j, i, Direction.INGRESS), i, bypassed.ingress, everything)
        allow &= out.allow & into.allow
        possible |= (out.allow | out.unknown) & (into.allow | into.unknown)
    return Masks(allow, possible & ~allow)


def _bounds(row: Outcome, peer: int, bypassed: Ternary, everything: int) -> Masks:
    """The connection atoms that one side surely allows, and those that it may allow."""
    allow = everything if bypassed else row.allow.connections_of(peer)
    may = allow | row.unknown.connections_of(peer) if bypassed is False else everything
    return Masks(allow, may & ~allow)


class Judge:
    """Works out pairs under one evaluation between some classes, and with addresses outside.

    It holds the expanded rows while it does. `evaluation` is what it asks.
    """

    def __init__(self, evaluation: Evaluation, classes: Iterable[int]) -> None:
        self.evaluation = evaluation
        self._evaluator = evaluation.evaluator
        self._classes = self._evaluator.classes
        self._expanded: dict[int, tuple[Outcome, Row]] = {}
        self._between: dict[tuple[int, int, Bypass], Masks] = {}
        self._places: dict[int, Places] = {}
        self._bypassed: dict[object, Bypass] = {}
        self._stranger = self._classes.classes[self._classes.arbitrary].slots[0]
        inside = self._classes.mask((*classes, self._classes.arbitrary))
        self._within = inside | self._classes.outside
        self._guarded = bool(evaluation.cluster.host_endpoints)

    def between(self, sources: tuple[Part, ...], targets: tuple[Part, ...]) -> Masks:
        """From some part to some part."""
        allow = unknown = 0
        for source in sources:
            for target in targets:
                masks = self.classes(source.number, target.number, self.bypass(source, target))
                allow |= masks.allow
                unknown |= masks.unknown
        return Masks(allow, unknown & ~allow)

    def outside(self, atom: int, parts: tuple[Part, ...]) -> tuple[Masks, Masks]:
        """From an address atom to some part, and back."""
        address = (self._classes.first_outside + atom,)
        family = self._classes.atoms.family(atom)
        inward = outward = Masks(0, 0)
        for part in parts:
            slots = self._in_family(part.number, family)
            inward = _united(inward, self._ends(address, slots))
            outward = _united(outward, self._ends(slots, address))
        return inward, outward

    def classes(self, source: int, target: int, bypassed: Bypass) -> Masks:
        """From one class to another, by their numbers."""
        known = self._between.get((source, target, bypassed))
        if known is None:
            ends = self._classes.classes[source].slots, self._classes.classes[target].slots
            known = self._between[source, target, bypassed] = self._ends(*ends, bypassed)
        return known

    def row(self, slot: int, direction: Direction) -> Row:
        """What a slot allows, spread out over its peers."""
        outcome = self.evaluation.row(slot, direction)
        known = self._expanded.get(id(outcome))
        if known is None:
            allow: dict[int, int] = {}
            may: dict[int, int] = {}
            parts = [(outcome.allow, (allow, may)), (outcome.unknown, (may,))]
            if self.evaluation.cluster.ingresses:
                stranger = self.evaluation.toward(slot, self._stranger, direction)
                parts += [(stranger.allow, (allow, may)), (stranger.unknown, (may,))]
            for region, rows in parts:
                for connections, peers in region.rectangles:
                    for peer in bits(peers & self._within):
                        for row in rows:
                            row[peer] = row.get(peer, 0) | connections
            known = self._expanded[id(outcome)] = (outcome, Row(allow, may))
        return known[1]

    def _slots(self, source: int, target: int, bypassed: Bypass) -> Masks:
        out = self._opened(self.row(source, Direction.EGRESS), target, bypassed.egress)
        into = self._opened(self.row(target, Direction.INGRESS), source, bypassed.ingress)
        allow = out.allow & into.allow
        return Masks(allow, (out.allow | out.unknown) & (into.allow | into.unknown) & ~allow)

    def _opened(self, row: Row, peer: int, bypassed: Ternary) -> Masks:
        everything = self._evaluator.atoms.all
        allow = everything if bypassed else row.allow.get(peer, 0)
        may = row.may.get(peer, 0) if bypassed is False else everything
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

    def bypass(self, source: Part, target: Part) -> Bypass:
        """Where no policy is asked from pods of one part to those of another; None where it depends on which."""
        kinds = self._classes.classes[source.number].key.kind, self._classes.classes[target.number].key.kind
        hosts = kinds[0] is not EndpointKind.POD, kinds[1] is not EndpointKind.POD
        if not any(hosts) or (hosts[1] and not self._guarded and not self._evaluator.options.own_node_open):
            return POLICED
        some, others = self._places_of(source), self._places_of(target)
        # Without host endpoints only nearness matters, and most pairs are alike in that.
        key = None if self._guarded else (hosts, *_nearness(some, others))
        known = None if key is None else self._bypassed.get(key)
        if known is None:
            known = common(self.evaluation.bypass(s, t) for s, t in _examples(some, others))
            if key is not None:
                self._bypassed[key] = known
        return known

    def _places_of(self, part: Part) -> Places:
        known = self._places.get(id(part.pods))
        if known is None:
            at = {(pod.node, pod.host_addresses): pod for pod in part.pods}
            nodes = {node: pod for (node, _), pod in at.items()}
            known = self._places[id(part.pods)] = Places(part.pods, at, frozenset(at), nodes, "" not in nodes)
        return known

    def _in_family(self, number: int, family: int) -> tuple[int, ...]:
        slots = self._classes.classes[number].slots
        return tuple(s for s in slots if self._classes.slots[s].family in (None, family)) or slots


def _nearness(some: Places, others: Places) -> tuple[object, object]:
    """What the nearness of two parts depends on: whether they share a node, and have two; or else all their places."""
    if some.known and others.known:
        shared = not some.nodes.keys().isdisjoint(others.nodes)
        return shared, not shared or len(some.nodes) > 1 or len(others.nodes) > 1
    return some.distinct, others.distinct


def _examples(some: Places, others: Places) -> Iterator[tuple[Pod, Pod]]:
    """Pairs of pods that stand for all pairs, as far as it matters whether they are on one node."""
    if not (some.known and others.known):
        yield from product(some.at.values(), others.at.values())
        return
    few, many = sorted((some.nodes, others.nodes), key=len)
    shared = next((node for node in few if node in many), None)
    if shared is not None:
        yield some.nodes[shared], others.nodes[shared]
    yield from islice(((s, t) for (a, s), (b, t) in product(some.nodes.items(), others.nodes.items()) if a != b), 1)


def _united(first: Masks, second: Masks) -> Masks:
    allow = first.allow | second.allow
    return Masks(allow, (first.unknown | second.unknown) & ~allow)
