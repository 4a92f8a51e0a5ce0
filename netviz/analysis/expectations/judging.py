"""Whether all pairs of two sides are allowed, or none is: found on classes and rows, and one pair that tells.

What must be allowed falls apart into two questions about rows: does the egress row of every source cover all targets,
and the ingress row of every target all sources. What must be denied is looked for in the blocks of allowed pairs. Only
ends whose pairs depend on more than one row (two address families, the network of a node) are asked pair by pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, product
from typing import Final, NamedTuple

from netviz.analysis.expectations.language import Wanted
from netviz.analysis.expectations.members import Members
from netviz.engine.blocks import blocks
from netviz.engine.clients import forwards, seen_as
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import AnyPod, End
from netviz.engine.options import Connection, Verdict
from netviz.engine.pairs import Masks, between
from netviz.model.cluster import Pod, Service
from netviz.model.policy import Direction
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import ALL_PROTOCOLS, TCP, UDP, ConnectionSet
from netviz.sets.region import Region, bits, mask_of

_USUAL: Final = (80, 443)
MOST_PAIRS: Final = 100_000
"""So many pairs are asked one by one; further ones are not looked at, and the answer says so."""


class TooManyError(Exception):
    """There are too many pairs that would have to be asked one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A connection that is not as it was wanted: surely, or `verdict` is UNKNOWN.

    `source_port` is 0 unless the verdict holds for some source ports only, of which it is one. `via` is set where a
    node may send the connection on: a Service, and its port.
    """

    source: End
    target: End
    connection: Connection
    verdict: Verdict
    source_port: int = 0
    via: tuple[Service, int] | None = None


_Asked = tuple[End, End, tuple[End, ...] | None]
"""A pair, and what policies may take its source for, if that is not the source itself."""


class _Hit(NamedTuple):
    source: End
    target: End
    atoms: int
    sure: bool
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """Targets with the connections that are meant with them; for a Service, those behind one of its ports (`port`)."""

    members: Members
    connections: ConnectionSet
    port: int = 0


@dataclass(frozen=True, slots=True)
class _Side:
    """Members by what the engine sees of them: `plain` classes, whose pairs are in two rows, other classes, and others.

    `slots` are the peer bits of the plain classes, `outside` those of the addresses.
    """

    plain: dict[int, list[Pod]]
    odd: dict[int, list[Pod]]
    others: tuple[End, ...]
    slots: int
    outside: int
    addresses: AddressSet

    @property
    def on_nodes(self) -> bool:
        """Whether something here may be (on) a node, so that it matters which nodes the other side's pods are on."""
        hosts = any(pods[0].host_network for pods in self.odd.values())
        return hosts or any(not isinstance(end, AnyPod) for end in self.others)


