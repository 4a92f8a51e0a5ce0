"""How a policy can name one side of a wish: pods by as few labels as tell them from the others, addresses as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from netviz.analysis.wishes import Party
from netviz.model.cluster import Cluster, Pod
from netviz.sets.addresses import ALL_V4, ALL_V6, AddressSet, parse_cidr

_MOST_LABELS: Final = 3
_MOST_TRIED: Final = 12
_MOST_BLOCKS: Final = 4
_FIRST: Final = (
    "app.kubernetes.io/name",
    "app",
    "k8s-app",
    "name",
    "app.kubernetes.io/component",
    "component",
    "app.kubernetes.io/instance",
)
"""The keys that people select by, the most usual first."""
_CHURN: Final = frozenset(
    {
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/controller-uid",
        "controller-revision-hash",
        "controller-uid",
        "pod-template-generation",
        "pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
    }
)
"""Labels that say which pod of a workload it is, or of which version: the next pod has others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Pods as labels select them in their namespace. `others` are pods that the labels select beside those meant."""

    namespace: str
    labels: tuple[tuple[str, str], ...]
    others: int


def chosen(cluster: Cluster, party: Party) -> Chosen:
    """The pods of a party by the fewest of their common labels that select no others, or by as many as there are."""
    if party.whole:
        return Chosen(namespace=party.namespace, labels=(), others=0)
    names = {pod.name for pod in party.pods}
    others = [p for p in cluster.pods if p.namespace == party.namespace and p.name not in names and not p.host_network]
    common = _common(party.pods)
    for size in range(1, min(_MOST_LABELS, len(common)) + 1):
        for some in combinations(common[:_MOST_TRIED], size):
            if not any(_may_carry(pod, some) for pod in others):
                return Chosen(namespace=party.namespace, labels=some, others=0)
    return Chosen(
        namespace=party.namespace,
        labels=tuple(common),
        others=sum(_may_carry(pod, common) for pod in others),
    )


def _common(pods: Sequence[Pod]) -> list[tuple[str, str]]:
    first, *others = [pod.labels for pod in pods]
    shared = [
        (key, value)
        for key, value in first.items
        if value is not None and key not in _CHURN and all(other.value(key) == value for other in others)
    ]
    return sorted(shared, key=lambda item: (_FIRST.index(item[0]) if item[0] in _FIRST else len(_FIRST), item))


def _may_carry(pod: Pod, labels: Iterable[tuple[str, str]]) -> bool:
    return all(pod.labels.value(k) == v or (pod.labels.has(k) and pod.labels.value(k) is None) for k, v in labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A CIDR block without some blocks inside it."""

    cidr: str
    holes: tuple[str, ...] = ()


def blocks(addresses: AddressSet) -> tuple[Block, ...]:
    """The addresses as blocks: as they are where these are few, else the smallest one around them and its holes."""
    return tuple(block for family in (4, 6) for block in _family_blocks(addresses, family))


def _family_blocks(addresses: AddressSet, family: int) -> Iterator[Block]:
    own = addresses & (ALL_V4 if family == 4 else ALL_V6)
    plain = own.cidrs()
    if len(plain) <= _MOST_BLOCKS:
        yield from (Block(cidr=text) for text in plain)
        return
    around = _around(own, family)
    cidr = parse_cidr(around)
    holes = (cidr.addresses() - own).cidrs() if cidr is not None else []
    if len(holes) < len(plain):
        yield Block(cidr=around, holes=tuple(holes))
    else:
        yield from (Block(cidr=text) for text in plain)


def _around(addresses: AddressSet, family: int) -> str:
    """The smallest block around all addresses of one family."""
    ranges = [(low, high) for kind, low, high in addresses.ranges() if kind == family]
    first, last = ranges[0][0], ranges[-1][1]
    width = 32 if family == 4 else 128
    length = width - (first ^ last).bit_length()
    low = first >> (width - length) << (width - length)
    return AddressSet.of_range(family, low, low | ((1 << (width - length)) - 1)).cidrs()[0]


def host_addresses(pods: Iterable[Pod]) -> AddressSet | None:
    """The addresses of the nodes of hostNetwork pods; None if one is not known, or a pod is on the pod network."""
    found: list[AddressSet] = []
    for pod in pods:
        if not pod.host_network or not pod.host_addresses:
            return None
        found += [AddressSet.of_range(a.family, a.value, a.value) for a in pod.host_addresses]
    return AddressSet.union(found)


def match_labels(labels: Iterable[tuple[str, str]]) -> Mapping[str, object]:
    """A Kubernetes selector of these labels; without any, of everything."""
    found = dict(labels)
    return {"matchLabels": found} if found else {}
