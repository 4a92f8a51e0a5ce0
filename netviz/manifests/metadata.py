"""Reads what every object carries: name, namespace, labels and controlling owner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document, Fields
from netviz.manifests.known_fields import OBJECT_META, OWNER_REFERENCE, TOP
from netviz.manifests.names import dns_label, dns_subdomain
from netviz.manifests.selectors import read_labels
from netviz.manifests.strict import report_unknown_fields

DEFAULT_NAMESPACE: Final = "default"
_STATIC_POD_OWNER: Final = "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The controller that an object belongs to; `group` is its API group, "" for the core one."""

    group: str
    kind: str
    name: str


class Metadata(NamedTuple):
    """The metadata of one object.

    `namespace` is "" for a cluster-scoped kind. `labels` holds the readable ones; `labels_valid` is False if some label
    was reported as an error.
    """

    namespace: str
    name: str
    labels: dict[str, str]
    labels_valid: bool = True
    uid: str | None = None
    owner: Owner | None = None


def warn_unknown(fields: Fields, known: frozenset[str]) -> None:
    """Report, as warnings, the written fields that are not published ones."""
    report_unknown_fields(fields, known, Severity.WARNING)


def required_child(fields: Fields, key: str) -> Fields | None:
    """A mapping that has to be there; None after an error was reported."""
    before = len(fields.problems)
    found = fields.child(key)
    if found is None and len(fields.problems) == before:
        fields.error("required", "must be set", key)
    return found


def read_metadata(root: Fields, *, namespaced: bool, top: frozenset[str] = TOP) -> Metadata | None:
    """The metadata of a document; None, after an error was reported, if the object cannot be named."""
    warn_unknown(root, top)
    fields = required_child(root, "metadata")
    if fields is None:
        return None
    warn_unknown(fields, OBJECT_META)
    name = _name(fields, is_namespace=root.raw("kind") == "Namespace")
    namespace = _namespace(fields) if namespaced else ""
    if name is None or namespace is None:
        return None
    labels, labels_valid = labels_of(fields)
    return Metadata(
        namespace=namespace,
        name=name,
        labels=labels,
        labels_valid=labels_valid,
        uid=fields.string("uid"),
        owner=_owner(fields),
    )


def _name(fields: Fields, *, is_namespace: bool) -> str | None:
    name = fields.string("name")
    if name:
        check = dns_label if is_namespace else dns_subdomain
        return _checked(fields, "name", name, check(name))
    if not fields.errors:
        hint = "generateName is not enough here: give it a name" if "generateName" in fields else None
        fields.error("required", "a name is required", "name", hint=hint)
    return None


def _namespace(fields: Fields) -> str | None:
    before = len(fields.problems)
    namespace = fields.string("namespace")
    if namespace:
        return _checked(fields, "namespace", namespace, dns_label(namespace))
    return DEFAULT_NAMESPACE if len(fields.problems) == before else None


def _checked(fields: Fields, key: str, text: str, problem: str | None) -> str | None:
    if problem is None:
        return text
    fields.error("invalid-value", problem, key, value=text)
    return None


def labels_of(fields: Fields) -> tuple[dict[str, str], bool]:
    """The labels of a metadata mapping, and whether the API server would take all of them."""
    before = len(fields.problems)
    labels = read_labels(fields, "labels")
    return labels, len(fields.problems) == before


def _owner(fields: Fields) -> Owner | None:
    """The owner with `controller: true`."""
    for reference in fields.children("ownerReferences"):
        warn_unknown(reference, OWNER_REFERENCE)
        kind, name = reference.string("kind") or "", reference.string("name") or ""
        version = reference.string("apiVersion") or ""
        owner = controlling(version, kind, name) if reference.boolean("controller") else None
        if owner is not None:
            return owner
    return None


def controlling(api_version: str, kind: str, name: str) -> Owner | None:
    """The controller that is written like this, None for none.

    A static pod is nobody's: its Node is the place, not the workload.
    """
    if not kind or not name or kind == _STATIC_POD_OWNER:
        return None
    return Owner(group=api_version.rpartition("/")[0], kind=kind, name=name)


def note_default_namespace(documents: Iterable[Document]) -> list[Diagnostic]:
    """At most one note, at the first of the namespaced documents given here that name no namespace (M14)."""
    without = [document for document in documents if not _names_namespace(document)]
    if not without:
        return []
    first = min(without, key=lambda document: (document.file, document.line_of(())))
    objects = "1 object names" if len(without) == 1 else f"{len(without)} objects, of which this is the first, name"
    message = f'{objects} no namespace: taken to be in "{DEFAULT_NAMESPACE}"'
    return [first.diagnostic(Severity.INFO, "no-namespace", message, ("metadata",))]


def _names_namespace(document: Document) -> bool:
    metadata = document.data.get("metadata")
    return isinstance(metadata, dict) and bool(metadata.get("namespace"))
