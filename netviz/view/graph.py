"""The reachability matrix as a networkx graph."""

from __future__ import annotations

from typing import Any

import networkx as nx

from netviz.analysis.pairs import End, paired
from netviz.engine.matrix import Peer, PeerType, ReachabilityMatrix
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet, protocol_name
from netviz.view.fold import change_of
from netviz.view.outside import block_words
from netviz.view.picture import Change
from netviz.view.words import connection_words

ALLOWED = "allowed"
UNKNOWN = "unknown"
_SHOWN_BLOCKS = 64


def build_graph(matrix: ReachabilityMatrix, before: ReachabilityMatrix | None = None) -> nx.MultiDiGraph[str]:
    """A graph with every peer as a node and every pair as up to two edges, not folded.

    Graph attribute: `by` (what a node stands for).
    Nodes are peer ids. Attributes: `type` (workload, pod, namespace, addresses, ingress-controller), `namespace`,
    `name`, `kind`, `label` (what people call it), `owners` and `members` (names, comma-separated), `ports` (declared
    ports in words), `addresses` (CIDR blocks or ranges, comma-separated), `host_network`, `living` (bool),
    `isolated_ingress` and `isolated_egress` ("yes", "no", "unknown"), and as values `peer`, `was` (the `Peer` now and
    in the baseline) and `address_set`.
    Edges have the key "allowed" or "unknown", at most one of each for a pair. Attributes: `ports` (words of what is now
    allowed, or unknown; "" if nothing), `before` (words of what was; equal to `ports` without a baseline),
    `connections` and `connections_before` (`ConnectionSet`), `certain` (False for "unknown"), `change` (same, added,
    removed, changed). A removed pair keeps its edge; a pair that is denied before and after has none.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(by=matrix.by.value)
    table = paired(matrix if before is None else before, matrix)
    known: dict[tuple[str, ConnectionSet, ConnectionSet], dict[str, Any]] = {}
    for end in table.ends:
        graph.add_node(end.id, **_node_attributes(end))
    for (source, target), (was, now) in table.cells.items():
        ends = table.ends[source].id, table.ends[target].id
        for key, old, new in ((ALLOWED, was.allow, now.allow), (UNKNOWN, was.unknown, now.unknown)):
            if old or new:
                attributes = known.get((key, old, new))
                if attributes is None:
                    attributes = known[key, old, new] = _edge_attributes(old, new, certain=key == ALLOWED)
                graph.add_edge(ends[0], ends[1], key, **attributes)
    return graph


def changed_edges(graph: nx.MultiDiGraph[str]) -> list[tuple[str, str, str]]:
    """The edges of `build_graph` that differ from the baseline, as (source, target, key), sorted."""
    return sorted(
        (source, target, str(key))
        for source, target, key, attributes in graph.edges(keys=True, data=True)
        if attributes["change"] != Change.SAME.value
    )


def _node_attributes(end: End) -> dict[str, object]:
    peer = end.peer
    return {
        "type": peer.type.value,
        "namespace": peer.namespace,
        "name": peer.name,
        "kind": peer.kind,
        "label": _label(end),
        "owners": ", ".join(f"{kind}/{name}" for kind, name in peer.owners),
        "members": ", ".join(peer.members),
        "ports": _ports(peer),
        "addresses": ", ".join(block_words(end.addresses, _SHOWN_BLOCKS)),
        "host_network": peer.host_network,
        "living": peer.living,
        "isolated_ingress": _ternary(peer.ingress.isolated),
        "isolated_egress": _ternary(peer.egress.isolated),
        "peer": peer,
        "was": end.was,
        "address_set": end.addresses,
    }


def _edge_attributes(before: ConnectionSet, after: ConnectionSet, *, certain: bool) -> dict[str, Any]:
    return {
        "ports": _words(after),
        "before": _words(before),
        "connections": after,
        "connections_before": before,
        "certain": certain,
        "change": change_of(before, after).value,
    }


def _label(end: End) -> str:
    match end.peer.type:
        case PeerType.ADDRESSES:
            return ", ".join(block_words(end.addresses, 2))
        case PeerType.INGRESS_CONTROLLER:
            return "Ingress controller"
        case _:
            return "/".join(filter(None, (end.peer.namespace, end.peer.name)))


def _ports(peer: Peer) -> str:
    return ", ".join(dict.fromkeys(f"{protocol_name(port.protocol)} {port.port}" for port in peer.ports))


def _words(connections: ConnectionSet) -> str:
    return connection_words(connections) if connections != NO_CONNECTIONS else ""


def _ternary(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"
