"""What draws a picture in a browser: vis-network as the pyvis wheel ships it, and our own painter around it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

VIS_NETWORK = "vis-9.1.2/vis-network.min.js"
"""The newest vis-network in the pyvis 0.3.2 wheel."""

_OWN = ("scene", "renderer", "poster", "dom", "walking", "view")


@cache
def vis_network() -> str:
    """JavaScript that sets `globalThis.vis`."""
    # Found without importing pyvis, which takes a quarter of a second that the first page would wait for.
    spec = find_spec("pyvis")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pyvis")
    script = Path(spec.origin).with_name("lib").joinpath(VIS_NETWORK).read_text("utf-8")
    # Its last line points at a source map that is not there; developer tools would ask for it.
    return script.rpartition("\n//# sourceMappingURL=")[0] or script


@cache
def renderer_script() -> str:
    """JavaScript that declares `View`, which draws the payload of `netviz.exporters.vis`; it needs `vis_network`."""
    return "\n".join(asset(f"{name}.js") for name in _OWN)


def renderer_style() -> str:
    """The style sheet of the map's frame; its colours are the variables `--st-*` of a Streamlit theme."""
    return asset("graph.css")


def asset(name: str) -> str:
    """The text of a file in `assets`."""
    return files("netviz.exporters").joinpath("assets", name).read_text("utf-8")
