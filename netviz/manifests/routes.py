"""Reads the Routes of OpenShift, which send traffic from outside to Services as an Ingress does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netviz.manifests.document import Fields
from netviz.manifests.known_fields import ROUTE_PORT, ROUTE_SPEC, ROUTE_TARGET
from netviz.manifests.metadata import Metadata, required_child, warn_unknown
from netviz.model.cluster import Ingress, IngressBackend, Service
from netviz.source import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteObject:
    """A Route: the Services that it names, and the port of their endpoints that it sends to, None for every port."""

    namespace: str
    name: str
    services: tuple[tuple[str, SourceRef], ...]
    port: int | str | None
    ref: SourceRef


def read_route(root: Fields, meta: Metadata) -> RouteObject | None:
    """A Route (RouteSpec, route.openshift.io/v1); None, after an error was reported, if it cannot be used."""
    spec = required_child(root, "spec")
    if spec is None:
        return None
    warn_unknown(spec, ROUTE_SPEC)
    first = required_child(spec, "to")
    targets = [first, *spec.children("alternateBackends")] if first is not None else []
    for target in targets:
        warn_unknown(target, ROUTE_TARGET)
    services = tuple((name, target.ref()) for target in targets if (name := target.string("name")))
    if first is not None and not services and not spec.errors:
        first.error("required", "must be set", "name")
    port = spec.child("port")
    if port is not None:
        warn_unknown(port, ROUTE_PORT)
    route = RouteObject(
        namespace=meta.namespace,
        name=meta.name,
        services=services,
        port=port.port("targetPort") if port is not None else None,
        ref=root.ref(),
    )
    return None if root.errors else route


def as_ingress(route: RouteObject, services: Mapping[tuple[str, str], Service]) -> Ingress:
    """The Ingress that does the same. `services` by namespace and name; one that is not there has no backend."""
    found: list[IngressBackend] = []
    for name, ref in route.services:
        service = services.get((route.namespace, name))
        ports = _ports(service, route.port) if service is not None else []
        found += [IngressBackend(service=name, port=port, ref=ref) for port in ports]
    return Ingress(namespace=route.namespace, name=route.name, backends=tuple(found), ref=route.ref)


def _ports(service: Service, wanted: int | str | None) -> list[int]:
    """The Service's ports that lead to a port of its endpoints; a name may be that of either end."""
    if wanted is None:
        return [port.port for port in service.ports]
    by_name = [port.port for port in service.ports if port.name == wanted]
    return by_name or [port.port for port in service.ports if wanted == (port.target or port.port)]
