"""Builds the cluster from documents: every kind that matters, and one object for each name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NamedTuple, TypeVar

from netviz.errors import Diagnostic, Severity
from netviz.manifests.alike import AlikePods
from netviz.manifests.document import Document, Fields
from netviz.manifests.duplicates import report_duplicates
from netviz.manifests.grouping import group_pods
from netviz.manifests.host_endpoints import HOST_ENDPOINT, at_node, read_host_endpoint
from netviz.manifests.known_fields import ENDPOINT_SLICE_TOP, ENDPOINTS_TOP, SERVICE_ACCOUNT_TOP, TOP
from netviz.manifests.metadata import Metadata, read_metadata
from netviz.manifests.network_sets import VERSIONS as CALICO_VERSIONS
from netviz.manifests.network_sets import WorkloadEndpoint, endpoint_pods, read_network_set, read_workload_endpoint
from netviz.manifests.places import (
    NodeObject,
    mentioned_namespaces,
    read_namespace,
    read_node,
    read_service_account,
)
from netviz.manifests.pods import PodObject, read_pod
from netviz.manifests.progress import Tick, no_tick
from netviz.manifests.routes import RouteObject, as_ingress, read_route
from netviz.manifests.services import (
    EndpointsObject,
    read_endpoint_slice,
    read_endpoints,
    read_ingress,
    read_service,
)
from netviz.manifests.workloads import Controller, read_controller
from netviz.model.cluster import (
    Cluster,
    EndpointSlice,
    HostEndpoint,
    Ingress,
    Namespace,
    NetworkSet,
    Pod,
    Service,
    ServiceAccount,
)
from netviz.sets.addresses import IpAddress

Thing = (
    Namespace
    | NodeObject
    | PodObject
    | Controller
    | Service
    | EndpointSlice
    | EndpointsObject
    | Ingress
    | RouteObject
    | ServiceAccount
    | NetworkSet
    | WorkloadEndpoint
    | HostEndpoint
)


_Named = TypeVar("_Named", Service, EndpointSlice, Ingress, ServiceAccount, NetworkSet)


class _Kind(NamedTuple):
    versions: tuple[str, ...]
    read: Callable[[Fields, Metadata], Thing | None]
    namespaced: bool = True
    top: frozenset[str] = TOP


_POD: Final = "Pod"
_APPS: Final = ("apps/v1", "apps/v1beta2")
_KINDS: Final[Mapping[str, _Kind]] = {
    "Namespace": _Kind(("v1",), read_namespace, namespaced=False),
    "Node": _Kind(("v1",), read_node, namespaced=False),
    _POD: _Kind(("v1",), read_pod),
    "ReplicationController": _Kind(("v1",), read_controller),
    "Deployment": _Kind((*_APPS, "apps/v1beta1", "extensions/v1beta1"), read_controller),
    "StatefulSet": _Kind((*_APPS, "apps/v1beta1"), read_controller),
    "DaemonSet": _Kind((*_APPS, "extensions/v1beta1"), read_controller),
    "ReplicaSet": _Kind((*_APPS, "extensions/v1beta1"), read_controller),
    "Job": _Kind(("batch/v1",), read_controller),
    "CronJob": _Kind(("batch/v1", "batch/v1beta1", "batch/v2alpha1"), read_controller),
    "Service": _Kind(("v1",), read_service),
    "Endpoints": _Kind(("v1",), read_endpoints, top=ENDPOINTS_TOP),
    "EndpointSlice": _Kind(
        ("discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"), read_endpoint_slice, top=ENDPOINT_SLICE_TOP
    ),
    "Ingress": _Kind(("networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"), read_ingress),
    "Route": _Kind(("route.openshift.io/v1",), read_route),
    "ServiceAccount": _Kind(("v1",), read_service_account, top=SERVICE_ACCOUNT_TOP),
    "NetworkSet": _Kind(CALICO_VERSIONS, read_network_set),
    "GlobalNetworkSet": _Kind(CALICO_VERSIONS, read_network_set, namespaced=False),
    "WorkloadEndpoint": _Kind(CALICO_VERSIONS, read_workload_endpoint),
    HOST_ENDPOINT: _Kind(CALICO_VERSIONS, read_host_endpoint, namespaced=False),
}
_SIMILAR: Final = 0.85
_LONGEST_KIND: Final = 80
_BUILT_IN_GROUPS: Final = frozenset(("", "apps", "batch", "discovery.k8s.io", "extensions", "networking.k8s.io"))


def is_cluster_kind(api_version: str, kind: str) -> bool:
    """Whether documents of this type are part of the cluster."""
    found = _KINDS.get(kind)
    return found is not None and api_version in found.versions


def is_namespaced(kind: str) -> bool:
    """Whether objects of this cluster kind live in a namespace."""
    return _KINDS[kind].namespaced


def expected_versions(api_version: str, kind: str) -> tuple[str, ...]:
    """The versions to write for one of our kinds where a Kubernetes group is given that lacks the kind or version.

    Empty if nothing is wrong: for the versions that are read, and for kinds of the same name in foreign groups.
    """
    found = _KINDS.get(kind)
    if found is None or api_version in found.versions or api_version.rpartition("/")[0] not in _BUILT_IN_GROUPS:
        return ()
    return found.versions


def misspelt_kind(api_version: str, kind: str) -> str:
    """Our kind that a document of no known type in this version was probably meant to have, "" for none."""
    known = {name.lower(): name for name, each in _KINDS.items() if api_version in each.versions}
    if kind in known.values() or len(kind) > _LONGEST_KIND:
        return ""
    return next((known[found] for found in get_close_matches(kind.lower(), known, 1, _SIMILAR)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReading:
    """A cluster; `accepted[i]` tells whether the document number i went into it, `diagnostics` all that was noticed."""

    cluster: Cluster
    accepted: tuple[bool, ...]
    diagnostics: tuple[Diagnostic, ...]


class _Entry(NamedTuple):
    document: Document
    meta: Metadata | None
    thing: Thing | None


def read_cluster(
    documents: Sequence[Document], namespaces: Iterable[str] = (), tick: Tick = no_tick
) -> ClusterReading:
    """The cluster that documents of cluster kinds describe; `namespaces` are names that other objects mention.

    `tick` is told how many documents are done.
    """
    problems: list[Diagnostic] = []
    entries: list[_Entry] = []
    pods = AlikePods()
    for document in documents:
        tick(len(entries))
        entries.append(_read_pod(document, problems, pods) if document.kind == _POD else _read(document, problems))
    unique, refused = _without_duplicates(entries, problems)
    cluster = _build([entry.thing for entry in unique if entry.thing is not None], namespaces)
    problems += _shared_addresses(cluster.pods)
    accepted = tuple(entry.thing is not None and i not in refused for i, entry in enumerate(entries))
    return ClusterReading(cluster=cluster, accepted=accepted, diagnostics=tuple(problems))


def _read_pod(document: Document, problems: list[Diagnostic], pods: AlikePods) -> _Entry:
    pod = pods.read(document)
    return _read(document, problems) if pod is None else _Entry(document, pod.meta, pod)


def _read(document: Document, problems: list[Diagnostic]) -> _Entry:
    kind = _KINDS[document.kind]
    found: list[Diagnostic] = []
    root = Fields(document, document.data, (), found)
    meta = read_metadata(root, namespaced=kind.namespaced, top=kind.top)
    thing = None if meta is None else kind.read(root, meta)
    problems += found
    return _Entry(document, meta, thing)


def _without_duplicates(entries: Sequence[_Entry], problems: list[Diagnostic]) -> tuple[list[_Entry], frozenset[int]]:
    """One entry for each kind, namespace and name; the numbers of those left out as they contradict each other."""
    firsts: dict[tuple[str, str, str], int] = {}
    again: defaultdict[int, list[int]] = defaultdict(list)
    for i, (document, meta, thing) in enumerate(entries):
        if meta is not None and thing is not None:
            first = firsts.setdefault((document.kind, meta.namespace, meta.name), i)
            if first != i:
                again[first].append(i)
    refused: set[int] = set()
    for first, others in sorted(again.items()):
        same = [first, *others]
        if report_duplicates([entries[i].document for i in same], problems):
            refused.update(same)
    return [entries[i] for i in firsts.values() if i not in refused], frozenset(refused)


def _build(things: Sequence[Thing], namespaces: Iterable[str]) -> Cluster:
    own = [thing for thing in things if isinstance(thing, PodObject)]
    things = [thing for thing in things if not isinstance(thing, PodObject)]
    nodes = [thing for thing in things if isinstance(thing, NodeObject)]
    pods, workloads = group_pods(
        own + endpoint_pods((thing for thing in things if isinstance(thing, WorkloadEndpoint)), own),
        [thing for thing in things if isinstance(thing, Controller)],
        {thing.node.name: thing.internal for thing in nodes},
    )
    services = _sorted(thing for thing in things if isinstance(thing, Service))
    slices = _sorted(_slices(things))
    by_name = {(service.namespace, service.name): service for service in services}
    routes = [as_ingress(thing, by_name) for thing in things if isinstance(thing, RouteObject)]
    ingresses = _sorted([*(thing for thing in things if isinstance(thing, Ingress)), *routes])
    accounts = _sorted(thing for thing in things if isinstance(thing, ServiceAccount))
    network_sets = _sorted(thing for thing in things if isinstance(thing, NetworkSet))
    mentioned = {workload.id.namespace for workload in workloads} | set(namespaces)
    for some in (services, slices, ingresses, accounts):
        mentioned |= {thing.namespace for thing in some}
    mentioned |= {thing.namespace for thing in network_sets if thing.namespace}
    known = [thing for thing in things if isinstance(thing, Namespace)]
    by_node = {thing.node.name: thing.node for thing in nodes}
    hosts = [at_node(thing, by_node) for thing in things if isinstance(thing, HostEndpoint)]
    return Cluster(
        namespaces=mentioned_namespaces(known, mentioned),
        nodes=tuple(sorted((thing.node for thing in nodes), key=lambda node: node.name)),
        pods=pods,
        workloads=workloads,
        services=services,
        endpoint_slices=slices,
        ingresses=ingresses,
        service_accounts=accounts,
        network_sets=network_sets,
        host_endpoints=tuple(sorted(hosts, key=lambda endpoint: endpoint.name)),
    )


def _sorted(things: Iterable[_Named]) -> tuple[_Named, ...]:
    return tuple(sorted(things, key=lambda thing: (thing.namespace, thing.name)))


def _slices(things: Sequence[Thing]) -> list[EndpointSlice]:
    """The EndpointSlices, and those made of Endpoints of Services that have no slice of their own."""
    slices = [thing for thing in things if isinstance(thing, EndpointSlice)]
    covered = {(slice_.namespace, slice_.service) for slice_ in slices}
    mirrored = [slice_ for thing in things if isinstance(thing, EndpointsObject) for slice_ in thing.slices]
    return slices + [slice_ for slice_ in mirrored if (slice_.namespace, slice_.service) not in covered]


def _shared_addresses(pods: Iterable[Pod]) -> list[Diagnostic]:
    """A warning for each living pod of the pod network whose address another one has as well."""
    holders: dict[IpAddress, Pod] = {}
    found: list[Diagnostic] = []
    for pod in pods:
        for address in () if pod.host_network else pod.addresses:
            other = holders.setdefault(address, pod)
            if other is not pod and pod.ref is not None:
                found.append(
                    Diagnostic(
                        severity=Severity.WARNING,
                        code="duplicate-address",
                        message=f"the living Pod {other.namespace}/{other.name} has this address too",
                        file=pod.ref.file,
                        document=pod.ref.document,
                        line=pod.ref.line,
                        path="status.podIPs",
                        value=str(address),
                    )
                )
    return found
