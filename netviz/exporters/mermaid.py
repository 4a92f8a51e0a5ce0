"""Mermaid flowchart text, as pull requests and wikis draw it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from netviz.exporters.context import ExportContext, PairRows
from netviz.exporters.shapes import about, changed_card, homes, node_lines, shortened, unknown_card
from netviz.view.palette import DARK, LIGHT, Theme
from netviz.view.picture import Change, Edge, Node, NodeKind, Picture
from netviz.view.text import visible

MOST_EDGES: Final = 500
"""Mermaid refuses to draw more in its default configuration (`maxEdges`), which a text cannot change."""

_SETTINGS: Final = '%%{init: {"flowchart": {"wrappingWidth": 420}}}%%'
_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,_-+/()±−·→…")
_POD_KINDS: Final = frozenset({NodeKind.WORKLOAD, NodeKind.NAMESPACE})


def write_mermaid(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The picture as a flowchart from left to right. Of more connections than Mermaid draws, what changed and what is
    unknown come first, and a line says how many are left out.
    """
    del rows
    theme = DARK if context.dark else LIGHT
    ids = {node.id: f"n{i}" for i, node in enumerate(picture.nodes, start=1)}
    home = homes(picture)
    edges = sorted(picture.edges, key=lambda edge: (edge.change is Change.SAME, edge.certain))[:MOST_EDGES]
    lines = [_SETTINGS, "flowchart LR"]
    for i, box in enumerate(picture.boxes, start=1):
        lines.append(f'  subgraph g{i}["{mermaid_text(shortened(box.title))}"]')
        lines += [f"    {_node(ids[n.id], n)}" for n in picture.nodes if home.get(n.id) == box.id]
        lines.append("  end")
    lines += [f"  {_node(ids[node.id], node)}" for node in picture.nodes if node.id not in home]
    lines += [f'  {ids[e.source]} {_arrow(e)}|"{mermaid_text(e.label)}"| {ids[e.target]}' for e in edges]
    lines += _about(picture, context, len(edges))
    lines += _link_styles(edges, theme)
    lines += _classes(picture, ids, theme)
    return "\n".join(lines) + "\n"


def mermaid_text(text: str) -> str:
    """Text inside of double quotes: what is no letter, digit or harmless sign becomes a character code.

    Mermaid looks for directives (`%%{`), entities (`#`) and style lines (`style ..:`) in the whole text before it
    parses anything, so none of their signs may be there, quoted or not.
    """
    return "".join(c if c in _PLAIN or c.isalnum() else f"#{ord(c)};" for c in visible(text))


def _lines(lines: Iterable[str]) -> str:
    return "<br/>".join(mermaid_text(line) for line in lines)


def _node(identity: str, node: Node) -> str:
    label = _lines(node_lines(node))
    return f'{identity}["{label}"]' if node.kind in _POD_KINDS else f'{identity}(["{label}"])'


def _arrow(edge: Edge) -> str:
    """Dashed for what is gone or unknown, thick for what is new: some versions overrule the dashes of a link style."""
    if not edge.certain or edge.change is Change.REMOVED:
        return "-.->"
    return "-->" if edge.change is Change.SAME else "==>"


def _about(picture: Picture, context: ExportContext, drawn: int) -> list[str]:
    lines = [shortened(context.title), *about(picture, context)]
    if drawn < len(picture.edges):
        lines.append(f"{len(picture.edges) - drawn} connections are not drawn: Mermaid draws at most {MOST_EDGES}.")
    return ['  subgraph about["About this picture"]', f'    about1["{_lines(lines)}"]', "  end"]


def _link_styles(edges: Sequence[Edge], theme: Theme) -> list[str]:
    styles = {
        "added": f"stroke:{theme['added']},stroke-width:2.5px",
        "removed": f"stroke:{theme['removed']},stroke-width:2.5px,stroke-dasharray:8 5",
        "changed": f"stroke:{theme['changed']},stroke-width:2.5px",
        "unknown": f"stroke:{theme['unknown']},stroke-width:2px,stroke-dasharray:2 4",
    }
    lines = []
    for i, edge in enumerate(edges):
        name = edge.change.value if edge.change is not Change.SAME else "" if edge.certain else "unknown"
        if name:
            lines.append(f"  linkStyle {i} {styles[name]}")
    return lines


def _classes(picture: Picture, ids: dict[str, str], theme: Theme) -> list[str]:
    found = {
        "unknown": [ids[node.id] for node in picture.nodes if unknown_card(node)],
        "changed": [ids[node.id] for node in picture.nodes if changed_card(node) and not unknown_card(node)],
        "outside": [ids[node.id] for node in picture.nodes if node.kind not in _POD_KINDS],
        "about": ["about1"],
    }
    fill = f"fill:{theme['card']},color:{theme['text']}"
    styles = {
        "unknown": f"{fill},stroke:{theme['unknown']},stroke-width:2px,stroke-dasharray:2 4",
        "changed": f"{fill},stroke:{theme['badge_frame']},stroke-width:2px",
        "outside": f"{fill},stroke:{theme['external']},stroke-dasharray:6 4",
        "about": f"{fill},stroke:{theme['line']},text-align:left",
    }
    lines = []
    for name, members in found.items():
        if members:
            lines += [f"  classDef {name} {styles[name]}", f"  class {','.join(members)} {name}"]
    return lines
