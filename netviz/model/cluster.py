"""The things in a cluster that matter to network policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain

from netviz.selectors.tree import Labels
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.source import SourceRef

NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A namespace; `ref` is None and `labels` incomplete if it is only mentioned by other objects (M15)."""

    name: str
    labels: Labels
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A cluster node with its InternalIP and ExternalIP addresses."""

    name: str
    labels: Labels
    addresses: tuple[IpAddress, ...] = ()
    ref: SourceRef | None = None


class ContainerRole(StrEnum):
    """What kind of container declares a port; named ports resolve by role (A24, A35)."""

    CONTAINER = "container"
    SIDECAR = "sidecar"
    INIT = "init"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPort:
    """A declared container port; `protocol` is an IP protocol number (TCP, UDP or SCTP)."""

    name: str | None
    protocol: int
    port: int
    role: ContainerRole = ContainerRole.CONTAINER


@dataclass(frozen=True, slots=True, order=True)
class WorkloadId:
    """Identity of a workload: namespace, controller kind and name. A bare Pod is its own workload of kind Pod."""

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}[{self.kind}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod that is an endpoint, read from the input or synthesised from a workload's template (M11).

    `name` is unique within the namespace. `synthetic` pods are internal and never peers of an answer. `addresses` is
    empty if unknown (A21). A `host_network` pod has its node's addresses instead (A30). `node` is "" if unknown.
    `ports` in declaration order: containers, then sidecars, then other init containers.
    """

    namespace: str
    name: str
    labels: Labels
    service_account: str
    workload: WorkloadId
    host_network: bool = False
    node: str = ""
    addresses: tuple[IpAddress, ...] = ()
    host_addresses: tuple[IpAddress, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    synthetic: bool = False
    pending: bool = False
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A workload as shown: the controller that the input names, with all its living pods.

    `owners` are intermediate controllers (ReplicaSet of a Deployment, Job of a CronJob). `pods` are names of `Pod`s of
    the same namespace, synthetic ones included; empty with `replicas: 0` or when all pods are finished. `ports` are the
    declared ports of the template or the union over its pods, for display. `replicas` as written, None if not written.
    `finished` are the names of pods that are no endpoints any more (M16). `object_labels` are those of the controller's
    own object, which no policy looks at (A14).
    """

    id: WorkloadId
    owners: tuple[tuple[str, str], ...] = ()
    pods: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    labels: Labels = Labels()
    ports: tuple[ContainerPort, ...] = ()
    replicas: int | None = None
    object_labels: Labels = field(default=Labels(), compare=False)
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePort:
    """One port of a Service. `target` is a number, a container port name, or None for "same as port" (A35)."""

    name: str | None
    protocol: int
    port: int
    target: int | str | None = None
    node_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A Service; `type` ClusterIP, NodePort, LoadBalancer or ExternalName. `selector` None or empty: no selector (A38).

    `cluster_ips` holds no entry for a headless Service (`headless`). `addresses` are all virtual addresses that lead to
    it: cluster, external and load balancer addresses.
    """

    namespace: str
    name: str
    type: str = "ClusterIP"
    headless: bool = False
    selector: tuple[tuple[str, str], ...] = ()
    ports: tuple[ServicePort, ...] = ()
    cluster_ips: tuple[IpAddress, ...] = ()
    addresses: tuple[IpAddress, ...] = ()
    external_name: str | None = None
    external_traffic_policy: str = "Cluster"
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceEndpoint:
    """One endpoint of an EndpointSlice: its addresses, and the pod that `targetRef` names, if any."""

    addresses: tuple[IpAddress, ...]
    pod: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSlice:
    """The endpoints of a Service (A38); a port is (name, protocol, number), number None meaning all (skipped, B37)."""

    namespace: str
    name: str
    service: str
    endpoints: tuple[SliceEndpoint, ...] = ()
    ports: tuple[tuple[str | None, int, int | None], ...] = ()
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressBackend:
    """A Service port that an Ingress sends to, by number or by name."""

    service: str
    port: int | str
    ref: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """An Ingress object with the backends of all its rules and its default backend."""

    namespace: str
    name: str
    backends: tuple[IngressBackend, ...] = ()
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """A service account and its labels."""

    namespace: str
    name: str
    labels: Labels = Labels()
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSet:
    """A named, labelled set of addresses; `namespace` is "" for a global one (B24)."""

    namespace: str
    name: str
    labels: Labels = Labels()
    addresses: AddressSet = AddressSet()
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostEndpoint:
    """An interface of a node on which policies judge the traffic of the node itself (B50-B55).

    `interface` is "*" for all of them and "" where only the addresses tell which. `addresses` are those that were
    written for it or else those of its node, empty if unknown. Only if some were written is it `announced`: rules can
    select it as a peer by its labels. `ports` are named ports of processes on the node.
    """

    name: str
    node: str
    interface: str = ""
    addresses: tuple[IpAddress, ...] = ()
    announced: bool = True
    labels: Labels = Labels()
    profiles: tuple[str, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Everything that was read, without policies. Tuples are sorted by namespace and name.

    `namespaces` has an entry for every namespace that any object names.
    """

    namespaces: tuple[Namespace, ...] = ()
    nodes: tuple[Node, ...] = ()
    pods: tuple[Pod, ...] = ()
    workloads: tuple[Workload, ...] = ()
    services: tuple[Service, ...] = ()
    endpoint_slices: tuple[EndpointSlice, ...] = ()
    ingresses: tuple[Ingress, ...] = ()
    service_accounts: tuple[ServiceAccount, ...] = ()
    network_sets: tuple[NetworkSet, ...] = ()
    host_endpoints: tuple[HostEndpoint, ...] = ()
    _pods_by_name: Mapping[tuple[str, str], Pod] = field(init=False, repr=False, compare=False)
    _hosts_by_place: Mapping[str | IpAddress, tuple[HostEndpoint, ...]] = field(init=False, repr=False, compare=False)
    _nodes_by_address: Mapping[IpAddress, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {(pod.namespace, pod.name): pod for pod in self.pods}
        object.__setattr__(self, "_pods_by_name", by_name)
        by_place: dict[str | IpAddress, tuple[HostEndpoint, ...]] = {}
        for endpoint in self.host_endpoints:
            places: tuple[str | IpAddress, ...] = (endpoint.node, *endpoint.addresses)
            for place in places:
                by_place[place] = (*by_place.get(place, ()), endpoint)
        object.__setattr__(self, "_hosts_by_place", by_place)
        found: dict[IpAddress, set[str]] = {}
        places_of_pods = {(pod.node, pod.host_addresses) for pod in self.pods if pod.host_addresses}
        for name, addresses in chain(((node.name, node.addresses) for node in self.nodes), places_of_pods):
            for address in addresses:
                found.setdefault(address, set()).add(name)
        nodes_by_address = {address: frozenset(names) for address, names in found.items()}
        object.__setattr__(self, "_nodes_by_address", nodes_by_address)

    def without_host_network(self) -> Cluster:
        """The same cluster with hostNetwork pods as ordinary pods at their nodes' addresses (A30, first behaviour)."""
        pods = tuple(
            replace(pod, host_network=False, addresses=pod.host_addresses) if pod.host_network else pod
            for pod in self.pods
        )
        return replace(self, pods=pods)

    def host_endpoints_at(self, place: str | IpAddress) -> tuple[HostEndpoint, ...]:
        """The host endpoints of the node of that name, or with that address."""
        return self._hosts_by_place.get(place, ())

    def nodes_at(self, address: IpAddress) -> frozenset[str]:
        """The names of the nodes that have an address; "" among them if a pod has it as that of its node, unnamed."""
        return self._nodes_by_address.get(address, frozenset())

    def pod(self, namespace: str, name: str) -> Pod:
        """The pod of that name; KeyError if there is none."""
        return self._pods_by_name[namespace, name]
