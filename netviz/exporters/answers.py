"""The JSON answers of the command line (docs/json.md): plain values, ready for `json.dumps`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from netviz.engine.matrix import Peer, PeerType, ReachabilityMatrix
from netviz.errors import Diagnostic
from netviz.manifests.report import LoadReport
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import (
    ALL_CONNECTIONS,
    ALL_PORTS,
    ALL_PROTOCOLS,
    ICMP,
    ICMPV6,
    PORT_PROTOCOLS,
    PROTOCOL_NAMES,
    ConnectionSet,
    protocol_name,
)
from netviz.sets.intervals import IntervalSet

if TYPE_CHECKING:
    from netviz.analysis.causes import Cause
    from netviz.analysis.compare import Comparison

Json = dict[str, Any]
Because = Callable[[str, str], Iterable[tuple[str, str]]]
"""For a source and a target peer id: (policy, reason) of what an unknown verdict rests on."""

_BYTE = IntervalSet(((0, 255),))


def connections_json(connections: ConnectionSet) -> Json:
    """`{"all": true}` or `{"allow": [...]}`; ports are inclusive destination ranges."""
    if connections == ALL_CONNECTIONS:
        return {"all": True}
    entries: list[Json] = []
    listed = connections.protocols()
    for protocol in ALL_PROTOCOLS if connections.others else listed:
        entries.extend(_plane_json(connections, protocol))
    return {"allow": sorted(entries, key=lambda e: _rank(e["protocol"]))}


def _rank(protocol: str | int) -> tuple[int, int]:
    names = list(PROTOCOL_NAMES.values())
    return (0, names.index(protocol)) if isinstance(protocol, str) else (1, protocol)


def _plane_json(connections: ConnectionSet, protocol: int) -> list[Json]:
    name: str | int = protocol_name(protocol) if protocol in PROTOCOL_NAMES else protocol
    by_second: dict[IntervalSet, list[tuple[int, int]]] = {}
    for column in connections.plane(protocol):
        by_second.setdefault(column.y, []).append(column.x)
    entries: list[Json] = []
    for second, firsts in by_second.items():
        first = IntervalSet.of(firsts)
        if protocol in PORT_PROTOCOLS:
            entry: Json = {"protocol": name}
            if first != ALL_PORTS:
                entry["ports"] = [list(interval) for interval in first]
            if second != ALL_PORTS:
                entry["srcPorts"] = [list(interval) for interval in second]
            entries.append(entry)
        elif protocol in (ICMP, ICMPV6) and (first, second) != (_BYTE, _BYTE):
            entries.extend(_icmp_json(name, first, second))
        else:
            entries.append({"protocol": name})
    return entries


def _icmp_json(name: str | int, types: IntervalSet, codes: IntervalSet) -> list[Json]:
    return [
        {"protocol": name, "icmpType": kind} | ({} if code is None else {"icmpCode": code})
        for low, high in types
        for kind in range(low, high + 1)
        for code in ([None] if codes == _BYTE else [c for a, b in codes for c in range(a, b + 1)])
    ]


def ranges_json(addresses: AddressSet) -> list[list[str]]:
    """Inclusive ranges, each as its first and last address."""
    return [[str(IpAddress(f, a)), str(IpAddress(f, b))] for f, a, b in addresses.ranges()]


def peer_json(peer: Peer) -> Json:
    """A peer of an answer."""
    match peer.type:
        case PeerType.ADDRESSES:
            return {"id": peer.id, "type": "addresses", "ranges": ranges_json(peer.addresses)}
        case PeerType.INGRESS_CONTROLLER:
            return {"id": peer.id, "type": "ingress-controller"}
        case _:
            return {
                "id": peer.id,
                "type": "namespace" if peer.type is PeerType.NAMESPACE else "workload",
                "namespace": peer.namespace,
                "name": peer.name,
                "kind": peer.kind,
                "owners": [{"kind": kind, "name": name} for kind, name in peer.owners],
                "members": list(peer.members),
                "ports": [
                    {"name": port.name, "protocol": protocol_name(port.protocol), "port": port.port}
                    for port in peer.ports
                ],
                "isolated": {"ingress": peer.ingress.isolated, "egress": peer.egress.isolated},
            }


def diagnostic_json(diagnostic: Diagnostic) -> Json:
    """A diagnostic as programs read it."""
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "file": diagnostic.file,
        "document": diagnostic.document or None,
        "line": diagnostic.line or None,
        "path": diagnostic.path,
        "value": diagnostic.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }


def report_json(reports: Sequence[LoadReport]) -> Json:
    """The part of every answer that speaks of the input: diagnostics and unsupported kinds."""
    unsupported = [
        {"file": u.file, "line": u.line, "kind": u.kind, "name": u.name, "message": u.message}
        for report in reports
        for u in report.unsupported
    ]
    return {
        "diagnostics": [diagnostic_json(d) for report in reports for d in report.diagnostics],
        "unsupported": unsupported,
    }


def list_json(matrix: ReachabilityMatrix, report: LoadReport, *, because: Because, assumptions: Sequence[str]) -> Json:
    """The answer of `netviz list`."""
    connections: list[Json] = []
    unknown: list[Json] = []
    for (i, j), cell in sorted(matrix.cells.items()):
        source, target = matrix.peers[i].id, matrix.peers[j].id
        if cell.allow:
            connections.append({"src": source, "dst": target, **connections_json(cell.allow)})
        if cell.unknown:
            reasons = [{"policy": policy, "reason": reason} for policy, reason in because(source, target)]
            unknown.append({"src": source, "dst": target, **connections_json(cell.unknown), "because": reasons})
    answer: Json = {
        "schema": "netviz.list/1",
        "by": matrix.by.value,
        "complete": report.complete,
        "exact": not unknown,
        "peers": [peer_json(peer) for peer in matrix.peers],
        "connections": connections,
        "unknown": unknown,
        **report_json([report]),
    }
    if assumptions:
        answer["assumptions"] = list(assumptions)
    return answer


def cause_json(cause: Cause) -> Json:
    """One cause of a change: a difference between the inputs, where it is written, and whether it suffices alone."""
    difference = cause.difference
    return {
        "kind": difference.piece.value,
        "name": difference.name,
        "change": difference.what,
        "detail": difference.detail,
        "alone": cause.alone,
        "file": difference.ref.file if difference.ref else None,
        "line": difference.ref.line if difference.ref else None,
    }


def _old_and_new(old: ConnectionSet, new: ConnectionSet) -> Json:
    return {"old": connections_json(old) if old else None, "new": connections_json(new) if new else None}


def diff_json(
    comparison: Comparison,
    causes: Sequence[Sequence[Cause]],
    reports: Sequence[LoadReport],
    *,
    exact: bool,
    assumptions: Sequence[str],
) -> Json:
    """The answer of `netviz diff`; `causes` are those of each change of the comparison."""
    told = list(zip(comparison.changes, ([cause_json(c) for c in each] for each in causes), strict=True))
    changes = [
        {
            "src": change.source,
            "dst": change.target,
            "change": change.kind,
            **_old_and_new(change.before.allow, change.after.allow),
            "causes": because,
        }
        for change, because in told
        if change.kind != "unknown"
    ]
    unknown = [
        {
            "src": change.source,
            "dst": change.target,
            **_old_and_new(change.before.unknown, change.after.unknown),
            "causes": because,
        }
        for change, because in told
        if change.before.unknown or change.after.unknown
    ]
    answer: Json = {
        "schema": "netviz.diff/1",
        "complete": all(report.complete for report in reports),
        "exact": exact,
        "peers": [peer_json(peer) for peer in comparison.peers],
        "changes": changes,
        "unknown": unknown,
        **report_json(reports),
    }
    if assumptions:
        answer["assumptions"] = list(assumptions)
    return answer
