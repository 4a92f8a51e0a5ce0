"""What the rules of a policy come to is worked out once for all subjects to whom they say the same."""

from __future__ import annotations

import pytest

from netviz.engine import evaluator as module
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.options import Connection, Verdict
from netviz.loading import load_files
from netviz.model.cluster import Pod
from netviz.sets.connections import TCP


def pod(name: str, port: int, labels: str = "app: web") -> str:
    return (
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{{labels}, own: {name}}}}},"
        f" spec: {{containers: [{{name: c, ports: [{{name: http, containerPort: {port}}}]}}]}}}}"
    )


def policy(name: str, direction: str, rule: str, own: str = "") -> str:
    subject = f"{{matchLabels: {{own: {own}}}}}" if own else "{}"
    return (
        f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: shop}},"
        f" spec: {{podSelector: {subject}, policyTypes: [{direction.capitalize()}], {direction}: [{rule}]}}}}"
    )


# One policy for each pod tells the pods apart, so that each is a subject of its own.
INPUT = "\n---\n".join(
    [
        pod("a", 8080),
        pod("b", 9090),
        pod("c", 9090),
        policy("by-name", "ingress", "{ports: [{port: http}]}"),
        policy("to-name", "egress", "{ports: [{port: http}]}"),
        *(policy(f"only-{own}", "ingress", "{ports: [{port: 53}]}", own) for own in "abc"),
    ]
)


def evaluated() -> Evaluation:
    loaded = load_files([("all.yaml", INPUT.encode())])
    return Evaluator(loaded.cluster, loaded.policies).evaluate()


def answers(evaluation: Evaluation) -> dict[tuple[str, str, int], Verdict]:
    pods: tuple[Pod, ...] = evaluation.cluster.pods
    return {
        (a.name, b.name, port): evaluation.verdict(a, b, Connection(TCP, port))
        for a in pods
        for b in pods
        if a is not b
        for port in (53, 8080, 9090)
    }


def test_a_named_port_is_that_of_each_subject() -> None:
    found = answers(evaluated())
    assert {key for key, verdict in found.items() if verdict is Verdict.ALLOW} == {
        (source, target, {"a": 8080}.get(target, 9090)) for source in "abc" for target in "abc" if source != target
    }


def test_it_makes_no_difference_how_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(evaluated())
    monkeypatch.setattr(module, "_MOST_STEPS", 1)
    assert answers(evaluated()) == expected
