"""Measures what a reader would see as a fault of a picture."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.view.build import BOX_TITLE_SIZE
from netviz.view.cards import BADGE_ROOM, SUBTITLE_SIZE, TEXT_LEFT, TITLE_SIZE
from netviz.view.geometry import Path, Rect, bounds, sampled
from netviz.view.picture import Box, Edge, Node, Picture
from netviz.view.pills import PILL_SIZE
from netviz.view.text import text_width

SCREEN = (1600.0, 1000.0)
"""Width and height of a window that shows a picture and nothing else."""
_ON_THE_SIDE = 0.51
_CELL = 150.0


def faults(picture: Picture) -> list[str]:
    """Everything that must not be in a picture: lines through cards, covered labels and cards, text that sticks out."""
    return [
        *_crossed_cards(picture),
        *_covered(picture),
        *(f"{node.id} says more than it has room for" for node in picture.nodes if _overflows(node)),
        *(f"{edge.id} does not lead from side to side of its cards" for edge in _loose_edges(picture)),
        *_boxes_out_of_order(picture),
    ]


def smallest_text(picture: Picture) -> float:
    """The height of the smallest of names, subtitles and labels when the whole picture fits the screen, in pixels."""
    zoom = min(1.0, SCREEN[0] / picture.width, SCREEN[1] / picture.height)
    return zoom * min(TITLE_SIZE, SUBTITLE_SIZE, PILL_SIZE)


def _crossed_cards(picture: Picture) -> Iterator[str]:
    near: dict[tuple[int, int], list[tuple[str, Rect]]] = {}
    for node in picture.nodes:
        rect = _card(node).grown(1.0)
        for column in range(int(rect.left // _CELL), int(rect.right // _CELL) + 1):
            for row in range(int(rect.top // _CELL), int(rect.bottom // _CELL) + 1):
                near.setdefault((column, row), []).append((node.id, rect))
    for edge in picture.edges:
        own = {edge.source, edge.target}
        crossed = {
            card
            for x, y in sampled(edge.route, _steps(edge.route))
            for card, rect in near.get((int(x // _CELL), int(y // _CELL)), ())
            if (rect.grown(-1.5) if card in own else rect).holds((x, y))
        }
        yield from (f"{edge.id} runs through {card}" for card in crossed)


def _steps(route: Path) -> int:
    """So many that two samples are closer together than a corner of a card is wide."""
    reach = bounds((), route)
    return 40 if reach is None else max(40, int((reach.right - reach.left + reach.bottom - reach.top) / 12))


def _covered(picture: Picture) -> Iterator[str]:
    """Every pair of cards, labels and titles of boxes of which one lies on the other."""
    things = [(node.id, _card(node)) for node in picture.nodes]
    things += [(f"title of {box.id}", _title(box)) for box in picture.boxes]
    things += [(f"label of {e.id}", Rect.around(e.label_at, *e.label_size)) for e in picture.edges if e.label_at]
    things.sort(key=lambda thing: thing[1].left)
    for i, (name, rect) in enumerate(things):
        for other, behind in things[i + 1 :]:
            if behind.left >= rect.right:
                break
            if rect.overlaps(behind):
                yield f"{name} and {other} cover each other"


def _overflows(node: Node) -> bool:
    room = node.width - TEXT_LEFT - (BADGE_ROOM if node.ingress or node.egress else 14.0)
    return any(text_width(line, TITLE_SIZE, bold=True) > room + 0.01 for line in node.title_lines)


def _loose_edges(picture: Picture) -> list[Edge]:
    cards = {node.id: _card(node) for node in picture.nodes}
    return [
        edge
        for edge in picture.edges
        if not all(
            min(abs(x - rect.left), abs(x - rect.right)) < _ON_THE_SIDE and rect.top < y < rect.bottom
            for (x, y), rect in ((edge.route[0], cards[edge.source]), (edge.route[-1], cards[edge.target]))
        )
    ]


def _boxes_out_of_order(picture: Picture) -> Iterator[str]:
    boxes = [(box.id, _area(box)) for box in picture.boxes]
    for i, (name, rect) in enumerate(boxes):
        yield from (f"box {name} and box {other} overlap" for other, area in boxes[:i] if area.overlaps(rect))
        for node in picture.nodes:
            card = _card(node)
            within = rect.left <= card.left and card.right <= rect.right
            if card.overlaps(rect) and not (within and rect.top <= card.top and card.bottom <= rect.bottom):
                yield f"{node.id} sticks out of box {name}"


def _card(node: Node) -> Rect:
    return Rect.around((node.x, node.y), node.width, node.height)


def _area(box: Box) -> Rect:
    return Rect(box.x, box.y, box.x + box.width, box.y + box.height)


def _title(box: Box) -> Rect:
    """Where the title is written: its line, without the room that the layout leaves around it."""
    width = min(text_width(box.title, BOX_TITLE_SIZE, bold=True), box.width - 36.0)
    return Rect(box.x + 18.0, box.y + 16.0, box.x + 18.0 + width, box.y + 34.0)
