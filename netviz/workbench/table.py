"""Every pair in rows: filtered, sorted, cut to a page, and with what decides about the rows that are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from netviz.analysis.compare import Comparison
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import End
from netviz.engine.matrix import Cell, Peer, ReachabilityMatrix
from netviz.errors import UsageError
from netviz.exporters.tables import csv_table
from netviz.sets.connections import ALL_CONNECTIONS
from netviz.view.filters import wanted_connections
from netviz.view.peers import peer_label
from netviz.view.settings import SYSTEM_NAMESPACES, ViewSettings
from netviz.workbench.deciders import deciding
from netviz.workbench.inventory import cell_verdict, cell_words
from netviz.workbench.questions import TableQuestion

PAGE_ROWS: Final = 200
MOST_EXPLAINED: Final = 5000
"""Rows of a CSV file for which the deciding policies are worked out."""

UNEXPLAINED: Final = ("from", "to", "verdict", "ports now", "change", "ports before")
COLUMNS: Final = (*UNEXPLAINED, "egress decided by", "ingress decided by")
NOTHING: Final = "nothing"
SAME: Final = "same"
_CHANGES: Final = ("added", "removed", "changed", "unknown", "decided", SAME)
_VERDICTS: Final = ("unknown", "partly unknown", "denied", "allowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One pair: peer ids, labels, the verdict in one word, ports in words ("" for nothing) and what decides.

    `change` is added, removed, changed, unknown, decided or same. `egress` and `ingress` name the policies of the
    side of the source and of the target.
    """

    source: str
    target: str
    source_label: str
    target_label: str
    verdict: str
    change: str
    before: str
    after: str
    egress: str = ""
    ingress: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A page of rows out of `total` that pass the filters, of `all_pairs`; `page` is the one that is shown, from 0."""

    rows: tuple[TableRow, ...]
    total: int
    all_pairs: int
    page: int
    pages: int


class Entry(NamedTuple):
    """A pair with its cells before and now."""

    source: Peer
    target: Peer
    change: str
    before: Cell
    after: Cell


def entries(after: ReachabilityMatrix, comparison: Comparison) -> tuple[Entry, ...]:
    """Every pair that is allowed or unknown, now or before."""
    peers = {peer.id: peer for peer in (*after.peers, *comparison.peers)}
    found = {
        (c.source, c.target): Entry(peers[c.source], peers[c.target], c.word, c.before, c.after)
        for c in comparison.changes
    }
    for (i, j), cell in after.cells.items():
        source, target = after.peers[i], after.peers[j]
        if (source.id, target.id) not in found:
            found[source.id, target.id] = Entry(source, target, SAME, cell, cell)
    return tuple(found.values())


def filtered(every: Iterable[Entry], question: TableQuestion, labels: Mapping[str, Mapping[str, str]]) -> list[Entry]:
    """The rows that a question leaves, in its order; UsageError for ports, protocol or an order that are none."""
    view = question.view
    wanted = wanted_connections(view)
    centre = asked_for(view, labels)
    hidden = set(view.hidden) | (SYSTEM_NAMESPACES - set(view.namespaces) if view.hide_system else set())
    ends: dict[str, bool] = {}

    def is_centre(peer: Peer) -> bool:
        if peer.id not in ends:
            ends[peer.id] = centre(peer)
        return ends[peer.id]

    carrying: dict[int, bool] = {}

    def carries(cell: Cell) -> bool:
        # Cells are shared by many pairs, and comparing sets of ports is dear.
        if id(cell) not in carrying:
            carrying[id(cell)] = bool(wanted & cell.allow) or bool(wanted & cell.unknown)
        return carrying[id(cell)]

    found = [
        entry
        for entry in every
        if not (view.only_changes and entry.change == SAME)
        and not hidden & {entry.source.namespace, entry.target.namespace}
        and (
            (view.direction != "ingress" and is_centre(entry.source))
            or (view.direction != "egress" and is_centre(entry.target))
        )
        and (wanted == ALL_CONNECTIONS or carries(entry.before) or carries(entry.after))
    ]
    peers = {peer.id: peer for entry in found for peer in (entry.source, entry.target)}
    names = {name: peer_label(peer) for name, peer in peers.items()}
    text = question.text.casefold()
    if text:
        found = [e for e in found if any(text in names[peer.id].casefold() for peer in e[:2])]
    return sorted(found, key=_order(question.order, names))


def asked_for(view: ViewSettings, labels: Mapping[str, Mapping[str, str]]) -> Callable[[Peer], bool]:
    """Whether a peer is what the settings ask for; of a pair one end has to be, that of the direction if there is one.

    It is the focus, else what is in the namespaces and has the labels; without any of these everything is.
    """
    if view.focus:
        return lambda peer: peer.id == view.focus
    if not view.namespaces and not view.labels:
        return lambda peer: True
    pieces = [selector.partition("=") for selector in view.labels]

    def holds(peer: Peer) -> bool:
        own = labels.get(peer.id, {})
        fits = all(key in own and (not sign or own[key] == value) for key, sign, value in pieces)
        inside = peer.namespace in view.namespaces if view.namespaces else bool(peer.namespace)
        return fits and inside

    return holds


def _order(order: str, names: Mapping[str, str]) -> Callable[[Entry], tuple[object, ...]]:
    def by_name(entry: Entry) -> tuple[str, str, str, str]:
        return names[entry.source.id], names[entry.target.id], entry.source.id, entry.target.id

    match order:
        case "from":
            return by_name
        case "to":
            return lambda entry: (names[entry.target.id], *by_name(entry))
        case "change":
            return lambda entry: (_CHANGES.index(entry.change), *by_name(entry))
        case "verdict":
            return lambda entry: (_VERDICTS.index(_verdict(entry.after)), *by_name(entry))
        case _:
            raise UsageError(f"{order!r} is no order: choose from, to, change or verdict")


def _verdict(cell: Cell) -> str:
    return cell_verdict(cell.allow, cell.unknown)


def table_page(
    found: Sequence[Entry], question: TableQuestion, all_pairs: int, explain: Callable[[Entry], tuple[str, str]]
) -> Table:
    """The page that a question asks for, or the last one; `explain` gives what decides about an entry."""
    pages = max(1, -(-len(found) // PAGE_ROWS))
    page = min(max(question.page, 0), pages - 1)
    shown = found[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    rows = tuple(_row(entry, explain(entry)) for entry in shown)
    return Table(rows=rows, total=len(found), all_pairs=all_pairs, page=page, pages=pages)


def table_csv(found: Sequence[Entry], explain: Callable[[Entry], tuple[str, str]]) -> str:
    """All rows as CSV; above `MOST_EXPLAINED` of them without the columns that say what decides."""
    if len(found) <= MOST_EXPLAINED:
        return csv_table(COLUMNS, [cells_of(_row(entry, explain(entry))) for entry in found])
    return csv_table(UNEXPLAINED, [cells_of(_row(entry, ("", "")))[: len(UNEXPLAINED)] for entry in found])


def cells_of(row: TableRow) -> tuple[str, ...]:
    """A row in the order of `COLUMNS`."""
    return (
        row.source_label,
        row.target_label,
        row.verdict,
        row.after or NOTHING,
        row.change,
        row.before or NOTHING,
        row.egress,
        row.ingress,
    )


def _row(entry: Entry, sides: tuple[str, str]) -> TableRow:
    before, after = entry.before, entry.after
    return TableRow(
        source=entry.source.id,
        target=entry.target.id,
        source_label=peer_label(entry.source),
        target_label=peer_label(entry.target),
        verdict=_verdict(after),
        change=entry.change,
        before=cell_words(before.allow, before.unknown),
        after=cell_words(after.allow, after.unknown),
        egress=sides[0],
        ingress=sides[1],
    )


def decided(after: Evaluation, ends: Mapping[str, tuple[End, ...]], entry: Entry) -> tuple[str, str]:
    """What decides about an entry now: about its connections, or about those that it had where there are none."""
    cell = entry.after or entry.before
    sources, targets = (ends.get(peer.id.partition("&")[0], ()) for peer in entry[:2])
    return deciding(after, sources, targets, cell.allow | cell.unknown)
