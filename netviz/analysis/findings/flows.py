"""Connections that show a finding, with ends that have a name and the verdict that the engine gives under that name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice, product
from typing import Final, NamedTuple

from netviz.analysis.findings.finding import FlowWitness
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import End
from netviz.engine.options import Connection, Verdict
from netviz.model.cluster import Pod
from netviz.model.policy import Direction, EndpointKind
from netviz.sets.addresses import AddressSet, IpAddress, parse_address
from netviz.sets.connections import ICMP, ICMPV6, PORT_PROTOCOLS, ConnectionSet, protocol_name
from netviz.sets.region import Region, bits

_MOST_TRIED: Final = 60
"""So many connections of a region are asked about, at most, to find one with the verdict that is wanted."""

_FEW: Final = 4
"""So many subjects, peers of each kind and ports of each protocol are tried."""

_USUAL_PORTS: Final = (443, 80, 8080, 53)
_USUAL_ADDRESSES: Final = tuple(
    address
    for text in ("203.0.113.10", "198.51.100.10", "192.0.2.10", "2001:db8::10")
    if (address := parse_address(text)) is not None
)


class _Named(NamedTuple):
    """What a name stands for, as `netviz.engine.naming.find` has it."""

    label: str
    ends: tuple[End, ...]


class Flows:
    """Finds connections by name in regions of an evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    @cached_property
    def _taken(self) -> frozenset[IpAddress]:
        cluster = self.evaluation.cluster
        used = {address for pod in cluster.pods for address in (*pod.addresses, *pod.host_addresses)}
        used |= {address for service in cluster.services for address in service.addresses}
        return frozenset(used | {address for endpoint in cluster.host_endpoints for address in endpoint.addresses})

    def example(
        self, subjects: int, direction: Direction, region: Region, wanted: Verdict | None = None
    ) -> FlowWitness | None:
        """A connection of one of the subjects (slots) with something of the region that has names.

        Of those that are tried the first with the verdict `wanted`, or the first of all if any verdict will do.
        """
        flows = islice(self._flows(subjects, direction, region), _MOST_TRIED)
        return next((flow for flow in flows if wanted is None or flow.verdict is wanted), None)

    def between(self, source: End, target: End, connection: Connection) -> FlowWitness | None:
        """A connection between two ends under their names; None if what these stand for has several verdicts."""
        first, second = self._name(source), self._name(target)
        return self._asked(first, second, connection) if first and second else None

    def told(self, source: str, target: str, connection: Connection, verdict: Verdict) -> FlowWitness:
        """A connection whose verdict is decided before any policy is asked, or not at all."""
        protocol = protocol_name(connection.protocol)
        return FlowWitness(source=source, target=target, protocol=protocol, port=connection.port, verdict=verdict)

    def outside(self) -> tuple[IpAddress, ...]:
        """An address of every set outside of the cluster that policies tell apart."""
        found = (self.address_in(each) for each in self.evaluation.evaluator.classes.atoms.sets)
        return tuple(address for address in found if address is not None)

    def label(self, end: End) -> str:
        """The name of an end, "" for what has none."""
        named = self._name(end)
        return named.label if named else ""

    def _flows(self, subjects: int, direction: Direction, region: Region) -> Iterator[FlowWitness]:
        owners = [name for slot in islice(bits(subjects), _FEW) if (name := self._name_of_slot(slot))]
        for connections, peers in sorted(region.rectangles, key=self._is_portless):
            some = self.evaluation.evaluator.connections(connections)
            others = [name for slot in self._few(peers) if (name := self._name_of_slot(slot))]
            for own, other in sorted(product(owners, others), key=lambda pair: pair[0].label == pair[1].label):
                source, target = (other, own) if direction is Direction.INGRESS else (own, other)
                for connection in islice(examples(some, target.ends[0]), _FEW):
                    if connections >> self.evaluation.evaluator.atom_of(connection) & 1:
                        flow = self._asked(source, target, connection)
                        if flow is not None:
                            yield flow

    def _is_portless(self, rectangle: tuple[int, int]) -> bool:
        some = self.evaluation.evaluator.connections(rectangle[0])
        return not any(some.plane(protocol) for protocol in PORT_PROTOCOLS)

    def _few(self, peers: int) -> Iterator[int]:
        """Some of the peers: pods first, then addresses outside, then host endpoints."""
        classes = self.evaluation.evaluator.classes
        outside = peers & classes.outside
        inside = bits(peers & ~outside & ~classes.strangers)
        yield from islice((s for s in inside if classes.slots[s].kind is EndpointKind.POD), _FEW)
        yield from islice(bits(outside), _FEW)
        yield from islice((s for s in inside if classes.slots[s].kind is EndpointKind.HOST_ENDPOINT), _FEW)

    def _name_of_slot(self, number: int) -> _Named | None:
        classes = self.evaluation.evaluator.classes
        slot = classes.slots[number]
        if slot.kind is EndpointKind.EXTERNAL:
            address = self.address_in(slot.outside)
            return None if address is None else _Named(str(address), (address,))
        owner = classes.classes[slot.owner]
        some = owner.host_endpoints or owner.pods
        return self._name(some[0]) if some else None

    def _name(self, end: End) -> _Named | None:
        match end:
            case Pod(synthetic=True):
                workload = next(w for w in self.evaluation.cluster.workloads if w.id == end.workload)
                pods = (self.evaluation.cluster.pod(end.namespace, name) for name in workload.pods)
                return _Named(str(workload.id), tuple(islice(pods, _FEW)))
            case Pod():
                return _Named(f"{end.namespace}/{end.name}", (end,))
            case IpAddress():
                return _Named(str(end), (end,))
            case _:
                name = getattr(end, "name", "")
                return _Named(f"hostendpoint/{name}", (end,)) if name else None

    def _asked(self, source: _Named, target: _Named, connection: Connection) -> FlowWitness | None:
        pairs = [(s, t) for s, t in product(source.ends, target.ends) if s != t]
        verdicts = {self.evaluation.verdict(s, t, connection) for s, t in pairs}
        if len(verdicts) != 1:
            return None
        return self.told(source.label, target.label, connection, verdicts.pop())

    def address_in(self, outside: AddressSet) -> IpAddress | None:
        """An address of the set that belongs to nothing in the input."""
        largest = sorted(outside.ranges(), key=lambda r: r[1] - r[2])
        usual = [address for address in _USUAL_ADDRESSES if address in outside]
        others = [IpAddress(family, min(first + 10, last)) for family, first, last in largest]
        return next((address for address in (*usual, *others) if address not in self._taken), None)


def examples(connections: ConnectionSet, target: End) -> Iterator[Connection]:
    """Some of the connections, the likeliest first: declared ports of the target, then usual ones."""
    declared = [(p.protocol, p.port) for p in target.ports] if isinstance(target, Pod) else []
    found: dict[Connection, None] = {}
    for protocol, port in (*declared, *product(PORT_PROTOCOLS, _USUAL_PORTS)):
        if connections.has(protocol, port):
            found[Connection(protocol, port)] = None
    for protocol in (*PORT_PROTOCOLS, ICMP, ICMPV6):
        numbers = connections.destination_ports(protocol)
        if numbers:
            found[Connection(protocol, numbers.first())] = None
    yield from found
