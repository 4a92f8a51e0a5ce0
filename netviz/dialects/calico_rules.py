"""Rules of Calico policies (B30-B40; B82, B84-B86).

Every clause of a rule has to hold. In an ingress rule the destination is the policy's own side, in an egress rule the
source; the ports of both are those of the connection, whatever the direction. Source: Rule, projectcalico.org/v3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from netviz.dialects.calico_entities import FAMILIES, Entity, Side, read_entity
from netviz.dialects.calico_http import read_http
from netviz.dialects.calico_ports import FAMILY_OF_ICMP, connections_of, read_icmp, read_protocol
from netviz.dialects.calico_strictness import Strictness
from netviz.errors import Severity
from netviz.manifests.document import Fields, path_text
from netviz.manifests.names import nearest
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import NOBODY, Action, Direction, PolicyRule, PortMatch, RemarkKind
from netviz.sets.connections import ALL_CONNECTIONS, ICMP, PROTOCOL_NAMES, ConnectionSet

MOST_RULES: Final = 1024
_LOG: Final = "Log"
_ACTIONS: Final = {"Allow": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.PASS}
_KNOWN_ACTIONS: Final = (*_ACTIONS, _LOG)
_FIELDS: Final = frozenset(
    ("action", "ipVersion", "protocol", "icmp", "notProtocol", "notICMP", "source", "destination", "http", "metadata")
)
_METADATA_FIELDS: Final = frozenset(("annotations",))
_NAMED_SOURCE: Final = "ports of the source by name are not evaluated"
_ICMP_OF_NO_PROTOCOL: Final = "without a protocol, what notICMP means depends on the data plane"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clauses:
    """What a rule says beside its action. `connections` are all that it can match, whatever its named ports mean."""

    protocol: int | None
    source: Entity
    destination: Entity
    families: frozenset[int]
    connections: ConnectionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReader:
    """Reads the rules of one policy; `namespace` is "" for a policy of the whole cluster.

    What is wrong is reported; a value that comes with an error stands for nothing and must not be used.
    """

    namespace: str
    strictness: Strictness

    def rules(self, spec: Fields, direction: Direction) -> tuple[PolicyRule, ...]:
        """The rules of one direction. Log rules decide nothing: the rule after them carries a note (B11)."""
        entries = spec.children(direction.value)
        if len(entries) > MOST_RULES:
            spec.error("limit", f"must have at most {MOST_RULES} items", direction.value, value=len(entries))
            return ()
        found: list[PolicyRule] = []
        logging: list[str] = []
        for entry in entries:
            rule = self._rule(entry, direction)
            if rule is None:
                logging.append(path_text(entry.path))
                continue
            found.append(replace(rule, note=f"logged by {', '.join(logging)}") if logging else rule)
            logging = []
        return tuple(found)

    def _rule(self, fields: Fields, direction: Direction) -> PolicyRule | None:
        action = _read_action(fields)
        clauses = self._clauses(fields, direction)
        http = read_http(fields, action, clauses.protocol, direction, self.strictness)
        _check_metadata(fields)
        report_unknown_fields(fields, _FIELDS, Severity.ERROR)
        if "http" in fields:
            fields.remark(RemarkKind.HTTP, "http")
        if action == _LOG:
            fields.remark(RemarkKind.LOG)
            return None
        reasons = [http] if http else []
        if clauses.source.ports.names or clauses.source.not_ports.names:
            reasons.append(_NAMED_SOURCE)
        if "notICMP" in fields and clauses.protocol is None:
            reasons.append(_ICMP_OF_NO_PROTOCOL)
        ends = (clauses.destination, clauses.source)
        own, other = ends if direction is Direction.INGRESS else ends[::-1]
        ports = _ports(clauses)
        return PolicyRule(
            path=path_text(fields.path),
            action=_ACTIONS.get(action, Action.DENY),
            peer=other.within(clauses.families) if clauses.families else NOBODY,
            ports=ports,
            not_ports=clauses.destination.not_ports.named(clauses.protocol),
            within=_within(clauses, ports),
            local=own.within(clauses.families),
            ref=fields.ref(),
            certain=not reasons,
            reason="; ".join(reasons),
        )

    def _clauses(self, fields: Fields, direction: Direction) -> _Clauses:
        protocol = read_protocol(fields, "protocol", self.strictness)
        ingress = direction is Direction.INGRESS
        source, destination = (
            read_entity(fields, self._side(fields, key, protocol, ingress=ingress)) for key in ("source", "destination")
        )
        return _Clauses(
            protocol=protocol,
            source=source,
            destination=destination,
            families=self._families(fields, protocol, source, destination),
            connections=self._connections(fields, protocol, source, destination),
        )

    def _side(self, fields: Fields, key: str, protocol: int | None, *, ingress: bool) -> Side:
        return Side(
            key=key,
            ingress=ingress,
            namespace=self.namespace,
            strictness=self.strictness,
            protocol=protocol,
            protocol_known=protocol is not None or "protocol" not in fields,
        )

    def _families(self, fields: Fields, protocol: int | None, source: Entity, destination: Entity) -> frozenset[int]:
        """The IP versions that the rule is about."""
        version = fields.integer("ipVersion")
        if version is not None and version not in FAMILIES:
            fields.error("not-supported", "supported values: 4, 6", "ipVersion", value=version)
            return FAMILIES
        wanted = FAMILIES if version is None else frozenset((version,))
        blocks = source.blocks | destination.blocks
        if len(blocks) > 1:
            self.strictness.report(fields, "rule contains both IPv4 and IPv6 CIDRs")
        elif not blocks <= wanted:
            message = "rule IP version doesn't match CIDR version"
            self.strictness.report(fields, message, "ipVersion", value=version)
        family = FAMILY_OF_ICMP.get(protocol or 0)
        if family is not None:
            if family not in wanted:
                message = f"protocol {PROTOCOL_NAMES[protocol or ICMP]} requires ipVersion {family}"
                fields.error("invalid-value", message, "ipVersion", value=version)
            wanted &= {family}
        families = wanted & source.families & destination.families
        if not families:
            fields.warning("matches-nothing", "this rule matches nothing: its clauses have no IP version in common")
        return families

    def _connections(self, fields: Fields, protocol: int | None, source: Entity, destination: Entity) -> ConnectionSet:
        """All connections of the rule, as far as numbers tell; what names restrict is left in."""
        found = connections_of(protocol)
        excluded = read_protocol(fields, "notProtocol", self.strictness)
        if excluded is not None:
            found -= ConnectionSet.of(excluded)
        if "icmp" in fields and protocol not in FAMILY_OF_ICMP and (protocol is not None or "protocol" not in fields):
            fields.error("invalid-value", "ICMP fields require protocol to be ICMP or ICMPv6", "icmp")
        icmp, not_icmp = (read_icmp(fields, key, protocol) for key in ("icmp", "notICMP"))
        if icmp is not None:
            found &= icmp
        if not_icmp is not None:
            found -= not_icmp
        if protocol is None:
            return found
        if source.ports.written and not source.ports.names:
            found &= ConnectionSet.of(protocol, None, source.ports.numbers)
        found -= ConnectionSet.of(protocol, None, source.not_ports.numbers)
        return found - ConnectionSet.of(protocol, destination.not_ports.numbers)


def _check_metadata(fields: Fields) -> None:
    """Report what is wrong with the annotations of a rule, which change nothing (B43)."""
    metadata = fields.child("metadata")
    if metadata is not None:
        metadata.string_map("annotations")
        report_unknown_fields(metadata, _METADATA_FIELDS, Severity.ERROR)


def _read_action(fields: Fields) -> str:
    """The action as written; "" after reporting what is wrong with it."""
    action = fields.string("action")
    if action in _KNOWN_ACTIONS:
        return action
    if action is not None:
        supported = "supported values: " + ", ".join(f'"{known}"' for known in _KNOWN_ACTIONS)
        fields.error("not-supported", supported, "action", value=action, hint=nearest(action, _KNOWN_ACTIONS))
    elif "action" not in fields:
        fields.error("required", "", "action")
    return ""


def _ports(clauses: _Clauses) -> tuple[PortMatch, ...] | None:
    """What the rule matches of each destination; None for everything."""
    destination, connections = clauses.destination, clauses.connections
    if destination.service_ports is not None:
        return (destination.service_ports,)
    if not destination.ports.written:
        return None if connections == ALL_CONNECTIONS else (connections,)
    names = destination.ports.named(clauses.protocol)
    if clauses.protocol is None or not destination.ports.numbers:
        return names
    return (ConnectionSet.of(clauses.protocol, destination.ports.numbers) & connections, *names)


def _within(clauses: _Clauses, ports: tuple[PortMatch, ...] | None) -> ConnectionSet:
    """What bounds the ports from outside: nothing where they say all that there is to say."""
    by_name = clauses.destination.service_ports is None and clauses.connections == connections_of(clauses.protocol)
    numeric = all(isinstance(port, ConnectionSet) for port in ports or ())
    return ALL_CONNECTIONS if by_name or numeric else clauses.connections
