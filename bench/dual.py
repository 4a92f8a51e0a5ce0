"""What a load has where pods have two addresses: nodes, pods on their networks, and rules that cut both ranges."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address

from bench.cluster import Manifest, Team
from bench.policies import expressions, labels, network_policy

_PODS_OF_A_NODE = 30
_RANGE = 4096
_POD_NETWORKS = (int(IPv4Address("10.128.0.0")), int(IPv6Address("fd00:10::")))
_NODE_NETWORKS = (int(IPv4Address("192.168.0.0")), int(IPv6Address("fd00:192::")))


def nodes_for(pods: int) -> int:
    """How many nodes so many pods take."""
    return 1 + pods // _PODS_OF_A_NODE


def placed(pods: Sequence[Manifest], nodes: int) -> Iterator[Manifest]:
    """The same pods on so many nodes, each with an address of both families; nodes come first, with an agent on each.

    Agents are on the network of their node.
    """
    for number in range(nodes):
        yield _node(number)
        yield _agent(number)
    for number, each in enumerate(pods):
        node = number * nodes // len(pods)
        own = {"hostIP": _addresses(_NODE_NETWORKS, node)[0], **_listed(_addresses(_POD_NETWORKS, number + 1))}
        status = {**each.get("status", {}), "phase": "Running", **own}
        yield {**each, "spec": {**each["spec"], "nodeName": f"node-{node}"}, "status": status}


def dual_policies(rng: random.Random, teams: Sequence[Team]) -> list[Manifest]:
    """One policy for every fourth team, by address: a range of pods, of nodes or of neither, in one family or both."""
    found: list[Manifest] = []
    for team in teams[::4]:
        low = _RANGE * rng.randrange(8)
        four, six = (base + low for base in _POD_NETWORKS)
        pods = [_block(f"{IPv4Address(four)}/20"), _block(f"{IPv6Address(six)}/116")]
        nodes = [_block("192.168.0.0/16"), _block("fd00:192::/64")]
        everywhere = [_block("0.0.0.0/0", f"{IPv4Address(four)}/24"), _block("::/0")]
        ports = [{"port": 443, "protocol": "TCP"}]
        subject = rng.choice((labels(role="api"), expressions(("role", "In", ("web", "edge")))))
        peers = rng.choice((pods, pods[1:], nodes, everywhere))
        if rng.random() < 0.5:
            spec = {"podSelector": subject, "policyTypes": ["Ingress"], "ingress": [{"from": peers, "ports": ports}]}
        else:
            spec = {"podSelector": subject, "policyTypes": ["Egress"], "egress": [{"to": peers, "ports": ports}]}
        found.append(network_policy(team.name, "by-address", spec))
    return found


def _block(cidr: str, *without: str) -> Manifest:
    return {"ipBlock": {"cidr": cidr, **({"except": list(without)} if without else {})}}


def _addresses(networks: tuple[int, int], number: int) -> tuple[str, str]:
    return str(IPv4Address(networks[0] + number)), str(IPv6Address(networks[1] + number))


def _listed(addresses: tuple[str, str]) -> Manifest:
    return {"podIP": addresses[0], "podIPs": [{"ip": address} for address in addresses]}


def _node(number: int) -> Manifest:
    listed = [{"type": "InternalIP", "address": address} for address in _addresses(_NODE_NETWORKS, number)]
    name = f"node-{number}"
    metadata = {"name": name, "labels": {"kubernetes.io/hostname": name}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": {"addresses": listed}}


def _agent(number: int) -> Manifest:
    owner = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "agent", "controller": True}
    own = _addresses(_NODE_NETWORKS, number)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"agent-{number:05d}",
            "namespace": "kube-system",
            "labels": {"app": "agent"},
            "ownerReferences": [{**owner, "uid": "00000000-0000-4000-8000-000000000000"}],
        },
        "spec": {
            "hostNetwork": True,
            "nodeName": f"node-{number}",
            "containers": [{"name": "main", "image": "example.com/agent:1"}],
        },
        "status": {"phase": "Running", "hostIP": own[0], **_listed(own)},
    }
