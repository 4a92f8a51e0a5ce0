"""Cubic Bezier paths and rectangles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

Point = tuple[float, float]
Path = tuple[Point, ...]
"""The start point, then three points for each cubic piece."""

_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle by its left, top, right and bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, centre: Point, width: float, height: float) -> Rect:
        """The rectangle of that size with that centre."""
        return cls(centre[0] - width / 2, centre[1] - height / 2, centre[0] + width / 2, centre[1] + height / 2)

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, point: Point) -> bool:
        """Whether the point lies strictly inside."""
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom

    def grown(self, by: float) -> Rect:
        """The rectangle with `by` more on every side."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)


def pieces(path: Path) -> Iterator[tuple[Point, Point, Point, Point]]:
    """The cubic pieces of a path."""
    for i in range(0, len(path) - 1, 3):
        yield path[i], path[i + 1], path[i + 2], path[i + 3]


def point_at(piece: tuple[Point, Point, Point, Point], t: float) -> Point:
    """The point of a cubic piece at `t` from 0 to 1."""
    s = 1 - t
    a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = piece
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def sampled(path: Path, steps: int = _STEPS) -> list[Point]:
    """Points along the path, `steps` for each piece, both ends included."""
    points = [path[0]]
    for piece in pieces(path):
        points.extend(point_at(piece, i / steps) for i in range(1, steps + 1))
    return points


def line(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """A straight piece from `start`, without it."""
    (x0, y0), (x1, y1) = start, end
    return ((2 * x0 + x1) / 3, (2 * y0 + y1) / 3), ((x0 + 2 * x1) / 3, (y0 + 2 * y1) / 3), end


def swing(start: Point, end: Point, handle: float = 0.5) -> tuple[Point, Point, Point]:
    """An S-shaped piece from `start`, without it, level at both ends; it stays between the two in x."""
    (x0, y0), (x1, y1) = start, end
    reach = (x1 - x0) * handle
    return (x0 + reach, y0), (x1 - reach, y1), end


def bounds(rects: Iterable[Rect], points: Sequence[Point] = ()) -> Rect | None:
    """The smallest rectangle around everything; None for nothing."""
    found = [*rects, *(Rect(x, y, x, y) for x, y in points)]
    if not found:
        return None
    return Rect(
        min(r.left for r in found),
        min(r.top for r in found),
        max(r.right for r in found),
        max(r.bottom for r in found),
    )
