"""The sidebar: which policies are on, walking through them one by one, and policies that exist only here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from netviz.ui.panel_toggles import render_toggles
from netviz.ui.parts import text
from netviz.ui.state import AppState, Editing, current, update
from netviz.ui.text import label
from netviz.ui.toggles import cards_of, switch_all
from netviz.workbench import PolicyCard, TierColumn

SHORT_WALK = 6


def render_what_if(state: AppState, columns: Sequence[TierColumn]) -> None:
    """Everything that changes the scenario; nothing here changes a file."""
    cards = [card.policy for card in cards_of(columns)]
    with st.sidebar:
        text("What if…", "title", "what-if")
        if not cards:
            text("There is no policy in the input: everything may talk to everything.", "quiet", "no-policies")
        else:
            _render_switches(cards)
            _render_walk(state, cards)
        _render_drafts(state, cards)
        if cards:
            render_toggles(state, columns)


def _render_switches(cards: Sequence[PolicyCard]) -> None:
    ids = [card.id for card in cards if card.state == "enforced"]
    with st.container(horizontal=True):
        st.button("All on", key="all-on", on_click=switch_all, args=(ids, True))
        st.button("All off", key="all-off", on_click=switch_all, args=(ids, False))


def walk_step(disabled: frozenset[str], order: Sequence[str]) -> int | None:
    """How many policies of the walk are on, if these are the first ones; None for any other scenario."""
    on = sum(policy not in disabled for policy in order)
    return on if not disabled.intersection(order[:on]) else None


def _render_walk(state: AppState, cards: Sequence[PolicyCard]) -> None:
    walk = sorted((card for card in cards if card.state == "enforced"), key=lambda card: (card.file, card.line))
    order = tuple(card.id for card in walk)
    step = walk_step(state.disabled, order)
    with st.expander("Step by step", expanded=0 < len(order) <= SHORT_WALK):
        if step is None:
            st.button("Start without any policy", key="walk-start", on_click=_walk_to, args=(order, 0))
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "◀",
                key="walk-back",
                help="One step back",
                disabled=step == 0,
                on_click=_walk_to,
                args=(order, step - 1),
            )
            st.text(f"Step {step + 1} of {len(order) + 1}")
            st.button(
                "▶",
                key="walk-on",
                help="One step on",
                disabled=step == len(order),
                on_click=_walk_to,
                args=(order, step + 1),
            )
        text(f"+ {walk[step - 1].name}" if step else "no policy yet", "quiet", "walk")


def _walk_to(order: Sequence[str], step: int) -> None:
    update(disabled=(current().disabled - frozenset(order[:step])) | frozenset(order[step:]))


def _render_drafts(state: AppState, cards: Sequence[PolicyCard]) -> None:
    with st.container(horizontal=True):
        st.button("Add a policy", key="add-policy", on_click=_edit, args=(Editing(),))
        editable = next((card.id for card in cards if card.text), "")
        if editable:
            st.button("Edit a policy", key="edit-policy", on_click=_edit, args=(Editing(policy=editable),))
    for index, draft in enumerate(state.drafts):
        with st.container(key=f"nv-draft-{index}"):
            key = f"draft-{state.generation}-{index}"
            st.session_state[key] = draft.on
            st.toggle(label(draft.name), key=key, on_change=_switch_draft, args=(index, key))
            with st.container(horizontal=True, key=f"nv-group-draft-{index}"):
                st.button(
                    "edit", key=f"draft-edit-{index}", type="tertiary", on_click=_edit, args=(Editing(draft=index),)
                )
                st.button("remove", key=f"draft-remove-{index}", type="tertiary", on_click=_remove_draft, args=(index,))


def _edit(editing: Editing) -> None:
    update(editing=editing)


def _switch_draft(index: int, key: str) -> None:
    drafts = list(current().drafts)
    drafts[index] = replace(drafts[index], on=bool(st.session_state[key]))
    update(drafts=tuple(drafts))


def _remove_draft(index: int) -> None:
    drafts = current().drafts
    update(drafts=drafts[:index] + drafts[index + 1 :])
