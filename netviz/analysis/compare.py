"""What differs between two reachability matrices, of one input or of two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from netviz.engine.matrix import DENIED, Cell, Peer, PeerType, ReachabilityMatrix


@dataclass(frozen=True, slots=True)
class PairChange:
    """A pair whose connections differ: ids of `Comparison.peers`, and the two cells."""

    source: str
    target: str
    before: Cell
    after: Cell

    @property
    def kind(self) -> str:
        """added, removed or changed, by what is surely allowed; unknown where only the unknown part differs."""
        if self.before.allow == self.after.allow:
            return "unknown"
        if not self.before.allow:
            return "added"
        return "changed" if self.after.allow else "removed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes between two matrices. `peers` are those of both sides, refined so that each is one in either."""

    peers: tuple[Peer, ...]
    changes: tuple[PairChange, ...]


_Key = tuple[PeerType, str, str, str]


@dataclass(frozen=True, slots=True)
class _Match:
    peer: Peer
    before: int | None
    after: int | None


def compare(before: ReachabilityMatrix, after: ReachabilityMatrix) -> Comparison:
    """The pairs that differ, in the order of the peers.

    Peers are matched by namespace, name and kind. The two matrices must come from evaluators of one vocabulary, so that
    address peers are the same on both sides. A workload that is split differently is refined.
    """
    matches = list(_matches(before, after))
    olds = _positions([m.before for m in matches])
    news = _positions([m.after for m in matches])
    found: dict[tuple[int, int], tuple[Cell, Cell]] = {}
    for (i, j), cell in before.cells.items():
        for pair in product(olds.get(i, ()), olds.get(j, ())):
            found[pair] = (cell, DENIED)
    for (i, j), cell in after.cells.items():
        for pair in product(news.get(i, ()), news.get(j, ())):
            found[pair] = (found.get(pair, (DENIED, DENIED))[0], cell)
    changes = tuple(
        PairChange(matches[i].peer.id, matches[j].peer.id, old, new)
        for (i, j), (old, new) in sorted(found.items())
        if old != new and i != j
    )
    return Comparison(tuple(m.peer for m in matches), changes)


def _positions(indexes: list[int | None]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for position, index in enumerate(indexes):
        if index is not None:
            found.setdefault(index, []).append(position)
    return found


def _key(peer: Peer) -> _Key:
    if peer.type is PeerType.ADDRESSES:
        return (peer.type, "", peer.id, "")
    return (PeerType.WORKLOAD if peer.type is PeerType.POD else peer.type, peer.namespace, peer.name, peer.kind)


def _matches(before: ReachabilityMatrix, after: ReachabilityMatrix) -> Iterator[_Match]:
    olds, news = _grouped(before), _grouped(after)
    for key in dict.fromkeys([*olds, *news]):
        pairs = list(_pairs(before, after, olds.get(key, []), news.get(key, [])))
        for number, (old, new) in enumerate(pairs, start=1):
            peer = after.peers[new] if new is not None else before.peers[old or 0]
            if len(pairs) > 1:
                peer = replace(peer, id=f"{peer.id.partition('#')[0]}#{number}")
            yield _Match(peer, old, new)


def _grouped(matrix: ReachabilityMatrix) -> dict[_Key, list[int]]:
    found: dict[_Key, list[int]] = {}
    for i, peer in enumerate(matrix.peers):
        found.setdefault(_key(peer), []).append(i)
    return found


def _pairs(
    before: ReachabilityMatrix, after: ReachabilityMatrix, olds: list[int], news: list[int]
) -> Iterator[tuple[int | None, int | None]]:
    if not olds or not news:
        yield from ((old, None) for old in olds)
        yield from ((None, new) for new in news)
    elif len(olds) == len(news):
        yield from zip(olds, news, strict=True)
    else:
        common = [
            (old, new)
            for old, new in product(olds, news)
            if set(before.peers[old].members) & set(after.peers[new].members)
        ]
        yield from common or product(olds, news)
        if common:
            yield from ((old, None) for old in olds if all(old != o for o, _ in common))
            yield from ((None, new) for new in news if all(new != n for _, n in common))
