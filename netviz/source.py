"""Where something was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceRef:
    """A place in the input: file as named by the user, 1-based document, field path and 1-based line of the file.

    Two are equal if all four are, wherever they come from.
    """

    file: str
    document: int
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceRef) and _key(self) == _key(other)

    def __hash__(self) -> int:
        return hash(_key(self))


def _key(ref: SourceRef) -> tuple[str, int, str, int]:
    return ref.file, ref.document, ref.path, ref.line


class Place(NamedTuple):
    """The field path and the line of a `SourceRef`."""

    path: str
    line: int


class LaterRef(SourceRef):
    """A place of which path and line are worked out when one of them is first asked for: most never are."""

    __slots__ = ("_find", "_found")
    _find: Callable[[], Place]
    _found: Place | None

    def __init__(self, file: str, document: int, find: Callable[[], Place]) -> None:
        put = object.__setattr__
        put(self, "file", file)
        put(self, "document", document)
        put(self, "_find", find)
        put(self, "_found", None)

    @property
    def _place(self) -> Place:
        found = self._found
        if found is None:
            found = self._find()
            object.__setattr__(self, "_found", found)
        return found

    @property
    def path(self) -> str:
        """The field path."""
        return self._place.path

    @property
    def line(self) -> int:
        """The line."""
        return self._place.line

    def __reduce__(self) -> tuple[Callable[[], SourceRef], tuple[()]]:
        # Elsewhere there is nothing to look into.
        return partial(SourceRef, file=self.file, document=self.document, path=self.path, line=self.line), ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """The text of one policy document, kept so that a trace can quote it.

    `lines[i]` is line `first_line + i` of the file, without its line end.
    """

    file: str
    document: int
    first_line: int
    lines: tuple[str, ...]

    def excerpt(self, line: int, count: int) -> tuple[tuple[int, str], ...]:
        """Up to `count` numbered lines from `line` on; empty if the line is not in this document."""
        start = line - self.first_line
        if not 0 <= start < len(self.lines):
            return ()
        return tuple((line + i, text) for i, text in enumerate(self.lines[start : start + count]))
