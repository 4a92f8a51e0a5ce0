"""The dashboard for `streamlit run app.py`; `netviz serve` is the same page with safe server settings from anywhere."""

from netviz.ui.app import main

main()
