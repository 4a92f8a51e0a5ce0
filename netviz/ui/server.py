"""The server of `netviz serve`: Streamlit's own, which gets ready while nobody has opened the page yet.

It differs in one answer. When a page of another site wants a connection, Streamlit compares that site with the public
address of this computer, for which it asks a server on the internet, and keeps every session waiting meanwhile.
"""

from __future__ import annotations

import gc
import sys
import threading
from importlib import import_module
from typing import Final

from streamlit import net_util
from streamlit.web import cli

from netviz.ui.desk import make_ready
from netviz.ui.memory import share_memory

FIRST_NEEDED: Final = "netviz.ui.app"
"""What a page without an input needs."""

NEXT_NEEDED: Final = (
    "netviz.ui.panel_whatif",
    "netviz.ui.panel_scenario",
    "netviz.ui.panel_map",
    "netviz.ui.page_matrix",
    "netviz.ui.page_policies",
    "netviz.ui.page_table",
    "netviz.ui.page_findings",
    "netviz.ui.page_reach",
    "netviz.ui.page_expectations",
    "netviz.ui.page_compare",
    "netviz.ui.editor",
    "pandas",
    "pyarrow",
)
"""What the views of an input need, and last what Streamlit imports for the first table."""


def main() -> None:
    """Run Streamlit with the arguments of this process; does not return."""
    share_memory()
    net_util.get_external_ip = _nowhere
    threading.Thread(target=_get_ready, name="netviz-first", daemon=True).start()
    cli.main(prog_name="streamlit")


def _nowhere() -> None:
    """Tell the public address of this computer: it has none that anybody may use."""


def _get_ready() -> None:
    """Import what pages need, and start the process for the first input: at once if the server was given one."""
    import_module(FIRST_NEEDED)
    if "--" in sys.argv[:-1]:
        make_ready()
    for module in NEXT_NEEDED:
        import_module(module)
    set_aside()
    make_ready()


def set_aside() -> None:
    """Keep the garbage collector away from all that is there now, which stays as long as the server does.

    Streamlit collects after every run of a page and of each of its fragments, and holds up every session meanwhile:
    with all that was imported, that takes a tenth of a second. To be called once and early: what sessions make has to
    be found when they end.
    """
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
