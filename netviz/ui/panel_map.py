"""The map with its filters and numbers, and beside it the explanation of what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from functools import partial

import streamlit as st

from netviz import workbench
from netviz.exporters.vis import payload
from netviz.ui.address import sync_address
from netviz.ui.busy import reserve_busy_line
from netviz.ui.controls import render_explain_switch
from netviz.ui.graph import Selection, draw
from netviz.ui.panel_assumptions import render_assumptions
from netviz.ui.panel_fidelity import render_chip
from netviz.ui.panel_filter import fold_namespace, render_filters, render_shown
from netviz.ui.panel_pack import render_pack
from netviz.ui.panel_proof import render_proof
from netviz.ui.panel_why import render_why
from netviz.ui.parts import callout, guarded, text
from netviz.ui.spotlight import spotlight
from netviz.ui.state import NOTHING, AppState, Subject, current, short, update
from netviz.ui.text import plural
from netviz.view.picture import Counts, Picture
from netviz.view.settings import frame_of
from netviz.workbench import ChangeLine, PictureAnswer, ViewSettings, WhyQuestion

TOO_MANY = (
    "There are too many cards to draw one by one, so each namespace is one card. "
    "Open a namespace, choose some above, or find a workload and focus on it."
)
CHANGES_HEIGHT = 300
CARDS = {"workload": "workload", "pod": "endpoint", "namespace": "namespace"}
"""What a card of each level is called; at the level of pods a workload without listed pods is one endpoint."""

MOST_CHANGES_SHOWN = 7


@st.fragment
def render_map() -> None:
    """Filters, map and explanation: a click on the map runs only this again."""
    reserve_busy_line()
    state = current()
    bench = state.bench
    if bench is None:
        return
    drawn = False
    with guarded("map"), st.container(key="nv-fragment"):
        answer = bench.picture(state.what_if, state.question)
        state = _listened(state, bench, answer.picture.unit)
        _render_numbers(state, bench, answer)
        render_filters(state, bench, answer.picture.nodes)
        _render_map_and_panel(state, bench, answer)
        drawn = True
    if not drawn:
        st.button("Show everything", key="show-everything", on_click=_show_everything)
    sync_address()


def _listened(state: AppState, bench: workbench.Bench, unit: str) -> AppState:
    """The state with a sentence about the last step of the what-if, if there was one since the map was drawn."""
    if state.what_if == state.told_at:
        return state
    return update(told=bench.step(state.told_at, state.what_if, unit), told_at=state.what_if)


def render_too_many() -> None:
    """Say that this view shows too much, and how to see less."""
    callout(
        "info",
        "This is too much to read at once. Choose namespaces, focus on one card, or look at whole namespaces.",
        key="too-many",
    )


def _show_everything() -> None:
    update(settings=ViewSettings(), subject=NOTHING, refused_ports="")


def _render_map_and_panel(state: AppState, bench: workbench.Bench, answer: PictureAnswer) -> None:
    picture = answer.picture
    columns = st.columns([11, 4] if state.explaining else 1, gap="medium")
    with columns[0]:
        above = st.container()
        _render_picture(state, picture)
        with above:  # filled last: what it offers depends on what was clicked
            if picture.unit != state.settings.by:
                callout("info", TOO_MANY, key="too-many")
            render_shown(current(), picture, CARDS[picture.unit])
            if state.told:
                text(state.told, "quiet", "told")
        _render_notes(answer)
        _render_changes(answer.changes)
        if state.what_if != workbench.BASELINE:
            render_proof(f"proof-{state.generation}", partial(bench.proof, state.what_if), _explain)
    if state.explaining:
        with columns[1], guarded("why"):
            render_why(current(), bench, picture)


def counts_line(counts: Counts, *, cards: str, what_if: bool) -> str:
    """The numbers as Markdown of our own making: nothing in it comes from the input."""
    parts = [f"**{plural(counts.workloads, cards)} · {plural(counts.pairs, 'allowed pair')}**"]
    if what_if:
        changes = (("green", "+", counts.added), ("red", "−", counts.removed), ("orange", "±", counts.changed))
        for (colour, sign, count), word in zip(changes, ("added", "removed", "changed"), strict=True):
            parts.append(f":{colour if count else 'gray'}-badge[{sign}{count:,} {word}]")
        if counts.now_unknown:
            parts.append(f":orange-badge[? {counts.now_unknown:,} now unknown]")
    if counts.unknown:
        parts.append(f":gray-badge[? {counts.unknown:,} unknown]")
    return "  ".join(parts)


def _render_numbers(state: AppState, bench: workbench.Bench, answer: PictureAnswer) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="nv-bar-numbers"
    ):
        st.markdown(
            counts_line(answer.picture.counts, cards=CARDS[answer.picture.unit], what_if=bool(answer.picture.what_if)),
            width="content",
        )
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            render_explain_switch(state, "map", "map")
            render_chip(state, bench)
            render_assumptions(state, bench)
            render_pack(state, bench)


def _render_picture(state: AppState, picture: Picture) -> None:
    identity = f"{state.identity}-{short(str(_frame(state.settings)))}"
    data = {**payload(picture, identity=identity), "news": state.told, "spotlight": spotlight(state.entered, picture)}
    selection = draw(data, key=f"map-{state.generation}", on_collapse=fold_namespace)
    selected = _subject(selection)
    clicked = selection.click if selection else state.clicked
    region = selection.id if selection and selection.type == "box" else ""
    if region != state.region:
        update(region=region)
    if (selected, clicked) != (state.selected, state.clicked):
        # A selection that left the picture must not take the answer to a question of the form with it.
        is_lost = selected == NOTHING and state.subject != state.selected
        update(selected=selected, clicked=clicked, subject=state.subject if is_lost else selected)


def _frame(settings: ViewSettings) -> tuple[object, ...]:
    """What makes it another map: everything but what only lights up or leaves out cards of the same map."""
    return tuple(sorted(value) if isinstance(value, frozenset) else value for value in astuple(frame_of(settings)))


def _subject(selection: Selection | None) -> Subject:
    if selection is None:
        return NOTHING
    match selection.type:
        case "node":
            return Subject(node=selection.id)
        case "edge":
            return Subject(source=selection.source, target=selection.target)
        case _:
            return NOTHING


def _render_notes(answer: PictureAnswer) -> None:
    with st.container(key="nv-quiet-notes"):
        for line in (answer.picture.what_if, *answer.picture.notes):
            if line:
                st.text(line)


def _render_changes(changes: Sequence[ChangeLine]) -> None:
    if not changes:
        return
    text(f"What the what-if changes ({len(changes):,}): select one to see why", "strong", "changes")
    key = _table_key(changes)
    st.dataframe(
        [
            {
                "change": f"{SIGNS.get(change.change, '')} {change.change}",
                "from": change.source_label,
                "to": change.target_label,
                "before": change.before or "nothing",
                "now": change.after or "nothing",
            }
            for change in changes
        ],
        hide_index=True,
        height="auto" if len(changes) <= MOST_CHANGES_SHOWN else CHANGES_HEIGHT,
        key=key,
        selection_mode="single-row",
        on_select=partial(_explain_change, key, changes),
    )


def _explain(question: WhyQuestion) -> None:
    update(subject=Subject(question=question, asked=True), explaining=True)


def _table_key(changes: Sequence[ChangeLine]) -> str:
    """A key of its own for every list of changes: a selected row must not stay selected in another list."""
    return f"changes-{short(repr([(change.source, change.target, change.change) for change in changes]))}"


def _explain_change(key: str, changes: Sequence[ChangeLine]) -> None:
    rows = st.session_state[key].selection.rows
    if rows:
        change = changes[rows[0]]
        update(subject=Subject(question=WhyQuestion(source=change.source, target=change.target)), explaining=True)


SIGNS = {"added": "+", "removed": "−", "changed": "±", "unknown": "?", "decided": "✓"}
