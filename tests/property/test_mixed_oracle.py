"""The engine agrees with the oracle where Calico, admin policies and NetworkPolicies are in one cluster (C7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.admin_generators import admin_case
from tests.calico_generators import calico_case
from tests.engine_questions import EngineSide, pods_by_endpoint
from tests.generators import Case, as_text, random_flows
from tests.oracle.admin import KINDS
from tests.oracle.kubernetes import Flow, families, find
from tests.oracle.manifests import Raw
from tests.oracle.mixed import judge, read
from tests.property.test_calico_oracle import evaluation_of

FLOWS = 30
CHUNK = 50
SETS = ("NetworkSet", "GlobalNetworkSet")


def admin_policies(seed: int) -> list[Raw]:
    """The admin policies of a case, each with a priority of its own, without peers that Calico does not know."""
    found: list[Raw] = []
    for item in admin_case(seed).objects:
        if item["kind"] in KINDS and not any(word in str(item["spec"]) for word in ("'nodes'", "'domainNames'")):
            priority = {} if item["kind"] == "BaselineAdminNetworkPolicy" else {"priority": 1 + len(found) * 7}
            found.append({**item, "spec": {**item["spec"], **priority}})
    return found


def mixed_case(seed: int) -> Case:
    """A random cluster with policies of all kinds."""
    case = calico_case(seed)
    objects = [item for item in case.objects if item["kind"] not in SETS]
    return replace(case, objects=[*objects, *admin_policies(seed)])


def possible(world: Raw, flow: Flow) -> bool:
    """Whether both ends have an address of one family, as far as the input tells."""
    return bool(families(world, find(world, flow.source)) & families(world, find(world, flow.target)))


def check(seed: int) -> set[bool | None]:
    """Both say the same of every flow, every other time with staged policies enforced; what they say."""
    case, enforced = mixed_case(seed), seed % 2 == 1
    if not any("projectcalico.org" in item["apiVersion"] for item in case.objects):
        return set()
    evaluation = evaluation_of(case, enforced=enforced)
    engine = EngineSide(evaluation, pods_by_endpoint(evaluation.cluster, case.objects))
    options = {"disabled": case.disabled, "ip_blocks": case.ip_blocks, "pod_cidrs": case.pod_cidrs}
    world = read(case.objects, enforced=enforced, **options)  # type: ignore[arg-type]
    said = set()
    for flow in random_flows(case, FLOWS):
        if not possible(world, flow):
            continue
        expected, answer = judge(world, flow), engine.ask(flow)
        assert answer is expected, f"seed {seed}: {flow} engine={answer} oracle={expected}\n{as_text(case.objects)}"
        said.add(answer)
    return said


@pytest.mark.parametrize("first", range(0, 300, CHUNK))
def test_engine_and_oracle_say_the_same_of_all_dialects_together(first: int) -> None:
    said = [check(seed) for seed in range(first, first + CHUNK)]
    assert set.union(*said) >= {True, False}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(20_000, 30_000, CHUNK))
def test_engine_and_oracle_say_the_same_of_many_more(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(seed)
