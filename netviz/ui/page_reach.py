"""How far somebody gets: what is reached from a start, hop by hop, and where that can be stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from netviz.errors import UsageError, shown
from netviz.ui.address import sync_address
from netviz.ui.busy import reserve_busy_line
from netviz.ui.controls import keyed, render_explain_switch, render_parts, title_bar
from netviz.ui.panel_exposure import render_exposure
from netviz.ui.panel_fidelity import render_chip
from netviz.ui.panel_pair import render_pair, selected_question
from netviz.ui.parts import callout, guarded, render_listed, text
from netviz.ui.state import AppState, Subject, current, short, update
from netviz.ui.text import label, plural
from netviz.view.words import connection_words, short_words
from netviz.workbench import MOST_ENDPOINTS, Bench, EndpointChoice, ReachAnswer, ReachedLine, Way
from netviz.workbench.reach_words import cut_words, reach_sentences

HINT = "Choose a hop to see which rules allow it."
INTERNET, CONTROLLER = "internet", "ingress-controller"
STARTS = {INTERNET: "The Internet (any address outside)", CONTROLLER: "Ingress controller"}
PARTS = {"reach": "Reach", "exposure": "Exposure"}
NO_STARTS = frozenset(("Service", "HostEndpoint"))
SHOWN_IN_LEVEL = 12
MOST_ROWS = 2_000
MOST_CHOKES = 8
LEVEL_WIDTH = 148
START_WIDTH = 112
MOST_LEVELS = 12
TABLE_HEIGHT = 420
FEW_ROWS = 11


@st.fragment
def render_reach() -> None:
    """Start, levels, way, choke points and table, and the explanation of the chosen hop beside them."""
    reserve_busy_line()
    state = current()
    if state.bench is None:
        return
    with guarded("reach"), st.container(key="nv-fragment-reach"):
        if state.reach_part == "exposure":
            _render_title(state, state.bench, None)
            render_exposure(state, state.bench)
            sync_address()
            return
        problem, answer = "", None
        try:
            answer = state.bench.reach(state.what_if, state.reach)
        except UsageError as error:
            problem = str(error)
        _render_title(state, state.bench, answer)
        _render_filters(state, state.bench, answer.way.label if answer and answer.way else state.reach.target)
        if answer is None:
            callout("warning", "There is nothing to start from.", (problem,), key="reach")
            return
        columns = st.columns([11, 4] if state.explaining else 1, gap="medium")
        with columns[0]:
            _render_answer(state, answer)
        if state.explaining:
            with columns[1], guarded("why"):
                render_pair(state, state.bench, hint=HINT)
    sync_address()


def title_words(answer: ReachAnswer | None) -> str:
    """How much is reached, in a few words."""
    if answer is None:
        return "Reach"
    return f"{answer.sure:,} of {plural(answer.total, answer.unit)} can be reached from {answer.start}"


def _render_title(state: AppState, bench: Bench, answer: ReachAnswer | None) -> None:
    exposed = state.reach_part == "exposure"
    with title_bar("reach", "Exposure to what is not in the input" if exposed else title_words(answer)):
        render_parts("reach-part", PARTS, state.reach_part, lambda part: update(reach_part=part))
        if not exposed:
            render_explain_switch(state, "reach", "answer")
        render_chip(state, bench)
        if exposed or answer is not None:
            st.download_button(
                "CSV",
                data=partial(_csv, bench, state),
                file_name=f"netviz-{state.reach_part}.csv",
                mime="text/csv",
                key=f"csv-{state.reach_part}",
                on_click="ignore",
                help="Download all rows for a spreadsheet",
            )


def _csv(bench: Bench, state: AppState) -> bytes:
    if state.reach_part == "exposure":
        return bench.exposure_csv(state.what_if).encode("utf-8")
    return bench.reach_csv(state.what_if, state.reach).encode("utf-8")


def starts_of(bench: Bench, choices: Sequence[EndpointChoice]) -> dict[str, str]:
    """What a walk can start from, with its label: the Internet, namespaces, workloads and pods."""
    found = {INTERNET: STARTS[INTERNET]}
    if any(choice.id == CONTROLLER for choice in choices):
        found[CONTROLLER] = STARTS[CONTROLLER]
    found |= {f"namespace/{name}": f"{name} (all of the namespace)" for name in bench.namespaces()}
    ends = {choice.id: choice.label for choice in choices if choice.id not in found and choice.kind not in NO_STARTS}
    return found | ends


def targets_of(choices: Sequence[EndpointChoice]) -> dict[str, str]:
    """What a way can lead to, with its label."""
    return {c.id: c.label for c in choices if c.kind not in NO_STARTS and c.id != CONTROLLER}


def _render_filters(state: AppState, bench: Bench, target: str) -> None:
    """The question; `target` is how the target is called if it was chosen in the answer."""
    question = state.reach
    choices = bench.endpoints(state.settings.namespaces)
    starts, targets = starts_of(bench, choices), targets_of(choices)
    with st.container(horizontal=True, vertical_alignment="bottom", key="nv-filters-reach"):
        key = keyed("reach-start", question.start)
        st.selectbox(
            "From",
            list(starts) if question.start in starts else [question.start, *starts],
            key=key,
            format_func=lambda name: shown(starts.get(name, name)),
            placeholder="Choose, or type an IP address",
            accept_new_options=True,
            width=330,
            on_change=_ask,
            args=("start", key),
        )
        key = keyed("reach-target", question.target or None)
        st.selectbox(
            "Way to",
            list(targets) if question.target in ("", *targets) else [question.target, *targets],
            key=key,
            index=None,
            format_func=lambda name: shown(targets.get(name, target)),
            placeholder="Choose one to see the way",
            accept_new_options=len(choices) >= MOST_ENDPOINTS,
            width=330,
            on_change=_ask,
            args=("target", key),
        )
        key = keyed("reach-by", question.by)
        st.selectbox(
            "Count", ("workload", "pod"), key=key, format_func=_counted_by, width=140, on_change=_ask, args=("by", key)
        )
        key = keyed("reach-declared", question.declared)
        st.toggle(
            "Declared ports only",
            key=key,
            help="A hop must be on a port that its target declares; a target that declares none counts with every port",
            on_change=_ask,
            args=("declared", key),
        )
    render_listed(choices, "reach")


def _counted_by(level: str) -> str:
    return f"{level.capitalize()}s"


def _render_answer(state: AppState, answer: ReachAnswer) -> None:
    for number, line in enumerate(reach_sentences(answer)[1:]):
        text(line, "quiet", f"reach-{number}")
    if not answer.lines:
        text("No other pod is reached from here, surely or perhaps.", "strong", "reach-nothing")
        return
    _render_levels(answer)
    if answer.way is not None:
        _render_way(state, answer.way, answer.unit)
    _render_chokes(answer)
    _render_rows(state, answer)


def _render_levels(answer: ReachAnswer) -> None:
    """One column for each number of hops."""
    badges = {choke.id: f":orange-badge[leads to {choke.cuts:,} more]" for choke in answer.chokes}
    for number, hop in enumerate(answer.way.hops if answer.way else (), start=1):
        badges[hop.target] = f":blue-badge[way, hop {number}] {badges.get(hop.target, '')}".strip()
    by_hops: dict[int, list[ReachedLine]] = {}
    for line in answer.lines:
        if line.sure:
            by_hops.setdefault(line.hops, []).append(line)
    perhaps = [line for line in answer.lines if not line.sure]
    with st.container(horizontal=True, key="nv-board-reach"):
        with st.container(width=START_WIDTH, key="nv-column-reach-0"):
            text("Start", "strong", "level-0")
            text(answer.start, "quiet", "level-start")
            if "" in badges:
                st.markdown(f":gray-badge[Ingress controller] {badges['']}")
        for hops in sorted(by_hops)[:MOST_LEVELS]:
            _render_level(f"{plural(hops, 'hop')} · {len(by_hops[hops]):,}", f"{hops}", by_hops[hops], badges)
        if perhaps:
            _render_level(f"Perhaps · {len(perhaps):,}", "perhaps", perhaps, badges)
    if len(by_hops) > MOST_LEVELS:
        text(f"Further levels, up to {max(by_hops):,} hops, are in the list below.", "quiet", "levels-cut")


def _render_level(heading: str, key: str, lines: Sequence[ReachedLine], badges: Mapping[str, str]) -> None:
    """Its peers, first those on the way, and those that others are reached only through."""
    ordered = sorted(lines, key=lambda line: (line.id not in badges, line.label))
    with st.container(width=LEVEL_WIDTH, key=f"nv-column-reach-{key}"):
        text(heading, "strong", f"level-{key}")
        for line in ordered[:SHOWN_IN_LEVEL]:
            with st.container(border=True, key=f"nv-card-on-reach-{short(line.id)}"):
                st.button(
                    label(line.label),
                    key=f"reach-to-{short(line.id)}",
                    type="tertiary",
                    help="Show the way",
                    on_click=_lead_to,
                    args=(line.id,),
                )
                text(short_words(line.opens), "quiet", f"level-ports-{short(line.id)}")
                if line.id in badges:
                    st.markdown(badges[line.id])
        if len(lines) > SHOWN_IN_LEVEL:
            text(f"{len(lines) - SHOWN_IN_LEVEL:,} more: see the list below.", "quiet", f"level-more-{key}")


def _render_way(state: AppState, way: Way, unit: str) -> None:
    text(f"The way to {way.label}", "strong", "way")
    text(cut_words(way, unit), "quiet", "way-cut")
    if not way.hops:
        return
    question = selected_question(state, state.bench) if state.bench else None
    questions = [hop.question for hop in way.hops]
    chosen = [questions.index(question)] if question and question in questions else []
    key = f"way-{state.generation}-{short(repr((state.what_if, state.reach)))}"
    st.dataframe(
        [
            {
                "hop": number,
                "from": hop.source_label,
                "to": hop.target_label,
                "over": connection_words(hop.opens) if hop.question else "an Ingress object lets clients in",
            }
            for number, hop in enumerate(way.hops, start=1)
        ],
        hide_index=True,
        key=key,
        selection_mode="single-row",
        selection_default={"selection": {"rows": chosen}},
        on_select=partial(_explain_hop, key, way),
    )


def _render_chokes(answer: ReachAnswer) -> None:
    if not answer.chokes:
        text("There is no choke point: no single one is on all ways to another.", "quiet", "no-choke")
        return
    text("Choke points", "strong", "chokes")
    text(f"Cut off one of these, and so many {answer.unit}s fewer are reached.", "quiet", "chokes-what")
    st.dataframe(
        [{answer.unit: choke.label, "fewer are reached": choke.cuts} for choke in answer.chokes[:MOST_CHOKES]],
        hide_index=True,
        width=480,
        key=f"chokes-{current().generation}",
    )


def _render_rows(state: AppState, answer: ReachAnswer) -> None:
    text("Everything that is reached: choose a row to see the way", "strong", "reached")
    lines = answer.lines[:MOST_ROWS]
    key = f"reached-{state.generation}-{short(repr((state.what_if, replace(state.reach, target=''))))}"
    st.dataframe(
        [
            {
                "hops": line.hops,
                "reached": line.label,
                "over": connection_words(line.opens),
                "through": " › ".join(line.through),
                "verdict": "reached" if line.sure else "perhaps",
            }
            for line in lines
        ],
        hide_index=True,
        height="auto" if len(lines) <= FEW_ROWS else TABLE_HEIGHT,
        key=key,
        selection_mode="single-row",
        on_select=partial(_lead_to_row, key, [line.id for line in lines]),
    )
    if len(answer.lines) > MOST_ROWS:
        text(f"The first {MOST_ROWS:,} of {len(answer.lines):,} rows: the CSV file has all.", "quiet", "reached-cut")


def _lead_to(peer: str) -> None:
    update(reach=replace(current().reach, target=peer))


def _lead_to_row(key: str, peers: list[str]) -> None:
    rows = st.session_state[key].selection.rows
    if rows and rows[0] < len(peers):
        _lead_to(peers[rows[0]])


def _explain_hop(key: str, way: Way) -> None:
    rows = st.session_state[key].selection.rows
    question = way.hops[rows[0]].question if rows and rows[0] < len(way.hops) else None
    if question is not None:
        update(subject=Subject(question=question), explaining=True)


def _ask(name: str, key: str) -> None:
    value = st.session_state[key]
    changes: dict[str, Any] = {name: "" if value is None else value.strip() if isinstance(value, str) else value}
    if name == "start":
        changes["start"] = changes["start"] or INTERNET
    update(reach=replace(current().reach, **changes))