class Judge:
    """Judges sides of statements under one evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._evaluator = evaluation.evaluator
        self._classes = evaluation.evaluator.classes
        self._masks: dict[ConnectionSet, int] = {}

    def violation(self, wanted: Wanted, sources: Members, aim: Aim) -> Flow | None:
        """A connection that is not as wanted, a sure one if there is any; TooManyError if that cannot be told."""
        targets, connections = aim.members, aim.connections
        mask = self._mask(connections)
        left, right = self._side(sources), self._side(targets)
        service = targets.service
        forwarded = left if service is not None and forwards(service) else None
        if forwarded is not None:
            left = replace(left, outside=0, others=tuple(e for e in left.others if not isinstance(e, IpAddress)))
        plain = self._allowed(mask, left, right) if wanted is Wanted.DENY else self._lacking(mask, left, right)
        asked = self._odd_pairs(left, right)
        if service is not None and forwarded is not None:
            asked = chain(asked, self._forwarded(forwarded, right, service))
        doubtful: _Hit | None = None
        for hit in chain(plain, self._one_by_one(wanted, mask, asked)):
            if hit.sure:
                return self._flow(hit, aim, wanted)
            doubtful = doubtful or hit
        return None if doubtful is None else self._flow(doubtful, aim, wanted)

    def _mask(self, connections: ConnectionSet) -> int:
        """The atoms that hold some of the connections."""
        known = self._masks.get(connections)
        if known is None:
            atoms = self._evaluator.atoms
            known = self._masks[connections] = (
                atoms.all
                if connections.others
                else mask_of(i for i, atom in enumerate(atoms.atoms) if atom & connections)
            )
        return known

    def _flow(self, hit: _Hit, aim: Aim, wanted: Wanted) -> Flow:
        found = self._evaluator.connections(hit.atoms) & aim.connections
        connection, source_port = sample(found, hit.target)
        sure = Verdict.ALLOW if wanted is Wanted.DENY else Verdict.DENY
        return Flow(
            source=hit.source,
            target=hit.target,
            connection=connection,
            verdict=sure if hit.sure else Verdict.UNKNOWN,
            source_port=source_port,
            via=(aim.members.service, aim.port) if hit.forwarded and aim.members.service is not None else None,
        )

    def _side(self, members: Members) -> _Side:
        plain: dict[int, list[Pod]] = {}
        odd: dict[int, list[Pod]] = {}
        for pod in members.pods:
            number = self._classes.class_of(pod)
            kind = odd if self._evaluator.plain_slot(number) is None else plain
            kind.setdefault(number, []).append(pod)
        slots = mask_of(slot for number in plain if (slot := self._evaluator.plain_slot(number)) is not None)
        first = self._classes.first_outside
        outside = [first + i for i, atom in enumerate(self._classes.atoms.sets) if atom & members.addresses]
        return _Side(plain, odd, members.others, slots, mask_of(outside), members.addresses)

    def _allowed(self, mask: int, left: _Side, right: _Side) -> Iterator[_Hit]:
        """Pairs of plain ends between which something of the mask is allowed, or unknown."""
        ways = ((left.slots, right.slots | right.outside), (left.outside, right.slots))
        for sources, targets in ways if mask else ():
            for block in blocks(self._evaluation, sources, targets) if sources and targets else ():
                if not block.state.may & mask:
                    continue
                pair = self._pair(block.sources, block.targets, left, right)
                if pair is not None:
                    sure = block.state.allow & mask
                    yield _Hit(*pair, sure or block.state.may & mask, bool(sure))

    def _lacking(self, mask: int, left: _Side, right: _Side) -> Iterator[_Hit]:
        """Pairs of plain ends between which something of the mask is denied, or unknown."""
        rows = self._evaluation.rows
        for direction, own, peers in (
            (Direction.EGRESS, left.slots, right.slots | right.outside),
            (Direction.INGRESS, right.slots, left.slots | left.outside),
        ):
            for profile, members in rows.by_profile(direction, own & rows.restricted(direction)[0]):
                (number,) = self._evaluator.joint[direction].profiles[profile].rows
                outcome = self._evaluation.profile_row(direction, number)
                for region, sure in ((outcome.allow | outcome.unknown, True), (outcome.allow, False)):
                    for atoms, lacking in _uncovered(region, mask, peers):
                        ends = (members, lacking) if direction is Direction.EGRESS else (lacking, members)
                        pair = self._pair(*ends, left, right)
                        if pair is not None:
                            yield _Hit(*pair, atoms, sure)

    def _pair(self, sources: int, targets: int, left: _Side, right: _Side) -> tuple[End, End] | None:
        """Two different ends of these slots."""
        for source in bits(sources):
            some = self._ends(source, left)
            for target in bits(targets):
                found = self._distinct(some, self._ends(target, right))
                if found is not None:
                    return found
        return None

    def _ends(self, slot: int, side: _Side) -> tuple[End, ...]:
        item = self._classes.slots[slot]
        if slot < self._classes.first_outside:
            return tuple(side.plain[item.owner])
        here = item.outside & side.addresses
        return (_an_address(here - self._nodes or here),)

    @cached_property
    def _nodes(self) -> AddressSet:
        """The known addresses of nodes."""
        found = {address for node in self._evaluation.cluster.nodes for address in node.addresses}
        found |= {address for pod in self._evaluation.cluster.pods for address in pod.host_addresses}
        return AddressSet.union(AddressSet.of_range(a.family, a.value, a.value) for a in found)

    def _distinct(self, sources: tuple[End, ...], targets: tuple[End, ...]) -> tuple[End, End] | None:
        """Two different ends that are not a node, as part of a block of addresses, and a pod on it."""
        return next(((s, t) for s, t in product(sources, targets) if s != t and not self._near(s, t)), None)

    def _near(self, source: End, target: End) -> bool:
        if not any(isinstance(end, IpAddress) and end in self._nodes for end in (source, target)):
            return False
        around = self._evaluation.bypass(source, target)
        return True in (around.egress, around.ingress)

    def _one_by_one(self, wanted: Wanted, mask: int, asked: Iterable[_Asked]) -> Iterator[_Hit]:
        for number, (source, target, seen) in enumerate(asked):
            if number >= MOST_PAIRS:
                raise TooManyError
            masks = self._between(source, target, seen)
            sure = mask & (masks.allow if wanted is Wanted.DENY else ~(masks.allow | masks.unknown))
            if sure or masks.unknown & mask:
                yield _Hit(source, target, sure or masks.unknown & mask, bool(sure), seen is not None)

    def _between(self, source: End, target: End, seen: tuple[End, ...] | None) -> Masks:
        if seen is None:
            return between(self._evaluation, source, target)
        everything = self._evaluator.atoms.all
        allow, possible = everything, 0 if seen else everything
        for each in seen:
            masks = between(self._evaluation, each, target)
            allow &= masks.allow
            possible |= masks.allow | masks.unknown
        return Masks(allow, possible & ~allow)

    def _odd_pairs(self, left: _Side, right: _Side) -> Iterator[_Asked]:
        """Pairs that stand for all those that the rows of plain ends do not tell."""
        if not (left.odd or left.others or right.odd or right.others):
            return
        (plain_left, odd_left), (plain_right, odd_right) = (
            (self._groups(side.plain, other.on_nodes), self._groups(side.odd, other.on_nodes))
            for side, other in ((left, right), (right, left))
        )
        outside_left, outside_right = (
            [self._ends(slot, side) for slot in bits(side.outside)] for side in (left, right)
        )
        single_left, single_right = ([(end,) for end in side.others] for side in (left, right))
        blocks_and_pods = product(odd_left, outside_right), product(outside_left, odd_right)
        for sources, targets in chain(*blocks_and_pods):
            found = self._distinct(sources, targets)
            if found is not None:
                yield *found, None
        ways = (
            product(odd_left, [*plain_right, *odd_right, *single_right]),
            product(single_left, [*plain_right, *odd_right, *single_right, *outside_right]),
            product(plain_left, [*odd_right, *single_right]),
            product(outside_left, single_right),
        )
        for sources, targets in chain(*ways):
            both_outside = isinstance(sources[0], IpAddress) and isinstance(targets[0], IpAddress)
            pair = next(((s, t) for s, t in product(sources, targets) if s != t and not both_outside), None)
            if pair is not None:
                yield *pair, None

    def _groups(self, classes: dict[int, list[Pod]], by_node: bool) -> list[tuple[End, ...]]:
        """The classes, each once per node where it may matter which one a pod is on; of each two pods."""
        found: dict[object, list[End]] = {}
        for number, pods in classes.items():
            for pod in pods if by_node or pods[0].host_network else pods[:2]:
                place = (pod.node, pod.host_addresses) if by_node or pod.host_network else None
                found.setdefault((number, place), []).append(pod)
        return [tuple(pods[:2]) for pods in found.values()]

    def _forwarded(self, left: _Side, right: _Side, service: Service) -> Iterator[_Asked]:
        """Addresses outside with every class behind a Service, and what policies may take such an address for."""
        clients = [end for slot in bits(left.outside) for end in self._ends(slot, left)]
        clients += [end for end in left.others if isinstance(end, IpAddress)]
        targets = [*self._groups(right.plain, True), *self._groups(right.odd, True)]
        for client, pods in product(clients, targets):
            if isinstance(client, IpAddress):
                yield client, pods[0], seen_as(self._evaluation, service, client)


def _uncovered(region: Region, mask: int, peers: int) -> Iterator[tuple[int, int]]:
    """(connection atoms, peers) of the mask and the peers that the region lacks."""
    rest = mask
    for connections, here in region.rectangles:
        common = connections & rest
        rest &= ~common
        if common and peers & ~here:
            yield common, peers & ~here
    if rest and peers:
        yield rest, peers


def _an_address(addresses: AddressSet) -> IpAddress:
    family, first, _ = addresses.ranges()[0]
    return IpAddress(family, first)


def sample(connections: ConnectionSet, target: End) -> tuple[Connection, int]:
    """A connection of the set, on a port that the target declares if there is one; its source port if that matters."""
    declared = [(port.protocol, port.port) for port in target.ports] if isinstance(target, Pod) else []
    for protocol, number in (*declared, *((TCP, port) for port in _USUAL)):
        if connections.has(protocol, number):
            return Connection(protocol, number), 0
    for protocol in (TCP, UDP, *ALL_PROTOCOLS):
        plane = connections.plane(protocol)
        if plane:
            second = plane[0].y.first()
            return Connection(protocol, plane[0].x[0]), second if second > 1 else 0
    raise ValueError("no connection is in an empty set")
