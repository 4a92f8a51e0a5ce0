"""The matrix on the page: a Streamlit Components v2 component that draws a table, and what it is given to draw."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from math import log
from string import ascii_uppercase
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from netviz.errors import shown
from netviz.workbench import Grid, GridCell, GridLine

HTML = '<div class="netviz-grid"></div>'
HEATS = 6
COLOURS = 8
"""Kinds of ports with a colour and a letter of their own; the last stands for all others."""

SIGNS = (("added", "+"), ("removed", "−"), ("changed", "±"), ("doubtful", "?"))
MARK_WORDS = {"added": "added", "removed": "removed", "changed": "changed", "doubtful": "unknown now, or no more"}
COMPACT = 10_000


def draw_grid(data: dict[str, Any], *, key: str, on_pick: Callable[[], None]) -> None:
    """Draws the data of `grid_data`; a click or Enter on a cell calls `on_pick`, for which see `picked`."""
    _component()(key=key, data=data, on_pick_change=on_pick)


def picked(key: str, grid: Grid) -> tuple[str, str] | None:
    """Ids of the row and the column that were picked, None for a message from the browser that names no cell."""
    match st.session_state.get(key):
        case {"pick": {"source": str(source), "target": str(target)}}:
            known = source in {line.id for line in grid.rows} and target in {line.id for line in grid.columns}
            return (source, target) if known else None
        case _:
            return None


def grid_data(grid: Grid, *, identity: str) -> dict[str, Any]:
    """The window as plain JSON: every text as it is to be read, control characters visible."""
    single = bool(grid.open_source)
    most = max((cell.pairs or 0 for cell in grid.cells), default=0)
    if single:
        caption = f"From {shown(grid.open_source)} to {shown(grid.open_target)}: who may open connections to whom"
    else:
        caption = "Allowed pairs between namespaces: from the row to the column"
    return {
        "identity": identity,
        "caption": caption,
        "corner": "from ↓\nto →",
        "pairs": single,
        "rows": [_line(line) for line in grid.rows],
        "columns": [_line(line) for line in grid.columns],
        "cells": [_cell(cell, most, single=single) for cell in grid.cells],
        "chosen": list(grid.chosen) if grid.chosen else None,
        "hint": "Click a cell to see why." if single else "Click a cell to see its pairs.",
        "legend": _legend(grid, single=single),
    }


def _line(line: GridLine) -> dict[str, str]:
    return {"id": line.id, "label": shown(line.label)}


def _cell(cell: GridCell, most: int, *, single: bool) -> dict[str, Any]:
    counts = {name: getattr(cell, name) for name, _ in SIGNS}
    marks = [name for name, count in counts.items() if count]
    # The outlines of a cell where something was added or removed must stay legible: two of them are enough.
    drawn = [mark for mark in marks if mark in ("added", "removed")] or marks[:1]
    signs = " ".join(f"{sign}{'' if single else compact(counts[name])}" for name, sign in SIGNS if counts[name])
    return {
        "row": cell.row,
        "column": cell.column,
        "text": _pair_text(cell) if single else _count_text(cell),
        "tone": _tone(cell, most, single=single),
        "marks": [*drawn, *(["doubt"] if cell.unknown else [])],
        "sign": signs,
        "note": shown(cell.ports) if single else "",
        "words": _pair_words(cell) if single else _count_words(cell),
    }


def _tone(cell: GridCell, most: int, *, single: bool) -> str:
    if single:
        return "none" if cell.colour is None else f"port-{min(cell.colour, COLOURS - 1)}"
    if cell.pairs is None:
        return f"heat-{HEATS // 2}"
    return f"heat-{heat(cell.pairs, most)}" if cell.pairs else "none"


def heat(pairs: int, most: int) -> int:
    """1 to `HEATS`, by the logarithm of a count of at most `most`."""
    return 1 + round((HEATS - 1) * log(pairs) / log(most)) if most > 1 else HEATS // 2


def compact(count: int) -> str:
    """A count in at most four characters: 950, 9500, 12k, 3M."""
    for unit, size in (("M", 1_000_000), ("k", 1000)):
        if count >= max(size, COMPACT):
            return f"{count // size}{unit}"
    return str(count)


def letter(colour: int) -> str:
    """The letter that stands for a set of ports."""
    return ascii_uppercase[colour] if colour < COLOURS - 1 else "*"


def _pair_text(cell: GridCell) -> str:
    known = "" if cell.colour is None else letter(cell.colour)
    return f"{known}?" if cell.unknown else known


def _count_text(cell: GridCell) -> str:
    known = "•" if cell.pairs is None else compact(cell.pairs) if cell.pairs else ""
    return f"{known}?" if cell.unknown else known


def _pair_words(cell: GridCell) -> str:
    words = f"{cell.verdict}: {cell.ports}" if cell.pairs else cell.ports or cell.verdict
    change = next((MARK_WORDS[name] for name, _ in SIGNS if getattr(cell, name)), "")
    return f"{words} ({change} by the what-if; before: {cell.before or 'nothing'})" if change else words


def _count_words(cell: GridCell) -> str:
    counted = cell.pairs is not None
    parts = [f"{cell.pairs:,} of {cell.possible:,} pairs allowed" if counted else "some pairs are allowed"]
    if cell.unknown:
        parts.append(f"{cell.unknown:,} with something unknown" if counted else "some are unknown")
    parts += [f"{getattr(cell, name):,} {MARK_WORDS[name]}" for name, _ in SIGNS if getattr(cell, name)]
    return ", ".join(parts)


def _legend(grid: Grid, *, single: bool) -> list[dict[str, Any]]:
    found = _port_legend(grid) if single else _heat_legend(grid)
    if any(cell.unknown for cell in grid.cells):
        found.append(_entry("none", "?", "unknown: cannot be decided from the input", "doubt"))
    for name, sign in SIGNS:
        if any(getattr(cell, name) for cell in grid.cells):
            found.append(_entry("none", sign, MARK_WORDS[name], name))
    found.append(_entry("none", "", "nothing is allowed"))
    return found


def _port_legend(grid: Grid) -> list[dict[str, Any]]:
    own = grid.ports[: COLOURS - 1]
    found = [_entry(f"port-{colour}", letter(colour), shown(words)) for colour, words in enumerate(own)]
    rest = len(grid.ports) - len(own)
    if rest:
        found.append(_entry(f"port-{COLOURS - 1}", letter(COLOURS), f"{rest:,} other sets of ports"))
    return found


def _heat_legend(grid: Grid) -> list[dict[str, Any]]:
    counts = sorted({cell.pairs for cell in grid.cells if cell.pairs})
    if not grid.counted:
        return [_entry(f"heat-{HEATS // 2}", "•", "something is allowed")]
    ends = counts[:1] + counts[-1:] if len(counts) > 1 else counts
    most = counts[-1] if counts else 0
    words = [f"{count:,} allowed {'pair' if count == 1 else 'pairs'}" for count in ends]
    return [
        _entry(f"heat-{heat(count, most)}", compact(count), text) for count, text in zip(ends, words, strict=True)
    ]


def _entry(tone: str, text: str, words: str, *marks: str) -> dict[str, Any]:
    return {"tone": tone, "text": text, "words": words, "marks": list(marks)}


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("netviz_grid", html=HTML, css=_asset("grid.css"), js=_asset("grid.js"))


def _asset(name: str) -> str:
    return files("netviz.ui").joinpath("assets", name).read_text("utf-8")
