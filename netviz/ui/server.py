"""The server of `netviz serve`: Streamlit's own, which gets ready while nobody has opened the page yet."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Final

from streamlit.web import cli

from netviz.ui.desk import make_ready

FIRST_NEEDED: Final = ("netviz.ui.app", "netviz.exporters.vis")
"""What the first page needs and takes long to import."""


def main() -> None:
    """Run Streamlit with the arguments of this process; does not return."""
    threading.Thread(target=_get_ready, name="netviz-first", daemon=True).start()
    cli.main(prog_name="streamlit")


def _get_ready() -> None:
    make_ready()
    for module in FIRST_NEEDED:
        import_module(module)


if __name__ == "__main__":
    main()
