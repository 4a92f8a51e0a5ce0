"""The ends of a connection, and where no policy is asked because of where they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netviz.engine.hosts import guards
from netviz.engine.options import Verdict
from netviz.model.cluster import Cluster, HostEndpoint, Pod
from netviz.selectors.tree import Ternary
from netviz.sets.addresses import IpAddress


@dataclass(frozen=True, slots=True)
class AnyPod:
    """A pod of the cluster about which nothing is known, such as the unnamed pod of an Ingress controller."""


@dataclass(frozen=True, slots=True)
class Forwarder:
    """A node that sends on what came from outside: policies see its address, and its own are not asked (B51)."""

    address: IpAddress


Host = Pod | IpAddress | HostEndpoint
"""What may be (part of) a node: a hostNetwork pod, an address, a host endpoint."""

End = Host | AnyPod | Forwarder
"""One end of a connection: a pod of the cluster, an address outside of it, a host endpoint, or an arbitrary pod.

A forwarder is a source only.
"""


@dataclass(frozen=True, slots=True)
class Bypass:
    """On which side of a connection no policy is asked; None where the input does not tell."""

    egress: Ternary = False
    ingress: Ternary = False


POLICED: Final = Bypass()
UNPOLICED: Final = Bypass(True, True)


def opened(verdict: Verdict, bypassed: Ternary) -> Verdict:
    """What becomes of the verdict of one side's policies."""
    if bypassed is True:
        return Verdict.ALLOW
    return Verdict.UNKNOWN if bypassed is None and verdict is Verdict.DENY else verdict


def common(found: Iterable[Bypass]) -> Bypass:
    """What connections between two sorts of ends have in common; None where they differ.

    It does not look further than the first difference: on both sides it is a matter of who is near whom, if at all.
    """
    several = iter(found)
    first = next(several)
    other = next((each for each in several if each != first), first)
    egress = first.egress if first.egress == other.egress else None
    return Bypass(egress, first.ingress if first.ingress == other.ingress else None)


def bypass(cluster: Cluster, source: End, target: End, *, own_node_open: bool = False) -> Bypass:
    """Where policies are not asked: a pod and itself (A32), a node and the pods on it (A31), addresses outside.

    What a pod sends to its own node passes the policies of the pod only; that the node then takes it is an assumption
    about the data plane (DefaultEndpointToHostAction, B52). With `own_node_open` they are not asked either (D5).
    """
    if isinstance(source, Pod) and isinstance(target, Pod) and _same_pod(source, target):
        return UNPOLICED
    if isinstance(target, AnyPod | Forwarder):
        return POLICED
    if isinstance(source, Forwarder):
        return Bypass(True, bypass(cluster, source.address, target).ingress)
    if isinstance(source, AnyPod) or not _is_host(source):
        guarded = _is_host(target) and bool(guards(cluster, target).endpoints)
        if not guarded and not (own_node_open and _is_host(target)):
            return POLICED
        near = None if isinstance(source, AnyPod) else _near(cluster, target, source)
        return Bypass(egress=own_node_open and near, ingress=guarded and near)
    near = _near(cluster, source, target)
    return Bypass(near, near)


def _same_pod(first: Pod, second: Pod) -> bool:
    return (first.namespace, first.name) == (second.namespace, second.name)


def _is_host(end: Host) -> bool:
    return not isinstance(end, Pod) or end.host_network


def _near(cluster: Cluster, host: Host, other: Host) -> Ternary:
    """Whether a node, or something on its network, and the other end are on the same node."""
    if isinstance(other, Pod) and not other.host_network:
        return on_node_of(cluster, host, other)
    first, second = guards(cluster, host), guards(cluster, other)
    if not first.endpoints and not second.endpoints:
        # No policy judges either of them.
        return isinstance(host, IpAddress) and isinstance(other, IpAddress)
    if isinstance(other, Pod):
        return on_node_of(cluster, host, other)
    if isinstance(host, Pod):
        return on_node_of(cluster, other, host)
    return bool({e.node for e in first.endpoints} & {e.node for e in second.endpoints})


def on_node_of(cluster: Cluster, source: Host, target: Pod) -> Ternary:
    """Whether a hostNetwork pod, an address or a host endpoint is on (or is) the node that `target` runs on."""
    match source:
        case IpAddress():
            return _address_near(cluster, source, target)
        case HostEndpoint(node=node, addresses=addresses):
            pass
        case _:
            node, addresses = source.node, source.host_addresses
    if node and target.node:
        return node == target.node
    if addresses and target.host_addresses:
        return bool(set(addresses) & set(target.host_addresses))
    return None


def _address_near(cluster: Cluster, address: IpAddress, target: Pod) -> Ternary:
    if address in target.host_addresses:
        return True
    found = cluster.nodes_at(address)
    names = (found - {""}) | {endpoint.node for endpoint in cluster.host_endpoints_at(address)}
    if not names:
        return None if found and not target.host_addresses else False
    return target.node in names if target.node else None
