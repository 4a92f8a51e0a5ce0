"""The reachability matrix for reading: zones against zones, and behind each cell peers against peers.

Zones are the namespaces, and what is outside of them. Of a large matrix there is a window.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netviz.analysis.compare import Comparison
from netviz.engine.matrix import DENIED, Cell, Peer, PeerType, ReachabilityMatrix
from netviz.errors import UsageError
from netviz.view.peers import peer_label
from netviz.view.words import connection_words
from netviz.workbench.inventory import cell_verdict, cell_words
from netviz.workbench.questions import GridQuestion

MOST_LINES: Final = 60
"""Rows, and columns, of one window."""

MOST_COUNTED: Final = 2000
"""Up to this many workloads the pairs of workloads behind a cell are counted."""

ORDERS: Final = ("name", "connections")
OUTSIDE: Final = "outside"
HOSTS: Final = "hosts"
INGRESS: Final = "ingress"
NAMESPACE: Final = "namespace/"
_ZONE_LABELS: Final = {OUTSIDE: "Outside addresses", HOSTS: "Host endpoints", INGRESS: "Ingress controller"}
_KINDS: Final = ("added", "removed", "changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """A row or a column: a zone, or a peer of one; `members` is how many peers it stands for."""

    id: str
    label: str
    members: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """Where `rows[row]` and `columns[column]` meet; a cell that is not listed is denied, before and now.

    `pairs` of the `possible` pairs are allowed at least in part, `unknown` are at least in part undecided; None: not
    counted, some are. `added`, `removed`, `changed` and `doubtful` (unknown now, or no more) count what the what-if
    did. For a single pair `ports` and `before` are in words, and `colour` is the index of its ports in `Grid.ports`,
    None where nothing is allowed. `verdict` is allowed, partly unknown, unknown or denied.
    """

    row: int
    column: int
    pairs: int | None
    possible: int
    unknown: int
    added: int = 0
    removed: int = 0
    changed: int = 0
    doubtful: int = 0
    verdict: str = "allowed"
    ports: str = ""
    before: str = ""
    colour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A window of the matrix. `row_total` and `column_total` count the lines before it was cut to the window.

    `open_source` and `open_target` are the labels of the cell that is open, "" for all zones. `counted` says whether
    `pairs` are counted. `ports` are the sets of ports in words, the most frequent first. `chosen` are the ids of the
    row and the column where the chosen pair is, None if it is nowhere.
    """

    rows: tuple[GridLine, ...]
    columns: tuple[GridLine, ...]
    cells: tuple[GridCell, ...]
    row_total: int
    column_total: int
    counted: bool = True
    open_source: str = ""
    open_target: str = ""
    ports: tuple[str, ...] = ()
    chosen: tuple[str, str] | None = None


@dataclass(slots=True)
class _Tally:
    """Counts of one cell while they are gathered."""

    pairs: int = 0
    unknown: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    doubtful: int = 0

    @property
    def touched(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.doubtful)

    def count(self, kind: str) -> None:
        match kind:
            case "added":
                self.added += 1
            case "removed":
                self.removed += 1
            case "changed":
                self.changed += 1
            case _:
                self.doubtful += 1


@dataclass(frozen=True, slots=True)
class ZoneTallies:
    """What is between every two zones that have something between them, before or now; `counted` as in `Grid`.

    `homes` is the zone of every peer by id.
    """

    homes: Mapping[str, str]
    zones: Mapping[str, GridLine]
    cells: Mapping[tuple[str, str], _Tally]
    counted: bool


def zone_of(peer: Peer) -> str:
    """The id of the zone that a peer is in."""
    match peer.type:
        case PeerType.ADDRESSES:
            return OUTSIDE
        case PeerType.INGRESS_CONTROLLER:
            return INGRESS
        case _:
            return f"{NAMESPACE}{peer.namespace}" if peer.namespace else HOSTS


def zone_label(zone: str) -> str:
    """A zone by the name that people use."""
    return _ZONE_LABELS.get(zone) or zone.removeprefix(NAMESPACE)


