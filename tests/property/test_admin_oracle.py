"""The engine agrees with the independent oracle where admin policies lie around NetworkPolicies."""

from __future__ import annotations

import pytest

from tests.admin_generators import admin_case, spoiled
from tests.engine_questions import EngineSide
from tests.generators import as_text, random_flows
from tests.oracle.admin import judge, read

FLOWS = 60
COMPLETIONS = 6
CHUNK = 100


def check(seed: int) -> set[bool | None]:
    """Both say the same of every flow; what they say."""
    case = admin_case(seed)
    engine = EngineSide.of(
        case.text(), case.objects, disabled=case.disabled, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs
    )
    world = read(case.objects, disabled=case.disabled, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    said = set()
    for flow in random_flows(case, FLOWS):
        expected, answer = judge(world, flow), engine.ask(flow)
        assert answer is expected, f"seed {seed}: {flow} engine={answer} oracle={expected}\n{as_text(case.objects)}"
        said.add(answer)
    return said


def check_doubt(seed: int) -> int:
    """With a refused policy no decided answer is contradicted by what it may have been; how many are decided."""
    case = admin_case(seed)
    found = spoiled(case, seed)
    if found is None:
        return 0
    bad, meant = found
    options = {"disabled": case.disabled, "ip_blocks": case.ip_blocks, "pod_cidrs": case.pod_cidrs}
    engine = EngineSide.of(bad.text(), bad.objects, **options)  # type: ignore[arg-type]
    flows = random_flows(bad, FLOWS)
    answers = [engine.ask(flow) for flow in flows]
    for attempt in range(COMPLETIONS):
        objects = meant(attempt)
        world = read(objects, **options)  # type: ignore[arg-type]
        for flow, answer in zip(flows, answers, strict=True):
            assert answer is None or judge(world, flow) is answer, (
                f"seed {seed}: {flow} engine={answer}\n{as_text(bad.objects)}\nfilled:\n{as_text(objects)}"
            )
    return sum(answer is not None for answer in answers)


@pytest.mark.parametrize("first", range(0, 1000, CHUNK))
def test_engine_and_oracle_say_the_same(first: int) -> None:
    said = [check(seed) for seed in range(first, first + CHUNK)]
    assert set.union(*said) == {True, False, None}


@pytest.mark.parametrize("first", range(0, 300, CHUNK))
def test_what_is_decided_beside_a_refused_policy_holds_whatever_it_meant(first: int) -> None:
    assert sum(check_doubt(seed) for seed in range(first, first + CHUNK)) > CHUNK


@pytest.mark.soak
@pytest.mark.parametrize("first", range(10_000, 12_000, CHUNK))
def test_what_is_decided_beside_a_refused_policy_holds_for_many(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check_doubt(seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(10_000, 20_000, CHUNK))
def test_engine_and_oracle_say_the_same_of_many(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(seed)
