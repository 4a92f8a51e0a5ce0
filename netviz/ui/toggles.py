"""Switches of policies: what is on, what a switch is called, and what it does; the sidebar and the board share them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import streamlit as st

from netviz.ui.parts import text
from netviz.ui.state import AppState, current, short, update
from netviz.ui.text import label, plural
from netviz.workbench import BoardCard, PolicyCard, TierColumn

NOTES = {"refused": "refused", "unsupported": "not evaluated"}
UNORDERED = frozenset(("NetworkPolicy", "BaselineAdminNetworkPolicy", "calico.StagedKubernetesNetworkPolicy"))
"""Kinds of which nobody writes an order."""

STAGES = {"set": ("replaces", "is new"), "delete": ("removes", "there is nothing to remove")}
"""What enforcing a staged policy does to its enforced twin, and where there is none."""

UNSUPPORTED = "unsupported"
"""The tier of policies whose kind is not modelled."""

OVERRIDDEN = "overridden by a staged one"
CLUSTER = "cluster"
"""Where policies without a namespace are listed."""


def numbered(columns: Sequence[TierColumn]) -> list[tuple[str, TierColumn]]:
    """The tiers with their headings, in evaluation order; last and without a number what is not evaluated."""
    tiers = [column for column in columns if column.name != UNSUPPORTED]
    found = [(f"{number}. Tier {column.name}", column) for number, column in enumerate(tiers, start=1)]
    return found + [("Not evaluated", column) for column in columns if column.name == UNSUPPORTED]


def cards_of(columns: Sequence[TierColumn]) -> Iterator[BoardCard]:
    """Every policy, in evaluation order."""
    for column in columns:
        yield from column.cards


def is_on(state: AppState, card: PolicyCard) -> bool:
    """Whether a policy is enforced in the what-if."""
    match card.state:
        case "enforced":
            return card.id not in state.disabled
        case "staged":
            return card.id in state.enforced
        case _:
            return False


def order_words(order: float | None) -> str:
    """An order or priority as people write it; "last" for none, nothing where it means nothing."""
    if order is None:
        return "last"
    return "" if abs(order) == float("inf") else f"{order:,.15g}"


def place_words(card: BoardCard) -> str:
    """The order of a policy in its tier; "" for kinds that have none of their own."""
    unordered = card.policy.state in NOTES or card.policy.kind in UNORDERED
    order = "" if unordered else order_words(card.order)
    return f"order {order}" if order else ""


def stage_words(card: BoardCard) -> str:
    """What enforcing a staged policy would do; "" for a policy that is not staged."""
    if not card.stage:
        return ""
    done, alone = STAGES[card.stage]
    what = f"{done} {card.twin.partition('/')[2]}" if card.twin else alone
    return f"staged, {card.stage.capitalize()}: {what}"


def overridden(state: AppState, columns: Sequence[TierColumn]) -> frozenset[str]:
    """The policies that an enforced staged one replaces or removes in the what-if."""
    return frozenset(card.twin for card in cards_of(columns) if card.stage and is_on(state, card.policy)) - {""}


def policy_help(card: BoardCard) -> str:
    """What a policy is, escaped for a tooltip."""
    policy = card.policy
    directions = " and ".join(policy.directions) or "no direction"
    facts = [f"{label(policy.kind)} in {label(f'{policy.file}:{policy.line}')}"]
    if policy.tier:
        place = place_words(card)
        facts.append(f"tier {label(policy.tier)}" + (f", {label(place)}" if place else ""))
    if card.stage:
        facts.append(label(stage_words(card)))
    facts.append(f"{directions}, selects {plural(policy.selects, 'pod')}")
    return "; ".join(facts)


def render_switch(state: AppState, card: BoardCard, place: str, *, note: str = "", named: bool = True) -> None:
    """A policy's toggle. `place` tells the keys of one policy's toggles apart; unless `named`, a name stands nearby."""
    policy = card.policy
    staged = policy.state == "staged"
    key = f"{place}-{state.generation}-{short(policy.id)}"
    st.session_state[key] = is_on(state, policy)
    note = NOTES.get(policy.state, note)
    words = "enforce" if staged else "on"
    if named:
        words = f"enforce {label(policy.name)}" if staged else label(policy.name)
    st.toggle(
        f"{words} ({note})" if note and named else words,
        key=key,
        help=policy_help(card) if named else None,
        disabled=policy.state in NOTES,
        on_change=_switch_policy,
        args=(policy.id, staged, key),
    )
    if named and policy.problem:
        text(policy.problem, "quiet", f"problem-{short(policy.id)}")


def _switch_policy(policy: str, staged: bool, key: str) -> None:
    on = bool(st.session_state[key])
    if staged:
        enforce_all((policy,), on)
    else:
        switch_all((policy,), on)


def switch_all(ids: Iterable[str], on: bool) -> None:
    """Switch enforced policies on or off."""
    disabled = current().disabled
    update(disabled=disabled - frozenset(ids) if on else disabled | frozenset(ids))


def enforce_all(ids: Iterable[str], on: bool) -> None:
    """Enforce staged policies, or stop enforcing them."""
    enforced = current().enforced
    update(enforced=enforced | frozenset(ids) if on else enforced - frozenset(ids))
