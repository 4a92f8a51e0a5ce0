"""The sidebar: which policies are on, walking through them one by one, and policies that exist only here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import streamlit as st

from netviz.errors import shown
from netviz.ui.parts import text
from netviz.ui.state import AppState, Editing, current, short, update
from netviz.ui.text import label, plural
from netviz.workbench import PolicyCard

MOST_TOGGLES = 60
SHORT_WALK = 6
SHORT_LIST = 8


def render_what_if(state: AppState, cards: Sequence[PolicyCard]) -> None:
    """Everything that changes the scenario; nothing here changes a file."""
    with st.sidebar:
        text("What if…", "title", "what-if")
        if not cards:
            text("There is no policy in the input: everything may talk to everything.", "quiet", "no-policies")
        else:
            _render_switches(cards)
            _render_walk(state, cards)
        _render_drafts(state, cards)
        if cards:
            _render_toggles(state, cards)


def _render_switches(cards: Sequence[PolicyCard]) -> None:
    ids = [card.id for card in cards if card.state == "enforced"]
    with st.container(horizontal=True):
        st.button("All on", key="all-on", on_click=_switch_all, args=(ids, True))
        st.button("All off", key="all-off", on_click=_switch_all, args=(ids, False))


def _switch_all(ids: Iterable[str], on: bool) -> None:
    disabled = current().disabled
    update(disabled=disabled - frozenset(ids) if on else disabled | frozenset(ids))


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


def _render_toggles(state: AppState, cards: Sequence[PolicyCard]) -> None:
    wanted = ""
    if len(cards) > SHORT_LIST:
        wanted = st.text_input(
            "Search", key=f"policy-search-{state.generation}", placeholder="Find a policy", label_visibility="collapsed"
        )
    found = [card for card in cards if wanted.strip().lower() in f"{card.namespace}/{card.name}".lower()]
    found.sort(key=lambda card: (card.namespace, card.name, card.id))
    replaced = frozenset(draft.replaces for draft in state.drafts if draft.on)
    with st.container(key="nv-toggles"):
        for namespace, group in groupby(found[:MOST_TOGGLES], key=lambda card: card.namespace):
            members = tuple(group)
            _render_group(state, namespace, members)
            for card in members:
                _render_toggle(state, card, edited=card.id in replaced)
    if len(found) > MOST_TOGGLES:
        text(
            f"{plural(len(found) - MOST_TOGGLES, 'more policy', 'more policies')}: search to find one.", "quiet", "more"
        )
    if not found:
        text("No policy has that in its name.", "quiet", "none-found")


def _render_group(state: AppState, namespace: str, members: Sequence[PolicyCard]) -> None:
    ids = [card.id for card in members if card.state == "enforced"]
    all_on = not state.disabled.intersection(ids)
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=f"nv-group-{short(namespace)}",
    ):
        st.text(shown(namespace) or "whole cluster")
        if len(ids) > 1:
            st.button(
                "all off" if all_on else "all on",
                key=f"group-{short(namespace)}",
                type="tertiary",
                on_click=_switch_all,
                args=(ids, not all_on),
            )


def _render_toggle(state: AppState, card: PolicyCard, *, edited: bool) -> None:
    key = f"policy-{state.generation}-{short(card.id)}"
    staged = card.state == "staged"
    st.session_state[key] = is_on(state, card)
    note = " (staged)" if staged else " (refused)" if card.state == "refused" else " (edited)" if edited else ""
    st.toggle(
        label(card.name) + note,
        key=key,
        help=policy_help(card),
        disabled=card.state == "refused",
        on_change=_switch_policy,
        args=(card.id, staged, key),
    )
    if card.problem:
        text(card.problem, "quiet", f"problem-{short(card.id)}")


def is_on(state: AppState, card: PolicyCard) -> bool:
    """Whether a policy is enforced in the what-if."""
    match card.state:
        case "enforced":
            return card.id not in state.disabled
        case "staged":
            return card.id in state.enforced
        case _:
            return False


def policy_help(card: PolicyCard) -> str:
    """What a policy is, escaped for a tooltip."""
    directions = " and ".join(card.directions) or "no direction"
    facts = [f"{label(card.kind)} in {label(f'{card.file}:{card.line}')}"]
    if card.tier:
        facts.append(f"tier {label(card.tier)}")
    facts.append(f"{directions}, selects {plural(card.selects, 'pod')}")
    return "; ".join(facts)


def _switch_policy(policy: str, staged: bool, key: str) -> None:
    state, on = current(), bool(st.session_state[key])
    one = frozenset({policy})
    if staged:
        update(enforced=state.enforced | one if on else state.enforced - one)
    else:
        update(disabled=state.disabled - one if on else state.disabled | one)
