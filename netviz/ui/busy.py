"""What a page says while an answer takes longer than a moment, and how the question is given up."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitInvalidLayoutContextError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from netviz.workbench import Waiting

BUSY_KEY: Final = "netviz-busy"
MOMENT_SECONDS: Final = 1.0


class Busy:
    """The line at the top of the page, which is there only while an answer is awaited."""

    def __init__(self, line: DeltaGenerator) -> None:
        self._line = line
        self._waiting: Waiting | None = None

    def show(self, waiting: Waiting | None) -> None:
        """Say how it stands. Writing is also what lets another click end this run: a wait must do it often."""
        self._waiting = waiting or self._waiting
        # A fragment may write outside of itself only if it did so in the last full run, where nothing may have waited.
        with suppress(StreamlitInvalidLayoutContextError):
            if waiting is None or waiting.seconds < MOMENT_SECONDS:
                self._line.empty()
            else:
                self._line.text(f"Working on it… {waiting.seconds:.0f} s")

    def give_up(self) -> None:
        """Do not ask again what was awaited last."""
        if self._waiting is not None:
            self._waiting.give_up()


def place_busy_line() -> None:
    """Make room for the line and its button, which the style sheet hides while the line is empty.

    Both stand outside of the fragments: only a click there ends a run that waits.
    """
    with st.container(key="nv-busy", horizontal=True, vertical_alignment="center"):
        busy = Busy(st.empty())
        last: Busy | None = st.session_state.get(BUSY_KEY)
        st.button("Cancel", key="give-up", on_click=(last or busy).give_up)
        st.session_state[BUSY_KEY] = busy


def reserve_busy_line() -> None:
    """Write to the line, so that the fragment that calls this at its start may do so again when it alone is run."""
    watch(None)


def watch(waiting: Waiting | None) -> None:
    """Tell the session whose page waits in this thread."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return
    busy: Busy | None = st.session_state.get(BUSY_KEY)
    if busy is not None:
        busy.show(waiting)
