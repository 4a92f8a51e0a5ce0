"""Answers for people and spreadsheets: text, CSV and Markdown tables with one escaper each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from netviz.view.text import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = "\\`*_{}[]()<>#|!~$&"

Rows = Sequence[Sequence[str]]


def text_table(head: Sequence[str], rows: Rows) -> str:
    """Aligned columns for a terminal."""
    table = [[visible(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join(lines) + "\n"


def csv_table(head: Sequence[str], rows: Rows) -> str:
    """RFC 4180 CSV; a cell that a spreadsheet would take for a formula gets a leading quote."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) else shown


def markdown_table(head: Sequence[str], rows: Rows) -> str:
    """A Markdown table in which no cell can become markup, a link or an image."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(markdown_text(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def markdown_text(text: str) -> str:
    """Text as Markdown that shows exactly this text: no markup, link or image, and nobody is called (`@name`).

    A character without width parts what a forge would turn into a link after all: an address, a name, an issue (`#1`).
    """
    escaped = "".join(f"\\{c}" if c in _MARKDOWN else c for c in visible(text))
    parted = escaped.replace("://", ":\u200b//").replace("www.", "www\u200b.")
    return parted.replace("@", "@\u200b").replace("#", "#\u200b")
