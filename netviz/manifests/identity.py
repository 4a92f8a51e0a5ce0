"""What a policy object is called, judged as the API server does, also where the object cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.known_fields import OBJECT_META
from netviz.manifests.metadata import DEFAULT_NAMESPACE
from netviz.manifests.names import dns_label, dns_subdomain
from netviz.manifests.selectors import check_keys, read_labels
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import RemarkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What an object is called. `namespace` is "" for a kind that has none.

    An object without a readable name gets one that names its place, so that it can be talked about; it has spaces,
    as no real name does.
    """

    namespace: str
    name: str


def read_identity(root: Fields, *, namespaced: bool = True, bad_name: Severity = Severity.ERROR) -> Identity | None:
    """The identity of an object, after judging all of its metadata; None if its namespace cannot be told.

    Bad names are reported and kept, that of the object itself as a `bad_name`. Without a namespace it is `default`
    (M14). Source: ValidateObjectMeta, ObjectMeta of meta/v1.
    """
    metadata = root.child("metadata")
    if metadata is None:
        if "metadata" in root:
            return None
        metadata = Fields(root.document, {}, ("metadata",), root.problems, root.remarks)
    name = _name(metadata, bad_name)
    namespace = _namespace(metadata) if namespaced else ""
    read_labels(metadata, "labels")
    check_keys(metadata, "annotations", metadata.string_map("annotations"), lower=True)
    report_unknown_fields(metadata, OBJECT_META, Severity.WARNING)
    return None if namespace is None else Identity(namespace=namespace, name=name)


def _name(metadata: Fields, bad_name: Severity) -> str:
    name = metadata.string("name")
    if name:
        message = dns_subdomain(name)
        if message is not None:
            report = metadata.error if bad_name is Severity.ERROR else metadata.warning
            report("invalid-value", message, "name", value=name)
        return name
    if name is not None or "name" not in metadata:
        hint = "generateName is not enough here: give it a name" if "generateName" in metadata else None
        metadata.error("required", "name or generateName is required", "name", hint=hint)
    return f"(unnamed, {metadata.document.file}, document {metadata.document.index})"


def _namespace(metadata: Fields) -> str | None:
    namespace = metadata.string("namespace")
    if namespace:
        message = dns_label(namespace)
        if message is not None:
            metadata.error("invalid-value", message, "namespace", value=namespace)
        return namespace
    if namespace is None and "namespace" in metadata:
        return None
    metadata.remark(RemarkKind.NO_NAMESPACE)
    return DEFAULT_NAMESPACE
