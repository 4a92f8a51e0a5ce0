"""Verdicts by name take a short way for two pods of the cluster; a copy of a pod takes the general one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.engine import by_name
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.options import Connection, Verdict
from netviz.loading import load_files
from netviz.sets.connections import TCP

PORTS = (52, 53, 80, 8080)


def pod(name: str, more: str = "") -> str:
    return (
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}},"
        f" spec: {{containers: [{{name: c}}]{more}}}}}"
    )


def policy(name: str, own: str, rule: str) -> str:
    return (
        f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: shop}},"
        f" spec: {{podSelector: {{matchLabels: {{app: {own}}}}}, {rule}}}}}"
    )


B = "{podSelector: {matchLabels: {app: b}}}"
UNRESOLVED = (
    "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: c, namespace: shop}, spec: {selector:"
    " 'app == \"c\"', types: [Egress], egress: [{action: Allow, destination: {domains: [a.example]}},"
    " {action: Deny, protocol: TCP, destination: {ports: [8080], nets: [10.0.0.0/9]}}, {action: Allow}]}}"
)
INPUT = "\n---\n".join(
    [
        pod("a"),
        pod("b"),
        pod("c"),
        pod("on-node", ", hostNetwork: true"),
        policy("to-b", "b", "ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 80}]}]"),
        policy("from-a", "a", f"policyTypes: [Egress], egress: [{{to: [{B}], ports: [{{port: 80}}]}}]"),
        UNRESOLVED,
    ]
)


@pytest.fixture
def evaluation() -> Evaluation:
    loaded = load_files([("all.yaml", INPUT.encode())])
    return Evaluator(loaded.cluster, loaded.policies).evaluate()


def test_both_ways_come_to_the_same(evaluation: Evaluation) -> None:
    found = set()
    for source in evaluation.cluster.pods:
        for target in evaluation.cluster.pods:
            for connection in (Connection(TCP, port) for port in PORTS):
                short = evaluation.verdict(source, target, connection)
                assert short is evaluation.verdict(replace(source), replace(target), connection)
                found.add(short)
    assert found == set(Verdict)


def test_they_do_when_more_connections_were_asked_than_are_remembered(
    evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_name, "_MOST_CONNECTIONS", 1)
    test_both_ways_come_to_the_same(evaluation)


def test_a_copy_of_a_pod_is_that_pod(evaluation: Evaluation) -> None:
    """Nothing comes between a pod and itself, whatever its policies say."""
    b = evaluation.cluster.pod("shop", "b")
    other = evaluation.cluster.pod("shop", "c")
    assert evaluation.verdict(other, b, Connection(TCP, 53)) is Verdict.DENY
    assert evaluation.verdict(b, b, Connection(TCP, 53)) is Verdict.ALLOW
    assert evaluation.verdict(b, replace(b), Connection(TCP, 53)) is Verdict.ALLOW
    classes = evaluation.evaluator.classes
    assert classes.class_of(replace(b)) == classes.class_of(b)


def test_a_pod_that_is_not_in_the_cluster_has_no_verdict(evaluation: Evaluation) -> None:
    known = evaluation.cluster.pod("shop", "a")
    with pytest.raises(KeyError):
        evaluation.verdict(known, replace(known, name="stranger"), Connection(TCP, 80))
