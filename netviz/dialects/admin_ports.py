"""Port clauses of the admin policies: `ports` of v1alpha1 (C15), `protocols` of v1alpha2 (C17, C18, C35)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.names import nearest
from netviz.manifests.strict import errors_since, report_unknown_fields
from netviz.model.policy import NamedPort, PortMatch, RemarkKind
from netviz.sets.connections import NO_CONNECTIONS, SCTP, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet

LAST_PORT: Final = 65535
_PROTOCOLS: Final = {"TCP": TCP, "UDP": UDP, "SCTP": SCTP}
_SECTIONS: Final = {"tcp": TCP, "udp": UDP, "sctp": SCTP}
_NAME: Final = "destinationNamedPort"
_PORTS: Final = ("portNumber", "portRange", "namedPort")
_ENTRIES: Final = (*_SECTIONS, _NAME)
_RANGE: Final = frozenset(("start", "end"))
EVERY_PORT: Final = "for every port write destinationPort: {range: {start: 1, end: 65535}}"


def written(fields: Fields, known: Sequence[str]) -> str:
    """The one of the `known` fields that is written, of which the API wants exactly one; "" after reporting (C31)."""
    unknown = report_unknown_fields(fields, frozenset(known), Severity.ERROR)
    found = [name for name in known if name in fields]
    if len(found) == 1:
        return found[0]
    if found or not unknown:
        count = "at most 1 properties" if found else "at least 1 properties"
        fields.error("invalid-value", f"must have {count}", value=len(found), hint=f"write one of {', '.join(known)}")
    return ""


def read_port(fields: Fields) -> PortMatch:
    """An entry of `ports` of v1alpha1. What matches no connection although the API accepts it gets a warning."""
    name = written(fields, _PORTS)
    if name == "namedPort":
        return NamedPort(fields.string(name) or "", None)
    port = fields.child(name) if name else None
    if port is None:
        return NO_CONNECTIONS
    before = len(port.problems)
    protocol = _protocol(port)
    if name == "portNumber":
        report_unknown_fields(port, frozenset(("protocol", "port")), Severity.ERROR)
        first = last = required_number(port, "port", 1, LAST_PORT)
    else:
        report_unknown_fields(port, _RANGE | {"protocol"}, Severity.ERROR)
        first, last = (required_number(port, key, 1, LAST_PORT) for key in ("start", "end"))
        if first is not None and last is not None and first > last:
            port.remark(RemarkKind.EMPTY_RANGE, "end", value=f"{first}-{last}")
            port.warning("empty-range", f"the range from {first} to {last} matches nothing", "end", value=last)
    return NO_CONNECTIONS if errors_since(port, before) else _numbers(protocol, first, last)


def _protocol(fields: Fields) -> int | None:
    """The protocol of an entry, TCP if it names none; None for one that the API accepts and nothing speaks (C15)."""
    name = fields.string("protocol")
    if name is None:
        return TCP
    if name not in _PROTOCOLS:
        message = "no such protocol, so this entry matches nothing: write TCP, UDP or SCTP"
        fields.warning("unknown-protocol", message, "protocol", value=name, hint=nearest(name, _PROTOCOLS))
    return _PROTOCOLS.get(name)


def read_protocol(fields: Fields) -> PortMatch:
    """An entry of `protocols` of v1alpha2."""
    name = written(fields, _ENTRIES)
    if name == _NAME:
        return NamedPort(fields.string(name) or "", None)
    section = fields.child(name) if name else None
    if section is None:
        return NO_CONNECTIONS
    unknown = report_unknown_fields(section, frozenset(("destinationPort",)), Severity.ERROR)
    port = section.child("destinationPort")
    if port is None:
        if "destinationPort" not in section and not unknown:
            section.error("invalid-value", "must have at least 1 properties", value=0, hint=EVERY_PORT)
        return NO_CONNECTIONS
    before = len(port.problems)
    first, last = _destination(port)
    return NO_CONNECTIONS if errors_since(port, before) else _numbers(_SECTIONS[name], first, last)


def _destination(port: Fields) -> tuple[int | None, int | None]:
    """First and last port of a `destinationPort`; None after reporting what is wrong with it."""
    match written(port, ("number", "range")):
        case "number":
            number = required_number(port, "number", 1, LAST_PORT)
            return number, number
        case "range":
            between = port.child("range")
            if between is None:
                return None, None
            report_unknown_fields(between, _RANGE, Severity.ERROR)
            first, last = (required_number(between, key, 1, LAST_PORT) for key in ("start", "end"))
            if first is not None and last is not None and first >= last:
                hint = f"one port is written number: {first}" if first == last else None
                shown = f"{first}-{last}"
                between.error("invalid-value", "Start port must be less than End port", value=shown, hint=hint)
            return first, last
        case _:
            return None, None


def required_number(fields: Fields, key: str, least: int, most: int) -> int | None:
    """A required integer between two bounds, inclusive; None after reporting what is wrong with it."""
    before = len(fields.problems)
    number = fields.integer(key)
    if number is None:
        if not errors_since(fields, before):
            fields.error("required", "must be set", key)
        return None
    if number < least:
        fields.error("invalid-value", f"should be greater than or equal to {least}", key, value=number)
    elif number > most:
        fields.error("invalid-value", f"should be less than or equal to {most}", key, value=number)
    return number if least <= number <= most else None


def _numbers(protocol: int | None, first: int | None, last: int | None) -> ConnectionSet:
    if protocol is None or first is None or last is None:
        return NO_CONNECTIONS
    return ConnectionSet.of(protocol, IntervalSet.of([(first, last)]))
