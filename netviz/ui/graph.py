"""The map on the page: a Streamlit Components v2 component around vis-network and our own renderer.

Two components, because a component's inline JavaScript travels with every change of its data: the renderer (vis-network
from the pyvis wheel and the painter, 0.5 MB) is constant and travels once, the graph carries the data. The page has the
renderer on every view, since Streamlit sends again what the last runs of a page did not show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from netviz.exporters.renderer import renderer_script, renderer_style, vis_network

HTML = '<div class="netviz"></div>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was clicked: `type` is node, edge or box, `id` as in the picture, `source` and `target` the ends of an edge.

    `click` tells one click from another on the same thing; it has no meaning otherwise.
    """

    type: str
    id: str
    source: str = ""
    target: str = ""
    click: int = 0


def draw(
    payload: Mapping[str, object], *, key: str, height: int = 0, on_collapse: Callable[[str], None] | None = None
) -> Selection | None:
    """Draws the payload of `netviz.exporters.vis` and gives what is selected in it, None for nothing.

    With the same `key`, zoom, centre and dragged cards survive a new payload of the same map. `height` is the canvas
    height in pixels; 0 lets it follow the picture's shape between 420 and 900. A click reruns the script, or the
    fragment around this call. `on_collapse` is called before that run with the name of a namespace whose box, or whose
    card at the level of namespaces, was double-clicked; without it the browser zooms to the box. The page must have
    `place_renderer` too.
    """
    graph, _ = _components()
    result = graph(
        key=key,
        data={**payload, "height": height, "folds": on_collapse is not None},
        on_selection_change=_ignore,
        on_collapse_change=partial(_collapsed, key, payload, on_collapse),
    )
    return selection_of(result.get("selection"), payload)


def place_renderer() -> None:
    """Give the page what draws its maps; it takes no room. To be called once, at the same place in every run."""
    _, renderer = _components()
    with st.container(key="nv-renderer"):
        renderer(key="netviz-renderer")


def selection_of(state: object, payload: Mapping[str, object]) -> Selection | None:
    """The browser's state as a value, None if it names nothing in the payload; an edge's ends are the payload's own."""
    match state:
        case {"type": "node", "id": str(name)} if _find(payload["nodes"], name):
            return Selection(type="node", id=name, click=_click(state))
        case {"type": "box", "id": str(name)} if _find(payload["boxes"], name):
            return Selection(type="box", id=name, click=_click(state))
        case {"type": "edge", "id": str(name)} if edge := _find(payload["edges"], name):
            ends = {"source": str(edge["from"]), "target": str(edge["to"])}
            return Selection(type="edge", id=name, click=_click(state), **ends)
        case _:
            return None


def collapsed_of(state: object, payload: Mapping[str, object]) -> str:
    """The namespace that was double-clicked, "" if the browser's state names none that the payload draws."""
    boxes, nodes = payload["boxes"], payload["nodes"]
    match state:
        case {"namespace": str(name)} if isinstance(boxes, list) and isinstance(nodes, list):
            drawn = {box["title"] for box in boxes} | {_folded(node) for node in nodes}
            return name if name in drawn else ""
        case _:
            return ""


def _folded(node: Mapping[str, Mapping[str, object]]) -> object:
    """The namespace that a card stands for as a whole, as the renderer names it."""
    own = node["nv"]
    return (own["namespace"] or node["label"]) if own["kind"] == "namespace" else ""


def _collapsed(key: str, payload: Mapping[str, object], on_collapse: Callable[[str], None] | None) -> None:
    namespace = collapsed_of(st.session_state[key].get("collapse"), payload)
    if namespace and on_collapse is not None:
        on_collapse(namespace)


def _click(state: object) -> int:
    match state:
        case {"click": int(number)}:
            return number
        case _:
            return 0


def _ignore() -> None:
    """Declares `selection` as state of the component: Streamlit knows states by their callbacks."""


def _find(items: object, name: str) -> Mapping[str, object] | None:
    return next((item for item in items if item["id"] == name), None) if isinstance(items, list) else None


@cache
def _components() -> tuple[ComponentRenderer, ComponentRenderer]:
    """The graph and the renderer; the names are Streamlit's keys for them."""
    slot, mount = _asset("slot.js"), _asset("mount.js")
    vis, own = vis_network(), renderer_script()
    digest = hashlib.sha256("".join((vis, slot, mount, own)).encode()).hexdigest()[:12]
    slot = f'const SLOT = "netviz-{digest}";\n{slot}'
    offer = "slot().offer(View);\nexport default function offered() {}\n"
    return (
        st.components.v2.component("netviz_graph", html=HTML, css=renderer_style(), js=f"{slot}\n{mount}"),
        st.components.v2.component("netviz_renderer", js="\n".join((vis, slot, own, offer))),
    )


def _asset(name: str) -> str:
    return files("netviz.ui").joinpath("assets", name).read_text("utf-8")
