"""Measures what a reader would see as a fault of a picture."""

from __future__ import annotations

from netviz.view.geometry import Rect, sampled
from netviz.view.picture import Node, Picture


def faults(picture: Picture) -> list[str]:
    """Every route that runs through a card that it does not touch, and every label that covers something."""
    cards = {node.id: _rect(node) for node in picture.nodes}
    found = []
    labels = []
    for edge in picture.edges:
        points = sampled(edge.route, 40)
        for card, rect in cards.items():
            inside = rect.grown(-0.5) if card in (edge.source, edge.target) else rect.grown(1.0)
            if any(inside.holds(point) for point in points):
                found.append(f"{edge.id} runs through {card}")
        if edge.label_at:
            labels.append((edge.id, Rect.around(edge.label_at, *edge.label_size)))
    for i, (edge_id, label) in enumerate(labels):
        found += [f"label of {edge_id} covers {card}" for card, rect in cards.items() if label.overlaps(rect)]
        found += [f"label of {edge_id} covers label of {other}" for other, rect in labels[:i] if label.overlaps(rect)]
    names = list(cards)
    found += [f"{a} covers {b}" for i, a in enumerate(names) for b in names[:i] if cards[a].overlaps(cards[b])]
    return found


def _rect(node: Node) -> Rect:
    return Rect.around((node.x, node.y), node.width, node.height)
