"""Sets of connections as short entries: `8080`, `UDP/53`, `TCP/8000-8100`, `ICMP`, `any`.

    entry  = ["not "] set
    set    = "any" | protocol | "protocol " number | [protocol "/"] ranges [(" from " | " code ") ranges]
    ranges = range {"," range}        range = number ["-" number]

A list of entries is the union of those without `not`, less those with it. Without a protocol it is TCP; `from` are
source ports, `code` are ICMP codes, and the ranges of ICMP are its types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from netviz.sets.connections import (
    ALL_CONNECTIONS,
    ALL_PROTOCOLS,
    ICMP,
    ICMPV6,
    NO_CONNECTIONS,
    PORT_PROTOCOLS,
    PROTOCOL_NAMES,
    TCP,
    ConnectionSet,
    protocol_name,
)
from netviz.sets.intervals import Interval, IntervalSet

ANY: Final = "any"
NOT: Final = "not "
EXAMPLES: Final = "write a port (8080), UDP/53, TCP/8000-8100, a protocol, or any"
_LONGEST: Final = 100_000
_ICMPS: Final = (ICMP, ICMPV6)
_RANGES: Final = r"\d{1,5}(?:-\d{1,5})?(?:,\d{1,5}(?:-\d{1,5})?)*"
_ENTRY: Final = re.compile(
    rf"(?:protocol (?P<number>\d{{1,3}})|(?P<protocol>[A-Za-z][A-Za-z0-9]*)(?:/(?=\d)|(?= |$)))?"
    rf"(?P<first>{_RANGES})?(?: (?P<word>from|code) (?P<second>{_RANGES}))?",
    re.ASCII,
)
_NUMBERS: Final = {name.lower(): number for number, name in PROTOCOL_NAMES.items()}


def parse_entry(text: str) -> ConnectionSet | None:
    """The connections of an entry without `not`; None if it is none, or holds no connection."""
    if text == ANY:
        return ALL_CONNECTIONS
    found = _ENTRY.fullmatch(text) if 0 < len(text) <= _LONGEST else None
    protocol = None if found is None else _protocol(found["protocol"], found["number"])
    if found is None or protocol is None:
        return None
    if protocol not in (*PORT_PROTOCOLS, *_ICMPS):
        return ConnectionSet.of(protocol) if found["first"] is None and found["second"] is None else None
    if found["word"] and (found["word"] == "code") is not (protocol in _ICMPS):
        return None
    first, second = (_ranges(found[name], protocol) for name in ("first", "second"))
    if (found["first"] and not first) or (found["second"] and not second):
        return None
    return ConnectionSet.of(protocol, first, second) or None


def _protocol(name: str | None, number: str | None) -> int | None:
    if number is not None:
        return int(number) if int(number) in ALL_PROTOCOLS else None
    return TCP if name is None else _NUMBERS.get(name.lower())


def _ranges(text: str | None, protocol: int) -> IntervalSet | None:
    """None without text; the empty set for numbers that there are not."""
    if text is None:
        return None
    lowest, highest = (1, 65535) if protocol in PORT_PROTOCOLS else (0, 255)
    found: list[Interval] = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        found.append((int(low), int(high or low)))
    if any(not lowest <= low <= high <= highest for low, high in found):
        return IntervalSet()
    return IntervalSet.of(found)


def parse_entries(texts: Iterable[str]) -> ConnectionSet | None:
    """The connections of a list of entries, None if one of them is none."""
    found = less = NO_CONNECTIONS
    for text in texts:
        connections = parse_entry(text.removeprefix(NOT))
        if connections is None:
            return None
        if text.startswith(NOT):
            less |= connections
        else:
            found |= connections
    return found - less


def entries_of(connections: ConnectionSet) -> list[str]:
    """The entries that say exactly this set; `parse_entries` gives it back."""
    if connections.others:
        return [ANY, *(f"{NOT}{entry}" for entry in _entries(ALL_CONNECTIONS - connections))]
    return list(_entries(connections))


def _entries(connections: ConnectionSet) -> Iterator[str]:
    for protocol, plane in connections.planes:
        name = protocol_name(protocol)
        if ConnectionSet.of(protocol).planes == ((protocol, plane),):
            yield name if protocol in PROTOCOL_NAMES else f"protocol {protocol}"
            continue
        by_second: dict[IntervalSet, list[Interval]] = {}
        for column in plane:
            by_second.setdefault(column.y, []).append(column.x)
        everything = ConnectionSet.of(protocol).planes[0][1][0].y
        word = "code" if protocol in _ICMPS else "from"
        for second, firsts in by_second.items():
            yield f"{name}/{_words(firsts)}" + ("" if second == everything else f" {word} {_words(second)}")


def _words(intervals: Iterable[Interval]) -> str:
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in intervals)
