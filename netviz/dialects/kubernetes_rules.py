"""Rules of a Kubernetes NetworkPolicy: peers, address blocks and ports (A7-A26, A43-A48)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from netviz.errors import Severity
from netviz.manifests.document import Fields, path_text
from netviz.manifests.names import nearest, port_name, port_number
from netviz.manifests.selectors import read_label_selector
from netviz.manifests.strict import errors_since, report_unknown_fields
from netviz.model.policy import (
    ANYONE,
    NOBODY,
    PODS,
    Action,
    Direction,
    EveryPeer,
    InNamespace,
    Labelled,
    LabelScope,
    NamedPort,
    PolicyRule,
    PortMatch,
    RemarkKind,
    RulePeer,
    SomePeer,
    WithAddress,
)
from netviz.selectors.tree import EVERYTHING, Selector
from netviz.sets.addresses import AddressSet, Cidr, parse_address, parse_cidr
from netviz.sets.connections import NO_CONNECTIONS, SCTP, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet

PEERS_FIELD: Final = {Direction.INGRESS: "from", Direction.EGRESS: "to"}
_PROTOCOLS: Final = {"TCP": TCP, "UDP": UDP, "SCTP": SCTP}
_PEER_FIELDS: Final = frozenset(("podSelector", "namespaceSelector", "ipBlock"))
_BLOCK_FIELDS: Final = frozenset(("cidr", "except"))
_PORT_FIELDS: Final = frozenset(("protocol", "port", "endPort"))
_NOT_A_CIDR: Final = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
_LEADING_ZEROS: Final = "must not have leading 0s in IP or prefix length"
_HOST_BITS: Final = "must not have bits set beyond the prefix length"
_MAPPED: Final = "must not have an IPv4-mapped IPv6 address"
_OCTET_ZEROS: Final = re.compile(r"(?<![0-9A-Fa-f])0+(?=[0-9]{1,3}\.)|(?<=\.)0+(?=[0-9])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReader:
    """Reads rules of policies of one namespace. With `strict`, what only new API servers refuse is an error too (A16).

    Without `port_ranges` an entry with `endPort` means its first port only (A26). What is wrong is reported; a value
    that comes with an error stands for nothing and must not be used.
    """

    namespace: str
    strict: bool
    port_ranges: bool = True

    def rules(self, spec: Fields, direction: Direction) -> tuple[PolicyRule, ...]:
        """The rules of one direction."""
        return tuple(self._rule(entry, direction) for entry in spec.children(direction.value))

    def pods(self, selector: Selector) -> EveryPeer:
        """Pods of the policy's own namespace whose labels satisfy the selector (A1, A10)."""
        return EveryPeer((PODS, InNamespace(self.namespace), *_labelled(LabelScope.POD, selector)))

    def _rule(self, fields: Fields, direction: Direction) -> PolicyRule:
        peers_field = PEERS_FIELD[direction]
        peers, ports = fields.children(peers_field), fields.children("ports")
        report_unknown_fields(fields, frozenset((peers_field, "ports")), Severity.ERROR)
        fields.remark_empty(peers_field, "ports")
        matches = tuple(_port(entry, ranges=self.port_ranges) for entry in ports)
        read = tuple(self._peer(entry) for entry in peers)
        peer = read[0] if len(read) == 1 else SomePeer(read) if read else ANYONE
        return PolicyRule(
            path=path_text(fields.path),
            action=Action.ALLOW,
            peer=peer,
            ports=matches or None,
            ref=fields.ref(),
            peer_refs=tuple(entry.ref() for entry in peers),
            port_refs=tuple(entry.ref() for entry in ports),
        )

    def _peer(self, fields: Fields) -> RulePeer:
        before = len(fields.problems)
        pod_fields = fields.child("podSelector")
        namespace_fields = fields.child("namespaceSelector")
        block = fields.child("ipBlock")
        report_unknown_fields(fields, _PEER_FIELDS, Severity.ERROR)
        pods = None if pod_fields is None else read_label_selector(pod_fields)
        namespaces = None if namespace_fields is None else read_label_selector(namespace_fields)
        addresses = None if block is None else self._addresses(block)
        selects = pod_fields is not None or namespace_fields is not None
        if not selects and block is None and not errors_since(fields, before):
            fields.error("required", "must specify a peer")
        if selects and block is not None:
            fields.error("forbidden", "may not specify both ipBlock and another peer")
        if errors_since(fields, before):
            return NOBODY
        if addresses is not None:
            return WithAddress(addresses)
        if namespaces is None:
            return self.pods(EVERYTHING if pods is None else pods)
        own = () if pods is None else _labelled(LabelScope.POD, pods)
        return EveryPeer((PODS, *_labelled(LabelScope.NAMESPACE, namespaces), *own))

    def _addresses(self, fields: Fields) -> AddressSet:
        before = len(fields.problems)
        text = fields.string("cidr")
        exceptions = fields.strings("except")
        report_unknown_fields(fields, _BLOCK_FIELDS, Severity.ERROR)
        if errors_since(fields, before):
            return AddressSet()
        if not text:
            fields.error("required", "a CIDR is required", "cidr")
            return AddressSet()
        block = self._block(fields, text, "cidr")
        if block is None:
            return AddressSet()
        fields.remark(RemarkKind.BLOCK, "cidr", value=text)
        holes: list[AddressSet] = []
        for i, exception in enumerate(exceptions):
            fields.remark(RemarkKind.EXCEPT, "except", i, value=exception)
            hole = self._block(fields, exception, "except", i)
            if hole is None:
                continue
            if not _strictly_inside(hole, exception, block, text):
                fields.error("invalid-value", "must be a strict subset of `cidr`", "except", i, value=exception)
            holes.append(hole.addresses())
        return block.addresses() - AddressSet.union(holes)

    def _block(self, fields: Fields, text: str, *place: str | int) -> Cidr | None:
        block = parse_cidr(text)
        if block is None:
            message = _LEADING_ZEROS if parse_cidr(_OCTET_ZEROS.sub("", text)) else _NOT_A_CIDR
            hint = f"a single address is written {text}/{128 if ':' in text else 32}" if parse_address(text) else None
            fields.error("invalid-value", message, *place, value=text, hint=hint)
            return None
        for message in _oddities(text, block):
            if self.strict:
                fields.error("invalid-value", message, *place, value=text)
            else:
                fields.warning("odd-cidr", f"{message} (Kubernetes 1.36); read as {block}", *place, value=text)
        return block


