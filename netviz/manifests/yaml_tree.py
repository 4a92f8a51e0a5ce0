"""One YAML document as a tree that knows its lines, built from the parser's events.

Nothing here calls PyYAML's loaders: they mean other things by scalars than kubectl does, take the last of two equal
keys, follow bombs to their end, and the C one ends the process at 25,000 nested levels. The parser underneath gives
events, and building stops at the first limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from netviz.manifests.document import Path
from netviz.manifests.limits import Limits, over_limit
from netviz.manifests.parsed import MOST_PROBLEMS, Problem, duplicate_key
from netviz.manifests.progress import Tick
from netviz.manifests.scalars import MERGE_TAG, Scalar, ScalarError, json_number, key_text, resolve, tagged

ParserEvent = Any
"""An event; untyped, for the types that exist leave open whether an event has a place, which they all have."""

NextEvent = Callable[[], ParserEvent]

_ODD_LINE_END = re.compile(r"[\x85\u2028\u2029]")
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_MEMO_LENGTH = 64
_MEMO_ENTRIES = 50_000


class LinedMap(dict[str, Any]):
    """A mapping; `lines[i]` is the 1-based line of its i-th key, or they are by key as soon as somebody asks."""

    __slots__ = ("lines",)
    lines: list[int] | dict[str, int]

    def line(self, key: str) -> int:
        """The line of a key that is there."""
        return self.by_key()[key]

    def line_after(self, key: str) -> int | None:
        """The line of the next key below this one, None for the lowest."""
        lines = self.by_key()
        return min((line for line in lines.values() if line > lines[key]), default=None)

    def by_key(self) -> dict[str, int]:
        """The lines by key; most mappings are never asked for them."""
        if not isinstance(self.lines, dict):
            self.lines = dict(zip(self, self.lines, strict=True))
        return self.lines


class LinedList(list[Any]):
    """A list; `lines[i]` is the 1-based line of its i-th item."""

    __slots__ = ("lines",)
    lines: list[int]

    def line_after(self, index: int) -> int | None:
        """The line of the item behind this one, None for the last."""
        return self.lines[index + 1] if index + 1 < len(self.lines) else None


def line_in(tree: object, line: int, path: Path) -> int:
    """The line of what is at the path below a tree that stands at `line`, or of the nearest parent that is there."""
    for part in path:
        match tree, part:
            case LinedMap(), str() if part in tree:
                line = tree.line(part)
                tree = tree[part]
            case LinedList(), int() if 0 <= part < len(tree):
                line = tree.lines[part]
                tree = tree[part]
            case _:
                break
    return line


class Values(dict[str, Any]):
    """Plain scalars by their text, filled as they are met; numbers that JSON does not know are counted."""

    __slots__ = ("unknown_to_json",)

    def __init__(self) -> None:
        super().__init__()
        self.unknown_to_json = 0

    def __missing__(self, text: str) -> Scalar:
        value = json_number(resolve(text))
        if isinstance(value, float) and not abs(value) < float("inf"):
            self.unknown_to_json += 1
        elif len(text) <= _MEMO_LENGTH:
            if len(self) >= _MEMO_ENTRIES:
                self.clear()
            self[text] = value
        return value


class Keys(dict[str, str]):
    """Keys written as plain scalars, by their text; never a merge key."""

    __slots__ = ()

    def read(self, text: str) -> str:
        """The key for a text, remembered if it is short.

        Raises:
            ScalarError: it is no key.
        """
        key = key_text(resolve(text))
        if len(text) <= _MEMO_LENGTH:
            if len(self) >= _MEMO_ENTRIES:
                self.clear()
            self[text] = key
        return key


class Refused(Exception):  # noqa: N818 - it ends the building of one document and never leaves this package
    """A document that must not be built further; `line` is 0-based in the text that the parser was given."""

    def __init__(self, line: int, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.code, self.message, self.hint = line, code, message, hint


class TreeBuilder:
    """Builds the trees of the documents of one text.

    `next_event` is the parser's, `first_line` the line of the file where its text starts. Aliases share the object that
    they stand for. The merge keys of a mapping are applied where they stand, as go-yaml v2 does: they replace what is
    above them and are replaced by what is below.
    """

    def __init__(
        self,
        next_event: NextEvent,
        first_line: int,
        limits: Limits,
        values: Values,
        keys: Keys,
        tick: Tick,
        *,
        counted: bool,
    ) -> None:
        self.problems: list[Problem] = []
        self._next = self._counted if counted else next_event
        self._parser = next_event
        self._first_line = first_line
        self._limits = limits
        self._values = values
        self._keys = keys
        self._tick = tick
        self._nodes = self._alias_nodes = self._merged = 0
        self._path: list[str | int] = []
        self._anchors: dict[str, Any] = {}
        self._open: set[str] = set()
        self._measures: dict[int, tuple[int, int]] = {}

    def document(self) -> tuple[Any, int]:
        """The tree of the next document, whose start event was taken, and its line; takes all events but the end.

        Raises:
            Refused: a limit, or something that kubectl refuses to read.
            yaml.YAMLError: a syntax error.
        """
        self.problems = []
        self._nodes = self._alias_nodes = self._merged = 0
        self._anchors, self._open, self._measures = {}, set(), {}
        event = self._next()
        return self._value(event, 0), event.start_mark.line + self._first_line

    def _counted(self) -> ParserEvent:
        event = self._parser()
        if not isinstance(event, CollectionEndEvent):
            self._nodes += 1
            if self._nodes > self._limits.nodes:
                raise self._over("nodes", event)
        return event

    def _over(self, name: str, event: ParserEvent) -> Refused:
        message, hint = over_limit(self._limits, name)
        return Refused(event.start_mark.line, "limit", message, hint)

    def _value(self, event: ParserEvent, depth: int) -> Any:  # noqa: ANN401 - a value of any type
        if isinstance(event, ScalarEvent):
            value = self._scalar(event)
            if event.anchor is not None:
                self._anchors[event.anchor] = value
            return value
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        return self._collection(event, depth)

    def _scalar(self, event: ParserEvent) -> Scalar:
        if event.tag is None:
            return self._values[event.value] if event.implicit[0] else str(event.value)
        try:
            value = json_number(tagged(event.tag, event.value))
        except ScalarError as error:
            raise Refused(event.start_mark.line, "invalid-value", str(error)) from None
        if isinstance(value, float) and not abs(value) < float("inf"):
            self._values.unknown_to_json += 1
        return value

    def _collection(self, event: ParserEvent, depth: int) -> LinedMap | LinedList:
        if depth >= self._limits.depth:
            raise self._over("depth", event)
        self._tick(event.start_mark.index)
        build = self._mapping if isinstance(event, MappingStartEvent) else self._sequence
        anchor = event.anchor
        if anchor is None:
            return build(depth + 1)
        self._open.add(anchor)
        made = build(depth + 1)
        self._open.discard(anchor)
        self._anchors[anchor] = made
        return made

    def _sequence(self, depth: int) -> LinedList:
        made = LinedList()
        lines = made.lines = []
        next_event, values, first_line, path = self._next, self._values, self._first_line, self._path
        path.append(0)
        while True:
            event = next_event()
            if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
                value = values[event.value] if event.implicit[0] else event.value
            elif type(event) is SequenceEndEvent:
                path.pop()
                return made
            else:
                path[-1] = len(made)
                value = self._value(event, depth)
            made.append(value)
            lines.append(event.start_mark.line + first_line)

    def _mapping(self, depth: int) -> LinedMap:
        made = LinedMap()
        lines: list[int] = []
        made.lines = lines
        written: set[str] | None = None
        next_event, keys, values, first_line, path = self._next, self._keys, self._values, self._first_line, self._path
        path.append("")
        while True:
            event = next_event()
            line = event.start_mark.line + first_line
            if type(event) is ScalarEvent and event.anchor is None and event.tag is None and event.value in keys:
                key = keys[event.value] if event.implicit[0] else event.value
            elif type(event) is MappingEndEvent:
                path.pop()
                return made
            elif _is_merge(event):
                written = set(made) if written is None else written
                self._merge(made, event, depth)
                continue
            else:
                key = self._key(event)
            event = next_event()
            if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
                value = values[event.value] if event.implicit[0] else event.value
            else:
                path[-1] = key
                value = self._value(event, depth)
            if written is None and key not in made:
                lines.append(line)
            else:
                written = set(made) if written is None else written
                self._rewrite(made, written, key, line)
            made[key] = value

    def _rewrite(self, made: LinedMap, written: set[str], key: str, line: int) -> None:
        """Set the line of a key in a mapping that has merge keys or duplicates; `written` are the keys not merged."""
        by_key = made.by_key()
        if key in written and len(self.problems) <= MOST_PROBLEMS:
            self.problems.append(duplicate_key((*self._path[:-1], key), by_key[key], line))
        written.add(key)
        by_key[key] = line

    def _key(self, event: ParserEvent) -> str:
        try:
            match event:
                case ScalarEvent(tag=None):
                    key = self._keys.read(event.value) if event.implicit[0] else str(event.value)
                case ScalarEvent(tag=str(tag)):
                    key = key_text(tagged(tag, event.value))
                case AliasEvent() if not isinstance(value := self._alias(event, 0), dict | list):
                    return key_text(value)
                case _:
                    raise ScalarError("a key is a mapping or a list")
        except ScalarError as error:
            raise Refused(event.start_mark.line, "invalid-key", str(error)) from None
        if event.anchor is not None:
            self._anchors[event.anchor] = key
        return key

    def _alias(self, event: ParserEvent, depth: int) -> Any:  # noqa: ANN401 - what the anchor stands for
        # What stands behind a `*` may be a password that somebody forgot to quote: it is never repeated.
        name, line = event.anchor, event.start_mark.line
        if name in self._open:
            raise Refused(line, "recursive-alias", "an anchor contains itself")
        if name not in self._anchors:
            raise Refused(line, "unknown-anchor", "there is no such anchor before this alias")
        value = self._anchors[name]
        size, height = self._measure(value)
        self._alias_nodes += size
        if self._alias_nodes > self._limits.alias_nodes:
            raise self._over("alias_nodes", event)
        if depth + height > self._limits.depth:
            raise self._over("depth", event)
        return value

    def _measure(self, value: object) -> tuple[int, int]:
        """How many values something holds and how deep it is, with what its aliases stand for."""
        if not isinstance(value, dict | list):
            return 1, 0
        known = self._measures.get(id(value))
        if known is None:
            size, height = 1, 0
            for child in value.values() if isinstance(value, dict) else value:
                child_size, child_height = self._measure(child)
                size, height = size + child_size, max(height, child_height)
            known = self._measures[id(value)] = size, height + 1
        return known

    def _merge(self, into: LinedMap, key: ParserEvent, depth: int) -> None:
        self._path[-1] = "<<"
        value = self._value(self._next(), depth)
        sources: Iterable[object] = reversed(value) if isinstance(value, list) else (value,)
        for source in sources:
            if not isinstance(source, LinedMap):
                message = "a merge key (<<) takes a mapping or a list of mappings"
                raise Refused(key.start_mark.line, "invalid-merge", message)
            self._merged += len(source)
            if self._merged > self._limits.merged_keys:
                raise self._over("merged_keys", key)
            into.by_key().update(source.by_key())
            into.update(source)


def _is_merge(event: ParserEvent) -> bool:
    if not isinstance(event, ScalarEvent) or event.value != "<<":
        return False
    return event.tag == MERGE_TAG or (event.tag is None and event.implicit[0])


def parser_events(text: str) -> NextEvent:
    """The event source for a text: libyaml if PyYAML was built with it."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        next_event: NextEvent = yaml.SafeLoader(text).get_event
    else:
        next_event = CParser(text).get_event
    table = line_table(text)
    return next_event if table is None else partial(_relined, next_event, table)


def line_table(text: str) -> list[int] | None:
    """For each line as YAML counts them the line of the file, both from 0; None if they are the same.

    YAML 1.1 also ends a line at U+0085, U+2028 and U+2029, which nobody else counts.
    """
    if not _ODD_LINE_END.search(text):
        return None
    table = [0]
    for found in _LINE_END.finditer(text):
        table.append(table[-1] + (found[0] not in "\x85\u2028\u2029"))
    # The parser ends the last line even if the text does not.
    return [*table, table[-1] + 1]


def _relined(next_event: NextEvent, table: list[int]) -> ParserEvent:
    event = next_event()
    for name in ("start_mark", "end_mark"):
        mark = getattr(event, name)
        setattr(event, name, yaml.Mark("", mark.index, table[mark.line], mark.column, None, 0))
    return event