def zone_tallies(after: ReachabilityMatrix, comparison: Comparison, *, counted: bool) -> ZoneTallies:
    """Counts of pairs between every two zones, from explicit pairs.

    With `counted` false the matrix is by namespace, each cell stands for one pair, and only whether something is
    allowed can be told; counts of workload pairs for large inputs are to come from the engine's blocks, here.
    """
    members = Counter(zone_of(peer) for peer in after.peers)
    zones = {zone: GridLine(id=zone, label=zone_label(zone), members=count) for zone, count in members.items()}
    of = [zone_of(peer) for peer in after.peers]
    cells: dict[tuple[str, str], _Tally] = {}
    # By identity: there may be a million pairs, and most share their cell with many others.
    alike = {id(cell): cell for cell in after.cells.values()}
    counts = Counter((of[i], of[j], id(cell)) for (i, j), cell in after.cells.items())
    for (source, target, identity), count in counts.items():
        tally = cells.setdefault((source, target), _Tally())
        tally.pairs += count * bool(alike[identity].allow)
        tally.unknown += count * bool(alike[identity].unknown)
    homes = {peer.id: zone_of(peer) for peer in (*after.peers, *comparison.peers)}
    for change in comparison.changes:
        pair = (homes[change.source], homes[change.target])
        for zone in pair:
            zones.setdefault(zone, GridLine(id=zone, label=zone_label(zone), members=0))
        cells.setdefault(pair, _Tally()).count(change.word)
    return ZoneTallies(homes=homes, zones=zones, cells=cells, counted=counted)


def zone_grid(tallies: ZoneTallies, question: GridQuestion) -> Grid:
    """Zones against zones."""
    weights: Counter[str] = Counter()
    changed: tuple[set[str], set[str]] = set(), set()
    for pair, counts in tallies.cells.items():
        for zone, touched in zip(pair, changed, strict=True):
            weights[zone] += counts.pairs
            if counts.touched:
                touched.add(zone)
    window = _window(question, (tallies.zones.values(), tallies.zones.values()), weights, changed)
    cells = []
    for row, source in enumerate(window.rows):
        for column, target in enumerate(window.columns):
            tally = tallies.cells.get((source.id, target.id))
            if tally is not None:
                possible = source.members * (target.members - (source.id == target.id))
                cells.append(_zone_cell(row, column, possible, tally, counted=tallies.counted))
    return Grid(
        rows=window.rows,
        columns=window.columns,
        cells=tuple(cells),
        row_total=window.row_total,
        column_total=window.column_total,
        counted=tallies.counted,
        chosen=_homes_of(question.chosen, tallies.homes),
    )


def of_all(grid: Grid, question: GridQuestion, namespaces: Iterable[str]) -> Grid:
    """The window of an input of which only a part is worked out: its totals count all namespaces that are asked for."""
    rows, columns = (
        sum(text.casefold() in name.casefold() for name in set(namespaces))
        for text in (question.from_text, question.to_text)
    )
    return replace(grid, row_total=max(grid.row_total, rows), column_total=max(grid.column_total, columns))


def _homes_of(pair: tuple[str, str] | None, homes: Mapping[str, str]) -> tuple[str, str] | None:
    return (homes[pair[0]], homes[pair[1]]) if pair and pair[0] in homes and pair[1] in homes else None


def _zone_cell(row: int, column: int, possible: int, tally: _Tally, *, counted: bool) -> GridCell:
    verdict = "allowed" if tally.pairs else "unknown" if tally.unknown else "denied"
    return GridCell(
        row=row,
        column=column,
        pairs=tally.pairs if counted else None if tally.pairs else 0,
        possible=possible,
        unknown=tally.unknown,
        added=tally.added,
        removed=tally.removed,
        changed=tally.changed,
        doubtful=tally.doubtful,
        verdict="partly unknown" if tally.pairs and tally.unknown else verdict,
    )


