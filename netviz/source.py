"""Where something was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """A place in the input: file as named by the user, 1-based document, field path and 1-based line of the file."""

    file: str
    document: int
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


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
