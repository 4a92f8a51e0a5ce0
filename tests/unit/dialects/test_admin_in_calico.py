"""C7, C19: admin policies in a cluster with Calico."""

from __future__ import annotations

import pytest

from netviz.dialects.plugins import parse_plugin
from netviz.engine import Connection, Evaluator, Verdict
from netviz.loading import load_files
from netviz.sets.addresses import IpAddress

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: x, labels: {team: blue}}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: x}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.1}
---
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata: {name: partners, namespace: x}
spec: {nets: [30.0.0.0/8]}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: admin}
spec:
  tier: Admin
  priority: 10
  subject: {namespaces: {}}
"""
OUTSIDE = IpAddress(4, 30 << 24 | 1)


def verdict(rules: str, cni: str, target: IpAddress = OUTSIDE) -> Verdict:
    text = CLUSTER + f"  egress: [{rules}]\n"
    loaded = load_files([("c.yaml", text.encode())], plugin=parse_plugin(cni, ""))
    assert loaded.report.complete, loaded.report.diagnostics
    evaluation = Evaluator(loaded.cluster, loaded.policies).evaluate()
    return evaluation.verdict(loaded.cluster.pod("x", "a"), target, Connection(6, 443))


@pytest.mark.parametrize(("cni", "expected"), [("calico", Verdict.DENY), ("kubernetes", Verdict.ALLOW)])
def test_c7_a_namespaces_peer_means_network_sets_too(cni: str, expected: Verdict) -> None:
    assert verdict("{action: Deny, to: [{namespaces: {matchLabels: {team: blue}}}]}", cni) is expected
    assert verdict("{action: Deny, to: [{namespaces: {}}]}", cni) is expected


def test_c7_a_pods_peer_means_pods_only() -> None:
    rule = "{action: Deny, to: [{pods: {namespaceSelector: {matchLabels: {team: blue}}, podSelector: {}}}]}"
    assert verdict(rule, "calico") is Verdict.ALLOW


def test_c19_a_rule_with_nodes_allows_nothing_or_denies_everything() -> None:
    allowed = "{action: Accept, to: [{nodes: {}}, {networks: [30.0.0.0/8]}]}"
    everything_else = "{action: Deny, to: [{networks: [0.0.0.0/0]}]}"
    assert verdict(f"{allowed}, {everything_else}", "kubernetes") is Verdict.ALLOW
    assert verdict(f"{allowed}, {everything_else}", "calico") is Verdict.DENY
    passed = "{action: Pass, to: [{nodes: {matchLabels: {gpu: none}}}]}"
    assert verdict(passed, "calico", IpAddress(4, 40 << 24)) is Verdict.DENY