def peer_grid(after: ReachabilityMatrix, comparison: Comparison, question: GridQuestion) -> Grid:
    """The peers of one zone against those of another; UsageError for a zone that is not there."""
    ends = (question.source, question.target)
    inside = [{peer.id: peer for peer in comparison.peers if zone_of(peer) == zone} for zone in ends]
    for zone, peers in zip(ends, inside, strict=True):
        if not peers:
            raise UsageError(f"{zone_label(zone)} is not in the matrix any more")
    now = _cells_between(after, *inside)
    kinds = {(c.source, c.target): c for c in comparison.changes if c.source in inside[0] and c.target in inside[1]}
    now |= {pair: change.after for pair, change in kinds.items() if change.after}
    weights = Counter(end for pair, cell in now.items() if cell.allow for end in pair)
    changed = {source for source, _ in kinds}, {target for _, target in kinds}
    lines = [[GridLine(id=peer.id, label=peer_label(peer)) for peer in peers.values()] for peers in inside]
    window = _window(question, (lines[0], lines[1]), weights, changed)
    ports = _by_frequency(connection_words(cell.allow) for cell in now.values() if cell.allow)
    cells = []
    for row, source in enumerate(window.rows):
        for column, target in enumerate(window.columns):
            pair = (source.id, target.id)
            change = kinds.get(pair)
            cell = now.get(pair, DENIED)
            if cell or change:
                kind = change.word if change else ""
                before = change.before if change else cell
                cells.append(_peer_cell(row, column, (before, cell), kind, ports))
    return Grid(
        rows=window.rows,
        columns=window.columns,
        cells=tuple(cells),
        row_total=window.row_total,
        column_total=window.column_total,
        open_source=zone_label(question.source),
        open_target=zone_label(question.target),
        ports=tuple(ports),
        chosen=question.chosen if question.chosen and _is_between(question.chosen, inside) else None,
    )


def _is_between(pair: tuple[str, str], inside: Sequence[Mapping[str, Peer]]) -> bool:
    return pair[0] in inside[0] and pair[1] in inside[1]


def _cells_between(
    matrix: ReachabilityMatrix, sources: Mapping[str, Peer], targets: Mapping[str, Peer]
) -> dict[tuple[str, str], Cell]:
    rows = [(i, peer.id) for i, peer in enumerate(matrix.peers) if peer.id in sources]
    columns = [(j, peer.id) for j, peer in enumerate(matrix.peers) if peer.id in targets]
    found = {(s, t): matrix.cell(i, j) for i, s in rows for j, t in columns}
    return {pair: cell for pair, cell in found.items() if cell}


def _peer_cell(row: int, column: int, cells: tuple[Cell, Cell], kind: str, ports: Mapping[str, int]) -> GridCell:
    before, now = cells
    counts = {name: int(kind == name) for name in _KINDS}
    return GridCell(
        row=row,
        column=column,
        pairs=int(bool(now.allow)),
        possible=1,
        unknown=int(bool(now.unknown)),
        added=counts["added"],
        removed=counts["removed"],
        changed=counts["changed"],
        doubtful=int(bool(kind) and kind not in _KINDS),
        verdict=cell_verdict(now.allow, now.unknown),
        ports=cell_words(now.allow, now.unknown),
        before=cell_words(before.allow, before.unknown),
        colour=ports[connection_words(now.allow)] if now.allow else None,
    )


def _by_frequency(words: Iterable[str]) -> dict[str, int]:
    counted = Counter(words)
    return {word: index for index, word in enumerate(sorted(counted, key=lambda word: (-counted[word], word)))}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The lines that a question leaves, in its order, cut to what one window holds, and how many there were."""

    rows: tuple[GridLine, ...]
    columns: tuple[GridLine, ...]
    row_total: int
    column_total: int


def _window(
    question: GridQuestion,
    lines: tuple[Iterable[GridLine], Iterable[GridLine]],
    weights: Mapping[str, int],
    changed: tuple[set[str], set[str]],
) -> _Window:
    """The window on rows and columns; `changed` are the ids of those that the what-if changes."""
    order = _order(question, weights)
    sides: list[list[GridLine]] = []
    for side, text, touched in zip(lines, (question.from_text, question.to_text), changed, strict=True):
        wanted = text.casefold()
        found = [line for line in side if wanted in line.label.casefold()]
        sides.append(sorted((x for x in found if not question.only_changes or x.id in touched), key=order))
    rows, columns = sides
    return _Window(
        rows=tuple(rows[:MOST_LINES]),
        columns=tuple(columns[:MOST_LINES]),
        row_total=len(rows),
        column_total=len(columns),
    )


def _order(question: GridQuestion, weights: Mapping[str, int]) -> Callable[[GridLine], tuple[int, int, str, str]]:
    """By name with what is in no namespace at the end, or by connections."""
    if question.order not in ORDERS:
        raise UsageError(f"{question.order!r} is no order: choose {' or '.join(ORDERS)}")

    def key(line: GridLine) -> tuple[int, int, str, str]:
        weight = -weights.get(line.id, 0) if question.order == "connections" else 0
        return (weight, line.id in _ZONE_LABELS, line.label, line.id)

    return key
