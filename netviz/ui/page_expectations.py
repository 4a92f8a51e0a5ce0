"""Expectations on the page: which of them hold, the file itself, and how they are tried on the cluster."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from netviz.analysis.expectations.reading import MOST_BYTES
from netviz.ui.address import sync_address
from netviz.ui.busy import reserve_busy_line
from netviz.ui.controls import render_parts, title_bar
from netviz.ui.panel_pair import explain_beside_map
from netviz.ui.panel_probes import render_probes
from netviz.ui.panel_why import render_traces, render_verdict
from netviz.ui.parts import callout, guarded, text
from netviz.ui.samples import samples
from netviz.ui.state import NO_EXPECTATIONS, AppState, current, short, update
from netviz.ui.text import plural
from netviz.view.settings import LEVELS
from netviz.workbench import BASELINE, Bench, Checked, CheckedLine, CheckQuestion

TEMPLATE = """\
netviz: expectations/1
title: What must hold
expectations:
  - name: The frontend reaches the backend
    expect: allow
    from: default/frontend
    to: service/default/backend-svc
  - name: Nothing comes in from the internet
    expect: deny
    from: internet
    to: any-pod
"""
FILE_NAME = "expectations.yaml"
PARTS = {"results": "Results", "file": "File", "probes": "Try it on the cluster"}
STATUS_WORDS = {"failed": "✗ Failed", "unknown": "? Unknown", "passed": "✓ Passed"}
BADGES = {
    "failed": ":red-badge[✗ Failed]",
    "unknown": ":orange-badge[? Unknown]",
    "passed": ":green-badge[✓ Passed]",
}
REPORTS = {
    "junit": ("JUnit XML", "netviz-expectations.xml", "application/xml"),
    "sarif": ("SARIF", "netviz-expectations.sarif", "application/json"),
    "md": ("Markdown for a pull request", "netviz-expectations.md", "text/markdown"),
}
MOST_EDITED = 200_000
"""Characters of a file that is edited on the page; a longer one would make every keystroke slow."""

MOST_ROWS_SHOWN = 14
TABLE_HEIGHT = 540


@st.fragment
def render_expectations() -> None:
    """The expectations of this session, or how to come by some."""
    reserve_busy_line()
    state = current()
    if state.bench is None:
        return
    with guarded("expectations"), st.container(key="nv-fragment-expectations"):
        if state.expecting.name:
            _render_file(state, state.bench)
        else:
            _render_start(state, state.bench)
    sync_address()


def expecting(**changes: Any) -> AppState:  # noqa: ANN401 - the fields of Expecting
    """Replace fields of this session's expectations."""
    return update(expecting=replace(current().expecting, **changes))


def question_of(state: AppState) -> CheckQuestion:
    """The file as the bench takes it."""
    return CheckQuestion(name=state.expecting.name, text=state.expecting.text)


def _render_start(state: AppState, bench: Bench) -> None:
    text("Expectations", "title", "expectations")
    text(
        "Say which connections must be allowed and which must not, and see whether it is so: with every change that"
        " you try here, and in every pull request (netviz check).",
        "quiet",
        "expectations-about",
    )
    open_file, write, freeze = st.columns(3, gap="large")
    with open_file:
        text("Open a file", "strong", "expectations-open")
        upload = st.file_uploader(
            "Expectations",
            type=("yaml", "yml"),
            max_upload_size=MOST_BYTES // 1_000_000,
            key=f"expectations-{state.generation}",
        )
        if upload is not None and upload.size > MOST_BYTES:
            text(f"An expectations file has at most {MOST_BYTES:,} bytes.", "quiet", "expectations-large")
        elif upload is not None:
            _adopt(upload.name, upload.getvalue().decode("utf-8", "replace"))
            st.rerun()
        own = next((sample.expectations() for sample in samples() if sample.name == state.sample), None)
        if own is not None:
            text("The sample comes with some:", "quiet", "expectations-own")
            args = (own.name, own.data.decode("utf-8"))
            st.button("Use those of the sample", key="expectations-sample", on_click=_adopt, args=args)
    with write:
        text("Write one", "strong", "expectations-write")
        text("Begin with an example of two statements.", "quiet", "expectations-example")
        st.button(
            "Begin with an example",
            key="expectations-template",
            on_click=_adopt,
            args=(FILE_NAME, TEMPLATE, "file"),
        )
    with freeze:
        text("Freeze what is", "strong", "expectations-freeze")
        text("Everything that may connect now becomes a file; whatever changes then fails.", "quiet", "freeze-about")
        _render_freeze(state, bench)


def _adopt(name: str, content: str, part: str = "results") -> None:
    update(expecting=replace(NO_EXPECTATIONS, name=name, text=content, part=part))


def _let_go() -> None:
    update(expecting=NO_EXPECTATIONS)


def _render_freeze(state: AppState, bench: Bench) -> None:
    by = st.selectbox("Level", LEVELS, key=f"freeze-by-{state.generation}", format_func=str.capitalize)
    if st.button("Freeze the present state", key="expectations-freeze"):
        with guarded("freeze"):
            content = bench.frozen(state.what_if, by)
            _adopt("frozen.yaml", content)
            st.rerun()


