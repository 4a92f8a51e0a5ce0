"""The page that compares two sets of manifests: what changed between them, and what caused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from netviz import workbench
from netviz.exporters.tables import csv_table
from netviz.exporters.vis import payload
from netviz.ui.address import sync_address
from netviz.ui.graph import Selection, draw
from netviz.ui.opening import fitting
from netviz.ui.page_input import FILE_TYPES, summary_words
from netviz.ui.panel_map import CARDS, SIGNS, counts_line, render_too_many
from netviz.ui.panel_proof import render_proof
from netviz.ui.panel_why import render_traces, render_verdict
from netviz.ui.parts import callout, guarded, text
from netviz.ui.samples import samples
from netviz.ui.state import AppState, current, refine, short, update
from netviz.ui.text import plural
from netviz.view.picture import Picture
from netviz.view.settings import LEVELS, MOST_CARDS
from netviz.workbench import CauseLine, ChangeLine, InputFile, LoadSummary, PictureQuestion, WhyQuestion

HEAD = ("change", "from", "to", "before", "after", "caused by")
TABLE_HEIGHT = 320
MOST_ROWS_AT_ONCE = 8
KINDS = {
    "policy": "Policy",
    "tier": "Tier",
    "workload": "Workload",
    "labels": "Labels of pods",
    "account": "Service account of pods",
    "namespace": "Labels of a namespace",
    "service-account": "Service account",
    "service": "Service",
    "ingress": "Ingress",
    "network-set": "Network set",
    "node": "Node",
    "host-endpoint": "Host endpoint",
}


@st.fragment
def render_compare() -> None:
    """The choice of the other input, and what differs from it."""
    state = current()
    if state.bench is None:
        return
    with guarded("compare"), st.container(key="nv-fragment-compare"):
        if not state.earlier:
            _render_choice(state, state.bench)
        else:
            _render_compared(state, state.bench)
    sync_address()


def _render_choice(state: AppState, bench: workbench.Bench) -> None:
    text("Compare with another set of manifests", "title", "compare")
    text(f"“{state.origin}” is the state after. Choose the manifests as they were before:", "quiet", "compare-after")
    uploads, chosen = st.columns([3, 2], gap="large")
    with uploads:
        files = st.file_uploader(
            "Manifests before the change, such as those of the main branch",
            type=FILE_TYPES,
            accept_multiple_files=True,
            key=f"before-{state.generation}",
        )
        if files and st.button(f"Compare with {plural(len(files), 'file')}", type="primary", key="compare-upload"):
            found = [InputFile(name=file.name, data=file.getvalue()) for file in files]
            _compare_with(bench, found, files[0].name if len(files) == 1 else plural(len(files), "file"))
    with chosen:
        by_title = {sample.title: sample for sample in samples()}
        title = st.selectbox(
            "Or a sample", list(by_title), index=None, placeholder="Choose…", key=f"before-sample-{state.generation}"
        )
        if title and st.button("Compare with the sample", key="compare-sample"):
            _compare_with(bench, by_title[title].files(), title)


def _compare_with(bench: workbench.Bench, files: Sequence[InputFile], origin: str) -> None:
    with guarded("compare-open"), st.spinner("Reading…"):
        summary = bench.compare_with(fitting(files))
        update(earlier=origin, earlier_summary=summary, compared=None)
        st.rerun()


def _let_go(bench: workbench.Bench) -> None:
    bench.compare_with(())
    update(earlier="", earlier_summary=None, compared=None)


def _question(state: AppState) -> PictureQuestion:
    return replace(state.question, title=f"{state.earlier} → {state.origin}")


def _render_compared(state: AppState, bench: workbench.Bench) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        text(f"Before: {state.earlier}  →  after: {state.origin}", "strong", "compare-sides")
        st.button("Compare with something else", key="compare-other", on_click=_let_go, args=(bench,))
    if state.earlier_summary is not None:
        _render_incomplete(state.earlier_summary)
    if state.what_if != workbench.BASELINE:
        text("The what-if of the sidebar is not part of this: both sides are as written.", "quiet", "compare-what-if")
    answer = bench.compared(_question(state))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(counts_line(answer.picture.counts, cards=CARDS[answer.picture.unit], what_if=True), width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            _render_controls(state)
            _render_downloads(state, bench, answer.changes)
    columns = st.columns([11, 5], gap="medium")
    with columns[0]:
        _render_picture(state, answer.picture, answer.changes)
        for number, line in enumerate(answer.picture.notes):
            text(line, "quiet", f"compare-note-{number}")
        _render_changes(answer.changes)
        render_proof(f"compare-proof-{state.generation}", bench.compared_proof, _explain)
    with columns[1], guarded("compare-why"):
        asked = current().compared
        if asked is None:
            text("Select a change, or click an arrow, to see what caused it and why.", "quiet", "compare-hint")
        else:
            _render_why(bench, asked, answer.changes)


def _render_incomplete(summary: LoadSummary) -> None:
    if summary.complete:
        text(summary_words(summary), "quiet", "compare-before")
        return
    problems = [str(diagnostic) for diagnostic in summary.diagnostics if diagnostic.severity == "error"]
    callout("warning", "Part of the manifests before was refused: verdicts may be incomplete.", problems[:5], key="old")


def _render_controls(state: AppState) -> None:
    key = f"compare-level-{state.generation}"
    st.session_state[key] = state.settings.by
    st.segmented_control(
        "Level",
        LEVELS,
        key=key,
        required=True,
        format_func=str.capitalize,
        label_visibility="collapsed",
        on_change=_set_level,
        args=(key,),
    )
    key = f"compare-only-{state.generation}"
    st.session_state[key] = state.settings.only_changes
    st.toggle("Only changes", key=key, on_change=_set_only_changes, args=(key,))


def _set_level(key: str) -> None:
    refine(by=st.session_state[key], focus="")
    update(compared=None)


def _set_only_changes(key: str) -> None:
    refine(only_changes=st.session_state[key])


def _render_downloads(state: AppState, bench: workbench.Bench, changes: Sequence[ChangeLine]) -> None:
    with st.popover("Download"):
        for dark, theme in ((False, "light"), (True, "dark")):
            st.download_button(
                f"Picture, {theme} (SVG)",
                data=partial(_svg, bench, state, dark=dark),
                file_name=f"netviz-compare-{theme}.svg",
                mime="image/svg+xml",
                key=f"compare-svg-{theme}",
                on_click="ignore",
            )
        st.download_button(
            "Changes (CSV)",
            data=lambda: csv_table(HEAD, [_row(change) for change in changes]).encode("utf-8"),
            file_name="netviz-compare.csv",
            mime="text/csv",
            key="compare-csv",
            on_click="ignore",
        )


def _svg(bench: workbench.Bench, state: AppState, *, dark: bool) -> bytes:
    return bench.compared_svg(_question(state), dark=dark).encode("utf-8")


def _render_picture(state: AppState, picture: Picture, changes: Sequence[ChangeLine]) -> None:
    if len(picture.nodes) > MOST_CARDS:
        render_too_many()
        return
    identity = f"compare-{state.identity}-{short(f'{state.earlier} {state.settings.by} {state.settings.namespaces}')}"
    selection = draw(payload(picture, identity=identity), key=f"compare-map-{state.generation}", height=0)
    clicked = selection.click if selection else 0
    if selection and clicked != state.compare_clicked:
        update(compare_clicked=clicked, compared=changed_pair(selection, picture, changes))


def changed_pair(selection: Selection, picture: Picture, changes: Sequence[ChangeLine]) -> WhyQuestion | None:
    """The question about a clicked arrow: one of the changes that it stands for; None if it stands for none."""
    peers = {node.id: node.peer for node in picture.nodes}
    source, target = peers.get(selection.source, ""), peers.get(selection.target, "")
    for change in changes:
        if (not source or change.source == source) and (not target or change.target == target) and (source or target):
            return WhyQuestion(source=change.source, target=change.target)
    return WhyQuestion(source=source, target=target) if source and target else None


def _row(change: ChangeLine) -> tuple[str, ...]:
    sign = f"{SIGNS.get(change.change, '')} {change.change}"
    before, after = change.before or "nothing", change.after or "nothing"
    return sign, change.source_label, change.target_label, before, after, change.caused_by


def _render_changes(changes: Sequence[ChangeLine]) -> None:
    if not changes:
        callout("info", "No connection differs between the two sets of manifests.", key="compare-same")
        return
    text(f"What changed ({len(changes):,}): select one to see why", "strong", "compare-changes")
    key = f"compared-{short(repr([(change.source, change.target, change.change) for change in changes]))}"
    st.dataframe(
        [dict(zip(HEAD, _row(change), strict=True)) for change in changes],
        hide_index=True,
        height="auto" if len(changes) <= MOST_ROWS_AT_ONCE else TABLE_HEIGHT,
        key=key,
        selection_mode="single-row",
        on_select=partial(_select, key, changes),
    )


def _explain(question: WhyQuestion) -> None:
    update(compared=question)


def _select(key: str, changes: Sequence[ChangeLine]) -> None:
    rows = st.session_state[key].selection.rows
    if rows:
        change = changes[rows[0]]
        update(compared=WhyQuestion(source=change.source, target=change.target))


def _render_why(bench: workbench.Bench, question: WhyQuestion, changes: Sequence[ChangeLine]) -> None:
    asked = (question.source, question.target)
    change = next((change for change in changes if (change.source, change.target) == asked), None)
    if change is not None:
        text(f"{change.source_label} → {change.target_label}", "strong", "compare-pair")
        text(f"{change.change}: {change.before or 'nothing'} → {change.after or 'nothing'}", "quiet", "compare-cells")
        _render_causes(change.causes)
    answers = bench.compared_why(question)
    for name, answer in zip(("before", "after"), answers, strict=True):
        with st.expander(name.capitalize(), expanded=True):
            if answer is None:
                text("One of the two ends is not there on this side.", "quiet", f"compare-{name}-none")
            else:
                render_verdict(answer, f"compare-{name}")
                render_traces(answer, f"compare-{name}")


def _render_causes(causes: Sequence[CauseLine]) -> None:
    joint = sum(not cause.alone for cause in causes)
    title = "Caused by" if not joint else "Caused by these together"
    text(title if causes else "What caused it was not worked out.", "strong", "compare-causes")
    if len(causes) > 1 and not joint:
        text("Undoing any one of them would undo the change.", "quiet", "compare-alone")
    for number, cause in enumerate(causes):
        detail = f": {cause.detail}" if cause.detail else f" {cause.change}"
        st.text(f"• {KINDS[cause.kind]} {cause.name}{detail}")
        if cause.file:
            text(f"{cause.file}:{cause.line}", "quiet", f"compare-place-{number}")
