"""What the answers leave open, and why: everything that is legal and not modelled, with its place."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from netviz import workbench
from netviz.ui.parts import text
from netviz.ui.state import AppState, update
from netviz.ui.text import plural

MOST_WORKLOADS = 300
"""Above this many workloads nobody waits for the numbers: the list is shown without them."""


def render_chip(state: AppState, bench: workbench.Bench) -> None:
    """How much is not modelled, as a button that leads to the list; nothing where everything is."""
    count = len(bench.unmodelled(state.what_if))
    meaning = "Legal, and not judged by netviz: the Input page lists it"
    if count and st.button(f"◐ {count:,} not modelled", key="fidelity-chip", help=meaning):
        update(view="input")
        st.rerun()


def render_fidelity(state: AppState, bench: workbench.Bench) -> None:
    """The list, and how many pairs of workloads hang on each entry."""
    summary = bench.summary()
    counted = summary.workloads <= MOST_WORKLOADS
    found = bench.fidelity(state.what_if) if counted else None
    lines = found.lines if found else bench.unmodelled(state.what_if)
    text(f"What the answers leave open ({len(lines):,})", "strong", "fidelity")
    if found:
        text(unknown_words(found, complete=summary.complete), "quiet", "fidelity-unknown")
    if lines:
        st.dataframe(_rows(lines, counted=counted), hide_index=True, key="fidelity")
    elif not found:
        text(f"Every kind and field {_covered(complete=summary.complete)} is modelled.", "quiet", "fidelity-none")


def unknown_words(fidelity: workbench.Fidelity, *, complete: bool) -> str:
    """How many pairs are unknown, and how far the numbers of the list go; `complete`: nothing was refused."""
    if not fidelity.unknown:
        modelled = f"everything {_covered(complete=complete)} is modelled"
        closing = "none of it can change an answer" if fidelity.lines else modelled
        return f"Every pair of workloads is decided: {closing}."
    count = plural(fidelity.unknown, "pair of workloads has", "pairs of workloads have")
    sentence = f"{count} a part that cannot be decided."
    if fidelity.examined < fidelity.unknown:
        sentence += f" What {fidelity.examined:,} of them rest on is counted below."
    return sentence


def _covered(*, complete: bool) -> str:
    return "in the input" if complete else "that was read"


def _rows(lines: Sequence[workbench.FidelityLine], *, counted: bool) -> list[dict[str, str | int]]:
    rows: list[dict[str, str | int]] = []
    for line in lines:
        row: dict[str, str | int] = {
            "what": line.category,
            "kind": line.kind,
            "name": line.name,
            "reason": line.message,
            "place": f"{line.file}:{line.line}" if line.file else "",
        }
        rows.append({**row, "unknown pairs": line.pairs} if counted else row)
    return rows
