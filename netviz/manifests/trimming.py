"""Forgets what nobody reads of an object: environment, arguments, annotations, most of the status.

These are most of an export, and may be secret. A field that is forgotten stays as a null, so that misspelt names and
lines are found as before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Trim = Callable[[str, dict[str, Any]], None]
"""Takes `(kind, object)` and forgets parts of the object, in place: it belongs to the reader still."""

_CONTROLLERS: Final = frozenset(
    ("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet")
)
_POD_SPEC: Final = frozenset(
    ("containers", "hostNetwork", "initContainers", "nodeName", "serviceAccount", "serviceAccountName")
)
_CONTAINER: Final = frozenset(("name", "ports", "restartPolicy"))
_POD_STATUS: Final = frozenset(("hostIP", "hostIPs", "phase", "podIP", "podIPs"))
_NODE_STATUS: Final = frozenset(("addresses",))
_JOB_STATUS: Final = frozenset(("conditions",))
_UNREAD_METADATA: Final = ("annotations", "managedFields")
_IDENTITY: Final = frozenset(("apiVersion", "kind", "metadata"))
_NOTHING: Final[frozenset[str]] = frozenset()


def no_trim(_kind: str, _data: dict[str, Any]) -> None:
    """Everything is kept."""


def trim(kind: str, data: dict[str, Any]) -> None:
    """Forget what the readers of the cluster do not ask for in an object of one of their kinds."""
    metadata = data.get("metadata")
    if isinstance(metadata, dict):
        for key in _UNREAD_METADATA:
            if key in metadata:
                metadata[key] = None
    if kind == "Pod":
        _pod_spec(data.get("spec"))
        _only(data.get("status"), _POD_STATUS)
    elif kind in _CONTROLLERS:
        _template(data.get("spec"))
        _only(data.get("status"), _JOB_STATUS if kind == "Job" else _NOTHING)
    elif kind == "CronJob":
        _template(_below(_below(data.get("spec"), "jobTemplate"), "spec"))
        _only(data.get("status"), _NOTHING)
    elif kind == "Node":
        _only(data.get("status"), _NODE_STATUS)


def trim_ignored(data: dict[str, Any]) -> None:
    """Forget all but what an object is, and is called."""
    _only(data, _IDENTITY)
    _only(data.get("metadata"), frozenset(("name", "namespace")))


def _template(spec: object) -> None:
    template = _below(spec, "template")
    _pod_spec(_below(template, "spec"))
    _only(_below(template, "metadata"), frozenset(("labels",)))


def _pod_spec(spec: object) -> None:
    _only(spec, _POD_SPEC)
    for key in ("containers", "initContainers"):
        containers = _below(spec, key)
        for container in containers if isinstance(containers, list) else ():
            _only(container, _CONTAINER)


def _below(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _only(value: object, kept: frozenset[str]) -> None:
    """Forget the members of an object that are not kept."""
    if isinstance(value, dict):
        for key in value:
            if key not in kept:
                value[key] = None
