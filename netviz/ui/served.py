"""The application that the server of `netviz serve` runs: the page, with headers that keep it to itself."""

from __future__ import annotations

from pathlib import Path

import streamlit

from netviz.ui.headers import header_middleware

app = streamlit.App(Path(__file__).with_name("page.py"), middleware=[header_middleware()])
