"""Every pair in rows, with what decides about it: for reading, for a screen reader, for a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from netviz.errors import UsageError, shown
from netviz.ui.address import sync_address
from netviz.ui.busy import reserve_busy_line
from netviz.ui.controls import keyed, render_explain_switch, title_bar
from netviz.ui.panel_fidelity import render_chip
from netviz.ui.panel_pair import render_pair, select_pair, selected_pair
from netviz.ui.parts import callout, guarded, text
from netviz.ui.state import AppState, current, refine, short, update
from netviz.ui.text import plural
from netviz.view.settings import LEVELS
from netviz.workbench import BASELINE, Bench, Table, TableQuestion, TableRow

HINT = "Choose a row to see which rules decide."
ORDER_WORDS = {"from": "Sorted by from", "to": "Sorted by to", "change": "Changed first", "verdict": "Unknown first"}
DIRECTION_WORDS = {"": "In and out", "ingress": "Into these", "egress": "Out of these"}
PROTOCOLS = ("", "TCP", "UDP", "SCTP", "ICMP")
SIGNS = {"added": "+", "removed": "−", "changed": "±", "unknown": "?", "decided": "✓"}
NONE = "nothing"
MOST_ROWS_SHOWN = 16
TABLE_HEIGHT = 620


@st.fragment
def render_table() -> None:
    """Filters, rows and explanation: the accessible form of the map, unfolded."""
    reserve_busy_line()
    state = current()
    if state.bench is None:
        return
    with guarded("table"), st.container(key="nv-fragment-table"):
        question = asked(state)
        problem, table = "", None
        try:
            table = state.bench.table(state.what_if, question)
        except UsageError as error:
            problem = str(error)
        _render_title(state, state.bench, table)
        _render_filters(state, state.bench)
        if table is None:
            callout("warning", "These rows cannot be shown.", (problem,), key="table")
            return
        columns = st.columns([11, 4] if state.explaining else 1, gap="medium")
        with columns[0]:
            _render_rows(state, question, table, selected_pair(state, state.bench))
            _render_pages(table)
        if state.explaining:
            with columns[1], guarded("why"):
                render_pair(state, state.bench, hint=HINT)
    sync_address()


def asked(state: AppState) -> TableQuestion:
    """The rows that are asked for: the filters are those of the map."""
    return replace(state.table, view=state.settings)


def _render_title(state: AppState, bench: Bench, table: Table | None) -> None:
    with title_bar("table", f"Allowed, unknown and changed pairs{counted(table)}"):
        render_explain_switch(state, "table", "table")
        render_chip(state, bench)
        if table is not None:
            st.download_button(
                "CSV",
                data=partial(_csv, bench, state),
                file_name="netviz-pairs.csv",
                mime="text/csv",
                key="csv-pairs",
                on_click="ignore",
                help="Download all these rows for a spreadsheet",
            )


def counted(table: Table | None) -> str:
    """How many rows there are, and of how many."""
    if table is None:
        return ""
    return f" ({table.total:,})" if table.total == table.all_pairs else f" ({table.total:,} of {table.all_pairs:,})"


def _csv(bench: Bench, state: AppState) -> bytes:
    return bench.table_csv(state.what_if, asked(state)).encode("utf-8")


def _render_filters(state: AppState, bench: Bench) -> None:
    view = state.settings
    with st.container(horizontal=True, vertical_alignment="center", key="nv-filters-table"):
        key = keyed("table-by", view.by)
        st.selectbox(
            "Level",
            LEVELS,
            key=key,
            format_func=str.capitalize,
            label_visibility="collapsed",
            width=140,
            on_change=_refine,
            args=("by", key),
        )
        key = keyed("table-namespaces", list(view.namespaces))
        st.multiselect(
            "Namespaces",
            bench.namespaces(),
            key=key,
            format_func=shown,
            placeholder="All namespaces",
            label_visibility="collapsed",
            width=230,
            on_change=_refine,
            args=("namespaces", key),
        )
        if view.namespaces or view.labels or view.focus:
            key = keyed("table-direction", view.direction)
            st.selectbox(
                "Direction",
                list(DIRECTION_WORDS),
                key=key,
                format_func=lambda direction: DIRECTION_WORDS[direction],
                label_visibility="collapsed",
                width=140,
                on_change=_refine,
                args=("direction", key),
            )
        _render_narrow_filters(state)


def _render_narrow_filters(state: AppState) -> None:
    view = state.settings
    key = keyed("table-text", state.table.text)
    st.text_input(
        "Name",
        key=key,
        placeholder="Part of a name",
        label_visibility="collapsed",
        width=160,
        on_change=_ask,
        args=("text", key),
    )
    key = keyed("table-protocol", view.protocol)
    st.selectbox(
        "Protocol",
        PROTOCOLS if view.protocol in PROTOCOLS else (*PROTOCOLS, view.protocol),
        key=key,
        format_func=lambda protocol: protocol or "Any protocol",
        label_visibility="collapsed",
        width=150,
        on_change=_refine,
        args=("protocol", key),
    )
    key = keyed("table-ports", view.ports)
    st.text_input(
        "Ports",
        key=key,
        placeholder="Ports: 80, 8000-8999",
        label_visibility="collapsed",
        width=180,
        on_change=_refine,
        args=("ports", key),
    )
    key = keyed("table-order", state.table.order)
    st.selectbox(
        "Order",
        list(ORDER_WORDS),
        key=key,
        format_func=lambda order: ORDER_WORDS[order],
        label_visibility="collapsed",
        width=170,
        on_change=_ask,
        args=("order", key),
    )
    if state.what_if != BASELINE or view.only_changes:
        key = keyed("table-changes", view.only_changes)
        st.toggle("Only changes", key=key, on_change=_refine, args=("only_changes", key))


def _render_rows(state: AppState, question: TableQuestion, table: Table, pair: tuple[str, str] | None) -> None:
    if not table.rows:
        text("No pair is left by these filters.", "quiet", "no-pairs")
        return
    key = f"pairs-{state.generation}-{short(repr((state.what_if, question)))}"
    pairs = [(row.source, row.target) for row in table.rows]
    chosen = [pairs.index(pair)] if pair in pairs else []
    st.dataframe(
        [cells(row, is_what_if=state.what_if != BASELINE) for row in table.rows],
        hide_index=True,
        height="auto" if len(table.rows) <= MOST_ROWS_SHOWN else TABLE_HEIGHT,
        key=key,
        selection_mode="single-row",
        selection_default={"selection": {"rows": chosen}},
        on_select=partial(_select, key, pairs),
    )


def cells(row: TableRow, *, is_what_if: bool) -> dict[str, str]:
    """A row as the page shows it; what changed is in it only where something can have."""
    found = {"from": row.source_label, "to": row.target_label, "verdict": row.verdict, "ports now": row.after or NONE}
    if is_what_if:
        found |= {"change": f"{SIGNS.get(row.change, '')} {row.change}".strip(), "ports before": row.before or NONE}
    return {**found, "egress decided by": row.egress, "ingress decided by": row.ingress}


def _render_pages(table: Table) -> None:
    if table.pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="nv-pages"):
        page = table.page
        st.button("◀", key="page-back", help="The page before", disabled=page == 0, on_click=_turn, args=(page - 1,))
        st.text(f"Page {page + 1:,} of {table.pages:,}: {plural(len(table.rows), 'row')}")
        last = page == table.pages - 1
        st.button("▶", key="page-on", help="The next page", disabled=last, on_click=_turn, args=(page + 1,))


def _select(key: str, pairs: list[tuple[str, str]]) -> None:
    rows = st.session_state[key].selection.rows
    if rows and rows[0] < len(pairs):
        select_pair(*pairs[rows[0]])


def _turn(page: int) -> None:
    update(table=replace(current().table, page=page))


def _ask(name: str, key: str) -> None:
    changes: dict[str, Any] = {name: st.session_state[key].strip(), "page": 0}
    update(table=replace(current().table, **changes))


def _refine(name: str, key: str) -> None:
    value = st.session_state[key]
    changes: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value}
    if name == "by":
        changes["focus"] = ""
    refine(**changes)
    _turn(0)
