"""What policies allow with pods that are not in the input, and with addresses outside, and which rules do so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from netviz.ui.panel_why import render_traces, render_verdict
from netviz.ui.parts import callout, guarded, text
from netviz.ui.state import NOTHING, AppState, Subject, short, update
from netviz.ui.text import label, plural
from netviz.workbench import Bench, ExposureLine, WhyQuestion

MOST_ROWS = 2_000
FEW_ROWS = 16
TABLE_HEIGHT = 620
PANEL_HEIGHT = 620
MOST_RULES = 12
HINT = "Choose a row to see the rules that allow it."
HINT_CHOSEN = "Choose another row, or clear the box of this one to see the list alone."
SCOPES = {"": "All", "any": "Any pod", "outside": "Outside", "described": "Some pods"}
DIRECTIONS = {"": "In and out", "ingress": "Into it", "egress": "Out of it"}
WHAT = (
    "By the policies of the workload itself: what it allows with pods that are not in the input, be they yet to come\n"
    "or in a namespace that was not exported. What is open to any pod is not told again for some."
)


def render_exposure(state: AppState, bench: Bench) -> None:
    """Filters and rows: what is open to most comes first."""
    exposed = bench.exposure(state.what_if)
    lines = exposed.lines
    text(summary_words(lines, outside=exposed.outside), "strong", "exposure-summary")
    text(WHAT, "quiet", "exposure-what")
    if exposed.left_out:
        callout("info", exposed.left_out, key="exposure-left-out")
    with st.container(horizontal=True, vertical_alignment="center", key="nv-filters-exposure"):
        scope = st.segmented_control(
            "Open to",
            tuple(SCOPES),
            default="",
            required=True,
            format_func=lambda name: SCOPES[name],
            label_visibility="collapsed",
            key=f"exposure-scope-{state.generation}",
        )
        direction = st.segmented_control(
            "Direction",
            tuple(DIRECTIONS),
            default="",
            required=True,
            format_func=lambda name: DIRECTIONS[name],
            label_visibility="collapsed",
            key=f"exposure-direction-{state.generation}",
        )
        wanted = st.text_input(
            "Workload",
            placeholder="Part of a name",
            label_visibility="collapsed",
            width=200,
            key=f"exposure-text-{state.generation}",
        )
    found = filtered(lines, scope or "", direction or "", wanted or "")
    if not found:
        text("Nothing is left by these filters." if lines else "No workload is exposed.", "quiet", "exposure-none")
        return
    chosen = next((line for line in found if _name(line) == state.exposed), None)
    text(HINT if chosen is None else HINT_CHOSEN, "quiet", "exposed-hint")
    # Two columns in any case: were the list to move, it would be built anew, and scroll back to its top.
    columns = st.columns([11, 6], gap="medium")
    with columns[0]:
        _render_rows(state, found, chosen)
    if chosen is not None:
        with columns[1], guarded("exposed"):
            _render_chosen(state, bench, chosen)


def summary_words(lines: Sequence[ExposureLine], *, outside: bool = True) -> str:
    """How many workloads are open to any pod and to the outside, by direction into them."""
    inward = [line for line in lines if line.direction == "ingress"]
    counted = Counter(scope for scope, _ in {(line.scope, line.workload) for line in inward})
    parts = [
        f"{plural(counted['any'], 'workload accepts', 'workloads accept')} something from any pod",
        *([f"{counted['outside']:,} from addresses outside of the cluster"] if outside else []),
        f"{counted['described']:,} from pods with certain labels",
    ]
    left_out = "" if outside else " Addresses outside are not told: policies tell too many of them apart."
    return f"{', '.join(parts)}.{left_out}"


def filtered(lines: Sequence[ExposureLine], scope: str, direction: str, wanted: str) -> list[ExposureLine]:
    """The lines that the filters leave."""
    return [
        line
        for line in lines
        if scope in ("", line.scope)
        and direction in ("", line.direction)
        and wanted.strip().casefold() in line.workload.casefold()
    ]


def _name(line: ExposureLine) -> str:
    """What tells a line from every other one, also after a switch."""
    return f"{line.workload} {line.direction} {line.peers}"


def _render_rows(state: AppState, found: Sequence[ExposureLine], chosen: ExposureLine | None) -> None:
    names = [_name(line) for line in found[:MOST_ROWS]]
    key = f"exposure-{state.generation}-{short(repr((state.what_if, names)))}"
    unless = any(line.unless for line in found)
    st.dataframe(
        [
            {
                "workload": line.workload,
                "direction": line.direction,
                "with": line.peers,
                "allowed": line.allow,
                **({"unless other labels deny it": line.unless} if unless else {}),
                "allowed by": line.because,
            }
            for line in found[:MOST_ROWS]
        ],
        hide_index=True,
        height="auto" if len(found) <= FEW_ROWS else TABLE_HEIGHT,
        key=key,
        selection_mode="single-row",
        selection_default={
            "selection": {"rows": [names.index(state.exposed)] if chosen and state.exposed in names else []}
        },
        on_select=partial(_select, key, names),
    )
    if len(found) > MOST_ROWS:
        text(f"The first {MOST_ROWS:,} of {len(found):,} rows: the CSV file has all.", "quiet", "exposure-cut")


def _select(key: str, names: Sequence[str]) -> None:
    rows = st.session_state[key].selection.rows
    update(exposed=names[rows[0]] if rows and rows[0] < len(names) else "", subject=NOTHING)


def _render_chosen(state: AppState, bench: Bench, line: ExposureLine) -> None:
    """The entry in full: the rules that allow it, and for an address outside what every rule says of one."""
    with st.container(height=PANEL_HEIGHT, border=False, key="nv-exposed"):
        text(line.workload, "title", "exposed")
        text(f"{DIRECTIONS[line.direction]}, with {line.peers}", "quiet", "exposed-scope")
        st.text(f"Allowed: {line.allow or 'nothing for sure'}")
        if line.unless:
            st.text(f"Unless other labels deny it: {line.unless}")
        text("Allowed by" if line.rules else "No policy decides it, so it is allowed.", "group", "exposed-rules")
        for number, (policy, path) in enumerate(line.rules[:MOST_RULES]):
            with st.container(border=True, key=f"nv-card-on-rule-{number}"):
                if st.button(label(policy), key=f"exposed-rule-{number}", type="tertiary", help="Read the policy"):
                    update(reading=policy)
                    # A callback of a fragment would run the fragment alone, and the policy is shown beside the page.
                    st.rerun()
                text(path, "quiet", f"exposed-path-{number}")
        if len(line.rules) > MOST_RULES:
            text(f"{len(line.rules) - MOST_RULES:,} more rules: the CSV file has all.", "quiet", "exposed-more")
        if line.question is not None and state.subject.question == line.question:
            answer = bench.why(state.what_if, line.question)
            render_verdict(answer, "exposed")
            render_traces(answer, "exposed")
        elif line.question is not None:
            words = f"Explain it for {line.example}"
            st.button(words, key="exposed-why", type="primary", on_click=_explain, args=(line.question,))


def _explain(question: WhyQuestion) -> None:
    update(subject=Subject(question=question))
