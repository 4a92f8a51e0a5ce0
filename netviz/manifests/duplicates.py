"""Tells what an object that is defined more than once means: the same again, or a contradiction."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document


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
            message = f"this {first.kind} is defined again with the same content"
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
