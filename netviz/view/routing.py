"""Leads every connection around the cards that it does not touch.

A connection leaves and enters cards at their sides. In the strips between tracks nothing stands, so it may swing up and
down there; it crosses a track only through a gap between two cards. Where one plain curve is free, that is taken;
otherwise the cheapest gaps are found track by track, and connections that share a gap run side by side.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netviz.view.geometry import Path, Point, Rect, line, swing
from netviz.view.layout import Layout, Place

_CLEAR: Final = 9.0
_LANE: Final = 10.0
_PORT: Final = 11.0
_PORT_ROOM: Final = 38.0
_BEND: Final = 24.0
_CROWD: Final = 7.0
_CHOICES: Final = 6
_PLAIN_SPAN: Final = 4
_FAR: Final = 1e6
_HANDLES: Final = (0.5, 0.36, 0.62)
_HALVINGS: Final = 14

Gap = tuple[float, float]
_State = tuple[float, float, tuple[tuple[int, float], ...]]
"""Cost so far, height now, and the gaps with their heights on the way."""
Ends = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How one connection runs. `gaps[k]` is the number of the gap in `tracks[k]`, `ys[k]` its height there."""

    source: Place
    target: Place
    tracks: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()
    ys: tuple[float, ...] = ()
    handle: float = 0.5

    @property
    def sides(self) -> tuple[int, int]:
        """On which side of its cards it leaves and enters: 1 right, -1 left."""
        if self.source.track == self.target.track:
            return 1, 1
        return (1, -1) if self.source.track < self.target.track else (-1, 1)


def routes(layout: Layout, ends: Sequence[Ends], titles: Sequence[Rect] = ()) -> tuple[Path, ...]:
    """One path for each pair of card ids, in order. `titles` are kept free where that is possible."""
    gaps = _track_gaps(layout, titles)
    plans: dict[int, _Plan] = {}
    crowd: dict[tuple[int, int], int] = {}
    for i in sorted(range(len(ends)), key=lambda i: (_reach(layout, ends[i]), ends[i], i)):
        source, target = (layout.places[card] for card in ends[i])
        plan = _planned(layout, gaps, crowd, source, target)
        for track, gap in zip(plan.tracks, plan.gaps, strict=True):
            crowd[track, gap] = crowd.get((track, gap), 0) + 1
        plans[i] = plan
    plans = _in_lanes(plans, gaps)
    ports = _ports(plans, ends)
    return tuple(_path(layout, gaps, plans[i], ports[i, 0], ports[i, 1]) for i in range(len(ends)))


def _reach(layout: Layout, ends: Ends) -> float:
    source, target = (layout.places[card] for card in ends)
    return abs(source.track - target.track) * 1e4 + abs(source.y - target.y)


def _track_gaps(layout: Layout, titles: Sequence[Rect]) -> list[list[Gap]]:
    """The free y ranges of each track, from top to bottom; there is always one above and one below everything."""
    blocked: list[list[Gap]] = [[] for _ in layout.tracks]
    for place in layout.places.values():
        blocked[place.track].append((place.y - place.height / 2 - _CLEAR, place.y + place.height / 2 + _CLEAR))
    for title in titles:
        for i, (left, right) in enumerate(layout.tracks):
            if title.left < right and left < title.right:
                blocked[i].append((title.top, title.bottom))
    found: list[list[Gap]] = []
    for ranges in blocked:
        gaps: list[Gap] = []
        low = -_FAR
        for start, end in sorted(ranges):
            if start - low > 2 * _CLEAR / 3:
                gaps.append((low, start))
            low = max(low, end)
        found.append([*gaps, (low, _FAR)])
    return found


