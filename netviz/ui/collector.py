"""What the garbage collector of the server need not look at."""

from __future__ import annotations

import gc
import sys

import streamlit as st


class Collector:
    """Keeps the collector away from what was imported, which stays as long as the server does.

    Streamlit collects after every run of a page and of each of its fragments, and holds up every session meanwhile:
    with all that the page imports, that takes a tenth of a second. What a session has made is still collected.
    """

    def __init__(self) -> None:
        self._modules = 0

    def settle(self) -> None:
        """If something was imported since the last time, set aside all that is there."""
        if len(sys.modules) != self._modules:
            gc.collect()
            gc.freeze()
            self._modules = len(sys.modules)


@st.cache_resource(show_spinner=False)
def collector() -> Collector:
    """That of the server. It holds a number."""
    return Collector()
