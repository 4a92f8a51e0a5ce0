"""Services, endpoints and Ingresses (A34-A38)."""

from __future__ import annotations

import pytest

from netviz.model.cluster import EndpointSlice, Ingress, Service, ServicePort
from netviz.sets.connections import TCP, UDP
from tests.unit.manifests.objects import cluster_of, complaints


def service_text(spec: str, status: str = "{}") -> str:
    return f"{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: shop}}, spec: {spec}, status: {status}}}"


def service(spec: str, status: str = "{}") -> Service:
    reading = cluster_of(service_text(spec, status))
    assert reading.diagnostics == ()
    return reading.cluster.services[0]


def test_a35_a_port_is_tcp_and_its_target_is_itself_unless_written() -> None:
    spec = "{ports: [{name: web, port: 80}, {name: dns, port: 53, protocol: UDP, targetPort: 5353, nodePort: 30053}]}"
    assert service(spec).ports == (
        ServicePort(name="web", protocol=TCP, port=80, target=None),
        ServicePort(name="dns", protocol=UDP, port=53, target=5353, node_port=30053),
    )


def test_a35_a_target_may_be_the_name_of_a_container_port() -> None:
    assert service("{ports: [{port: 80, targetPort: http}]}").ports[0].target == "http"


@pytest.mark.parametrize("target", ["0", "''", "null"])
def test_a35_an_empty_target_counts_as_absent(target: str) -> None:
    assert service(f"{{ports: [{{port: 80, targetPort: {target}}}]}}").ports[0].target is None


@pytest.mark.parametrize("spec", ["{clusterIP: None}", "{clusterIPs: [None]}"])
def test_a36_a_headless_service_has_no_cluster_address(spec: str) -> None:
    found = service(spec)
    assert (found.headless, found.cluster_ips, found.addresses) == (True, (), ())


def test_a36_all_addresses_that_lead_to_a_service_are_known() -> None:
    found = service(
        "{type: LoadBalancer, clusterIP: 10.1.0.1, clusterIPs: [10.1.0.1, 'fd01::1'], externalIPs: [4.4.4.4], "
        "externalTrafficPolicy: Local}",
        "{loadBalancer: {ingress: [{ip: 5.5.5.5}, {hostname: lb.example.com}]}}",
    )
    assert [str(a) for a in found.cluster_ips] == ["10.1.0.1", "fd01::1"]
    assert [str(a) for a in found.addresses] == ["10.1.0.1", "fd01::1", "4.4.4.4", "5.5.5.5"]
    assert (found.type, found.external_traffic_policy) == ("LoadBalancer", "Local")


def test_a36_an_external_name_is_kept() -> None:
    found = service("{type: ExternalName, externalName: db.example.com}")
    assert (found.type, found.external_name) == ("ExternalName", "db.example.com")


@pytest.mark.parametrize("selector", ["{}", "null"])
def test_a38_an_empty_selector_is_none(selector: str) -> None:
    assert service(f"{{selector: {selector}}}").selector == ()


def test_a38_a_selector_is_sorted() -> None:
    assert service("{selector: {b: '2', a: '1'}}").selector == (("a", "1"), ("b", "2"))


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("{ports: [{}]}", "required spec.ports[0].port"),
        ("{ports: [{port: 0}]}", "invalid-value spec.ports[0].port"),
        ("{ports: [{port: 80, protocol: http}]}", "not-supported spec.ports[0].protocol"),
        ("{ports: [{port: 80, targetPort: '8080'}]}", "invalid-value spec.ports[0].targetPort"),
        ("{ports: [{port: 80, targetPort: 70000}]}", "invalid-value spec.ports[0].targetPort"),
        ("{ports: [{port: 80, targetPort: 1.5}]}", "cannot-decode spec.ports[0].targetPort"),
        ("{ports: [{port: 80, targetPort: true}]}", "cannot-decode spec.ports[0].targetPort"),
        ("{selector: {app: 1}}", "cannot-decode spec.selector.app"),
        ("{type: Internal}", "not-supported spec.type"),
        ("{clusterIP: 10.0.0.999}", "invalid-value spec.clusterIP"),
        ("{externalIPs: [nowhere]}", "invalid-value spec.externalIPs[0]"),
        ("null", "required spec"),
    ],
)
def test_a_service_that_the_api_server_refuses_is_refused(spec: str, complaint: str) -> None:
    reading = cluster_of(service_text(spec))
    assert (complaints(reading), reading.accepted, reading.cluster.services) == ([complaint], (False,), ())


def test_m18_an_unknown_service_field_is_a_warning() -> None:
    reading = cluster_of(service_text("{selectors: {a: b}, ports: [{port: 80, target: 8080}]}"))
    assert complaints(reading) == ["unknown-field spec.selectors", "unknown-field spec.ports[0].target"]
    assert len(reading.cluster.services) == 1


SLICE = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s-1, namespace: shop, labels: {kubernetes.io/service-name: s}}
addressType: IPv4
endpoints:
  - {addresses: [10.0.0.1], targetRef: {kind: Pod, name: p}}
  - {addresses: [10.0.0.2], conditions: {ready: false}}
ports:
  - {name: web, port: 80}
  - {name: "", port: 53, protocol: UDP}
  - {}
