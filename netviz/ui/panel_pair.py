"""The one selection that all views share, and its explanation beside a view that draws no map."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from netviz.errors import UsageError
from netviz.ui.panel_why import render_why
from netviz.ui.state import NOTHING, AppState, Subject, go_to, update
from netviz.view.picture import Counts, Picture
from netviz.workbench import Bench, WhyQuestion

NO_PICTURE = Picture(
    title="", what_if="", nodes=(), edges=(), boxes=(), counts=Counts(), x=0, y=0, width=0, height=0
)


def selected_question(state: AppState, bench: Bench) -> WhyQuestion | None:
    """The connection that is selected, wherever that was done; None if none is, or its arrow is not drawn any more."""
    subject = state.subject
    if subject.question is not None or not subject.source:
        return subject.question
    try:
        return bench.edge_question(state.what_if, state.question, subject.source, subject.target)
    except UsageError:
        return None


def selected_pair(state: AppState, bench: Bench) -> tuple[str, str] | None:
    """The two ends of the selected connection."""
    question = selected_question(state, bench)
    return (question.source, question.target) if question else None


def select_pair(source: str, target: str) -> None:
    """Select the connection between two peers, and show its explanation."""
    update(subject=Subject(question=WhyQuestion(source=source, target=target)), explaining=True)


def explain_beside_map(question: WhyQuestion) -> None:
    """Select a connection on some port, and go to the map, with its explanation beside it. Not for callbacks."""
    update(subject=Subject(question=question, asked=True), explaining=True)
    go_to("map")
    # A callback of a fragment would run the fragment alone, and the view stay what it is.
    st.rerun()


def render_pair(state: AppState, bench: Bench, *, hint: str) -> None:
    """The explanation of the selected connection; `hint` says how to select one."""
    question = selected_question(state, bench)
    subject = NOTHING if question is None else Subject(question=question, asked=state.subject.asked)
    with st.container(key="nv-pair"):
        render_why(replace(state, subject=subject), bench, NO_PICTURE, hint=hint)
