"""From a workload or a pod to its policies, direction by direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from netviz.errors import shown
from netviz.ui.parts import guarded, render_listed, text
from netviz.ui.state import AppState, short, update
from netviz.ui.text import label, plural
from netviz.ui.toggles import CLUSTER, numbered
from netviz.workbench import MOST_ENDPOINTS, Bench, SelectedDirection, SelectingPolicy, TierColumn

WITHOUT_PODS = ("Service", "Ingress controller")
ISOLATION_WORDS = {
    "isolated": "isolated: only what a policy allows",
    "open": "open: no policy in force isolates it",
    "partly": "some of its pods are isolated",
    "unknown": "isolated or not: cannot be decided",
    "unpoliced": "on the node's network: no policy applies",
}


def render_inspected(state: AppState, columns: Sequence[TierColumn]) -> None:
    """The box to choose a workload or a pod in, and what selects the chosen one."""
    if state.bench is None:
        return
    endpoints = state.bench.endpoints(state.settings.namespaces)
    choices = {each.id: each.label for each in endpoints if each.kind not in WITHOUT_PODS}
    key = f"inspected-{state.generation}"
    st.session_state[key] = state.inspected or None
    st.selectbox(
        "Which policies select",
        sorted({*choices, state.inspected} - {""}, key=lambda name: choices.get(name, name)),
        index=None,
        key=key,
        format_func=lambda name: shown(choices.get(name, name)),
        placeholder="Which policies select… (choose a workload or a pod)",
        label_visibility="collapsed",
        width=460,
        accept_new_options=len(endpoints) >= MOST_ENDPOINTS,
        on_change=_inspect,
        args=(key,),
    )
    render_listed(endpoints, "inspected")
    if state.inspected:
        with guarded("inspected"):
            _render_selecting(state, state.bench, columns)


def _render_selecting(state: AppState, bench: Bench, columns: Sequence[TierColumn]) -> None:
    found = bench.selecting(state.what_if, state.inspected)
    headings = {column.name: heading for heading, column in numbered(columns)}
    with st.container(border=True, key="nv-selecting"):
        pods = f" · {plural(found.pods, 'pod')}" if found.pods > 1 else ""
        text(f"Policies that select {found.label}{pods}", "strong", "selecting")
        for column, direction in zip(st.columns(2), found.directions, strict=True):
            with column:
                _render_direction(direction, headings)


def _render_direction(direction: SelectedDirection, headings: Mapping[str, str]) -> None:
    name = direction.direction
    text(f"{name.capitalize()}: {ISOLATION_WORDS[direction.isolation]}", "strong", f"selecting-{name}")
    if not direction.policies:
        text("No policy selects it in this direction.", "quiet", f"selecting-none-{name}")
    for number, policy in enumerate(direction.policies):
        key = f"{name}-{short(policy.id)}"
        with st.container(border=True, key=f"nv-card-{'on' if policy.on else 'off'}-{key}"):
            st.button(
                f"{number + 1}\\. {label(policy.name)}",
                key=f"selecting-{key}",
                type="tertiary",
                on_click=_read,
                args=(policy.id,),
            )
            text(policy_words(policy, headings.get(policy.tier, policy.tier)), "quiet", f"selecting-{key}")


def policy_words(policy: SelectingPolicy, tier: str) -> str:
    """Where a policy stands, and what is special about how it selects."""
    facts = [tier, policy.kind, policy.namespace or CLUSTER]
    facts += ["" if policy.on else "not in force", "" if policy.certain else "whether it selects it is not known"]
    facts += ["" if policy.whole else "selects some of its pods", "" if policy.isolates else "does not isolate it"]
    return " · ".join(shown(fact) for fact in facts if fact)


def _inspect(key: str) -> None:
    update(inspected=st.session_state[key] or "")


def _read(policy: str) -> None:
    update(reading=policy)
