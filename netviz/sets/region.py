"""Regions: sets of (peer, connection atom) pairs as disjoint rectangles of bit sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Rectangle = tuple[int, int]

_FEW = 8
"""So many rectangles are compared with each other: that large integers differ is seen at once, hashing reads them."""

_DENSE = 16
"""Where one of so many bits is set, or more, writing out all of them takes less time than setting each."""


@dataclass(frozen=True, slots=True)
class Region:
    """A set of (peer, connection atom) pairs in canonical form.

    Each rectangle is `(connections, peers)`: bit i of `connections` means connection atom i, bit j of `peers` means
    peer j. Rectangles are sorted, not empty, disjoint in their connections and have different peers, so equal sets are
    equal objects. Build with `Region.of` or `Region.rectangle`; the constructor trusts its argument.
    """

    rectangles: tuple[Rectangle, ...] = ()

    @classmethod
    def rectangle(cls, connections: int, peers: int) -> Region:
        """Every peer in `peers` on every connection in `connections`."""
        return cls(((connections, peers),)) if connections and peers else EMPTY

    @classmethod
    def of(cls, rectangles: Iterable[Rectangle]) -> Region:
        """The union of rectangles that may overlap."""
        parts: list[Rectangle] = []
        for connections, peers in rectangles:
            if connections and peers:
                parts = _add(parts, connections, peers)
        return cls(_canonical(parts))

    def __bool__(self) -> bool:
        return bool(self.rectangles)

    def __or__(self, other: Region) -> Region:
        if not self.rectangles or self == other:
            return other
        if not other.rectangles:
            return self
        parts = list(self.rectangles)
        for connections, peers in other.rectangles:
            parts = _add(parts, connections, peers)
        return Region(_canonical(parts))

    def __and__(self, other: Region) -> Region:
        if len(self.rectangles) == 1:
            return other._inside(*self.rectangles[0])
        if len(other.rectangles) == 1:
            return self._inside(*other.rectangles[0])
        found = [
            (connections, peers)
            for c1, p1 in self.rectangles
            for c2, p2 in other.rectangles
            if (connections := c1 & c2) and (peers := p1 & p2)
        ]
        return Region(_canonical(found))

    def _inside(self, connections: int, peers: int) -> Region:
        found = [(both, here) for c, p in self.rectangles if (both := c & connections) and (here := p & peers)]
        if len(found) == len(self.rectangles) and tuple(found) == self.rectangles:
            return self
        return Region(_canonical(found))

    def __sub__(self, other: Region) -> Region:
        if not self.rectangles or not other.rectangles:
            return self
        left: list[Rectangle] = []
        for connections, peers in self.rectangles:
            rest = connections
            for c2, p2 in other.rectangles:
                common = rest & c2
                if common:
                    rest ^= common
                    # Not `peers & ~p2`: complements of large integers are copied several times.
                    outside = peers ^ (peers & p2)
                    if outside:
                        left.append((common, outside))
            if rest:
                left.append((rest, peers))
        return Region(_canonical(left))

    def peers(self) -> int:
        """Every peer that occurs, on whatever connection."""
        found = 0
        for _, peers in self.rectangles:
            found |= peers
        return found

    def connections_of(self, peer: int) -> int:
        """The connection atoms of peer number `peer`."""
        found = 0
        for connections, peers in self.rectangles:
            if peers >> peer & 1:
                found |= connections
        return found

    def holds(self, connection: int, peer: int) -> bool:
        """Whether one pair is in the set."""
        for connections, peers in self.rectangles:
            if connections >> connection & 1:
                return bool(peers >> peer & 1)
        return False

    def peers_on(self, connection: int) -> int:
        """Every peer with which connection atom number `connection` occurs."""
        for connections, peers in self.rectangles:
            if connections >> connection & 1:
                return peers
        return 0

    def connections_covering(self, peers: int) -> int:
        """The connection atoms on which every peer of `peers` occurs."""
        found = 0
        for connections, here in self.rectangles:
            if peers & ~here == 0:
                found |= connections
        return found

    def only_peers(self, peers: int) -> Region:
        """The part that concerns `peers`."""
        # The very integers of `peers` are kept where possible: there are many, and they are large.
        found = [(c, here) for c, p in self.rectangles if (here := p & peers)]
        return Region(_canonical([(c, peers if here == peers else here) for c, here in found]))


EMPTY = Region()


def _add(parts: list[Rectangle], connections: int, peers: int) -> list[Rectangle]:
    result: list[Rectangle] = []
    rest = connections
    for c, p in parts:
        common = c & rest
        if not common or p | peers == p:
            result.append((c, p))
            rest &= ~common
            continue
        rest &= ~common
        result.append((common, p | peers))
        if c & ~common:
            result.append((c & ~common, p))
    if rest:
        result.append((rest, peers))
    return result


def _canonical(parts: list[Rectangle]) -> tuple[Rectangle, ...]:
    if len(parts) < 2:
        return tuple(parts)
    if len(parts) > _FEW:
        by_peers: dict[int, int] = {}
        for connections, peers in parts:
            by_peers[peers] = by_peers.get(peers, 0) | connections
        return tuple(sorted((connections, peers) for peers, connections in by_peers.items()))
    merged: list[Rectangle] = []
    for connections, peers in parts:
        for i, (others, same) in enumerate(merged):
            if peers == same:
                merged[i] = others | connections, same
                break
        else:
            merged.append((connections, peers))
    return tuple(sorted(merged))


def bits(mask: int) -> list[int]:
    """The numbers of the bits that are set, ascending."""
    if not mask:
        return []
    # Most sets lie within one namespace: only the digits from the first member on are written out.
    first = (mask & -mask).bit_length() - 1
    digits = mask >> first
    if not digits & (digits + 1):
        # Many are a whole namespace, which is a range.
        return list(range(first, first + digits.bit_length()))
    text = bin(digits)[:1:-1]
    found: list[int] = []
    at = 0
    while at >= 0:
        found.append(first + at)
        at = text.find("1", at + 1)
    return found


def mask_of(numbers: Iterable[int]) -> int:
    """The set of these bit numbers: many at once, in time that grows with their count and the largest of them."""
    some = list(numbers)
    if not some:
        return 0
    low, high = min(some), max(some)
    if high - low < _DENSE * len(some):
        text = bytearray(b"0") * (high - low + 1)
        one = ord("1")
        for number in some:
            text[high - number] = one
        return int(text, 2) << low
    base = low >> 3
    digits = bytearray((high >> 3) - base + 1)
    for number in some:
        digits[(number >> 3) - base] |= 1 << (number & 7)
    return int.from_bytes(digits, "little") << (base << 3)


def span(first: int, after: int) -> int:
    """The bit numbers from `first` up to, not including, `after`."""
    return ((1 << after - first) - 1) << first
