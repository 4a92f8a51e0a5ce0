"""A whole state as an expectation: what every pair may open now, and which pairs differ from it later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from netviz.analysis.compare import PairChange, compare
from netviz.analysis.expectations.judging import Flow, sample
from netviz.analysis.expectations.language import Block, Frozen, FrozenEnd, FrozenPair
from netviz.analysis.expectations.ports import entries_of
from netviz.engine.atoms import AddressAtoms
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import End
from netviz.engine.groups import NO_SIDE
from netviz.engine.matrix import DENIED, INGRESS_PEER, Cell, Grouping, Peer, PeerType, ReachabilityMatrix
from netviz.engine.options import Verdict
from netviz.engine.reach import peer_ends
from netviz.errors import UsageError
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import ConnectionSet
from netviz.sets.region import bits
from netviz.source import SourceRef

MOST_PEERS = 1_500
"""The state of more pods or workloads is not frozen pair by pair; that of their namespaces can be."""

MOST_PAIRS = 100_000
"""A file with more pairs would be too long for anybody to read, and longer than one may be."""

_COARSER = "freeze the state by namespace"
_NOWHERE = SourceRef(file="", document=0, path="", line=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenChange:
    """A pair that is not as it was frozen; `flow` is a connection that tells, None where an end is gone."""

    words: str
    reason: str
    ref: SourceRef
    flow: Flow | None


def freeze(evaluation: Evaluation, by: Grouping) -> Frozen:
    """The state as it is; UsageError if there are too many pairs."""
    matrix = _matrix(evaluation, by)
    if len(matrix.cells) > MOST_PAIRS:
        raise UsageError(f"{len(matrix.cells):,} pairs are too many for a file: {_COARSER}")
    blocks: dict[tuple[FrozenEnd, bool, Cell], list[AddressSet]] = {}
    found: list[tuple[FrozenEnd, FrozenEnd, Cell]] = []
    for (i, j), cell in sorted(matrix.cells.items()):
        source, target = _end(matrix.peers[i]), _end(matrix.peers[j])
        match source, target:
            case Block(addresses), str():
                blocks.setdefault((target, True, cell), []).append(addresses)
            case str(), Block(addresses):
                blocks.setdefault((source, False, cell), []).append(addresses)
            case _:
                found.append((source, target, cell))
    for (end, incoming, cell), parts in blocks.items():
        block = Block(AddressSet.union(parts))
        found.append((block, end, cell) if incoming else (end, block, cell))
    pairs = tuple(FrozenPair(source=s, target=t, cell=cell, ref=_NOWHERE) for s, t, cell in found)
    return Frozen(by=by, pairs=pairs, ref=_NOWHERE)


def _matrix(evaluation: Evaluation, by: Grouping) -> ReachabilityMatrix:
    cluster = evaluation.cluster
    size = len(cluster.pods) if by is Grouping.POD else len(cluster.workloads) if by is Grouping.WORKLOAD else 0
    if size > MOST_PEERS:
        raise UsageError(f"{size:,} {by.value}s are too many to hold a state pair by pair: {_COARSER}")
    return evaluation.matrix(by)


def _end(peer: Peer) -> FrozenEnd:
    return Block(peer.addresses) if peer.type is PeerType.ADDRESSES else peer.id


def frozen_changes(evaluation: Evaluation, frozen: Frozen) -> Iterator[FrozenChange]:
    """The pairs that are not as they were frozen, in the order of the peers now; UsageError if there are too many."""
    comparison = compare(_as_matrix(frozen), _matrix(evaluation, frozen.by))
    places = _Places(frozen)
    ends = peer_ends(evaluation, frozen.by)
    peers = {peer.id: peer for peer in comparison.peers}
    for change in comparison.changes:
        source, target = peers[change.source], peers[change.target]
        flow = _flow(_ends(source, ends), _ends(target, ends), change)
        yield FrozenChange(
            words=f"{_words(source)} to {_words(target)} as it was frozen",
            reason=_reason(change, gone=flow is None),
            ref=places.of(source, target),
            flow=flow,
        )


def _as_matrix(frozen: Frozen) -> ReachabilityMatrix:
    """The frozen state as a matrix. Address blocks that overlap are cut until none does."""
    blocks = {end.addresses for pair in frozen.pairs for end in (pair.source, pair.target) if isinstance(end, Block)}
    atoms = AddressAtoms(blocks)

    def pieces(end: FrozenEnd) -> list[FrozenEnd]:
        return [end] if isinstance(end, str) else [Block(atoms.sets[i]) for i in bits(atoms.mask(end.addresses))]

    numbers: dict[FrozenEnd, int] = {}
    cells: dict[tuple[int, int], Cell] = {}
    for pair in frozen.pairs:
        for source, target in product(pieces(pair.source), pieces(pair.target)):
            place = numbers.setdefault(source, len(numbers)), numbers.setdefault(target, len(numbers))
            known = cells.get(place, DENIED)
            allow = known.allow | pair.cell.allow
            cells[place] = Cell(allow, (known.unknown | pair.cell.unknown) - allow)
    peers = tuple(_peer(end, number, frozen.by) for end, number in numbers.items())
    return ReachabilityMatrix(by=frozen.by, peers=peers, cells=cells)


def _peer(end: FrozenEnd, number: int, by: Grouping) -> Peer:
    if isinstance(end, Block):
        return Peer(
            id=f"was-{number}", type=PeerType.ADDRESSES, addresses=end.addresses, ingress=NO_SIDE, egress=NO_SIDE
        )
    if end == INGRESS_PEER:
        return Peer(id=end, type=PeerType.INGRESS_CONTROLLER, ingress=NO_SIDE, egress=NO_SIDE)
    kind, namespace, name, owner = PeerType.NAMESPACE, end, end, "Namespace"
    if by is not Grouping.NAMESPACE:
        kind = PeerType.WORKLOAD
        namespace, _, rest = end.partition("#")[0].partition("/")
        name, _, owner = rest.removesuffix("]").rpartition("[")
    return Peer(id=end, type=kind, namespace=namespace, name=name, kind=owner, ingress=NO_SIDE, egress=NO_SIDE)


def _ends(peer: Peer, ends: Mapping[str, tuple[End, ...]]) -> tuple[End, ...]:
    if peer.type is PeerType.ADDRESSES:
        family, first, _ = peer.addresses.ranges()[0]
        return (IpAddress(family, first),)
    return ends.get(peer.id, ())


def _flow(sources: tuple[End, ...], targets: tuple[End, ...], change: PairChange) -> Flow | None:
    pair = next(((s, t) for s in sources for t in targets if s != t), None)
    if pair is None:
        return None
    connections, verdict = _difference(change)
    connection, source_port = sample(connections, pair[1])
    return Flow(source=pair[0], target=pair[1], connection=connection, verdict=verdict, source_port=source_port)


def _difference(change: PairChange) -> tuple[ConnectionSet, Verdict]:
    """Connections whose verdict changed, and what it is now: rather what is allowed than what is denied or unknown."""
    before, after = change.before, change.after
    opened, doubted = after.allow - before.allow, after.unknown - before.unknown
    if opened:
        return opened, Verdict.ALLOW
    if doubted:
        return doubted, Verdict.UNKNOWN
    return (before.allow | before.unknown) - after.allow - after.unknown, Verdict.DENY


def _words(peer: Peer) -> str:
    if peer.type is PeerType.ADDRESSES:
        return _address_words(peer.addresses)
    return "the Ingress controller" if peer.type is PeerType.INGRESS_CONTROLLER else peer.id


def _address_words(addresses: AddressSet) -> str:
    blocks = addresses.cidrs()
    return ", ".join(blocks[:3]) + (f" +{len(blocks) - 3}" if len(blocks) > 3 else "")


def _reason(change: PairChange, *, gone: bool) -> str:
    was, now = cell_words(change.before), cell_words(change.after)
    return f"an end is not in the input any more; it was {was}" if gone else f"it was {was}, and is {now}"


def cell_words(cell: Cell) -> str:
    """What a pair may open, in the words of a file."""
    words = [", ".join(entries_of(cell.allow))] if cell.allow else []
    words += [f"unknown {', '.join(entries_of(cell.unknown))}"] if cell.unknown else []
    return " and ".join(words) or "denied"


class _Places:
    """Where each frozen pair is written, by its ends; a pair that is written nowhere has the place of the whole."""

    def __init__(self, frozen: Frozen) -> None:
        self._whole = frozen.ref
        self._pairs: dict[tuple[str, str], list[FrozenPair]] = {}
        for pair in frozen.pairs:
            self._pairs.setdefault((_name(pair.source), _name(pair.target)), []).append(pair)

    def of(self, source: Peer, target: Peer) -> SourceRef:
        """The place of a pair of peers."""
        names = tuple("" if p.type is PeerType.ADDRESSES else p.id.partition("#")[0] for p in (source, target))
        for pair in self._pairs.get((names[0], names[1]), ()):
            if _meets(pair.source, source) and _meets(pair.target, target):
                return pair.ref
        return self._whole


def _name(end: FrozenEnd) -> str:
    return "" if isinstance(end, Block) else end.partition("#")[0]


def _meets(end: FrozenEnd, peer: Peer) -> bool:
    return not isinstance(end, Block) or bool(end.addresses & peer.addresses)
