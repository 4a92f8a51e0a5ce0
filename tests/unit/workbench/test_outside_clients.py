"""A36: what a client outside of the cluster looks like behind each type of Service."""

from __future__ import annotations

import pytest

from netviz.workbench import BASELINE, InputFile, WhyQuestion, Workbench

CLUSTER = """
apiVersion: v1
kind: Pod
metadata: {{name: web, labels: {{app: web}}}}
spec: {{nodeName: n2, containers: [{{name: c, image: i, ports: [{{containerPort: 8080}}]}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: web-svc}}
spec: {{type: {type}, externalTrafficPolicy: {policy}, selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: only-office}}
spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: [{{from: [{{ipBlock: {{cidr: 198.51.100.0/24}}}}]}}]}}
"""
NODE = """
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 10.9.0.1}]}
"""


def verdict(kind: str, policy: str, client: str, extra: str = "") -> tuple[str, tuple[str, ...]]:
    text = CLUSTER.format(type=kind, policy=policy) + extra
    bench = Workbench.load([InputFile(name="c.yaml", data=text.encode())])
    answer = bench.why(BASELINE, WhyQuestion(source=client, target="service/default/web-svc", port=80))
    return answer.verdict, answer.notes


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
def test_a36_local_keeps_the_clients_address(kind: str) -> None:
    assert verdict(kind, "Local", "198.51.100.7")[0] == "allow"
    assert verdict(kind, "Local", "203.0.113.7")[0] == "deny"


def test_a36_cluster_shows_the_node_instead() -> None:
    found, notes = verdict("LoadBalancer", "Cluster", "198.51.100.7", NODE)
    assert found == "deny"
    assert any("A36" in note for note in notes)


def test_a36_without_nodes_in_the_input_nobody_knows_what_the_backend_sees() -> None:
    assert verdict("NodePort", "Cluster", "198.51.100.7")[0] == "unknown"


def test_a36_a_cluster_ip_is_not_reachable_from_outside() -> None:
    found, notes = verdict("ClusterIP", "Cluster", "198.51.100.7")
    assert found == "allow"
    assert any("inside of the cluster only" in note for note in notes)