def _planned(
    layout: Layout, gaps: Sequence[Sequence[Gap]], crowd: Mapping[tuple[int, int], int], source: Place, target: Place
) -> _Plan:
    if abs(source.track - target.track) <= 1:
        return _Plan(source=source, target=target)
    step = 1 if source.track < target.track else -1
    start = source.x + step * source.width / 2, source.y
    end = target.x - step * target.width / 2, target.y
    for handle in _HANDLES if abs(source.track - target.track) <= _PLAIN_SPAN else ():
        if _is_free(layout, gaps, start, end, handle):
            return _Plan(source=source, target=target, handle=handle)
    between = tuple(range(source.track + step, target.track, step))
    chosen = _cheapest_gaps(layout, gaps, crowd, between, start, end)
    ys = tuple(y for _, y in chosen)
    return _Plan(source=source, target=target, tracks=between, gaps=tuple(g for g, _ in chosen), ys=ys)


def _is_free(layout: Layout, gaps: Sequence[Sequence[Gap]], start: Point, end: Point, handle: float) -> bool:
    """Whether one plain curve passes through gaps only.

    The curve only rises or only falls, so that it is in a gap all the way if it is at both sides of the track.
    """
    low, high = sorted((start[0], end[0]))
    for i, (left, right) in enumerate(layout.tracks):
        if left <= low or right >= high:
            continue
        heights = [_height_at(start, end, handle, x) for x in (left - _CLEAR, right + _CLEAR)]
        gap = bisect_right(gaps[i], min(heights), key=lambda gap: gap[0]) - 1
        if max(heights) > gaps[i][gap][1]:
            return False
    return True


def _height_at(start: Point, end: Point, handle: float, x: float) -> float:
    """Where the swing from start to end is at `x`."""
    wanted = (x - start[0]) / (end[0] - start[0])
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        t = (low + high) / 2
        if t * (3 * (1 - t) * ((1 - t) * handle + t * (1 - handle)) + t * t) < wanted:
            low = t
        else:
            high = t
    return start[1] + (end[1] - start[1]) * low * low * (3 - 2 * low)


def _cheapest_gaps(
    layout: Layout,
    gaps: Sequence[Sequence[Gap]],
    crowd: Mapping[tuple[int, int], int],
    tracks: Sequence[int],
    start: Point,
    end: Point,
) -> tuple[tuple[int, float], ...]:
    """For each track the gap to pass and the height there: least climbing, fewest bends, least crowded."""
    states: list[_State] = [(0.0, start[1], ())]
    for track in tracks:
        following: dict[tuple[int, float], _State] = {}
        for gap in _nearest(gaps[track], start[1], end[1]):
            price = _CROWD * crowd.get((track, gap), 0)
            for cost, y, way in states:
                for at in {_inside(gaps[track][gap], y), _inside(gaps[track][gap], end[1])}:
                    rise = abs(at - y)
                    total = cost + rise + price + (_BEND if rise > 1 else 0.0)
                    known = following.get((gap, at))
                    if known is None or total < known[0]:
                        following[gap, at] = total, at, (*way, (gap, at))
        states = sorted(following.values())[:_CHOICES]
    return min((cost + abs(y - end[1]), way) for cost, y, way in states)[1]


def _nearest(gaps: Sequence[Gap], *heights: float) -> list[int]:
    """The gaps at these heights and their neighbours."""
    found: set[int] = set()
    for y in heights:
        at = bisect_right(gaps, y, key=lambda gap: gap[0]) - 1
        found.update(range(max(0, at - 1), min(len(gaps), at + 2)))
    return sorted(found)


def _inside(gap: Gap, y: float) -> float:
    low, high = gap
    margin = min(12.0, (high - low) / 2)
    return min(max(y, low + margin), high - margin)


def _in_lanes(plans: Mapping[int, _Plan], gaps: Sequence[Sequence[Gap]]) -> dict[int, _Plan]:
    """The plans with connections that share a gap set side by side, in the order in which they arrive."""
    users: dict[tuple[int, int], list[tuple[float, float, int, int]]] = {}
    for i, plan in plans.items():
        heights = (plan.source.y, *plan.ys, plan.target.y)
        for k, (track, gap) in enumerate(zip(plan.tracks, plan.gaps, strict=True)):
            users.setdefault((track, gap), []).append((plan.ys[k], heights[k] + heights[k + 2], i, k))
    moved: dict[int, list[float]] = {i: list(plan.ys) for i, plan in plans.items()}
    for (track, gap), wanted in users.items():
        wanted.sort()
        for (_, _, i, k), y in zip(wanted, _apart([w[0] for w in wanted], gaps[track][gap]), strict=True):
            moved[i][k] = y
    return {i: replace(plan, ys=tuple(moved[i])) for i, plan in plans.items()}


