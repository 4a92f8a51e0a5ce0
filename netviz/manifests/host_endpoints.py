"""Reads HostEndpoints: the interfaces of nodes on which Calico judges the traffic of the node itself (B50-B55).

Source: HostEndpointSpec, projectcalico.org/v3; crd.projectcalico.org/v1 stores the same spec.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from netviz.manifests.document import Fields
from netviz.manifests.metadata import Metadata, required_child, warn_unknown
from netviz.manifests.pods import read_port_number, read_protocol
from netviz.model.cluster import ContainerPort, HostEndpoint, Node
from netviz.selectors.tree import Labels
from netviz.sets.addresses import IpAddress, parse_address

HOST_ENDPOINT: Final = "HostEndpoint"
EVERY_INTERFACE: Final = "*"
_SPEC: Final = frozenset(("expectedIPs", "interfaceName", "node", "ports", "profiles"))
_PORT: Final = frozenset(("name", "port", "protocol"))


def read_host_endpoint(root: Fields, meta: Metadata) -> HostEndpoint | None:
    """A HostEndpoint with the addresses written for it; None, after an error was reported, if it is refused (B55)."""
    spec = required_child(root, "spec")
    if spec is None:
        return None
    warn_unknown(spec, _SPEC)
    node, interface = spec.string("node") or "", spec.string("interfaceName") or ""
    addresses = _expected(spec)
    if not spec.errors:
        if not node:
            spec.error("invalid-value", "node must be specified", "node")
        if not interface and not addresses:
            spec.error("invalid-value", "at least one of interfaceName or expectedIPs must be specified")
    endpoint = HostEndpoint(
        name=meta.name,
        node=node,
        interface=interface,
        addresses=addresses,
        announced=bool(addresses),
        labels=Labels.of(meta.labels),
        profiles=spec.strings("profiles"),
        ports=tuple(_ports(spec)),
        ref=root.ref(),
    )
    return None if root.errors or not meta.labels_valid else endpoint


def _expected(spec: Fields) -> tuple[IpAddress, ...]:
    found: dict[IpAddress, None] = {}
    for i, text in enumerate(spec.strings("expectedIPs")):
        address = parse_address(text)
        if address is None:
            spec.error("invalid-value", "must be a valid IP address", "expectedIPs", i, value=text)
        else:
            found[address] = None
    return tuple(found)


def _ports(spec: Fields) -> Iterator[ContainerPort]:
    for entry in spec.children("ports"):
        warn_unknown(entry, _PORT)
        name, number, protocol = entry.string("name"), read_port_number(entry, "port"), read_protocol(entry)
        if not name and not entry.errors:
            entry.error("required", "must be set", "name")
        if name and number is not None and protocol is not None:
            yield ContainerPort(name=name, protocol=protocol, port=number)


def at_node(endpoint: HostEndpoint, nodes: Mapping[str, Node]) -> HostEndpoint:
    """The endpoint with the addresses of its node: all of them if it is about every interface or none is written."""
    node = nodes.get(endpoint.node)
    if node is None or (endpoint.addresses and endpoint.interface != EVERY_INTERFACE):
        return endpoint
    return replace(endpoint, addresses=tuple(dict.fromkeys(endpoint.addresses + node.addresses)))
