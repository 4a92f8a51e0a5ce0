"""The ends of a connection, and the few verdicts that no policy decides."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.engine.options import Verdict
from netviz.model.cluster import Cluster, Pod
from netviz.selectors.tree import Ternary
from netviz.sets.addresses import IpAddress


@dataclass(frozen=True, slots=True)
class AnyPod:
    """A pod of the cluster about which nothing is known, such as the unnamed pod of an Ingress controller."""


End = Pod | IpAddress | AnyPod
"""One end of a connection: a pod of the cluster, an address outside of it, or an arbitrary pod."""


def fixed_verdict(cluster: Cluster, source: End, target: End) -> Verdict | None:
    """What no policy decides: ALLOW for a pod and itself (A32), its own node (A31), and addresses among themselves.

    UNKNOWN if `source` is a node, or runs on its network, and may be the node of `target`; None if policies decide.
    """
    if isinstance(target, IpAddress):
        return Verdict.ALLOW if isinstance(source, IpAddress) else None
    if isinstance(target, AnyPod) or isinstance(source, AnyPod):
        return None
    if isinstance(source, Pod) and (source.namespace, source.name) == (target.namespace, target.name):
        return Verdict.ALLOW
    if target.host_network or (isinstance(source, Pod) and not source.host_network):
        return None
    near = on_node_of(cluster, source, target)
    return Verdict.ALLOW if near else (Verdict.UNKNOWN if near is None else None)


def on_node_of(cluster: Cluster, source: Pod | IpAddress, target: Pod) -> Ternary:
    """Whether a hostNetwork pod or an address is on (or is) the node that `target` runs on."""
    if isinstance(source, IpAddress):
        if source in target.host_addresses:
            return True
        names = {node.name for node in cluster.nodes if source in node.addresses}
        names |= {p.node for p in cluster.pods if p.node and source in p.host_addresses}
        if not names:
            return None if _hosts_somebody(cluster, source) and not target.host_addresses else False
        return target.node in names if target.node else None
    if source.node and target.node:
        return source.node == target.node
    if source.host_addresses and target.host_addresses:
        return bool(set(source.host_addresses) & set(target.host_addresses))
    return None


def _hosts_somebody(cluster: Cluster, address: IpAddress) -> bool:
    return any(address in pod.host_addresses for pod in cluster.pods)
