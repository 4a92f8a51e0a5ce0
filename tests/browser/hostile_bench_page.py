"""The dashboard on a real bench all of whose names are hostile texts, in every view that there is."""

from __future__ import annotations

import streamlit as st

from netviz.ui.app import main
from netviz.ui.desk import DESK_KEY
from netviz.workbench import LocalDesk
from tests.hostile_bench import HostileBench

st.session_state[DESK_KEY] = LocalDesk(HostileBench.load)
main()
