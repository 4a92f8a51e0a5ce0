"""Reach, choke points and cuts are what networkx says of the graph of allowed pairs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from random import Random

import networkx as nx
import pytest

from netviz.analysis.reach import INTERNET, Reach, start_of
from netviz.analysis.terrain import INGRESS, OUTSIDE_PEER
from netviz.engine import Evaluation, Grouping
from netviz.engine.matrix import INGRESS_PEER, Peer, PeerType, ReachabilityMatrix
from netviz.model.cluster import ContainerRole
from netviz.sets.connections import ALL_CONNECTIONS, NO_CONNECTIONS, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.view.chokes import chokes, smallest_cut
from tests.property.test_impact_laws import evaluation_of

CASES = [(sort, seed) for sort, count in (("kubernetes", 12), ("admin", 8), ("mixed", 12)) for seed in range(count)]


def wanted(peer: Peer, *, declared: bool) -> ConnectionSet:
    """What counts as reaching a peer."""
    found = NO_CONNECTIONS
    for port in peer.ports:
        if port.role is not ContainerRole.INIT:
            found |= ConnectionSet.of(port.protocol, IntervalSet.single(port.port))
    return found if declared and found else ALL_CONNECTIONS


def graph_of(matrix: ReachabilityMatrix, *, declared: bool, possible: bool = False) -> nx.DiGraph[str]:
    """The allowed pairs as a graph; all that is outside is one vertex, from which Ingress controllers are reached."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    names = [OUTSIDE_PEER if peer.type is PeerType.ADDRESSES else peer.id for peer in matrix.peers]
    graph.add_nodes_from(names)
    for (i, j), cell in matrix.cells.items():
        target = matrix.peers[j]
        if target.type is PeerType.ADDRESSES:
            continue
        counts = ALL_CONNECTIONS if names[i] == INGRESS_PEER else wanted(target, declared=declared)
        open_to = (cell.allow | cell.unknown if possible else cell.allow) & counts
        if open_to:
            known = graph.edges[names[i], names[j]]["open"] if graph.has_edge(names[i], names[j]) else NO_CONNECTIONS
            graph.add_edge(names[i], names[j], open=known | open_to)
    if INGRESS_PEER in names:
        graph.add_edge(OUTSIDE_PEER, INGRESS_PEER)
    return graph


def starts(evaluation: Evaluation, by: Grouping, rng: Random) -> dict[str, list[str]]:
    """Some starts, each with the vertices that it means."""
    peers = [peer for peer in evaluation.matrix(by).peers if peer.living and peer.namespace]
    peer = rng.choice(peers)
    space = rng.choice(peers).namespace
    found = {INTERNET: [OUTSIDE_PEER], f"namespace/{space}": [p.id for p in peers if p.namespace == space]}
    name = f"{peer.kind.lower()}/{peer.namespace}/{peer.name}"
    found[name] = [p.id for p in peers if (p.kind, p.namespace, p.name) == (peer.kind, peer.namespace, peer.name)]
    if evaluation.cluster.ingresses:
        found["ingress-controller"] = [INGRESS_PEER]
    return found


def reached_from(evaluation: Evaluation, text: str, *, declared: bool) -> Reach:
    by = Grouping.WORKLOAD
    return Reach.of(evaluation, by, start_of(evaluation, by, text), declared=declared)


def hops_from(graph: nx.DiGraph[str], first: list[str]) -> dict[str, int]:
    found = nx.multi_source_dijkstra_path_length(graph, set(first))
    return {name: int(hops) for name, hops in found.items()}


def named(reach: Reach, hops: Mapping[int, int]) -> dict[str, int]:
    """Hops by peer id."""
    found: dict[str, int] = {}
    for unit, number in hops.items():
        nodes = reach.terrain.units[unit].nodes if unit >= 0 else (unit,)
        found |= {reach.terrain.peer_id(node): number for node in nodes}
    return found