def _render_file(state: AppState, bench: Bench) -> None:
    checked = bench.expectations(state.what_if, question_of(state))
    with title_bar("expectations", checked.title or state.expecting.name):
        render_parts("expectations-part", PARTS, state.expecting.part, lambda part: expecting(part=part))
        _render_downloads(state, bench, checked)
        st.button("Another file", key="expectations-other", on_click=_let_go)
    match state.expecting.part:
        case "file":
            _render_editor(state, checked)
        case "probes":
            render_probes(state, bench, question_of(state))
        case _:
            _render_results(state, checked)


def _render_downloads(state: AppState, bench: Bench, checked: Checked) -> None:
    with st.popover("Download"):
        st.download_button(
            "The file (YAML)",
            data=state.expecting.text.encode("utf-8", "replace"),
            file_name=FILE_NAME,
            mime="application/yaml",
            key="expectations-yaml",
            on_click="ignore",
        )
        for form, (name, file_name, mime) in REPORTS.items() if not checked.problems else ():
            st.download_button(
                f"Results: {name}",
                data=partial(_report, bench, state, form),
                file_name=file_name,
                mime=mime,
                key=f"expectations-{form}",
                on_click="ignore",
            )


def _report(bench: Bench, state: AppState, form: str) -> bytes:
    return bench.expectation_report(state.what_if, question_of(state), form).encode("utf-8", "replace")


def _render_editor(state: AppState, checked: Checked) -> None:
    content = state.expecting.text
    _render_problems(checked)
    if len(content) > MOST_EDITED:
        text(f"{len(content):,} characters are too many to edit here: download the file.", "quiet", "too-long")
        return
    key = f"expectations-text-{state.generation}-{short(state.expecting.name)}"
    st.session_state[key] = content
    with st.container(key="nv-yaml"):
        st.text_area("YAML", key=key, height=520, on_change=_edit, args=(key,), help="Checked when you leave it")


def _edit(key: str) -> None:
    expecting(text=st.session_state[key], chosen=-1)


def _render_problems(checked: Checked) -> None:
    if checked.problems:
        lines = [str(problem) for problem in checked.problems[:20]]
        callout("error", f"{plural(len(checked.problems), 'problem')} in this file", lines, key="expectations-problems")


def _render_results(state: AppState, checked: Checked) -> None:
    _render_problems(checked)
    if checked.problems:
        return
    lines = sorted(enumerate(checked.lines), key=lambda item: list(STATUS_WORDS).index(item[1].status))
    what_if = "" if state.what_if == BASELINE else ", with the what-if of the sidebar"
    text(f"{checked.words}{what_if}", "strong", "expectations-counts")
    numbers = [number for number, _ in lines]
    chosen = state.expecting.chosen if state.expecting.chosen in numbers else numbers[0]
    columns = st.columns([12, 7], gap="medium")
    with columns[0]:
        _render_rows(state, [line for _, line in lines], numbers, chosen)
    with columns[1], guarded("expectation"):
        _render_line(checked.lines[chosen])


def _render_rows(state: AppState, lines: list[CheckedLine], numbers: list[int], chosen: int) -> None:
    key = f"expected-{state.generation}-{short(repr((state.what_if, state.expecting.text)))}"
    rows = [
        {
            "status": STATUS_WORDS[line.status],
            "expectation": line.title,
            "shown by": line.reason or line.flow.rpartition(": ")[0] or line.note,
        }
        for line in lines
    ]
    is_shown = any(row["shown by"] for row in rows)
    st.dataframe(
        rows,
        hide_index=True,
        height="auto" if len(rows) <= MOST_ROWS_SHOWN else TABLE_HEIGHT,
        key=key,
        column_order=("status", "expectation", "shown by") if is_shown else ("status", "expectation"),
        column_config={
            "status": st.column_config.TextColumn(width=80),
            "expectation": st.column_config.TextColumn(width=250 if is_shown else None),
            "shown by": st.column_config.TextColumn(width=300),
        },
        selection_mode="single-row",
        selection_default={"selection": {"rows": [numbers.index(chosen)]}},
        on_select=partial(_choose, key, numbers, chosen),
    )


def _choose(key: str, numbers: list[int], before: int) -> None:
    rows = st.session_state[key].selection.rows
    # A table tells of the row that it shows as selected, too: only what differs was chosen by somebody.
    if rows and rows[0] < len(numbers) and numbers[rows[0]] != before:
        expecting(chosen=numbers[rows[0]])


def _render_line(line: CheckedLine) -> None:
    with st.container(key="nv-why"):
        st.markdown(BADGES[line.status])
        text(line.title, "title", "expectation")
        if line.words != line.title:
            st.text(line.words)
        place = f"{line.file}:{line.line}" if line.line else line.file
        counted = f"{plural(line.sources, 'source')}, {plural(line.targets, 'target')}" if line.sources else ""
        text(" · ".join(filter(None, (place, counted))), "quiet", "expectation-place")
        for number, remark in enumerate(filter(None, (line.reason, line.note))):
            text(remark[0].upper() + remark[1:] + ".", "quiet", f"expectation-remark-{number}")
        if line.why is None:
            if line.status == "passed":
                text("It holds for every pair and every port.", "quiet", "expectation-holds")
            elif line.flow:
                st.text(line.flow)
        else:
            text("A connection that shows it:", "strong", "expectation-shown")
            render_verdict(line.why, "expectation")
        if line.question is not None and st.button("Explain it beside the map", key="expectation-map"):
            explain_beside_map(line.question)
        if line.why is not None:
            render_traces(line.why, "expectation")

