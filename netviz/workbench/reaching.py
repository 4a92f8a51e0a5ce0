"""What can be reached from somewhere, as plain values: by hops, by which way, and where it can be stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netviz.analysis.reach import Arrival, Hop, Reach, start_of
from netviz.analysis.terrain import INGRESS, OUTSIDE, Terrain, living
from netviz.engine.blocks import blocks
from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import Grouping, addresses_peer
from netviz.engine.naming import INGRESS_CONTROLLER, find
from netviz.errors import UsageError
from netviz.model.cluster import Pod
from netviz.sets.connections import ICMP, ICMPV6, PORT_PROTOCOLS, TCP, ConnectionSet, protocol_name
from netviz.sets.region import bits
from netviz.view.chokes import Choke, chokes, smallest_cut
from netviz.view.peers import peer_label
from netviz.workbench.questions import ReachQuestion, WhyQuestion

OUTSIDE_WORDS: Final = "outside of the cluster"
INGRESS_WORDS: Final = "Ingress controller"
MOST_CHOKES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedLine:
    """One peer that is reached: `opens` are the connections that lead to it from what is one hop nearer.

    `through` is what the shown way leads through. `sure` is false where it hangs on something unknown. `peers` is how
    many workloads of a namespace are reached, of `all_peers`, else 1.
    """

    id: str
    label: str
    namespace: str
    hops: int
    opens: ConnectionSet
    through: tuple[str, ...] = ()
    sure: bool = True
    peers: int = 1
    all_peers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HopLine:
    """One hop of a way; `question` explains it, None where no policy is asked."""

    source: str
    target: str
    source_label: str
    target_label: str
    opens: ConnectionSet
    question: WhyQuestion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChokeLine:
    """A peer without which so many others are not reached; id "" for the Ingress controller."""

    id: str
    label: str
    cuts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A shortest way to the target, and the fewest peers without which there is none: None if it is reached directly.

    No hops: it is not reached. `sure` is false for a way that hangs on something unknown.
    """

    label: str
    hops: tuple[HopLine, ...]
    sure: bool
    cut: tuple[ChokeLine, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachAnswer:
    """What is reached from `start`, the nearest first; `total` peers are there besides the start.

    `levels` are (hops, peers surely reached in so many). `leaves` is the number of hops to an address outside, None if
    none is reached or the start is outside. `left_out` peers are on the network of their node, or in two address
    families, and too many to be looked at one by one.
    """

    start: str
    unit: str
    total: int
    lines: tuple[ReachedLine, ...]
    levels: tuple[tuple[int, int], ...]
    chokes: tuple[ChokeLine, ...]
    leaves: int | None
    left_out: int
    way: Way | None = None

    @property
    def sure(self) -> int:
        """How many peers are surely reached."""
        return sum(count for _, count in self.levels)


def reach_answer(evaluation: Evaluation, question: ReachQuestion) -> ReachAnswer:
    """The answer to a question; UsageError for names that mean nothing here."""
    by = Grouping.POD if question.by == Grouping.POD.value else Grouping.WORKLOAD
    start = start_of(evaluation, by, question.start)
    target = _target(evaluation, by, question.target) if question.target else None
    reach = Reach.of(evaluation, by, start, declared=question.declared, alone=target)
    lines = [_line(reach, arrival, sure=sure) for sure in (True, False) for arrival in reach.arrivals(sure=sure)]
    found = by_namespace(lines, reach.terrain) if question.by == Grouping.NAMESPACE.value else lines
    levels = Counter(line.hops for line in lines if line.sure)
    return ReachAnswer(
        start=start.label,
        unit=by.value,
        total=len(reach.terrain.nodes) - len(start.nodes),
        lines=tuple(found),
        levels=tuple(sorted(levels.items())),
        chokes=tuple(_choke(reach.terrain, choke) for choke in chokes(reach)[:MOST_CHOKES]),
        leaves=reach.leaves,
        left_out=reach.terrain.left_out,
        way=None if target is None else _way(reach, target),
    )


def by_namespace(lines: Iterable[ReachedLine], terrain: Terrain) -> list[ReachedLine]:
    """The same by namespace: in how many hops the first of its workloads is reached, and how many are."""
    sizes = Counter(group.peer.namespace for group in terrain.nodes)
    found: dict[tuple[str, bool], ReachedLine] = {}
    for line in lines:
        known = found.get((line.namespace, line.sure))
        found[line.namespace, line.sure] = ReachedLine(
            id=line.namespace,
            label=line.namespace,
            namespace=line.namespace,
            hops=known.hops if known else line.hops,
            opens=line.opens | known.opens if known else line.opens,
            through=known.through if known else line.through,
            sure=line.sure,
            peers=known.peers + 1 if known else 1,
            all_peers=sizes[line.namespace],
        )
    return list(found.values())


def _target(evaluation: Evaluation, by: Grouping, text: str) -> int:
    """The peer that a name means."""
    nodes = living(evaluation, by)
    for node, group in enumerate(nodes):
        if group.peer.id == text:
            return node
    named = find(evaluation.cluster, text)
    pods = {(end.namespace, end.name) for end in named.ends if isinstance(end, Pod)}
    for node, group in enumerate(nodes):
        if any((pod.namespace, pod.name) in pods for part in group.parts for pod in part.pods):
            return node
    raise UsageError(f"{named.label} is no workload or pod that a way could lead to")


def _line(reach: Reach, arrival: Arrival, *, sure: bool) -> ReachedLine:
    peer = reach.terrain.peer(arrival.node)
    return ReachedLine(
        id=peer.id,
        label=peer_label(peer),
        namespace=peer.namespace,
        hops=arrival.hops,
        opens=arrival.connections,
        through=tuple(_label(reach.terrain, node) for node in reach.between(arrival.node)),
        sure=sure,
    )


def _label(terrain: Terrain, node: int) -> str:
    return {INGRESS: INGRESS_WORDS, OUTSIDE: OUTSIDE_WORDS}.get(node) or peer_label(terrain.peer(node))


def _choke(terrain: Terrain, choke: Choke) -> ChokeLine:
    name = "" if choke.node == INGRESS else terrain.peer_id(choke.node)
    return ChokeLine(id=name, label=_label(terrain, choke.node), cuts=choke.cuts)


def _way(reach: Reach, target: int) -> Way:
    cut = smallest_cut(reach, target)
    hops = reach.way(target)
    return Way(
        label=_label(reach.terrain, target),
        hops=tuple(_hop(reach, hop) for hop in hops),
        sure=reach.terrain.unit_of.get(target) in reach.hops,
        cut=None if cut is None else tuple(_choke(reach.terrain, Choke(node, 0)) for node in cut),
    )


def _hop(reach: Reach, hop: Hop) -> HopLine:
    terrain = reach.terrain
    return HopLine(
        source=terrain.peer_id(hop.source),
        target=terrain.peer_id(hop.target),
        source_label=_label(terrain, hop.source),
        target_label=_label(terrain, hop.target),
        opens=hop.connections,
        question=None if hop.target == INGRESS else _question(reach, hop),
    )


def _question(reach: Reach, hop: Hop) -> WhyQuestion:
    protocol, port = example(hop.connections)
    source = reach.terrain.peer_id(hop.source)
    if hop.source == INGRESS:
        source = INGRESS_CONTROLLER
    elif hop.source == OUTSIDE:
        source = _address(reach, hop)
    target = reach.terrain.peer_id(hop.target)
    return WhyQuestion(source=source, target=target, protocol=protocol_name(protocol), port=port)


def _address(reach: Reach, hop: Hop) -> str:
    """The peer of addresses that a hop from outside comes from: of several the one with most addresses."""
    terrain, classes = reach.terrain, reach.terrain.evaluation.evaluator.classes
    slot = terrain.units[terrain.unit_of[hop.target]].slot
    possible = 0
    for block in blocks(terrain.evaluation, terrain.outside, 0 if slot is None else 1 << slot):
        if block.state.may & terrain.wanted(hop.target):
            possible |= block.sources
    slots = bits(possible or terrain.outside)
    sizes = {each: sum(last - first + 1 for _, first, last in classes.slots[each].outside.ranges()) for each in slots}
    v4 = [each for each in slots if classes.slots[each].family == 4] or slots
    return addresses_peer(classes.slots[max(v4, key=lambda each: sizes[each])].outside)


def example(connections: ConnectionSet) -> tuple[int, int]:
    """One protocol and port of a set: (TCP, 0), all of TCP, for a set that holds everything."""
    if connections.others or not connections.planes:
        return TCP, 0
    protocol, plane = connections.planes[0]
    has_ports = protocol in (*PORT_PROTOCOLS, ICMP, ICMPV6)
    return protocol, plane[0].x[0] if has_ports and plane else 0
