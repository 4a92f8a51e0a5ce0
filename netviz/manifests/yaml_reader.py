"""A YAML file as parsed and broken documents.

The text is cut at the lines that start a document (`---`, with the `%` directives before it) and each piece gets a
parser of its own, so that a mistake ends with its document. Nothing else can look like such a line: YAML forbids it
even inside of a quoted text or a block scalar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, partial
from itertools import islice
from typing import Any

import yaml
from yaml.events import DocumentStartEvent, StreamEndEvent

from netviz.manifests.document import Path
from netviz.manifests.limits import Limits, over_limit
from netviz.manifests.parsed import (
    MOST_PROBLEMS,
    Broken,
    Finder,
    Parsed,
    Taken,
    line_ends,
    source_lines,
    too_many_problems,
    value_problems,
)
from netviz.manifests.progress import Tick, no_tick
from netviz.manifests.yaml_errors import seeming_kind, syntax_error, template_hint
from netviz.manifests.yaml_lines import Lines, Unproven, read_block
from netviz.manifests.yaml_tree import (
    Keys,
    NextEvent,
    ParserEvent,
    Refused,
    TreeBuilder,
    Values,
    line_in,
    parser_events,
)
from netviz.source import SourceText

_FIRST_MARKER = re.compile(r"---(?=[ \t\r\n]|\Z)")
_MARKER = re.compile(r"\n---(?=[ \t\r\n]|\Z)")
_BARE_MARKER = re.compile(r"---[ \t]*(?:#.*)?")
_CONTENT = re.compile(r"^(?:[ \t]*[^ \t\r\n#%]|[ \t]+%)", re.MULTILINE)
_BLOCK_ITEM = re.compile(r"[ \t]*-[ \t]")
_NODES_PER_CHARACTER = 2
"""More than any text can have: an empty value takes no more than the comma or dash before it."""


def read_yaml(
    text: str, limits: Limits, tick: Tick = no_tick, taken: Taken | None = None, *, plain: bool = True
) -> Iterator[Parsed | Broken]:
    """The documents of a file in order.

    Where every line can mean only one thing, they are read line by line, else by the parser. `taken` is called with
    objects of Lists as soon as they are read, and may forget parts of them. Without `plain` the parser reads all.
    """
    values, keys, known = Values(), Keys(), Lines()
    index, line, done = 0, 1, 0
    for start, end in _pieces(text):
        line += line_ends(text, done, start)
        done = start
        piece = _Piece(text[start:end], line)
        done_here = _from(tick, start)
        done_here(0)
        whole = _plain(piece, index + 1, limits, known, done_here, taken or (lambda _: None)) if plain else None
        outcomes = _PieceReader(piece, limits, values, keys, done_here).documents(index) if whole is None else (whole,)
        for outcome in outcomes:
            index = outcome.index
            if index > limits.documents:
                message, hint = over_limit(limits, "documents")
                yield Broken(index=0, line=outcome.line, code="limit", message=message, hint=hint)
                return
            yield outcome


def _from(tick: Tick, start: int) -> Tick:
    return lambda position: tick(start + position)


def has_marker(text: str) -> bool:
    """Whether a line of the text starts a document, which no JSON text can hold."""
    return _FIRST_MARKER.match(text) is not None or _MARKER.search(text) is not None


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the pieces; what stands before the first document belongs to it, unless it is one itself."""
    starts = [0] if _FIRST_MARKER.match(text) else []
    starts += [_with_directives(text, found.start() + 1) for found in _MARKER.finditer(text)]
    if not starts or _CONTENT.search(text, 0, starts[0]):
        starts.insert(0, 0)
    starts[0] = 0
    yield from zip(starts, [*starts[1:], len(text)], strict=True)


def _with_directives(text: str, start: int) -> int:
    """The start of the `%` lines that stand directly before a marker, else the marker's."""
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if text[above] != "%":
            break
        start = above
    return start


class _Piece:
    """A part of the file with a parser of its own; `line` is where it starts."""

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line

    @cached_property
    def lines(self) -> list[str]:
        """Its lines, cut only when a text is asked for."""
        return source_lines(self.text)


def _plain(piece: _Piece, index: int, limits: Limits, known: Lines, tick: Tick, taken: Taken) -> Parsed | Broken | None:
    """The one document of a piece, read line by line; None if only the parser can tell what it means."""
    try:
        block = read_block(piece.text, piece.line, limits, known, tick, taken)
    except Unproven:
        return None
    first = piece.line if block.marker is None else block.marker + 1
    end = piece.line + piece.text.count("\n") + (not piece.text.endswith("\n"))
    places = YamlPlaces(piece=piece, data=block.data, line=block.line, first=first, end=end)
    return Parsed(index=index, line=block.line, data=block.data, problems=(), places=places)


