"""The metadata of objects of which there is nothing to say, read without looking at one field after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from netviz.manifests.known_fields import OBJECT_META, OWNER_REFERENCE
from netviz.manifests.metadata import Metadata, controlling
from netviz.manifests.names import dns_label, dns_subdomain, label_value, qualified_name

_MOST: Final = 10_000
"""So many different names are remembered: a cluster has few keys of labels, and some thousand namespaces."""


class GoodNames:
    """Remembers which namespaces and keys of labels are good, as all objects write the same few again and again."""

    def __init__(self) -> None:
        self._namespaces: set[str] = set()
        self._keys: set[str] = set()

    def metadata(self, data: Mapping[str, Any]) -> Metadata | None:
        """The metadata of an object in a namespace if it is plainly good; None if something may be to be said about it.

        What `read_metadata` reads, and then it reports nothing.
        """
        name, namespace, uid = data.get("name"), data.get("namespace"), data.get("uid")
        labels, references = data.get("labels"), data.get("ownerReferences")
        if type(name) is not str or type(namespace) is not str or not (uid is None or type(uid) is str):
            return None
        if not OBJECT_META.issuperset(data) or dns_subdomain(name) is not None or not self._is_namespace(namespace):
            return None
        if labels is None:
            labels = {}
        elif type(labels) is not dict or not self._are_labels(labels):
            return None
        if references is None:
            return Metadata(namespace, name, labels, True, uid, None)
        if type(references) is not list or not all(map(_is_reference, references)):
            return None
        marked = [each for each in references if each.get("controller")]
        owners = (controlling(each["apiVersion"], each["kind"], each["name"]) for each in marked)
        return Metadata(namespace, name, labels, True, uid, next(filter(None, owners), None))

    def _is_namespace(self, text: str) -> bool:
        return text in self._namespaces or (dns_label(text) is None and _noted(self._namespaces, text))

    def _are_labels(self, labels: Mapping[str, Any]) -> bool:
        for key, value in labels.items():
            if key not in self._keys and not (qualified_name(key) is None and _noted(self._keys, key)):
                return False
            if type(value) is not str or label_value(value) is not None:
                return False
        return True


def _noted(known: set[str], text: str) -> bool:
    if len(known) >= _MOST:
        known.clear()
    known.add(text)
    return True


def _is_reference(data: Any) -> bool:  # noqa: ANN401 - anything may stand there
    """Whether this is an owner as the API writes it, with all that tells who it is."""
    return (
        type(data) is dict
        and OWNER_REFERENCE.issuperset(data)
        and type(data.get("apiVersion")) is str
        and type(data.get("kind")) is str
        and type(data.get("name")) is str
        and type(data.get("controller", False)) is bool
    )
