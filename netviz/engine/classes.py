"""Endpoints grouped into classes that every policy treats alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netviz.engine.atoms import AddressAtoms
from netviz.engine.options import IpBlocks, Options
from netviz.engine.services import served_ports
from netviz.engine.vocabulary import Vocabulary
from netviz.model.cluster import Cluster, ContainerRole, NetworkSet, Pod
from netviz.model.policy import EndpointKind, NamedPort
from netviz.selectors.tree import Labels
from netviz.sets.addresses import ALL_V4, ALL_V6, AddressSet, IpAddress

ServedPort = tuple[tuple[str, str], int, int]
"""((namespace, name) of a Service that some rule mentions, protocol, port) on which a pod serves it."""

PortNumbers = tuple[tuple[str, int, int], ...]
"""(name, protocol, number) of the container ports that some rule mentions by name, in order of declaration."""


@dataclass(frozen=True, slots=True)
class ClassKey:
    """What policies see of a pod. `addresses`: per family the atoms of its addresses, None if assumed.

    `namespace` is None only for the arbitrary pod, about which nothing is known. `node` is set for hostNetwork pods
    where some rule speaks of nodes.
    """

    kind: EndpointKind
    namespace: str | None
    labels: Labels
    account: str
    ports: PortNumbers
    node: str
    services: tuple[ServedPort, ...]
    addresses: tuple[tuple[int, tuple[int, ...] | None], ...]


@dataclass(frozen=True, slots=True)
class EndpointClass:
    """Pods that policies cannot tell apart; `slots` are its peer bits, one per address family where that matters."""

    key: ClassKey
    pods: tuple[Pod, ...]
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One peer bit: a class in one address family (None: in any), or an address atom outside of the cluster.

    `atoms` are the address atoms of a pod or node, None if its addresses are only assumed; `owner` is the number of the
    class, -1 for an address atom.
    """

    kind: EndpointKind
    family: int | None
    atoms: tuple[int, ...] | None
    owner: int
    outside: AddressSet = AddressSet()


