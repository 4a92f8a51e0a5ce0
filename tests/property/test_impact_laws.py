"""The impact of a policy is what two whole evaluations, compared pair by pair, say of it."""

from __future__ import annotations

from random import Random

import pytest

from netviz.analysis.compare import Comparison, PairChange, compare
from netviz.analysis.impact import Counted, Impact, Impacts, PairImpact, switched
from netviz.engine import Evaluation, Grouping
from netviz.engine.groups import groups
from netviz.engine.matrix import Peer, PeerType
from netviz.engine.rules import CompiledPolicy
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet
from tests.admin_generators import admin_case
from tests.generators import Case
from tests.property.test_block_laws import case_of, evaluator_for, some_evaluation

CASES = [(sort, seed) for sort, count in (("kubernetes", 20), ("admin", 15), ("mixed", 25)) for seed in range(count)]
Gains = tuple[ConnectionSet, ConnectionSet, ConnectionSet]


def evaluation_of(sort: str, seed: int) -> Evaluation:
    """A random cluster under a random scenario."""
    case: Case = admin_case(seed) if sort == "admin" else case_of(sort, seed)
    return some_evaluation(evaluator_for(case), Random(seed))


def gains(change: PairChange) -> Gains:
    """What a pair may open, what it cannot any more, and what cannot be decided any more."""
    was, now = change.before, change.after
    return now.allow - was.allow, was.allow - now.allow - now.unknown, now.unknown - was.unknown


def by_brute_force(before: Evaluation, compiled: CompiledPolicy, by: Grouping) -> Comparison:
    """Everything that switching one policy changes, from evaluations that share nothing."""
    changed = switched(before.scenario, compiled.policy)
    fresh = Evaluation(before.evaluator, before.scenario), Evaluation(before.evaluator, changed)
    return compare(*(evaluation.matrix(by) for evaluation in fresh))


def is_pair(change: PairChange, peers: dict[str, Peer]) -> bool:
    return PeerType.INGRESS_CONTROLLER not in {peers[change.source].type, peers[change.target].type}


def counted(changes: list[Gains]) -> Counted:
    numbers = [sum(bool(gain[i]) for gain in changes) for i in range(3)]
    return Counted(opens=numbers[0], breaks=numbers[1], doubts=numbers[2], pairs=len(changes))


def expected_counts(comparison: Comparison) -> tuple[Counted, Counted]:
    """Pairs of pods, and pods with all that is outside taken as one, in each direction."""
    peers = {peer.id: peer for peer in comparison.peers}
    inside: list[Gains] = []
    around: dict[tuple[str, bool], Gains] = {}
    for change in comparison.changes:
        ends = [peers[name] for name in (change.source, change.target)]
        if not is_pair(change, peers):
            continue
        outside = [end.type is PeerType.ADDRESSES for end in ends]
        if not any(outside):
            inside.append(gains(change))
            continue
        key = (ends[outside.index(False)].id, outside[1])
        known = around.get(key, (NO_CONNECTIONS,) * 3)
        opens, breaks, doubts = (one | two for one, two in zip(known, gains(change), strict=True))
        around[key] = opens, breaks, doubts
    return counted(inside), counted(list(around.values()))


def expected_pairs(comparison: Comparison) -> list[PairImpact]:
    peers = {peer.id: peer for peer in comparison.peers}
    return sorted(
        (PairImpact(c.source, c.target, *gains(c)) for c in comparison.changes if is_pair(c, peers)),
        key=lambda pair: (pair.source, pair.target),
    )


def impacts(evaluation: Evaluation, by: Grouping) -> list[tuple[CompiledPolicy, Impact]]:
    return list(zip(evaluation.evaluator.policies, Impacts(evaluation, by).all(100_000), strict=True))


@pytest.mark.parametrize(("sort", "seed"), CASES)
def test_counts_are_those_of_two_evaluations_compared_pair_by_pair(sort: str, seed: int) -> None:
    before = evaluation_of(sort, seed)
    for compiled, impact in impacts(before, Grouping.POD):
        comparison = by_brute_force(before, compiled, Grouping.POD)
        assert (impact.inside, impact.outside) == expected_counts(comparison), f"{sort} {seed}: {impact.policy}"
        assert list(impact.pairs) == expected_pairs(comparison), f"{sort} {seed}: {impact.policy}"


def taken_together(pairs: list[PairImpact], level: dict[str, str]) -> dict[tuple[str, str], Gains]:
    """Pairs of pods by the peers of another level that the pods are in."""
    found: dict[tuple[str, str], Gains] = {}
    for pair in pairs:
        ends = level.get(pair.source, pair.source), level.get(pair.target, pair.target)
        known = found.get(ends, (NO_CONNECTIONS,) * 3)
        if ends[0] != ends[1]:
            found[ends] = known[0] | pair.opens, known[1] | pair.breaks, known[2] | pair.doubts
    return found


def peers_of_pods(before: Evaluation, by: Grouping) -> dict[str, str]:
    """For each peer of the level of pods the one of another level that it is in."""
    found: dict[str, str] = {}
    for group in groups(before.evaluator, Grouping.POD):
        pods = {(pod.namespace, pod.name) for part in group.parts for pod in part.pods}
        for other in groups(before.evaluator, by):
            if pods & {(pod.namespace, pod.name) for part in other.parts for pod in part.pods}:
                found[group.peer.id] = other.peer.id
    return found


@pytest.mark.parametrize("by", [Grouping.WORKLOAD, Grouping.NAMESPACE])
@pytest.mark.parametrize(("sort", "seed"), CASES[::3])
def test_pairs_of_peers_have_what_their_pods_gain_and_lose(sort: str, seed: int, by: Grouping) -> None:
    before = evaluation_of(sort, seed)
    level = peers_of_pods(before, by)
    for (compiled, impact), (_, coarse) in zip(impacts(before, Grouping.POD), impacts(before, by), strict=True):
        found = {(pair.source, pair.target): (pair.opens, pair.breaks, pair.doubts) for pair in coarse.pairs}
        assert found == taken_together(list(impact.pairs), level), f"{sort} {seed}: {compiled.policy.id}"
        assert (coarse.inside, coarse.outside) == (impact.inside, impact.outside)
