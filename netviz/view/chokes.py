"""Where a walk can be stopped: the peers that all ways lead through, and the fewest that cut one off."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx

from netviz.analysis.reach import Reach
from netviz.analysis.terrain import INGRESS, OUTSIDE

_START: Final = "start"


@dataclass(frozen=True, slots=True)
class Choke:
    """A peer (or INGRESS) without which so many others would not be reached any more."""

    node: int
    cuts: int


def chokes(reach: Reach) -> tuple[Choke, ...]:
    """The peers outside of the start that others are reached only through, those that cut most first."""
    terrain, graph = reach.terrain, _graph(reach)
    above: Mapping[Hashable, Hashable] = nx.immediate_dominators(graph, _START)
    below: dict[Hashable, int] = {}
    for unit in reach.hops:
        # Peers of one unit stand beside each other: none of them is on every way of another.
        weight = len(terrain.units[unit].nodes) if unit >= 0 else 0
        place: Hashable = above[unit]
        while place != _START:
            below[place] = below.get(place, 0) + weight
            place = above[place]
    found = [
        Choke(terrain.units[unit].nodes[0] if unit >= 0 else unit, below[unit])
        for unit, hops in reach.hops.items()
        if hops and below.get(unit) and (unit == INGRESS or len(terrain.units[unit].nodes) == 1)
    ]
    return tuple(sorted(found, key=lambda choke: (-choke.cuts, terrain.peer_id(choke.node))))


def smallest_cut(reach: Reach, node: int) -> tuple[int, ...] | None:
    """The fewest peers (or INGRESS) without which a peer, alone in its unit, is not reached any more.

    Of several such sets the one next to the peer. None if the start reaches it directly, or is it; empty if it is not
    reached.
    """
    target = reach.terrain.unit_of.get(node)
    if target is None or target not in reach.hops:
        return ()
    if not reach.hops[target]:
        return None
    graph: nx.DiGraph[Hashable] = nx.DiGraph()
    for place in reach.hops:
        ends = {"capacity": _weight(reach, place)} if reach.hops[place] and place != target else {}
        graph.add_edge(("into", place), ("from", place), **ends)
    for source, below in _graph(reach).edges:
        graph.add_edge(_side("from", source), _side("into", below))
    try:
        _, (_, near) = nx.minimum_cut(graph, _START, ("into", target))
    except nx.NetworkXUnbounded:
        return None
    cut = [place for place in reach.hops if ("from", place) in near and ("into", place) not in near]
    nodes = [node for place in cut for node in (reach.terrain.units[place].nodes if place >= 0 else (place,))]
    return tuple(sorted(nodes, key=reach.terrain.peer_id))


def _weight(reach: Reach, place: int) -> int:
    return len(reach.terrain.units[place].nodes) if place >= 0 else 1


def _side(side: str, place: Hashable) -> Hashable:
    return (side, place) if isinstance(place, int) else place


def _graph(reach: Reach) -> nx.DiGraph[Hashable]:
    """The allowed connections among what is reached: with a vertex for each bundle, and for each list of sources.

    Else there were too many: thousands of bundles may have the same thousands of sources.
    """
    graph: nx.DiGraph[Hashable] = nx.DiGraph()
    graph.add_edges_from((_START, unit) for unit in reach.first)
    if INGRESS in reach.hops and OUTSIDE in reach.first:
        graph.add_edge(OUTSIDE, INGRESS)
    inside = [unit for unit in reach.hops if unit >= 0]
    # By identity, with what keeps it.
    lists: dict[int, tuple[int, Sequence[int]]] = {}
    for number, bundle in enumerate(reach.terrain.bundles(reach.hops, inside)):
        if bundle.allow:
            first, some = lists.setdefault(id(bundle.sources), (number, bundle.sources))
            if first == number:
                graph.add_edges_from((source, ("sources", number)) for source in some)
            graph.add_edge(("sources", first), ("bundle", number))
            graph.add_edges_from((("bundle", number), target) for target in bundle.targets)
    return graph
