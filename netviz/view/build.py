"""From two matrices to a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netviz.analysis.pairs import paired
from netviz.engine.matrix import ReachabilityMatrix
from netviz.sets.connections import ConnectionSet
from netviz.view.cards import Face
from netviz.view.filters import CardLabels, narrowed, quickly_counted
from netviz.view.fold import Link
from netviz.view.geometry import Path, Rect, bounds
from netviz.view.hubs import CARDS_OF_PODS
from netviz.view.layout import Layout, arrange, box_title_width, title_lines, with_outer_cards, with_stray_cards
from netviz.view.picture import Box, Change, Edge, Node, Picture
from netviz.view.pills import Wanted, pill_size, placed
from netviz.view.routing import routes
from netviz.view.scene import NO_LABELS, PLAIN, Scene, scene
from netviz.view.settings import ViewSettings, frame_of
from netviz.view.words import connection_words, short_words

BOX_TITLE_SIZE = 16.0
MARGIN = 28.0
MOST_LABELLED = 25
SIGNS: Mapping[Change, str] = {Change.SAME: "", Change.ADDED: "+ ", Change.REMOVED: "− ", Change.CHANGED: "± "}
_CHANGE_TEXT: Mapping[Change, str] = {
    Change.SAME: "",
    Change.ADDED: "added",
    Change.REMOVED: "removed",
    Change.CHANGED: "ports changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a picture takes over from its baseline: the places, and what the baseline itself shows with these settings.

    Keep it, so that a what-if need not compute it again. Search and "only changes", which move nothing, are left out of
    `view`.
    """

    view: ViewSettings
    scene: Scene
    layout: Layout


def make_baseline(
    before: ReachabilityMatrix, *, view: ViewSettings = PLAIN, labels: CardLabels = NO_LABELS
) -> Baseline:
    """The scene and the places of a baseline, for `build_picture`."""
    part, frame = narrowed(before, view), frame_of(view)
    shown = scene(paired(part, part), frame, labels, None if part is before else quickly_counted(before))
    return Baseline(view=frame, scene=shown, layout=_arranged(shown))


def build_picture(
    after: ReachabilityMatrix,
    before: ReachabilityMatrix | None,
    *,
    title: str,
    what_if: str,
    view: ViewSettings = PLAIN,
    labels: CardLabels = NO_LABELS,
    notes: Sequence[str] = (),
    baseline: Baseline | None = None,
) -> Picture:
    """The picture of `after`, with what differs from `before` (None: nothing to compare with).

    Places depend on the baseline alone: a card never moves because of a what-if, and one that exists only after it gets
    a free place. `baseline` must come from `make_baseline` with the same matrix, labels and settings.
    """
    base = after if before is None else before
    if baseline is None:
        baseline = make_baseline(base, view=view, labels=labels)
    shown = baseline.scene if base is after and view == baseline.view else _shown(after, base, view, labels)
    layout = _completed(baseline.layout, shown)
    boxes = _used_boxes(layout, shown)
    titles = [_title_rect(box) for box in boxes]
    paths = routes(_only_shown(layout, shown), [(link.source, link.target) for link in shown.links], titles)
    edges = _edges(shown, paths, _card_rects(layout, shown), titles)
    nodes = _nodes(shown, layout)
    return _framed(
        nodes,
        edges,
        boxes,
        shown,
        title=title,
        what_if=what_if,
        notes=(*notes, *shown.notes),
        unit=after.by.value,
    )


def _shown(after: ReachabilityMatrix, before: ReachabilityMatrix, view: ViewSettings, labels: CardLabels) -> Scene:
    part = narrowed(after, view)
    was = part if before is after else narrowed(before, view)
    return scene(paired(was, part), view, labels, None if part is after else quickly_counted(after))


def _flows(links: Sequence[Link]) -> dict[tuple[str, str], float]:
    flows: dict[tuple[str, str], float] = {}
    for link in links:
        pair = link.source, link.target
        flows[pair] = flows.get(pair, 0.0) + (1.0 if link.certain else 0.3)
    return flows


def _arranged(baseline: Scene) -> Layout:
    return arrange(baseline.faces, _flows(baseline.links), baseline.colours, baseline.sides)


def _completed(layout: Layout, shown: Scene) -> Layout:
    strays = [f for f in shown.faces.values() if f.kind in CARDS_OF_PODS and f.id not in layout.places]
    layout = with_stray_cards(layout, strays, shown.colours)
    outer = [f for f in shown.faces.values() if f.kind not in CARDS_OF_PODS]
    return with_outer_cards(layout, outer, _flows(shown.links))


def _only_shown(layout: Layout, shown: Scene) -> Layout:
    places = {card: place for card, place in layout.places.items() if card in shown.faces}
    return Layout(places=places, boxes=layout.boxes, tracks=layout.tracks, card_width=layout.card_width)