def _labelled(scope: LabelScope, selector: Selector) -> tuple[Labelled, ...]:
    return () if selector == EVERYTHING else (Labelled(scope, selector),)


def _oddities(text: str, block: Cidr) -> list[str]:
    """What Kubernetes 1.36 has against a block that older versions accept, and that all readers understand alike."""
    prefix = text.rpartition("/")[2]
    found = (
        (block.host_bits, _HOST_BITS),
        (len(prefix) > 1 and prefix.startswith("0"), _LEADING_ZEROS),
        (_mapped(text, block), _MAPPED),
    )
    return [message for odd, message in found if odd]


def _mapped(text: str, block: Cidr) -> bool:
    return block.family == 4 and ":" in text


def _strictly_inside(hole: Cidr, hole_text: str, block: Cidr, block_text: str) -> bool:
    """As the API server tells it: by the first address and the prefix lengths as written."""
    inside = hole.family == block.family and block.first <= hole.first <= block.last
    return inside and _written_prefix(block_text, block) < _written_prefix(hole_text, hole)


def _written_prefix(text: str, block: Cidr) -> int:
    return block.prefix + 96 if _mapped(text, block) else block.prefix


def _port(fields: Fields, *, ranges: bool) -> PortMatch:
    before = len(fields.problems)
    name = fields.string("protocol")
    port = fields.port("port")
    end = fields.integer("endPort")
    report_unknown_fields(fields, _PORT_FIELDS, Severity.ERROR)
    if errors_since(fields, before):
        return NO_CONNECTIONS
    if name is None:
        fields.remark(RemarkKind.PROTOCOL_OMITTED)
    protocol = TCP if name is None else _PROTOCOLS.get(name)
    if protocol is None:
        supported = "supported values: " + ", ".join(f'"{known}"' for known in _PROTOCOLS)
        fields.error("not-supported", supported, "protocol", value=name, hint=nearest(name or "", _PROTOCOLS))
        protocol = TCP
    match port:
        case None:
            if end is not None:
                fields.error("invalid-value", "may not be specified when `port` is not specified", "endPort", value=end)
            return ConnectionSet.of(protocol)
        case str():
            return _named_port(fields, port, end, protocol)
        case int():
            last = _last_port(fields, port, end)
            return ConnectionSet.of(protocol, IntervalSet.of([(port, last if ranges else port)]))


def _named_port(fields: Fields, name: str, end: int | None, protocol: int) -> NamedPort:
    if end is not None:
        fields.error("invalid-value", "may not be specified when `port` is non-numeric", "endPort", value=end)
    message = port_name(name)
    if message is not None:
        quoted = name.isascii() and name.isdigit()
        hint = "remove the quotes: text is the name of a container port" if quoted else None
        fields.error("invalid-value", message, "port", value=name, hint=hint)
    return NamedPort(name, protocol)


def _last_port(fields: Fields, port: int, end: int | None) -> int:
    """The last port of an entry, after reporting what is wrong with it."""
    message = port_number(port)
    if message is not None:
        fields.error("invalid-value", message, "port", value=port)
    if end is None:
        return port
    fields.remark(RemarkKind.END_PORT, "endPort", value=f"{port}-{end}")
    if end < port:
        fields.error("invalid-value", "must be greater than or equal to `port`", "endPort", value=end)
    message = port_number(end)
    if message is not None:
        fields.error("invalid-value", message, "endPort", value=end)
    return end
