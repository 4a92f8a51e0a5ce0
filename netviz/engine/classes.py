"""Endpoints grouped into classes that every policy treats alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from netviz.engine.atoms import AddressAtoms
from netviz.engine.hosts import guards, is_open
from netviz.engine.options import IpBlocks, Options
from netviz.engine.services import served_ports
from netviz.engine.vocabulary import Vocabulary
from netviz.model.cluster import Cluster, ContainerPort, ContainerRole, HostEndpoint, NetworkSet, Pod
from netviz.model.policy import EndpointKind, NamedPort
from netviz.selectors.tree import Labels, Ternary
from netviz.sets.addresses import ALL_V4, ALL_V6, AddressSet, IpAddress
from netviz.sets.region import mask_of

ServedPort = tuple[tuple[str, str], int, int]
"""((namespace, name) of a Service that some rule mentions, protocol, port) on which a pod serves it."""

FamilyAtoms = tuple[tuple[int, tuple[int, ...] | None], ...]
"""(address family, numbers of address atoms, None if they are assumed), in order of family."""

PortNumbers = tuple[tuple[str, int, int, bool], ...]
"""(name, protocol, number, whether of an init container that ends) of ports that rules mention, as declared."""


class ClassKey(NamedTuple):
    """What policies see of a pod or host endpoint. `addresses`: per family the atoms of its addresses, None if assumed.

    `namespace` is "" for host endpoints and None only for the arbitrary pod, about which nothing is known. `node` is
    set for what is on a node's network where some rule speaks of nodes. `guards` are the numbers of host endpoint
    classes that judge a hostNetwork pod: it has their peer bits, and bits of its own unless `guarded` is True, None if
    it may run elsewhere. `open`: whether what no tier decides is allowed; `announced`: whether the selectors of rules,
    unlike those of the subjects of policies, can mean it.
    """

    kind: EndpointKind
    namespace: str | None
    labels: Labels
    account: str
    ports: PortNumbers
    node: str
    services: tuple[ServedPort, ...]
    addresses: FamilyAtoms
    guards: tuple[int, ...] = ()
    guarded: Ternary = False
    open: bool = True
    announced: bool = True


class EndpointClass(NamedTuple):
    """Pods, or host endpoints, that policies cannot tell apart.

    `slots` are its peer bits, one per address family where that matters; the bits of a host endpoint also stand for the
    hostNetwork pods that it judges.
    """

    key: ClassKey
    pods: tuple[Pod, ...]
    slots: tuple[int, ...]
    host_endpoints: tuple[HostEndpoint, ...] = ()


class Slot(NamedTuple):
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

    Bit i of a peer set means `slots[i]`: first one slot of each pod class, sorted by namespace, of the arbitrary pod
    and of the host endpoints, then their slots of a second family, then one for each address atom. Immutable after
    construction.
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
        self.not_strangers: AddressSet = _host_addresses(cluster, options) if vocabulary.addresses else AddressSet()
        self.atoms = AddressAtoms(
            (
                self.not_strangers,
                *vocabulary.addresses,
                *self.node_addresses.values(),
                *(each.addresses for each in self.network_sets),
                *(AddressSet.of_range(a.family, a.value, a.value) for a in self.served_outside),
            )
        )
        self._assumed: FamilyAtoms = tuple((family, None) for family in families)
        self._names = frozenset(port.name for port in vocabulary.named_ports)
        self._names_of_init = frozenset(port.name for port in vocabulary.named_ports if port.every)
        self._cluster = cluster
        hosts = self._grouped_hosts()
        pods = self._grouped_pods({each.name: i for i, (_, some) in enumerate(hosts) for each in some})
        self.arbitrary: int = len(pods)
        self.classes, slots = _numbered([*pods, (self._arbitrary_key(), [])], hosts)
        self.first_outside: int = len(slots)
        for atom, addresses in enumerate(self.atoms.sets):
            slots.append(Slot(EndpointKind.EXTERNAL, self.atoms.family(atom), (atom,), -1, addresses))
        self.slots: tuple[Slot, ...] = tuple(slots)
        self.plain_slots: tuple[int | None, ...] = tuple(
            [
                each.slots[0] if len(each.slots) == 1 and each.key.kind is EndpointKind.POD else None
                for each in self.classes
            ]
        )
        self.by_identity: Mapping[int, int] = {id(pod): i for i, each in enumerate(self.classes) for pod in each.pods}
        self._class_of_host = {e.name: i for i, c in enumerate(self.classes) for e in c.host_endpoints}
        self.all: int = (1 << len(slots)) - 1
        self.strangers: int = self.mask((self.arbitrary,))
        self.outside: int = self.all & ~((1 << self.first_outside) - 1)

    def class_of(self, end: Pod | HostEndpoint) -> int:
        """The number of the class of a pod or host endpoint; KeyError for one that is not in the cluster."""
        if isinstance(end, HostEndpoint):
            return self._class_of_host[end.name]
        number = self.by_identity.get(id(end))
        # Another object may speak of the same pod: one of an evaluator over other policies, for example.
        return self.by_identity[id(self._cluster.pod(end.namespace, end.name))] if number is None else number

    def slot_of_address(self, address: IpAddress) -> int:
        """The peer bit of an address as something outside of the cluster."""
        return self.first_outside + self.atoms.atom_of(address)

    def slots_at(self, address: IpAddress) -> tuple[int, ...]:
        """The peer bits of an address: those of the host endpoints that have it, or as something outside."""
        found = guards(self._cluster, address).endpoints
        slots = [slot for each in found for slot in self.classes[self.class_of(each)].slots]
        same = [slot for slot in slots if self.slots[slot].family in (None, address.family)]
        return tuple(dict.fromkeys(same or slots)) or (self.slot_of_address(address),)

    def mask(self, classes: Iterable[int]) -> int:
        """The peer bits of classes."""
        return mask_of(slot for number in classes for slot in self.classes[number].slots)

    def pairs(self, source: tuple[int, ...], target: tuple[int, ...]) -> list[tuple[int, int]]:
        """Which slots of two endpoints talk to each other: those of a common family, or all if there is none (A39)."""
        every = [(s, t) for s in source for t in target]
        common = [
            (s, t)
            for s, t in every
            if None in (self.slots[s].family, self.slots[t].family) or self.slots[s].family == self.slots[t].family
        ]
        return common or every

    def _grouped_pods(self, host_groups: Mapping[str, int]) -> list[tuple[ClassKey, list[Pod]]]:
        """The classes of pods, in the order of their first pods, which is that of namespaces."""
        merged: dict[object, tuple[ClassKey, list[Pod]]] = {}
        ports: dict[int, PortNumbers] = {}
        labels: dict[object, Labels] = {}
        for pods in self._alike():
            first = pods[0]
            numbers = ports.get(id(first.ports))
            if numbers is None:
                numbers = ports[id(first.ports)] = self._ports(first.ports)
            key = self._key_of(first, numbers, labels, host_groups)
            # Labels that are equal are one object here, and hashing them takes longer than all of the rest.
            known = merged.setdefault((*key[:2], id(key.labels), *key[3:]), (key, pods))
            if known[1] is not pods:
                known[1].extend(pods)
        return list(merged.values())

    def _alike(self) -> Iterable[list[Pod]]:
        """Pods that certainly have the same key, in the order of the first ones.

        Pods of one workload mostly agree word for word, so that the key is worked out for one of them. That their
        labels and ports are equal is only noticed where they are one object: what is missed here, the merging finds.
        """
        alike: dict[object, list[Pod]] = {}
        with_accounts = self.vocabulary.accounts
        with_addresses = self.by_address or self.vocabulary.families
        served = self._served
        more = with_accounts or with_addresses or bool(served)
        labels: object = None
        ports: object = None
        namespace = ""
        here: list[Pod] = []
        for pod in self._cluster.pods:
            if pod.labels is labels and pod.ports is ports and pod.namespace == namespace and not pod.host_network:
                here.append(pod)
                continue
            raw: object = (pod.namespace, id(pod.labels), id(pod.ports))
            # Mostly the next pod is of the same workload.
            labels, ports, namespace = pod.labels, pod.ports, pod.namespace
            if more or pod.host_network:
                labels = None
                raw = (
                    raw,
                    pod.service_account if with_accounts else None,
                    pod.addresses if with_addresses else None,
                    (pod.node, pod.host_addresses) if pod.host_network else None,
                    served.get((pod.namespace, pod.name)) if served else None,
                )
            known = alike.get(raw)
            if known is None:
                here = alike[raw] = [pod]
            else:
                here = known
                here.append(pod)
        return alike.values()

    def _grouped_hosts(self) -> list[tuple[ClassKey, list[HostEndpoint]]]:
        grouped: dict[ClassKey, list[HostEndpoint]] = {}
        for endpoint in self._cluster.host_endpoints:
            grouped.setdefault(self._host_key(endpoint), []).append(endpoint)
        return list(grouped.items())

    def _arbitrary_key(self) -> ClassKey:
        return ClassKey(
            kind=EndpointKind.POD,
            namespace=None,
            labels=Labels(complete=False),
            account="",
            ports=(),
            node="",
            services=(),
            addresses=self._address_key(()),
        )

    def _key_of(
        self, pod: Pod, ports: PortNumbers, labels: dict[object, Labels], host_groups: Mapping[str, int]
    ) -> ClassKey:
        """What policies see of a pod; `ports` are those of it that they mention, `labels` what labels were seen."""
        seen = self._seen(pod.labels, labels)
        account = pod.service_account if self.vocabulary.accounts else ""
        served = self._served.get((pod.namespace, pod.name), ()) if self._served else ()
        if not pod.host_network:
            addresses = self._address_key(pod.addresses)
            return ClassKey(EndpointKind.POD, pod.namespace, seen, account, ports, "", served, addresses)
        judged_by = guards(self._cluster, pod)
        return ClassKey(
            kind=EndpointKind.HOST,
            namespace=pod.namespace,
            labels=seen,
            account=account,
            ports=(),
            node=pod.node if self.vocabulary.nodes else "",
            services=served,
            addresses=self._address_key(pod.host_addresses),
            guards=tuple(sorted({host_groups[each.name] for each in judged_by.endpoints})),
            guarded=bool(judged_by.endpoints) and (judged_by.certain or None),
        )

    def _host_key(self, endpoint: HostEndpoint) -> ClassKey:
        here = [p for p in self._cluster.pods if p.host_network and p.node == endpoint.node] if self._served else []
        served = [self.served_outside.get(address, ()) for address in endpoint.addresses]
        served += [self._served.get((pod.namespace, pod.name), ()) for pod in here]
        return ClassKey(
            kind=EndpointKind.HOST_ENDPOINT,
            namespace="",
            labels=self._seen(endpoint.labels, {}),
            account="",
            ports=self._ports(endpoint.ports),
            node=endpoint.node if self.vocabulary.nodes else "",
            services=tuple(dict.fromkeys(port for ports in served for port in ports)),
            addresses=self._address_key(endpoint.addresses),
            open=is_open(endpoint),
            announced=endpoint.announced,
        )

    def _seen(self, labels: Labels, known: dict[object, Labels]) -> Labels:
        """The labels that policies mention: one object for all that are equal."""
        keys = self.vocabulary.pod_keys
        items = tuple([item for item in labels.items if item[0] in keys])
        raw: object = items if labels.complete else (items, None)
        found = known.get(raw)
        if found is None:
            found = known[raw] = Labels(items, labels.complete)
        return found

    def _ports(self, ports: tuple[ContainerPort, ...]) -> PortNumbers:
        if not self._names or not ports:
            return ()
        return tuple(
            [
                (port.name, port.protocol, port.port, port.role is ContainerRole.INIT)
                for port in ports
                if port.name is not None
                and port.name in (self._names if port.role is not ContainerRole.INIT else self._names_of_init)
            ]
        )

    def _address_key(self, known: Iterable[IpAddress]) -> FamilyAtoms:
        if not self.by_address and not self.vocabulary.families:
            return ()
        if not known:
            return self._assumed
        by_family: dict[int, set[int]] = {}
        for address in known:
            by_family.setdefault(address.family, set()).add(self.atoms.atom_of(address))
        ordered = sorted(by_family.items())
        found = tuple((family, tuple(sorted(atoms)) if self.by_address else None) for family, atoms in ordered)
        return found or self._assumed


def _numbered(
    pods: list[tuple[ClassKey, list[Pod]]], hosts: list[tuple[ClassKey, list[HostEndpoint]]]
) -> tuple[tuple[EndpointClass, ...], list[Slot]]:
    """The classes and the slots of what is inside of the cluster: all first slots, then the second ones (A39)."""
    keys = [key for key, _ in pods] + [key for key, _ in hosts]
    wanted = [[] if key.guarded is True else _slots(key, owner) for owner, key in enumerate(keys)]
    slots: list[Slot] = []
    own: list[tuple[int, ...]] = [()] * len(keys)
    for rank in range(max(map(len, wanted), default=0)):
        for owner, new in enumerate(wanted):
            if rank < len(new):
                own[owner] += (len(slots),)
                slots.append(new[rank])
    of_hosts = own[len(pods) :]
    judged = [EndpointClass(key, (), of_hosts[i], tuple(some)) for i, (key, some) in enumerate(hosts)]
    classes = [
        EndpointClass(key, tuple(some), own[i] + tuple(slot for group in key.guards for slot in of_hosts[group]))
        for i, (key, some) in enumerate(pods)
    ]
    return (*classes, *judged), slots


def _slots(key: ClassKey, owner: int) -> list[Slot]:
    if not key.addresses:
        return [Slot(key.kind, None, None, owner)]
    return [Slot(key.kind, family, atoms, owner) for family, atoms in key.addresses]


def numbers_of(ports: PortNumbers, wanted: NamedPort) -> tuple[tuple[int, int], ...]:
    """(protocol, number) that a named port means on a pod: the first of that name and protocol, or every one (A24).

    Without a protocol in the rule, the first of the name in each protocol counts.
    """
    meant = [each for each in ports if each[0] == wanted.name and wanted.protocol in (None, each[1])]
    if wanted.every:
        return tuple(sorted({(protocol, number) for _, protocol, number, _ in meant}))
    found: dict[int, int] = {}
    for _, protocol, number, ends in meant:
        if not ends:
            found.setdefault(protocol, number)
    return tuple(sorted(found.items()))


def _node_addresses(cluster: Cluster) -> Mapping[str, AddressSet]:
    return {
        node.name: AddressSet.union(AddressSet.of_range(a.family, a.value, a.value) for a in node.addresses)
        for node in cluster.nodes
    }


def _host_addresses(cluster: Cluster, options: Options) -> AddressSet:
    """What no address rule matches although it is outside of the pod network: nodes, if only strangers count (D2)."""
    if options.ip_blocks != IpBlocks.STRANGERS:
        return AddressSet()
    known = {address for node in cluster.nodes for address in node.addresses}
    known |= {address for pod in cluster.pods for address in pod.host_addresses}
    return AddressSet.union(AddressSet.of_range(a.family, a.value, a.value) for a in known)


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
