"""Services resolved to the pods and addresses behind them (A34-A38)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netviz.model.cluster import Cluster, ContainerRole, Ingress, IngressBackend, Pod, Service, ServicePort
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import TCP

_COUNTED = (ContainerRole.CONTAINER, ContainerRole.SIDECAR)


@dataclass(frozen=True, slots=True)
class Backend:
    """Where a connection to a Service may end: a pod, or an address that is no pod of the input, and its port."""

    target: Pod | IpAddress
    port: int


def find_service(cluster: Cluster, namespace: str, name: str) -> Service | None:
    """The Service of that name, if there is one."""
    return next((s for s in cluster.services if (s.namespace, s.name) == (namespace, name)), None)


def service_port(service: Service, port: int | str, protocol: int = TCP) -> ServicePort | None:
    """The entry of `spec.ports` for a port number or name."""
    for entry in service.ports:
        if entry.protocol == protocol and port in (entry.port, entry.name):
            return entry
    return None


def target_port(pod: Pod, entry: ServicePort) -> int | None:
    """The port on which a pod serves an entry of a Service; None if it lacks the port name (A35)."""
    if entry.target is None:
        return entry.port
    if isinstance(entry.target, int):
        return entry.target
    for port in pod.ports:
        if port.role in _COUNTED and (port.name, port.protocol) == (entry.target, entry.protocol):
            return port.port
    return None


def backends(cluster: Cluster, service: Service, port: int, protocol: int = TCP) -> tuple[Backend, ...]:
    """Everything that a connection to `port` of the Service may reach; empty if the Service has no such port.

    A headless Service maps no ports: clients dial pods directly, so every backend keeps `port` (A36).
    """
    entry = service_port(service, port, protocol)
    if service.headless:
        return tuple(Backend(target, port) for target in members(cluster, service))
    if entry is None:
        return ()
    if service.selector:
        found = ((pod, target_port(pod, entry)) for pod in selected_pods(cluster, service))
        return tuple(Backend(pod, number) for pod, number in found if number is not None)
    return tuple(Backend(t, number) for t, number in _slice_backends(cluster, service, entry))


def members(cluster: Cluster, service: Service) -> tuple[Pod | IpAddress, ...]:
    """The pods and addresses behind a Service, whatever the port (A38)."""
    if service.type == "ExternalName":
        return ()
    if service.selector:
        return selected_pods(cluster, service)
    found: dict[Pod | IpAddress, None] = {}
    for target, _ in _slice_targets(cluster, service):
        found[target] = None
    return tuple(found)


def selected_pods(cluster: Cluster, service: Service) -> tuple[Pod, ...]:
    """The pods of the Service's namespace that carry every pair of its selector."""
    return tuple(
        pod
        for pod in cluster.pods
        if pod.namespace == service.namespace and all(pod.labels.value(k) == v for k, v in service.selector)
    )


def _slice_targets(
    cluster: Cluster, service: Service
) -> Iterator[tuple[Pod | IpAddress, tuple[tuple[str | None, int, int | None], ...]]]:
    by_address = {address: pod for pod in cluster.pods for address in pod.addresses}
    for item in cluster.endpoint_slices:
        if (item.namespace, item.service) == (service.namespace, service.name):
            for endpoint in item.endpoints:
                for address in endpoint.addresses:
                    yield by_address.get(address, address), item.ports


def _slice_backends(
    cluster: Cluster, service: Service, entry: ServicePort
) -> Iterator[tuple[Pod | IpAddress, int]]:
    seen: set[tuple[Pod | IpAddress, int]] = set()
    for target, ports in _slice_targets(cluster, service):
        for name, protocol, number in ports:
            matching = (name or None) == (entry.name or None) and protocol == entry.protocol
            if matching and number is not None and (target, number) not in seen:
                seen.add((target, number))
                yield target, number


def ingress_backends(cluster: Cluster, ingress: Ingress) -> Iterator[tuple[IngressBackend, Backend]]:
    """Every pod and port that an Ingress sends to, through its Services."""
    for wanted in ingress.backends:
        service = find_service(cluster, ingress.namespace, wanted.service)
        if service is None:
            continue
        entry = service_port(service, wanted.port)
        if entry is None:
            continue
        if service.headless and service.selector:
            for pod in selected_pods(cluster, service):
                number = target_port(pod, entry)
                if number is not None:
                    yield wanted, Backend(pod, number)
        else:
            for backend in backends(cluster, service, entry.port):
                yield wanted, backend


def served_ports(cluster: Cluster, namespace: str, name: str) -> Iterator[tuple[Pod | IpAddress, int, int]]:
    """(target, protocol, port) of every endpoint of a Service: its EndpointSlices, else its selector (B37)."""
    service = find_service(cluster, namespace, name)
    slices = [s for s in cluster.endpoint_slices if (s.namespace, s.service) == (namespace, name)]
    if slices:
        by_address = {address: pod for pod in cluster.pods for address in pod.addresses}
        for item in slices:
            for endpoint in item.endpoints:
                for address in endpoint.addresses:
                    for _, protocol, number in item.ports:
                        if number is not None:
                            yield by_address.get(address, address), protocol, number
    elif service is not None and service.selector:
        for pod in selected_pods(cluster, service):
            for entry in service.ports:
                number = target_port(pod, entry)
                if number is not None:
                    yield pod, entry.protocol, number
