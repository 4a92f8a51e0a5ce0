"""Sets of integers as sorted disjoint inclusive intervals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set of integers in canonical form: intervals sorted, disjoint, not adjacent, bounds inclusive.

    Equal sets are equal objects. Build with `IntervalSet.of`; the constructor trusts its argument.
    """

    intervals: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> IntervalSet:
        """The union of the given inclusive intervals; one with low > high is empty."""
        merged: list[Interval] = []
        for low, high in sorted(intervals):
            if low > high:
                continue
            if merged and low <= merged[-1][1] + 1:
                if high > merged[-1][1]:
                    merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @classmethod
    def single(cls, value: int) -> IntervalSet:
        """The set of one value."""
        return cls(((value, value),))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.intervals)

    def __contains__(self, value: int) -> bool:
        i = bisect_right(self.intervals, value, key=lambda interval: interval[0]) - 1
        return i >= 0 and value <= self.intervals[i][1]

    def __or__(self, other: IntervalSet) -> IntervalSet:
        if not self.intervals:
            return other
        if not other.intervals:
            return self
        return IntervalSet.of((*self.intervals, *other.intervals))

    def __and__(self, other: IntervalSet) -> IntervalSet:
        found: list[Interval] = []
        i = j = 0
        mine, theirs = self.intervals, other.intervals
        while i < len(mine) and j < len(theirs):
            low, high = max(mine[i][0], theirs[j][0]), min(mine[i][1], theirs[j][1])
            if low <= high:
                found.append((low, high))
            if mine[i][1] < theirs[j][1]:
                i += 1
            else:
                j += 1
        return IntervalSet(tuple(found))

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        left: list[Interval] = []
        j = 0
        theirs = other.intervals
        for low, high in self.intervals:
            while j < len(theirs) and theirs[j][1] < low:
                j += 1
            at, k = low, j
            while k < len(theirs) and theirs[k][0] <= high:
                if theirs[k][0] > at:
                    left.append((at, theirs[k][0] - 1))
                at = theirs[k][1] + 1
                k += 1
            if at <= high:
                left.append((at, high))
        return IntervalSet(tuple(left))

    def __le__(self, other: IntervalSet) -> bool:
        return not self - other

    def count(self) -> int:
        """How many members there are; `len` would overflow for IPv6."""
        return sum(high - low + 1 for low, high in self.intervals)

    def first(self) -> int:
        """The smallest member; ValueError if empty."""
        if not self.intervals:
            raise ValueError("an empty set has no first member")
        return self.intervals[0][0]
