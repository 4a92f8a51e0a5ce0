"""The engine agrees with the independent oracle where admin policies lie around NetworkPolicies."""

from __future__ import annotations

import pytest

from tests.admin_generators import admin_case
from tests.engine_questions import EngineSide
from tests.generators import as_text, random_flows
from tests.oracle.admin import judge, read

FLOWS = 60
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


@pytest.mark.parametrize("first", range(0, 1000, CHUNK))
def test_engine_and_oracle_say_the_same(first: int) -> None:
    said = [check(seed) for seed in range(first, first + CHUNK)]
    assert set.union(*said) == {True, False, None}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(10_000, 20_000, CHUNK))
def test_engine_and_oracle_say_the_same_of_many(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(seed)
