"""The dashboard on the fake bench: its names could never pass the loader, so only this page can show them."""

from __future__ import annotations

import streamlit as st

from netviz.ui.app import main
from netviz.ui.desk import DESK_KEY
from netviz.workbench import LocalDesk
from tests.app.fake_workbench import FakeWorkbench

st.session_state[DESK_KEY] = LocalDesk(FakeWorkbench.load)
main()