class EndpointClasses:
    """The classes of a cluster under a vocabulary, and the peer bits ("slots") of all regions.

    Bit i of a peer set means `slots[i]`: first the slots of the pod classes, sorted by namespace, then those of the
    arbitrary pod, then one for each address atom. Immutable after construction.
    """

    def __init__(self, cluster: Cluster, vocabulary: Vocabulary, options: Options) -> None:
        self.vocabulary = vocabulary
        self.assumed_pods: AddressSet = options.assumed_pods()
        families = [f for f, all_of in ((4, ALL_V4), (6, ALL_V6)) if self.assumed_pods & all_of]
        self.assumed_hosts: AddressSet = AddressSet.union((ALL_V4, ALL_V6)[f == 6] for f in families)
        self.node_addresses: Mapping[str, AddressSet] = _node_addresses(cluster) if vocabulary.nodes else {}
        self.network_sets: tuple[NetworkSet, ...] = cluster.network_sets if vocabulary.network_sets else ()
        self._served, self.served_outside = _served(cluster, vocabulary.services)
        self.by_address = options.ip_blocks == IpBlocks.ADDRESSES and bool(vocabulary.addresses or self.network_sets)
        self.atoms = AddressAtoms(
            (
                *vocabulary.addresses,
                *self.node_addresses.values(),
                *(each.addresses for each in self.network_sets),
                *(AddressSet.of_range(a.family, a.value, a.value) for a in self.served_outside),
            )
        )
        self._families = tuple(families)
        self._names = frozenset(port.name for port in vocabulary.named_ports)
        grouped: dict[ClassKey, list[Pod]] = {}
        for pod in cluster.pods:
            grouped.setdefault(self._key(pod), []).append(pod)
        ordered = sorted(grouped.items(), key=lambda item: (item[0].namespace or "", item[1][0].name))
        slots: list[Slot] = []
        classes: list[EndpointClass] = []
        arbitrary = ClassKey(
            kind=EndpointKind.POD,
            namespace=None,
            labels=Labels(complete=False),
            account="",
            ports=(),
            node="",
            services=(),
            addresses=self._assumed_families() if self.by_address else (),
        )
        for key, pods in [*ordered, (arbitrary, [])]:
            numbers = tuple(range(len(slots), len(slots) + max(1, len(key.addresses))))
            slots.extend(_slots(key, len(classes)))
            classes.append(EndpointClass(key, tuple(pods), numbers))
        self.classes: tuple[EndpointClass, ...] = tuple(classes)
        self.arbitrary: int = len(classes) - 1
        self.first_outside: int = len(slots)
        for atom, addresses in enumerate(self.atoms.sets):
            slots.append(Slot(EndpointKind.EXTERNAL, self.atoms.family(atom), (atom,), -1, addresses))
        self.slots: tuple[Slot, ...] = tuple(slots)
        self._class_of = {(p.namespace, p.name): i for i, c in enumerate(classes) for p in c.pods}
        self.all: int = (1 << len(slots)) - 1
        self.outside: int = self.all & ~((1 << self.first_outside) - 1)

    def class_of(self, pod: Pod) -> int:
        """The number of a pod's class; KeyError for a pod that is not in the cluster."""
        return self._class_of[pod.namespace, pod.name]

    def slot_of_address(self, address: IpAddress) -> int:
        """The peer bit of an address as something outside of the cluster."""
        return self.first_outside + self.atoms.atom_of(address)

    def mask(self, classes: Iterable[int]) -> int:
        """The peer bits of classes."""
        found = 0
        for number in classes:
            for slot in self.classes[number].slots:
                found |= 1 << slot
        return found

    def pairs(self, source: tuple[int, ...], target: tuple[int, ...]) -> list[tuple[int, int]]:
        """Which slots of two endpoints talk to each other: those of a common family, or all if there is none (A39)."""
        every = [(s, t) for s in source for t in target]
        common = [
            (s, t)
            for s, t in every
            if None in (self.slots[s].family, self.slots[t].family) or self.slots[s].family == self.slots[t].family
        ]
        return common or every

    def _assumed_families(self) -> tuple[tuple[int, tuple[int, ...] | None], ...]:
        return tuple((family, None) for family in self._families)

    def _key(self, pod: Pod) -> ClassKey:
        keys = self.vocabulary.pod_keys
        return ClassKey(
            kind=EndpointKind.HOST if pod.host_network else EndpointKind.POD,
            namespace=pod.namespace,
            labels=Labels(tuple(item for item in pod.labels.items if item[0] in keys), pod.labels.complete),
            account=pod.service_account if self.vocabulary.accounts else "",
            ports=() if pod.host_network else self._ports(pod),
            node=pod.node if pod.host_network and self.vocabulary.nodes else "",
            services=self._served.get((pod.namespace, pod.name), ()),
            addresses=self._address_key(pod) if self.by_address else (),
        )

    def _ports(self, pod: Pod) -> PortNumbers:
        return tuple(
            (port.name, port.protocol, port.port)
            for port in pod.ports
            if port.name in self._names and port.name is not None and port.role is not ContainerRole.INIT
        )

    def _address_key(self, pod: Pod) -> tuple[tuple[int, tuple[int, ...] | None], ...]:
        known = pod.host_addresses if pod.host_network else pod.addresses
        if not known:
            return self._assumed_families()
        by_family: dict[int, set[int]] = {}
        for address in known:
            by_family.setdefault(address.family, set()).add(self.atoms.atom_of(address))
        return tuple((family, tuple(sorted(atoms))) for family, atoms in sorted(by_family.items()))


def _slots(key: ClassKey, owner: int) -> list[Slot]:
    if not key.addresses:
        return [Slot(key.kind, None, None, owner)]
    return [Slot(key.kind, family, atoms, owner) for family, atoms in key.addresses]


def numbers_of(ports: PortNumbers, wanted: NamedPort) -> tuple[tuple[int, int], ...]:
    """(protocol, number) that a named port means on a pod: the first of that name and protocol (A24).

    Without a protocol in the rule, the first of the name in each protocol counts.
    """
    found: dict[int, int] = {}
    for name, protocol, number in ports:
        if name == wanted.name and wanted.protocol in (None, protocol):
            found.setdefault(protocol, number)
    return tuple(sorted(found.items()))


def _node_addresses(cluster: Cluster) -> Mapping[str, AddressSet]:
    return {
        node.name: AddressSet.union(AddressSet.of_range(a.family, a.value, a.value) for a in node.addresses)
        for node in cluster.nodes
    }


def _served(
    cluster: Cluster, services: Iterable[tuple[str, str]]
) -> tuple[dict[tuple[str, str], tuple[ServedPort, ...]], dict[IpAddress, tuple[ServedPort, ...]]]:
    pods: dict[tuple[str, str], tuple[ServedPort, ...]] = {}
    outside: dict[IpAddress, tuple[ServedPort, ...]] = {}
    for service in sorted(services):
        for target, protocol, port in served_ports(cluster, *service):
            served = (service, protocol, port)
            if isinstance(target, IpAddress):
                outside[target] = (*outside.get(target, ()), served)
            else:
                key = (target.namespace, target.name)
                pods[key] = (*pods.get(key, ()), served)
    return pods, outside
