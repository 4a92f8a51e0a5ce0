"""Every pair, as a table: for reading, for a screen reader, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from netviz.exporters.tables import csv_table
from netviz.ui.panel_fidelity import render_chip
from netviz.ui.panel_map import is_beyond_drawing, render_too_many
from netviz.ui.parts import text
from netviz.ui.state import AppState

PAIRS = ("from", "to", "verdict", "ports now", "change", "ports before")
NONE = "nothing"
MOST_ROWS_SHOWN = 16
TABLE_HEIGHT = 620


def render_table(state: AppState) -> None:
    """Every pair that is allowed, unknown or changed, unfolded: the accessible form of the map."""
    if state.bench is None:
        return
    if is_beyond_drawing(state, state.bench):
        render_too_many()
        return
    lines = state.bench.pairs(state.what_if, state.question.by)
    wanted = set(state.question.namespaces)
    rows = [
        (line.source_label, line.target_label, line.verdict, line.after or NONE, line.change, line.before or NONE)
        for line in lines
        if not wanted or wanted & {_namespace(line.source), _namespace(line.target)}
    ]
    _render_rows(f"Allowed, unknown and changed pairs ({len(rows):,})", PAIRS, rows, "pairs")
    render_chip(state, state.bench)


def _namespace(peer: str) -> str:
    return peer.partition("/")[0]


def _render_rows(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        text(title, "title", name)
        st.download_button(
            "CSV",
            data=lambda: csv_table(header, rows).encode("utf-8"),
            file_name=f"netviz-{name}.csv",
            mime="text/csv",
            key=f"csv-{name}",
            on_click="ignore",
            help=f"Download “{title}” for a spreadsheet",
        )
    st.dataframe(
        [dict(zip(header, row, strict=True)) for row in rows],
        hide_index=True,
        height="auto" if len(rows) <= MOST_ROWS_SHOWN else TABLE_HEIGHT,
        column_order=header,
        key=f"table-{name}",
    )
