"""What each policy does by itself: a ranked list, the pairs of one policy, and badges for the cards of the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from netviz import workbench
from netviz.ui.busy import reserve_busy_line
from netviz.ui.panel_pair import render_pair, select_pair, selected_pair
from netviz.ui.parts import guarded, text
from netviz.ui.state import AppState, current, short, update
from netviz.ui.text import plural
from netviz.workbench import ImpactLine, ImpactPairs, ImpactTable

MOST_MARKED = 1_000
"""Up to so many policies the cards of the board are marked; the list is worked out wherever it is looked at."""

FEW_ROWS = 12
TABLE_HEIGHT = 460
PAIRS_HEIGHT = 380
COUNTED = "Pairs that change if one policy alone is removed, or enforced if it does not count now."
HINT = "Choose a policy, then a pair, to see which rules decide about it now."
WHEN = {"enforced": "removed", "disabled": "switched on", "staged": "enforced", "replaced": "switched"}


def marks(state: AppState, bench: workbench.Bench) -> Mapping[str, ImpactLine]:
    """The impact of every policy by its id; of none where there are too many to work it out unasked."""
    if bench.summary().policies > MOST_MARKED:
        return {}
    return {line.policy: line for line in bench.impact(state.what_if).lines}


def impact_badges(line: ImpactLine) -> str:
    """What one policy does, as Markdown of our own making: nothing in it comes from the input."""
    when = WHEN[line.state]
    if line.effect == "none":
        return ":gray-badge[no effect on these pods]"
    if line.effect == "strangers":
        return ":gray-badge[for pods not in the input]"
    counted = (("green", "+", line.opens), ("red", "−", line.breaks), ("orange", "?", line.doubts))
    badges = [f":{colour}-badge[{sign}{count:,} if {when}]" for colour, sign, count in counted if count]
    return " ".join(badges) or f":gray-badge[decides what is unknown if {when}]"


@st.fragment
def render_impact() -> None:
    """The ranked list, the pairs of the chosen policy under it, and the explanation beside them."""
    reserve_busy_line()
    state = current()
    if state.bench is None:
        return
    with guarded("impact"), st.container(key="nv-fragment-impact"):
        table = state.bench.impact(state.what_if)
        columns = st.columns([11, 4] if state.explaining else 1, gap="medium")
        with columns[0]:
            _render_table(state, state.bench, table)
        if state.explaining:
            with columns[1], guarded("why"):
                render_pair(state, state.bench, hint=HINT)


def summary_words(table: ImpactTable) -> str:
    """How many policies do something, and how many nothing."""
    idle = sum(line.effect == "none" for line in table.lines)
    vague = sum(line.effect == "strangers" for line in table.lines)
    acting = plural(len(table.lines) - idle - vague, "policy changes", "policies change")
    parts = [f"{acting} something, each by itself"]
    if vague:
        parts.append(f"{vague:,} may matter for pods that are not in the input, and for no other")
    if idle:
        parts.append(f"{idle:,} {'has' if idle == 1 else 'have'} no effect on the pods of the input")
    return "; ".join(parts) + "."


def _render_table(state: AppState, bench: workbench.Bench, table: ImpactTable) -> None:
    text(summary_words(table), "quiet", "impact-summary")
    text(f"{COUNTED}\n{table.unit}", "quiet", "impact-unit")
    if table.uncounted:
        left_out = plural(table.uncounted, "pod")
        text(
            f"Pairs with {left_out} on the network of a node, or with two address families, are too many to count.",
            "quiet",
            "impact-uncounted",
        )
    key = f"impact-{state.generation}-{short(repr(state.what_if))}"
    policies = [line.policy for line in table.lines]
    chosen = [policies.index(state.impact_of)] if state.impact_of in policies else []
    st.dataframe(
        impact_rows(table),
        hide_index=True,
        height="auto" if len(table.lines) <= FEW_ROWS else TABLE_HEIGHT,
        key=key,
        selection_mode="single-row",
        selection_default={"selection": {"rows": chosen}},
        on_select=partial(_choose, key, policies),
    )
    if chosen:
        line = table.lines[chosen[0]]
        _render_pairs(state, bench, line, bench.impact_pairs(state.what_if, line.policy, "workload"))
    else:
        text("Choose a policy to see its pairs.", "quiet", "impact-hint")


def impact_rows(table: ImpactTable) -> list[dict[str, str | int]]:
    """The list; a column that says the same of every policy is left out."""
    states = len({line.state for line in table.lines}) > 1
    doubts = any(line.doubts for line in table.lines)
    return [
        {
            "policy": line.name,
            "namespace": line.namespace,
            "kind": line.kind,
            **({"state": line.state} if states else {}),
            "opens": line.opens,
            "breaks": line.breaks,
            **({"now unknown": line.doubts} if doubts else {}),
            "note": line.note,
        }
        for line in table.lines
    ]


def _render_pairs(state: AppState, bench: workbench.Bench, line: ImpactLine, found: ImpactPairs) -> None:
    text(f"If {line.name} alone were {WHEN[line.state]}", "strong", "impact-of")
    if not found.pairs:
        text(line.note or "No pair would change.", "quiet", "impact-no-pair")
        return
    key = f"impact-pairs-{state.generation}-{short(repr((state.what_if, line.policy)))}"
    ends = [(pair.source, pair.target) for pair in found.pairs]
    doubts = any(pair.doubts for pair in found.pairs)
    selected = selected_pair(state, bench)
    st.dataframe(
        [
            {
                "from": pair.source_label,
                "to": pair.target_label,
                "opens": pair.opens,
                "breaks": pair.breaks,
                **({"now unknown": pair.doubts} if doubts else {}),
            }
            for pair in found.pairs
        ],
        hide_index=True,
        height="auto" if len(found.pairs) <= FEW_ROWS else PAIRS_HEIGHT,
        key=key,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [ends.index(selected)] if selected in ends else []}},
        on_select=partial(_select, key, ends),
    )
    if found.more:
        text(f"These are the first {len(found.pairs):,} pairs.", "quiet", "impact-more")


def _choose(key: str, policies: Sequence[str]) -> None:
    rows = st.session_state[key].selection.rows
    update(impact_of=policies[rows[0]] if rows and rows[0] < len(policies) else "")


def _select(key: str, pairs: Sequence[tuple[str, str]]) -> None:
    rows = st.session_state[key].selection.rows
    if rows and rows[0] < len(pairs):
        select_pair(*pairs[rows[0]])
