"""More pairs than can be listed are an error that says what to do, and no machine without memory."""

from __future__ import annotations

import pytest

from netviz.engine import Grouping, reach
from netviz.errors import UsageError
from tests.engine_questions import evaluator_of

PODS = "---\n".join(
    f"{{apiVersion: v1, kind: Pod, metadata: {{name: p-{n}, namespace: ns-{n % 3}}}, spec: {{containers: []}}}}\n"
    for n in range(12)
)


def test_too_many_pairs_are_refused_and_fewer_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluation = evaluator_of([("in.yaml", PODS.encode())]).evaluate()
    monkeypatch.setattr(reach, "MOST_PAIRS", 40)
    with pytest.raises(UsageError, match="more than 40 pairs, too many to list: choose namespaces"):
        evaluation.matrix(Grouping.POD)
    assert evaluation.matrix(Grouping.NAMESPACE).cells
    monkeypatch.setattr(reach, "MOST_PAIRS", 400)
    assert evaluation.matrix(Grouping.POD).cells
