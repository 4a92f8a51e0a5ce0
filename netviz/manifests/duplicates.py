"""Tells what an object that is defined more than once means: the same again, or a contradiction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document

_API_GROUP: Final = "projectcalico.org"
_STORAGE_GROUP: Final = "crd.projectcalico.org"
_STORED_PREFIX: Final = "default."


def report_duplicates(documents: Sequence[Document], problems: list[Diagnostic]) -> bool:
    """Report documents that define one object more than once; whether their content differs, `apiVersion` aside.

    The same content again is a warning; different content is an error at each of them.
    """
    first, *others = documents
    if not others:
        return False
    content = _content(first)
    if all(_content(other) == content for other in others):
        for other in others:
            message = f"this {first.kind} is defined again, and nothing that is read of it differs"
            problems.append(_duplicate(other, first, Severity.WARNING, message))
        return False
    message = f"this {first.kind} is defined more than once with different content, so none of them is used"
    for document in documents:
        another = first if document is not first else others[0]
        problems.append(_duplicate(document, another, Severity.ERROR, message))
    return True


def _content(document: Document) -> dict[str, object]:
    return {key: value for key, value in document.data.items() if key != "apiVersion"}


def _duplicate(document: Document, another: Document, severity: Severity, message: str) -> Diagnostic:
    hint = f"the other one is at {another.ref(('metadata', 'name'))}"
    return document.diagnostic(severity, "duplicate", message, ("metadata", "name"), hint=hint)


def stored_twins(documents: Mapping[int, Document]) -> frozenset[int]:
    """The keys of documents that only say how a cluster stores another one of them.

    An export of every API group has all objects of Calico twice, as served and as stored. In storage the names of
    policies may begin with the name of the tier `default` (B3).
    """
    stored = {number: each for number, each in documents.items() if each.api_version.startswith(_STORAGE_GROUP)}
    if not stored:
        return frozenset()
    served = {_name(document) for document in documents.values() if document.group == _API_GROUP}
    return frozenset(
        number
        for number, document in stored.items()
        if document.group == _STORAGE_GROUP and served & {_name(document), _name(document, _STORED_PREFIX)}
    )


def note_stored_twins(documents: Sequence[Document]) -> list[Diagnostic]:
    """At most one note, at the first of the documents."""
    if not documents:
        return []
    first = min(documents, key=lambda document: (document.file, document.line_of(())))
    what = "1 object is" if len(documents) == 1 else f"{len(documents)} objects, of which this is the first, are"
    message = f"{what} in the input as {_API_GROUP}/v3 as well, which is what counts"
    return [first.diagnostic(Severity.INFO, "stored-twin", message, ("apiVersion",))]


def _name(document: Document, prefix: str = "") -> tuple[str, object, object]:
    metadata = document.data.get("metadata")
    fields = metadata if isinstance(metadata, dict) else {}
    name = fields.get("name")
    return (
        document.kind,
        fields.get("namespace"),
        name.removeprefix(prefix) if isinstance(name, str) else document.index,
    )
