"""A frozen state says everything that may connect, and each pair that changes is told at its place."""

from __future__ import annotations

import pytest

from netviz.analysis.expectations import freezing
from netviz.analysis.expectations.checking import Status, check
from netviz.analysis.expectations.freezing import freeze
from netviz.analysis.expectations.language import Expectations
from netviz.analysis.expectations.reading import read_expectations
from netviz.analysis.expectations.writing import write_frozen
from netviz.engine import Evaluation, Evaluator, Grouping, Options
from netviz.errors import UsageError
from netviz.loading import load_files

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, ports: [{containerPort: 5432}]}]}
"""
POLICY = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {}}], ports: [{port: %s}]}]
"""


def evaluation(*texts: str) -> Evaluation:
    loaded = load_files([("in.yaml", "".join(texts).encode())])
    return Evaluator(loaded.cluster, loaded.policies, Options()).evaluate()


def frozen(found: Evaluation) -> Expectations:
    return read_expectations("f.yaml", write_frozen(freeze(found, Grouping.WORKLOAD)).encode())


def test_blocks_with_the_same_connections_are_one_entry() -> None:
    text = write_frozen(freeze(evaluation(PODS, POLICY % "5432"), Grouping.WORKLOAD))
    assert text.count('["0.0.0.0/0", "::/0"]') == 3


def test_a_port_that_moved_fails_at_the_line_of_its_pair() -> None:
    text = write_frozen(freeze(evaluation(PODS, POLICY % "5432"), Grouping.WORKLOAD))
    file = read_expectations("f.yaml", text.encode())
    (result,) = check(evaluation(PODS, POLICY % "6543"), file)
    assert result.status is Status.FAILED
    assert result.reason == "it was TCP/5432, and is TCP/6543"
    written = text.splitlines()[result.ref.line - 1 :][:3]
    assert [line.strip(" -") for line in written] == [
        'from: "shop/web[Pod]"',
        'to: "shop/db[Pod]"',
        'allow: ["TCP/5432"]',
    ]
    assert result.flow is not None
    assert (result.flow.connection.port, result.flow.verdict.value) == (6543, "allow")


def test_a_pod_that_is_gone_fails_without_a_connection() -> None:
    file = frozen(evaluation(PODS, POLICY % "5432"))
    results = check(evaluation(PODS.partition("---")[2], POLICY % "5432"), file)
    assert {result.flow for result in results} == {None}
    assert all("not in the input any more" in result.reason for result in results)


def test_a_new_pod_that_may_connect_fails_at_the_whole() -> None:
    file = frozen(evaluation(PODS, POLICY % "5432"))
    new = PODS.partition("---")[0].replace("name: web,", "name: new,")
    results = check(evaluation(PODS, POLICY % "5432", "---\n", new), file)
    assert all("shop/new[Pod]" in result.title for result in results)
    assert {result.ref.path for result in results} == {"frozen"}


def test_blocks_that_were_written_by_hand_may_overlap() -> None:
    text = (
        "netviz: expectations/1\nfrozen:\n  by: workload\n  connections:\n"
        "  - {from: [0.0.0.0/0, '::/0'], to: 'shop/web[Pod]', allow: any}\n"
        "  - {from: [10.0.0.0/8], to: 'shop/web[Pod]', allow: 80}\n"
        "  - {from: 'shop/web[Pod]', to: [0.0.0.0/0, '::/0'], allow: any}\n"
    )
    (result,) = check(evaluation(PODS.partition("---")[0]), read_expectations("f.yaml", text.encode()))
    assert result.status is Status.PASSED


@pytest.mark.parametrize("bound", ["MOST_PEERS", "MOST_PAIRS"])
def test_what_is_too_much_for_a_file_is_refused(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(freezing, bound, 1)
    with pytest.raises(UsageError, match="by namespace"):
        freeze(evaluation(PODS), Grouping.WORKLOAD)
