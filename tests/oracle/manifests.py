"""From raw manifests to endpoints, namespaces and nodes, as plain dicts; the rules are M10 to M17."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Raw = dict[str, Any]

FINISHED = ("Succeeded", "Failed")
NAME_LABEL = "kubernetes.io/metadata.name"
WORKLOAD_KINDS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
)


def unwrap(objects: Iterable[Raw | None]) -> Iterator[Raw]:
    """Every object on its own: lists opened, empty documents left out (M18)."""
    for item in objects:
        if item is None:
            continue
        if item["kind"].endswith("List"):
            yield from unwrap(item["items"] or [])
        else:
            yield item


def kind_of(objects: Iterable[Raw], kind: str) -> list[Raw]:
    """The objects of one kind."""
    return [item for item in objects if item["kind"] == kind]


def namespace_of(item: Raw) -> str:
    """Where a namespaced object lives (M14)."""
    return str(item["metadata"].get("namespace") or "default")


def name_of(item: Raw) -> str:
    """The name of an object."""
    return str(item["metadata"]["name"])


def identity(item: Raw) -> tuple[str, str, str]:
    """Namespace, kind and name."""
    return namespace_of(item), item["kind"], name_of(item)


def namespace_labels(objects: Iterable[Raw]) -> dict[str, dict[str, str | None]]:
    """The labels of every namespace that has a manifest, with its name label (M15)."""
    found: dict[str, dict[str, str | None]] = {}
    for item in kind_of(objects, "Namespace"):
        found[name_of(item)] = {**(item["metadata"].get("labels") or {}), NAME_LABEL: name_of(item)}
    return found


def node_addresses(objects: Iterable[Raw]) -> dict[str, list[str]]:
    """The addresses of every node that has a manifest."""
    found: dict[str, list[str]] = {}
    for item in kind_of(objects, "Node"):
        listed = (item.get("status") or {}).get("addresses") or []
        found[name_of(item)] = [a["address"] for a in listed if a["type"] in ("InternalIP", "ExternalIP")]
    return found


def living_pods(objects: Iterable[Raw]) -> list[Raw]:
    """Every endpoint as a dict of namespace, name, owner, labels, host, node, addresses, host_addresses and ports.

    A label value of None is present but not known. Pods made from a template are named `<workload>-<index>`.
    """
    everything = list(unwrap(objects))
    workloads = {identity(item): item for item in everything if item["kind"] in WORKLOAD_KINDS}
    nodes = node_addresses(everything)
    found: list[Raw] = []
    with_pods: set[tuple[str, str, str]] = set()
    for item in kind_of(everything, "Pod"):
        owners = owners_of(item, workloads)
        with_pods.update(owners)
        status = item.get("status") or {}
        if status.get("phase") in FINISHED:
            continue
        owner = owners[-1][1:] if owners else ("Pod", name_of(item))
        labels = dict(item["metadata"].get("labels") or {})
        found.append(endpoint((namespace_of(item), name_of(item)), owner, labels, item["spec"], status, nodes))
    for key, item in workloads.items():
        if key not in with_pods and not owners_of(item, workloads):
            found.extend(replicas_of(item, nodes))
    return found


def owners_of(item: Raw, workloads: dict[tuple[str, str, str], Raw]) -> list[tuple[str, str, str]]:
    """The workloads of the input that own an object, the nearest first, also through one that is not there (M13)."""
    found: list[tuple[str, str, str]] = []
    for reference in item["metadata"].get("ownerReferences") or []:
        key = (namespace_of(item), reference["kind"], reference["name"])
        parent = {"ReplicaSet": "Deployment", "Job": "CronJob"}.get(reference["kind"], "")
        guess = (namespace_of(item), parent, reference["name"].rpartition("-")[0])
        if key in workloads:
            found += [key, *owners_of(workloads[key], workloads)]
        elif guess in workloads:
            found.append(guess)
    return found


def replicas_of(item: Raw, nodes: dict[str, list[str]]) -> list[Raw]:
    """The pods that stand for a workload's template (M10, M11): two of those that are all alike, every ordinal."""
    spec, kind, name = item["spec"], item["kind"], name_of(item)
    template = spec["jobTemplate"]["spec"]["template"] if kind == "CronJob" else spec["template"]
    wanted = 1
    if kind in ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"):
        wanted = spec.get("replicas", 1)
    elif kind == "Job":
        wanted = spec.get("parallelism", 1)
    written = (template.get("metadata") or {}).get("labels") or {}
    found = []
    for index in range(wanted if kind == "StatefulSet" else min(wanted, 2)):
        labels = {**written, **added_labels(kind, name, index)}
        place = (namespace_of(item), f"{name}-{index}")
        found.append(endpoint(place, (kind, name), labels, template["spec"], {}, nodes))
    return found


def added_labels(kind: str, name: str, index: int) -> dict[str, str | None]:
    """The labels that a controller adds to its pods (M12)."""
    if kind == "StatefulSet":
        return {
            "statefulset.kubernetes.io/pod-name": f"{name}-{index}",
            "apps.kubernetes.io/pod-index": str(index),
            "controller-revision-hash": None,
        }
    if kind == "Deployment":
        return {"pod-template-hash": None}
    if kind == "DaemonSet":
        return {"controller-revision-hash": None, "pod-template-generation": None}
    if kind in ("Job", "CronJob"):
        job = name if kind == "Job" else None
        return {
            "job-name": job,
            "batch.kubernetes.io/job-name": job,
            "controller-uid": None,
            "batch.kubernetes.io/controller-uid": None,
        }
    return {}


def endpoint(
    place: tuple[str, str],
    owner: tuple[str, str],
    labels: dict[str, str | None],
    spec: Raw,
    status: Raw,
    nodes: dict[str, list[str]],
) -> Raw:
    """One endpoint; `place` is its namespace and name."""
    host = bool(spec.get("hostNetwork"))
    node = spec.get("nodeName") or ""
    own = listed_addresses(status, "podIP", "podIPs")
    hosts = listed_addresses(status, "hostIP", "hostIPs") or nodes.get(node, [])
    return {
        "namespace": place[0],
        "name": place[1],
        "owner": owner,
        "labels": labels,
        "host": host,
        "node": node,
        "addresses": (hosts or own) if host else own,
        "host_addresses": hosts,
        "ports": declared_ports(spec),
        "init_ports": named_ports([c for c in spec.get("initContainers") or [] if c.get("restartPolicy") != "Always"]),
    }


def listed_addresses(status: Raw, one: str, many: str) -> list[str]:
    """The addresses of a pod's status, whichever of the two fields has them."""
    found = [entry["ip"] for entry in status.get(many) or []]
    if status.get(one) and status[one] not in found:
        found.insert(0, status[one])
    return found


def declared_ports(spec: Raw) -> list[tuple[str, str, int]]:
    """Name, protocol and number of every named container port, in the order in which names are looked up (A24, A35)."""
    sidecars = [c for c in spec.get("initContainers") or [] if c.get("restartPolicy") == "Always"]
    return named_ports([*(spec.get("containers") or []), *sidecars])


def named_ports(containers: list[Raw]) -> list[tuple[str, str, int]]:
    """Name, protocol and number of every named port of some containers."""
    return [
        (port["name"], port.get("protocol") or "TCP", port["containerPort"])
        for container in containers
        for port in container.get("ports") or []
        if port.get("name")
    ]
