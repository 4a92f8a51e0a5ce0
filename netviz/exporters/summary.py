"""The answer as Markdown: short enough for a pull request, whole where it is unfolded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from netviz.exporters.context import ExportContext, PairRow, PairRows, fidelity_lines, origin_line, scenario_lines
from netviz.exporters.shapes import shortened, totals
from netviz.exporters.tables import markdown_table, markdown_text
from netviz.view.picture import Picture

MOST_OPEN: Final = 100
"""Rows of a table that are shown at once; more of them are folded away."""

MOST_CHARACTERS: Final = 25_000
"""Characters of one table: two of them fit into one comment of a forge (65,536). JSON and CSV have every row."""

_LONGEST: Final = 300
_SHORTEST_ROW: Final = len("| a | b | c | d |")
_MOST_POLICIES: Final = 12
_SIGNS: Final = {
    "added": "+ added",
    "removed": "− removed",
    "changed": "± changed",
    "unknown": "? unknown",
    "decided": "± decided",
}
_CHANGE_HEAD: Final = ("change", "from", "to", "before", "now")
_PAIR_HEAD: Final = ("from", "to", "verdict", "ports")


def write_summary(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """What changes, what is unknown, the scenario and what was assumed; without a what-if, every pair."""
    labels = rows.labels()
    changed = [pair for pair in rows.pairs if pair.change != "same"]
    unknown = [pair for pair in rows.pairs if "unknown" in pair.verdict]
    lines = [f"# {_text(shortened(context.title))}", "", *_lead(picture, changed, context), ""]
    for line in fidelity_lines(context)[: (not context.complete) + (not context.exact)]:
        lines += [f"> **{_text(line)}**", ""]
    if context.compares:
        lines += ["## What changes", ""]
        changes = [(_SIGNS[p.change], labels[p.source], labels[p.target], *_ports(p)) for p in changed]
        lines += _table(_CHANGE_HEAD, changes, "changed pairs") if changed else ["No pair changes.", ""]
    if unknown:
        cells = [(labels[p.source], labels[p.target], p.verdict, p.after) for p in unknown]
        lines += ["## What cannot be decided", "", *_table(_PAIR_HEAD, cells, "undecided pairs")]
    if not context.compares:
        cells = [(labels[p.source], labels[p.target], p.verdict, p.after) for p in rows.pairs]
        lines += ["## Allowed and undecided pairs", ""]
        lines += _table(_PAIR_HEAD, cells, "pairs") if cells else ["Nothing is allowed.", ""]
    lines += ["## Scenario", "", *_policies(context), ""]
    notes = list(dict.fromkeys((*picture.notes, *fidelity_lines(context))))
    if notes:
        lines += ["## Notes", "", *(f"- {_text(note)}" for note in notes), ""]
    lines += [f"Every pair that is not listed is {'unchanged' if context.compares else 'denied'}.", ""]
    return "\n".join([*lines, "---", "", _text(origin_line(context))]) + "\n"


def _lead(picture: Picture, changed: Sequence[PairRow], context: ExportContext) -> Iterator[str]:
    yield f"{totals(picture.counts, picture.unit)}."
    if context.compares:
        counts = Counter(pair.change for pair in changed)
        words = [f"{counts[name]} {name}" for name in ("added", "removed", "changed")]
        words += [f"{counts['unknown']} that cannot be decided any more"] if counts["unknown"] else []
        words += [f"{counts['decided']} that can be decided now"] if counts["decided"] else []
        yield f"Against the input as it is: **{', '.join(words)}**."


def _policies(context: ExportContext) -> Iterator[str]:
    for line in scenario_lines(context):
        head, colon, names = line.partition(": ")
        if names.count(", ") >= _MOST_POLICIES:
            yield from _folded(head, [_text(names)])
        else:
            yield f"- {head}{colon}{_text(names)}"


def _table(head: Sequence[str], cells: Sequence[Sequence[str]], noun: str) -> list[str]:
    fitting = cells[: MOST_CHARACTERS // _SHORTEST_ROW]
    table = markdown_table(head, [[shortened(cell, _LONGEST) for cell in row] for row in fitting]).splitlines()
    top, rows = table[:2], table[2:]
    sizes = accumulate(len(row) + 1 for row in rows)
    rows = [row for row, size in zip(rows, sizes, strict=True) if size <= MOST_CHARACTERS]
    lines = [*top, *rows[:MOST_OPEN]]
    if len(rows) > MOST_OPEN:
        lines += _folded(f"{len(rows) - MOST_OPEN} more {noun}", [*top, *rows[MOST_OPEN:]])
    if len(cells) > len(rows):
        lines += ["", f"{len(cells) - len(rows)} more {noun} are in the JSON and CSV files."]
    return [*lines, ""]


def _folded(head: str, lines: Iterable[str]) -> Iterator[str]:
    """A part that opens on a click; `head` is escaped already."""
    yield from ("", f"<details><summary>{head}</summary>", "", *lines, "", "</details>", "")


def _ports(pair: PairRow) -> tuple[str, str]:
    return pair.before or "nothing", pair.after or "nothing"


def _text(text: str) -> str:
    return markdown_text(text)
