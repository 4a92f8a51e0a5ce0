"""Reads Namespaces, Nodes and ServiceAccounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netviz.manifests.document import Fields
from netviz.manifests.known_fields import NAMESPACE_SPEC, NODE_SPEC
from netviz.manifests.metadata import Metadata, warn_unknown
from netviz.manifests.pods import read_address
from netviz.model.cluster import NAME_LABEL, Namespace, Node, ServiceAccount
from netviz.selectors.tree import Labels
from netviz.sets.addresses import IpAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeObject:
    """A Node, and which of its addresses are internal: those that its hostNetwork pods use."""

    node: Node
    internal: tuple[IpAddress, ...]


def read_namespace(root: Fields, meta: Metadata) -> Namespace | None:
    """A Namespace with the label that the control plane gives it; another value written for it is overridden (M15)."""
    _warn_spec(root, NAMESPACE_SPEC)
    if root.errors:
        return None
    written = meta.labels.get(NAME_LABEL, meta.name)
    if written != meta.name:
        message = f'the control plane sets this label to the namespace\'s name, so "{meta.name}" is used'
        root.warning("name-label", message, "metadata", "labels", NAME_LABEL, value=written)
    return Namespace(name=meta.name, labels=Labels.of({**meta.labels, NAME_LABEL: meta.name}), ref=root.ref())


def mentioned_namespaces(known: Iterable[Namespace], mentioned: Iterable[str]) -> tuple[Namespace, ...]:
    """All namespaces by name; one without manifest has its name label and perhaps others (M15)."""
    by_name = {namespace.name: namespace for namespace in known}
    for name in set(mentioned) - by_name.keys():
        by_name[name] = Namespace(name=name, labels=Labels.of({NAME_LABEL: name}, complete=False))
    return tuple(by_name[name] for name in sorted(by_name))


def read_node(root: Fields, meta: Metadata) -> NodeObject | None:
    """A Node; addresses that are host names are skipped."""
    _warn_spec(root, NODE_SPEC)
    status = root.child("status")
    found: dict[str, list[IpAddress]] = {"InternalIP": [], "ExternalIP": []}
    for entry in status.children("addresses") if status else []:
        kind = entry.string("type")
        address = read_address(entry, "address") if kind in found else None
        if kind is not None and address is not None:
            found[kind].append(address)
    if not meta.labels_valid:
        return None
    internal, external = (tuple(found[kind]) for kind in ("InternalIP", "ExternalIP"))
    addresses = tuple(dict.fromkeys(internal + external))
    node = Node(name=meta.name, labels=Labels.of(meta.labels), addresses=addresses, ref=root.ref())
    return NodeObject(node=node, internal=internal)


def read_service_account(root: Fields, meta: Metadata) -> ServiceAccount | None:
    """A ServiceAccount with its labels."""
    if not meta.labels_valid:
        return None
    return ServiceAccount(namespace=meta.namespace, name=meta.name, labels=Labels.of(meta.labels), ref=root.ref())


def _warn_spec(root: Fields, known: frozenset[str]) -> None:
    spec = root.child("spec")
    if spec is not None:
        warn_unknown(spec, known)