def _used_boxes(layout: Layout, shown: Scene) -> tuple[Box, ...]:
    """The boxes that hold a card that is shown."""
    cards = [layout.places[card] for card in shown.faces]
    return tuple(
        box
        for box in layout.boxes
        if any(Rect(box.x, box.y, box.x + box.width, box.y + box.height).holds((card.x, card.y)) for card in cards)
    )


def _title_rect(box: Box) -> Rect:
    width = min(box.width - 28.0, box_title_width(box, BOX_TITLE_SIZE) + 8.0)
    return Rect(box.x + 12.0, box.y - 4.0, box.x + 12.0 + width, box.y + 38.0)


def _card_rects(layout: Layout, shown: Scene) -> list[Rect]:
    places = [layout.places[card] for card in shown.faces]
    return [Rect.around((p.x, p.y), p.width, p.height) for p in places]


def _nodes(shown: Scene, layout: Layout) -> tuple[Node, ...]:
    nodes = [_node(face, layout, shown.colours) for face in shown.faces.values()]
    return tuple(sorted(nodes, key=lambda node: (node.x, node.y, node.id)))


def _node(face: Face, layout: Layout, colours: Mapping[str, int]) -> Node:
    place = layout.places[face.id]
    return Node(
        id=face.id,
        kind=face.kind,
        title_lines=title_lines(face, place.width),
        subtitle=face.subtitle,
        namespace=face.namespace,
        icon=face.icon,
        colour=colours.get(face.box, 0),
        x=round(place.x, 2),
        y=round(place.y, 2),
        width=place.width,
        height=place.height,
        ingress=face.ingress,
        egress=face.egress,
        ingress_before=face.ingress_before,
        egress_before=face.egress_before,
        tooltip=face.tooltip,
        peer=face.peer,
        example=face.example,
    )


def _edges(shown: Scene, paths: Sequence[Path], cards: Sequence[Rect], titles: Sequence[Rect]) -> tuple[Edge, ...]:
    labels = [_label(link) for link in shown.links]
    wanted = [
        Wanted(path=path, text=label, rank=int(link.change is Change.SAME))
        for link, path, label in zip(shown.links, paths, labels, strict=True)
    ]
    centres = placed(wanted, [*(card.grown(1.0) for card in cards), *titles], fill=len(wanted) <= MOST_LABELLED)
    edges = [
        Edge(
            id=f"{link.source} -> {link.target}{'' if link.certain else ' ?'}",
            source=link.source,
            target=link.target,
            change=link.change,
            label=label,
            ports=_words(link.after),
            ports_before="" if link.change is Change.SAME else _words(link.before),
            certain=link.certain,
            label_at=None if centre is None else (round(centre[0], 2), round(centre[1], 2)),
            label_size=pill_size(label),
            route=tuple((round(x, 2), round(y, 2)) for x, y in path),
            tooltip=_edge_tooltip(link, shown.faces),
        )
        for link, path, label, centre in zip(shown.links, paths, labels, centres, strict=True)
    ]
    return tuple(sorted(edges, key=lambda edge: (edge.change is not Change.SAME, edge.id)))


def _label(link: Link) -> str:
    ports = link.before if link.change is Change.REMOVED else link.after
    return f"{SIGNS[link.change]}{'' if link.certain else '? '}{short_words(ports)}"


def _words(connections: ConnectionSet) -> str:
    return connection_words(connections) if connections else ""


def _edge_tooltip(link: Link, cards: Mapping[str, Face]) -> tuple[str, ...]:
    lines = [f"{cards[link.source].title} → {cards[link.target].title}"]
    if link.change is Change.CHANGED:
        lines.append(f"{_words(link.after)} (was: {_words(link.before)})")
    else:
        lines.append(_words(link.after) or _words(link.before))
    if not link.certain:
        lines.append("cannot be decided from this input")
    if link.change is not Change.SAME:
        lines.append(_CHANGE_TEXT[link.change])
    return tuple(lines)


def _framed(
    nodes: tuple[Node, ...],
    edges: tuple[Edge, ...],
    boxes: tuple[Box, ...],
    shown: Scene,
    *,
    title: str,
    what_if: str,
    notes: tuple[str, ...],
    unit: str,
) -> Picture:
    rects = [Rect.around((n.x, n.y), n.width, n.height) for n in nodes]
    rects += [Rect(b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes]
    rects += [Rect.around(e.label_at, *e.label_size) for e in edges if e.label_at]
    # A Bezier piece stays within its four points, so these bound the curves without sampling them.
    points = [point for edge in edges for point in edge.route]
    around = (bounds(rects, points) or Rect(0.0, 0.0, 640.0, 240.0)).grown(MARGIN)
    return Picture(
        title=title,
        what_if=what_if,
        nodes=nodes,
        edges=edges,
        boxes=boxes,
        counts=shown.counts,
        whole=shown.whole,
        found=tuple(sorted(shown.found)),
        x=round(around.left, 2),
        y=round(around.top, 2),
        width=round(around.right - around.left, 2),
        height=round(around.bottom - around.top, 2),
        notes=notes,
        unit=unit,
    )
