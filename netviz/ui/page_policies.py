"""The board: one column per tier in the order of evaluation, and in it a card per policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

import streamlit as st

from netviz import workbench
from netviz.errors import shown
from netviz.ui.controls import render_parts, title_bar
from netviz.ui.panel_impact import impact_badges, marks, render_impact
from netviz.ui.panel_selecting import render_inspected
from netviz.ui.panel_toggles import is_found
from netviz.ui.parts import guarded, text
from netviz.ui.state import AppState, Editing, current, go_to, short, update
from netviz.ui.text import label, plural
from netviz.ui.toggles import (
    CLUSTER,
    NOTES,
    OVERRIDDEN,
    UNSUPPORTED,
    cards_of,
    is_on,
    numbered,
    order_words,
    overridden,
    place_words,
    render_switch,
    stage_words,
)
from netviz.workbench import BoardCard, ImpactLine, TierColumn, WhatIf

FLOW = "Evaluated from left to right. A tier decides, or passes on; what no tier decides is allowed."
SHORT_BOARD = 8
MOST_CARDS = 40
"""Cards that one column shows at once; the search finds the others."""

COLUMN_WIDTH = 310
CARD_WIDTH = 258
"""Of a card where a single tier has the whole width, and its cards stand side by side."""

PARTS = {"tiers": "By tier", "impact": "By impact"}
ACTIONS = (("green", "allow"), ("red", "deny"), ("blue", "pass"))


def render_board(state: AppState, bench: workbench.Bench, columns: Sequence[TierColumn]) -> None:
    """All tiers side by side, and in their place what each policy does; the row scrolls sideways where it is wide."""
    count = sum(1 for _ in cards_of(columns))
    tiers = sum(column.name != UNSUPPORTED for column in columns)
    wanted = ""
    with title_bar("board", f"{plural(count, 'policy', 'policies')}, {plural(tiers, 'tier')}"):
        if count > SHORT_BOARD and state.board == "tiers":
            wanted = st.text_input(
                "Search",
                key=f"board-search-{state.generation}",
                placeholder="Find a policy",
                label_visibility="collapsed",
                width=260,
            ).strip()
        _render_parts(state, bench)
    if not columns:
        text("There is no policy in the input: everything may talk to everything.", "quiet", "no-board")
        return
    if state.board == "impact":
        render_impact()
        return
    render_inspected(state, columns)
    measured = marks(state, bench)
    if len(columns) > 1:
        text(FLOW, "quiet", "flow")
    with st.container(horizontal=True, wrap=False, key="nv-board"):
        gone = overridden(state, columns)
        final = next((column.name for column in reversed(columns) if column.name != UNSUPPORTED), "")
        for heading, column in numbered(columns):
            cards = [card for card in column.cards if is_found(card, wanted)]
            last = column.name == final
            _render_column(state, column, heading, cards, gone, measured, last=last, alone=len(columns) == 1)


def _render_column(
    state: AppState,
    column: TierColumn,
    heading: str,
    cards: Sequence[BoardCard],
    gone: frozenset[str],
    measured: Mapping[str, ImpactLine],
    *,
    last: bool,
    alone: bool,
) -> None:
    key = short(column.name)
    with st.container(width="stretch" if alone else COLUMN_WIDTH, key=f"nv-column-{key}"):
        text(heading, "strong", f"column-{key}")
        order = order_words(column.order)
        facts = [f"order {order}" if order else "", plural(len(column.cards), "policy", "policies")]
        text(" · ".join(fact for fact in facts if fact), "quiet", f"facts-{key}")
        with st.container(horizontal=alone, gap="small", key=f"nv-cards-{key}"):
            for card in cards[:MOST_CARDS]:
                width: int | Literal["stretch"] = CARD_WIDTH if alone else "stretch"
                _render_card(state, card, measured.get(card.policy.id), is_gone=card.policy.id in gone, width=width)
        if len(cards) > MOST_CARDS:
            rest = plural(len(cards) - MOST_CARDS, "more policy", "more policies")
            text(f"{rest}: search to find one.", "quiet", f"more-{key}")
        text(end_words(column, last=last), "end", f"end-{key}")


def end_words(column: TierColumn, *, last: bool = False) -> str:
    """What happens to what no policy of a tier decides."""
    if column.name == UNSUPPORTED:
        return "These are not modelled: what they may change is unknown."
    ends = {
        "deny": "At its end: denied, for every pod that a policy here isolates.",
        "pass": f"At its end: {'nothing follows, so it is allowed' if last else 'goes on to the next tier'}.",
    }
    notes = ["The tier is not in the input: it comes last."] if column.missing else []
    orders = [card.order for card in column.cards]
    if column.ties_undefined and len(set(orders)) < len(orders):
        notes.append("Policies of equal order have none among each other: where they disagree, the answer is unknown.")
    return " ".join((ends[column.default], *notes))


def _render_parts(state: AppState, bench: workbench.Bench) -> None:
    """The choice between the board and the list of impacts, and the latter's file."""
    if state.board == "impact":
        st.download_button(
            "CSV",
            data=partial(_impact_csv, bench, state.what_if),
            file_name="netviz-impact.csv",
            mime="text/csv",
            key="csv-impact",
            on_click="ignore",
            help="Download the list for a spreadsheet",
        )
    render_parts("board-part", PARTS, state.board, lambda part: update(board=part))


