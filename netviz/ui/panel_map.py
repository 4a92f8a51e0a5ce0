"""The map with its filters and numbers, and beside it the explanation of what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import partial

import streamlit as st

from netviz import workbench
from netviz.errors import shown
from netviz.exporters.vis import payload
from netviz.ui.address import sync_address
from netviz.ui.graph import Selection, draw
from netviz.ui.opening import namespaces_of
from netviz.ui.panel_assumptions import render_assumptions
from netviz.ui.panel_fidelity import render_chip
from netviz.ui.panel_why import render_why
from netviz.ui.parts import callout, guarded, text
from netviz.ui.state import NOTHING, AppState, Subject, current, refine, short, update
from netviz.ui.text import node_name, plural
from netviz.view.picture import Counts, Node, Picture
from netviz.view.settings import LEVELS, MOST_HOPS
from netviz.workbench import ChangeLine, PictureAnswer, ViewSettings, WhyQuestion

MOST_CARDS_DRAWN = 300
MOST_ARROWS_DRAWN = 800
CHANGES_HEIGHT = 300
CARDS = {"workload": "workload", "pod": "endpoint", "namespace": "namespace"}
"""What a card of each level is called; at the level of pods a workload without listed pods is one endpoint."""

MOST_CHANGES_SHOWN = 7


@st.fragment
def render_map() -> None:
    """Filters, map and explanation: a click on the map runs only this again."""
    state = current()
    if state.bench is None:
        return
    drawn = False
    with guarded("map"), st.container(key="nv-fragment"):
        if is_beyond_drawing(state, state.bench):
            _render_filters(state, state.bench, ())
            render_too_many()
        else:
            answer = state.bench.picture(state.what_if, state.question)
            _render_numbers(state, state.bench, answer)
            _render_filters(state, state.bench, answer.picture.nodes)
            _render_map_and_panel(state, state.bench, answer)
        drawn = True
    if not drawn:
        st.button("Show everything", key="show-everything", on_click=_show_everything)
    sync_address()


def is_beyond_drawing(state: AppState, bench: workbench.Bench) -> bool:
    """Whether everything at once is asked for, and that is so much that it is not even worth working out."""
    summary = bench.summary()
    size = {"workload": summary.workloads, "pod": max(summary.pods, summary.workloads)}.get(state.settings.by, 0)
    return size > MOST_CARDS_DRAWN and not state.settings.namespaces and not state.settings.focus


def render_too_many() -> None:
    """Say that this view shows too much, and how to see less."""
    callout(
        "info",
        "This is too much to read at once. Choose namespaces, focus on one card, or look at whole namespaces.",
        key="too-many",
    )


def _show_everything() -> None:
    update(settings=ViewSettings(), subject=NOTHING)


def _render_map_and_panel(state: AppState, bench: workbench.Bench, answer: PictureAnswer) -> None:
    columns = st.columns([11, 4] if state.explaining else 1, gap="medium")
    with columns[0]:
        _render_picture(state, answer.picture)
        _render_notes(answer)
        _render_changes(answer.changes)
    if state.explaining:
        with columns[1], guarded("why"):
            render_why(current(), bench, answer.picture)


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
            counts_line(answer.picture.counts, cards=CARDS[state.settings.by], what_if=bool(answer.picture.what_if)),
            width="content",
        )
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            key = _keyed("explaining", state.explaining)
            st.toggle("Explain", key=key, help="A panel beside the map", on_change=_set_explaining, args=(key,))
            render_chip(state, bench)
            render_assumptions(state, bench)
            _render_downloads(state, bench)


def _render_downloads(state: AppState, bench: workbench.Bench) -> None:
    with st.popover("Download"):
        for dark, theme in ((False, "light"), (True, "dark")):
            st.download_button(
                f"Picture, {theme} (SVG)",
                data=partial(_svg, bench, state, dark=dark),
                file_name=f"netviz-{theme}.svg",
                mime="image/svg+xml",
                key=f"svg-{theme}",
                on_click="ignore",
            )
        text("PNG: the button on the map.", "quiet", "png")


def _svg(bench: workbench.Bench, state: AppState, *, dark: bool) -> bytes:
    return bench.svg(state.what_if, state.question, dark=dark).encode("utf-8")


def _render_filters(state: AppState, bench: workbench.Bench, nodes: Sequence[Node]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="nv-filters"):
        _render_level(state)
        _render_namespaces(state, bench)
        _render_focus(state, nodes)


def _render_level(state: AppState) -> None:
    key = _keyed("level", state.settings.by)
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


def _render_namespaces(state: AppState, bench: workbench.Bench) -> None:
    key = _keyed("namespaces", list(state.settings.namespaces))
    st.multiselect(
        "Namespaces",
        namespaces_of(bench),
        key=key,
        format_func=shown,
        placeholder="All namespaces",
        label_visibility="collapsed",
        on_change=_set_namespaces,
        args=(key,),
    )


def _render_focus(state: AppState, nodes: Sequence[Node]) -> None:
    names = {node.peer: node_name(node) for node in nodes if node.peer}
    key = _keyed("focus", state.settings.focus or None)
    st.selectbox(
        "Focus",
        sorted({*names, state.settings.focus} - {""}),
        key=key,
        placeholder="Focus on one…",
        index=None,
        format_func=lambda peer: shown(names.get(peer, peer)),
        label_visibility="collapsed",
        on_change=_set_focus,
        args=(key,),
    )
    if state.settings.focus:
        key = _keyed("hops", state.settings.hops)
        st.selectbox(
            "Hops",
            range(1, MOST_HOPS + 1),
            key=key,
            format_func=lambda n: plural(n, "hop"),
            label_visibility="collapsed",
            on_change=_set_hops,
            args=(key,),
            width=110,
        )


def _keyed(name: str, value: object) -> str:
    """The key of a filter, whose widget shows the state whatever it showed before."""
    key = f"{name}-{current().generation}"
    st.session_state[key] = value
    return key


def _set_level(key: str) -> None:
    refine(by=st.session_state[key], focus="")
    update(subject=NOTHING)


def _set_namespaces(key: str) -> None:
    refine(namespaces=tuple(st.session_state[key]))


def _set_focus(key: str) -> None:
    refine(focus=st.session_state[key] or "")


def _set_explaining(key: str) -> None:
    update(explaining=st.session_state[key])


def _set_hops(key: str) -> None:
    refine(hops=st.session_state[key])


def _render_picture(state: AppState, picture: Picture) -> None:
    if len(picture.nodes) > MOST_CARDS_DRAWN or len(picture.edges) > MOST_ARROWS_DRAWN:
        render_too_many()
        return
    identity = f"{state.identity}-{short(str(_frame(state.settings)))}"
    selection = draw(payload(picture, identity=identity), key=f"map-{state.generation}", height=0)
    selected = _subject(selection)
    clicked = selection.click if selection else state.clicked
    if (selected, clicked) != (state.selected, state.clicked):
        # A selection that left the picture must not take the answer to a question of the form with it.
        is_lost = selected == NOTHING and state.subject != state.selected
        update(selected=selected, clicked=clicked, subject=state.subject if is_lost else selected)


def _frame(settings: ViewSettings) -> tuple[object, ...]:
    """What makes it another map: everything but what only lights up or leaves out cards of the same map."""
    frame = replace(settings, search="", only_changes=False)
    return tuple(sorted(value) if isinstance(value, frozenset) else value for value in astuple(frame))


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


def _table_key(changes: Sequence[ChangeLine]) -> str:
    """A key of its own for every list of changes: a selected row must not stay selected in another list."""
    return f"changes-{short(repr([(change.source, change.target, change.change) for change in changes]))}"


def _explain_change(key: str, changes: Sequence[ChangeLine]) -> None:
    rows = st.session_state[key].selection.rows
    if rows:
        change = changes[rows[0]]
        update(subject=Subject(question=WhyQuestion(source=change.source, target=change.target)), explaining=True)


SIGNS = {"added": "+", "removed": "−", "changed": "±", "unknown": "?", "decided": "✓"}
