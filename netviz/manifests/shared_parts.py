"""What many objects of an input write alike is kept once, from the moment on that it is read.

The pods of a workload have the same labels, owners and containers. As long as each has its own copy of them, the trees
of a large cluster take half of the memory, and most of the time goes into waiting for it.
"""

from __future__ import annotations

import marshal
from typing import Any, Final

from netviz.manifests.trimming import trim

_PLAIN: Final = 2
"""The last format of `marshal` in which equal trees are equal bytes: later ones note what is one object."""

_MOST: Final = 1_000
"""So many different parts are remembered; the pods of one workload mostly follow each other."""

_LONGEST: Final = 50_000
"""A longer part, in bytes, is nobody else's: what is remembered must not become a second copy of a large input."""

_OF_METADATA: Final = ("labels", "ownerReferences")
_OF_SPEC: Final = ("containers", "initContainers")


class SharedParts:
    """Trims objects, and puts one mapping or list where pods have equal ones. No tree may be changed afterwards."""

    def __init__(self) -> None:
        self._known: dict[bytes, Any] = {}

    def trim(self, kind: str, data: dict[str, Any]) -> None:
        """Forget what is not read of the object, and share what others have too."""
        trim(kind, data)
        if kind == "Pod":
            self._share(data.get("metadata"), _OF_METADATA)
            self._share(data.get("spec"), _OF_SPEC)

    def _share(self, parent: Any, keys: tuple[str, ...]) -> None:  # noqa: ANN401 - anything may stand there
        # A tree that remembers its lines is of another type, and is its own.
        if type(parent) is not dict:
            return
        for key in keys:
            if key in parent:
                try:
                    written = marshal.dumps(parent[key], _PLAIN)
                except ValueError:
                    # Nested deeper than can be written.
                    continue
                if len(written) > _LONGEST:
                    continue
                if len(self._known) >= _MOST:
                    self._known.clear()
                parent[key] = self._known.setdefault(written, parent[key])
