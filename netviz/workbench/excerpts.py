"""Source lines of a place, for traces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from netviz.source import SourceRef, SourceText
from netviz.view.trace import Quote

EXCERPT_LINES = 16
Lines = tuple[tuple[int, str], ...]

_SPEC = re.compile(r"[\s{]*[\"']?spec[\"']?\s*:")
_RULES = re.compile(r"\s*[\"']?(?:ingress|egress)[\"']?\s*:")


def quoter(texts: Sequence[SourceText]) -> Quote:
    """A function that gives the lines of the block which begins at a place: up to the next line indented as little.

    Of a whole policy, these are the lines of its spec without the rules: what it selects, and in which directions.
    """
    by_file: dict[tuple[str, int], list[SourceText]] = {}
    for text in texts:
        by_file.setdefault((text.file, text.document), []).append(text)

    def quote(ref: SourceRef) -> Lines:
        for text in by_file.get((ref.file, ref.document), ()):
            lines = text.excerpt(ref.line, EXCERPT_LINES if ref.path else len(text.lines))
            if lines:
                return _block(lines) if ref.path else _selection(lines)
        return ()

    return quote


def _selection(policy: Lines) -> Lines:
    """The spec of a policy without its rules; at most as many lines as any excerpt."""
    start = next((i for i, (_, text) in enumerate(policy) if _SPEC.match(text)), 0)
    spec = _block(policy[start:])
    kept: list[tuple[int, str]] = []
    rules_depth: int | None = None
    for number, text in spec:
        if rules_depth is not None and text.strip():
            deeper = _depth(text) > rules_depth or (_depth(text) == rules_depth and text.lstrip().startswith("-"))
            rules_depth = rules_depth if deeper else None
        if rules_depth is None and _RULES.match(text):
            rules_depth = _depth(text)
        if rules_depth is None:
            kept.append((number, text))
    return tuple(kept[:EXCERPT_LINES])


def _block(lines: Lines) -> Lines:
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
