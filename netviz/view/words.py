"""Connection sets in words."""

from __future__ import annotations

from typing import Final

from netviz.sets.connections import (
    ALL_CONNECTIONS,
    ALL_PORTS,
    ICMP,
    ICMPV6,
    PORT_PROTOCOLS,
    PROTOCOL_NAMES,
    ConnectionSet,
)
from netviz.sets.intervals import Interval, IntervalSet

PILL_LENGTH: Final = 24
_BYTE: Final = IntervalSet(((0, 255),))
_EVERYTHING: Final = "any port"


def connection_words(connections: ConnectionSet) -> str:
    """The whole set in words: `TCP 80, 443; UDP 53`, `any port` for everything, `nothing` for the empty set.

    A set that holds nearly everything is told by what it lacks: `any port except TCP 25`.
    """
    if not connections:
        return "nothing"
    if connections == ALL_CONNECTIONS:
        return _EVERYTHING
    if connections.others:
        return f"{_EVERYTHING} except {connection_words(ALL_CONNECTIONS - connections)}"
    return "; ".join(_joined(head, items) for head, items in _groups(connections))


def short_words(connections: ConnectionSet, length: int = PILL_LENGTH) -> str:
    """The set in at most about `length` characters: `TCP 80, 443 +3` where three more ports were left out."""
    whole = connection_words(connections)
    if len(whole) <= length:
        return whole
    if connections.others:
        lacking = sum(max(1, len(items)) for _, items in _groups(ALL_CONNECTIONS - connections))
        return f"{_EVERYTHING}, {lacking} exceptions" if lacking > 1 else f"{_EVERYTHING}, 1 exception"
    groups = _groups(connections)
    total = sum(max(1, len(items)) for _, items in groups)
    best = f"{groups[0][0] or groups[0][1][0]} +{total - 1}"
    for taken in range(1, total):
        text = f"{'; '.join(_joined(head, items) for head, items in _first(groups, taken))} +{total - taken}"
        if len(text) > length:
            break
        best = text
    return best


def _groups(connections: ConnectionSet) -> list[tuple[str, list[str]]]:
    """Heads with their items: ("TCP", ["80", "443"]), ("all TCP, UDP", [])."""
    whole = [p for p, plane in connections.planes if ConnectionSet.of(p) == ConnectionSet(((p, plane),))]
    groups: list[tuple[str, list[str]]] = []
    full = [_name(p) for p in whole if p in PORT_PROTOCOLS]
    if full:
        groups.append((f"all {', '.join(full)}", []))
    for protocol, plane in connections.planes:
        if protocol in whole:
            if protocol not in PORT_PROTOCOLS:
                groups.append((_name(protocol), []))
            continue
        by_second: dict[IntervalSet, list[Interval]] = {}
        for column in plane:
            by_second.setdefault(column.y, []).append(column.x)
        for second, firsts in by_second.items():
            groups.append(_head_and_items(protocol, firsts, second))
    return groups


def _head_and_items(protocol: int, firsts: list[Interval], second: IntervalSet) -> tuple[str, list[str]]:
    name = _name(protocol)
    items = [_span(first) for first in firsts]
    if protocol in (ICMP, ICMPV6):
        code = "" if second == _BYTE else f" code {', '.join(_span(i) for i in second)}"
        return (f"{name} type", [f"{item}{code}" for item in items])
    if second != ALL_PORTS:
        name += f" from port {', '.join(_span(i) for i in second)} to"
        if firsts == list(ALL_PORTS):
            items = ["any port"]
    return name, items


def _first(groups: list[tuple[str, list[str]]], count: int) -> list[tuple[str, list[str]]]:
    taken: list[tuple[str, list[str]]] = []
    for head, items in groups:
        if count <= 0:
            break
        taken.append((head, items[:count]))
        count -= max(1, len(items))
    return taken


def _joined(head: str, items: list[str]) -> str:
    return f"{head} {', '.join(items)}".strip()


def _name(protocol: int) -> str:
    return PROTOCOL_NAMES.get(protocol, f"protocol {protocol}")


def _span(interval: Interval) -> str:
    low, high = interval
    return str(low) if low == high else f"{low}-{high}"
