"""Makes pods and workloads of what was read: who belongs to whom, and replicas where no Pod was read (M11-M13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final

from netviz.manifests.pods import PodObject, PodTemplate
from netviz.manifests.workloads import Controller
from netviz.model.cluster import Pod, Workload, WorkloadId
from netviz.selectors.tree import Labels
from netviz.sets.addresses import IpAddress

_NATIVE_GROUPS: Final = frozenset(("", "apps", "batch", "extensions"))
_PARENTS: Final = {"ReplicaSet": "Deployment", "Job": "CronJob"}
_HASH_LABEL: Final = "pod-template-hash"
_REPLICAS_SHOWN: Final = 2
_ORDINALS_SHOWN: Final = 32

Controllers = Mapping[WorkloadId, Controller]


def group_pods(
    pods: Sequence[PodObject],
    controllers: Sequence[Controller],
    node_addresses: Mapping[str, tuple[IpAddress, ...]],
) -> tuple[tuple[Pod, ...], tuple[Workload, ...]]:
    """All endpoints and all workloads, each sorted by namespace and name.

    `node_addresses` by node name give hostNetwork pods their addresses where their status does not (A30).
    """
    by_id = {controller.id: controller for controller in controllers}
    members: defaultdict[WorkloadId, list[PodObject]] = defaultdict(list)
    makers: defaultdict[WorkloadId, list[Controller]] = defaultdict(list)
    owners: defaultdict[WorkloadId, set[tuple[str, str]]] = defaultdict(set)
    for controller in controllers:
        root = _parent_of(controller.id, controller.template.labels, by_id) or controller.id
        makers[root].append(controller)
        if root != controller.id and controller.wanted:
            owners[root].add((controller.id.kind, controller.id.name))
    known: dict[tuple[str, int, int], list[PodObject]] = {}
    for pod in pods:
        # Pods that were read as like ones have one owner and one mapping of labels.
        like = (pod.meta.namespace, id(pod.meta.owner), id(pod.meta.labels))
        if pod.meta.owner is not None and like in known:
            known[like].append(pod)
            continue
        root, owner = _root_of(pod, by_id)
        known[like] = members[root]
        known[like].append(pod)
        if owner is not None and owner != root:
            owners[root].add((owner.kind, owner.name))
    made: list[Pod] = []
    workloads: list[Workload] = []
    for root in sorted({*members, *makers}, key=lambda id_: (id_.namespace, id_.name, id_.kind)):
        sources = [by_id[root]] if root in by_id else makers[root]
        theirs = members.get(root, [])
        endpoints = _endpoints(root, theirs, sources, node_addresses)
        made += endpoints
        workloads.append(_workload(root, endpoints, theirs, sources, owners.get(root, ())))
    return tuple(sorted(made, key=attrgetter("namespace", "name"))), tuple(workloads)


def _root_of(pod: PodObject, controllers: Controllers) -> tuple[WorkloadId, WorkloadId | None]:
    """The workload that a Pod is shown under, and the controller that its ownerReferences name."""
    meta = pod.meta
    if meta.owner is None:
        return WorkloadId(meta.namespace, "Pod", meta.name), None
    owner = WorkloadId(meta.namespace, meta.owner.kind, meta.owner.name)
    if meta.owner.group not in _NATIVE_GROUPS:
        return owner, owner
    return _parent_of(owner, meta.labels, controllers) or owner, owner


def _parent_of(child: WorkloadId, pod_labels: Mapping[str, str], controllers: Controllers) -> WorkloadId | None:
    """The Deployment of a ReplicaSet, the CronJob of a Job; by its name where the child was not read (M13)."""
    kind = _PARENTS.get(child.kind)
    if kind is None:
        return None
    written = controllers.get(child)
    if written is not None:
        owner = written.owner
        native = owner is not None and owner.kind == kind and owner.group in _NATIVE_GROUPS
        return WorkloadId(child.namespace, kind, owner.name) if owner is not None and native else None
    base, _, suffix = child.name.rpartition("-")
    follows = suffix == pod_labels.get(_HASH_LABEL) if kind == "Deployment" else suffix.isdecimal()
    guess = WorkloadId(child.namespace, kind, base)
    return guess if follows and guess in controllers else None


def _endpoints(
    root: WorkloadId,
    members: Sequence[PodObject],
    sources: Sequence[Controller],
    node_addresses: Mapping[str, tuple[IpAddress, ...]],
) -> list[Pod]:
    if members:
        first = members[0].template
        labels = Labels.of(first.labels)
        return [
            _real(pod, root, node_addresses.get(pod.node, ()), first, labels) for pod in members if not pod.finished
        ]
    found: list[Pod] = []
    for controller in sources:
        found.extend(_replicas(controller, root, node_addresses.get(controller.template.node, ())))
    return found


def _workload(
    root: WorkloadId,
    endpoints: Sequence[Pod],
    members: Sequence[PodObject],
    sources: Sequence[Controller],
    owners: Iterable[tuple[str, str]],
) -> Workload:
    every = [source.template for source in sources] or [pod.template for pod in members]
    # Pods that were read as like ones have one template, or one list of ports and one mapping of labels.
    templates = list({(id(template.labels), id(template.ports)): template for template in every}.values())
    own = sources[0] if sources and sources[0].id == root else None
    real = endpoints[0].labels if len(templates) == 1 and endpoints and not endpoints[0].synthetic else None
    return Workload(
        id=root,
        owners=tuple(sorted(owners)),
        pods=tuple(sorted(pod.name for pod in endpoints)),
        finished=tuple(sorted(pod.meta.name for pod in members if pod.finished)),
        labels=real if real is not None else _common_labels([template.labels for template in templates]),
        ports=tuple(dict.fromkeys(port for template in templates for port in template.ports)),
        replicas=own.replicas if own else None,
        object_labels=Labels.of(own.labels) if own else Labels(),
        ref=sources[0].ref if sources else members[0].ref,
    )


def _real(
    pod: PodObject, workload: WorkloadId, node_addresses: tuple[IpAddress, ...], like: PodTemplate, labels: Labels
) -> Pod:
    """The pod as an endpoint. What it has in common with `like`, which most pods of a workload have, is one object.

    `labels` are those of `like`.
    """
    template = pod.template
    same = template is like
    host = pod.host_addresses or node_addresses
    return Pod(
        namespace=pod.meta.namespace,
        name=pod.meta.name,
        labels=labels if same or template.labels == like.labels else Labels.of(template.labels),
        service_account=template.service_account,
        workload=workload,
        host_network=template.host_network,
        node=pod.node,
        addresses=(host or pod.addresses) if template.host_network else pod.addresses,
        host_addresses=host,
        ports=like.ports if same or like.ports == template.ports else template.ports,
        pending=pod.pending,
        ref=pod.ref,
    )


def _replicas(controller: Controller, workload: WorkloadId, host: tuple[IpAddress, ...]) -> list[Pod]:
    """Pods that stand for those that the controller would make (M11).

    A StatefulSet's pods differ in labels that follow from their ordinals, so it gets one for each, up to a bound.
    """
    template, id_ = controller.template, controller.id
    shown = min(controller.wanted, _ORDINALS_SHOWN if id_.kind == "StatefulSet" else _REPLICAS_SHOWN)
    return [
        Pod(
            namespace=id_.namespace,
            name=f"{id_.name}[{id_.kind}]#{number}",
            labels=Labels.of({**template.labels, **_added_labels(controller, number)}),
            service_account=template.service_account,
            workload=workload,
            host_network=template.host_network,
            node=template.node,
            addresses=host if template.host_network else (),
            host_addresses=host,
            ports=template.ports,
            synthetic=True,
            ref=controller.ref,
        )
        for number in range(shown)
    ]


def _added_labels(controller: Controller, number: int) -> dict[str, str | None]:
    """The labels that the controller puts on its pods, None for a value that is not in the input (M12)."""
    name = controller.id.name
    match controller.id.kind:
        case "Deployment":
            return {_HASH_LABEL: None}
        case "DaemonSet":
            return {"controller-revision-hash": None, "pod-template-generation": None}
        case "StatefulSet":
            return {"controller-revision-hash": None, **_ordinal_labels(controller, number)}
        case "Job":
            return _job_labels(controller, name, controller.uid)
        case "CronJob":
            return _job_labels(controller, None, None)
        case _:
            return {}


def _ordinal_labels(controller: Controller, number: int) -> dict[str, str | None]:
    last_of_many = number == _ORDINALS_SHOWN - 1 and controller.wanted > _ORDINALS_SHOWN
    ordinal = None if last_of_many else str(controller.first_ordinal + number)
    return {
        "apps.kubernetes.io/pod-index": ordinal,
        "statefulset.kubernetes.io/pod-name": None if ordinal is None else f"{controller.id.name}-{ordinal}",
    }


def _job_labels(controller: Controller, job: str | None, uid: str | None) -> dict[str, str | None]:
    added: dict[str, str | None] = {}
    if controller.marks_pods:
        added |= {"job-name": job, "batch.kubernetes.io/job-name": job}
        added |= {"controller-uid": uid, "batch.kubernetes.io/controller-uid": uid}
    if controller.indexed:
        added["batch.kubernetes.io/job-completion-index"] = None
    return added


def _common_labels(labels: Sequence[Mapping[str, str]]) -> Labels:
    first, *others = labels
    if not others:
        return Labels.of(first)
    shared = set(first.items())
    for other in others:
        shared &= other.items()
    return Labels.of(dict(shared))
