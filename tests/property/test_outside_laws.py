"""Addresses that are taken together are alike: a matrix of groups says of each atom what a matrix of atoms says."""

from __future__ import annotations

from random import Random

import pytest

from netviz.engine import Grouping
from netviz.engine.matrix import Cell, ReachabilityMatrix, addresses_peer
from netviz.engine.outside import OutsideGroups, outside_groups
from tests.property.test_block_laws import CASES, case_of, evaluator_for, some_evaluation

Cells = dict[tuple[str, str], Cell]


def spread(matrix: ReachabilityMatrix, atoms: list[str], groups: OutsideGroups) -> Cells:
    """The cells by the ids of their peers, those of a group for each of its atoms."""
    names = {atoms[group[0]]: [atoms[atom] for atom in group] for group in groups}
    ids = [peer.id for peer in matrix.peers]
    return {
        (source, target): cell
        for (i, j), cell in matrix.cells.items()
        for source in names.get(ids[i], [ids[i]])
        for target in names.get(ids[j], [ids[j]])
    }


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_a_matrix_of_groups_is_that_of_atoms_in_every_scenario(sort: str, seed: int) -> None:
    rng, evaluator = Random(seed), evaluator_for(case_of(sort, seed))
    names = sorted({pod.namespace for pod in evaluator.cluster.pods})
    some = rng.sample(names, rng.randint(1, len(names)))
    groups = outside_groups([evaluator], some)
    atoms = [addresses_peer(each) for each in evaluator.classes.atoms.sets]
    assert sorted(atom for group in groups for atom in group) == list(range(len(atoms)))
    for evaluation in (evaluator.evaluate(), some_evaluation(evaluator, rng), some_evaluation(evaluator, rng)):
        by = rng.choice(list(Grouping))
        single = evaluation.matrix(by, some)
        together = evaluation.matrix(by, some, outside=groups)
        assert {(single.peers[i].id, single.peers[j].id): cell for (i, j), cell in single.cells.items()} == spread(
            together, atoms, groups
        )
