"""Graphviz DOT: one cluster for each namespace, with nothing in it that a name could turn into an instruction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from netviz.exporters.context import ExportContext, PairRows
from netviz.exporters.shapes import (
    about,
    changed_card,
    edge_lines,
    homes,
    node_lines,
    shortened,
    unknown_card,
)
from netviz.view.palette import DARK, LIGHT, Theme
from netviz.view.picture import Box, Change, Edge, Node, NodeKind, Picture
from netviz.view.text import visible

_FONT: Final = "Helvetica,Arial,sans-serif"
_POD_KINDS: Final = frozenset({NodeKind.WORKLOAD, NodeKind.NAMESPACE})


def write_dot(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The picture as a digraph. Added connections are bold, removed ones dashed, unknown ones dotted."""
    del rows
    theme = DARK if context.dark else LIGHT
    ids = {node.id: f"n{i}" for i, node in enumerate(picture.nodes, start=1)}
    home = homes(picture)
    lines = [
        "digraph netviz {",
        f"  graph [{_attributes(_frame(picture, context, theme))}];",
        f"  node [{_attributes(_node_defaults(theme))}];",
        f'  edge [fontname="{_FONT}", fontsize=10, arrowsize=0.8];',
    ]
    for i, box in enumerate(picture.boxes, start=1):
        inside = [node for node in picture.nodes if home.get(node.id) == box.id]
        lines += _cluster(i, box, [_node(ids[node.id], node, theme) for node in inside], theme)
    lines += [f"  {_node(ids[node.id], node, theme)}" for node in picture.nodes if node.id not in home]
    lines += [f"  {ids[e.source]} -> {ids[e.target]} [{_attributes(_edge(e, theme))}];" for e in picture.edges]
    return "\n".join([*lines, "}"]) + "\n"


def dot_text(text: str) -> str:
    """Text inside of double quotes: neither an escape sequence nor an entity of Graphviz can be in it."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


def _lines(lines: Iterable[str], end: str = "\\n") -> str:
    return "".join(f"{dot_text(line)}{end}" for line in lines) if end == "\\l" else end.join(map(dot_text, lines))


def _frame(picture: Picture, context: ExportContext, theme: Theme) -> Iterator[tuple[str, str]]:
    yield "label", _lines((shortened(context.title), *about(picture, context)), "\\l")
    yield from (("labelloc", "b"), ("labeljust", "l"), ("rankdir", "LR"), ("charset", "UTF-8"), ("compound", "true"))
    yield from (("bgcolor", theme["background"]), ("fontcolor", theme["text"]), ("fontname", _FONT))
    yield from (("fontsize", "11"), ("nodesep", "0.25"), ("ranksep", "0.9"))


def _node_defaults(theme: Theme) -> Iterator[tuple[str, str]]:
    yield from (("shape", "box"), ("style", "rounded,filled"), ("fillcolor", theme["card"]))
    yield from (("color", theme["card_line"]), ("fontcolor", theme["text"]), ("fontname", _FONT), ("fontsize", "11"))


def _cluster(number: int, box: Box, nodes: list[str], theme: Theme) -> Iterator[str]:
    colours = theme["namespaces"][box.colour % len(theme["namespaces"])]
    yield f"  subgraph cluster_{number} {{"
    settings = {
        "label": _lines((shortened(box.title), *([box.subtitle] if box.subtitle else []))),
        "style": "rounded,filled",
        "color": colours["border"],
        "fillcolor": colours["tint"],
        "fontcolor": colours["text"],
    }
    yield f"    graph [{_attributes(settings.items())}];"
    yield from (f"    {node}" for node in nodes)
    yield "  }"


def _node(identity: str, node: Node, theme: Theme) -> str:
    settings = {"label": _lines(node_lines(node)), "tooltip": _lines(shortened(line) for line in node.tooltip)}
    if node.kind not in _POD_KINDS:
        settings["style"] = "rounded,filled,dashed"
    if unknown_card(node):
        settings |= {"style": "rounded,filled,dotted", "color": theme["unknown"]}
    elif changed_card(node):
        settings |= {"color": theme["badge_frame"], "penwidth": "2"}
    return f"{identity} [{_attributes(settings.items())}];"


def _edge(edge: Edge, theme: Theme) -> Iterator[tuple[str, str]]:
    unsure = not edge.certain
    name = "unknown" if unsure and edge.change is Change.SAME else edge.change.value
    style = "dotted" if unsure else {Change.ADDED: "bold", Change.REMOVED: "dashed"}.get(edge.change, "solid")
    colour = theme[name]  # type: ignore[literal-required]  # the names of changes are keys of a theme
    yield from (("label", dot_text(edge.label)), ("style", style), ("color", colour), ("fontcolor", colour))
    yield "tooltip", _lines(edge_lines(edge))
    if edge.change is not Change.SAME:
        yield "penwidth", "2"


def _attributes(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in pairs)
