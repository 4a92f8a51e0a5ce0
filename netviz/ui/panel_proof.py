"""Prove that a change does just what was intended, or see what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import streamlit as st

from netviz.ui.parts import guarded, text
from netviz.ui.text import plural
from netviz.workbench import EffectLine, IntentLine, ProofAnswer, WhyQuestion

EXAMPLE: Final = "allow shop/web -> data/db TCP 5432"


def render_proof(
    key: str, prove: Callable[[tuple[str, ...]], ProofAnswer], explain: Callable[[WhyQuestion], None]
) -> None:
    """Lines of intent and what becomes of them; `explain` shows why a connection is as it is. `key` is unique."""
    panel = st.expander("Prove the change", on_change="rerun", key=f"{key}-open")
    if not panel.open:
        return
    with panel, guarded(key):
        written = st.text_area(
            "What is intended, one in each line; nothing if nothing is to change",
            placeholder=EXAMPLE,
            height=96,
            key=f"{key}-intents",
        )
        answer = prove(tuple(line.strip() for line in (written or "").splitlines() if line.strip()))
        text(f"{'✓' if answer.proven else '✗'} {answer.sentence}", "strong", f"{key}-sentence")
        for number, line in enumerate(answer.intents):
            _render_intent(line, f"{key}-{number}", explain)
        _render_pairs("Changes besides", answer.others, answer.total, f"{key}-others")
        _render_pairs("May change, but it cannot be decided", answer.doubtful, answer.doubts, f"{key}-doubts")


def _render_intent(line: IntentLine, key: str, explain: Callable[[WhyQuestion], None]) -> None:
    with st.container(key=f"nv-step-{'yes' if line.holds else 'no'}-{key}"):
        st.text(f"{'✓' if line.holds else '✗'} {line.text}")
        text(f"{line.before} before, {line.after} now", "quiet", f"{key}-stands")
        if line.why is not None:
            st.text(line.against)
            st.button("Why?", key=f"{key}-why", on_click=partial(explain, line.why))


def _render_pairs(title: str, pairs: Sequence[EffectLine], total: int, key: str) -> None:
    if not pairs:
        return
    text(f"{title}: {plural(total, 'pair')}", "strong", key)
    st.dataframe(
        [
            {
                "change": pair.change,
                "from": pair.source,
                "to": pair.target,
                "before": pair.before or "denied",
                "after": pair.after or "denied",
            }
            for pair in pairs
        ],
        hide_index=True,
        key=f"{key}-table",
    )
    if total > len(pairs):
        text(f"and {total - len(pairs):,} more", "quiet", f"{key}-left")
