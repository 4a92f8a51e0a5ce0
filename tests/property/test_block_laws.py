"""Blocks and shifts say of every pair of slots what the rows say, and say it once."""

from __future__ import annotations

from random import Random

import pytest

from netviz.engine import Evaluation, Evaluator, Grouping, Scenario
from netviz.engine.blocks import Weights, blocks
from netviz.engine.delta import shifts
from netviz.model.policy import Direction
from netviz.sets.region import bits
from tests.engine_questions import evaluator_of
from tests.generators import Case, random_case
from tests.property.test_mixed_oracle import mixed_case

State = tuple[int, int]
Pairs = dict[tuple[int, int], State]

CASES = [("kubernetes", seed) for seed in range(25)] + [("mixed", seed) for seed in range(40)]


def case_of(sort: str, seed: int) -> Case:
    return mixed_case(seed) if sort == "mixed" else random_case(seed, exact=seed % 2 == 0)


def evaluator_for(case: Case) -> Evaluator:
    return evaluator_of([("in.yaml", case.text().encode())], ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)


def some_evaluation(evaluator: Evaluator, rng: Random) -> Evaluation:
    """Under a random scenario: some policies off, some staged ones enforced."""
    names = [compiled.policy.id for compiled in evaluator.policies]
    off, on = (frozenset(name for name in names if rng.random() < share) for share in (0.3, 0.5))
    return evaluator.evaluate(Scenario(disabled=off, enforced=on))


def by_rows(evaluation: Evaluation) -> Pairs:
    """Every pair of slots, one by one, from the two rows; what is denied is left out, and so is outside to outside."""
    classes = evaluation.evaluator.classes
    known = bits(classes.all & ~classes.strangers)
    found: Pairs = {}
    for source in known:
        out = evaluation.row(source, Direction.EGRESS)
        for target in known:
            into = evaluation.row(target, Direction.INGRESS)
            allow = out.allow.connections_of(target) & into.allow.connections_of(source)
            may = (out.allow | out.unknown).connections_of(target) & (into.allow | into.unknown).connections_of(source)
            if may and min(source, target) < classes.first_outside:
                found[source, target] = (allow, may)
    return found


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_blocks_hold_every_pair_once_and_as_its_rows_say(sort: str, seed: int) -> None:
    case = case_of(sort, seed)
    evaluation = some_evaluation(evaluator_for(case), Random(seed))
    classes = evaluation.evaluator.classes
    known = classes.all & ~classes.strangers
    found: Pairs = {}
    for block in blocks(evaluation, known, known):
        for pair in ((s, t) for s in bits(block.sources) for t in bits(block.targets)):
            if min(pair) < classes.first_outside:
                assert pair not in found, f"{sort} {seed}: {pair} is in two blocks"
                found[pair] = (block.state.allow, block.state.may)
    assert found == by_rows(evaluation), f"{sort} {seed}"


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_shifts_hold_every_pair_that_differs_once(sort: str, seed: int) -> None:
    case, rng = case_of(sort, seed), Random(seed)
    evaluator = evaluator_for(case)
    before, after = some_evaluation(evaluator, rng), some_evaluation(evaluator, rng)
    found: dict[tuple[int, int], tuple[State, State]] = {}
    for shift in shifts(before, after, evaluator.classes.all & ~evaluator.classes.strangers):
        for pair in ((s, t) for s in bits(shift.sources) for t in bits(shift.targets)):
            assert pair not in found, f"{sort} {seed}: {pair} is in two shifts"
            was_now = (shift.before.allow, shift.before.may), (shift.after.allow, shift.after.may)
            found[pair] = was_now
    was, now = by_rows(before), by_rows(after)
    expected = {
        pair: (was.get(pair, (0, 0)), now.get(pair, (0, 0)))
        for pair in was.keys() | now.keys()
        if was.get(pair) != now.get(pair)
    }
    assert found == expected, f"{sort} {seed}"


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_a_matrix_of_some_namespaces_is_a_part_of_the_whole(sort: str, seed: int) -> None:
    case, rng = case_of(sort, seed), Random(seed)
    evaluation = some_evaluation(evaluator_for(case), Random(seed))
    names = [namespace.name for namespace in evaluation.cluster.namespaces]
    chosen = frozenset(rng.sample(names, rng.randint(1, len(names))))
    for by in Grouping:
        whole, part = evaluation.matrix(by), evaluation.matrix(by, chosen)
        kept = {i for i, peer in enumerate(whole.peers) if not peer.namespace or peer.namespace in chosen}
        cells = {
            (whole.peers[i].id, whole.peers[j].id): cell
            for (i, j), cell in whole.cells.items()
            if i in kept and j in kept
        }
        assert [peer.id for peer in part.peers] == [whole.peers[i].id for i in sorted(kept)]
        assert {(part.peers[i].id, part.peers[j].id): cell for (i, j), cell in part.cells.items()} == cells


@pytest.mark.parametrize("seed", range(20))
def test_weights_count_what_one_by_one_counts(seed: int) -> None:
    rng = Random(seed)
    weights = [rng.choice((0, 1, 1, 2, 7, 31)) for _ in range(40)]
    sources, targets = rng.getrandbits(40), rng.getrandbits(40)
    things = [(slot, copy) for slot, weight in enumerate(weights) for copy in range(weight)]
    pairs = sum(a != b for a in things if sources >> a[0] & 1 for b in things if targets >> b[0] & 1)
    assert Weights(weights).pairs(sources, targets) == pairs
