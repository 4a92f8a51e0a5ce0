"""Random ways to fill in what the manifests of a case do not tell, without contradiction."""

from __future__ import annotations

import ipaddress
from random import Random
from typing import Any

from tests.generators import NAMESPACE_LABELS, NODES, UNKNOWN_CONTROLLER_LABELS, Case, Maker, node_manifest
from tests.oracle.manifests import Raw, kind_of, living_pods, name_of, namespace_of
from tests.oracle.validation import bad_selector, bad_types, refused


def completion(case: Case, attempt: int) -> list[Raw]:
    """The manifests of a case with everything that is unknown in them filled in at random, without contradiction."""
    rng = Random(f"completion {case.seed} {attempt}")
    make = Maker(rng=rng, exact=False, addressed=True, placed=True, listed=True)
    pods = living_pods(case.objects)
    named = sorted({pod["namespace"] for pod in pods})
    written = {name_of(item): item for item in kind_of(case.objects, "Namespace")}
    objects = [written.get(name) or fresh_namespace(make, name) for name in named]
    objects += [node_manifest(name) for name in NODES]
    values: dict[tuple[object, ...], str] = {}
    for index, pod in enumerate(pods):
        objects.append(filled_pod(make, pod, index, case.pod_cidrs, values))
    versions: dict[tuple[str, str], list[Raw]] = {}
    for policy in kind_of(case.objects, "NetworkPolicy"):
        versions.setdefault((namespace_of(policy), name_of(policy)), []).append(policy)
    for policy in [rng.choice(same) for same in versions.values()]:
        if not refused(policy):
            objects.append(policy)
        elif make.chance(0.8):
            objects.append(mended(make, policy))
    return objects


def fresh_namespace(make: Maker, name: str) -> Raw:
    """A namespace with labels that nobody knew."""
    labels = make.labels(NAMESPACE_LABELS)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def filled_pod(make: Maker, pod: Raw, index: int, cidrs: tuple[str, ...], values: dict[tuple[object, ...], str]) -> Raw:
    """A Pod for one endpoint; replicas share the label values that their controller gave them, noted in `values`."""
    labels = dict(pod["labels"])
    for key in [key for key, value in labels.items() if value is None]:
        group = (pod["namespace"], pod["owner"], key)
        labels[key] = values.setdefault(group, make.rng.choice(UNKNOWN_CONTROLLER_LABELS.get(key, ("1", "2"))))
    at = next((node for node, address in NODES.items() if pod["host"] and address in pod["addresses"]), "")
    node = pod["node"] or at or make.rng.choice(sorted(NODES))
    spec: Raw = {"nodeName": node, "hostNetwork": pod["host"], "containers": [{"name": "c", "image": "i"}]}
    ports = [{"name": name, "protocol": protocol, "containerPort": port} for name, protocol, port in pod["ports"]]
    spec["containers"][0]["ports"] = ports
    addresses = pod["addresses"] or [str(address_in(make.rng, make.rng.choice(cidrs), index))]
    if pod["host"]:
        addresses = [NODES[node]]
    status = {"phase": "Running", "hostIP": NODES[node], "podIPs": [{"ip": address} for address in addresses]}
    metadata = {"namespace": pod["namespace"], "name": pod["name"], "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}


def address_in(rng: Random, cidr: str, index: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address of a network; another for each index."""
    network = ipaddress.ip_network(cidr)
    return network[rng.randrange(network.num_addresses // 64) * 64 + index + 1]


def mended(make: Maker, policy: Raw) -> Raw:
    """A valid policy that a refused one may have been meant to be: same place, pods and directions, other rules."""
    spec: dict[str, Any] = policy["spec"]
    selector = spec.get("podSelector") or {}
    types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    if bad_types(types):
        types = ["Ingress", "Egress"]
    new: Raw = {
        "podSelector": make.pod_selector() if bad_selector(selector) else selector,
        "policyTypes": make.rng.sample(types, make.rng.randint(1, len(types))),
        "ingress": [make.rule("from") for _ in range(make.rng.randint(0, 2))],
        "egress": [make.rule("to") for _ in range(make.rng.randint(0, 2))],
    }
    return {**policy, "spec": new}
