"""The source and the destination of a Calico rule: who is meant, and on which ports (B31-B37; B82, B84).

An address of another family than the blocks of a list is out of the rule's reach, whether the list is `nets` or
`notNets`: Calico renders a rule per family and leaves it out where no block remains (FilterRuleToIPVersion of Felix).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netviz.dialects.calico_ports import NO_PORTS, Ports, check_ports, read_ports
from netviz.dialects.calico_selectors import (
    PEERS,
    conjunction,
    in_namespace,
    read_accounts,
    read_namespaces,
    read_selector,
)
from netviz.dialects.calico_strictness import Strictness
from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import (
    ANYONE,
    BehindService,
    EveryPeer,
    Labelled,
    NotPeer,
    OfFamily,
    RemarkKind,
    RulePeer,
    ServicePorts,
    WithAddress,
)
from netviz.selectors.tree import Negated, Selector
from netviz.sets.addresses import AddressSet, Cidr, parse_address, parse_cidr

MOST_NETS: Final = 256
FAMILIES: Final = frozenset((4, 6))
INVALID_CIDR: Final = "invalid CIDR"
_FIELDS: Final = frozenset(
    (
        "nets",
        "selector",
        "namespaceSelector",
        "services",
        "ports",
        "notNets",
        "notSelector",
        "notPorts",
        "serviceAccounts",
    )
)
_SERVICE_FIELDS: Final = frozenset(("name", "namespace"))
_BESIDE_SERVICES: Final = {
    "namespaceSelector": "cannot specify NamespaceSelector and Services on the same rule",
    "selector": "cannot specify Selector/NotSelector and Services on the same rule",
    "notSelector": "cannot specify Selector/NotSelector and Services on the same rule",
    "nets": "cannot specify Nets/NotNets and Services on the same rule",
    "notNets": "cannot specify Nets/NotNets and Services on the same rule",
    "serviceAccounts": "cannot specify ServiceAccounts and Services on the same rule",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Which side of a rule an entity is, and of which rule; `namespace` is "" for a policy of the whole cluster.

    `protocol` is the rule's, None for all; it is not `protocol_known` if it could not be read.
    """

    key: str
    ingress: bool
    namespace: str
    strictness: Strictness
    protocol: int | None
    protocol_known: bool

    @property
    def may_have_services(self) -> bool:
        """Services stand for sources of ingress and destinations of egress only (B37)."""
        return self.ingress == (self.key == "source")

    @property
    def has_service_ports(self) -> bool:
        """Whether services stand for ports too."""
        return self.key == "destination"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One side of a rule. `families` are the IP versions that its address lists leave, `blocks` those they mention."""

    peer: RulePeer = ANYONE
    families: frozenset[int] = FAMILIES
    blocks: frozenset[int] = frozenset()
    ports: Ports = NO_PORTS
    not_ports: Ports = NO_PORTS
    service_ports: ServicePorts | None = None

    def within(self, families: frozenset[int]) -> RulePeer:
        """The peer as far as it has one of these IP versions."""
        if families == FAMILIES:
            return self.peer
        return _every([self.peer, *(OfFamily(family) for family in families)])


def read_entity(rule: Fields, side: Side) -> Entity:
    """The entity in field `side.key` of a rule. Source: EntityRule, projectcalico.org/v3."""
    fields = rule.child(side.key)
    if fields is None:
        return Entity()
    labelled = _read_labels(fields, side.namespace)
    nets = _read_nets(fields, "nets", side.strictness)
    not_nets = _read_nets(fields, "notNets", side.strictness)
    service = _read_service(fields, side)
    parts: list[RulePeer] = [] if labelled is None else [labelled]
    if nets:
        parts.append(WithAddress(_union(nets)))
    if not_nets:
        parts.append(NotPeer(WithAddress(_union(not_nets))))
    if service is not None:
        parts.append(BehindService(service.namespace, service.name))
    families = FAMILIES
    for blocks in (nets, not_nets):
        families &= frozenset(block.family for block in blocks) or FAMILIES
    ports = read_ports(fields, "ports", side.strictness)
    not_ports = read_ports(fields, "notPorts", side.strictness)
    report_unknown_fields(fields, _FIELDS, Severity.ERROR)
    if side.protocol_known:
        check_ports(fields, "ports", side.protocol, ports)
        check_ports(fields, "notPorts", side.protocol, not_ports)
    return Entity(
        peer=_every(parts),
        families=families,
        blocks=frozenset(block.family for block in (*nets, *not_nets)),
        ports=ports,
        not_ports=not_ports,
        service_ports=service if side.has_service_ports else None,
    )


def _every(parts: Sequence[RulePeer]) -> RulePeer:
    found = [part for part in parts if part != ANYONE]
    return found[0] if len(found) == 1 else EveryPeer(tuple(found))


def _union(blocks: Sequence[Cidr]) -> AddressSet:
    return AddressSet.union(block.addresses() for block in blocks)


def _read_labels(fields: Fields, namespace: str) -> RulePeer | None:
    """What the selectors mean; None without any.

    A negative selector beside a positive one is part of the same expression; alone it is true of every address that the
    endpoints it selects do not have (B34).
    """
    namespaces = read_namespaces(fields, may_be_global=True)
    selector = read_selector(fields, "selector")
    excluded = read_selector(fields, "notSelector")
    accounts_fields = fields.child("serviceAccounts")
    accounts = () if accounts_fields is None else read_accounts(accounts_fields)
    positive: tuple[Selector, ...] = (*(() if selector is None else (selector,)), *accounts)
    if namespaces is not None:
        positive = (namespaces, *positive)
    elif namespace and (positive or excluded is not None):
        positive = (in_namespace(namespace), *positive)
    if positive and excluded is not None:
        positive = (*positive, Negated(excluded))
    if positive:
        return Labelled(PEERS, conjunction(positive))
    return None if excluded is None else NotPeer(Labelled(PEERS, excluded))


def _read_nets(fields: Fields, key: str, strictness: Strictness) -> list[Cidr]:
    texts = fields.strings(key)
    strictness.limit_items(fields, key, len(texts), MOST_NETS)
    found = [_read_net(fields, key, i, text, strictness) for i, text in enumerate(texts)]
    return [block for block in found if block is not None]


def _read_net(fields: Fields, key: str, i: int, text: str, strictness: Strictness) -> Cidr | None:
    """A block; what the data plane reads as one is enough in storage (B82)."""
    address = parse_address(text)
    block = parse_cidr(f"{text}/{32 if address.family == 4 else 128}" if address else text)
    if block is None:
        fields.error("invalid-value", INVALID_CIDR, key, i, value=text)
        return None
    if address is not None or block.host_bits:
        hint = f"write {block}"
        strictness.report(fields, INVALID_CIDR, key, i, value=text, hint=hint)
    if key == "notNets" and block.prefix == 0:
        message = "catch-all CIDR in negation creates logical contradiction (matches no traffic)"
        strictness.report(fields, message, key, i, value=text)
    return block


def _read_service(fields: Fields, side: Side) -> ServicePorts | None:
    match = fields.child("services")
    if match is None:
        return None
    name, namespace = match.string("name") or "", match.string("namespace") or side.namespace
    match.remark(RemarkKind.SERVICES, value=f"{namespace}/{name}")
    report_unknown_fields(match, _SERVICE_FIELDS, Severity.ERROR)
    if not side.may_have_services:
        where = "egress rule source" if side.key == "source" else "ingress rule destination"
        side.strictness.report(fields, f"not allowed in {where}", "services")
    if not name:
        match.error("invalid-value", "services must specify a service name", "name")
    if not namespace:
        match.error("invalid-value", "must specify a namespace", "namespace")
    for message in dict.fromkeys(text for key, text in _BESIDE_SERVICES.items() if fields.raw(key)):
        fields.error("invalid-value", message, "services")
    if side.has_service_ports and (fields.raw("ports") or fields.raw("notPorts")):
        fields.error("invalid-value", "ports and notPorts cannot be specified with services", "services")
    return ServicePorts(namespace, name)
