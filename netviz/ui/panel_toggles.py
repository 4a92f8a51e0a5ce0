"""The list of switches in the sidebar: by tier, by namespace, and a lane of their own for staged policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from netviz.errors import shown
from netviz.ui.parts import text
from netviz.ui.state import AppState, short
from netviz.ui.text import label, plural
from netviz.ui.toggles import (
    CLUSTER,
    OVERRIDDEN,
    cards_of,
    enforce_all,
    is_on,
    numbered,
    overridden,
    render_switch,
    stage_words,
    switch_all,
)
from netviz.workbench import BoardCard, TierColumn

MOST_TOGGLES = 60
SHORT_LIST = 8
MOST_NAMESPACES = 40
"""So many namespaces are listed in a tier before a search; more would make every click slow."""

MANY = 40
"""Above this many policies a namespace shows its switches only when it is opened."""


def render_toggles(state: AppState, columns: Sequence[TierColumn]) -> None:
    """Every policy's switch; with many policies, those of the namespaces that are open, or that a search finds."""
    count = sum(1 for _ in cards_of(columns))
    wanted = ""
    if count > SHORT_LIST:
        wanted = st.text_input(
            "Search", key=f"policy-search-{state.generation}", placeholder="Find a policy", label_visibility="collapsed"
        ).strip()
    found = [card for card in cards_of(columns) if is_found(card, wanted)]
    listed = found[:MOST_TOGGLES] if wanted else found
    folded = count > MANY and not wanted
    notes = _notes(state, columns)
    with st.container(key="nv-toggles"):
        for heading, column in numbered(columns):
            members = [card for card in listed if card.policy.tier == column.name and card.policy.state != "staged"]
            if members and len(columns) > 1:
                text(heading, "tier", f"tier-{short(column.name)}")
            _render_namespaces(state, members, notes, folded=folded, place=short(column.name))
        _render_staged(state, [card for card in listed if card.policy.state == "staged"])
    if len(found) > len(listed):
        rest = len(found) - len(listed)
        text(f"{plural(rest, 'more policy', 'more policies')}: search for more of the name.", "quiet", "more")
    if not found:
        text("No policy has that in its name.", "quiet", "none-found")


def is_found(card: BoardCard, wanted: str) -> bool:
    """Whether a search finds a policy: by namespace and name, or by tier."""
    policy = card.policy
    return wanted.lower() in f"{policy.tier} {policy.namespace or CLUSTER}/{policy.name}".lower()


def _render_namespaces(
    state: AppState, members: Sequence[BoardCard], notes: Mapping[str, str], *, folded: bool, place: str
) -> None:
    by_namespace: dict[str, list[BoardCard]] = {}
    for card in sorted(members, key=lambda card: card.policy.namespace):
        by_namespace.setdefault(card.policy.namespace, []).append(card)
    listed = _listed(state, by_namespace) if folded else by_namespace
    for namespace, cards in listed.items():
        key = f"{place}-{short(namespace)}"
        if not folded:
            _render_group(state, namespace, cards, key, notes)
            continue
        title = f"{label(shown(namespace) or CLUSTER)} · {plural(len(cards), 'policy', 'policies')}"
        # Its title is part of what it is: one that counted what is on would be another, closed fold after a switch.
        with (group := st.expander(title, on_change="rerun", key=f"fold-{state.generation}-{key}")):
            if group.open:
                _render_group(state, namespace, cards, key, notes)
        off = sum(card.policy.state == "enforced" and not is_on(state, card.policy) for card in cards)
        if off:
            text(f"{off:,} of {len(cards):,} switched off", "quiet", f"off-{key}")

    if len(listed) < len(by_namespace):
        rest = plural(len(by_namespace) - len(listed), "more namespace", "more namespaces")
        text(f"{rest}: find a policy by its name.", "quiet", f"rest-{place}")


def _listed(state: AppState, namespaces: Mapping[str, list[BoardCard]]) -> Mapping[str, list[BoardCard]]:
    """The first namespaces, and every one in which something is switched off."""
    first = list(namespaces)[:MOST_NAMESPACES]
    off = (name for name, cards in namespaces.items() if any(card.policy.id in state.disabled for card in cards))
    kept = {*first, *off}
    return {name: cards for name, cards in namespaces.items() if name in kept}


def _notes(state: AppState, columns: Sequence[TierColumn]) -> dict[str, str]:
    """What the what-if made of policies other than switching them, by id."""
    edited = {policy for draft in state.drafts if draft.on for policy in draft.stands_for}
    return dict.fromkeys(edited, "edited") | dict.fromkeys(overridden(state, columns), OVERRIDDEN)


def _render_group(
    state: AppState, namespace: str, cards: Sequence[BoardCard], key: str, notes: Mapping[str, str]
) -> None:
    ids = [card.policy.id for card in cards if card.policy.state == "enforced"]
    all_on = not state.disabled.intersection(ids)
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=f"nv-group-{key}",
    ):
        st.text(shown(namespace) or CLUSTER)
        if len(ids) > 1:
            st.button(
                "all off" if all_on else "all on",
                key=f"group-{key}",
                type="tertiary",
                on_click=switch_all,
                args=(ids, not all_on),
            )
    for card in cards:
        render_switch(state, card, "policy", note=notes.get(card.policy.id, ""))


def _render_staged(state: AppState, cards: Sequence[BoardCard]) -> None:
    if not cards:
        return
    ids = [card.policy.id for card in cards]
    with st.container(key="nv-lane-staged"):
        text("Staged: written, not enforced", "tier", "staged")
        key = f"enforce-all-{state.generation}"
        st.session_state[key] = state.enforced.issuperset(ids)
        st.toggle("Enforce all staged", key=key, on_change=_enforce_all, args=(ids, key))
        for card in cards:
            render_switch(state, card, "policy")
            where = card.policy.namespace or CLUSTER
            text(f"{where} · {stage_words(card)}", "quiet", f"stage-{short(card.policy.id)}")


def _enforce_all(ids: Sequence[str], key: str) -> None:
    enforce_all(ids, bool(st.session_state[key]))
