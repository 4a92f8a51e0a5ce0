"""Where this session's input is opened, and how that ends with the session."""

from __future__ import annotations

import os
import threading
from typing import Final

import streamlit as st

from netviz import workbench
from netviz.manifests.limits import LIMITS_VARIABLE, read_written

DESK_KEY: Final = "netviz-desk"
"""A session that holds a desk under this key uses it; all others share the server's."""

PRESENCE_KEY: Final = "netviz-presence"
GRACE_SECONDS: Final = 20.0
"""How long a page may lose its connection (a sleeping laptop, a bad network) without losing its input."""

ABSENT: Final = "This page was not connected for a while, so its input was let go."


@st.cache_resource(show_spinner=False)
def _server_desk() -> workbench.WorkerDesk:
    # Shared by all sessions, and so it holds nothing that came from one: places, limits and an idle process.
    return workbench.WorkerDesk(read_written(os.environ.get(LIMITS_VARIABLE, "")))


def desk() -> workbench.Desk:
    """Where this session opens its input."""
    chosen: workbench.Desk | None = st.session_state.get(DESK_KEY)
    return chosen or _server_desk()


def make_ready() -> None:
    """Start the process that will hold the first input, before anybody asks for it."""
    _server_desk().prepare()


class Presence:
    """Ends what a session holds when its page is closed. It counts the runs of the page to see whether it is back."""

    def __init__(self) -> None:
        self._runs = 0
        self._held: workbench.Opening | workbench.Bench | None = None

    def attend(self) -> None:
        """The page runs."""
        self._runs += 1

    def hold(self, thing: workbench.Opening | workbench.Bench | None) -> None:
        """What ends with the session from now on."""
        self._held = thing

    def leave(self) -> None:
        """The page is closed or not connected: end everything, unless it comes back in time."""
        timer = threading.Timer(GRACE_SECONDS, self._end, (self._runs,))
        timer.daemon = True
        timer.start()

    def _end(self, runs: int) -> None:
        if runs == self._runs:
            workbench.let_go(self._held, ABSENT)
            self._held = None


@st.cache_resource(show_spinner=False, scope="session", on_release=Presence.leave)
def _tied(_presence: Presence) -> Presence:
    # Streamlit releases what a session has cached as soon as its page is not connected any more.
    return _presence


def presence() -> Presence:
    """That of this session."""
    if PRESENCE_KEY not in st.session_state:
        st.session_state[PRESENCE_KEY] = Presence()
    found: Presence = st.session_state[PRESENCE_KEY]
    return _tied(found)
