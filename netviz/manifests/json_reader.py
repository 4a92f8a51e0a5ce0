"""A JSON file as parsed and broken documents; several may follow each other, as kubectl accepts them.

The values are decoded by the standard library's C scanner. The members of the top level, and of its `items`, are
stepped through here, so that each object of a List has its own span of text; lines inside of an object are found by
reading its span again, and only when one is asked for.
"""

from __future__ import annotations

import gc
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from netviz.manifests.document import Path
from netviz.manifests.json_outline import Outline, OutlineReader
from netviz.manifests.limits import Limits, over_limit
from netviz.manifests.parsed import (
    MOST_PROBLEMS,
    Broken,
    Finder,
    Parsed,
    Problem,
    Taken,
    duplicate_key,
    line_ends,
    source_lines,
    too_many_problems,
    value_problems,
)
from netviz.manifests.progress import Tick, no_tick
from netviz.manifests.scalars import Scalar, ScalarError, json_number
from netviz.source import SourceText

_is_tracked = gc.is_tracked
_SPACE = re.compile(r"[ \t\n\r]*")
# Possessive, so that a long text costs no memory for ways back.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NODE_SIGN = re.compile(_STRING + r"|([,\[{])", re.DOTALL)
_INDENT = re.compile(r"[\n\r]([ \t]*)\Z")
_WIDEST_INDENT = 200
_COMMA = re.compile(r"[ \t\n\r]*+,[ \t\n\r]*+(?=[^ \t\n\r])")
_LOOSE_COLONS = (" :", "\t:", "\n:", "\r:")
_CONSTANT = re.compile(_STRING + r"|(-?Infinity|NaN|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)", re.DOTALL)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_WORD = re.compile(r'"kind"[ \t\n\r]*:[ \t\n\r]*"([A-Za-z]{1,100})"')


def read_json(text: str, limits: Limits, tick: Tick = no_tick, taken: Taken | None = None) -> Iterator[Parsed | Broken]:
    """The documents of a file in order; a broken one is the last, for nothing says where the next begins.

    `taken` is called with each object of a List as soon as it is read, and may forget parts of it.
    """
    if _more_nodes(text, limits.json_nodes):
        message, hint = over_limit(limits, "json_nodes")
        yield Broken(index=0, line=1, code="limit", message=message, hint=hint)
        return
    if "\\" in text and "\\u" in text and _ESCAPED_SURROGATE.search(text):
        text = _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    index, line, done, position = 0, 1, 0, _after_space(text, 0)
    while position < len(text):
        index += 1
        line += line_ends(text, done, position)
        done = position
        if index > limits.documents:
            message, hint = over_limit(limits, "documents")
            yield Broken(index=0, line=line, code="limit", message=message, hint=hint)
            return
        outcome, end = _JsonDocument(text, position, line, limits, tick, taken or (lambda _: None)).read(index)
        yield outcome
        if isinstance(outcome, Broken):
            return
        position = _after_space(text, end)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _more_nodes(text: str, limit: int) -> bool:
    """Whether the text has more values than the limit: exact, but looked at closely only if it may be so."""
    # Between two values stands at least one character.
    if len(text) < limit or sum(text.count(sign) for sign in ",[{") < limit:
        return False
    count = 1
    for found in _NODE_SIGN.finditer(text):
        count += found[1] is not None
        if count > limit:
            return True
    return False


def _strict_float(digits: str) -> Scalar:
    number = float(digits)
    if math.isinf(number):
        raise ScalarError("a number is too large")
    return json_number(number)


def _no_constant(name: str) -> Scalar:
    raise ScalarError(f"{name} does not exist in JSON")


class _Span(NamedTuple):
    """From where to where a value reaches in the text, and its line in the file."""

    start: int
    end: int
    line: int


