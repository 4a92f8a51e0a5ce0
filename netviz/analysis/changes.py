"""Every pair that differs between two evaluations of one evaluator, by looking only at pairs that can differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netviz.analysis.compare import PairChange
from netviz.analysis.wishes import Wish
from netviz.engine.evaluator import Evaluation
from netviz.engine.groups import NO_SIDE, Group, groups
from netviz.engine.matrix import INGRESS_PEER, Cell, Grouping, Peer, PeerType
from netviz.engine.pairs import Judge, Masks
from netviz.engine.reach import from_controller, ingress_ports, outside_peer
from netviz.model.policy import Direction
from netviz.sets.connections import NO_CONNECTIONS

MOST_JUDGED = 100_000
"""So many pairs of peers are compared one by one; what a fix or a change does beyond is not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A pair of peers with what is allowed and unknown between them before and after."""

    source: Peer
    target: Peer
    before: Cell
    after: Cell

    @property
    def word(self) -> str:
        """added, removed, changed, decided, or unknown if it cannot be decided any more."""
        return PairChange("", "", self.before, self.after).word


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All pairs that differ; if not `complete`, there were too many to compare, and these are some of them.

    `subjects` are the peers whose own policies let through something else than before, with the direction. `doubtful`
    are pairs of which something cannot be decided, before or after, by other policies than before: whether it changes
    is not known. Where only rows were compared that differ, it is empty.
    """

    pairs: tuple[Changed, ...] = ()
    complete: bool = True
    subjects: tuple[tuple[Direction, Peer], ...] = ()
    doubtful: tuple[Changed, ...] = ()

    def beyond(self, wishes: Sequence[Wish]) -> Changes:
        """What changes without being wished for; for a wished pair, the connections that no wish is about.

        Of the subjects those are left that are not seen in any pair: what they let through, others still deny.
        """
        kept = [pair for pair in _without(self.pairs, wishes) if pair.before != pair.after]
        doubtful = [p for p in _without(self.doubtful, wishes) if p.before.unknown or p.after.unknown]
        return replace(self, pairs=tuple(kept), subjects=self._idle(kept, wishes), doubtful=tuple(doubtful))

    def _idle(self, kept: Sequence[Changed], wishes: Sequence[Wish]) -> tuple[tuple[Direction, Peer], ...]:
        """The subjects that no wish is about and no pair shows."""
        shown = {(Direction.EGRESS, pair.source.id) for pair in kept}
        shown |= {(Direction.INGRESS, pair.target.id) for pair in kept}
        return tuple(
            (direction, peer)
            for direction, peer in self.subjects
            if (direction, peer.id) not in shown
            and not any((wish.source if direction is Direction.EGRESS else wish.target).covers(peer) for wish in wishes)
        )

    def folded(self) -> Changes:
        """The same with addresses taken together that change alike with the same peer."""
        return replace(self, pairs=_folded(self.pairs), doubtful=_folded(self.doubtful))


def _without(pairs: Sequence[Changed], wishes: Sequence[Wish]) -> Iterator[Changed]:
    """The pairs without the connections that wishes are about."""
    for pair in pairs:
        wished = NO_CONNECTIONS
        for wish in wishes:
            if wish.source.covers(pair.source) and wish.target.covers(pair.target):
                wished |= wish.connections
        before, after = (Cell(c.allow - wished, c.unknown - wished) for c in (pair.before, pair.after))
        yield replace(pair, before=before, after=after)


def _folded(pairs: Sequence[Changed]) -> tuple[Changed, ...]:
    alike: dict[object, Changed] = {}
    for pair in pairs:
        names = tuple(p.type.value if p.type is PeerType.ADDRESSES else p.id for p in (pair.source, pair.target))
        key = (*names, pair.before, pair.after)
        known = alike.get(key)
        alike[key] = pair if known is None else _united(known, pair)
    return tuple(alike.values())


def _united(first: Changed, second: Changed) -> Changed:
    return replace(first, source=_both(first.source, second.source), target=_both(first.target, second.target))


def _both(first: Peer, second: Peer) -> Peer:
    if first.type is not PeerType.ADDRESSES:
        return first
    return replace(first, addresses=first.addresses | second.addresses)


def changes(
    before: Evaluation, after: Evaluation, by: Grouping = Grouping.WORKLOAD, *, doubts: bool = False
) -> Changes:
    """The pairs of pods or workloads, and of these with addresses outside, that differ; as `compare` of two matrices.

    Both evaluations must be of one evaluator; `by` is not NAMESPACE. With `doubts`, those are looked for, too.
    """
    return _Comparer(before, after, by, doubts=doubts).changes()


