"""What differs between two reachability matrices, of one input or of two."""

from __future__ import annotations

from dataclasses import dataclass, replace

from netviz.analysis.pairs import End, paired
from netviz.engine.matrix import Cell, Peer, PeerType, ReachabilityMatrix


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

    @property
    def word(self) -> str:
        """The same for people, to whom what cannot be decided is never removed: else also unknown and decided."""
        if now_unknown(self.before, self.after):
            return "unknown"
        return "decided" if self.kind == "unknown" else self.kind


def now_unknown(before: Cell, after: Cell) -> bool:
    """Whether a change takes certainty away and nothing else: what was allowed or denied cannot be decided any more."""
    doubted = after.unknown - before.unknown
    return bool(doubted) and after.allow <= before.allow and before.allow - after.allow <= doubted


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes between two matrices. `peers` are those of both sides, refined so that each is one in either."""

    peers: tuple[Peer, ...]
    changes: tuple[PairChange, ...]


def compare(before: ReachabilityMatrix, after: ReachabilityMatrix) -> Comparison:
    """The pairs that differ, in the order of the peers; how these are matched is said at `paired`."""
    if before is after:
        return Comparison(after.peers, ())
    table = paired(before, after)
    changes = tuple(
        PairChange(table.ends[i].id, table.ends[j].id, old, new)
        for (i, j), (old, new) in table.cells.items()
        if old != new
    )
    return Comparison(tuple(_peer(end) for end in table.ends), changes)


def _peer(end: End) -> Peer:
    if end.peer.type is PeerType.ADDRESSES:
        return replace(end.peer, id=end.id, addresses=end.addresses)
    return end.peer if end.peer.id == end.id else replace(end.peer, id=end.id)
