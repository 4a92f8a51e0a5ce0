"""What is said of pods that are not in the input holds for those that are, and selectors relate as their labels do."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from netviz.analysis.descriptions import ANY_POD, Described
from netviz.analysis.exposure import Exposure, exposures
from netviz.engine import Evaluation, Grouping
from netviz.engine.groups import groups
from netviz.model.cluster import Pod
from netviz.selectors.relation import relation, satisfiable
from netviz.selectors.tree import AllOf, AnyOf, HasKey, Labels, Negated, Selector, ValueIn, ValueTest, all_of, matches
from tests.admin_generators import admin_case
from tests.engine_questions import evaluator_of
from tests.property.test_block_laws import case_of, some_evaluation

KEYS, VALUES = ("a", "b"), ("x", "xy", "z")
CASES = [(sort, seed) for sort, count in (("kubernetes", 15), ("admin", 15), ("mixed", 15)) for seed in range(count)]


def random_selector(rng: Random, depth: int = 3) -> Selector:
    key = rng.choice(KEYS)
    match rng.randrange(7 if depth else 3):
        case 0:
            return HasKey(key)
        case 1:
            return ValueIn(key, tuple(sorted(rng.sample(VALUES, rng.randint(0, 2)))))
        case 2:
            return ValueTest(key, rng.choice(("contains", "startswith", "endswith")), rng.choice(("x", "y")))
        case 3:
            return Negated(random_selector(rng, depth - 1))
        case 4 | 5:
            return AllOf(tuple(random_selector(rng, depth - 1) for _ in range(rng.randint(0, 3))))
        case _:
            return AnyOf(tuple(random_selector(rng, depth - 1) for _ in range(rng.randint(0, 3))))


def all_labels() -> list[Labels]:
    """Every set of labels over few keys, one value of each key being in no selector."""
    values = (None, *VALUES, "other")
    return [
        Labels.of({key: value for key, value in zip(KEYS, chosen, strict=True) if value is not None})
        for chosen in product(values, repeat=len(KEYS))
    ]


@pytest.mark.parametrize("first", range(0, 1_000, 500))
def test_a_relation_holds_for_all_labels(first: int) -> None:
    everything, told = all_labels(), 0
    for seed in range(first, first + 500):
        rng = Random(seed)
        known, asked = random_selector(rng), random_selector(rng)
        found = {matches(asked, labels) for labels in everything if matches(known, labels)}
        said = relation(known, asked)
        assert said is None or found <= {said}, f"{known} {asked}"
        assert satisfiable(known) or not found
        told += said is not None
    assert told > 100


def is_described(evaluation: Evaluation, pod: Pod, scope: Described) -> bool:
    """Whether a pod of the input surely is one of the described ones."""
    namespace = next((n.labels for n in evaluation.cluster.namespaces if n.name == pod.namespace), None)
    if scope == ANY_POD:
        return True
    if namespace is None or not namespace.complete:
        return False
    return all_of((matches(scope.namespaces, namespace), matches(scope.pods, pod.labels))) is True


def check(evaluation: Evaluation, exposure: Exposure, own: int) -> int:
    """How many pods of the input the entry is true of; it has to be true of all that are described."""
    evaluator = evaluation.evaluator
    if not isinstance(exposure.scope, Described):
        return 0
    row = evaluation.row(own, exposure.direction).allow
    count = 0
    for number, each in enumerate(evaluator.classes.classes):
        slot = evaluator.plain_slot(number)
        if slot is not None and number != evaluator.classes.arbitrary:
            for pod in each.pods:
                if is_described(evaluation, pod, exposure.scope):
                    assert exposure.allow <= evaluator.connections(row.connections_of(slot)), f"{exposure} {pod}"
                    count += 1
    return count


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_what_is_said_of_described_pods_holds_for_those_in_the_input(sort: str, seed: int) -> None:
    case = admin_case(seed) if sort == "admin" else case_of(sort, seed)
    files = [("in.yaml", case.text().encode())]
    evaluator = evaluator_of(files, ip_blocks="external", pod_cidrs=case.pod_cidrs)
    evaluation = some_evaluation(evaluator, Random(seed))
    slots = {
        group.peer.id: evaluator.plain_slot(group.parts[0].number)
        for group in groups(evaluator, Grouping.WORKLOAD)
        if group.parts
    }
    for exposure in exposures(evaluation).entries:
        own = slots[exposure.peer.id]
        if own is not None:
            check(evaluation, exposure, own)
