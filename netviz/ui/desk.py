"""Where this session's input is opened, and how that ends with the session."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from netviz import workbench
from netviz.manifests.limits import LIMITS_VARIABLE, read_written
from netviz.ui.memory import return_memory

DESK_KEY: Final = "netviz-desk"
"""A session that holds a desk under this key uses it; all others share the server's."""

PRESENCE_KEY: Final = "netviz-presence"
GRACE_SECONDS: Final = 20.0
"""How long a page may lose its connection (a sleeping laptop, a bad network) without losing its input."""

LOOKS: Final = 10
"""So often in a row, over the time of grace, a page must not be there before it counts as gone."""

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
    """Ends what a session holds when its page has been closed, or not connected, for the time of grace.

    It looks whether the page is there, from the moment that there is something to end: what Streamlit tells when a page
    goes is told once, and possibly while the page is still being made and opens its input only then. `is_connected` is
    asked from another thread.
    """

    def __init__(self, is_connected: Callable[[], bool]) -> None:
        self._is_connected = is_connected
        self._held: workbench.Opening | workbench.Bench | None = None
        self._is_watched = False
        self._lock = threading.Lock()

    def hold(self, thing: workbench.Opening | workbench.Bench | None) -> None:
        """What ends with the session from now on."""
        with self._lock:
            self._held = thing
            if thing is None or self._is_watched:
                return
            self._is_watched = True
        threading.Thread(target=self._watch, name="netviz-presence", daemon=True).start()

    def _watch(self) -> None:
        absent = 0
        while absent < LOOKS:
            time.sleep(GRACE_SECONDS / LOOKS)
            absent = 0 if self._is_connected() else absent + 1
        with self._lock:
            held, self._held = self._held, None
            self._is_watched = False
        workbench.let_go(held, ABSENT)
        return_memory()


def _is_connected(session: str) -> bool:
    # Without a server, as in a test of the page, nobody can go.
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


def presence() -> Presence:
    """That of this session."""
    if PRESENCE_KEY not in st.session_state:
        context = get_script_run_ctx()
        session = "" if context is None else context.session_id
        st.session_state[PRESENCE_KEY] = Presence(partial(_is_connected, session))
    found: Presence = st.session_state[PRESENCE_KEY]
    return found
