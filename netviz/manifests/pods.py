"""Reads pod templates and Pods: what policies see of them, and nothing of env, args or annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from netviz.manifests.document import Fields
from netviz.manifests.known_fields import CONTAINER, CONTAINER_PORT, OBJECT_META, POD_SPEC, POD_TEMPLATE
from netviz.manifests.metadata import Metadata, labels_of, required_child, warn_unknown
from netviz.manifests.names import dns_subdomain, nearest, port_name, port_number
from netviz.model.cluster import ContainerPort, ContainerRole
from netviz.sets.addresses import IpAddress, parse_address
from netviz.sets.connections import SCTP, TCP, UDP
from netviz.source import SourceRef

PROTOCOLS: Final = {"SCTP": SCTP, "TCP": TCP, "UDP": UDP}
_FINISHED: Final = frozenset(("Succeeded", "Failed"))
_DEFAULT_ACCOUNT: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class PodTemplate:
    """What a pod template or a Pod says about the endpoint. `ports`: containers, sidecars, other init containers."""

    labels: dict[str, str]
    service_account: str = _DEFAULT_ACCOUNT
    host_network: bool = False
    node: str = ""
    ports: tuple[ContainerPort, ...] = ()


class PodObject(NamedTuple):
    """A Pod of the input, before it is known which workload it belongs to.

    `addresses` are those of its status, in a family order as written; `finished` pods are no endpoints (M16). The node
    is not that of the template.
    """

    meta: Metadata
    template: PodTemplate
    ref: SourceRef
    node: str = ""
    addresses: tuple[IpAddress, ...] = ()
    host_addresses: tuple[IpAddress, ...] = ()
    finished: bool = False
    pending: bool = False


def read_pod(root: Fields, meta: Metadata) -> PodObject | None:
    """A Pod; None if its labels or its spec cannot be used. A status that cannot be read only loses the addresses."""
    template = read_pod_template(root, meta)
    if template is None or not meta.labels_valid:
        return None
    status = root.child("status")
    return pod_object(
        meta,
        replace(template, node=""),
        root.ref(),
        node=template.node,
        phase=(status.string("phase") if status else None) or "",
        addresses=read_addresses(status, "podIPs", "podIP"),
        host_addresses=read_addresses(status, "hostIPs", "hostIP"),
    )


def read_pod_template(root: Fields, meta: Metadata) -> PodTemplate | None:
    """What the spec and labels of a Pod say; None, after an error was reported, if the spec cannot be used."""
    spec = required_child(root, "spec")
    return None if spec is None else _template(spec, meta.labels)


def pod_object(
    meta: Metadata,
    template: PodTemplate,
    ref: SourceRef,
    *,
    node: str,
    phase: str,
    addresses: tuple[IpAddress, ...],
    host_addresses: tuple[IpAddress, ...],
) -> PodObject:
    """A Pod in a phase of its life, "" if its status tells none."""
    pending = phase == "Pending" and not addresses
    return PodObject(meta, template, ref, node, addresses, host_addresses, phase in _FINISHED, pending)


def read_template(owner: Fields) -> PodTemplate | None:
    """The `template` below a workload's spec; None, after an error was reported, if it cannot be used (M10).

    A namespace inside of the template has no effect, so it is not read.
    """
    template = required_child(owner, "template")
    if template is None:
        return None
    warn_unknown(template, POD_TEMPLATE)
    labels: dict[str, str] = {}
    labels_valid = True
    metadata = template.child("metadata")
    if metadata is not None:
        warn_unknown(metadata, OBJECT_META)
        labels, labels_valid = labels_of(metadata)
    spec = required_child(template, "spec")
    found = None if spec is None else _template(spec, labels)
    return found if labels_valid else None


def _template(spec: Fields, labels: dict[str, str]) -> PodTemplate | None:
    warn_unknown(spec, POD_SPEC)
    account = spec.string("serviceAccountName") or spec.string("serviceAccount") or _DEFAULT_ACCOUNT
    problem = dns_subdomain(account)
    if problem:
        spec.error("invalid-value", problem, "serviceAccountName", value=account)
    host_network, node = spec.boolean("hostNetwork"), spec.string("nodeName") or ""
    entries = [(role, list(_port_entries(container))) for role, container in _containers(spec)]
    broken = spec.errors
    ports = tuple(port for role, some in entries for port in _ports(some, role))
    if broken:
        return None
    return PodTemplate(labels=labels, service_account=account, host_network=host_network, node=node, ports=ports)


def _containers(spec: Fields) -> list[tuple[ContainerRole, Fields]]:
    """All containers that may declare ports: regular ones, then sidecars, then other init containers (A24)."""
    found = [(ContainerRole.CONTAINER, container) for container in spec.children("containers")]
    init: list[Fields] = []
    for container in spec.children("initContainers"):
        if container.string("restartPolicy") == "Always":
            found.append((ContainerRole.SIDECAR, container))
        else:
            init.append(container)
    return found + [(ContainerRole.INIT, container) for container in init]


def _port_entries(container: Fields) -> list[Fields]:
    warn_unknown(container, CONTAINER)
    if container.raw("ports") == {}:
        container.warning("cannot-decode", "an empty object stands where a list of ports belongs", "ports")
        return []
    return container.children("ports")


def _ports(entries: Iterable[Fields], role: ContainerRole) -> Iterator[ContainerPort]:
    """The ports of one container. An entry that the API server would refuse is reported and left out."""
    names: set[str] = set()
    for entry in entries:
        warn_unknown(entry, CONTAINER_PORT)
        number = read_port_number(entry, "containerPort")
        name = read_port_name(entry, names)
        protocol = read_protocol(entry)
        if number is not None and protocol is not None and not entry.errors:
            yield ContainerPort(name=name, protocol=protocol, port=number, role=role)


def read_port_number(entry: Fields, key: str) -> int | None:
    """A required port number, 1-65535."""
    before = len(entry.problems)
    number = entry.integer(key)
    if number is None:
        if len(entry.problems) == before:
            entry.error("required", "must be set", key)
        return None
    problem = port_number(number)
    if problem:
        entry.error("invalid-value", problem, key, value=number)
        return None
    return number


def read_port_name(entry: Fields, taken: set[str]) -> str | None:
    """A port's name, None if it has none; adds it to `taken` and reports one that is taken already."""
    name = entry.string("name") or None
    if name is None:
        return None
    problem = port_name(name)
    if problem:
        entry.error("invalid-value", problem, "name", value=name)
    elif name in taken:
        entry.error("duplicate-value", "Duplicate value", "name", value=name)
    taken.add(name)
    return name


def read_protocol(entry: Fields) -> int | None:
    """The IP protocol number of `protocol`, TCP if absent; None after an error was reported."""
    before = len(entry.problems)
    text = entry.string("protocol")
    if not text:
        return TCP if len(entry.problems) == before else None
    number = PROTOCOLS.get(text)
    if number is None:
        message = 'supported values: "SCTP", "TCP", "UDP"'
        entry.error("not-supported", message, "protocol", value=text, hint=nearest(text, PROTOCOLS))
    return number


def read_addresses(status: Fields | None, plural: str, single: str) -> tuple[IpAddress, ...]:
    """The addresses of a list of `{ip}`, else of a single field; one that cannot be read is reported and left out."""
    if status is None:
        return ()
    entries = [(entry, "ip") for entry in status.children(plural)] or [(status, single)]
    return tuple(address for entry, key in entries if (address := read_address(entry, key)) is not None)


def read_address(fields: Fields, key: str) -> IpAddress | None:
    """An IP address, None if absent or, after an error was reported, if it is none."""
    text = fields.string(key)
    if not text:
        return None
    address = parse_address(text)
    if address is None:
        fields.error("invalid-value", "must be a valid IP address", key, value=text)
    return address
