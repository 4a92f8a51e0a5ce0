"""Source lines of a place, for traces."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.source import SourceRef, SourceText
from netviz.view.trace import Quote

EXCERPT_LINES = 16


def quoter(texts: Sequence[SourceText]) -> Quote:
    """A function that gives the lines of the block which begins at a place: up to the next line indented as little."""
    by_file: dict[tuple[str, int], list[SourceText]] = {}
    for text in texts:
        by_file.setdefault((text.file, text.document), []).append(text)

    def quote(ref: SourceRef) -> tuple[tuple[int, str], ...]:
        for text in by_file.get((ref.file, ref.document), ()):
            lines = text.excerpt(ref.line, EXCERPT_LINES)
            if lines:
                return _block(lines)
        return ()

    return quote


def _block(lines: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
    first = lines[0][1]
    depth = _depth(first)
    item = first.lstrip().startswith("-")
    end = 1
    for _, text in lines[1:]:
        ends_here = _depth(text) < depth or (_depth(text) == depth and (item or not text.lstrip().startswith("-")))
        if text.strip() and ends_here:
            break
        end += 1
    while end > 1 and not lines[end - 1][1].strip():
        end -= 1
    return lines[:end]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
