"""What differs between two inputs, piece by piece, and the inputs in between where some pieces are as they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from netviz.model.cluster import Cluster, EndpointSlice, Pod, Service, Workload, WorkloadId
from netviz.model.policy import Policy, PolicySet, policy_position, tier_position
from netviz.selectors.tree import Labels
from netviz.source import SourceRef


class Piece(StrEnum):
    """What a difference is about."""

    POLICY = "policy"
    TIER = "tier"
    WORKLOAD = "workload"
    LABELS = "labels"
    ACCOUNT = "account"
    NAMESPACE = "namespace"
    SERVICE_ACCOUNT = "service-account"
    SERVICE = "service"
    INGRESS = "ingress"
    NETWORK_SET = "network-set"
    NODE = "node"
    HOST_ENDPOINT = "host-endpoint"


LOCAL = frozenset({Piece.WORKLOAD, Piece.LABELS, Piece.ACCOUNT})
"""Pieces that concern only connections from or to one workload."""

Key = tuple[Piece, Hashable]
Parts = dict[Key, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One piece that differs: `what` is added, removed or changed, `detail` says in words how it changed.

    `name` is the id of a policy, NAMESPACE/NAME[KIND] of a workload, else [NAMESPACE/]NAME. `namespace` is that in
    which it has an effect, "" for everywhere. `ref` is where the new or removed thing is written, if it is known.
    """

    piece: Piece
    name: str
    what: str
    detail: str = ""
    namespace: str = ""
    ref: SourceRef | None = None
    key: Key = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pods:
    """A workload with its pods."""

    workload: Workload
    pods: tuple[Pod, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Two inputs cut into pieces, of which any may be put back."""

    before: Parts = field(repr=False)
    after: Parts = field(repr=False)
    differences: tuple[Difference, ...]

    def hybrid(self, reverted: Collection[Key]) -> tuple[Cluster, PolicySet]:
        """The new input with these pieces as they were before."""
        parts = {key: part for key, part in self.after.items() if key not in reverted}
        parts |= {key: self.before[key] for key in reverted if key in self.before}
        return _joined(parts)

    def only(self, workloads: Collection[WorkloadId]) -> Inputs:
        """The same with no other workloads."""

        def kept(key: Key) -> bool:
            return key[0] not in LOCAL or key[1] in workloads

        return Inputs(
            {key: part for key, part in self.before.items() if kept(key)},
            {key: part for key, part in self.after.items() if kept(key)},
            tuple(d for d in self.differences if kept(d.key)),
        )


def inputs(before: tuple[Cluster, PolicySet], after: tuple[Cluster, PolicySet]) -> Inputs:
    """Cut two inputs into pieces.

    Labels and service account of a workload are pieces of their own where its pods have the same names on both sides.
    A namespace or tier of one side only is on both: without pods or policies it has no effect.
    """
    old_pods, new_pods = _workloads(before[0]), _workloads(after[0])
    apart = {
        identity
        for identity, old in old_pods.items()
        if identity in new_pods and _names(old) == _names(new_pods[identity])
    }
    old, new = _cut(*before, old_pods, apart), _cut(*after, new_pods, apart)
    for key in {*old, *new}:
        if key[0] in (Piece.NAMESPACE, Piece.TIER):
            old.setdefault(key, new.get(key))
            new.setdefault(key, old[key])
    found = [
        _difference(key, old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new]) if _differ(key, old, new)
    ]
    return Inputs(old, new, tuple(sorted(found, key=lambda d: (list(Piece).index(d.piece), d.name))))


def _differ(key: Key, old: Parts, new: Parts) -> bool:
    return (key in old) != (key in new) or not same(old[key], new[key])


_PLACES = frozenset({"ref", "peer_refs", "port_refs"})


def same(one: object, other: object) -> bool:
    """Whether two things are equal but for the places where they are written."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if is_dataclass(one):
        names = (f.name for f in fields(one) if f.name not in _PLACES and f.compare)
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return one == other


def _workloads(cluster: Cluster) -> dict[WorkloadId, Pods]:
    pods: defaultdict[WorkloadId, list[Pod]] = defaultdict(list)
    for pod in cluster.pods:
        pods[pod.workload].append(pod)
    return {w.id: Pods(w, tuple(pods.get(w.id, ()))) for w in cluster.workloads}


def _names(part: Pods) -> tuple[str, ...]:
    return tuple(pod.name for pod in part.pods)


def _cut(
    cluster: Cluster, policies: PolicySet, workloads: Mapping[WorkloadId, Pods], apart: Collection[WorkloadId]
) -> Parts:
    parts: Parts = {(Piece.POLICY, policy.id): policy for policy in policies.policies}
    parts |= {(Piece.TIER, tier.name): tier for tier in policies.tiers}
    for identity, part in workloads.items():
        if identity not in apart:
            parts[Piece.WORKLOAD, identity] = part
            continue
        parts[Piece.LABELS, identity] = tuple(pod.labels for pod in part.pods)
        parts[Piece.ACCOUNT, identity] = tuple(pod.service_account for pod in part.pods)
        bare = tuple(replace(pod, labels=Labels(), service_account="") for pod in part.pods)
        # The owners, labels and number of replicas of a workload change no verdict.
        parts[Piece.WORKLOAD, identity] = Pods(replace(part.workload, labels=Labels(), replicas=None, owners=()), bare)
    slices: defaultdict[tuple[str, str], list[EndpointSlice]] = defaultdict(list)
    for each in cluster.endpoint_slices:
        slices[each.namespace, each.service].append(each)
    services = {(s.namespace, s.name): s for s in cluster.services}
    for name in dict.fromkeys([*services, *slices]):
        parts[Piece.SERVICE, name] = (services.get(name), tuple(slices.get(name, ())))
    parts |= {(Piece.NAMESPACE, item.name): item for item in cluster.namespaces}
    parts |= {(Piece.NODE, item.name): item for item in cluster.nodes}
    parts |= {(Piece.HOST_ENDPOINT, item.name): item for item in cluster.host_endpoints}
    parts |= {(Piece.INGRESS, (item.namespace, item.name)): item for item in cluster.ingresses}
    parts |= {(Piece.SERVICE_ACCOUNT, (item.namespace, item.name)): item for item in cluster.service_accounts}
    parts |= {(Piece.NETWORK_SET, (item.namespace, item.name)): item for item in cluster.network_sets}
    return parts


def _joined(parts: Parts) -> tuple[Cluster, PolicySet]:
    by_piece: defaultdict[Piece, list[Any]] = defaultdict(list)
    for (piece, _), part in parts.items():
        by_piece[piece].append(part)
    workloads = [_whole(part, parts) for part in by_piece[Piece.WORKLOAD]]
    services = by_piece[Piece.SERVICE]
    cluster = Cluster(
        namespaces=_sorted(by_piece[Piece.NAMESPACE]),
        nodes=_sorted(by_piece[Piece.NODE]),
        pods=_sorted(pod for part in workloads for pod in part.pods),
        workloads=tuple(sorted((part.workload for part in workloads), key=lambda w: w.id)),
        services=_sorted(service for service, _ in services if service is not None),
        endpoint_slices=_sorted(each for _, slices in services for each in slices),
        ingresses=_sorted(by_piece[Piece.INGRESS]),
        service_accounts=_sorted(by_piece[Piece.SERVICE_ACCOUNT]),
        network_sets=_sorted(by_piece[Piece.NETWORK_SET]),
        host_endpoints=_sorted(by_piece[Piece.HOST_ENDPOINT]),
    )
    tiers = tuple(sorted(by_piece[Piece.TIER], key=tier_position))
    place = {tier.name: number for number, tier in enumerate(tiers)}
    ordered = sorted(by_piece[Piece.POLICY], key=lambda p: (place[p.tier], policy_position(p)))
    return cluster, PolicySet(tiers=tiers, policies=tuple(ordered))


def _whole(part: Pods, parts: Parts) -> Pods:
    labels = parts.get((Piece.LABELS, part.workload.id))
    if labels is None:
        return part
    accounts = parts[Piece.ACCOUNT, part.workload.id]
    pods = zip(part.pods, labels, accounts, strict=True)
    return Pods(part.workload, tuple(replace(p, labels=own, service_account=account) for p, own, account in pods))


def _sorted(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda item: (getattr(item, "namespace", ""), item.name)))


