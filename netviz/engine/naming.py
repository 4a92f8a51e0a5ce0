"""Finds what a name on the command line or in the page means (cli.md, Endpoints)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from netviz.engine.fixed import AnyPod, End
from netviz.engine.hosts import guards
from netviz.engine.matrix import INGRESS_PEER
from netviz.engine.services import find_service
from netviz.errors import UsageError
from netviz.model.cluster import Cluster, Service
from netviz.sets.addresses import IpAddress, parse_address

INGRESS_CONTROLLER = "ingress-controller"
HOST_ENDPOINT = "hostendpoint/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a name stands for: `ends` that a connection may start or end at, or a `service` in front of them.

    `label` is its full name, `alternatives` are other things of the same name.
    """

    label: str
    ends: tuple[End, ...] = ()
    service: Service | None = None
    alternatives: tuple[str, ...] = ()


def find(cluster: Cluster, text: str) -> Named:
    """The thing that `text` names: an address, `ingress-controller`, `hostendpoint/NAME`, or `[KIND/]NAMESPACE/NAME`.

    An address that belongs to a pod, a Service or a host endpoint means that.
    Without a kind: pod, then workload, then Service. `shop/cart[Deployment]` is understood, too. Raises UsageError with
    the nearest names if there is nothing of that name.
    """
    address = parse_address(text)
    if address is not None:
        return _address(cluster, address)
    if text in (INGRESS_CONTROLLER, INGRESS_PEER):
        return Named(label=INGRESS_CONTROLLER, ends=(AnyPod(),))
    found = list(_candidates(cluster, text))
    if not found:
        raise UsageError(f"nothing in the input is called {text!r}" + _suggestion(cluster, text))
    others = tuple(item.label for item in found[1:])
    first = found[0]
    return Named(label=first.label, ends=first.ends, service=first.service, alternatives=others)


def _address(cluster: Cluster, address: IpAddress) -> Named:
    for pod in cluster.pods:
        if address in pod.addresses and not pod.host_network:
            return Named(label=f"{pod.namespace}/{pod.name}[Pod]", ends=(pod,))
    for service in cluster.services:
        if address in service.addresses:
            return Named(label=f"service/{service.namespace}/{service.name}", service=service)
    endpoints = guards(cluster, address).endpoints
    if endpoints:
        return Named(label=HOST_ENDPOINT + endpoints[0].name, ends=endpoints)
    return Named(label=str(address), ends=(address,))


def _candidates(cluster: Cluster, text: str) -> Iterator[Named]:
    if text.startswith(HOST_ENDPOINT):
        for endpoint in cluster.host_endpoints:
            if endpoint.name == text.removeprefix(HOST_ENDPOINT):
                yield Named(label=text, ends=(endpoint,))
    kind, namespace, name = _split(text)
    for pod in cluster.pods:
        if (pod.namespace, pod.name) == (namespace, name) and kind in ("", "pod") and not pod.synthetic:
            yield Named(label=f"{namespace}/{name}[Pod]", ends=(pod,))
    for workload in cluster.workloads:
        own_kind = workload.id.kind.lower()
        if (workload.id.namespace, workload.id.name) == (namespace, name) and kind in ("", own_kind):
            pods = tuple(cluster.pod(namespace, pod) for pod in workload.pods)
            if own_kind != "pod" or not pods:
                yield Named(label=str(workload.id), ends=pods)
    if kind in ("", "service", "svc"):
        service = find_service(cluster, namespace, name)
        if service:
            yield Named(label=f"service/{namespace}/{name}", service=service)


def _split(text: str) -> tuple[str, str, str]:
    kind, body = "", text
    if text.endswith("]") and "[" in text:
        body, _, kind = text[:-1].rpartition("[")
    pieces = body.split("/")
    if len(pieces) == 3:
        kind, pieces = pieces[0], pieces[1:]
    if len(pieces) == 1:
        pieces = ["default", *pieces]
    return kind.lower(), pieces[0], pieces[1] if len(pieces) == 2 else ""


def names(cluster: Cluster) -> list[str]:
    """Every name that `find` understands, without addresses."""
    found = [f"{p.namespace}/{p.name}" for p in cluster.pods if not p.synthetic]
    found += [f"{w.id.namespace}/{w.id.name}" for w in cluster.workloads]
    found += [f"service/{s.namespace}/{s.name}" for s in cluster.services]
    found += [HOST_ENDPOINT + endpoint.name for endpoint in cluster.host_endpoints]
    return list(dict.fromkeys(found))


def _suggestion(cluster: Cluster, text: str) -> str:
    known = names(cluster)
    wanted = text.rpartition("/")[2]
    near = get_close_matches(text, known, n=3, cutoff=0.5)
    near += [n for n in known if n.rpartition("/")[2] == wanted and n not in near][:3]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return "; write NAMESPACE/NAME, service/NAMESPACE/NAME or an address"
