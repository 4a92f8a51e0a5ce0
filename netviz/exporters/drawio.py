"""draw.io (diagrams.net): cards, boxes and arrows as shapes that can be moved, each arrow attached to its cards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from netviz.exporters.context import ExportContext, PairRows
from netviz.exporters.shapes import about, changed_card, edge_lines, homes, node_lines, shortened, unknown_card
from netviz.exporters.xml import xml_attribute, xml_lines, xml_text
from netviz.view.palette import DARK, LIGHT, Theme
from netviz.view.picture import Box, Change, Edge, Node, NodeKind, Picture
from netviz.view.text import text_width

_MARGIN: Final = 40.0
_TITLE_ROOM: Final = 56.0
_LINE: Final = 16.0
_CARD_ROOM: Final = 20.0
_BOX_TITLE: Final = 16.0
_CARD_TEXT: Final = 11.0
_POD_KINDS: Final = frozenset({NodeKind.WORKLOAD, NodeKind.NAMESPACE})
_Place = tuple[float, float, float, float]


def write_drawio(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The picture as an uncompressed draw.io file with one page. Labels are plain text (no `html=1` anywhere)."""
    del rows
    theme = DARK if context.dark else LIGHT
    shift = _MARGIN - picture.x, _MARGIN + _TITLE_ROOM - picture.y
    ids = {node.id: f"n{i}" for i, node in enumerate(picture.nodes, start=1)}
    boxes = {box.id: (f"b{i}", box) for i, box in enumerate(picture.boxes, start=1)}
    home = homes(picture)
    below = about(picture, context)
    height = _MARGIN * 2 + _TITLE_ROOM + picture.height + len(below) * _LINE + _MARGIN
    width = max(860.0, picture.width + 2 * _MARGIN)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<mxfile host="netviz" version="{xml_attribute(context.version)}">',
        '<diagram id="netviz" name="Network policies">',
        f'<mxGraphModel dx="800" dy="600" grid="0" guides="1" tooltips="1" connect="1" arrows="1" fold="1" page="1"'
        f' pageScale="1" pageWidth="{_n(width)}" pageHeight="{_n(height)}" math="0" shadow="0"'
        f' background="{theme["background"]}">',
        '<root><mxCell id="0"/><mxCell id="1" parent="0"/>',
        _text("title", [context.title], (_MARGIN, _MARGIN / 2, width - 2 * _MARGIN, 32.0), theme["text"], 21),
    ]
    lines += [_box(identity, box, shift, theme) for identity, box in boxes.values()]
    for node in picture.nodes:
        inside = boxes.get(home.get(node.id, ""))
        origin = (-inside[1].x, -inside[1].y) if inside else shift
        lines.append(_card(ids[node.id], node, inside[0] if inside else "1", origin, theme))
    at = {node.id: node for node in picture.nodes}
    lines += [
        _edge(f"e{i}", edge, ids, at, shift, theme) for i, edge in enumerate(picture.edges, start=1)
    ]
    bottom = _MARGIN + _TITLE_ROOM + picture.height + _MARGIN / 2
    place = _MARGIN, bottom, width - 2 * _MARGIN, len(below) * _LINE
    lines.append(_text("about", below, place, theme["muted"], 12))
    return "\n".join([*lines, "</root></mxGraphModel></diagram></mxfile>"]) + "\n"


def _text(identity: str, lines: Iterable[str], place: _Place, colour: str, size: int) -> str:
    style = _style(
        text=None,
        align="left",
        verticalAlign="top",
        whiteSpace="wrap",
        fillColor="none",
        strokeColor="none",
        fontSize=size,
        fontColor=colour,
        html=0,
    )
    return _cell(identity, lines, (), style, "1", place)


def _box(identity: str, box: Box, shift: tuple[float, float], theme: Theme) -> str:
    colours = theme["namespaces"][box.colour % len(theme["namespaces"])]
    style = _style(
        rounded=1,
        arcSize=4,
        container=1,
        collapsible=0,
        recursiveResize=0,
        align="left",
        verticalAlign="top",
        spacingLeft=14,
        spacingTop=8,
        fontStyle=1,
        fontSize=_n(_BOX_TITLE),
        fillColor=colours["tint"],
        strokeColor=colours["border"],
        fontColor=colours["text"],
        html=0,
    )
    room = box.width - _CARD_ROOM
    whole = f"{box.title}  {box.subtitle}".rstrip()
    fits = text_width(whole, _BOX_TITLE, bold=True) <= room
    label = whole if fits else _fitting(shortened(box.title), room, _BOX_TITLE, bold=True)
    return _cell(identity, [label], (), style, "1", (box.x + shift[0], box.y + shift[1], box.width, box.height))


