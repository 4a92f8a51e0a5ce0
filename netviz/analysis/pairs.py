"""Two matrices side by side: every pair of ends with its cell before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations, product

from netviz.engine.matrix import DENIED, Cell, Peer, PeerType, ReachabilityMatrix
from netviz.sets.addresses import AddressSet

POD_LIKE = frozenset({PeerType.WORKLOAD, PeerType.POD, PeerType.NAMESPACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a pair: the peer as it is and as it was. `addresses` is what both share, for address peers.

    `gone` is set for a peer of the old matrix only, `new` for one of the new matrix only.
    """

    id: str
    peer: Peer
    was: Peer
    addresses: AddressSet = AddressSet()
    gone: bool = False
    new: bool = False

    @property
    def pod_like(self) -> bool:
        """Whether policies can select it: a pod, or pods taken together."""
        return self.peer.type in POD_LIKE


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTable:
    """Every pair for which something is allowed or unknown before or after.

    `cells[i, j]` is (before, after) from `ends[i]` to `ends[j]`; a pair that is not there is denied in both.
    """

    ends: tuple[End, ...]
    cells: Mapping[tuple[int, int], tuple[Cell, Cell]] = field(repr=False)


def paired(before: ReachabilityMatrix, after: ReachabilityMatrix) -> PairTable:
    """The two matrices on common ends, those of the old one first.

    Pods are matched by namespace, name and kind, the parts of a workload that is split by the pods that they share;
    address peers are refined until each has one old and one new row. A peer that only one matrix has keeps its sides in
    the other and is denied everything there. Two parts of what is one peer in a matrix that does not tell about pods
    within a peer are no pair. Both sides need evaluators of one vocabulary.
    """
    if before is after:
        ends = tuple(End(id=p.id, peer=p, was=p, addresses=p.addresses) for p in after.peers)
        return PairTable(ends=ends, cells={pair: (cell, cell) for pair, cell in after.cells.items()})
    matches = [*_matched(before, after), *_refined(before, after)]
    ends = tuple(_end(before, after, match) for match in matches)
    old, untold = _spread(before, [match.old for match in matches])
    new, also_untold = _spread(after, [match.new for match in matches])
    pairs = sorted({*old, *new} - untold - also_untold)
    return PairTable(ends=ends, cells={pair: (old.get(pair, DENIED), new.get(pair, DENIED)) for pair in pairs})


PeerKey = tuple[PeerType, str, str, str]
_Rows = dict[int, AddressSet]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """An end to be: its rows in the two matrices, of which one may be missing."""

    id: str
    old: int | None
    new: int | None
    addresses: AddressSet = AddressSet()
    is_part: bool = False


def _end(before: ReachabilityMatrix, after: ReachabilityMatrix, match: _Match) -> End:
    was = None if match.old is None else before.peers[match.old]
    peer = was if match.new is None else after.peers[match.new]
    if peer is None:
        raise ValueError(f"{match.id} is in neither matrix")
    was = was or peer
    shared = frozenset(peer.members) & frozenset(was.members)
    if match.is_part and shared:
        peer, was = (replace(each, members=tuple(m for m in each.members if m in shared)) for each in (peer, was))
    return End(
        id=match.id,
        peer=peer,
        was=was,
        addresses=match.addresses,
        gone=match.new is None,
        new=match.old is None,
    )


def _spread(
    matrix: ReachabilityMatrix, rows: list[int | None]
) -> tuple[dict[tuple[int, int], Cell], set[tuple[int, int]]]:
    """The cells on the ends that have these rows, and the pairs of which the matrix does not tell."""
    places: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        if row is not None:
            places.setdefault(row, []).append(place)
    cells = {
        pair: cell
        for (i, j), cell in matrix.cells.items()
        for pair in product(places.get(i, ()), places.get(j, ()))
        if pair[0] != pair[1]
    }
    untold: set[tuple[int, int]] = set()
    for row, parts in places.items():
        if len(parts) > 1 and matrix.peers[row].type in POD_LIKE:
            pairs = list(permutations(parts, 2))
            if matrix.within is None:
                untold.update(pairs)
            elif row in matrix.within:
                cells |= dict.fromkeys(pairs, matrix.within[row])
    return cells, untold


def _matched(before: ReachabilityMatrix, after: ReachabilityMatrix) -> Iterator[_Match]:
    """The ends that have a name."""
    olds, news = _by_key(before), _by_key(after)
    for key in dict.fromkeys([*olds, *news]):
        rows = list(_rows(before, after, olds.get(key, []), news.get(key, [])))
        for number, (old, new) in enumerate(rows, start=1):
            peer = after.peers[new] if new is not None else before.peers[old or 0]
            name = peer.id if len(rows) == 1 else f"{peer.id.partition('#')[0]}#{number}"
            yield _Match(id=name, old=old, new=new, is_part=len(rows) > 1)


def peer_key(peer: Peer) -> PeerKey:
    """What a peer with a name is recognised by in another matrix."""
    return PeerType.WORKLOAD if peer.type is PeerType.POD else peer.type, peer.namespace, peer.name, peer.kind


def _by_key(matrix: ReachabilityMatrix) -> dict[PeerKey, list[int]]:
    found: dict[PeerKey, list[int]] = {}
    for i, peer in enumerate(matrix.peers):
        if peer.type is not PeerType.ADDRESSES:
            found.setdefault(peer_key(peer), []).append(i)
    return found


def _rows(
    before: ReachabilityMatrix, after: ReachabilityMatrix, olds: list[int], news: list[int]
) -> Iterator[tuple[int | None, int | None]]:
    """Rows of one name that belong together: the parts of a workload that both matrices may split."""
    if not olds or not news:
        yield from ((old, None) for old in olds)
        yield from ((None, new) for new in news)
        return
    if len(olds) == len(news) == 1:
        yield olds[0], news[0]
        return
    common = [
        (old, new) for old, new in product(olds, news) if set(before.peers[old].members) & set(after.peers[new].members)
    ]
    if not common and len(olds) == len(news):
        yield from zip(olds, news, strict=True)
        return
    yield from common or product(olds, news)
    if common:
        yield from ((old, None) for old in olds if all(old != o for o, _ in common))
        yield from ((None, new) for new in news if all(new != n for _, n in common))


def _refined(before: ReachabilityMatrix, after: ReachabilityMatrix) -> Iterator[_Match]:
    """The ends outside of the cluster: as they are where both matrices have the same, else what they share."""
    olds, news = _addresses(before), _addresses(after)
    if {before.peers[i].id: a for i, a in olds.items()} == {after.peers[i].id: a for i, a in news.items()}:
        rows = {after.peers[new].id: new for new in news}
        for old, addresses in olds.items():
            name = before.peers[old].id
            yield _Match(id=name, old=old, new=rows[name], addresses=addresses)
        return
    for new, now in news.items():
        for old, was in olds.items():
            shared = now & was
            if shared:
                yield _Match(id=f"{after.peers[new].id}&{before.peers[old].id}", old=old, new=new, addresses=shared)
        lone = now - AddressSet.union(olds.values())
        if lone:
            yield _Match(id=after.peers[new].id, old=None, new=new, addresses=lone)
    for old, was in olds.items():
        lone = was - AddressSet.union(news.values())
        if lone:
            yield _Match(id=f"&{before.peers[old].id}", old=old, new=None, addresses=lone)


def _addresses(matrix: ReachabilityMatrix) -> _Rows:
    return {i: peer.addresses for i, peer in enumerate(matrix.peers) if peer.type is PeerType.ADDRESSES}
