"""Sets of connections: protocol, destination and source port, ICMP type and code."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from netviz.sets.intervals import Interval, IntervalSet
from netviz.sets.region import bits, span

ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17
ICMPV6: Final = 58
SCTP: Final = 132
UDPLITE: Final = 136

PROTOCOL_NAMES: Final[dict[int, str]] = {
    TCP: "TCP",
    UDP: "UDP",
    SCTP: "SCTP",
    ICMP: "ICMP",
    ICMPV6: "ICMPv6",
    UDPLITE: "UDPLite",
}
PORT_PROTOCOLS: Final = (TCP, UDP, SCTP)
ALL_PROTOCOLS: Final = range(1, 256)
_LAST_PROTOCOL: Final = 255
ALL_PORTS: Final = IntervalSet(((1, 65535),))
_BYTE: Final = IntervalSet(((0, 255),))
_POINT: Final = IntervalSet(((0, 0),))


def protocol_name(protocol: int) -> str:
    """The name people use for an IP protocol number, or the number as text."""
    return PROTOCOL_NAMES.get(protocol, str(protocol))


def _axes(protocol: int) -> tuple[IntervalSet, IntervalSet]:
    if protocol in PORT_PROTOCOLS:
        return ALL_PORTS, ALL_PORTS
    if protocol in (ICMP, ICMPV6):
        return _BYTE, _BYTE
    return _POINT, _POINT


@dataclass(frozen=True, slots=True)
class Column:
    """All points whose first coordinate lies in the inclusive `x` and whose second lies in `y`."""

    x: Interval
    y: IntervalSet


Plane = tuple[Column, ...]
"""Points (first, second): destination and source port, or ICMP type and code; columns sorted, disjoint, maximal."""


def _full_plane(protocol: int) -> Plane:
    x, y = _axes(protocol)
    return tuple(Column(interval, y) for interval in x)


def _combine(a: Plane, b: Plane, op: Callable[[IntervalSet, IntervalSet], IntervalSet]) -> Plane:
    cuts = sorted({cut for column in (*a, *b) for cut in (column.x[0], column.x[1] + 1)})
    result: list[Column] = []
    for low, after in pairwise(cuts):
        y = op(_at(a, low), _at(b, low))
        if not y:
            continue
        if result and result[-1].x[1] + 1 == low and result[-1].y == y:
            result[-1] = Column((result[-1].x[0], after - 1), y)
        else:
            result.append(Column((low, after - 1), y))
    return tuple(result)


def _at(plane: Plane, x: int) -> IntervalSet:
    for column in plane:
        if column.x[0] <= x <= column.x[1]:
            return column.y
    return IntervalSet()


@dataclass(frozen=True, slots=True)
class ConnectionSet:
    """A set of connections over all IP protocols 0-255, in canonical form: equal sets are equal objects.

    `planes` holds, sorted by protocol number, each protocol that differs from the rest; a protocol that is not listed
    is wholly in the set if `others`, else wholly out. Protocol 0, which no policy can name, is never listed: `others`
    always stands for some protocol, and so the form is unique. Ports inclusive, 1-65535; ICMP types and codes 0-255.
    """

    planes: tuple[tuple[int, Plane], ...] = ()
    others: bool = False

    @classmethod
    def of(
        cls, protocol: int, first: IntervalSet | None = None, second: IntervalSet | None = None
    ) -> ConnectionSet:
        """One protocol. `first`: destination ports or ICMP types, `second`: source ports or ICMP codes; None: all."""
        x, y = _axes(protocol)
        xs = x if first is None else first & x
        ys = y if second is None else second & y
        plane = tuple(Column(interval, ys) for interval in xs) if ys else ()
        return cls(((protocol, plane),)) if plane else NO_CONNECTIONS

    def plane(self, protocol: int) -> Plane:
        """The points of one protocol."""
        for listed, plane in self.planes:
            if listed == protocol:
                return plane
        return _full_plane(protocol) if self.others else ()

    def protocols(self) -> tuple[int, ...]:
        """The protocols that are listed by themselves."""
        return tuple(protocol for protocol, _ in self.planes)

    def __bool__(self) -> bool:
        return self.others or bool(self.planes)

    def __or__(self, other: ConnectionSet) -> ConnectionSet:
        return self._merge(other, lambda a, b: a | b, self.others or other.others)

    def __and__(self, other: ConnectionSet) -> ConnectionSet:
        return self._merge(other, lambda a, b: a & b, self.others and other.others)

    def __sub__(self, other: ConnectionSet) -> ConnectionSet:
        return self._merge(other, lambda a, b: a - b, self.others and not other.others)

    def __le__(self, other: ConnectionSet) -> bool:
        return not self - other

    def _merge(
        self,
        other: ConnectionSet,
        op: Callable[[IntervalSet, IntervalSet], IntervalSet],
        others: bool,
    ) -> ConnectionSet:
        listed = sorted({*self.protocols(), *other.protocols()})
        planes: list[tuple[int, Plane]] = []
        for protocol in listed:
            plane = _combine(self.plane(protocol), other.plane(protocol), op)
            if plane != (_full_plane(protocol) if others else ()):
                planes.append((protocol, plane))
        return ConnectionSet(tuple(planes), others)

    def has(self, protocol: int, first: int = 0, second: int = 1) -> bool:
        """Whether one connection is in the set; `first` and `second` as in `of`."""
        if protocol not in (*PORT_PROTOCOLS, ICMP, ICMPV6):
            first = second = 0
        return second in _at(self.plane(protocol), first)

    def destination_ports(self, protocol: int) -> IntervalSet:
        """The destination ports (ICMP: types) that occur with whatever second coordinate."""
        return IntervalSet.of(column.x for column in self.plane(protocol))


NO_CONNECTIONS: Final = ConnectionSet()
ALL_CONNECTIONS: Final = ConnectionSet((), True)


class ConnectionAtoms:
    """The coarsest partition of all connections that tells the given sets apart.

    Bit i of a mask means `atoms[i]`. The last atom holds every connection of the protocols that no set lists.
    Immutable after construction; `mask` accepts any union of atoms and raises ValueError for other sets.
    """

    def __init__(self, sets: Iterable[ConnectionSet]) -> None:
        cuts: dict[int, tuple[set[int], set[int]]] = {}
        for connections in sets:
            for protocol, plane in connections.planes:
                xs, ys = cuts.setdefault(protocol, (set(), set()))
                for column in plane:
                    xs.update((column.x[0], column.x[1] + 1))
                    for low, high in column.y:
                        ys.update((low, high + 1))
        atoms: list[ConnectionSet] = []
        self._grids: dict[int, _Grid] = {}
        for protocol in sorted(cuts):
            x_axis, y_axis = _axes(protocol)
            across, up = _cut(x_axis, cuts[protocol][0]), _cut(y_axis, cuts[protocol][1])
            self._grids[protocol] = _Grid(len(atoms), [x[0] for x in across], [y[0] for y in up])
            rows = [IntervalSet((y,)) for y in up]
            # Pieces of the two axes are never empty, so that the atoms need not be worked out as sets.
            atoms.extend(ConnectionSet(((protocol, (Column(x, row),)),)) for x in across for row in rows)
        rest = ALL_CONNECTIONS
        for protocol in cuts:
            rest -= ConnectionSet.of(protocol)
        self.atoms: tuple[ConnectionSet, ...] = (*atoms, rest)
        self.all: int = (1 << len(self.atoms)) - 1

    def mask(self, connections: ConnectionSet) -> int:
        """The atoms of a set that is a union of atoms."""
        found = 1 << len(self.atoms) - 1 if connections.others else 0
        for protocol, plane in connections.planes:
            if protocol not in self._grids:
                raise ValueError(f"protocol {protocol} was not given to the partition")
            found |= self._grids[protocol].mask(plane)
        if connections.others:
            for protocol in self._grids.keys() - set(connections.protocols()):
                found |= self._grids[protocol].everything()
        return found

    def atom_of(self, protocol: int, first: int = 0, second: int = 1) -> int:
        """The number of the atom that holds one connection; ValueError if there is no such connection."""
        if protocol not in (*PORT_PROTOCOLS, ICMP, ICMPV6):
            first = second = 0
        x_axis, y_axis = _axes(protocol)
        if not 0 <= protocol <= _LAST_PROTOCOL or first not in x_axis or second not in y_axis:
            raise ValueError(f"no such connection: protocol {protocol}, {first}")
        grid = self._grids.get(protocol)
        return len(self.atoms) - 1 if grid is None else grid.at(first, second)

    def connections(self, mask: int) -> ConnectionSet:
        """The union of the atoms in `mask`."""
        others = bool(mask >> len(self.atoms) - 1 & 1)
        planes: list[tuple[int, Plane]] = []
        for protocol, grid in self._grids.items():
            here = mask & grid.everything()
            if here != (grid.everything() if others else 0):
                columns = [column for bit in bits(here) for column in self.atoms[bit].plane(protocol)]
                planes.append((protocol, _merged(columns)))
        return ConnectionSet(tuple(planes), others)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The atoms of one protocol: `first` is the number of the first, then row by row; where each piece begins."""

    first: int
    xs: list[int]
    ys: list[int]

    def everything(self) -> int:
        return span(self.first, self.first + len(self.xs) * len(self.ys))

    def at(self, x: int, y: int) -> int:
        return self.first + (bisect_right(self.xs, x) - 1) * len(self.ys) + bisect_right(self.ys, y) - 1

    def mask(self, plane: Plane) -> int:
        width, found = len(self.ys), 0
        for column in plane:
            low, high = bisect_left(self.xs, column.x[0]), bisect_right(self.xs, column.x[1])
            row = 0
            for y in column.y:
                row |= span(bisect_left(self.ys, y[0]), bisect_right(self.ys, y[1]))
            if row == span(0, width):
                found |= span(self.first + low * width, self.first + high * width)
            else:
                for x in range(low, high):
                    found |= row << self.first + x * width
        return found


def _merged(columns: list[Column]) -> Plane:
    """Atoms of one protocol in order, as a plane: those above each other become one column, and so do equal ones."""
    upright: list[tuple[Interval, list[Interval]]] = []
    for column in columns:
        if upright and upright[-1][0] == column.x:
            upright[-1][1].extend(column.y)
        else:
            upright.append((column.x, list(column.y)))
    result: list[Column] = []
    for x, ys in upright:
        y = IntervalSet.of(ys)
        if result and result[-1].x[1] + 1 == x[0] and result[-1].y == y:
            result[-1] = Column((result[-1].x[0], x[1]), y)
        else:
            result.append(Column(x, y))
    return tuple(result)


def _cut(axis: IntervalSet, cuts: set[int]) -> list[Interval]:
    pieces: list[Interval] = []
    for low, high in axis:
        inner = sorted(cut for cut in cuts if low < cut <= high)
        starts = [low, *inner]
        pieces.extend(zip(starts, [*(cut - 1 for cut in inner), high], strict=True))
    return pieces
