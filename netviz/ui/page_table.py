"""What the map draws, as a table: for reading, for a screen reader, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from netviz.exporters.tables import csv_table
from netviz.ui.panel_map import is_beyond_drawing, render_too_many
from netviz.ui.parts import text
from netviz.ui.state import AppState
from netviz.ui.text import node_name
from netviz.view.picture import Change, Picture

DRAWN = ("from", "to", "ports", "change", "ports before", "certain")
CHANGED = ("from", "to", "change", "ports before", "ports now")
NONE = "nothing"
MOST_ROWS_SHOWN = 16
TABLE_HEIGHT = 620


def render_table(state: AppState) -> None:
    """The arrows of the map as rows, and the changed pairs one by one."""
    if state.bench is None:
        return
    if is_beyond_drawing(state, state.bench):
        render_too_many()
        return
    answer = state.bench.picture(state.what_if, state.question)
    rows = drawn_rows(answer.picture)
    changes = [(c.source_label, c.target_label, c.change, c.before or NONE, c.after or NONE) for c in answer.changes]
    left, right = st.columns([1, 1], gap="large")
    with left:
        _render_rows(f"Connections as drawn ({len(rows):,})", DRAWN, rows, "connections")
    with right:
        _render_rows(f"Changed pairs, one by one ({len(changes):,})", CHANGED, changes, "changes")


def drawn_rows(picture: Picture) -> list[tuple[str, ...]]:
    """One row for each arrow, in the columns of `DRAWN`, sorted by its ends."""
    names = {node.id: node_name(node) for node in picture.nodes}
    return sorted(
        (
            names.get(edge.source, edge.source),
            names.get(edge.target, edge.target),
            edge.ports or NONE,
            edge.change.value,
            edge.ports_before if edge.change is Change.SAME else edge.ports_before or NONE,
            "yes" if edge.certain else "unknown",
        )
        for edge in picture.edges
    )


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
