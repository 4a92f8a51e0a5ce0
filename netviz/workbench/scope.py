"""Which namespaces are worked out pair by pair where the input is too large for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from netviz.engine.blocks import Weights, blocks
from netviz.engine.delta import shifts
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.matrix import Grouping
from netviz.model.cluster import Cluster
from netviz.model.policy import EndpointKind
from netviz.sets.region import bits, mask_of
from netviz.view.settings import SYSTEM_NAMESPACES, ViewSettings

MOST_NAMESPACES: Final = 100
"""So many namespaces are compared with each other at a time."""

MOST_PEERS: Final = 2_000
"""So many workloads, or pods, are."""

_MOST_NEIGHBOURS: Final = 40
_FAR: Final = 2_000


@dataclass(frozen=True, slots=True)
class Scope:
    """The namespaces that are worked out; None for all. `note` says what is left out, "" if nothing is."""

    namespaces: frozenset[str] | None = None
    note: str = ""


EVERYTHING: Final = Scope()


def is_large(cluster: Cluster, by: Grouping) -> bool:
    """Whether pairs are only worked out for a part of the input."""
    if by is Grouping.NAMESPACE:
        found: set[str] = set()
        for name in chain((w.id.namespace for w in cluster.workloads), (pod.namespace for pod in cluster.pods)):
            found.add(name)
            if len(found) > MOST_NAMESPACES:
                return True
        return False
    return (len(cluster.workloads) if by is Grouping.WORKLOAD else len(cluster.pods)) > MOST_PEERS


def scope_of(
    evaluation: Evaluation, by: Grouping, view: ViewSettings, also: Iterable[str], sizes: Mapping[str, int]
) -> Scope:
    """What a view looks at: the namespaces that it names, or of its focus, else the largest; and those in `also`.

    `sizes` are those of `sizes_of`.
    """
    if not is_large(evaluation.cluster, by):
        return EVERYTHING
    left_out = set(view.hidden) | (set(SYSTEM_NAMESPACES) - set(view.namespaces) if view.hide_system else set())
    wanted = [name for name in view.namespaces if name in sizes]
    focus = view.focus.partition("/")[0]
    if focus in sizes:
        wanted = [focus, *(name for name in wanted if name != focus)]
    named = [*wanted, *(name for name in dict.fromkeys(also) if name in sizes and name not in wanted)]
    rest = sorted(sizes.keys() - set(named) - left_out, key=lambda name: (-sizes[name], name))
    if wanted:
        rest = neighbours(evaluation, wanted) if view.neighbours or focus in sizes else []
    chosen = _fitting([*named, *(name for name in rest if name not in named)], sizes, by)
    return Scope(chosen, _note(chosen, sizes, wanted))


def _fitting(ordered: Collection[str], sizes: Mapping[str, int], by: Grouping) -> frozenset[str]:
    chosen: set[str] = set()
    room = MOST_NAMESPACES if by is Grouping.NAMESPACE else MOST_PEERS
    for name in ordered:
        cost = 1 if by is Grouping.NAMESPACE else sizes[name]
        if cost <= room or not chosen:
            chosen.add(name)
            room -= cost
    return frozenset(chosen)


def _note(chosen: frozenset[str], sizes: Mapping[str, int], wanted: Collection[str]) -> str:
    if len(chosen) == len(sizes):
        return ""
    if wanted:
        missing = len(set(wanted) - chosen)
        cut = f" {missing:,} of them are too many to look at together." if missing else ""
        return f"Only connections of the chosen namespaces are shown, with those they are most connected with.{cut}"
    return (
        f"{len(chosen):,} of {len(sizes):,} namespaces are shown: the largest, and those of switched policies. "
        "Choose namespaces to see others."
    )


def sizes_of(cluster: Cluster, by: Grouping) -> Counter[str]:
    """How much each namespace with workloads holds: pods, or workloads where these are the peers."""
    if by is Grouping.WORKLOAD:
        return Counter(workload.id.namespace for workload in cluster.workloads)
    sizes = Counter(pod.namespace for pod in cluster.pods)
    for workload in cluster.workloads:
        sizes.setdefault(workload.id.namespace, 0)
    return sizes


def neighbours(evaluation: Evaluation, namespaces: Collection[str]) -> list[str]:
    """Other namespaces that are connected with these by more than being open to everybody, the closest first."""
    classes, leads = evaluation.evaluator.classes, evaluation.evaluator.families.of_class
    mine = mask_of(
        slot
        for number, each in enumerate(classes.classes)
        if each.key.namespace in namespaces and (slot := leads[number]) is not None
    )
    everyone = ((1 << classes.first_outside) - 1) & ~classes.strangers
    found: Counter[str] = Counter()
    for sources, targets in ((mine, everyone), (everyone, mine)):
        for block in blocks(evaluation, sources, targets):
            far = (block.targets if sources == mine else block.sources) & ~mine
            if far.bit_count() <= _FAR:
                found.update(classes.classes[classes.slots[slot].owner].key.namespace or "" for slot in bits(far))
    del found[""]
    return [name for name, _ in found.most_common(_MOST_NEIGHBOURS)]


@dataclass(frozen=True, slots=True)
class PodWeights:
    """How many pods on the pod network each slot stands for, and which slots stand for any."""

    counted: Weights
    plain: int


def pod_weights(evaluator: Evaluator) -> PodWeights:
    """The weights of one evaluator, for every step under it.

    A workload of which no pod is listed counts as one pod, or, where policies tell its replicas apart, as one for each
    kind of them.
    """
    weights = [0] * len(evaluator.classes.slots)
    for slot, each in zip(evaluator.families.of_class, evaluator.classes.classes, strict=True):
        if slot is not None and each.key.kind is EndpointKind.POD:
            weights[slot] = len({pod.workload if pod.synthetic else (pod.namespace, pod.name) for pod in each.pods})
    return PodWeights(Weights(weights), mask_of(slot for slot, weight in enumerate(weights) if weight))


def pod_step(before: Evaluation, after: Evaluation, weights: PodWeights | None = None) -> tuple[int, int, int]:
    """How many pairs of pods may open more, less, and are undecided now, exactly and for any number of pods.

    Of pods on the pod network; both evaluations must be of one evaluator, and so must be the weights.
    """
    weights = weights or pod_weights(after.evaluator)
    opened = closed = doubted = 0
    for shift in shifts(before, after, weights.plain):
        pairs = weights.counted.pairs(shift.sources, shift.targets)
        opened += pairs if shift.opened else 0
        closed += pairs if shift.closed & ~shift.doubted else 0
        doubted += pairs if shift.doubted else 0
    return opened, closed, doubted
