"""The page's address: always that of what is shown."""

from __future__ import annotations

import streamlit as st

from netviz.ui.link import to_query
from netviz.ui.state import current


def sync_address() -> None:
    """Make the address say what the state says, without a rerun."""
    query = to_query(current())
    if query and st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
