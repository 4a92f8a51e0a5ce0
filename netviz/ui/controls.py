"""What pages have in common above their answers: the row of title and controls, and controls that show the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from netviz.ui.parts import text
from netviz.ui.state import AppState, current, update


@contextmanager
def title_bar(page: str, words: str) -> Iterator[None]:
    """A title, and at the other end of its row the controls that are rendered inside; `page` is unique on the page."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"nv-bar-{page}"
    ):
        text(words, "title", page)
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            yield


def keyed(name: str, value: object) -> str:
    """The key of a control, which shows the state whatever it showed before."""
    key = f"{name}-{current().generation}"
    st.session_state[key] = value
    return key


def render_parts(key: str, parts: Mapping[str, str], chosen: str, change: Callable[[str], object]) -> None:
    """The choice between the parts of a page, by their names and words; `change` is called with the name."""
    key = keyed(key, chosen)
    st.segmented_control(
        "Part",
        list(parts),
        key=key,
        required=True,
        format_func=lambda part: parts[part],
        label_visibility="collapsed",
        on_change=_change,
        args=(change, key),
    )


def _change(change: Callable[[str], object], key: str) -> None:
    change(st.session_state[key])


def render_explain_switch(state: AppState, page: str, what: str) -> None:
    """The switch for the panel of explanations; `what` it stands beside."""
    key = keyed(f"{page}-explain", state.explaining)
    st.toggle("Explain", key=key, help=f"A panel beside the {what}", on_change=_set_explaining, args=(key,))


def _set_explaining(key: str) -> None:
    update(explaining=st.session_state[key])
