"""What the policies say and their authors hardly mean, worst first, and each in full beside the list."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from textwrap import dedent
from typing import Any

import streamlit as st

from netviz.errors import shown
from netviz.ui.address import sync_address
from netviz.ui.busy import reserve_busy_line
from netviz.ui.controls import keyed, title_bar
from netviz.ui.panel_pair import render_pair
from netviz.ui.parts import callout, guarded, text
from netviz.ui.state import AppState, Subject, current, short, update
from netviz.ui.text import plural
from netviz.workbench import Bench, FindingLine, Findings, FindingsQuestion, WhyQuestion

SEVERITIES = {"error": ("✗", "red", "error"), "warning": ("!", "orange", "warning"), "info": ("i", "blue", "note")}
"""The sign, the colour and the word of each severity."""

HINT = "Choose a row to see what it means and what to do."
NO_ROWS = "No finding is left by these filters."
HINT_CHOSEN = "Choose another row, or clear the box of this one to see the list alone."
MOST_ROWS_SHOWN = 16
TABLE_HEIGHT = 620
PANEL_HEIGHT = 680
TOLD_BESIDE = ("place", "suppressed because")
"""Columns that the list does without while the finding beside it says the same."""

WIDE = {"severity": 90, "id": 70, "finding": 200, "object": 350}
NARROW = {"severity": 90, "id": 70, "finding": 170}
"""Widths of columns while no finding is told in full, and beside one: the rest goes to the last column."""


@st.fragment
def render_findings() -> None:
    """The counts, the filters, the list, and the finding that was chosen."""
    reserve_busy_line()
    state = current()
    if state.bench is None:
        return
    with guarded("findings"), st.container(key="nv-fragment-findings"):
        found = state.bench.findings(state.what_if, state.findings)
        _render_title(state, found)
        for number, sentence in enumerate((*found.unused, *found.limits)):
            callout("info", sentence, key=f"findings-note-{number}")
        if not found.suppressed and not any(count for _, count in found.counts):
            text("Nothing was found: none of the known pitfalls is in these policies.", "quiet", "no-findings")
            _render_suppressions(state)
            return
        text("Worst first, and as the what-if has it: a policy that is switched off is not judged.", "quiet", "found")
        _render_filters(state, found)
        chosen = next((line for line in found.lines if line.key == state.finding), None)
        # This line and two columns in any case: a list that moves is built anew, and scrolls back to its top.
        text(HINT_CHOSEN if chosen else HINT if found.lines else NO_ROWS, "quiet", "finding-hint")
        columns = st.columns([11, 7], gap="medium")
        with columns[0]:
            _render_rows(state, found, chosen)
            _render_pages(found)
            _render_suppressions(state)
        with columns[1], guarded("finding"):
            _render_chosen(state, state.bench, chosen)
    sync_address()


def _render_title(state: AppState, found: Findings) -> None:
    with title_bar("findings", "Pitfalls in these policies"):
        st.markdown(badges(found))
        if found.suppressed:
            key = keyed("findings-suppressed", state.findings.suppressed)
            st.toggle(f"Suppressed ({found.suppressed:,})", key=key, on_change=_ask, args=("suppressed", key))


def badges(found: Findings) -> str:
    """How many there are of each severity, as Markdown of our own making."""
    parts = [
        f":{SEVERITIES[severity][1]}-badge[{plural(count, SEVERITIES[severity][2])}]"
        for severity, count in found.counts
        if count
    ]
    return " ".join(parts) or ":green-badge[nothing found]"


def _render_filters(state: AppState, found: Findings) -> None:
    question = state.findings
    words = {severity: f"{SEVERITIES[severity][2].capitalize()}s ({count:,})" for severity, count in found.counts}
    checks = {id_: f"{id_}: {title} ({count:,})" for id_, title, count in found.checks}
    with st.container(horizontal=True, vertical_alignment="center", key="nv-filters-findings"):
        _choice("severity", {"": "Every severity", **words}, question.severity, 170)
        _choice("check", {"": "Every check", **checks}, question.check, 320)
        if found.namespaces:
            names = {name: shown(name) for name in found.namespaces}
            _choice("namespace", {"": "Every namespace", **names}, question.namespace, 200)
        key = keyed("findings-text", question.text)
        st.text_input(
            "Search the findings",
            key=key,
            placeholder="Part of a name or text",
            label_visibility="collapsed",
            width=220,
            on_change=_ask,
            args=("text", key),
        )


def _choice(name: str, words: dict[str, str], value: str, width: int) -> None:
    """A filter; a value that nothing has any more stays until it is changed."""
    options = list(words) if value in words else [*words, value]
    key = keyed(f"findings-{name}", value)
    st.selectbox(
        name.capitalize(),
        options,
        key=key,
        format_func=lambda option: words.get(option, shown(option)),
        label_visibility="collapsed",
        width=width,
        on_change=_ask,
        args=(name, key),
    )


def _render_rows(state: AppState, found: Findings, chosen: FindingLine | None) -> None:
    if not found.lines:
        return
    keys = [line.key for line in found.lines]
    rows = [cells(line) for line in found.lines]
    names = dict.fromkeys(name for row in rows for name in row)
    key = f"findings-{state.generation}-{short(repr((state.what_if, state.findings)))}"
    st.dataframe(
        rows,
        hide_index=True,
        height="auto" if len(found.lines) <= MOST_ROWS_SHOWN else TABLE_HEIGHT,
        key=key,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [keys.index(chosen.key)] if chosen else []}},
        on_select=partial(_select, key, keys),
        column_order=[name for name in names if chosen is None or name not in TOLD_BESIDE],
        column_config={
            name: st.column_config.Column(width=width) for name, width in (NARROW if chosen else WIDE).items()
        },
    )


def cells(line: FindingLine) -> dict[str, str]:
    """A finding as a row."""
    sign, _, word = SEVERITIES[line.severity]
    place = f"{line.file}:{line.line}" if line.line else line.file
    found = {"severity": f"{sign} {word}", "id": line.check, "finding": line.title, "object": line.object}
    found["place"] = place
    return {**found, "suppressed because": line.suppressed} if line.suppressed else found


def _render_pages(found: Findings) -> None:
    if found.pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="nv-pages"):
        page, last = found.page, found.page == found.pages - 1
        st.button(
            "◀", key="findings-back", help="The page before", disabled=page == 0, on_click=_turn, args=(page - 1,)
        )
        st.text(f"Page {page + 1:,} of {found.pages:,}: {plural(len(found.lines), 'row')}")
        st.button("▶", key="findings-on", help="The next page", disabled=last, on_click=_turn, args=(page + 1,))


def _render_suppressions(state: AppState) -> None:
    """Reading a file of suppressions, and letting go of it."""
    count = len(state.findings.suppressions)
    key = f"findings-suppressions-{state.generation}"
    panel = st.expander(f"Suppressions ({count:,})" if count else "Suppressions", on_change="rerun", key=key)
    if not panel.open:
        return
    with panel:
        text(
            "A file that says which findings are known, and why. It is the one of netviz lint --suppress.",
            "quiet",
            "sup",
        )
        upload = st.file_uploader(
            "File of suppressions", type=("yaml", "yml"), key=f"findings-upload-{state.generation}"
        )
        if upload is not None and st.button("Apply the suppressions", type="primary", key="findings-apply"):
            applied = False
            with guarded("suppressions"):
                update(findings=suppressed_by(state.findings, upload.name, upload.getvalue()))
                applied = True
            if applied:
                st.rerun(scope="fragment")
        if count:
            st.button("Forget the suppressions", key="findings-forget", on_click=_forget)


def suppressed_by(question: FindingsQuestion, name: str, data: bytes) -> FindingsQuestion:
    """The question without what a file suppresses; SuppressionError if the file cannot be used."""
    from netviz.analysis.findings.suppression_file import read_suppressions

    return replace(question, suppressions=read_suppressions(name, data), page=0)


def _forget() -> None:
    update(findings=replace(current().findings, suppressions=(), suppressed=False, page=0))


def _render_chosen(state: AppState, bench: Bench, line: FindingLine | None) -> None:
    if line is None:
        return
    if line.why is not None and state.subject.question == line.why:
        st.button("◀ Back to the finding", key="finding-back", type="tertiary", on_click=_leave)
        render_pair(state, bench, hint="")
        return
    with st.container(height=PANEL_HEIGHT, border=False, key="nv-finding"):
        _render_finding(line)


def _render_finding(line: FindingLine) -> None:
    _, colour, word = SEVERITIES[line.severity]
    st.markdown(f":{colour}-badge[{word}] :gray-badge[{line.check}]")
    text(line.title, "title", "finding-title")
    text(line.object, "strong", "finding-object")
    st.text(_sentence(line.message))
    if line.file:
        text(" · ".join(filter(None, (f"{line.file}:{line.line}", line.path))), "quiet", "finding-place")
    if line.excerpt:
        st.code(dedent("\n".join(code for _, code in line.excerpt)), language="yaml", wrap_lines=True)
    if line.advice:
        text("What to do", "group", "finding-advice")
        st.text(_sentence(line.advice))
    if line.shown_by:
        text("Shown by", "group", "finding-witness")
        st.text(line.shown_by)
        if line.why is not None:
            st.button("Why is it so?", key="finding-why", type="primary", on_click=_explain, args=(line.why,))
    text("Why it matters", "group", "finding-rationale")
    st.text(line.rationale)
    if line.suppressed:
        text("Suppressed because", "group", "finding-suppressed")
        st.text(line.suppressed)
    elif line.suppression:
        with st.expander("Leave it out"):
            text("Add this to a file of suppressions, with the reason.", "quiet", "finding-leave")
            st.code(line.suppression, language="yaml", wrap_lines=True)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _select(key: str, keys: list[str]) -> None:
    rows = st.session_state[key].selection.rows
    update(finding=keys[rows[0]] if rows and rows[0] < len(keys) else "")


def _explain(question: WhyQuestion) -> None:
    update(subject=Subject(question=question))


def _leave() -> None:
    update(subject=Subject())


def _turn(page: int) -> None:
    update(findings=replace(current().findings, page=page))


def _ask(name: str, key: str) -> None:
    value = st.session_state[key]
    changes: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value, "page": 0}
    update(findings=replace(current().findings, **changes))
