"""Trying connections on the cluster: the script to run, and its results beside the prediction."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from netviz.exporters.probe_script import MOST_BYTES
from netviz.ui.panel_pair import explain_beside_map, selected_question
from netviz.ui.parts import guarded, text
from netviz.ui.state import AppState, current, update
from netviz.ui.text import plural
from netviz.workbench import Bench, CheckQuestion, Observed, ObservedLine, ProbeQuestion, ProbeScript

SCRIPT_NAME = "probes.sh"
OUTCOMES = {"differs": "✗ Differs", "unclear": "? Unclear", "settled": "✓ Settled", "agrees": "✓ Agrees"}
SOURCES = {False: "The expectations", True: "The selected connection"}
MOST_SKIPPED = 8
HOW = "sh probes.sh > observed.tsv"


def render_probes(state: AppState, bench: Bench, expectations: CheckQuestion) -> None:
    """The two steps: a script to download, and a place to drop what it has printed."""
    script, results = st.columns([6, 5], gap="large")
    with script, guarded("probes"):
        text("1. Run the script where kubectl reaches the cluster", "strong", "probes-script")
        _render_script(state, bench, expectations)
    with results, guarded("observed"):
        text("2. Drop what it has printed", "strong", "probes-results")
        upload = st.file_uploader("Results", type=("tsv", "txt"), key=f"observed-{state.generation}")
        if upload is not None:
            # One byte more than is read is enough to be told that it is too much.
            data = upload.getvalue()[: MOST_BYTES + 1]
            state = update(expecting=replace(state.expecting, observed=data))
        if state.expecting.observed:
            _render_observed(bench.observed(state.what_if, state.expecting.observed))
        else:
            text("Each difference from what netviz predicts is then shown here.", "quiet", "probes-empty")


def _render_script(state: AppState, bench: Bench, expectations: CheckQuestion) -> None:
    pair = selected_question(state, bench)
    key = f"probe-pair-{state.generation}"
    if pair is not None:
        st.session_state[key] = state.expecting.probe_pair
        st.segmented_control(
            "Try",
            list(SOURCES),
            key=key,
            required=True,
            format_func=lambda choice: SOURCES[choice],
            label_visibility="collapsed",
            on_change=_choose_source,
            args=(key,),
        )
    one = pair is not None and state.expecting.probe_pair
    question = ProbeQuestion(connection=pair) if one else ProbeQuestion(expectations=expectations)
    found = bench.probes(state.what_if, question)
    _render_planned(found)


def _choose_source(key: str) -> None:
    update(expecting=replace(current().expecting, probe_pair=bool(st.session_state[key])))


def _render_planned(found: ProbeScript) -> None:
    probes, skipped = found.planned.probes, found.planned.skipped
    text(
        "It changes nothing in the cluster: it reads names and addresses and opens TCP connections from inside of pods"
        " (kubectl exec). What is expected is what netviz predicts now.",
        "quiet",
        "probes-about",
    )
    if probes:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                "Download the script",
                data=found.script.encode("utf-8"),
                file_name=SCRIPT_NAME,
                mime="text/x-shellscript",
                type="primary",
                key="probes-download",
                on_click="ignore",
            )
            st.code(HOW, language=None)
        st.dataframe(
            [
                {
                    "expected": probe.expected,
                    "from": _name(probe.source),
                    "to": _name(probe.target),
                    "port": f"TCP {probe.port}",
                    "because of": probe.title,
                }
                for probe in probes
            ],
            hide_index=True,
            key="probes-planned",
        )
    else:
        text("There is no connection to try.", "quiet", "probes-none")
    if skipped:
        text(f"Not tried ({len(skipped):,}):", "strong", "probes-skipped")
        for number, line in enumerate(skipped[:MOST_SKIPPED]):
            text(line, "quiet", f"probes-skipped-{number}")
        if len(skipped) > MOST_SKIPPED:
            text(f"and {len(skipped) - MOST_SKIPPED:,} more; the script lists them all", "quiet", "probes-more")


def _render_observed(observed: Observed) -> None:
    text(observed.words, "strong", "observed-counts")
    differing = [line for line in observed.lines if line.outcome == "differs"]
    if observed.lines:
        st.dataframe(
            [
                {
                    "outcome": OUTCOMES[line.outcome],
                    "predicted": line.predicted,
                    "observed": line.observed,
                    "from": _name(line.source),
                    "to": _name(line.target),
                    "port": f"TCP {line.port}",
                    "meaning": line.words,
                }
                for line in observed.lines
            ],
            hide_index=True,
            key="observed-lines",
        )
    for number, line in enumerate(differing[:MOST_SKIPPED]):
        _render_difference(line, number)
    if observed.problems:
        text(f"{plural(len(observed.problems), 'line')} could not be used:", "strong", "observed-problems")
        for number, problem in enumerate(observed.problems[:MOST_SKIPPED]):
            text(problem, "quiet", f"observed-problem-{number}")


def _render_difference(line: ObservedLine, number: int) -> None:
    with st.container(key=f"nv-step-no-observed-{number}"):
        flow = f"{_name(line.source)} → {_name(line.target)}, TCP {line.port}"
        st.text(f"{flow}: {line.observed}, and not {line.predicted}")
        text(line.words, "quiet", f"observed-difference-{number}")
        if st.button("Why it is predicted", key=f"observed-why-{number}"):
            explain_beside_map(line.question)



def _name(end: str) -> str:
    """An end without its kind."""
    return end.partition("[")[0]
