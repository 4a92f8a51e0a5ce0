"""Reads Services, EndpointSlices, Endpoints and Ingresses (A34-A38)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from netviz.manifests.document import Fields
from netviz.manifests.known_fields import (
    ENDPOINTS_ADDRESS,
    ENDPOINTS_SUBSET,
    INGRESS_BACKEND,
    INGRESS_HTTP,
    INGRESS_PATH,
    INGRESS_RULE,
    INGRESS_SERVICE,
    INGRESS_SERVICE_PORT,
    INGRESS_SPEC,
    OBJECT_REFERENCE,
    SERVICE_PORT,
    SERVICE_SPEC,
    SLICE_ENDPOINT,
    SLICE_PORT,
)
from netviz.manifests.metadata import Metadata, required_child, warn_unknown
from netviz.manifests.names import port_name, port_number
from netviz.manifests.pods import read_address, read_port_name, read_port_number, read_protocol
from netviz.model.cluster import EndpointSlice, Ingress, IngressBackend, Service, ServicePort, SliceEndpoint
from netviz.sets.addresses import IpAddress, parse_address

_TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_SERVICE_LABEL: Final = "kubernetes.io/service-name"
_HEADLESS: Final = "None"


def read_service(root: Fields, meta: Metadata) -> Service | None:
    """A Service; None, after an error was reported, if the API server would refuse it."""
    spec = required_child(root, "spec")
    if spec is None:
        return None
    warn_unknown(spec, SERVICE_SPEC)
    kind = spec.string("type") or "ClusterIP"
    if kind not in _TYPES:
        supported = ", ".join(f'"{name}"' for name in _TYPES)
        spec.error("not-supported", f"supported values: {supported}", "type", value=kind)
    headless, cluster_ips = _cluster_ips(spec)
    ports = _service_ports(spec)
    selector = spec.string_map("selector")
    others = (*_address_list(spec, "externalIPs"), *_load_balancer_ips(root))
    service = Service(
        namespace=meta.namespace,
        name=meta.name,
        type=kind,
        headless=headless,
        selector=tuple(sorted(selector.items())),
        ports=ports,
        cluster_ips=cluster_ips,
        addresses=tuple(dict.fromkeys((*cluster_ips, *others))),
        external_name=spec.string("externalName"),
        external_traffic_policy=spec.string("externalTrafficPolicy") or "Cluster",
        ref=root.ref(),
    )
    return None if root.errors else service


def _cluster_ips(spec: Fields) -> tuple[bool, tuple[IpAddress, ...]]:
    """Whether the Service is headless, and its cluster addresses; `clusterIPs` wins over `clusterIP`."""
    texts = spec.strings("clusterIPs")
    single = spec.string("clusterIP")
    if single == _HEADLESS or _HEADLESS in texts:
        return True, ()
    if texts:
        return False, _address_list(spec, "clusterIPs")
    address = read_address(spec, "clusterIP")
    return False, () if address is None else (address,)


def _address_list(fields: Fields, key: str) -> tuple[IpAddress, ...]:
    found: list[IpAddress] = []
    for i, text in enumerate(fields.strings(key)):
        address = parse_address(text)
        if address is None:
            fields.error("invalid-value", "must be a valid IP address", key, i, value=text)
        else:
            found.append(address)
    return tuple(found)


def _load_balancer_ips(root: Fields) -> tuple[IpAddress, ...]:
    status = root.child("status")
    balancer = status.child("loadBalancer") if status else None
    entries = balancer.children("ingress") if balancer else []
    return tuple(address for entry in entries if (address := read_address(entry, "ip")) is not None)


def _service_ports(spec: Fields) -> tuple[ServicePort, ...]:
    found: list[ServicePort] = []
    names: set[str] = set()
    for entry in spec.children("ports"):
        warn_unknown(entry, SERVICE_PORT)
        name, protocol = read_port_name(entry, names), read_protocol(entry)
        number, target = read_port_number(entry, "port"), _target(entry)
        node_port = entry.integer("nodePort") or None
        if number is not None and protocol is not None:
            found.append(ServicePort(name=name, protocol=protocol, port=number, target=target, node_port=node_port))
    return tuple(found)


def _target(entry: Fields) -> int | str | None:
    """`targetPort`: a number or a container port's name; 0 and "" mean the same as absent, as in the API."""
    target = entry.port("targetPort")
    if not target:
        return None
    problem = port_number(target) if isinstance(target, int) else port_name(target)
    if problem:
        hint = "write the number without quotes" if isinstance(target, str) and target.isdecimal() else None
        entry.error("invalid-value", problem, "targetPort", value=target, hint=hint)
    return target


