"""The dashboard: one page that loads manifests, draws who may talk to whom, and explains it.

Whoever opens it first waits for what this module imports, so each view is imported when it is first looked at; the
server has done so before (`netviz.ui.server`).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from netviz import workbench
from netviz.ui.address import sync_address
from netviz.ui.busy import place_busy_line
from netviz.ui.graph import place_renderer
from netviz.ui.opening import open_first
from netviz.ui.page_input import render_report, render_welcome
from netviz.ui.panel_opening import render_opening
from netviz.ui.parts import callout, guarded, style, text
from netviz.ui.state import VIEWS, AppState, current, go_to
from netviz.ui.text import plural

WATCH_SECONDS = 1.0
NOBODY = "There is no workload in the input."
NOBODY_WHY = "Without pods there is nothing to connect. The Input page says how to export them from a cluster."


def main() -> None:
    """Run the page once; Streamlit calls this at every interaction."""
    st.set_page_config(page_title="netviz", page_icon="🕸️", layout="wide")
    style()
    place_busy_line()
    place_renderer()
    with guarded("first"):
        open_first()
    with guarded("opening"):
        render_opening()
    with guarded("page"):
        state = current()
        if state.notice is not None:
            callout(state.notice.tone, state.notice.headline, (state.notice.line,), key="notice")
        if state.bench is None:
            render_welcome(state)
            return
        _render_loaded(state, state.bench)


def _render_loaded(state: AppState, bench: workbench.Bench) -> None:
    from netviz.ui.panel_scenario import render_scenario
    from netviz.ui.panel_whatif import render_what_if

    summary = bench.summary()
    columns = bench.board()
    render_what_if(state, columns)
    render_scenario(state, bench)
    _render_header(state)
    if state.view != "input":
        _render_incomplete(summary, by_pairs=state.view not in ("findings", "policies"))
    _render_view(state, bench, summary, columns)
    _render_dialog(state, bench, columns)
    sync_address()
    if workbench.is_elsewhere(bench):
        _watch_process()


def _render_view(
    state: AppState, bench: workbench.Bench, summary: workbench.LoadSummary, columns: Sequence[workbench.TierColumn]
) -> None:
    match state.view:
        case "input":
            render_report(state, bench, summary)
        case "matrix":
            from netviz.ui.page_matrix import render_matrix

            render_matrix()
        case "table":
            from netviz.ui.page_table import render_table

            render_table()
        case "reach":
            from netviz.ui.page_reach import render_reach

            render_reach()
        case "compare":
            from netviz.ui.page_compare import render_compare

            render_compare()
        case "findings":
            from netviz.ui.page_findings import render_findings

            render_findings()
        case "expectations":
            from netviz.ui.page_expectations import render_expectations

            render_expectations()
        case "policies":
            from netviz.ui.page_policies import render_board

            render_board(state, bench, columns)
        case _:
            from netviz.ui.panel_map import render_map

            render_map()


def _render_dialog(state: AppState, bench: workbench.Bench, columns: Sequence[workbench.TierColumn]) -> None:
    if state.editing is not None:
        from netviz.ui.editor import render_editor

        policies = [card.policy for column in columns for card in column.cards]
        render_editor(bench, policies)
    elif state.reading:
        from netviz.ui.page_policies import render_policy

        render_policy(bench, columns)


@st.fragment(run_every=WATCH_SECONDS)
def _watch_process() -> None:
    """Say that the process that holds the input is gone without waiting for the next click."""
    with guarded("process"):
        workbench.check_alive(current().bench)


def _render_header(state: AppState) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="nv-bar-header"
    ):
        text(f"netviz · {state.origin}", "title", "origin")
        key = f"view-{state.generation}"
        st.session_state[key] = state.view
        st.segmented_control(
            "View",
            VIEWS,
            key=key,
            required=True,
            wrap=True,
            format_func=str.capitalize,
            label_visibility="collapsed",
            on_change=_set_view,
            args=(key,),
        )


def _set_view(key: str) -> None:
    go_to(st.session_state[key])


def _render_incomplete(summary: workbench.LoadSummary, *, by_pairs: bool = True) -> None:
    """What there is to say before an answer; `by_pairs`: one about who may talk to whom."""
    if by_pairs and not summary.workloads:
        callout("info", NOBODY, (NOBODY_WHY,), key="nobody")
    if summary.complete:
        return
    refused = sum(count for _, outcome, count in summary.outcomes if outcome == "refused")
    what = f"{plural(refused, 'document')} refused" if refused else "Part of the input was refused"
    callout("warning", f"{what}: verdicts may be incomplete. The Input page says where and why.", key="incomplete")
