"""Reads Calico's NetworkSet, GlobalNetworkSet and WorkloadEndpoint (B20, B24, B88)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netviz.manifests.document import Fields
from netviz.manifests.known_fields import NETWORK_SET_SPEC, WORKLOAD_ENDPOINT_PORT, WORKLOAD_ENDPOINT_SPEC
from netviz.manifests.metadata import Metadata, required_child, warn_unknown
from netviz.manifests.pods import PodObject, PodTemplate, read_port_number
from netviz.model.cluster import ContainerPort, NetworkSet
from netviz.selectors.tree import Labels
from netviz.sets.addresses import AddressSet, Cidr, IpAddress, parse_address, parse_cidr
from netviz.sets.connections import SCTP, TCP, UDP

VERSIONS: Final = ("projectcalico.org/v3", "crd.projectcalico.org/v1")
_PROTOCOLS: Final = {"TCP": TCP, "UDP": UDP, "SCTP": SCTP}
_NAMESPACE_LABEL: Final = "projectcalico.org/namespace"
_ACCOUNT_LABEL: Final = "projectcalico.org/serviceaccount"
_DEFAULT_ACCOUNT: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadEndpoint:
    """A pod as Calico lists it, one object for each of its interfaces."""

    pod: PodObject


def read_network_set(root: Fields, meta: Metadata) -> NetworkSet | None:
    """A set of addresses, global if its kind has no namespace; None, after an error, if it cannot be used.

    A plain address stands for itself, host bits are ignored.
    """
    if _NAMESPACE_LABEL in meta.labels:
        message = "Calico sets this label itself"
        root.error("forbidden", message, "metadata", "labels", value=_NAMESPACE_LABEL)
    spec = root.child("spec")
    blocks: list[Cidr | None] = []
    if spec is not None:
        warn_unknown(spec, NETWORK_SET_SPEC)
        blocks = [_block(spec, "nets", i, text) for i, text in enumerate(spec.strings("nets"))]
    if root.errors:
        return None
    return NetworkSet(
        namespace=meta.namespace,
        name=meta.name,
        labels=Labels.of(meta.labels),
        addresses=AddressSet.union(block.addresses() for block in blocks if block is not None),
        ref=root.ref(),
    )


def _block(fields: Fields, key: str, i: int, text: str) -> Cidr | None:
    address = parse_address(text)
    block = parse_cidr(f"{text}/{32 if address.family == 4 else 128}" if address else text)
    if block is None:
        fields.error("invalid-value", "invalid CIDR or address", key, i, value=text)
    return block


def read_workload_endpoint(root: Fields, meta: Metadata) -> WorkloadEndpoint | None:
    """A pod as calicoctl writes it; None, after an error was reported, if it cannot be used."""
    spec = required_child(root, "spec")
    if spec is None or not meta.labels_valid:
        return None
    warn_unknown(spec, WORKLOAD_ENDPOINT_SPEC)
    networks = [_block(spec, "ipNetworks", i, text) for i, text in enumerate(spec.strings("ipNetworks"))]
    node = spec.string("node") or ""
    template = PodTemplate(
        labels=meta.labels,
        service_account=spec.string("serviceAccountName") or meta.labels.get(_ACCOUNT_LABEL) or _DEFAULT_ACCOUNT,
        ports=tuple(port for entry in spec.children("ports") if (port := _port(entry)) is not None),
    )
    name = spec.string("pod") or meta.name
    if root.errors:
        return None
    return WorkloadEndpoint(
        pod=PodObject(
            meta=meta._replace(name=name, owner=None),
            template=template,
            node=node,
            addresses=tuple(IpAddress(block.family, block.first) for block in networks if block is not None),
            ref=root.ref(),
        )
    )


def _port(entry: Fields) -> ContainerPort | None:
    warn_unknown(entry, WORKLOAD_ENDPOINT_PORT)
    number = read_port_number(entry, "port")
    protocol = entry.port("protocol")
    if number is None or str(protocol).upper() not in _PROTOCOLS:
        # Only a protocol with ports makes a port that a rule can name.
        return None
    return ContainerPort(name=entry.string("name") or None, protocol=_PROTOCOLS[str(protocol).upper()], port=number)


def endpoint_pods(endpoints: Iterable[WorkloadEndpoint], pods: Iterable[PodObject]) -> list[PodObject]:
    """The pods of endpoints without a Pod object, each once, with the addresses of all its interfaces."""
    taken = {(pod.meta.namespace, pod.meta.name) for pod in pods}
    found: dict[tuple[str, str], PodObject] = {}
    for endpoint in endpoints:
        key = (endpoint.pod.meta.namespace, endpoint.pod.meta.name)
        if key in taken:
            continue
        first = found.get(key)
        if first is None:
            found[key] = endpoint.pod
        else:
            addresses = tuple(dict.fromkeys((*first.addresses, *endpoint.pod.addresses)))
            found[key] = first._replace(addresses=addresses)
    return list(found.values())
