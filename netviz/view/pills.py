"""Finds places for the labels of connections: on their line, on no card, no title and no other label."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from netviz.view.geometry import Path, Point, Rect, pieces, point_at
from netviz.view.text import text_width

PILL_SIZE: Final = 11.5
PILL_HEIGHT: Final = 20.0
_PADDING: Final = 9.0
_CELL: Final = 64.0
_GAP: Final = 3.0
_HEAD: Final = 14.0
_STEPS: Final = 24
_SAMPLE: Final = 16.0
_MOST_COMPARED: Final = 150
_SHARES: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8, 0.14, 0.86, 0.09, 0.91)
_SHIFTS: Final = (0.0, -9.0, 9.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A label to place: its path and text. `rank` 0 is placed first."""

    path: Path
    text: str
    rank: int


def pill_size(text: str) -> tuple[float, float]:
    """Width and height of a label."""
    return round(text_width(text, PILL_SIZE) + 2 * _PADDING, 2), PILL_HEIGHT


def placed(wanted: Sequence[Wanted], obstacles: Iterable[Rect], *, fill: bool) -> tuple[Point | None, ...]:
    """A centre for each label, in order; None where no free place was found.

    With `fill` labels are also tried beside their line, for pictures that have room.
    """
    taken = _Grid(obstacles)
    lines = [_Line(item.path) for item in wanted]
    crossings = _Crossings([line.points for line in lines] if len(lines) <= _MOST_COMPARED else ())
    found: list[Point | None] = [None] * len(wanted)
    for i in sorted(range(len(wanted)), key=lambda i: (wanted[i].rank, lines[i].steps[-1], i)):
        width, height = pill_size(wanted[i].text)
        best: tuple[float, Point, Rect] | None = None
        for order, share in enumerate(_SHARES):
            x, y = lines[i].at(share)
            for shift in _SHIFTS if fill else _SHIFTS[:1]:
                rect = Rect.around((x, y + shift), width, height)
                if taken.hits(rect.grown(_GAP)):
                    continue
                cost = 3.0 * crossings.count(rect, but=i) + 0.6 * order + 0.3 * abs(shift)
                if rect.grown(_HEAD).holds(lines[i].points[-1]):
                    cost += 4.0
                if best is None or cost < best[0]:
                    best = cost, (x, y + shift), rect
            if best and best[0] <= 0.6 * order:
                break
        if best:
            found[i] = best[1]
            taken.add(best[2])
    return tuple(found)


class _Line:
    """A path as points, and how far along it each of them lies."""

    def __init__(self, path: Path) -> None:
        self.points = [path[0]]
        for piece in pieces(path):
            reach = abs(piece[3][0] - piece[0][0]) + abs(piece[3][1] - piece[0][1])
            steps = max(2, min(_STEPS, int(reach / _SAMPLE)))
            self.points.extend(point_at(piece, i / steps) for i in range(1, steps + 1))
        self.steps = [0.0]
        for (x0, y0), (x1, y1) in pairwise(self.points):
            self.steps.append(self.steps[-1] + math.hypot(x1 - x0, y1 - y0))

    def at(self, share: float) -> Point:
        """The point at a share of the length."""
        wanted = share * self.steps[-1]
        i = max(1, bisect_left(self.steps, wanted))
        span = self.steps[i] - self.steps[i - 1]
        part = (wanted - self.steps[i - 1]) / span if span else 0.0
        (x0, y0), (x1, y1) = self.points[i - 1], self.points[i]
        return x0 + part * (x1 - x0), y0 + part * (y1 - y0)


class _Grid:
    """Rectangles by the cells that they touch."""

    def __init__(self, rects: Iterable[Rect]) -> None:
        self._cells: dict[tuple[int, int], list[Rect]] = {}
        for rect in rects:
            self.add(rect)

    def add(self, rect: Rect) -> None:
        """Takes the room of one more rectangle."""
        for cell in _cells(rect):
            self._cells.setdefault(cell, []).append(rect)

    def hits(self, rect: Rect) -> bool:
        """Whether the rectangle overlaps one that is taken."""
        return any(rect.overlaps(other) for cell in _cells(rect) for other in self._cells.get(cell, ()))


class _Crossings:
    """Which lines pass through a rectangle."""

    def __init__(self, lines: Sequence[Sequence[Point]]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[int, Point]]] = {}
        for i, points in enumerate(lines):
            for x, y in points:
                self._cells.setdefault((int(x // _CELL), int(y // _CELL)), []).append((i, (x, y)))

    def count(self, rect: Rect, *, but: int) -> int:
        """How many lines other than `but` pass through."""
        near = rect.grown(3.0)
        return len(
            {i for cell in _cells(near) for i, point in self._cells.get(cell, ()) if i != but and near.holds(point)}
        )


def _cells(rect: Rect) -> list[tuple[int, int]]:
    columns = range(int(rect.left // _CELL), int(rect.right // _CELL) + 1)
    rows = range(int(rect.top // _CELL), int(rect.bottom // _CELL) + 1)
    return [(x, y) for x in columns for y in rows]
