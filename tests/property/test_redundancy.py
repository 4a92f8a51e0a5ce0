"""What is called redundant could be taken out, all at once, and no verdict would change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.analysis.findings.redundancy import Redundancy, redundancy
from netviz.engine import Evaluation, Evaluator
from netviz.engine.options import Options, Scenario
from netviz.engine.vocabulary import vocabulary_of
from netviz.loading import Loaded, load_files
from netviz.model.policy import Direction, Policy, PolicySet
from tests.admin_generators import admin_case
from tests.calico_generators import calico_case
from tests.generators import Case, random_case
from tests.property.test_mixed_oracle import mixed_case

SORTS = ("kubernetes", "admin", "calico", "mixed")
CHUNK = 25


def case_of(sort: str, seed: int) -> Case:
    match sort:
        case "kubernetes":
            return random_case(seed, exact=seed % 2 == 0)
        case "admin":
            return admin_case(seed)
        case "calico":
            return calico_case(seed)
        case _:
            return mixed_case(seed)


def evaluation_of(loaded: Loaded, case: Case, policies: PolicySet) -> Evaluation:
    words = vocabulary_of(loaded.policies)
    options = Options(ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    enforced = frozenset(p.id for p in policies.policies if p.stage and len(case.objects) % 2)
    disabled = frozenset(p.id for p in policies.policies if str(p.id) in case.disabled)
    return Evaluator(loaded.cluster, policies, options, words).evaluate(Scenario(disabled, enforced))


def without(evaluation: Evaluation, found: Redundancy, policies: PolicySet) -> PolicySet:
    """The policies that are left when everything is taken out that is called redundant."""
    compiled = evaluation.evaluator.policies
    numbers = {each.policy.id: each.number for each in compiled}
    idle = {each.key for each in found.rules}

    def left(policy: Policy) -> Policy:
        rules = {
            direction: tuple(
                rule for i, rule in enumerate(policy.rules(direction)) if (numbers[policy.id], direction, i) not in idle
            )
            for direction in Direction
        }
        return replace(policy, ingress=rules[Direction.INGRESS], egress=rules[Direction.EGRESS])

    kept = tuple(left(p) for p in policies.policies if numbers[p.id] not in found.policies)
    return replace(policies, policies=kept)


def check(sort: str, seed: int) -> int:
    """Every row is as it was; how much was taken out."""
    case = case_of(sort, seed)
    loaded = load_files([("in.yaml", case.text().encode())])
    before = evaluation_of(loaded, case, loaded.policies)
    found = redundancy(before)
    after = evaluation_of(loaded, case, without(before, found, loaded.policies))
    strangers = before.evaluator.classes.classes[before.evaluator.classes.arbitrary].slots
    assert before.evaluator.classes.slots == after.evaluator.classes.slots
    for slot in range(before.evaluator.classes.first_outside):
        for direction in Direction:
            told = f"{sort} {seed}: slot {slot} {direction} without {found}\n{case.text()}"
            assert after.row(slot, direction) == before.row(slot, direction), told
            for stranger in strangers:
                was, now = (each.toward(slot, stranger, direction) for each in (before, after))
                assert now == was, told
    return len(found.rules) + len(found.policies)


@pytest.mark.parametrize("first", range(0, 50, CHUNK))
@pytest.mark.parametrize("sort", SORTS)
def test_without_what_is_redundant_every_verdict_stays(sort: str, first: int) -> None:
    assert sum(check(sort, seed) for seed in range(first, first + CHUNK)) > 0


@pytest.mark.soak
@pytest.mark.parametrize("first", range(10_000, 13_000, CHUNK))
@pytest.mark.parametrize("sort", SORTS)
def test_without_what_is_redundant_every_verdict_of_many_stays(sort: str, first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(sort, seed)