def _apart(wanted: Sequence[float], gap: Gap) -> list[float]:
    low, high = gap
    margin = min(4.0, (high - low) / 2)
    low, high = low + margin, high - margin
    room = min(_LANE, (high - low) / (len(wanted) - 1)) if len(wanted) > 1 else 0.0
    ys: list[float] = []
    for y in wanted:
        ys.append(max(y, ys[-1] + room) if ys else max(y, low))
    over = 0.0
    for i in range(len(ys) - 1, -1, -1):
        ys[i] = min(ys[i], high - over)
        over = high - ys[i] + room
    shift = max(low - ys[0], 0.0) if ys else 0.0
    return [y + shift for y in ys]


def _ports(plans: Mapping[int, _Plan], ends: Sequence[Ends]) -> dict[tuple[int, int], float]:
    """Where on its card's side each connection begins (key `(i, 0)`) and ends (`(i, 1)`), from the centre."""
    users: dict[tuple[str, int], list[tuple[float, int, int]]] = {}
    for i, plan in plans.items():
        first = plan.ys[0] if plan.ys else plan.target.y
        last = plan.ys[-1] if plan.ys else plan.source.y
        users.setdefault((ends[i][0], plan.sides[0]), []).append((_slope(plan.source, first, plan), i, 0))
        users.setdefault((ends[i][1], plan.sides[1]), []).append((_slope(plan.target, last, plan), i, 1))
    found: dict[tuple[int, int], float] = {}
    for using in users.values():
        using.sort()
        step = min(_PORT, _PORT_ROOM / (len(using) - 1)) if len(using) > 1 else 0.0
        for place, (_, i, end) in enumerate(using):
            found[i, end] = (place - (len(using) - 1) / 2) * step
    return found


def _slope(card: Place, towards: float, plan: _Plan) -> float:
    """How steeply a connection goes up or down from a card; near ends count for more than far ones."""
    far = 1.0 if plan.tracks or abs(plan.source.track - plan.target.track) <= 1 else 2.0
    return math.atan2(towards - card.y, 160.0 * far)


def _path(layout: Layout, gaps: Sequence[Sequence[Gap]], plan: _Plan, out: float, into: float) -> Path:
    side, other = plan.sides
    start = plan.source.x + side * plan.source.width / 2, plan.source.y + out
    end = plan.target.x + other * plan.target.width / 2, plan.target.y + into
    if side == other:
        return _bow(layout, plan, start, end)
    if not plan.tracks:
        if abs(plan.source.track - plan.target.track) > 1 and not _is_free(layout, gaps, start, end, plan.handle):
            end = end[0], plan.target.y
            start = start[0], plan.source.y
        return (start, *swing(start, end, plan.handle))
    points: list[Point] = [start]
    at = start
    for track, y in zip(plan.tracks, plan.ys, strict=True):
        near, far = layout.tracks[track] if side > 0 else layout.tracks[track][::-1]
        entry, leave = (near, y), (far, y)
        points.extend((*swing(at, entry), *line(entry, leave)))
        at = leave
    return (*points, *swing(at, end))


def _bow(layout: Layout, plan: _Plan, start: Point, end: Point) -> Path:
    """Between two cards of one track: out into the strip beside it and back."""
    track = plan.source.track
    room = layout.tracks[track + 1][0] - start[0] if track + 1 < len(layout.tracks) else 120.0
    bulge = min(room * 0.9, 36.0 + 0.22 * abs(end[1] - start[1]))
    return (start, (start[0] + bulge, start[1]), (end[0] + bulge, end[1]), end)
