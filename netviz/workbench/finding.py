"""What the map's filters can be set to: labels of the input, and cards that a text finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from netviz.model.cluster import Cluster, Pod
from netviz.view.settings import ViewSettings

MOST_VALUES: Final = 200
"""A key with more values than that names no group, and is no choice."""

MOST_FOUND: Final = 20
_CHURN: Final = frozenset(
    {"controller-revision-hash", "pod-template-generation", "pod-template-hash", "statefulset.kubernetes.io/pod-name"}
)
"""Labels that controllers put on pods to tell them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChoice:
    """A label key that pods of the input have, with its values."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCard:
    """A card that a search finds, whether it is drawn or not: its peer id and its name."""

    peer: str
    label: str
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCards:
    """What a search finds: the first `MOST_FOUND` cards, namespaces first, and how many there are in all."""

    cards: tuple[FoundCard, ...] = ()
    total: int = 0


def asks_for_labels(view: ViewSettings) -> bool:
    """Whether the settings can only be followed with the labels at hand."""
    return bool(view.labels or view.name_label or view.group_label or view.search)


def card_labels(cluster: Cluster, by: str) -> Mapping[str, Mapping[str, str]]:
    """The labels of each pod or workload by peer id; a workload has those that all of its pods share.

    The parts that a workload is split into ("shop/web[Deployment]#2") are found under their own ids, with the labels of
    the whole.
    """
    found: dict[str, Mapping[str, str]] = {}
    for workload in cluster.workloads:
        pods = [cluster.pod(workload.id.namespace, name) for name in workload.pods]
        shared = _shared(pods) if pods else _known(workload.labels.items)
        found[str(workload.id)] = shared
        for number in range(1, len(pods) + 1):
            found[f"{workload.id}#{number}"] = shared
        if by == "pod":
            found |= {f"{pod.namespace}/{pod.name}[Pod]": _known(pod.labels.items) for pod in pods}
    return found


def _known(items: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    return {key: value for key, value in items if value is not None}


def _shared(pods: Iterable[Pod]) -> dict[str, str]:
    first, *others = [_known(pod.labels.items) for pod in pods]
    return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}


def label_choices(cluster: Cluster) -> tuple[LabelChoice, ...]:
    """The keys that pods have, by name, without those that tell every pod from every other."""
    values: dict[str, set[str]] = {}
    for pod in cluster.pods:
        for key, value in _known(pod.labels.items).items():
            if key not in _CHURN:
                values.setdefault(key, set()).add(value)
    return tuple(
        LabelChoice(key=key, values=tuple(sorted(found)))
        for key, found in sorted(values.items())
        if len(found) <= MOST_VALUES
    )


def find_cards(cluster: Cluster, text: str, labels: Mapping[str, Mapping[str, str]]) -> FoundCards:
    """The namespaces and workloads whose name or label ("app=web") contains the text."""
    wanted = text.strip().lower()
    if not wanted:
        return FoundCards()
    names = sorted({workload.id.namespace for workload in cluster.workloads})
    found = [FoundCard(peer=name, label=name, namespace=name) for name in names if wanted in name.lower()]
    for workload in cluster.workloads:
        name = f"{workload.id.namespace}/{workload.id.name}"
        own = (f"{key}={value}" for key, value in labels.get(str(workload.id), {}).items())
        if any(wanted in word.lower() for word in (name, *own)):
            label = f"{name} ({workload.id.kind})"
            found.append(FoundCard(peer=str(workload.id), label=label, namespace=workload.id.namespace))
    return FoundCards(cards=tuple(found[:MOST_FOUND]), total=len(found))
