"""After many switches an evaluation is what it would be from nothing, for clusters of the size of a real one."""

from __future__ import annotations

import json
from random import Random

import pytest

from bench.generate import Shape, generate
from netviz.engine import Evaluation, Evaluator, Scenario
from netviz.engine.blocks import Block, blocks
from netviz.engine.delta import shifts
from netviz.engine.walk import Outcome
from netviz.loading import load_files
from netviz.model.policy import Direction, PolicyId

SWITCHES = 150


def rows(evaluation: Evaluation) -> list[Outcome]:
    profiles = evaluation.evaluator.profiles
    return [evaluation.profile_row(d, i) for d in Direction for i in range(len(profiles[d].profiles))]


def all_blocks(evaluation: Evaluation) -> set[Block]:
    classes = evaluation.evaluator.classes
    known = classes.all & ~classes.strangers
    return set(blocks(evaluation, known, known))


def check(shape: Shape, pods: int) -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": generate(shape, pods)}).encode()
    loaded = load_files([("cluster.json", text)])
    evaluator = Evaluator(loaded.cluster, loaded.policies)
    names = [compiled.policy.id for compiled in evaluator.policies]
    rng, off, now = Random(pods), frozenset[PolicyId](), evaluator.evaluate()
    known = evaluator.classes.all & ~evaluator.classes.strangers
    for _ in range(SWITCHES):
        off ^= {rng.choice(names)}
        before, now = now, evaluator.evaluate(Scenario(disabled=off))
        assert all(shift.before != shift.after for shift in shifts(before, now, known))
    fresh = Evaluator(loaded.cluster, loaded.policies).evaluate(Scenario(disabled=off))
    assert rows(now) == rows(fresh)
    assert all_blocks(now) == all_blocks(fresh)


@pytest.mark.parametrize("shape", list(Shape))
def test_many_switches_lead_to_where_one_would(shape: Shape) -> None:
    check(shape, 400)


@pytest.mark.soak
@pytest.mark.parametrize("shape", list(Shape))
def test_many_switches_lead_to_where_one_would_in_a_large_cluster(shape: Shape) -> None:
    check(shape, 10_000)
