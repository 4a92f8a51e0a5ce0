"""The engine agrees with the independent oracle on random clusters with Calico."""

from __future__ import annotations

import pytest

from netviz.engine import Evaluation, Scenario
from netviz.model.policy import PolicyId
from tests.calico_generators import calico_case
from tests.engine_questions import EngineSide, evaluator_of, pods_by_endpoint
from tests.generators import Case, as_text, random_flows
from tests.oracle.calico import judge, read
from tests.oracle.kubernetes import families, find

FLOWS = 40
CHUNK = 50


def evaluation_of(case: Case, *, enforced: bool) -> Evaluation:
    evaluator = evaluator_of([("in.yaml", case.text().encode())], ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    policies = [compiled.policy for compiled in evaluator.policies]
    staged = frozenset(policy.id for policy in policies if policy.stage) if enforced else frozenset[PolicyId]()
    disabled = frozenset(policy.id for policy in policies if str(policy.id) in case.disabled)
    return evaluator.evaluate(Scenario(disabled=disabled, enforced=staged))


def check(seed: int) -> set[bool | None]:
    """Both say the same of every possible flow, every other time with staged policies enforced; what they say."""
    case, enforced = calico_case(seed), seed % 2 == 1
    evaluation = evaluation_of(case, enforced=enforced)
    engine = EngineSide(evaluation, pods_by_endpoint(evaluation.cluster, case.objects))
    world = read(
        case.objects,
        disabled=case.disabled,
        enforced=enforced,
        ip_blocks=case.ip_blocks,
        pod_cidrs=case.pod_cidrs,
    )
    said = set()
    for flow in random_flows(case, FLOWS):
        if not families(world, find(world, flow.source)) & families(world, find(world, flow.target)):
            continue
        expected, answer = judge(world, flow), engine.ask(flow)
        told = f"seed {seed} {enforced=} disabled={sorted(case.disabled)} {case.ip_blocks}"
        assert answer is expected, f"{told}: {flow} engine={answer} oracle={expected}\n{as_text(case.objects)}"
        said.add(answer)
    return said


@pytest.mark.parametrize("first", range(0, 1_000, CHUNK))
def test_engine_and_oracle_say_the_same(first: int) -> None:
    said = [check(seed) for seed in range(first, first + CHUNK)]
    assert set.union(*said) >= {True, False}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 11_000, CHUNK))
def test_engine_and_oracle_say_the_same_of_many(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(seed)
