"""The matrix: namespaces against namespaces, and behind each cell the pairs of workloads that it counts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from netviz.errors import shown
from netviz.ui.address import sync_address
from netviz.ui.busy import reserve_busy_line
from netviz.ui.controls import keyed, render_explain_switch
from netviz.ui.grid import draw_grid, grid_data, picked
from netviz.ui.panel_fidelity import render_chip
from netviz.ui.panel_pair import render_pair, select_pair, selected_pair
from netviz.ui.parts import guarded, text
from netviz.ui.state import ALL_ZONES, AppState, current, short, update
from netviz.ui.text import plural
from netviz.workbench import BASELINE, Bench, Grid, GridQuestion

ORDER_WORDS = {"name": "By name", "connections": "Most connections first"}
HINT = "Click a cell to see its pairs, and one of these to see which rules decide."


@st.fragment
def render_matrix() -> None:
    """Filters, matrix and explanation: a click on a cell runs only this again."""
    reserve_busy_line()
    state = current()
    if state.bench is None:
        return
    drawn = False
    with guarded("matrix"), st.container(key="nv-fragment-matrix"):
        grid = state.bench.grid(state.what_if, replace(state.grid, chosen=selected_pair(state, state.bench)))
        _render_title(state, state.bench, grid)
        _render_filters(state)
        columns = st.columns([11, 4] if state.explaining else 1, gap="medium")
        with columns[0]:
            _render_grid(state, grid)
        if state.explaining:
            with columns[1], guarded("why"):
                render_pair(state, state.bench, hint=HINT)
        drawn = True
    if not drawn:
        st.button("All namespaces", key="matrix-reset", on_click=_close)
    sync_address()


def _render_title(state: AppState, bench: Bench, grid: Grid) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="nv-bar-matrix"
    ):
        if grid.open_source:
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                st.button("◀ All namespaces", key="matrix-close", on_click=_close)
                text(f"{shown(grid.open_source)} → {shown(grid.open_target)}", "title", "matrix")
        else:
            text("Namespaces: from the row to the column", "title", "matrix")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            render_explain_switch(state, "matrix", "matrix")
            render_chip(state, bench)


def _render_filters(state: AppState) -> None:
    asked = state.grid
    with st.container(horizontal=True, vertical_alignment="center", key="nv-filters-matrix"):
        for name, label, value in (("from_text", "From", asked.from_text), ("to_text", "To", asked.to_text)):
            key = keyed(f"matrix-{name}", value)
            st.text_input(
                label,
                key=key,
                placeholder=f"{label}: part of a name",
                label_visibility="collapsed",
                width=220,
                on_change=_filter,
                args=(name, key),
            )
        key = keyed("matrix-order", asked.order)
        st.selectbox(
            "Order",
            list(ORDER_WORDS),
            key=key,
            format_func=lambda order: ORDER_WORDS[order],
            label_visibility="collapsed",
            width=220,
            on_change=_filter,
            args=("order", key),
        )
        if state.what_if != BASELINE or asked.only_changes:
            key = keyed("matrix-changes", asked.only_changes)
            st.toggle("Only changes", key=key, on_change=_filter, args=("only_changes", key))


def _render_grid(state: AppState, grid: Grid) -> None:
    if not grid.rows or not grid.columns:
        changes = " The what-if changes nothing here." if state.grid.only_changes else ""
        text(f"No row or no column is left by these filters.{changes}", "quiet", "matrix-empty")
        return
    if left := left_out(grid):
        text(left, "quiet", "matrix-left")
    identity = short(repr(replace(state.grid, chosen=None)))
    key = f"grid-{state.generation}-{identity}"
    draw_grid(grid_data(grid, identity=identity), key=key, on_pick=partial(_pick, key, grid))


def left_out(grid: Grid) -> str:
    """What the window leaves out, in a sentence; "" where it shows everything."""
    parts = [
        f"{len(lines):,} of {plural(total, what)}"
        for lines, total, what in ((grid.rows, grid.row_total, "row"), (grid.columns, grid.column_total, "column"))
        if len(lines) < total
    ]
    return f"Shown: {' and '.join(parts)}. Type part of a name, or put most connections first." if parts else ""


def _pick(key: str, grid: Grid) -> None:
    pair = picked(key, grid)
    if pair is None:
        return
    if grid.open_source:
        if pair[0] != pair[1]:
            select_pair(*pair)
    else:
        order = current().grid.order
        update(grid=GridQuestion(source=pair[0], target=pair[1], order=order))


def _close() -> None:
    update(grid=replace(ALL_ZONES, order=current().grid.order))


def _filter(name: str, key: str) -> None:
    value = st.session_state[key]
    changes: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value}
    update(grid=replace(current().grid, **changes))