@pytest.mark.parametrize("by", [Grouping.WORKLOAD, Grouping.POD])
@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_reach_is_that_of_the_graph_of_allowed_pairs(sort: str, seed: int, by: Grouping) -> None:
    evaluation, declared = evaluation_of(sort, seed), seed % 2 == 0
    matrix = evaluation.matrix(by)
    surely = graph_of(matrix, declared=declared)
    maybe = graph_of(matrix, declared=declared, possible=True)
    for text, first in starts(evaluation, by, Random(seed)).items():
        reach = Reach.of(evaluation, by, start_of(evaluation, by, text), declared=declared)
        expected, possible = hops_from(surely, first), hops_from(maybe, first)
        where = f"{sort} {seed} from {text}"
        assert named(reach, reach.hops) == expected, where
        perhaps = {name: hops for name, hops in possible.items() if name not in expected}
        assert named(reach, reach.perhaps) == perhaps, where


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_a_way_is_a_shortest_one_and_each_hop_is_allowed(sort: str, seed: int) -> None:
    evaluation, declared = evaluation_of(sort, seed), seed % 2 == 0
    graph = graph_of(evaluation.matrix(Grouping.WORKLOAD), declared=declared)
    for text in starts(evaluation, Grouping.WORKLOAD, Random(seed)):
        reach = reached_from(evaluation, text, declared=declared)
        hops = named(reach, reach.hops)
        for arrival in reach.arrivals():
            way = reach.way(arrival.node)
            assert len(way) == arrival.hops
            assert way[-1].target == arrival.node
            assert all(one.target == two.source for one, two in pairwise(way))
            for hop in way:
                source, target = reach.terrain.peer_id(hop.source), reach.terrain.peer_id(hop.target)
                if hop.target != INGRESS:
                    assert hop.connections == graph.edges[source, target]["open"]
            target, opens = reach.terrain.peer_id(arrival.node), NO_CONNECTIONS
            for name in graph.predecessors(target):
                if hops.get(name) == arrival.hops - 1:
                    opens |= graph.edges[name, target]["open"]
            assert arrival.connections == opens


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_a_choke_point_cuts_what_is_lost_without_it(sort: str, seed: int) -> None:
    evaluation, declared = evaluation_of(sort, seed), seed % 2 == 0
    graph = graph_of(evaluation.matrix(Grouping.WORKLOAD), declared=declared)
    for text, first in starts(evaluation, Grouping.WORKLOAD, Random(seed)).items():
        reach = reached_from(evaluation, text, declared=declared)
        reached = set(hops_from(graph, first))
        expected: dict[str, int] = {}
        for name in reached - set(first):
            less = graph.copy()
            less.remove_node(name)
            lost = reached - set(hops_from(less, first)) - {name, INGRESS_PEER}
            if lost:
                expected[name] = len(lost)
        found = {reach.terrain.peer_id(choke.node): choke.cuts for choke in chokes(reach)}
        assert found == expected, f"{sort} {seed} from {text}"


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_a_cut_is_as_small_as_networkx_finds_one_and_cuts(sort: str, seed: int) -> None:
    evaluation, declared = evaluation_of(sort, seed), seed % 2 == 0
    by = Grouping.WORKLOAD
    graph = graph_of(evaluation.matrix(by), declared=declared)
    for text, first in starts(evaluation, by, Random(seed)).items():
        start = start_of(evaluation, by, text)
        for arrival in Reach.of(evaluation, by, start, declared=declared).arrivals():
            reach = Reach.of(evaluation, by, start, declared=declared, alone=arrival.node)
            target = reach.terrain.peer_id(arrival.node)
            cut = smallest_cut(reach, arrival.node)
            if any(graph.has_edge(name, target) for name in first):
                assert cut is None
                continue
            assert cut is not None
            names = {reach.terrain.peer_id(node) for node in cut}
            assert not names & {target, *first}
            whole = nx.DiGraph(graph)
            whole.add_edges_from(("start", below) for name in first for below in graph.successors(name))
            whole.remove_nodes_from(first)
            assert len(names) == len(nx.minimum_node_cut(whole, "start", target))
            whole.remove_nodes_from(names)
            assert not nx.has_path(whole, "start", target)
