"""What the map draws, as a table: for reading, for a screen reader, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from netviz.exporters.tables import csv_table
from netviz.ui.parts import text
from netviz.ui.state import AppState
from netviz.view.picture import Picture

HEADER = ("from", "to", "ports", "change", "ports before", "certain")


def render_table(state: AppState) -> None:
    """The arrows of the map as rows, and the changed pairs one by one."""
    if state.bench is None:
        return
    answer = state.bench.picture(state.what_if, state.question)
    rows = table_rows(answer.picture)
    changed = [(c.source_label, c.target_label, c.after, c.change, c.before, "yes") for c in answer.changes]
    left, right = st.columns([3, 2], gap="large")
    with left:
        _render_rows(f"Connections as drawn ({len(rows):,})", rows, "connections")
    with right:
        _render_rows(f"Changed pairs, one by one ({len(changed):,})", changed, "changes")


def table_rows(picture: Picture) -> list[tuple[str, ...]]:
    """One row for each arrow, in the columns of `HEADER`, sorted by its ends."""
    names = {node.id: "/".join(filter(None, (node.namespace, " ".join(node.title_lines)))) for node in picture.nodes}
    return sorted(
        (
            names.get(edge.source, edge.source),
            names.get(edge.target, edge.target),
            edge.ports,
            edge.change.value,
            edge.ports_before,
            "yes" if edge.certain else "unknown",
        )
        for edge in picture.edges
    )


def _render_rows(title: str, rows: Sequence[Sequence[str]], name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        text(title, "title", name)
        st.download_button(
            "CSV",
            data=lambda: csv_table(HEADER, rows).encode("utf-8"),
            file_name=f"netviz-{name}.csv",
            mime="text/csv",
            key=f"csv-{name}",
            on_click="ignore",
        )
    st.dataframe(
        [dict(zip(HEADER, row, strict=True)) for row in rows], hide_index=True, height=620, key=f"table-{name}"
    )
