"""The server of `netviz serve`: Streamlit's own, which gets ready while nobody has opened the page yet.

It differs in one answer. When a page of another site wants a connection, Streamlit compares that site with the public
address of this computer, for which it asks a server on the internet, and keeps every session waiting meanwhile.
"""

from __future__ import annotations

import gc
import threading
from importlib import import_module
from typing import Final

from streamlit import net_util
from streamlit.web import cli

from netviz.ui.desk import make_ready
from netviz.ui.memory import share_memory

FIRST_NEEDED: Final = ("netviz.ui.app", "netviz.exporters.vis")
"""What the first page needs and takes long to import."""

NEXT_NEEDED: Final = ("pandas", "pyarrow")
"""What Streamlit imports for the first table."""


def main() -> None:
    """Run Streamlit with the arguments of this process; does not return."""
    share_memory()
    net_util.get_external_ip = _nowhere
    threading.Thread(target=_get_ready, name="netviz-first", daemon=True).start()
    cli.main(prog_name="streamlit")


def _nowhere() -> None:
    """Tell the public address of this computer: it has none that anybody may use."""


def _get_ready() -> None:
    make_ready()
    for module in (*FIRST_NEEDED, *NEXT_NEEDED):
        import_module(module)
    set_aside()


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
