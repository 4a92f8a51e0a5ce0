"""What an evaluation may assume, which policies it counts, and the words of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netviz.errors import UsageError
from netviz.model.policy import PolicyId
from netviz.sets.addresses import AddressSet, parse_cidr
from netviz.sets.connections import ICMP, ICMPV6, PORT_PROTOCOLS, TCP, ConnectionSet, protocol_name

_ANY_SECOND = 1
_ICMPS = (ICMP, ICMPV6)


class IpBlocks(StrEnum):
    """Whether an address rule also concerns pods and nodes (A18).

    By address; or only what is outside the cluster, where a known node address counts as outside (`external`) or not
    (`strangers`, D1 and D2).
    """

    ADDRESSES = "addresses"
    EXTERNAL = "external"
    STRANGERS = "strangers"


class ServiceClients(StrEnum):
    """Who ingress policy takes a client outside for that comes through a NodePort or LoadBalancer Service (A36, D4).

    With externalTrafficPolicy Cluster: a node; the client or a node; or no policy is asked.
    """

    NODE = "node"
    CLIENT_OR_NODE = "client-or-node"
    UNPOLICED = "unpoliced"


@dataclass(frozen=True, slots=True)
class Options:
    """What is assumed about the cluster. `pod_cidrs` hold the pods whose address is not in the input (A21).

    With `own_node_open` a pod reaches its own node whatever its egress policies say (D5).
    """

    ip_blocks: str = IpBlocks.ADDRESSES
    pod_cidrs: tuple[str, ...] = ("10.244.0.0/16",)
    own_node_open: bool = False
    service_clients: ServiceClients = ServiceClients.NODE

    def assumed_pods(self) -> AddressSet:
        """The addresses of `pod_cidrs`; UsageError for text that is no CIDR."""
        blocks: list[AddressSet] = []
        for text in self.pod_cidrs:
            cidr = parse_cidr(text)
            if cidr is None:
                raise UsageError(f"{text!r} is not a CIDR block: write it like 10.244.0.0/16 or fd00:10:244::/56")
            blocks.append(cidr.addresses())
        return AddressSet.union(blocks)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which policies count: all but the `disabled` ones; staged ones only if they are in `enforced`."""

    disabled: frozenset[PolicyId] = frozenset()
    enforced: frozenset[PolicyId] = frozenset()


class Verdict(StrEnum):
    """The answer about one connection (M4)."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


def both(first: Verdict, second: Verdict) -> Verdict:
    """Kleene conjunction: a denial dominates."""
    if Verdict.DENY in (first, second):
        return Verdict.DENY
    return Verdict.UNKNOWN if Verdict.UNKNOWN in (first, second) else Verdict.ALLOW


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection: protocol number and destination port (ICMP: type); other protocols ignore the port.

    `second` is the source port (ICMP: code): where no rule speaks of these, all are alike.
    """

    protocol: int
    port: int = 0
    second: int = _ANY_SECOND

    def __str__(self) -> str:
        name = protocol_name(self.protocol)
        if self.second == _ANY_SECOND:
            return f"{name} {self.port}" if self.port else name
        return f"{name} {self.port} {'code' if self.protocol in _ICMPS else 'from port'} {self.second}"


def a_connection(connections: ConnectionSet) -> Connection:
    """One connection of a set that is not empty."""
    if connections.others:
        listed = set(connections.protocols())
        protocol = next(p for p in (TCP, *range(1, 256)) if p not in listed)
        return Connection(protocol, 1)
    protocol, plane = connections.planes[0]
    seconds = plane[0].y
    if _ANY_SECOND in seconds or protocol not in (*PORT_PROTOCOLS, *_ICMPS):
        return Connection(protocol, plane[0].x[0])
    return Connection(protocol, plane[0].x[0], seconds.first())