_CONTROLLER: Final = Peer(id=INGRESS_PEER, type=PeerType.INGRESS_CONTROLLER, ingress=NO_SIDE, egress=NO_SIDE)
"""The peer of the Ingress controller; its sides, which are those of any pod, are not worked out."""


class _Comparer:
    """Compares two evaluations."""

    def __init__(self, before: Evaluation, after: Evaluation, by: Grouping, *, doubts: bool) -> None:
        self._sides = before, after
        self._doubts = doubts
        self._classes = after.evaluator.classes
        self._groups = groups(after.evaluator, by)
        numbers = {part.number for group in self._groups for part in group.parts}
        self._judges = Judge(before, numbers), Judge(after, numbers)
        self._cells: dict[tuple[Masks, Masks], tuple[Cell, Cell]] = {}

    def changes(self) -> Changes:
        touched = {direction: self._touched(direction) for direction in Direction}
        subjects = tuple(
            (d, group.peer) for d, ids in touched.items() for group in self._groups if group.peer.id in ids
        )
        into, out = touched[Direction.INGRESS], touched[Direction.EGRESS]
        sources = self._groups if into else [g for g in self._groups if g.peer.id in out]
        found: list[Changed] = []
        budget = MOST_JUDGED
        for source in sources:
            targets = [g for g in self._groups if g is not source and (source.peer.id in out or g.peer.id in into)]
            budget -= len(targets)
            if budget < 0:
                return self._split(found, subjects, complete=False)
            for target in targets:
                found.extend(self._changed(source.peer, target.peer, self._inside(source, target)))
        found.extend(self._outside([g for g in self._groups if g.peer.id in into or g.peer.id in out]))
        found.extend(self._from_controller([g for g in self._groups if g.peer.id in into]))
        return self._split(found, subjects)

    def _split(
        self, found: Sequence[Changed], subjects: tuple[tuple[Direction, Peer], ...], *, complete: bool = True
    ) -> Changes:
        return Changes(
            pairs=tuple(pair for pair in found if pair.before != pair.after),
            complete=complete,
            subjects=subjects,
            doubtful=tuple(p for p in found if p.before.unknown or p.after.unknown) if self._doubts else (),
        )

    def _touched(self, direction: Direction) -> frozenset[str]:
        """The peers with a part whose row in this direction is another one."""
        before, after = self._sides
        evaluator = after.evaluator
        profiles = evaluator.profiles[direction]
        switched = before.inactive ^ after.inactive
        moved = {
            slot
            for number in {p for each in switched for p in profiles.with_policy.get(each, ())}
            if self._doubts
            or before.profile_row(direction, number) != after.profile_row(direction, number)
            or evaluator.outcome(direction, number, before.inactive, strangers=True)
            != evaluator.outcome(direction, number, after.inactive, strangers=True)
            for slot in profiles.profiles[number].members
        }
        classes = {self._classes.slots[slot].owner for slot in moved}
        return frozenset(g.peer.id for g in self._groups if any(part.number in classes for part in g.parts))

    def _inside(self, source: Group, target: Group) -> tuple[Masks, Masks]:
        was, now = (judge.between(source.parts, target.parts) for judge in self._judges)
        return was, now

    def _outside(self, touched: list[Group]) -> Iterator[Changed]:
        for atom, addresses in enumerate(self._classes.atoms.sets):
            outside = outside_peer(addresses)
            for group in touched:
                was, now = (judge.outside(atom, group.parts) for judge in self._judges)
                yield from self._changed(outside, group.peer, (was[0], now[0]))
                yield from self._changed(group.peer, outside, (was[1], now[1]))

    def _from_controller(self, touched: list[Group]) -> Iterator[Changed]:
        if not self._sides[1].cluster.ingresses:
            return
        ports = ingress_ports(self._sides[1])
        for group in touched:
            was, now = (from_controller(judge, ports, group) for judge in self._judges)
            if was != now or (self._doubts and was.unknown):
                yield Changed(source=_CONTROLLER, target=group.peer, before=was, after=now)

    def _changed(self, source: Peer, target: Peer, masks: tuple[Masks, Masks]) -> Iterator[Changed]:
        if masks[0] == masks[1] and not (self._doubts and masks[0].unknown):
            return
        cells = self._cells.get(masks)
        if cells is None:
            to_set = self._sides[1].evaluator.connections
            was, now = (Cell(to_set(each.allow), to_set(each.unknown)) for each in masks)
            cells = self._cells[masks] = was, now
        yield Changed(source=source, target=target, before=cells[0], after=cells[1])
