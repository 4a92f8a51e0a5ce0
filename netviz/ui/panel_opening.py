"""What is shown while an input is opened."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from netviz.errors import NetvizError
from netviz.manifests.limits import ServerLimits
from netviz.ui.desk import desk, presence
from netviz.ui.opening import finish
from netviz.ui.parts import text
from netviz.ui.state import Notice, Pending, current, update
from netviz.ui.text import plural
from netviz.workbench import Bench, Waiting

QUIET_SECONDS = 0.4
"""What is opened faster than this shows no progress."""

POLL_SECONDS = 0.2
WIDTH = 640


def render_opening() -> None:
    """If something is being opened, wait for it: afterwards it is open, or the state says why not."""
    # In every run: what comes after it must not change its place on the page, or it would be made anew.
    place = st.empty()
    pending = current().opening
    if pending is None:
        return
    try:
        told = pending.job.poll(QUIET_SECONDS)
        bench = _awaited(pending, place) if isinstance(told, Waiting) else told
    except NetvizError as error:
        _end(Notice(tone="error", headline="This could not be opened.", line=str(error)))
    except Exception:
        _end(None)
        raise
    else:
        finish(pending, bench)
    place.empty()


def _end(notice: Notice | None) -> None:
    state = update(opening=None, notice=notice)
    presence().hold(state.bench)


def cancel_opening() -> None:
    """Stop what is being opened; what was open before still is."""
    pending = current().opening
    if pending is not None:
        pending.job.cancel()
        _end(Notice(tone="info", headline="Cancelled.", line=f"{pending.origin} was not opened."))


def _awaited(pending: Pending, place: DeltaGenerator) -> Bench:
    limits = desk().limits
    with (
        place.container(horizontal=True, horizontal_alignment="center"),
        st.container(width=WIDTH, border=True, key="nv-opening"),
    ):
        text(f"Opening {pending.origin}", "title", "opening")
        line, bar, clock = st.empty(), st.empty(), st.empty()
        st.button("Cancel", key="cancel-opening", on_click=cancel_opening)
    while isinstance(told := pending.job.poll(POLL_SECONDS), Waiting):
        line.text(stage_words(told, limits))
        bar.progress(min(1.0, told.done / told.total) if told.total else 0.0)
        clock.text("" if told.queued else f"{told.seconds:.0f} s; at most {limits.seconds} s")
    return told


def stage_words(told: Waiting, limits: ServerLimits) -> str:
    """What is being done, and how far it is."""
    if told.queued:
        others = plural(limits.analyses, "input is", "inputs are")
        return f"Waiting for a free place: {others} being opened on this server, which is as many as it opens at a time"
    match told.stage:
        case "":
            return "Starting"
        case "reading":
            return f"Reading: {told.done / 1e6:,.1f} of {told.total / 1e6:,.1f} MB"
        case "objects":
            return f"Understanding the objects: {told.done:,} of {told.total:,}"
        case "policies":
            return "Finding out what each policy selects"
        case other:
            return other.capitalize()
