"""Arranges the boxes of namespaces: which cards in which columns, which boxes above each other, how far apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from netviz.view.cards import Face
from netviz.view.layering import layers
from netviz.view.picture import NodeKind

Flows = Mapping[tuple[str, str], float]
"""The connections that shape a layout: how much the first card calls the second."""

CARD_HEIGHT: Final = 56.0
PAD: Final = 24.0
TOP: Final = 48.0
STRIP: Final = 98.0
BETWEEN_BOXES: Final = 62.0
BOX_GAP: Final = 34.0
MANY: Final = 60
_BOTTOM: Final = 22.0
_BEST_ASPECT: Final = 1.95
_GAPS: Final = (34.0, 40.0, 50.0, 62.0, 74.0)
_ROWS: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
_LIMITS: Final = (0.7, 1.0, 1.3, 1.7, 2.2, 3.0)
_BOWS: Final = 1.7
_BESIDE: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The cards of one box. `columns` of the box from left to right, each from top to bottom; `rank` None: calls nobody
    outside and is called by nobody.
    """

    key: str
    namespace: str
    unit: str
    boxed: bool
    rank: int | None
    columns: tuple[tuple[str, ...], ...]
    grouped_by: str = ""


Stacks = tuple[tuple[Group, ...], ...]
"""Boxes above each other, from left to right."""


def groups_of(faces: Sequence[Face], flows: Flows, sides: Mapping[str, int] | None) -> list[Group]:
    """The cards by namespace (and by side, where `sides` are given), with their columns not yet folded."""
    members: dict[str, list[Face]] = {}
    for face in sorted(faces, key=lambda f: (f.box, f.title, f.id)):
        key = face.id if face.kind is NodeKind.NAMESPACE else face.box
        side = sides.get(face.id, 0) if sides else 0
        members.setdefault(f"{key}\n{side}", []).append(face)
    home = {face.id: key for key, inside in members.items() for face in inside}
    between: dict[tuple[str, str], float] = {}
    for (source, target), weight in flows.items():
        pair = home.get(source, ""), home.get(target, "")
        if all(pair) and pair[0] != pair[1]:
            between[pair] = between.get(pair, 0.0) + weight
    linked = {key for pair in between for key in pair}
    if sides:
        order = sorted({sides.get(face.id, 0) for face in faces})
        ranks = {key: order.index(int(key.rpartition("\n")[2])) for key in members}
        linked = set(members)
    else:
        ranks = layers([key for key in members if key in linked], between)
        floor = min(ranks.values(), default=0)
        ranks = {key: rank - floor for key, rank in ranks.items()}
    return [
        Group(
            key=key,
            namespace=inside[0].box,
            grouped_by=inside[0].grouped_by,
            unit=inside[0].unit,
            boxed=inside[0].kind is not NodeKind.NAMESPACE,
            rank=ranks[key] if key in linked else None,
            columns=_inner_columns([f.id for f in inside], flows),
        )
        for key, inside in members.items()
    ]


def _inner_columns(cards: Sequence[str], flows: Flows) -> tuple[tuple[str, ...], ...]:
    """The cards of one box by rank; cards that are linked to none of the others come as the last entry."""
    inside = set(cards)
    weights = {pair: w for pair, w in flows.items() if pair[0] in inside and pair[1] in inside}
    linked = {card for pair in weights for card in pair}
    ranks = layers([card for card in cards if card in linked], weights)
    columns = [tuple(card for card in cards if ranks.get(card) == rank) for rank in sorted(set(ranks.values()))]
    return (*columns, tuple(card for card in cards if card not in linked))