def _impact_csv(bench: workbench.Bench, what_if: WhatIf) -> bytes:
    """The file; it is made when it is asked for, outside of a run of the page, where no session is known."""
    return bench.impact_csv(what_if).encode("utf-8")


def _render_card(
    state: AppState, card: BoardCard, measured: ImpactLine | None, *, is_gone: bool, width: int | Literal["stretch"]
) -> None:
    policy = card.policy
    key = short(policy.id)
    tone = "on" if policy.state in NOTES or (is_on(state, policy) and not is_gone) else "off"
    with st.container(border=True, width=width, key=f"nv-card-{tone}-{key}"):
        with st.container(horizontal=True, vertical_alignment="top", wrap=False, key=f"nv-head-{key}"):
            st.button(label(policy.name), key=f"read-{key}", type="tertiary", on_click=_read, args=(policy.id,))
            render_switch(state, card, "board", named=False)
        facts = [shown(policy.kind), shown(policy.namespace) or CLUSTER, place_words(card)]
        st.text(" · ".join(fact for fact in facts if fact))
        # One element instead of two: a board is mostly cards, and the browser takes its time for each element.
        st.markdown(card_badges(card) + (f"  \n{impact_badges(measured)}" if measured is not None else ""))
        if card.stage or is_gone:
            st.text(stage_words(card) or OVERRIDDEN)


def card_badges(card: BoardCard) -> str:
    """The numbers of a policy as Markdown of our own making: nothing in it comes from the input."""
    policy = card.policy
    badges = [f":violet-badge[staged, {card.stage}]"] if card.stage else []
    if policy.state in NOTES:
        badges.append(f":orange-badge[{NOTES[policy.state]}]")
    elif card.stage != "delete":
        counted = zip(ACTIONS, card.actions, strict=True)
        rules = [f":{colour}-badge[{count:,} {word}]" for (colour, word), count in counted if count]
        badges += rules or [":gray-badge[no rule]"]
    if card.stage != "delete":
        selected = f"selects {plural(policy.selects, 'pod')}"
        badges.append(f":gray-badge[{selected}]" if policy.selects else f":red-badge[{selected}]")
    if policy.directions:
        badges.append(f":gray-badge[{' + '.join(policy.directions)}]")
    return " ".join(badges)


def _inspect_row(key: str, names: Sequence[str]) -> None:
    rows = st.session_state[key].selection.rows
    if rows and rows[0] < len(names):
        go_to("policies")
        update(reading="", inspected=names[rows[0]])


def _read(policy: str) -> None:
    update(reading=policy)


def close() -> None:
    """Close the view of one policy."""
    update(reading="")


@st.dialog("Policy", width="large", on_dismiss=close)
def render_policy(bench: workbench.Bench, columns: Sequence[TierColumn]) -> None:
    """One policy by itself: its YAML, and which workloads it selects."""
    state = current()
    card = next((card for card in cards_of(columns) if card.policy.id == state.reading), None)
    if card is None:
        close()
        st.rerun()
    with guarded("policy"):
        _render_policy(bench, card)


def _render_policy(bench: workbench.Bench, card: BoardCard) -> None:
    policy = card.policy
    text(policy.name, "title", "read-name")
    where = f"in namespace {policy.namespace}" if policy.namespace else "for the whole cluster"
    text(f"{policy.kind} {where} · {policy.file}:{policy.line}", "quiet", "read-place")
    st.markdown(card_badges(card))
    for number, line in enumerate(filter(None, (stage_words(card), policy.problem))):
        text(line, "quiet", f"read-note-{number}")
    selected = bench.selected(current().what_if, policy.id)
    text(f"Workloads that it selects ({len(selected):,}): choose one to see all its policies", "strong", "read-selects")
    if selected:
        key = f"read-workloads-{short(policy.id)}"
        st.dataframe(
            [
                {"workload": each.label, "pods": each.pods, "selected": "yes" if each.certain else "not known"}
                for each in selected
            ],
            hide_index=True,
            key=key,
            selection_mode="single-row",
            on_select=partial(_inspect_row, key, [each.id for each in selected]),
        )
    if policy.text:
        st.code(policy.text, language="yaml")
        if st.button("Edit for the what-if", key="read-edit"):
            update(reading="", editing=Editing(policy=policy.id))
            st.rerun()
