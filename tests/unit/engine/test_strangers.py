"""The unnamed pod as a target: nobody knows which ports its containers have names for (A24)."""

from __future__ import annotations

import pytest

from netviz.engine import AnyPod, Connection, Evaluation, Verdict
from netviz.engine.explain import doubts, explain
from netviz.sets.connections import TCP, UDP
from tests.engine_questions import evaluator_of

POD = "{apiVersion: v1, kind: Pod, metadata: {namespace: x, name: a, labels: {pod: a}}, spec: {containers: []}}"
BY_NAME = """
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: x, name: p},
 spec: {podSelector: {}, policyTypes: [Egress],
        egress: [{to: [{namespaceSelector: {}}], ports: [{port: web}, {port: 81}]}]}}
"""
BUT_FOR_NAME = """
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: p},
 spec: {egress: [{action: Deny, protocol: TCP, destination: {notPorts: [web, 81]}}, {action: Allow}]}}
"""


def judged(policy: str) -> Evaluation:
    return evaluator_of([("in.yaml", f"{POD}\n---\n{policy}".encode())]).baseline


@pytest.mark.parametrize(
    ("policy", "protocol", "port", "verdict"),
    [
        (BY_NAME, TCP, 80, Verdict.UNKNOWN),
        (BY_NAME, TCP, 81, Verdict.ALLOW),
        (BY_NAME, UDP, 80, Verdict.DENY),
        (BUT_FOR_NAME, TCP, 80, Verdict.UNKNOWN),
        (BUT_FOR_NAME, TCP, 81, Verdict.ALLOW),
        (BUT_FOR_NAME, UDP, 80, Verdict.ALLOW),
    ],
)
def test_a24_what_a_name_means_on_an_unnamed_pod_is_unknown(
    policy: str, protocol: int, port: int, verdict: Verdict
) -> None:
    evaluation, connection = judged(policy), Connection(protocol=protocol, port=port)
    pod = evaluation.cluster.pods[0]
    assert evaluation.verdict(pod, AnyPod(), connection) is verdict
    reasons = [doubt.reason for doubt in doubts(evaluation, explain(evaluation, pod, AnyPod(), connection))]
    unknown = "which port a name means on a pod that is not in the input is not known"
    assert reasons == ([unknown] if verdict is Verdict.UNKNOWN else [])
