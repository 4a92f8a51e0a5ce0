"""What can be picked as an end of a connection, and how much of it is listed where there is very much."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, islice

from netviz.engine.naming import HOST_ENDPOINT
from netviz.model.cluster import Cluster, ContainerPort, Workload
from netviz.sets.connections import protocol_name
from netviz.workbench.questions import MOST_ENDPOINTS, EndpointChoice

_Wanted = Callable[[str], bool]


def endpoint_choices(cluster: Cluster, first: Collection[str] = ()) -> tuple[EndpointChoice, ...]:
    """Workloads, the pods of workloads that have several, Services, host endpoints, the Ingress controller if any.

    Of more than `MOST_ENDPOINTS` only so many are given: those that live in no namespace, then those of the namespaces
    in `first`, then others.
    """
    found = tuple(islice(_all(cluster), MOST_ENDPOINTS + 1))
    if len(found) <= MOST_ENDPOINTS:
        return found
    chosen = _in_namespaces(cluster, lambda namespace: namespace in first)
    others = _in_namespaces(cluster, lambda namespace: namespace not in first)
    return tuple(islice(chain(_everywhere(cluster), chosen, others), MOST_ENDPOINTS))


def endpoint_ids(cluster: Cluster) -> tuple[str, ...]:
    """The ids of everything that can be picked, listed or not."""
    return tuple(choice.id for choice in _all(cluster))


def drawn_namespaces(cluster: Cluster) -> tuple[str, ...]:
    """The namespaces that a workload or a Service lives in, by name."""
    return tuple(sorted({w.id.namespace for w in cluster.workloads} | {s.namespace for s in cluster.services}))


def _all(cluster: Cluster) -> Iterator[EndpointChoice]:
    return chain(_in_namespaces(cluster, lambda _: True), _everywhere(cluster))


def _in_namespaces(cluster: Cluster, wanted: _Wanted) -> Iterator[EndpointChoice]:
    for workload in cluster.workloads:
        if not wanted(workload.id.namespace):
            continue
        name = f"{workload.id.namespace}/{workload.id.name}"
        yield EndpointChoice(
            id=f"{workload.id.kind.lower()}/{name}",
            label=f"{name} ({workload.id.kind})",
            namespace=workload.id.namespace,
            kind=workload.id.kind,
            ports=_port_words(workload.ports),
        )
        yield from _pods(cluster, workload)
    for service in cluster.services:
        if not wanted(service.namespace):
            continue
        name = f"{service.namespace}/{service.name}"
        yield EndpointChoice(
            id=f"service/{name}",
            label=f"{name} (Service)",
            namespace=service.namespace,
            kind="Service",
            ports=tuple(f"{protocol_name(p.protocol)} {p.port}" for p in service.ports),
        )


def _pods(cluster: Cluster, workload: Workload) -> Iterator[EndpointChoice]:
    if workload.id.kind == "Pod":
        return
    for name in workload.pods:
        pod = cluster.pod(workload.id.namespace, name)
        if not pod.synthetic:
            yield EndpointChoice(
                id=f"pod/{pod.namespace}/{pod.name}",
                label=f"{pod.namespace}/{pod.name} (Pod)",
                namespace=pod.namespace,
                kind="Pod",
                ports=_port_words(pod.ports),
            )


def _everywhere(cluster: Cluster) -> Iterator[EndpointChoice]:
    for endpoint in cluster.host_endpoints:
        yield EndpointChoice(
            id=HOST_ENDPOINT + endpoint.name,
            label=f"{endpoint.name} (HostEndpoint)",
            namespace="",
            kind="HostEndpoint",
            ports=_port_words(endpoint.ports),
        )
    if cluster.ingresses:
        yield EndpointChoice(
            id="ingress-controller", label="Ingress controller", namespace="", kind="Ingress controller"
        )


def _port_words(ports: Sequence[ContainerPort]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{protocol_name(p.protocol)} {p.port}" for p in ports))