class _PieceReader:
    """Reads the documents of one piece: one, or more if they are parted by `...`."""

    def __init__(self, piece: _Piece, limits: Limits, values: Values, keys: Keys, tick: Tick) -> None:
        self._piece = piece
        self._limits = limits
        self._values = values
        self._keys = keys
        self._tick = tick

    def documents(self, index: int) -> Iterator[Parsed | Broken]:
        """The documents, numbered on from `index`; the first one that is broken ends the piece."""
        before = True
        try:
            next_event = parser_events(self._piece.text)
            counted = len(self._piece.text) * _NODES_PER_CHARACTER > self._limits.nodes
            builder = TreeBuilder(
                next_event,
                self._piece.line,
                self._limits,
                self._values,
                self._keys,
                self._tick,
                counted=counted,
            )
            first = True
            while (start := _next_start(next_event)) is not None:
                index, before = index + 1, False
                yield self._document(builder, next_event, index, start, first=first)
                before, first = True, False
        except Refused as error:
            yield Broken(
                index=index,
                line=self._piece.line + error.line,
                code=error.code,
                message=error.message,
                hint=template_hint(self._piece.text) or error.hint,
                kind=seeming_kind(self._piece.text),
            )
        except yaml.YAMLError as error:
            at = index + 1 if before else index
            yield syntax_error(error, self._piece.text, self._piece.line, at, self._limits)

    def _document(
        self, builder: TreeBuilder, next_event: NextEvent, index: int, start: ParserEvent, *, first: bool
    ) -> Parsed | Broken:
        unknown_to_json = self._values.unknown_to_json
        data, line = builder.document()
        if data is None:
            line = self._piece.line + start.start_mark.line
        end = next_event().start_mark
        problems = builder.problems
        if len(self._piece.text) > self._limits.scalar or self._values.unknown_to_json > unknown_to_json:
            problems = [*problems, *islice(value_problems(data, self._limits), MOST_PROBLEMS + 1)]
        if len(problems) > MOST_PROBLEMS:
            return too_many_problems(index, line, problems)
        places = YamlPlaces(
            piece=self._piece,
            data=data,
            line=line,
            first=self._first_line(start, first=first),
            end=self._piece.line + end.line + (end.column > 0),
        )
        return Parsed(index=index, line=line, data=data, problems=tuple(problems), places=places)

    def _first_line(self, start: ParserEvent, *, first: bool) -> int:
        """The line of the file where the text of a document starts, comments included, its bare marker not."""
        if not start.explicit:
            return self._piece.line if first else self._piece.line + start.start_mark.line
        line = self._piece.line + int(start.start_mark.line)
        text = source_lines(self._piece.text[start.start_mark.index : start.end_mark.index + 200])[0]
        return line + 1 if _BARE_MARKER.fullmatch(text) else line


def _next_start(next_event: NextEvent) -> ParserEvent | None:
    """The start of the next document, None at the end."""
    event = next_event()
    while not isinstance(event, DocumentStartEvent | StreamEndEvent):
        event = next_event()
    return event if isinstance(event, DocumentStartEvent) else None


class YamlPlaces:
    """Where the things of one YAML document stand.

    `piece` is the part of the file that holds the document. The tree `data` stands in `line`; the document's own lines
    are `first` up to and without `end`.
    """

    def __init__(self, *, piece: _Piece, data: Any, line: int, first: int, end: int) -> None:  # noqa: ANN401 - a tree
        self._piece = piece
        self._data = data
        self._line = line
        self._first = first
        self._end = end

    def below(self, path: Path, *, passing: bool = False) -> Finder:
        """A finder for the object at this path, which keeps its tree only."""
        tree = self._data
        for part in path:
            tree = tree[part]
        return partial(line_in, tree, line_in(self._data, self._line, path))

    def line(self, path: Path) -> int:
        """The line of what is at this path."""
        return line_in(self._data, self._line, path)

    def text(self, file: str, index: int, path: Path) -> SourceText | None:
        """The lines of the object at this path; None for an item of a list that is not in block style."""
        start, lines = self._piece.line, self._piece.lines
        first, end = self._first, self._end
        if path:
            first, end = line_in(self._data, self._line, path), self._end_of(path)
            if not _BLOCK_ITEM.match(lines[first - start]):
                return None
        own = lines[first - start : end - start]
        while own and not own[-1].strip():
            own.pop()
        return SourceText(file=file, document=index, first_line=first, lines=tuple(own))

    def _end_of(self, path: Path) -> int:
        """The line of what follows the value at this path, or where the document ends."""
        for depth in range(len(path), 0, -1):
            parent = self._data
            for part in path[: depth - 1]:
                parent = parent[part]
            line = parent.line_after(path[depth - 1])
            if line is not None:
                return int(line)
        return self._end