def _card(identity: str, node: Node, parent: str, origin: tuple[float, float], theme: Theme) -> str:
    outside = node.kind not in _POD_KINDS
    colour = theme["external"] if outside else theme["namespaces"][node.colour % len(theme["namespaces"])]["stroke"]
    dashes = {"dashed": 1, "dashPattern": "6 4"} if outside else {}
    if unknown_card(node):
        colour, dashes = theme["unknown"], {"dashed": 1, "dashPattern": "2 4"}
    elif changed_card(node):
        colour, dashes = theme["badge_frame"], {"strokeWidth": 2}
    style = _style(
        rounded=1,
        arcSize=14,
        whiteSpace="wrap",
        align="left",
        spacingLeft=10,
        fontSize=_n(_CARD_TEXT),
        overflow="hidden",
        fillColor=theme["card"],
        strokeColor=colour,
        fontColor=theme["text"],
        html=0,
        **dashes,
    )
    left, top = node.x - node.width / 2 + origin[0], node.y - node.height / 2 + origin[1]
    lines = [_fitting(line, node.width - _CARD_ROOM) for line in node_lines(node)]
    tooltip = [shortened(line, 600) for line in node.tooltip]
    return _cell(identity, lines, tooltip, style, parent, (left, top, node.width, node.height))


def _fitting(line: str, width: float, size: float = _CARD_TEXT, *, bold: bool = False) -> str:
    """The line shortened until it fits: draw.io would break it, and a card holds three lines."""
    while len(line) > 8 and text_width(line, size, bold=bold) > width:
        line = shortened(line, len(line) - 2)
    return line


def _edge(
    identity: str,
    edge: Edge,
    ids: dict[str, str],
    nodes: dict[str, Node],
    shift: tuple[float, float],
    theme: Theme,
) -> str:
    unsure = not edge.certain
    name = "unknown" if unsure and edge.change is Change.SAME else edge.change.value
    colour = theme[name]  # type: ignore[literal-required]  # the names of changes are keys of a theme
    dashes: dict[str, object] = {"dashed": 1, "dashPattern": "2 4"} if unsure else {}
    if edge.change is Change.REMOVED and not unsure:
        dashes = {"dashed": 1, "dashPattern": "8 5"}
    ends = _anchors(edge, nodes) if len(edge.route) >= 4 else {}
    style = _style(
        curved=1,
        endArrow="classic",
        strokeColor=colour,
        strokeWidth=1 if edge.change is Change.SAME else 2,
        fontColor=theme["text"] if edge.change is Change.SAME else colour,
        fontSize=11,
        labelBackgroundColor=theme["background"],
        html=0,
        **dashes,
        **ends,
    )
    points = "".join(f'<mxPoint x="{_n(x + shift[0])}" y="{_n(y + shift[1])}"/>' for x, y in _bends(edge, ends))
    bends = f'<Array as="points">{points}</Array>' if points else ""
    return (
        f'<object id="{identity}" label="{xml_attribute(edge.label)}" tooltip="{_tooltip(edge_lines(edge))}">'
        f'<mxCell style="{style}" edge="1" parent="1" source="{ids[edge.source]}" target="{ids[edge.target]}">'
        f'<mxGeometry relative="1" as="geometry">{bends}</mxGeometry></mxCell></object>'
    )


def _bends(edge: Edge, ends: dict[str, object]) -> tuple[tuple[float, float], ...]:
    """The points that an arrow is led by: the joints of a route around cards, the handles of one that leaves and enters
    on the same side. Any other has none, and so follows its cards when these are moved.
    """
    if len(edge.route) > 4:
        return edge.route[3:-1:3]
    return edge.route[1:3] if ends and ends["exitX"] == ends["entryX"] else ()


def _anchors(edge: Edge, nodes: dict[str, Node]) -> dict[str, object]:
    """Where the arrow leaves and enters its cards, as fractions of their sides."""
    found: dict[str, object] = {}
    for name, node, (x, y) in (
        ("exit", nodes[edge.source], edge.route[0]),
        ("entry", nodes[edge.target], edge.route[-1]),
    ):
        across = min(1.0, max(0.0, (x - node.x) / node.width + 0.5))
        down = min(1.0, max(0.0, (y - node.y) / node.height + 0.5))
        found |= {f"{name}X": _n(across), f"{name}Y": _n(down), f"{name}Perimeter": 0}
    return found


def _cell(
    identity: str, lines: Iterable[str], tooltip: Iterable[str], style: str, parent: str, place: _Place
) -> str:
    x, y, width, height = place
    return (
        f'<object id="{identity}" label="{xml_lines(lines)}" tooltip="{_tooltip(tooltip)}">'
        f'<mxCell style="{style}" vertex="1" parent="{parent}">'
        f'<mxGeometry x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" as="geometry"/>'
        "</mxCell></object>"
    )


def _tooltip(lines: Iterable[str]) -> str:
    """What the pointer shows: draw.io takes it for HTML, so that names are escaped for that, and then for XML."""
    return xml_lines(map(xml_text, lines))


def _style(**settings: object) -> str:
    """A style of our own words only; a setting without value is a name."""
    return "".join(_setting(name, value) for name, value in settings.items())


def _setting(name: str, value: object) -> str:
    return f"{name};" if value is None else f"{name}={value};"


def _n(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
