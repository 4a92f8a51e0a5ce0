"""Pods that say the same as one before them, but for what is a pod's own: what they have in common is read once.

A pod's own are its name, identifiers, node and status. Of all else that is read of it the parts that `SharedParts` made
one are compared as objects, not by what is in them; what was read of the same ones before, and gave no diagnostic, is
taken over. Whatever is not plainly good is left to the readers of fields, which say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from netviz.errors import Diagnostic
from netviz.manifests.document import Document, Fields
from netviz.manifests.known_fields import OBJECT_META, POD_SPEC, TOP
from netviz.manifests.metadata import Metadata, read_metadata
from netviz.manifests.names import dns_subdomain
from netviz.manifests.plain import GoodNames
from netviz.manifests.pods import PodObject, PodTemplate, pod_object, read_pod_template
from netviz.sets.addresses import IpAddress, parse_address

_MOST: Final = 1_000
"""So many different pods are remembered; those of one workload mostly follow each other."""

_VALUES: Final = 4
"""So many of what is common are values, the first that of the metadata; the others are compared as objects."""

_OF_SPEC: Final = 6
"""Where the objects begin that are of the spec."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class _Own(NamedTuple):
    """What is a pod's own; of its status only what is read."""

    name: str
    uid: str | None
    node: str
    phase: str
    addresses: tuple[IpAddress, ...]
    host_addresses: tuple[IpAddress, ...]


class _Common(NamedTuple):
    """What pods that are alike have in common: all of the metadata but their names, and the template.

    `parts` are what it was read of, kept so that nothing else can be taken for them.
    """

    meta: Metadata
    template: PodTemplate
    parts: tuple[Any, ...]


class AlikePods:
    """What was read of pods without any diagnostic, by all that is read of them and is not their own."""

    def __init__(self) -> None:
        self._pods: dict[tuple[Any, ...], _Common] = {}
        self._templates: dict[tuple[Any, ...], _Common] = {}
        self._names = GoodNames()

    def read(self, document: Document) -> PodObject | None:
        """The pod of a document that is plainly good; None for one of which there may be something to say."""
        own = _own(document.data)
        parts = None if own is None else _parts(document.data)
        if own is None or parts is None:
            return None
        key = (*parts[:_VALUES], *map(id, parts[_VALUES:]))
        common = self._pods.get(key) or self._learnt(document, key, parts)
        if common is None:
            return None
        meta = common.meta
        return pod_object(
            Metadata(meta.namespace, own.name, meta.labels, True, own.uid, meta.owner),
            common.template,
            document.ref(),
            node=own.node,
            phase=own.phase,
            addresses=own.addresses,
            host_addresses=own.host_addresses,
        )

    def _learnt(self, document: Document, key: tuple[Any, ...], parts: tuple[Any, ...]) -> _Common | None:
        problems: list[Diagnostic] = []
        root = Fields(document, document.data, (), problems)
        meta = self._names.metadata(document.data["metadata"]) or read_metadata(root, namespaced=True)
        if meta is None or problems or not meta.labels_valid:
            return None
        of_spec = (*key[1:_VALUES], *key[_OF_SPEC:])
        known = self._templates.get(of_spec)
        found = read_pod_template(root, meta) if known is None else known.template
        if found is None or problems:
            return None
        common = _Common(meta, replace(found, labels=meta.labels, node=""), parts)
        _remember(self._templates, of_spec, common)
        _remember(self._pods, key, common)
        return common


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(known) >= _MOST:
        known.clear()
    known[key] = value


def _parts(data: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What is read of a pod and is not its own: texts and truth values, and then what `SharedParts` shares.

    None if the pod has a field that nobody knows, or one of another type.
    """
    metadata, spec = data["metadata"], data["spec"]
    if not (TOP.issuperset(data) and OBJECT_META.issuperset(metadata) and POD_SPEC.issuperset(spec)):
        return None
    namespace, host = metadata.get("namespace"), spec.get("hostNetwork")
    account, old_account = spec.get("serviceAccountName"), spec.get("serviceAccount")
    if not (_is_text(namespace) and _is_text(account) and _is_text(old_account)):
        return None
    if host is not None and type(host) is not bool:
        return None
    return (
        namespace,
        account,
        old_account,
        host,
        metadata.get("labels"),
        metadata.get("ownerReferences"),
        spec.get("containers"),
        spec.get("initContainers"),
    )


def _own(data: Mapping[str, Any]) -> _Own | None:
    """What is a pod's own; None if something about it is to be said, or unusual."""
    metadata, spec = data.get("metadata"), data.get("spec")
    if type(metadata) is not dict or type(spec) is not dict:
        return None
    node = spec.get("nodeName")
    name, uid = metadata.get("name"), metadata.get("uid")
    if type(name) is not str or dns_subdomain(name) is not None or not _is_text(uid) or not _is_text(node):
        return None
    status = data.get("status")
    if status is None:
        status = _NOTHING
    elif type(status) is not dict:
        return None
    phase = status.get("phase")
    addresses, hosts = _addresses(status, "podIPs", "podIP"), _addresses(status, "hostIPs", "hostIP")
    if not _is_text(phase) or addresses is None or hosts is None:
        return None
    return _Own(name, uid, node or "", phase or "", addresses, hosts)


def _is_text(value: object) -> bool:
    return value is None or type(value) is str


def _addresses(status: Mapping[str, Any], plural: str, single: str) -> tuple[IpAddress, ...] | None:
    listed = status.get(plural)
    if listed is None:
        text = status.get(single)
        listed = [{"ip": text}] if text is not None else []
    elif type(listed) is not list or not listed:
        return None
    found: list[IpAddress] = []
    for entry in listed:
        text = entry.get("ip") if type(entry) is dict else None
        address = parse_address(text) if type(text) is str else None
        if address is None:
            return None
        found.append(address)
    return tuple(found)