class _JsonDocument:
    """One document that starts at an offset of the text, in a line of the file."""

    def __init__(self, text: str, start: int, line: int, limits: Limits, tick: Tick, taken: Taken) -> None:
        self._text = text
        self._start = start
        self._line = line
        self._limits = limits
        self._tick = tick
        self._taken = taken
        self._problems: list[Problem] = []
        self._item_spans: list[_Span] = []
        self._counted, self._counted_line = start, line
        self._decode = json.JSONDecoder(parse_float=_strict_float, parse_constant=_no_constant).raw_decode
        self._escapes, self._returns = "\\" in text, "\r" in text
        self._one_line = "\n" not in text and not self._returns
        self._loose_colons = tuple(sign for sign in _LOOSE_COLONS if sign[0] in text)

    def read(self, index: int) -> tuple[Parsed | Broken, int]:
        """The outcome, and the offset where the document ends."""
        try:
            data, end = self._value(self._start)
        except (ValueError, RecursionError) as error:
            return self._broken(index, error), self._start
        if len(self._problems) > MOST_PROBLEMS:
            return too_many_problems(index, self._line, self._problems), end
        places = JsonPlaces(self._text, _Span(self._start, end, self._line), self._item_spans)
        return Parsed(
            index=index, line=self._line, data=data, problems=tuple(self._problems), places=places, taken=True
        ), end

    def _broken(self, index: int, error: ValueError | RecursionError) -> Broken:
        line, code, hint = self._line, "invalid-value", None
        match error:
            case json.JSONDecodeError():
                line, code, message = self._line_at(error.pos), "json-syntax", f"not valid JSON: {error.msg}"
            case RecursionError():
                code, (message, hint) = "limit", over_limit(self._limits, "depth")
            case ScalarError():
                line, message = self._constant_line(), str(error)
            case _:
                line, message = self._constant_line(), "a number has too many digits"
        found = _WORD.search(self._text, self._start)
        kind = found[1] if found else ""
        return Broken(index=index, line=line, code=code, message=message, hint=hint, kind=kind)

    def _constant_line(self) -> int:
        """The line of the first number that no reader takes."""
        for found in _CONSTANT.finditer(self._text, self._start):
            word = found[1]
            if word and (word[-1] in "yN" or len(word) > 4_000 or math.isinf(float(word))):
                return self._line_at(found.start())
        return self._line

    def _value(self, position: int) -> tuple[Any, int]:
        if not self._text.startswith("{", position):
            return self._decode(self._text, position)
        members: dict[str, Any] = {}
        written: dict[str, int] = {}
        position = self._next(position + 1)
        if self._text.startswith("}", position):
            return members, position + 1
        while True:
            line = self._next_line(position)
            key, position = self._key(position)
            if key in written:
                self._add([duplicate_key((key,), written[key], line)])
            written[key] = line
            position = self._next(position)
            self._expect(":", position)
            position = self._next(position + 1)
            if key == "items" and self._text.startswith("[", position):
                members[key], position = self._items(position)
            else:
                members[key], position = self._member((key,), position, line)
            position = self._next(position)
            if self._text.startswith("}", position):
                return members, position + 1
            self._expect(",", position)
            position = self._next(position + 1)

    def _items(self, position: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        self._item_spans = []
        position = self._next(position + 1)
        if self._text.startswith("]", position):
            return items, position + 1
        while True:
            self._tick(position)
            line = self._next_line(position)
            item, end = self._member(("items", len(items)), position, line)
            if type(item) is dict:
                self._taken(item)
            items.append(item)
            self._item_spans.append(_Span(position, end, line))
            if comma := _COMMA.match(self._text, end):
                position = comma.end()
                continue
            position = self._next(end)
            if self._text.startswith("]", position):
                return items, position + 1
            self._expect(",", position)
            position = self._next(position + 1)

    def _member(self, path: Path, position: int, line: int) -> tuple[Any, int]:
        value, end = self._decode(self._text, position)
        try:
            commas = _commas(value, self._limits.depth - len(path))
        except RecursionError:
            message, hint = over_limit(self._limits, "depth")
            self._add([Problem(path=path, code="limit", text=message, line=line, hint=hint)])
            return value, end
        # The first of what proves that no key is written twice; most objects need no more.
        if self._text.count(",", position, end) != commas and not self._is_whole(value, position, end):
            again = OutlineReader(self._text, position, line)
            again.read()
            self._add(duplicate_key((*path, *below), *lines) for below, *lines in again.repeated)
        if end - position > self._limits.scalar:
            self._add(replace(problem, line=line) for problem in value_problems(value, self._limits, path))
        return value, end

    def _is_whole(self, value: object, start: int, end: int) -> bool:
        """Whether a value surely has all the members that its text writes, which proves that no key is written twice.

        The text has at least the commas between its members, and those are at least the ones between what was decoded:
        if they are as many, nothing is left to prove. If texts have commas too, the keys are counted: each ends with a
        quotation mark and a colon, and inside of a text a backslash stands before that mark. Where these signs may mean
        something else, or have white space between them, nothing is proven.
        """
        text = self._text
        if any(text.find(sign, start, end) >= 0 for sign in self._loose_colons):
            return False
        keys = _keys(value)
        count = text.count('":', start, end)
        if count != keys and self._escapes and text.find('\\\\"', start, end) < 0:
            count -= text.count('\\":', start, end)
        return count == keys

    def _add(self, problems: Iterable[Problem]) -> None:
        self._problems += islice(problems, MOST_PROBLEMS + 1 - len(self._problems))

    def _key(self, position: int) -> tuple[str, int]:
        if not self._text.startswith('"', position):
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", self._text, position)
        return self._decode(self._text, position)

    def _next(self, position: int) -> int:
        return _after_space(self._text, position)

    def _expect(self, sign: str, position: int) -> None:
        if not self._text.startswith(sign, position):
            raise json.JSONDecodeError(f"Expecting {sign!r} delimiter", self._text, position)

    def _line_at(self, position: int) -> int:
        return self._line + line_ends(self._text, self._start, position)

    def _next_line(self, position: int) -> int:
        """The line of an offset behind that of the last call; all calls together read the text once."""
        if self._one_line:
            return self._line
        if self._returns:
            self._counted_line += line_ends(self._text, self._counted, position)
        else:
            self._counted_line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._counted_line


def _commas(value: object, levels: int) -> int:
    """How many commas stand between the members of all the objects and arrays in a value.

    Raises:
        RecursionError: it is nested deeper than so many levels.
    """
    if type(value) is dict:
        return _commas_of_object(value, levels)
    return _commas_of_array(value, levels) if type(value) is list else 0


def _commas_of_object(members: dict[str, Any], levels: int) -> int:
    if not levels:
        raise RecursionError
    count = len(members) - 1 if members else 0
    # The collector does not track an object of plain values only, so there is no need to look at each of them. They are
    # most of all, and are counted where they are met.
    if _is_tracked(members):
        below = levels - 1
        for child in members.values():
            kind = type(child)
            if kind is dict:
                if _is_tracked(child) or not below:
                    count += _commas_of_object(child, below)
                elif child:
                    count += len(child) - 1
            elif kind is list:
                count += _commas_of_array(child, below)
    return count


def _commas_of_array(items: list[Any], levels: int) -> int:
    if not levels:
        raise RecursionError
    count = len(items) - 1 if items else 0
    below = levels - 1
    for child in items:
        kind = type(child)
        if kind is dict:
            count += _commas_of_object(child, below)
        elif kind is list:
            count += _commas_of_array(child, below)
    return count


def _keys(value: object) -> int:
    """How many keys all the objects in a value have."""
    if type(value) is dict:
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if type(value) is list else 0


class JsonPlaces:
    """Where the things of one JSON document stand, and where those of its `items` do."""

    def __init__(self, text: str, document: _Span, items: list[_Span]) -> None:
        self._text = text
        self._document = document
        self._items = items

    def below(self, path: Path, *, passing: bool = False) -> Finder:
        """A finder for the object at this path, which keeps the text of that object only, or that of the whole file."""
        span, rest = self._place(path)
        if passing:
            return JsonFinder(self._text, span.start, span.line, rest)
        return JsonFinder(self._text[span.start : span.end], 0, span.line, rest)

    def line(self, path: Path) -> int:
        """The line of what is at this path; without reading anything again for a document and the items of its List."""
        span, rest = self._place(path)
        return self.below(path)(()) if rest else span.line

    def text(self, file: str, index: int, path: Path) -> SourceText | None:
        """The lines of the object at this path, without what stands beside it; None for one in a List in a List."""
        span, rest = self._place(path)
        if rest:
            return None
        indent = _INDENT.search(self._text[max(0, span.start - _WIDEST_INDENT) : span.start])
        own = (indent[1] if indent else "") + self._text[span.start : span.end]
        return SourceText(file=file, document=index, first_line=span.line, lines=tuple(source_lines(own)))

    def _place(self, path: Path) -> tuple[_Span, Path]:
        if len(path) > 1 and path[0] == "items":
            number = path[1]
            if isinstance(number, int) and number < len(self._items):
                return self._items[number], path[2:]
        return self._document, path


class JsonFinder:
    """Finds lines in the text of one object, which starts at an offset of a text, in `line` of the file.

    `prefix` is where the object's own paths begin.
    """

    __slots__ = ("_line", "_outline", "_prefix", "_start", "_text")

    def __init__(self, text: str, start: int, line: int, prefix: Path) -> None:
        self._text = text
        self._start = start
        self._line = line
        self._prefix = prefix
        self._outline: Outline | None = None

    def __call__(self, path: Path, /) -> int:
        """The line; the text is read again for the first path that needs it."""
        if not path and not self._prefix:
            return self._line
        if self._outline is None:
            self._outline = OutlineReader(self._text, self._start, self._line).read()
            self._text = ""
        return self._outline.line_at((*self._prefix, *path))
