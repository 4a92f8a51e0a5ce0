"""Host endpoints: whose policies judge the traffic of a node itself, and what none of them can close (B50-B54)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from netviz.model.cluster import Cluster, HostEndpoint, Pod
from netviz.model.policy import Direction
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet

ALLOWING_PROFILE: Final = "projectcalico-default-allow"
_NAMESPACE_PROFILE: Final = "kns."
_CLUSTER_PORTS: Final = (179, 2379, 2380, 5473, 6443, 6666, 6667)


def _ports(tcp: Iterable[int], udp: Iterable[int]) -> ConnectionSet:
    return ConnectionSet.of(TCP, IntervalSet.of((n, n) for n in tcp)) | ConnectionSet.of(
        UDP, IntervalSet.of((n, n) for n in udp)
    )


FAILSAFE: Final[Mapping[Direction, ConnectionSet]] = MappingProxyType(
    {
        Direction.INGRESS: _ports((22, *_CLUSTER_PORTS), (68,)),
        Direction.EGRESS: _ports(_CLUSTER_PORTS, (53, 67)),
    }
)
"""What a host endpoint always allows, by default (FailsafeInboundHostPorts, FailsafeOutboundHostPorts of Felix)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """The host endpoints that judge what is on a node's network; without `certain`, perhaps none of them does."""

    endpoints: tuple[HostEndpoint, ...] = ()
    certain: bool = True


UNGUARDED: Final = Guards()


def is_open(endpoint: HostEndpoint) -> bool:
    """Whether its profiles allow what no tier decides; a profile that is not known allows nothing (B12, B50)."""
    return any(name == ALLOWING_PROFILE or name.startswith(_NAMESPACE_PROFILE) for name in endpoint.profiles)


def guards(cluster: Cluster, end: Pod | IpAddress | HostEndpoint) -> Guards:
    """What judges an end as part of a node: nothing for a pod of the pod network (B54)."""
    if not cluster.host_endpoints:
        return UNGUARDED
    match end:
        case HostEndpoint():
            return Guards(endpoints=(end,))
        case IpAddress():
            return Guards(endpoints=_at(cluster, end))
        case _:
            return _of_pod(cluster, end) if end.host_network else UNGUARDED


def _at(cluster: Cluster, address: IpAddress) -> tuple[HostEndpoint, ...]:
    found = cluster.host_endpoints_at(address)
    # An endpoint for one interface comes before the one for all of them.
    return tuple(endpoint for endpoint in found if endpoint.interface != "*") or found


def _of_pod(cluster: Cluster, pod: Pod) -> Guards:
    names = {pod.node} if pod.node else _nodes_at(cluster, pod.host_addresses)
    if names:
        return Guards(endpoints=tuple(e for name in sorted(names) for e in cluster.host_endpoints_at(name)))
    possible = tuple(e for e in cluster.host_endpoints if not (pod.host_addresses and e.addresses))
    return Guards(endpoints=possible, certain=not possible)


def _nodes_at(cluster: Cluster, addresses: tuple[IpAddress, ...]) -> set[str]:
    names = {node.name for node in cluster.nodes if set(addresses) & set(node.addresses)}
    return names | {endpoint.node for address in addresses for endpoint in cluster.host_endpoints_at(address)}
