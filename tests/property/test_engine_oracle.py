"""The engine agrees with an independent pairwise oracle on random small clusters."""

from __future__ import annotations

import pytest

from tests.completions import completion
from tests.engine_questions import EngineSide
from tests.generators import Case, as_text, random_case, random_flows
from tests.oracle.kubernetes import Flow, by_family, judge, read
from tests.oracle.manifests import Raw

FLOWS = 60
COMPLETIONS = 3
CHUNK = 50


def engine_side(case: Case) -> EngineSide:
    return EngineSide.of(
        case.text(), case.objects, disabled=case.disabled, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs
    )


def oracle_side(case: Case, objects: list[Raw]) -> Raw:
    return read(objects, disabled=case.disabled, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)


def told(case: Case, flow: Flow, objects: list[Raw], **answers: object) -> str:
    """All that is needed to look into a disagreement."""
    assumed = f"disabled={sorted(case.disabled)} ip_blocks={case.ip_blocks} pod_cidrs={case.pod_cidrs}"
    return f"seed {case.seed} exact={case.exact}: {flow} {answers}\n{assumed}\n{as_text(objects)}"


def check_exact(seed: int) -> None:
    """Without gaps in the input both say the same of every flow."""
    case = random_case(seed, exact=True)
    engine, world = engine_side(case), oracle_side(case, case.objects)
    for flow in random_flows(case, FLOWS):
        assert None not in by_family(world, flow).values(), told(case, flow, case.objects)
        expected, answer = judge(world, flow), engine.ask(flow)
        assert answer is expected, told(case, flow, case.objects, engine=answer, oracle=expected)


def check_gaps(seed: int) -> None:
    """With gaps no decided answer is contradicted: not by the oracle, and not by any way to fill the gaps.

    Nor is the engine in doubt where the oracle, rule by rule, is not; but policies of one name are one doubt to it.
    """
    case = random_case(seed, exact=False)
    engine, world = engine_side(case), oracle_side(case, case.objects)
    flows = random_flows(case, FLOWS)
    answers = [engine.ask(flow) for flow in flows]
    for flow, answer in zip(flows, answers, strict=True):
        expected = judge(world, flow)
        doubtful = answer is None and case.repeats()
        assert expected is None or doubtful or answer is expected, told(
            case, flow, case.objects, engine=answer, oracle=expected
        )
    for attempt in range(COMPLETIONS):
        objects = completion(case, attempt)
        complete = oracle_side(case, objects)
        for flow, answer in zip(flows, answers, strict=True):
            possible = by_family(complete, flow).values()
            assert None not in possible, told(case, flow, objects)
            assert answer is None or set(possible) == {answer}, told(
                case, flow, case.objects, engine=answer, possible=list(possible), filled=as_text(objects)
            )


@pytest.mark.parametrize("first", range(0, 700, CHUNK))
def test_without_gaps_engine_and_oracle_say_the_same(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check_exact(seed)


@pytest.mark.parametrize("first", range(0, 300, CHUNK))
def test_what_is_decided_holds_however_the_gaps_are_filled(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check_gaps(seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 8_000, CHUNK))
def test_without_gaps_engine_and_oracle_say_the_same_of_many(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check_exact(seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 4_000, CHUNK))
def test_what_is_decided_holds_for_many(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check_gaps(seed)