def _difference(key: Key, old: Any, new: Any) -> Difference:  # noqa: ANN401 - pieces share no type
    piece, identity = key
    what = "added" if old is None else "removed" if new is None else "changed"
    namespace = ""
    match piece:
        case Piece.POLICY | Piece.WORKLOAD | Piece.LABELS | Piece.ACCOUNT:
            name = str(identity)
            namespace = identity.namespace  # type: ignore[attr-defined]  # a PolicyId or a WorkloadId
        case Piece.NAMESPACE:
            name = namespace = str(identity)
        case Piece.SERVICE_ACCOUNT:
            name, namespace = "/".join(identity), identity[0]  # type: ignore[arg-type, index]  # (namespace, name)
        case _:
            name = "/".join(filter(None, identity)) if isinstance(identity, tuple) else str(identity)
    detail = _DETAILS.get(piece, _no_words)(old, new) if what == "changed" else ""
    return Difference(
        piece=piece,
        name=name,
        what=what,
        detail=detail,
        namespace=namespace,
        ref=_ref(new) or _ref(old),
        key=key,
    )


def _ref(part: object) -> SourceRef | None:
    if isinstance(part, Pods):
        return part.workload.ref or next((pod.ref for pod in part.pods if pod.ref), None)
    if isinstance(part, tuple):
        return next((found for each in part if (found := _ref(each))), None)
    found = getattr(part, "ref", None)
    return found if isinstance(found, SourceRef) else None


