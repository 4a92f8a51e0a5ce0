"""A state that was frozen holds for the same input; and for no other whose verdicts differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from netviz.analysis.compare import compare
from netviz.analysis.expectations.checking import Status, check
from netviz.analysis.expectations.freezing import freeze
from netviz.analysis.expectations.reading import read_expectations
from netviz.analysis.expectations.writing import write_frozen
from netviz.engine import Evaluation, Grouping, Scenario
from netviz.engine.options import Verdict
from tests.calico_generators import calico_case
from tests.generators import Case, random_case
from tests.property.test_calico_oracle import evaluation_of
from tests.property.test_mixed_oracle import mixed_case

SEEDS = 16


def gaps(seed: int) -> Case:
    return random_case(seed, exact=False)


def frozen(evaluation: Evaluation, by: Grouping) -> bytes:
    return write_frozen(freeze(evaluation, by), "as it was").encode()


def others(evaluation: Evaluation) -> list[Evaluation]:
    """The same input with one policy more or less."""
    found = []
    for compiled in evaluation.evaluator.policies:
        off = evaluation.scenario.disabled ^ {compiled.policy.id}
        found.append(evaluation.evaluator.evaluate(Scenario(disabled=off, enforced=evaluation.scenario.enforced)))
    return found


@pytest.mark.parametrize("case_of", [gaps, calico_case, mixed_case])
@pytest.mark.parametrize("by", list(Grouping))
def test_what_was_frozen_holds_and_every_changed_verdict_breaks_it(
    case_of: Callable[[int], Case], by: Grouping
) -> None:
    changed = 0
    for seed in range(SEEDS):
        evaluation = evaluation_of(case_of(seed), enforced=seed % 2 == 1)
        file = read_expectations("frozen.yaml", frozen(evaluation, by))
        assert [result.status for result in check(evaluation, file)] == [Status.PASSED], seed
        for other in others(evaluation)[:3]:
            differs = bool(compare(evaluation.matrix(by), other.matrix(by)).changes)
            results = check(other, file)
            assert (results[0].status is Status.FAILED) is differs, seed
            for result in results if differs else ():
                changed += result.flow is not None
                if result.flow is not None and by is not Grouping.NAMESPACE and result.flow.verdict is Verdict.ALLOW:
                    flow = result.flow
                    assert other.verdict(flow.source, flow.target, flow.connection) is Verdict.ALLOW, seed
    assert changed > SEEDS


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_frozen_state_is_written_and_read_back(seed: int) -> None:
    evaluation = evaluation_of(gaps(seed), enforced=False)
    state = freeze(evaluation, Grouping.WORKLOAD)
    again = read_expectations("frozen.yaml", frozen(evaluation, Grouping.WORKLOAD)).frozen
    assert again is not None
    assert [replace(pair, ref=state.ref) for pair in again.pairs] == list(state.pairs)
