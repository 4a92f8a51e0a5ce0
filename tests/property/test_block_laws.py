"""Blocks and shifts say of every pair of slots what the rows say, and say it once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import reduce
from itertools import permutations, product
from operator import or_
from random import Random

import pytest

from netviz.engine import Evaluation, Evaluator, Grouping, Scenario
from netviz.engine.blocks import Weights, blocks
from netviz.engine.delta import shifts
from netviz.engine.matrix import Cell
from netviz.engine.pairs import between
from netviz.model.policy import Direction
from netviz.sets.region import bits
from netviz.workbench.scope import pod_step
from tests.engine_questions import evaluator_of
from tests.generators import Case, random_case
from tests.oracle.manifests import Raw
from tests.property.test_mixed_oracle import mixed_case

State = tuple[int, int]
Pairs = dict[tuple[int, int], State]

CASES = [
    *(("kubernetes", seed) for seed in range(25)),
    *(("families", seed) for seed in range(25)),
    *(("mixed", seed) for seed in range(40)),
]


def block(cidr: str) -> Raw:
    """A peer of a NetworkPolicy."""
    return {"ipBlock": {"cidr": cidr}}


def families_case(seed: int) -> Case:
    """A random cluster with pods of IPv6 only, of both families, and sometimes of none that is known."""
    case, rng = random_case(seed + 1_000, exact=False), Random(seed)
    for number, each in enumerate(case.objects):
        status = each.get("status", {})
        if each["kind"] == "Pod" and "podIP" in status and "hostNetwork" not in each["spec"]:
            addresses = [status["podIP"], f"fd00::{number + 1:x}"]
            listed = rng.choice((addresses, addresses[:1], addresses[1:]))
            status |= {"podIP": listed[0], "podIPs": [{"ip": address} for address in listed]}
    policy: Raw = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "by-address"}}
    policy["spec"] = {
        "podSelector": {"matchLabels": {"app": "web"}} if seed % 2 else {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [block("10.0.0.0/23"), block("fd00::/126")]}],
        "egress": [{"to": [block("::/0")]}],
    }
    pod_cidrs = rng.choice(((), ("10.244.0.0/16",), ("10.244.0.0/16", "fd00::/64")))
    return replace(case, objects=[*case.objects, policy], pod_cidrs=pod_cidrs)


def case_of(sort: str, seed: int) -> Case:
    if sort == "families":
        return families_case(seed)
    return mixed_case(seed) if sort == "mixed" else random_case(seed, exact=seed % 2 == 0)


def evaluator_for(case: Case) -> Evaluator:
    return evaluator_of([("in.yaml", case.text().encode())], ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)


def some_evaluation(evaluator: Evaluator, rng: Random) -> Evaluation:
    """Under a random scenario: some policies off, some staged ones enforced."""
    names = [compiled.policy.id for compiled in evaluator.policies]
    off, on = (frozenset(name for name in names if rng.random() < share) for share in (0.3, 0.5))
    return evaluator.evaluate(Scenario(disabled=off, enforced=on))


def ends_of(evaluator: Evaluator) -> dict[int, tuple[int, ...]]:
    """The slots of each class and address atom by the one that leads it; not of what host endpoints judge."""
    classes = evaluator.classes
    found = {each.slots[0]: each.slots for number, each in enumerate(classes.classes) if not each.key.guards}
    del found[classes.classes[classes.arbitrary].slots[0]]
    return found | {slot: (slot,) for slot in range(classes.first_outside, len(classes.slots))}


def by_rows(evaluation: Evaluation) -> Pairs:
    """Every pair of classes and address atoms, one by one, from the rows of their slots in each family that they share.

    What is denied is left out, and so is outside to outside.
    """
    classes, ends = evaluation.evaluator.classes, ends_of(evaluation.evaluator)
    found: Pairs = {}
    for source, target in product(ends, ends):
        allow, may = evaluation.evaluator.atoms.all, 0
        for s, t in classes.pairs(ends[source], ends[target]):
            out, into = evaluation.row(s, Direction.EGRESS), evaluation.row(t, Direction.INGRESS)
            allow &= out.allow.connections_of(t) & into.allow.connections_of(s)
            may |= (out.allow | out.unknown).connections_of(t) & (into.allow | into.unknown).connections_of(s)
        if may and min(source, target) < classes.first_outside:
            found[source, target] = (allow, may)
    return found


def test_cases_have_classes_of_one_family_and_of_two() -> None:
    found: Counter[tuple[int | None, ...]] = Counter()
    for seed in range(25):
        classes = evaluator_for(families_case(seed)).classes
        shapes = {tuple(classes.slots[slot].family for slot in each.slots) for each in classes.classes}
        if (4, 6) in shapes:
            found.update(shapes)
    assert all(found[shape] > 2 for shape in ((None,), (4,), (6,), (4, 6)))


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


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_the_pairs_that_touch_a_namespace_are_those_of_the_whole_that_do(sort: str, seed: int) -> None:
    evaluation = some_evaluation(evaluator_for(case_of(sort, seed)), Random(seed))
    names = sorted({pod.namespace for pod in evaluation.cluster.pods})
    chosen = frozenset(Random(seed).sample(names, 1))
    for by in Grouping:
        whole, part = evaluation.matrix(by), evaluation.matrix(by, touching=chosen)
        near = {number for number, peer in enumerate(whole.peers) if peer.namespace in chosen}
        assert part.peers == whole.peers
        assert part.cells == {pair: cell for pair, cell in whole.cells.items() if near & set(pair)}


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_namespaces_may_open_what_some_pods_of_theirs_may(sort: str, seed: int) -> None:
    evaluation = some_evaluation(evaluator_for(case_of(sort, seed)), Random(seed))
    whole, single = evaluation.matrix(Grouping.NAMESPACE), evaluation.matrix(Grouping.POD)
    names = [peer.namespace or peer.id for peer in single.peers]
    found: dict[tuple[str, str], list[Cell]] = {}
    for (i, j), cell in single.cells.items():
        if names[i] != names[j]:
            found.setdefault((names[i], names[j]), []).append(cell)
    expected = {}
    for pair, cells in found.items():
        allow, unknown = (reduce(or_, sides) for sides in zip(*((c.allow, c.unknown) for c in cells), strict=True))
        expected[pair] = Cell(allow, unknown - allow)
    assert {(whole.peers[i].id, whole.peers[j].id): cell for (i, j), cell in whole.cells.items()} == expected


@pytest.mark.parametrize("seed", range(25))
def test_cells_of_pods_of_any_family_say_what_the_verdicts_say(seed: int) -> None:
    evaluation = some_evaluation(evaluator_for(families_case(seed)), Random(seed))
    matrix = evaluation.matrix(Grouping.POD)
    ends = [evaluation.cluster.pod(p.namespace, p.name) if p.members else None for p in matrix.peers]
    for (i, source), (j, target) in permutations(enumerate(ends), 2):
        if source is None or target is None:
            continue
        masks = between(evaluation, source, target)
        to_set = evaluation.evaluator.connections
        assert matrix.cell(i, j) == Cell(to_set(masks.allow), to_set(masks.unknown)), f"{seed}: {source} -> {target}"


@pytest.mark.parametrize("seed", range(25))
def test_a_step_counts_what_differs_between_matrices_of_pods(seed: int) -> None:
    evaluator, rng = evaluator_for(families_case(seed)), Random(seed)
    before, after = some_evaluation(evaluator, rng), some_evaluation(evaluator, rng)
    old, new = before.matrix(Grouping.POD), after.matrix(Grouping.POD)
    counted = {i for i, peer in enumerate(new.peers) if peer.namespace and not peer.host_network}
    opened = closed = doubted = 0
    for pair in (pair for pair in {*old.cells, *new.cells} if set(pair) <= counted):
        was, now = old.cell(*pair), new.cell(*pair)
        opened += bool(now.allow - was.allow)
        closed += bool(was.allow - now.allow - (now.unknown - was.unknown))
        doubted += bool(now.unknown - was.unknown)
    assert pod_step(before, after) == (opened, closed, doubted)


@pytest.mark.parametrize("seed", range(20))
def test_weights_count_what_one_by_one_counts(seed: int) -> None:
    rng = Random(seed)
    weights = [rng.choice((0, 1, 1, 2, 7, 31)) for _ in range(40)]
    sources, targets = rng.getrandbits(40), rng.getrandbits(40)
    things = [(slot, copy) for slot, weight in enumerate(weights) for copy in range(weight)]
    pairs = sum(a != b for a in things if sources >> a[0] & 1 for b in things if targets >> b[0] & 1)
    assert Weights(weights).pairs(sources, targets) == pairs