"""


def test_a38_an_endpoint_slice_names_its_service_pods_and_ports() -> None:
    (found,) = cluster_of(SLICE).cluster.endpoint_slices
    assert isinstance(found, EndpointSlice)
    assert (found.service, found.ports) == ("s", (("web", TCP, 80), (None, UDP, 53), (None, TCP, None)))
    assert [([str(a) for a in e.addresses], e.pod) for e in found.endpoints] == [
        (["10.0.0.1"], "p"),
        (["10.0.0.2"], None),
    ]


def test_a38_host_names_of_a_slice_are_no_addresses() -> None:
    text = SLICE.replace("IPv4", "FQDN").replace("10.0.0.1", "a.example.com").replace("10.0.0.2", "b.example.com")
    (found,) = cluster_of(text).cluster.endpoint_slices
    assert [e.addresses for e in found.endpoints] == [(), ()]


ENDPOINTS = """
apiVersion: v1
kind: Endpoints
metadata: {name: s, namespace: shop}
subsets:
  - addresses: [{ip: 10.0.0.1, targetRef: {kind: Pod, name: p}}]
    notReadyAddresses: [{ip: 10.0.0.3}]
    ports: [{name: web, port: 80}]
"""


def test_a38_endpoints_stand_in_for_slices() -> None:
    (found,) = cluster_of(ENDPOINTS).cluster.endpoint_slices
    assert (found.service, found.ports) == ("s", (("web", TCP, 80),))
    assert [([str(a) for a in e.addresses], e.pod) for e in found.endpoints] == [
        (["10.0.0.1"], "p"),
        (["10.0.0.3"], None),
    ]


def test_a38_slices_win_over_endpoints_of_the_same_service() -> None:
    assert [s.name for s in cluster_of(ENDPOINTS, SLICE).cluster.endpoint_slices] == ["s-1"]


def ingress(spec: str, version: str = "networking.k8s.io/v1") -> Ingress:
    text = f"{{apiVersion: {version}, kind: Ingress, metadata: {{name: i, namespace: shop}}, spec: {spec}}}"
    return cluster_of(text).cluster.ingresses[0]


def backends(found: Ingress) -> list[tuple[str, int | str]]:
    return [(backend.service, backend.port) for backend in found.backends]


def test_an_ingress_has_the_backends_of_its_rules_and_the_default_one() -> None:
    found = ingress(
        """{
        defaultBackend: {service: {name: d, port: {number: 80}}},
        rules: [{host: a.example.com}, {http: {paths: [
          {path: /, backend: {service: {name: w, port: {name: http}}}},
          {path: /x, backend: {resource: {kind: Bucket, name: b}}}]}}]}"""
    )
    assert backends(found) == [("d", 80), ("w", "http")]
    assert found.backends[1].ref.path == "spec.rules[1].http.paths[0].backend"


@pytest.mark.parametrize("version", ["extensions/v1beta1", "networking.k8s.io/v1beta1"])
def test_an_old_ingress_writes_its_backends_otherwise(version: str) -> None:
    found = ingress(
        "{backend: {serviceName: d, servicePort: 80}, "
        "rules: [{http: {paths: [{backend: {serviceName: w, servicePort: http}}]}}]}",
        version,
    )
    assert backends(found) == [("d", 80), ("w", "http")]


@pytest.mark.parametrize(
    "backend", ["{}", "{service: {name: w}}", "{service: {port: {number: 1}}}", "{serviceName: w}"]
)
def test_a_backend_without_service_or_port_refuses_the_ingress(backend: str) -> None:
    spec = f"{{defaultBackend: {backend}}}"
    text = f"{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i}}, spec: {spec}}}"
    reading = cluster_of(text)
    assert (complaints(reading), reading.accepted) == (["required spec.defaultBackend"], (False,))


def route(spec: str) -> list[tuple[str, int | str]]:
    text = f"{{apiVersion: route.openshift.io/v1, kind: Route, metadata: {{name: r, namespace: shop}}, spec: {spec}}}"
    ports = "{ports: [{name: http, port: 80, targetPort: 8080}, {name: admin, port: 81, targetPort: console}]}"
    return backends(cluster_of(text, service_text(ports)).cluster.ingresses[0])


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("", [("s", 80), ("s", 81)]),
        (", port: {targetPort: http}", [("s", 80)]),
        (", port: {targetPort: console}", [("s", 81)]),
        (", port: {targetPort: 8080}", [("s", 80)]),
        (", port: {targetPort: 80}", []),
    ],
)
def test_a_route_sends_to_a_port_of_the_endpoints_of_its_service(port: str, expected: list[tuple[str, int]]) -> None:
    assert route(f"{{to: {{kind: Service, name: s}}{port}}}") == expected


def test_a_route_may_have_more_services_and_some_that_are_not_in_the_input() -> None:
    assert route("{to: {name: gone}, alternateBackends: [{name: s}], port: {targetPort: http}}") == [("s", 80)]


@pytest.mark.parametrize(("spec", "path"), [("{}", "spec.to"), ("{to: {kind: Service}}", "spec.to.name")])
def test_a_route_without_service_is_refused(spec: str, path: str) -> None:
    text = f"{{apiVersion: route.openshift.io/v1, kind: Route, metadata: {{name: r, namespace: shop}}, spec: {spec}}}"
    reading = cluster_of(text)
    assert (complaints(reading), reading.accepted) == ([f"required {path}"], (False,))
