"""Which addresses outside are one peer of a matrix of some namespaces."""

from __future__ import annotations

from netviz.engine import Evaluator, Grouping
from netviz.engine.outside import outside_groups
from netviz.sets.addresses import AddressSet, parse_cidr
from tests.engine_questions import evaluator_of

POD = "{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: {}}}, spec: {{containers: []}}}}\n"
POLICY = (
    "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: out, namespace: {}}}, "
    "spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: {}}}}}]}}]}}}}\n"
)


def evaluator() -> Evaluator:
    """Two namespaces, each with a policy that lets out to a block of its own."""
    homes = {"one": "203.0.113.0/24", "two": "198.51.100.0/24"}
    texts = [POD.format(name) for name in homes] + [POLICY.format(*item) for item in homes.items()]
    return evaluator_of([("in.yaml", "---\n".join(texts).encode())])


def words(made: Evaluator, *namespaces: str) -> list[list[str]]:
    sets = made.classes.atoms.sets
    return [
        sorted(block for atom in group for block in sets[atom].cidrs()) for group in outside_groups([made], namespaces)
    ]


def test_a_block_that_only_another_namespace_speaks_of_is_part_of_the_rest() -> None:
    groups = words(evaluator(), "one")
    assert ["203.0.113.0/24"] in groups
    assert not any(group == ["198.51.100.0/24"] for group in groups)
    assert any("198.51.100.0/24" in group for group in groups)


def test_all_namespaces_tell_all_blocks_apart() -> None:
    made = evaluator()
    assert len(words(made, "one", "two")) == len(made.classes.atoms.sets)


def test_a_group_is_one_peer_by_the_name_of_its_first_address() -> None:
    made = evaluator()
    matrix = made.evaluate().matrix(Grouping.NAMESPACE, ["one"], outside=outside_groups([made], ["one"]))
    outside = [peer for peer in matrix.peers if peer.addresses]
    assert [peer.id for peer in outside if peer.addresses.cidrs() == ["203.0.113.0/24"]] == ["addresses:203.0.113.0"]
    assert sum(peer.addresses.v4.count() for peer in outside) == 2**32


def test_addresses_of_two_families_are_never_taken_together() -> None:
    sets = evaluator().classes.atoms.sets
    for group in outside_groups([evaluator()], ["one"]):
        assert len({bool(sets[atom].v4) for atom in group}) == 1


def test_the_atoms_over_some_addresses_are_those_that_share_one() -> None:
    atoms = evaluator().classes.atoms
    for cidr in ("203.0.113.7/32", "203.0.112.0/22", "0.0.0.0/0", "::/0"):
        block = parse_cidr(cidr)
        assert block is not None
        expected = [i for i, each in enumerate(atoms.sets) if each & block.addresses()]
        assert expected
        assert atoms.overlapping(block.addresses()) == expected
    assert atoms.overlapping(AddressSet()) == []
