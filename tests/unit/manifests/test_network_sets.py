"""Network sets as labelled addresses, and WorkloadEndpoints as pods."""

from __future__ import annotations

import pytest

from netviz.model.cluster import ContainerPort, WorkloadId
from netviz.sets.connections import TCP, UDP
from tests.unit.manifests.objects import cluster_of, complaints, messages, pod


def network_set(nets: str, *, meta: str = "namespace: shop, ", version: str = "projectcalico.org/v3") -> str:
    kind = "NetworkSet" if "namespace" in meta else "GlobalNetworkSet"
    return f"{{apiVersion: {version}, kind: {kind}, metadata: {{{meta}name: db}}, spec: {{nets: {nets}}}}}"


def endpoint(spec: str, *, name: str = "n1-k8s-web-eth0", labels: str = "{app: web}") -> str:
    metadata = f"{{namespace: shop, name: {name}, labels: {labels}}}"
    return f"{{apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {metadata}, spec: {{{spec}}}}}"


def test_a_network_set_has_labels_and_addresses() -> None:
    reading = cluster_of(network_set("[10.0.0.0/8, 11.0.0.1/8, 12.0.0.1, 'fd00::1']", meta="labels: {role: db}, "))
    (found,) = reading.cluster.network_sets
    assert (found.namespace, found.name, found.labels.items) == ("", "db", (("role", "db"),))
    assert found.addresses.cidrs() == ["10.0.0.0/7", "12.0.0.1/32", "fd00::1/128"]
    assert reading.diagnostics == ()


def test_the_namespace_of_a_network_set_is_one_of_the_cluster() -> None:
    cluster = cluster_of(network_set("[]"), network_set("[]", version="crd.projectcalico.org/v1")).cluster
    assert [namespace.name for namespace in cluster.namespaces] == ["shop"]
    assert [network_set.namespace for network_set in cluster.network_sets] == ["shop"]


def test_a_network_set_without_spec_is_empty() -> None:
    text = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: db}}"
    assert not cluster_of(text).cluster.network_sets[0].addresses


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (network_set("[10.0.0.0/33]"), "spec.nets[0] invalid CIDR or address"),
        (network_set("[10]"), "spec.nets[0] cannot unmarshal number into string"),
        (
            network_set("[]", meta="labels: {projectcalico.org/namespace: x}, "),
            "metadata.labels Calico sets this label itself",
        ),
    ],
)
def test_b88_a_network_set_that_calico_refuses_is_left_out(text: str, told: str) -> None:
    reading = cluster_of(text)
    assert messages(reading) == [told]
    assert reading.cluster.network_sets == ()
    assert reading.accepted == (False,)


def test_a_workload_endpoint_is_a_pod_by_the_name_of_its_pod() -> None:
    ports = "[{name: web, protocol: TCP, port: 80}, {name: dns, protocol: udp, port: 53}, {port: 9, protocol: 89}]"
    spec = (
        f"node: n1, orchestrator: k8s, pod: web-1, endpoint: eth0, ipNetworks: [10.0.0.1/32, 'fd00::1'], ports: {ports}"
    )
    reading = cluster_of(endpoint(spec, labels="{app: web, projectcalico.org/serviceaccount: robot}"))
    (found,) = reading.cluster.pods
    assert (found.namespace, found.name, found.node, found.service_account) == ("shop", "web-1", "n1", "robot")
    assert [str(address) for address in found.addresses] == ["10.0.0.1", "fd00::1"]
    assert found.ports == (
        ContainerPort(name="web", protocol=TCP, port=80),
        ContainerPort(name="dns", protocol=UDP, port=53),
    )
    assert found.workload == WorkloadId("shop", "Pod", "web-1")
    assert reading.diagnostics == ()


def test_a_workload_endpoint_without_pod_goes_by_its_own_name() -> None:
    (found,) = cluster_of(endpoint("node: n1, workload: w")).cluster.pods
    assert (found.name, found.service_account) == ("n1-k8s-web-eth0", "default")


def test_a_pod_of_the_input_wins_over_its_endpoint() -> None:
    (found,) = cluster_of(endpoint("pod: web-1, ipNetworks: [10.0.0.9/32]"), pod("web-1")).cluster.pods
    assert found.addresses == ()


def test_the_interfaces_of_a_pod_are_one_pod() -> None:
    first = endpoint("pod: web-1, ipNetworks: [10.0.0.1/32]")
    second = endpoint("pod: web-1, ipNetworks: [10.0.0.2/32]", name="n1-k8s-web-net1")
    (found,) = cluster_of(first, second).cluster.pods
    assert [str(address) for address in found.addresses] == ["10.0.0.1", "10.0.0.2"]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("ipNetworks: [10]", ["cannot-decode spec.ipNetworks[0]"]),
        ("ipNetworks: [here]", ["invalid-value spec.ipNetworks[0]"]),
        ("ports: [{name: web, protocol: TCP, port: 0}]", ["invalid-value spec.ports[0].port"]),
    ],
)
def test_a_workload_endpoint_with_a_mistake_is_left_out(spec: str, told: list[str]) -> None:
    reading = cluster_of(endpoint(spec))
    assert complaints(reading) == told
    assert reading.cluster.pods == ()


def test_an_unknown_field_is_a_warning() -> None:
    reading = cluster_of(endpoint("pods: web"), network_set("[]").replace("nets", "net"))
    assert complaints(reading) == ["unknown-field spec.pods", "unknown-field spec.net"]
    assert all(reading.accepted)
