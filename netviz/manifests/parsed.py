"""What both readers make of a file: parsed documents, broken documents, and where everything in them stands."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from netviz.errors import shown
from netviz.manifests.document import Path
from netviz.manifests.limits import Limits, over_limit
from netviz.source import SourceText

MOST_PROBLEMS = 1_000
"""What is gathered about one document before it is refused as a whole."""

_LINE_END = re.compile(r"\r\n|\n|\r")


Taken = Callable[[dict[str, Any]], None]
"""Is called with each object of a List as soon as it is read, and may forget parts of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why one object of a document cannot be used although it could be parsed.

    `line` is 1-based in the file, 0 if only the path says where. `text` is shown only if the object's kind is wanted,
    for it may quote the input.
    """

    path: Path
    code: str
    text: str
    line: int = 0
    hint: str | None = None


class Places(Protocol):
    """Knows where things of one parsed document stand, and their text, as long as the file is being read."""

    def below(self, path: Path, *, passing: bool = False) -> Finder:
        """A finder for the object at this path that keeps nothing of the objects around it.

        One for an object that is `passing`, only until the cluster is made, may keep the whole file instead of a copy.
        """

    def line(self, path: Path) -> int:
        """The 1-based line of the file for this path."""

    def text(self, file: str, index: int, path: Path) -> SourceText | None:
        """The lines of the object at this path; None if they cannot be told from those of its neighbours."""


class Finder(Protocol):
    """Finds the 1-based line of the file for a path; that of the nearest parent for one that is not there."""

    def __call__(self, path: Path, /) -> int:
        """The line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A document that could be parsed. `index` is its 1-based number in the file, `data` the tree, None if empty.

    `taken` tells whether the objects of its `items` have all been handed out already.
    """

    index: int
    line: int
    data: Any
    problems: tuple[Problem, ...]
    places: Places
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A document that could not be parsed; `kind` is what it seems to be, "" if nothing says so.

    `document` is 0 if the rest of the file is meant, not one document of it.
    """

    index: int
    line: int
    code: str
    message: str
    hint: str | None = None
    kind: str = ""


def line_ends(text: str, start: int, end: int) -> int:
    """How many line ends, of whatever system, stand between two offsets."""
    lone = text.count("\r", start, end) - text.count("\r\n", start, end)
    return text.count("\n", start, end) + lone


def source_lines(text: str) -> list[str]:
    """The lines of a text without their ends, at least one."""
    return _LINE_END.split(text)


def duplicate_key(path: Path, first: int, second: int) -> Problem:
    """A key that is written twice in one mapping; `path` ends with the key, `first` and `second` are lines."""
    places = f"in line {first}" if first == second else f"in lines {first} and {second}"
    text = f"the key {shown(str(path[-1]))} is written twice, {places}"
    return Problem(path=path, code="duplicate-key", text=text, line=second, hint="the last one would win; remove one")


def too_many_problems(index: int, line: int, problems: Sequence[Problem]) -> Broken:
    """The outcome for a document with more problems than are gathered."""
    message = f"the document has more than {MOST_PROBLEMS:,} problems"
    return Broken(index=index, line=line, code=problems[0].code, message=message)


def value_problems(data: object, limits: Limits, path: Path = ()) -> Iterator[Problem]:
    """Values that are too long to keep and numbers that JSON does not know, anywhere in a tree."""
    match data:
        case dict():
            for key, value in data.items():
                if len(key) > limits.scalar:
                    yield _too_long(limits, path)
                yield from value_problems(value, limits, (*path, key))
        case list():
            for i, value in enumerate(data):
                yield from value_problems(value, limits, (*path, i))
        case str() if len(data) > limits.scalar:
            yield _too_long(limits, path)
        case float() if not math.isfinite(data):
            text = "infinity and not-a-number do not exist in JSON, so kubectl refuses the document"
            yield Problem(path=path, code="invalid-value", text=text, hint="quote it if a text is meant")


def _too_long(limits: Limits, path: Path) -> Problem:
    message, hint = over_limit(limits, "scalar")
    return Problem(path=path, code="limit", text=message, hint=hint)
