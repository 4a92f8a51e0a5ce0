"""HostEndpoints of both API versions: what is read, what is refused (B55), and which addresses they have."""

from __future__ import annotations

import pytest

from netviz.loading import load_files
from netviz.model.cluster import ContainerPort, HostEndpoint
from netviz.selectors.tree import Labels
from netviz.sets.connections import TCP, UDP
from tests.unit.manifests.objects import cluster_of, messages

NODE = """
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 192.168.0.1}, {type: ExternalIP, address: 203.0.113.1}]}
"""


def manifest(spec: str, version: str = "projectcalico.org/v3", labels: str = "{}") -> str:
    return f"""
apiVersion: {version}
kind: HostEndpoint
metadata: {{name: h1, labels: {labels}}}
spec: {spec}
"""


def endpoint_of(spec: str, *more: str) -> HostEndpoint:
    reading = cluster_of(manifest(spec), *more)
    assert not reading.diagnostics
    (endpoint,) = reading.cluster.host_endpoints
    return endpoint


@pytest.mark.parametrize("version", ["projectcalico.org/v3", "crd.projectcalico.org/v1"])
def test_everything_that_matters_is_read(version: str) -> None:
    spec = """
      node: n1
      interfaceName: eth0
      expectedIPs: [192.168.0.1, 'fd00::1', 192.168.0.1]
      profiles: [projectcalico-default-allow]
      ports: [{name: web, protocol: TCP, port: 8080}, {name: dns, protocol: UDP, port: 53}]
    """
    (endpoint,) = cluster_of(manifest(spec, version, "{role: edge}")).cluster.host_endpoints
    assert (endpoint.name, endpoint.node, endpoint.interface) == ("h1", "n1", "eth0")
    assert [str(address) for address in endpoint.addresses] == ["192.168.0.1", "fd00::1"]
    assert endpoint.labels == Labels.of({"role": "edge"})
    assert endpoint.profiles == ("projectcalico-default-allow",)
    assert endpoint.ports == (
        ContainerPort(name="web", protocol=TCP, port=8080),
        ContainerPort(name="dns", protocol=UDP, port=53),
    )
    assert endpoint.announced
    assert endpoint.ref is not None


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{interfaceName: eth0}", "spec.node node must be specified"),
        ("{node: '', interfaceName: eth0}", "spec.node node must be specified"),
        ("{node: n1}", "spec at least one of interfaceName or expectedIPs must be specified"),
        ("{node: n1, interfaceName: '', expectedIPs: []}",
         "spec at least one of interfaceName or expectedIPs must be specified"),
        ("{node: n1, expectedIPs: [10.0.0.0/8]}", "spec.expectedIPs[0] must be a valid IP address"),
        ("{node: 7, interfaceName: eth0}", "spec.node cannot unmarshal number into string"),
        ("{node: n1, interfaceName: eth0, ports: [{protocol: TCP, port: 80}]}", "spec.ports[0].name must be set"),
        ("{node: n1, interfaceName: eth0, ports: [{name: web, protocol: TCP, port: 0}]}",
         "spec.ports[0].port must be between 1 and 65535, inclusive"),
    ],
)  # fmt: skip
def test_b55_what_the_api_refuses_is_refused(spec: str, message: str) -> None:
    reading = cluster_of(manifest(spec))
    assert messages(reading) == [message]
    assert reading.accepted == (False,)
    assert not reading.cluster.host_endpoints


def test_all_problems_are_gathered() -> None:
    assert messages(cluster_of(manifest("{}"))) == [
        "spec.node node must be specified",
        "spec at least one of interfaceName or expectedIPs must be specified",
    ]


def test_a_misspelt_field_is_pointed_out() -> None:
    reading = cluster_of(manifest("{node: n1, interfaceName: eth0, expectedIps: [192.168.0.1]}"))
    (warning,) = reading.diagnostics
    assert (warning.path, warning.hint) == ("spec.expectedIps", 'did you mean "expectedIPs"?')
    assert not reading.cluster.host_endpoints[0].announced


@pytest.mark.parametrize(
    ("spec", "addresses"),
    [
        ("{node: n1, interfaceName: eth0}", ["192.168.0.1", "203.0.113.1"]),
        ("{node: n1, interfaceName: '*'}", ["192.168.0.1", "203.0.113.1"]),
        ("{node: n1, interfaceName: eth0, expectedIPs: [10.9.9.9]}", ["10.9.9.9"]),
        ("{node: n1, interfaceName: '*', expectedIPs: [10.9.9.9]}", ["10.9.9.9", "192.168.0.1", "203.0.113.1"]),
        ("{node: elsewhere, interfaceName: eth0}", []),
    ],
)
def test_the_addresses_are_those_written_or_those_of_the_node(spec: str, addresses: list[str]) -> None:
    endpoint = endpoint_of(spec, NODE)
    assert [str(address) for address in endpoint.addresses] == addresses
    assert endpoint.announced is ("10.9.9.9" in addresses)


def test_a_host_endpoint_counts_as_read() -> None:
    loaded = load_files([("in.yaml", manifest("{node: n1, interfaceName: eth0}").encode())])
    assert [(record.kind, record.outcome) for record in loaded.report.records] == [("HostEndpoint", "read")]
    assert not loaded.report.unsupported
    assert not loaded.report.diagnostics
