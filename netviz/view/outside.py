"""Which addresses are drawn as one card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netviz.analysis.pairs import PairTable
from netviz.engine.matrix import Cell, PeerType
from netviz.sets.addresses import V4_MAX, V6_MAX, AddressSet

_SHOWN_BLOCKS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressGroup:
    """Address ends that behave alike before and after: `ends` are their indices, `ends[0]` speaks for all of them.

    `internet` is True for the one group that covers most of the address space. `peer` is the matrix peer of `ends[0]`.
    """

    ends: tuple[int, ...]
    addresses: AddressSet
    internet: bool
    peer: str


def address_groups(table: PairTable) -> tuple[AddressGroup, ...]:
    """The address ends of the table, folded; the Internet first, then by lowest address."""
    rows: dict[int, list[object]] = {i: [] for i, e in enumerate(table.ends) if e.peer.type is PeerType.ADDRESSES}
    # Cells are compared once each, and then by number: there may be a million pairs, and most share theirs.
    numbers: dict[tuple[Cell, Cell], int] = {}
    known: dict[tuple[int, int], int] = {}
    for (source, target), (before, after) in table.cells.items():
        outward, inward = rows.get(source), rows.get(target)
        if outward is None and inward is None:
            continue
        number = known.get((id(before), id(after)))
        if number is None:
            number = known[id(before), id(after)] = numbers.setdefault((before, after), len(numbers))
        if outward is not None:
            outward.append((target, 1, number))
        if inward is not None:
            inward.append((source, 0, number))
    alike: dict[frozenset[object], list[int]] = {}
    for end, row in rows.items():
        alike.setdefault(frozenset(row), []).append(end)
    sets = [(tuple(ends), AddressSet.union(table.ends[i].addresses for i in ends)) for ends in alike.values()]
    sets.sort(key=lambda item: (-_share(item[1]), item[1].ranges()))
    groups = [
        AddressGroup(ends=e, addresses=a, internet=i == 0 and _share(a) >= 0.5, peer=table.ends[e[0]].peer.id)
        for i, (e, a) in enumerate(sets)
    ]
    return tuple(sorted(groups, key=lambda group: (not group.internet, group.addresses.ranges())))


def representatives(groups: tuple[AddressGroup, ...]) -> Mapping[int, AddressGroup]:
    """The end that speaks for each group."""
    return {group.ends[0]: group for group in groups}


def block_words(addresses: AddressSet, limit: int = _SHOWN_BLOCKS) -> tuple[str, ...]:
    """The set as CIDR blocks where a range is one block, else as `first-last`; at most `limit`, then `+n`."""
    ranges = addresses.ranges()
    words = [_range_words(*item) for item in ranges[:limit]]
    return (*words, f"+{len(ranges) - limit}") if len(ranges) > limit else tuple(words)


def _range_words(family: int, first: int, last: int) -> str:
    blocks = AddressSet.of_range(family, first, last).cidrs()
    if len(blocks) == 1:
        return blocks[0].removesuffix("/32" if family == 4 else "/128")
    low, high = (AddressSet.of_range(family, x, x).cidrs()[0].partition("/")[0] for x in (first, last))
    return f"{low}-{high}"


def _share(addresses: AddressSet) -> float:
    v4, v6 = (sum(high - low + 1 for low, high in part) for part in (addresses.v4, addresses.v6))
    return v4 / (V4_MAX + 1) if v4 else 0.5 * v6 / (V6_MAX + 1)