_POLICY_WORDS = {
    "tier": "tier",
    "order": "order",
    "subject": "what it selects",
    "ingress": "ingress rules",
    "egress": "egress rules",
    "captures": "directions",
    "stage": "staging",
    "certain": "whether it is understood",
}
_POD_WORDS = {
    "host_network": "host network",
    "node": "node",
    "addresses": "addresses",
    "host_addresses": "addresses",
    "ports": "ports",
    "labels": "labels",
    "service_account": "service account",
}


def _no_words(_old: object, _new: object) -> str:
    return ""


def _policy_words(old: Policy, new: Policy) -> str:
    return _field_words(_POLICY_WORDS, [(old, new)])


def _pod_words(old: Pods, new: Pods) -> str:
    if _names(old) != _names(new):
        alike = zip(old.pods, new.pods, strict=False)
        words = _field_words({key: _POD_WORDS[key] for key in ("labels", "service_account", "ports")}, alike)
        return ", ".join(filter(None, ("pods", words)))
    return _field_words(_POD_WORDS, zip(old.pods, new.pods, strict=True))


def _field_words(words: Mapping[str, str], pairs: Iterable[tuple[object, object]]) -> str:
    found = [
        text for old, new in pairs for name, text in words.items() if not same(getattr(old, name), getattr(new, name))
    ]
    return ", ".join(dict.fromkeys(found))


def label_words(old: Labels, new: Labels) -> str:
    """How labels changed: `+tier=db, −old=x, app: web → api`."""
    was, now = old.as_dict(), new.as_dict()
    found = [f"+{k}={v or ''}" for k, v in now.items() if k not in was]
    found += [f"−{k}={v or ''}" for k, v in was.items() if k not in now]
    found += [f"{k}: {was[k] or ''} → {v or ''}" for k, v in now.items() if k in was and was[k] != v]
    if not found and old.complete != new.complete:
        return "now defined" if new.complete else "no longer defined"
    return ", ".join(found)


def _labels_of_pods(old: tuple[Labels, ...], new: tuple[Labels, ...]) -> str:
    return "; ".join(dict.fromkeys(filter(None, map(label_words, old, new))))


def _account_words(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    return "; ".join(dict.fromkeys(f"{a} → {b}" for a, b in zip(old, new, strict=True) if a != b))


def _own_labels(old: Any, new: Any) -> str:  # noqa: ANN401 - whatever has labels
    return label_words(old.labels, new.labels)


def _service_words(
    old: tuple[Service | None, tuple[EndpointSlice, ...]], new: tuple[Service | None, tuple[EndpointSlice, ...]]
) -> str:
    if (old[0] is None) != (new[0] is None):
        return "the Service is new" if old[0] is None else "the Service is gone"
    words = {"selector": "selector", "ports": "ports", "type": "type", "headless": "type"}
    found = [] if old[0] is None else [_field_words(words, [(old[0], new[0])])]
    found += [] if same(old[1], new[1]) else ["endpoints"]
    return ", ".join(filter(None, found))


_DETAILS: Mapping[Piece, Callable[[Any, Any], str]] = {
    Piece.POLICY: _policy_words,
    Piece.WORKLOAD: _pod_words,
    Piece.LABELS: _labels_of_pods,
    Piece.ACCOUNT: _account_words,
    Piece.NAMESPACE: _own_labels,
    Piece.SERVICE_ACCOUNT: _own_labels,
    Piece.SERVICE: _service_words,
}