def read_endpoint_slice(root: Fields, meta: Metadata) -> EndpointSlice | None:
    """An EndpointSlice; the Service that it belongs to is named by a label, "" without it."""
    resolves = root.string("addressType") != "FQDN"
    endpoints = tuple(_slice_endpoint(entry, resolves=resolves) for entry in root.children("endpoints"))
    slice_ = EndpointSlice(
        namespace=meta.namespace,
        name=meta.name,
        service=meta.labels.get(_SERVICE_LABEL, ""),
        endpoints=endpoints,
        ports=tuple(_slice_ports(root)),
        ref=root.ref(),
    )
    return None if root.errors else slice_


def _slice_endpoint(entry: Fields, *, resolves: bool) -> SliceEndpoint:
    warn_unknown(entry, SLICE_ENDPOINT)
    addresses = _address_list(entry, "addresses") if resolves else ()
    return SliceEndpoint(addresses=addresses, pod=_target_pod(entry))


def _target_pod(entry: Fields) -> str | None:
    target = entry.child("targetRef")
    if target is None:
        return None
    warn_unknown(target, OBJECT_REFERENCE)
    return target.string("name") if target.string("kind") == "Pod" else None


def _slice_ports(holder: Fields) -> Iterator[tuple[str | None, int, int | None]]:
    for entry in holder.children("ports"):
        warn_unknown(entry, SLICE_PORT)
        protocol = read_protocol(entry)
        number = read_port_number(entry, "port") if "port" in entry else None
        if protocol is not None:
            yield entry.string("name") or None, protocol, number


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointsObject:
    """An Endpoints object as the EndpointSlices that the control plane would mirror it to, one for each subset."""

    slices: tuple[EndpointSlice, ...]


def read_endpoints(root: Fields, meta: Metadata) -> EndpointsObject | None:
    """An Endpoints object; it belongs to the Service of its name. Addresses that are not ready count too (A38)."""
    slices = tuple(
        EndpointSlice(
            namespace=meta.namespace,
            name=meta.name,
            service=meta.name,
            endpoints=tuple(_subset_endpoints(subset)),
            ports=tuple(_slice_ports(subset)),
            ref=subset.ref(),
        )
        for subset in root.children("subsets")
    )
    return None if root.errors else EndpointsObject(slices=slices)


def _subset_endpoints(subset: Fields) -> Iterator[SliceEndpoint]:
    warn_unknown(subset, ENDPOINTS_SUBSET)
    for key in ("addresses", "notReadyAddresses"):
        for entry in subset.children(key):
            warn_unknown(entry, ENDPOINTS_ADDRESS)
            address = read_address(entry, "ip")
            yield SliceEndpoint(addresses=() if address is None else (address,), pod=_target_pod(entry))


def read_ingress(root: Fields, meta: Metadata) -> Ingress | None:
    """An Ingress with the backends of all rules and the default one; backends that are no Service are skipped."""
    spec = root.child("spec")
    backends: list[IngressBackend] = []
    if spec is not None:
        warn_unknown(spec, INGRESS_SPEC)
        holders = [(spec, "defaultBackend"), (spec, "backend"), *((path, "backend") for path in _ingress_paths(spec))]
        backends = [found for holder, key in holders if (found := _backend(holder, key)) is not None]
    ingress = Ingress(namespace=meta.namespace, name=meta.name, backends=tuple(backends), ref=root.ref())
    return None if root.errors else ingress


def _ingress_paths(spec: Fields) -> Iterator[Fields]:
    for rule in spec.children("rules"):
        warn_unknown(rule, INGRESS_RULE)
        http = rule.child("http")
        if http is not None:
            warn_unknown(http, INGRESS_HTTP)
            for path in http.children("paths"):
                warn_unknown(path, INGRESS_PATH)
                yield path


def _backend(holder: Fields, key: str) -> IngressBackend | None:
    """A backend as networking.k8s.io/v1 writes it, or as extensions/v1beta1 did."""
    backend = holder.child(key)
    if backend is None:
        return None
    warn_unknown(backend, INGRESS_BACKEND)
    service = backend.child("service")
    name: str | None
    port: int | str | None
    if service is not None:
        warn_unknown(service, INGRESS_SERVICE)
        name, port = service.string("name"), _ingress_port(service)
    else:
        name, port = backend.string("serviceName"), backend.port("servicePort")
    if not name and "resource" in backend:
        return None
    if not name or not port:
        if not backend.errors:
            backend.error("required", "a Service name and port")
        return None
    return IngressBackend(service=name, port=port, ref=backend.ref())


def _ingress_port(service: Fields) -> int | str | None:
    port = service.child("port")
    if port is None:
        return None
    warn_unknown(port, INGRESS_SERVICE_PORT)
    return port.integer("number") or port.string("name")
