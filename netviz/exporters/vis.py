"""The payload that the page's renderer draws: a picture as plain JSON, its nodes and edges kept by pyvis."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from pyvis.network import Network

from netviz.view.palette import BADGE_ICONS, BADGE_WORDS, CHANGE_WORDS, ICONS, PALETTE
from netviz.view.picture import Badge, Box, Change, Counts, Edge, Node, Picture
from netviz.view.text import visible

TEXT_LENGTH = 2000
"""Characters of one text that travel to the page; more than anyone reads on a map."""

BADGE_ORDER = (Badge.SOME, Badge.ANY, Badge.OPEN, Badge.NONE, Badge.UNKNOWN, Badge.UNPOLICED)
"""Legend entries from the usual to the rare."""


def payload(picture: Picture, *, identity: str = "") -> dict[str, object]:
    """The picture as the renderer wants it: JSON values only, lengths in drawing units rounded to 0.1.

    `nodes` and `edges` are the lists of `pyvis.network.Network.get_network_data()`; what the renderer needs beyond
    pyvis' own fields is under `nv`. Pictures with the same `identity` are states of one map: the renderer keeps zoom
    and dragged cards between them. By default it is made of the title and the boxes. Every text is untrusted and has
    its control and bidirectional characters made visible; the renderer writes it to a canvas or to `textContent`,
    nowhere else.
    """
    network = Network(directed=True)
    for node in picture.nodes:
        network.add_node(
            node.id,
            label=_name(node),
            shape="custom",
            x=_round(node.x),
            y=_round(node.y),
            nv=_card(node, picture.boxes),
        )
    for edge in picture.edges:
        network.add_edge(edge.source, edge.target, id=edge.id, nv=_connection(edge))
    nodes, edges, *_ = network.get_network_data()
    return {
        "identity": identity or _identity(picture),
        "title": _text(picture.title),
        "what_if": _text(picture.what_if),
        "headline": headline(picture.counts, picture.unit),
        "differences": differences(picture.counts),
        "notes": _lines(picture.notes),
        "found": list(picture.found),
        "view": _rounded((picture.x, picture.y, picture.width, picture.height)),
        "nodes": nodes,
        "edges": edges,
        "boxes": [_box(box) for box in picture.boxes],
        "legend": _legend(picture),
        "palette": _plain(PALETTE),
        "icons": {"card": _plain(ICONS), "badge": _plain(BADGE_ICONS)},
    }


def headline(counts: Counts, unit: str = "workload") -> str:
    """How much is drawn, in one line: `12 workloads · 26 allowed pairs · 2 undecided`; `unit` as in `Picture`."""
    parts = [_count(counts.workloads, unit), _count(counts.pairs, "allowed pair")]
    if counts.unknown:
        parts.append(f"{counts.unknown} undecided")
    return " · ".join(parts)


def differences(counts: Counts) -> str:
    """What the what-if changed, in words: `4 added, 1 removed`; "" for nothing."""
    numbers = (
        (counts.added, "added"),
        (counts.removed, "removed"),
        (counts.changed, "changed"),
        (counts.now_unknown, "now unknown"),
    )
    return ", ".join(f"{number} {word}" for number, word in numbers if number)


def _identity(picture: Picture) -> str:
    parts = [picture.title, *sorted(box.id for box in picture.boxes)]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _name(node: Node) -> str:
    return _text(" ".join(node.title_lines)) or "(no name)"


def _card(node: Node, boxes: Iterable[Box]) -> dict[str, object]:
    home = next((box.id for box in boxes if _holds(box, node)), "")
    return {
        "kind": node.kind.value,
        "lines": _lines(node.title_lines),
        "subtitle": _text(node.subtitle),
        "namespace": _text(node.namespace),
        "icon": node.icon,
        "colour": node.colour,
        "width": _round(node.width),
        "height": _round(node.height),
        "badges": _badges(node),
        "tooltip": _lines(node.tooltip),
        "box": home,
    }


def _holds(box: Box, node: Node) -> bool:
    return box.x <= node.x <= box.x + box.width and box.y <= node.y <= box.y + box.height


def _badges(node: Node) -> list[dict[str, object]]:
    sides = (("in", node.ingress, node.ingress_before), ("out", node.egress, node.egress_before))
    return [
        {"side": side, "state": state.value, "changed": before is not None and before is not state}
        for side, state, before in sides
        if state is not None
    ]


def _connection(edge: Edge) -> dict[str, object]:
    return {
        "change": edge.change.value,
        "certain": edge.certain,
        "label": _text(edge.label),
        "at": None if edge.label_at is None else _rounded(edge.label_at),
        "size": _rounded(edge.label_size),
        "route": [_rounded(point) for point in edge.route],
        "tooltip": _lines(edge.tooltip),
    }


def _box(box: Box) -> dict[str, object]:
    return {
        "id": box.id,
        "title": _text(box.title),
        "subtitle": _text(box.subtitle),
        "colour": box.colour,
        "rect": _rounded((box.x, box.y, box.width, box.height)),
    }


def _legend(picture: Picture) -> list[dict[str, object]]:
    """Only what the picture contains, edges first: the fewer entries, the more are read."""
    changes = {edge.change for edge in picture.edges if edge.certain}
    badges = {badge for node in picture.nodes for badge in (node.ingress, node.egress)}
    entries: list[dict[str, object]] = [
        {"mark": "edge", "name": change.value, "text": CHANGE_WORDS[change.value]}
        for change in Change
        if change in changes
    ]
    if not all(edge.certain for edge in picture.edges):
        entries.append({"mark": "edge", "name": "unknown", "text": CHANGE_WORDS["unknown"]})
    entries += [{"mark": "badge", "name": b.value, "text": BADGE_WORDS[b.value]} for b in BADGE_ORDER if b in badges]
    return entries


def _text(text: str) -> str:
    return visible(text[:TEXT_LENGTH])


def _lines(texts: Iterable[str]) -> list[str]:
    return [_text(text) for text in texts]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _round(length: float) -> float:
    return round(float(length), 1)


def _rounded(lengths: Iterable[float]) -> list[float]:
    return [_round(length) for length in lengths]


def _plain(value: object) -> object:
    """The same value made of dictionaries and lists only, as JSON has them."""
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