def _folded_columns(group: Group, rows: int, most: int) -> tuple[tuple[str, ...], ...]:
    """At most `most` ranks in columns of at most `rows` cards each; loose cards fill up the shortest ones."""
    *ranked, loose = group.columns
    merged: list[list[str]] = [[] for _ in range(min(most, len(ranked)))]
    for i, rank in enumerate(ranked):
        merged[i * len(merged) // len(ranked)].extend(rank)
    columns: list[list[str]] = []
    for column in merged:
        parts = math.ceil(len(column) / rows)
        size = math.ceil(len(column) / parts)
        columns.extend(list(column[i : i + size]) for i in range(0, len(column), size))
    total = sum(len(column) for column in columns) + len(loose)
    while len(columns) * rows < total:
        columns.append([])
    for card in loose:
        min(columns, key=len).append(card)
    return tuple(tuple(column) for column in columns)


def best_stacks(
    groups: Sequence[Group], width: float, height: float, flows: Flows, *, beside: float = 0.0
) -> tuple[Stacks, float]:
    """The way of wrapping that suits a screen best, and the distance from row to row.

    `width` and `height` are those of a card; `beside` is the width that cards outside of all boxes will take.
    """
    best: tuple[float, Stacks] = math.inf, ()
    groups = sorted(groups, key=lambda g: (g.rank is None, g.rank or 0))
    merges = _merged_ranks(groups, flows)
    inner = max((len(g.columns) - 1 for g in groups), default=0)
    gaps = _GAPS if sum(len(c) for g in groups for c in g.columns) <= MANY else _GAPS[:2]
    tried: set[tuple[tuple[tuple[str, ...], ...], ...]] = set()
    for rows, inside in product(_ROWS, sorted({inner, *(m for m in (1, 2, 3, 4) if m < inner)})):
        columns = tuple(_folded_columns(g, rows, inside) for g in groups)
        if columns in tried:
            continue
        tried.add(columns)
        folded = [replace(g, columns=c) for g, c in zip(groups, columns, strict=True)]
        sizes = {g.key: box_size(g, width, height + gaps[0]) for g in folded}
        limits = _limits(sizes.values())
        bows = _same_column(folded, flows) / max(1, len(flows))
        # No stacking makes a picture smaller than its boxes, so that many a merge need not be tried.
        least = math.log(max(1.0, math.sqrt(sum(w * h for w, h in sizes.values()) / _BEST_ASPECT))) + _BOWS * bows
        for ranks, level in merges:
            if least + _BESIDE * level >= best[0]:
                continue
            ranked = _by_rank(folded, ranks, sizes)
            for limit in limits:
                stacks = _stacked(ranked, sizes, limit)
                cost = _cost(stacks, sizes, beside) + _BOWS * bows + _BESIDE * level
                if cost < best[0] - 1e-9:
                    best = cost, stacks
    return best[1], height + _widest_gap(best[1], width, height, gaps, beside)


def _limits(sizes: Iterable[tuple[float, float]]) -> list[float]:
    """How high a stack may be: some boxes high, or about as high as the picture must be to suit a screen."""
    found = [*sizes]
    tallest = max((h for _, h in found), default=0.0)
    area = sum((w + BETWEEN_BOXES + 2 * PAD) * (h + BOX_GAP) for w, h in found)
    screen = math.sqrt(area / _BEST_ASPECT)
    return sorted({tallest, *(max(tallest, side * share) for side in (tallest, screen) for share in _LIMITS)})


def _merged_ranks(groups: Sequence[Group], flows: Flows) -> list[tuple[dict[str, int], float]]:
    """The ranks as they are, then with ever more neighbouring ranks taken together, down to one.

    Each time those two are merged that call each other least; the number is the share of all connections that then run
    between boxes of one rank.
    """
    home = {card: g.key for g in groups if g.rank is not None for column in g.columns for card in column}
    calls: dict[tuple[str, str], int] = {}
    for source, target in flows:
        if source in home and target in home and home[source] != home[target]:
            pair = home[source], home[target]
            calls[pair] = calls.get(pair, 0) + 1
    ranks = {g.key: g.rank for g in groups if g.rank is not None}
    found: list[tuple[dict[str, int], float]] = []
    while True:
        between: dict[int, int] = {}
        beside = 0
        for (a, b), count in calls.items():
            low, high = sorted((ranks[a], ranks[b]))
            beside += count if low == high else 0
            if high == low + 1:
                between[low] = between.get(low, 0) + count
        found.append((ranks, beside / max(1, len(flows))))
        last = max(ranks.values(), default=0)
        if last < 1:
            return found
        joint = min(range(last), key=lambda rank: (between.get(rank, 0), -rank))
        ranks = {key: rank - (rank > joint) for key, rank in ranks.items()}


def _same_column(groups: Sequence[Group], flows: Flows) -> int:
    """How many connections run between two cards above each other."""
    column = {card: (g.key, i) for g in groups for i, cards in enumerate(g.columns) for card in cards}
    return sum(1 for source, target in flows if source in column and column[source] == column.get(target))


def _widest_gap(stacks: Stacks, width: float, height: float, gaps: Sequence[float], beside: float) -> float:
    """The most room between rows that does not make the picture smaller on the screen."""
    costs = {
        gap: _cost(stacks, {g.key: box_size(g, width, height + gap) for stack in stacks for g in stack}, beside)
        for gap in gaps
    }
    return max(gap for gap, cost in costs.items() if cost <= costs[gaps[0]] + 0.02)


def box_size(group: Group, width: float, pitch: float) -> tuple[float, float]:
    """Width and height of a box, frame included, for cards of this width and rows this far apart."""
    count = len(group.columns)
    rows = _row_span(group)
    frame = (2 * PAD, TOP + _BOTTOM) if group.boxed else (0.0, 0.0)
    return count * width + (count - 1) * STRIP + frame[0], rows * pitch - (pitch - CARD_HEIGHT) + frame[1]


def _row_span(group: Group) -> float:
    return max(start + len(column) for start, column in zip(starts_of(group), group.columns, strict=True))


def room_after(stack: Sequence[Group]) -> float:
    """The room between a stack and what stands right of it; cards without a box need what boxes have as their frame."""
    return BETWEEN_BOXES if any(group.boxed for group in stack) else BETWEEN_BOXES + 2 * PAD


def starts_of(group: Group) -> list[float]:
    """The row where each column begins; neighbouring columns differ by half a row so that lines pass between cards."""
    most = max(len(column) for column in group.columns)
    starts = [(most - len(column)) / 2 for column in group.columns]
    for i in range(1, len(starts)):
        if (starts[i] - starts[i - 1]) % 1 == 0:
            starts[i] += 0.5 if starts[i - 1] % 1 == 0 else -0.5
    lowest = min(starts)
    return [start - lowest for start in starts]


def _by_rank(
    groups: Sequence[Group], ranks: Mapping[str, int], sizes: Mapping[str, tuple[float, float]]
) -> list[list[Group]]:
    """The boxes of each rank; last those of none, the highest first."""
    found: dict[int, list[Group]] = {}
    for group in groups:
        if group.key in ranks:
            found.setdefault(ranks[group.key], []).append(group)
    loose = [group for group in groups if group.key not in ranks]
    return [*(found[rank] for rank in sorted(found)), sorted(loose, key=lambda g: -sizes[g.key][1])]


def _stacked(ranked: Sequence[Sequence[Group]], sizes: Mapping[str, tuple[float, float]], limit: float) -> Stacks:
    """Each rank begins a stack, and another where it gets higher than the limit; loose boxes fill up the lowest."""
    stacks: list[list[Group]] = []
    filled: list[float] = []
    *ranks, loose = ranked
    for rank in ranks:
        for i, group in enumerate(rank):
            height = sizes[group.key][1]
            if i == 0 or filled[-1] + height > limit:
                stacks.append([])
                filled.append(-BOX_GAP)
            stacks[-1].append(group)
            filled[-1] += height + BOX_GAP
    for group in loose:
        height = sizes[group.key][1]
        at = min(range(len(stacks)), key=filled.__getitem__, default=len(stacks))
        if at == len(stacks) or filled[at] + BOX_GAP + height > limit:
            at = len(stacks)
            stacks.append([])
            filled.append(-BOX_GAP)
        stacks[at].append(group)
        filled[at] += height + BOX_GAP
    return tuple(tuple(stack) for stack in stacks)


def _cost(stacks: Stacks, sizes: Mapping[str, tuple[float, float]], beside: float) -> float:
    width = beside + sum(max(sizes[g.key][0] for g in stack) + room_after(stack) for stack in stacks)
    height = max((sum(sizes[g.key][1] + BOX_GAP for g in stack) for stack in stacks), default=CARD_HEIGHT)
    return math.log(max(width / _BEST_ASPECT, height))
