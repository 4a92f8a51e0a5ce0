"""The dashboard, whose sessions end at once when their page is closed; for `streamlit run`."""

from netviz.ui import app, desk

desk.GRACE_SECONDS = 0.2  # type: ignore[misc]  # the only thing that differs
app.main()
