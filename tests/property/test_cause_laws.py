"""What holds for the causes of changed pairs, whatever the two inputs are."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from random import Random

import pytest

from netviz.analysis.causes import Cause, find_causes
from netviz.analysis.compare import Comparison, PairChange, compare
from netviz.analysis.differences import Difference, Piece
from netviz.analysis.pairs import peer_key
from netviz.engine import Evaluation, Evaluator, Grouping
from netviz.engine.matrix import DENIED, Cell, Peer, PeerType
from netviz.engine.options import Options
from netviz.engine.vocabulary import Vocabulary, vocabulary_of
from netviz.loading import Loaded, load_files
from tests.admin_generators import admin_case
from tests.calico_generators import calico_case
from tests.generators import NAMESPACE_LABELS, POD_LABELS, Case, as_text, random_case
from tests.oracle.manifests import Raw

CASES: dict[str, Callable[[int], Case]] = {
    "kubernetes": lambda seed: random_case(seed, exact=True),
    "admin": admin_case,
    "calico": calico_case,
}
SEEDS = range(25)
FIXED = frozenset({"Node", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"})
"""Objects from which others take something over, so that an edit of one differs in several pieces."""


def edited(objects: Sequence[Raw], rng: Random) -> list[Raw]:
    """The objects with up to five of them dropped or changed, each in one way."""
    after = copy.deepcopy(list(objects))
    movable = [item for item in after if item["kind"] not in FIXED and "ownerReferences" not in item["metadata"]]
    for item in rng.sample(movable, min(len(movable), rng.randint(1, 5))):
        pool = NAMESPACE_LABELS if item["kind"] == "Namespace" else POD_LABELS
        others = [other for other in after if other["kind"] == item["kind"] and "spec" in other]
        if item["kind"] in ("Pod", "Namespace") and rng.random() < 0.7:
            item["metadata"]["labels"] = {key: rng.choice(values) for key, values in pool.items()}
        elif "Policy" in item["kind"] and rng.random() < 0.6 and others:
            item["spec"] = copy.deepcopy(rng.choice(others)["spec"])
        else:
            after.remove(item)
    return after


def name_of(item: Raw) -> tuple[str, str, str]:
    kind, metadata = item["kind"], item["metadata"]
    everywhere = kind in ("Namespace", "Node", "Tier") or any(word in kind for word in ("Global", "Admin", "Cluster"))
    return kind, "" if everywhere else metadata.get("namespace", "default"), metadata["name"]


def written(difference: Difference) -> tuple[str, str, str]:
    """The object that a difference is about."""
    namespace, _, name = difference.name.rpartition("/")
    match difference.piece:
        case Piece.POLICY:
            kind, _, rest = difference.name.partition("/")
            return kind.removeprefix("calico."), rest.rpartition("/")[0], rest.rpartition("/")[2]
        case Piece.WORKLOAD | Piece.LABELS | Piece.ACCOUNT:
            return name.partition("[")[2].rstrip("]"), namespace, name.partition("[")[0]
        case Piece.NETWORK_SET:
            return "NetworkSet" if namespace else "GlobalNetworkSet", namespace, name
        case piece:
            kinds = {Piece.NAMESPACE: "Namespace", Piece.SERVICE_ACCOUNT: "ServiceAccount", Piece.TIER: "Tier"}
            return kinds[piece], namespace, name


def put_back(before: Sequence[Raw], after: Sequence[Raw], names: Iterable[tuple[str, str, str]]) -> list[Raw]:
    """The new objects, where those of these names are as they were."""
    wanted = set(names)
    return [item for item in after if name_of(item) not in wanted] + [i for i in before if name_of(i) in wanted]


class Compared:
    """Two inputs, their comparison, and its causes."""

    def __init__(self, case: Case, by: Grouping) -> None:
        self.case, self.by = case, by
        self.objects = case.objects, edited(case.objects, Random(f"edit {case.seed}"))
        sides = [load(objects) for objects in self.objects]
        self.words = vocabulary_of(sides[0].policies) | vocabulary_of(sides[1].policies)
        self.before, self.after = (self.evaluated(side) for side in sides)
        self.found: Comparison = compare(self.before.matrix(by), self.after.matrix(by))
        self.causes = find_causes(self.before, self.after, self.found, by)

    def evaluated(self, loaded: Loaded, words: Vocabulary | None = None) -> Evaluation:
        options = Options(ip_blocks=self.case.ip_blocks, pod_cidrs=self.case.pod_cidrs)
        return Evaluator(loaded.cluster, loaded.policies, options, words or self.words).evaluate()

    def cells(self, change: PairChange, names: Iterable[tuple[str, str, str]]) -> set[Cell]:
        """The verdicts on a pair where these objects are as they were, from manifests to answer."""
        matrix = self.evaluated(load(put_back(*self.objects, names))).matrix(self.by)
        peers = {peer.id: peer for peer in self.found.peers}
        rows = [
            [i for i, peer in enumerate(matrix.peers) if matches(peer, peers[end])]
            for end in (change.source, change.target)
        ]
        return {matrix.cell(i, j) for i in rows[0] for j in rows[1]} or {DENIED}


def load(objects: Sequence[Raw]) -> Loaded:
    return load_files([("in.yaml", as_text(objects).encode())])


def matches(peer: Peer, wanted: Peer) -> bool:
    if peer.type is PeerType.ADDRESSES or wanted.type is PeerType.ADDRESSES:
        return peer.type is wanted.type and bool(peer.addresses & wanted.addresses)
    return peer_key(peer) == peer_key(wanted)


def kept_apart(causes: Sequence[Cause]) -> list[list[Difference]]:
    """What has to be undone at once: each cause that suffices alone, and the others together."""
    alone = [[cause.difference] for cause in causes if cause.alone]
    return alone or [[cause.difference for cause in causes]]


@pytest.mark.parametrize("by", [Grouping.POD, Grouping.NAMESPACE])
@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("seed", SEEDS)
def test_undoing_the_causes_of_a_change_in_the_manifests_brings_the_old_verdict_back(
    seed: int, kind: str, by: Grouping
) -> None:
    compared = Compared(CASES[kind](seed), by)
    for change, causes in list(zip(compared.found.changes, compared.causes, strict=True))[:12]:
        assert causes, f"{change} has no cause"
        for together in kept_apart(causes):
            undone = [written(difference) for difference in together]
            assert compared.cells(change, undone) == {change.before}, f"{change.source} -> {change.target}: {undone}"


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_cause_that_needs_others_can_be_left_out(seed: int, kind: str) -> None:
    compared = Compared(CASES[kind](seed), Grouping.POD)
    for change, causes in list(zip(compared.found.changes, compared.causes, strict=True))[:12]:
        needed = [cause.difference for cause in causes if not cause.alone]
        for spared in needed if len(needed) > 1 else ():
            rest = [written(difference) for difference in needed if difference is not spared]
            if written(spared) not in rest:
                assert compared.cells(change, rest) != {change.before}
