"""The coarsest partition of the address space that the mentioned address sets tell apart."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from netviz.sets.addresses import V4_MAX, V6_MAX, AddressSet, IpAddress
from netviz.sets.intervals import Interval, IntervalSet
from netviz.sets.region import bits, mask_of


class AddressAtoms:
    """Address atoms, IPv4 first: two addresses of one family share an atom if the same mentioned sets hold them.

    `sets[i]` are the addresses of atom i, and bit i of `mask(s)` says that it lies inside the mentioned set `s`.
    Immutable after construction.
    """

    def __init__(self, mentioned: Iterable[AddressSet]) -> None:
        distinct = sorted(set(mentioned), key=lambda s: (s.v4.intervals, s.v6.intervals))
        self._starts: dict[int, list[int]] = {}
        self._atoms: dict[int, list[int]] = {}
        sets: list[AddressSet] = []
        held: list[list[int]] = [[] for _ in distinct]
        for family, last in ((4, V4_MAX), (6, V6_MAX)):
            wanted = [s.family(family) for s in distinct]
            starts, holders = _pieces(wanted, last)
            numbers: dict[int, int] = {}
            for holder in holders:
                if holder not in numbers:
                    numbers[holder] = len(sets) + len(numbers)
                    for i in bits(holder):
                        held[i].append(numbers[holder])
            self._starts[family] = starts
            self._atoms[family] = [numbers[holder] for holder in holders]
            sets.extend(_collect(family, starts, last, self._atoms[family], len(sets), len(numbers)))
        self.sets: tuple[AddressSet, ...] = tuple(sets)
        self._held: Mapping[AddressSet, list[int]] = dict(zip(distinct, held, strict=True))

    def mask(self, mentioned: AddressSet) -> int:
        """The atoms inside one of the mentioned sets; KeyError for another set."""
        return mask_of(self._held[mentioned])

    def family(self, atom: int) -> int:
        """4 or 6."""
        return 4 if self.sets[atom].v4 else 6

    def atom_of(self, address: IpAddress) -> int:
        """The atom that holds an address."""
        return self._atoms[address.family][bisect_right(self._starts[address.family], address.value) - 1]

    def overlapping(self, addresses: AddressSet) -> list[int]:
        """The atoms that hold some address of any set, ascending."""
        found: set[int] = set()
        for family, low, high in addresses.ranges():
            first, after = (bisect_right(self._starts[family], value) for value in (low, high))
            found.update(self._atoms[family][first - 1 : after])
        return sorted(found)


def _pieces(wanted: list[IntervalSet], last: int) -> tuple[list[int], list[int]]:
    """Where the pieces begin, and for each of them a bit set: bit i means that `wanted[i]` holds it."""
    edges: dict[int, list[int]] = {0: []}
    for number, intervals in enumerate(wanted):
        for low, high in intervals:
            edges.setdefault(low, []).append(number)
            edges.setdefault(high + 1, []).append(number)
    edges.pop(last + 1, None)
    starts = sorted(edges)
    holders: list[int] = []
    holder = 0
    for start in starts:
        for number in edges[start]:
            holder ^= 1 << number
        holders.append(holder)
    return starts, holders


def _collect(
    family: int, starts: list[int], last: int, atoms: list[int], first: int, count: int
) -> list[AddressSet]:
    intervals: list[list[Interval]] = [[] for _ in range(count)]
    ends = [*(start - 1 for start in starts[1:]), last]
    for start, end, atom in zip(starts, ends, atoms, strict=True):
        intervals[atom - first].append((start, end))
    empty = IntervalSet()
    found = [IntervalSet.of(members) for members in intervals]
    return [AddressSet(s, empty) if family == 4 else AddressSet(empty, s) for s in found]
