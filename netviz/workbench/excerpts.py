"""Source lines of a place, for traces."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
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
    places = TextsByPlace(texts)

    def quote(ref: SourceRef) -> Lines:
        text = places.at(ref)
        if text is None:
            return ()
        lines = text.excerpt(ref.line, EXCERPT_LINES if ref.path else len(text.lines))
        return _block(lines) if ref.path else _selection(lines)

    return quote


class TextsByPlace:
    """Texts by where they are written, of which one document, a List, may hold thousands. Immutable."""

    def __init__(self, texts: Sequence[SourceText]) -> None:
        self._texts: dict[tuple[str, int], list[SourceText]] = {}
        for text in texts:
            self._texts.setdefault((text.file, text.document), []).append(text)
        self._starts: dict[tuple[str, int], list[int]] = {}
        for document, some in self._texts.items():
            some.sort(key=_first_line)
            self._starts[document] = list(map(_first_line, some))

    def at(self, ref: SourceRef) -> SourceText | None:
        """The text that holds a line; of texts that begin in one line the first."""
        starts = self._starts.get((ref.file, ref.document), [])
        after = bisect_right(starts, ref.line)
        if not after:
            return None
        found = self._texts[ref.file, ref.document][bisect_left(starts, starts[after - 1])]
        return found if ref.line < found.first_line + len(found.lines) else None


def _first_line(text: SourceText) -> int:
    return text.first_line


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
