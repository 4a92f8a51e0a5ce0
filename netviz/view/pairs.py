"""Two matrices side by side: every pair of ends with its cell before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netviz.engine.matrix import DENIED, Cell, Peer, PeerType, ReachabilityMatrix
from netviz.sets.addresses import AddressSet

POD_LIKE = frozenset({PeerType.WORKLOAD, PeerType.POD, PeerType.NAMESPACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a pair: the peer as it is and as it was. `addresses` is what both share, for address peers."""

    id: str
    peer: Peer
    was: Peer
    addresses: AddressSet = AddressSet()

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
    """The two matrices on common ends. Pods are matched by id; address peers are refined until each has one old and
    one new row. A peer that only one matrix has keeps its sides in the other and is denied everything there.
    """
    if before is after:
        ends = tuple(End(id=p.id, peer=p, was=p, addresses=p.addresses) for p in after.peers)
        return PairTable(ends=ends, cells={pair: (cell, cell) for pair, cell in after.cells.items()})
    ends, old_index, new_index = _common_ends(before, after)
    old, new = _spread(before, old_index), _spread(after, new_index)
    cells = {pair: (old.get(pair, DENIED), new.get(pair, DENIED)) for pair in sorted({*old, *new})}
    return PairTable(ends=ends, cells=cells)


_Index = dict[int, list[int]]


def _common_ends(before: ReachabilityMatrix, after: ReachabilityMatrix) -> tuple[tuple[End, ...], _Index, _Index]:
    old_by_id = {peer.id: i for i, peer in enumerate(before.peers)}
    new_ids = {peer.id for peer in after.peers}
    same_addresses = _address_rows(before) == _address_rows(after)
    ends: list[End] = []
    old_index: _Index = {}
    new_index: _Index = {}

    def add(end_id: str, old: int | None, new: int | None, addresses: AddressSet = AddressSet()) -> None:
        was = before.peers[old] if old is not None else None
        peer = after.peers[new] if new is not None else was
        if peer is None:
            return
        if old is not None:
            old_index.setdefault(old, []).append(len(ends))
        if new is not None:
            new_index.setdefault(new, []).append(len(ends))
        ends.append(End(id=end_id, peer=peer, was=was or peer, addresses=addresses))

    for new, peer in enumerate(after.peers):
        if peer.type is not PeerType.ADDRESSES or same_addresses:
            add(peer.id, old_by_id.get(peer.id), new, peer.addresses)
            continue
        for old, was in enumerate(before.peers):
            shared = peer.addresses & was.addresses
            if was.type is PeerType.ADDRESSES and shared:
                add(f"{peer.id}&{was.id}", old, new, shared)
        lone = peer.addresses - AddressSet.union(_address_sets(before))
        if lone:
            add(peer.id, None, new, lone)
    for old, was in enumerate(before.peers):
        if was.type is not PeerType.ADDRESSES and was.id not in new_ids:
            add(was.id, old, None)
        elif was.type is PeerType.ADDRESSES and not same_addresses:
            lone = was.addresses - AddressSet.union(_address_sets(after))
            if lone:
                add(f"&{was.id}", old, None, lone)
    return tuple(ends), old_index, new_index


def _address_rows(matrix: ReachabilityMatrix) -> dict[str, AddressSet]:
    return {p.id: p.addresses for p in matrix.peers if p.type is PeerType.ADDRESSES}


def _address_sets(matrix: ReachabilityMatrix) -> Iterable[AddressSet]:
    return _address_rows(matrix).values()


def _spread(matrix: ReachabilityMatrix, index: _Index) -> dict[tuple[int, int], Cell]:
    return {
        (source, target): cell
        for (i, j), cell in matrix.cells.items()
        for source in index.get(i, ())
        for target in index.get(j, ())
    }
