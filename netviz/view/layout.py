"""Gives every card a place: namespaces as boxes, from left to right by who calls whom.

Cards stand in tracks, and the strips between two tracks are free of cards over the whole height of the picture: that is
what lets routing.py lead every connection around every card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netviz.view.cards import BADGE_ROOM, TEXT_LEFT, TITLE_SIZE, Face
from netviz.view.picture import Box, NodeKind
from netviz.view.stacking import (
    BOX_GAP,
    CARD_HEIGHT,
    MANY,
    PAD,
    STRIP,
    TOP,
    Flows,
    Group,
    Stacks,
    best_stacks,
    box_size,
    groups_of,
    room_after,
    starts_of,
)
from netviz.view.text import text_width, visible, wrapped

LINE_HEIGHT: Final = 17.0
NARROWEST: Final = 216.0
WIDEST: Final = 300.0
_OUTER_STRIP: Final = 88.0
_OUTER_GAP: Final = 26.0
_OUTER_WIDTH: Final = 180.0
_SWEEPS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a card stands: its centre, its size, and the number of its track."""

    x: float
    y: float
    width: float
    height: float
    track: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Places by card id. `tracks` are the x ranges that hold cards, from left to right: the first is for sources
    outside of every namespace, the last for targets there. `card_width` is that of every card with a namespace.
    """

    places: Mapping[str, Place]
    boxes: tuple[Box, ...]
    tracks: tuple[tuple[float, float], ...]
    card_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measures:
    card_width: float
    pitch: float
    heights: Mapping[str, float]


def arrange(
    cards: Mapping[str, Face], flows: Flows, colours: Mapping[str, int], sides: Mapping[str, int] | None = None
) -> Layout:
    """A place for every card. `sides` fixes columns (a focus view): negative left of the focus, positive right."""
    inner = [f for f in cards.values() if f.kind in (NodeKind.WORKLOAD, NodeKind.NAMESPACE)]
    groups = groups_of(inner, flows, sides)
    width = _card_width(inner)
    heights = {f.id: card_height(f, width) for f in inner}
    outer = [f for f in cards.values() if f.kind not in (NodeKind.WORKLOAD, NodeKind.NAMESPACE)]
    called = {target for _, target in flows}
    beside = len({f.id in called for f in outer}) * (_OUTER_WIDTH + _OUTER_STRIP)
    stacks, pitch = best_stacks(groups, width, max(heights.values(), default=CARD_HEIGHT), flows, beside=beside)
    measures = _Measures(card_width=width, pitch=pitch, heights=heights)
    stacks = _untangled(stacks, measures, flows)
    places, boxes, tracks = _set_out(stacks, measures, colours)
    return with_outer_cards(
        Layout(places=places, boxes=tuple(boxes), tracks=_with_outer_tracks(tracks, outer), card_width=width),
        outer,
        flows,
    )


def card_height(face: Face, width: float) -> float:
    """One line of title, or two."""
    return CARD_HEIGHT + LINE_HEIGHT * (len(title_lines(face, width)) - 1)


def title_lines(face: Face, width: float) -> tuple[str, ...]:
    """The title as it fits a card of this width."""
    room = BADGE_ROOM if face.ingress or face.egress else 14.0
    return wrapped(face.title, width - TEXT_LEFT - room, TITLE_SIZE, bold=True)


def with_outer_cards(layout: Layout, outer: Sequence[Face], flows: Flows) -> Layout:
    """The layout with places for cards outside of every namespace that it does not know yet; nothing else moves."""
    places = dict(layout.places)
    called = {target for _, target in flows}
    for track, faces in (
        (0, [f for f in outer if f.id not in called]),
        (len(layout.tracks) - 1, [f for f in outer if f.id in called]),
    ):
        left, right = layout.tracks[track]
        new = [f for f in faces if f.id not in places]
        new.sort(key=lambda f: (_mean_y(f.id, flows, layout.places), f.id))
        heights = [card_height(f, right - left) for f in new]
        wanted = [_mean_y(f.id, flows, layout.places) for f in new]
        taken = [p for p in layout.places.values() if p.track == track]
        if taken:
            lowest = max(p.y + p.height / 2 for p in taken)
            wanted = [max(y, lowest + _OUTER_GAP + h / 2) for y, h in zip(wanted, heights, strict=True)]
        for face, y, height in zip(new, _spread(wanted, heights, fixed_top=bool(taken)), heights, strict=True):
            places[face.id] = Place(x=(left + right) / 2, y=y, width=right - left, height=height, track=track)
    return replace(layout, places=places)


def with_stray_cards(layout: Layout, strays: Sequence[Face], colours: Mapping[str, int]) -> Layout:
    """The layout with cards of pods that it does not know, each namespace in a box of its own below everything."""
    if not strays:
        return layout
    places, boxes = dict(layout.places), list(layout.boxes)
    track = max(1, len(layout.tracks) - 2)
    left, right = layout.tracks[track]
    y = max((b.y + b.height for b in boxes), default=0.0) + BOX_GAP
    for namespace in sorted({f.box for f in strays}):
        top = y
        y += TOP
        for face in (f for f in strays if f.box == namespace):
            height = card_height(face, layout.card_width)
            places[face.id] = Place(
                x=(left + right) / 2, y=y + height / 2, width=layout.card_width, height=height, track=track
            )
            y += height + _OUTER_GAP
        boxes.append(
            Box(
                id=f"{namespace}:more",
                title=namespace,
                subtitle="namespace",
                colour=colours.get(namespace, 0),
                x=left - PAD,
                y=top,
                width=right - left + 2 * PAD,
                height=y - top,
            )
        )
        y += BOX_GAP
    return replace(layout, places=places, boxes=tuple(boxes))


def _card_width(faces: Sequence[Face]) -> float:
    wanted = sorted(f.wanted_width for f in faces)
    if not wanted:
        return NARROWEST
    fits_most = wanted[-1] if wanted[-1] <= WIDEST else wanted[int(len(wanted) * 0.8)]
    most = WIDEST if len(faces) <= MANY else 256.0
    # A name is broken where it has a hyphen, so that no single letter goes to the next line.
    unbroken = max(face.least_width for face in faces)
    return float(math.ceil(min(most, max(NARROWEST, fits_most, unbroken))))


def _untangled(stacks: Stacks, measures: _Measures, flows: Flows) -> Stacks:
    """Boxes and cards reordered towards what they are connected to; of all sweeps the one with the shortest lines."""
    best, best_length = stacks, math.inf
    neighbours: dict[str, list[str]] = {}
    for source, target in flows:
        neighbours.setdefault(source, []).append(target)
        neighbours.setdefault(target, []).append(source)
    home = {card: g.key for stack in stacks for g in stack for column in g.columns for card in column}
    for sweep in range(_SWEEPS):
        places, _, _ = _set_out(stacks, measures, {})
        length = sum(_strain(places[a], places[b], home[a] == home[b]) for a, b in flows if a in home and b in home)
        if length < best_length - 1e-6:
            best, best_length = stacks, length
        pull = {card: _pull(card, neighbours, places) for card in places}
        stacks = tuple(tuple(_sorted_group(g, pull) for g in stack) for stack in stacks)
        if sweep >= _SWEEPS // 2:
            stacks = tuple(tuple(sorted(stack, key=lambda g: _group_pull(g, pull))) for stack in stacks)
    return best


def _strain(source: Place, target: Place, same_box: bool) -> float:
    """How hard a connection is to read: its climb, more if it stays in its track or leads to a box above."""
    strain = abs(source.y - target.y)
    if source.track == target.track:
        strain += 40.0
    if not same_box and target.track <= source.track and target.y < source.y:
        strain += 80.0
    return strain


def _pull(card: str, neighbours: Mapping[str, list[str]], places: Mapping[str, Place]) -> float:
    ys = [places[other].y for other in neighbours.get(card, ()) if other in places]
    return (sum(ys) + 0.2 * places[card].y) / (len(ys) + 0.2)


def _sorted_group(group: Group, pull: Mapping[str, float]) -> Group:
    return replace(group, columns=tuple(tuple(sorted(column, key=lambda c: pull[c])) for column in group.columns))


def _group_pull(group: Group, pull: Mapping[str, float]) -> float:
    cards = [card for column in group.columns for card in column]
    return sum(pull[card] for card in cards) / len(cards)


def _set_out(
    stacks: Stacks, measures: _Measures, colours: Mapping[str, int]
) -> tuple[dict[str, Place], list[Box], list[tuple[float, float]]]:
    places: dict[str, Place] = {}
    boxes: list[Box] = []
    tracks: list[tuple[float, float]] = []
    width = measures.card_width
    x = 0.0
    for stack in stacks:
        sizes = [box_size(group, width, measures.pitch) for group in stack]
        count = max(len(group.columns) for group in stack)
        first = len(tracks) + 1
        frame = PAD if any(group.boxed for group in stack) else 0.0
        starts = [x + frame + i * (width + STRIP) for i in range(count)]
        tracks.extend((start, start + width) for start in starts)
        y = -(sum(height for _, height in sizes) + BOX_GAP * (len(stack) - 1)) / 2
        for group, (box_width, height) in zip(stack, sizes, strict=True):
            top = y + (TOP if group.boxed else 0.0) + CARD_HEIGHT / 2
            for i, (start, column) in enumerate(zip(starts_of(group), group.columns, strict=True)):
                for row, card in enumerate(column):
                    places[card] = Place(
                        x=starts[i] + width / 2,
                        y=top + (start + row) * measures.pitch,
                        width=width,
                        height=measures.heights[card],
                        track=first + i,
                    )
            if group.boxed:
                boxes.append(_box(group, colours, x=x, y=y, width=box_width, height=height))
            y += height + BOX_GAP
        x += max(size[0] for size in sizes) + room_after(stack)
    return places, boxes, tracks


def _box(group: Group, colours: Mapping[str, int], *, x: float, y: float, width: float, height: float) -> Box:
    count = sum(len(column) for column in group.columns)
    return Box(
        id=group.key.replace("\n", ":"),
        title=group.namespace,
        subtitle=f"{visible(group.grouped_by) or 'namespace'} · {count} {group.unit}{'' if count == 1 else 's'}",
        colour=colours.get(group.namespace, 0),
        x=x,
        y=y,
        width=width,
        height=height,
    )


def _with_outer_tracks(tracks: Sequence[tuple[float, float]], outer: Sequence[Face]) -> tuple[tuple[float, float], ...]:
    """The tracks with one more on either side, wide enough for the outer cards."""
    width = max((f.wanted_width for f in outer), default=0.0)
    width = min(WIDEST, max(_OUTER_WIDTH, math.ceil(width)))
    left = (tracks[0][0] if tracks else 0.0) - PAD - _OUTER_STRIP
    right = (tracks[-1][1] if tracks else 0.0) + PAD + _OUTER_STRIP
    return ((left - width, left), *tracks, (right, right + width))


def _mean_y(card: str, flows: Flows, places: Mapping[str, Place]) -> float:
    ys = [places[b if a == card else a].y for a, b in flows if card in (a, b) and (b if a == card else a) in places]
    return sum(ys) / len(ys) if ys else 0.0


def _spread(wanted: Sequence[float], heights: Sequence[float], *, fixed_top: bool) -> list[float]:
    """Centres near `wanted` (ascending) that leave a gap between cards; unless `fixed_top`, centred as a whole."""
    ys = list(wanted)
    for i in range(1, len(ys)):
        ys[i] = max(ys[i], ys[i - 1] + (heights[i - 1] + heights[i]) / 2 + _OUTER_GAP)
    if not fixed_top and ys:
        shift = sum(wanted) / len(ys) - sum(ys) / len(ys)
        ys = [y + shift for y in ys]
    return ys


def box_title_width(box: Box, size: float) -> float:
    """About the width of a box's title line."""
    return text_width(box.title, size, bold=True) + text_width(box.subtitle, size * 0.75) + 12.0
