"""What the peers of a matrix stand for: pods, workloads or namespaces as classes of pods."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from netviz.engine.matrix import Grouping, Peer, PeerType, Side
from netviz.model.cluster import ContainerPort, Pod, Workload
from netviz.sets.connections import NO_CONNECTIONS

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluator


class Part(NamedTuple):
    """Pods of one class inside a peer."""

    number: int
    pods: tuple[Pod, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A peer to be: how it is described, and the parts that it consists of (none: no living pod)."""

    peer: Peer
    parts: tuple[Part, ...]


NO_SIDE = Side(any_pod=NO_CONNECTIONS, any_outside=NO_CONNECTIONS)
"""The sides of a peer without a living pod, or of one whose sides are not worked out yet."""


def groups(evaluator: Evaluator, by: Grouping, namespaces: Collection[str] | None = None) -> list[Group]:
    """The peers of a matrix that are inside of the cluster, in order; their sides are not worked out.

    Only those of `namespaces`, unless it is None.
    """
    cluster = evaluator.cluster
    if by is Grouping.NAMESPACE:
        return _namespace_groups(evaluator, namespaces)
    found: list[Group] = []
    for workload in cluster.workloads:
        if namespaces is not None and workload.id.namespace not in namespaces:
            continue
        pods = [cluster.pod(workload.id.namespace, name) for name in workload.pods]
        listed = [pod for pod in pods if not pod.synthetic]
        if by is Grouping.POD and listed:
            found.extend(_pod_group(evaluator, workload, pod) for pod in listed)
        else:
            found.extend(_workload_groups(evaluator, workload, pods))
    return found


def _pod_group(evaluator: Evaluator, workload: Workload, pod: Pod) -> Group:
    owners = () if workload.id.kind == "Pod" else ((workload.id.kind, workload.id.name), *workload.owners)
    peer = Peer(
        id=f"{pod.namespace}/{pod.name}[Pod]",
        type=PeerType.POD,
        namespace=pod.namespace,
        name=pod.name,
        kind="Pod",
        owners=owners,
        members=(pod.name,),
        ports=pod.ports,
        host_network=pod.host_network,
        ingress=NO_SIDE,
        egress=NO_SIDE,
    )
    part = Part(evaluator.classes.class_of(pod), (pod,))
    return Group(peer=peer, parts=(part,))


def _workload_groups(evaluator: Evaluator, workload: Workload, pods: list[Pod]) -> list[Group]:
    parts = _parts(evaluator, pods)
    groups: list[Group] = []
    for number, part in enumerate(parts or [None], start=1):
        members = part.pods if part else ()
        peer = Peer(
            id=f"{workload.id}#{number}" if len(parts) > 1 else str(workload.id),
            type=PeerType.WORKLOAD,
            namespace=workload.id.namespace,
            name=workload.id.name,
            kind=workload.id.kind,
            owners=workload.owners,
            members=tuple(pod.name for pod in members if not pod.synthetic),
            ports=_ports_of(members) or workload.ports,
            host_network=bool(members) and all(pod.host_network for pod in members),
            living=part is not None,
            ingress=NO_SIDE,
            egress=NO_SIDE,
        )
        groups.append(Group(peer=peer, parts=(part,) if part else ()))
    return groups


def _namespace_groups(evaluator: Evaluator, namespaces: Collection[str] | None) -> list[Group]:
    pods: dict[str, list[Pod]] = {}
    for pod in evaluator.cluster.pods:
        if namespaces is None or pod.namespace in namespaces:
            pods.setdefault(pod.namespace, []).append(pod)
    names = sorted({w.id.namespace for w in evaluator.cluster.workloads})
    if namespaces is not None:
        names = [name for name in names if name in namespaces]
    return [
        Group(
            peer=Peer(
                id=name,
                type=PeerType.NAMESPACE,
                namespace=name,
                name=name,
                kind="Namespace",
                living=name in pods,
                members=tuple(pod.name for pod in pods.get(name, ()) if not pod.synthetic),
                ingress=NO_SIDE,
                egress=NO_SIDE,
            ),
            parts=tuple(_parts(evaluator, pods.get(name, []))),
        )
        for name in names
    ]


def _parts(evaluator: Evaluator, pods: Iterable[Pod]) -> list[Part]:
    by_class: dict[int, list[Pod]] = {}
    for pod in pods:
        by_class.setdefault(evaluator.classes.class_of(pod), []).append(pod)
    return [Part(number, tuple(members)) for number, members in sorted(by_class.items())]


def _ports_of(pods: Iterable[Pod]) -> tuple[ContainerPort, ...]:
    return tuple(dict.fromkeys(port for pod in pods for port in pod.ports))
