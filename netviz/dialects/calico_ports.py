"""Protocols, ports and ICMP of Calico rules (B36, B38, B39; B80, B81, B86)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from netviz.dialects.calico_strictness import Strictness
from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.names import nearest
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import NamedPort
from netviz.sets.connections import (
    ALL_CONNECTIONS,
    ICMP,
    ICMPV6,
    NO_CONNECTIONS,
    PORT_PROTOCOLS,
    PROTOCOL_NAMES,
    ConnectionSet,
)
from netviz.sets.intervals import Interval, IntervalSet

MOST_PORTS: Final = 50
FAMILY_OF_ICMP: Final = {ICMP: 4, ICMPV6: 6}
_PROTOCOLS: Final = {name: number for number, name in PROTOCOL_NAMES.items()}
_BY_LOWER_NAME: Final = {name.lower(): name for name in _PROTOCOLS}
_NUMBER: Final = re.compile(r"0*([0-9]{1,9})", re.ASCII)
_RANGE: Final = re.compile(r"0*([0-9]{1,9}):0*([0-9]{1,9})", re.ASCII)
_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{1,128}", re.ASCII)
_ICMP_FIELDS: Final = frozenset(("type", "code"))
_LAST_PORT: Final = 65535
_OUT_OF_RANGE: Final = "port range invalid, port number must be between 1 and 65535"
PROTOCOL_WANTED: Final = "must set protocol to TCP or UDP or SCTP"
"""How the message about ports without a protocol that has some ends (B80)."""

_BAD_NAME: Final = "invalid name of a port: letters, digits, '_', '.' and '-', at most 128"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """A list of ports: numbers and names. `written` is False for an absent or empty list, which is no constraint."""

    numbers: IntervalSet = IntervalSet()
    names: tuple[str, ...] = ()
    written: bool = False

    def named(self, protocol: int | None) -> tuple[NamedPort, ...]:
        """The names, under a protocol or, for None, under whichever a container declares them."""
        return tuple(NamedPort(name, protocol) for name in self.names)


NO_PORTS: Final = Ports()


def read_ports(fields: Fields, key: str, strictness: Strictness) -> Ports:
    """The ports in field `key`: numbers, ranges `first:last`, names; digits in quotes are a number (B36)."""
    entries = fields.raw(key)
    if not isinstance(entries, list):
        if entries is not None:
            fields.wrong_type(entries, "array", key)
        return NO_PORTS
    strictness.limit_items(fields, key, len(entries), MOST_PORTS)
    found = [_port(fields, key, i, entry) for i, entry in enumerate(entries)]
    return Ports(
        numbers=IntervalSet.of(port for port in found if isinstance(port, tuple)),
        names=tuple(dict.fromkeys(port for port in found if isinstance(port, str))),
        written=bool(entries),
    )


def _port(fields: Fields, key: str, i: int, entry: object) -> str | Interval | None:
    if isinstance(entry, bool) or not isinstance(entry, int | str):
        fields.wrong_type(entry, "integer or string", key, i)
        return None
    text = str(entry)
    span = _RANGE.fullmatch(text) or _NUMBER.fullmatch(text)
    if span is None:
        if isinstance(entry, str) and _NAME.fullmatch(text) and not text.isdecimal():
            return text
        is_name = isinstance(entry, str) and ":" not in text and not text.isdecimal()
        fields.error("invalid-value", _BAD_NAME if is_name else _OUT_OF_RANGE, key, i, value=entry)
        return None
    first, last = int(span[1]), int(span[span.lastindex or 1])
    if not 1 <= first <= _LAST_PORT or not 1 <= last <= _LAST_PORT:
        fields.error("invalid-value", _OUT_OF_RANGE, key, i, value=entry)
        return None
    if first > last:
        message = f"minimum port number ({first}) is greater than maximum port number ({last}) in port range"
        fields.error("invalid-value", message, key, i, value=entry)
        return None
    return first, last


def read_protocol(fields: Fields, key: str, strictness: Strictness) -> int | None:
    """An IP protocol number, None if absent or after reporting what is wrong with it (B38)."""
    written = fields.port(key)
    if written is None:
        return None
    text = str(written)
    number = _NUMBER.fullmatch(text)
    if number is not None and 1 <= int(number[1]) <= 255:
        return int(number[1])
    if number is not None or isinstance(written, int):
        fields.error("invalid-value", "protocol number invalid", key, value=written)
        return None
    if text in _PROTOCOLS:
        return _PROTOCOLS[text]
    name = _BY_LOWER_NAME.get(text.lower())
    hint = f"write {name}" if name else nearest(text, _PROTOCOLS)
    if name is None:
        fields.error("invalid-value", "protocol name invalid", key, value=written, hint=hint)
        return None
    strictness.report(fields, "protocol name invalid", key, value=written, hint=hint)
    return _PROTOCOLS[name]


def read_icmp(fields: Fields, key: str, protocol: int | None) -> ConnectionSet | None:
    """What an ICMP match means, in one protocol or, for None, in both; None if absent (B39)."""
    match = fields.child(key)
    if match is None:
        return None
    kind, code = _byte(match, "type", 254), _byte(match, "code", 255)
    report_unknown_fields(match, _ICMP_FIELDS, Severity.ERROR)
    if kind is None and "code" in match and "type" not in match:
        match.error("invalid-value", "ICMP code specified without an ICMP type", value=code)
    protocols = FAMILY_OF_ICMP if protocol is None else (protocol,)
    found = NO_CONNECTIONS
    for number in protocols:
        found |= ConnectionSet.of(number, _single(kind), _single(code))
    return found


def _byte(fields: Fields, key: str, most: int) -> int | None:
    number = fields.integer(key)
    if number is None or 0 <= number <= most:
        return number
    bound = "greater than or equal to 0" if number < 0 else f"less than or equal to {most}"
    fields.error("invalid-value", f"should be {bound}", key, value=number)
    return None


def _single(number: int | None) -> IntervalSet | None:
    return None if number is None else IntervalSet.single(number)


def check_ports(fields: Fields, key: str, protocol: int | None, ports: Ports) -> None:
    """Report ports, in field `key`, of a rule whose protocol has none (B80)."""
    if protocol in PORT_PROTOCOLS or not ports.written or (protocol is None and not ports.numbers):
        return
    which = "rules with numeric port or port range" if protocol is None else "rules that specify ports"
    message = f"{which} {PROTOCOL_WANTED}"
    fields.error("invalid-value", message, key)


def connections_of(protocol: int | None) -> ConnectionSet:
    """Every connection of a protocol, or of all."""
    return ALL_CONNECTIONS if protocol is None else ConnectionSet.of(protocol)
