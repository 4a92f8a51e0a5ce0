"""Reads YAML line by line, as long as every line is of a shape that can mean only one thing.

That is how kubectl and most people write: block style, one key or list entry a line, scalars that end in their line,
and literal texts. All else is left to the parser: `Unproven` says no more than that this reader does not vouch for it.

    line     = *" " [ "-" 1*" " ] ( entry / value ) *" "    ; a bare value only behind a dash
    entry    = key ":" [ 1*" " value ]
    key      = plain without spaces / quoted
    value    = plain / quoted / "{}" / "[]" / "|" / "|-"    ; no comment behind it
    quoted   = a text in quotation marks, which knows no escapes but two single ones for one
    plain    = printable ASCII that begins with no sign of YAML's, holds no ": " and no " #"

A line belongs to the mapping or list whose indentation it has; a deeper one only ever follows a key without value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

from netviz.manifests.limits import Limits
from netviz.manifests.parsed import Taken
from netviz.manifests.progress import Tick, part
from netviz.manifests.scalars import ScalarError, json_number, key_text, resolve
from netviz.manifests.yaml_tree import LinedList, LinedMap

_WORD: Final = r'[!-"$-9;-~]'
"""Any visible character of ASCII but the number sign and the colon."""
_VALUE: Final = (
    r"(?:(?P<empty>\{\}|\[\])|(?P<literal>\|-?)"
    rf"|(?P<plain>(?:[A-Za-z0-9_./+$(~^;<=\\]|-(?=[!-9;-~])){_WORD}*+(?:(?:[:#]++|\ ++){_WORD}++)*+)"
    r"""|"(?P<double>[ !#-\[\]-~]*+)"|'(?P<single>(?:[ -&(-~]|'')*+)')"""
)
_LINE: Final = re.compile(
    rf"""(?P<indent>\ *+)(?P<dash>-\ ++)?+
    (?:
        (?:(?P<key>[A-Za-z0-9_./]{_WORD}*+(?::++{_WORD}++)*+)
            |"(?P<double_key>[ !#-\[\]-~]*+)"|'(?P<single_key>[ -&(-~]*+)')
        :(?:\ ++{_VALUE})?+
        |{_VALUE.replace("?P<", "?P<item_")}
    )\ *+""",
    re.VERBOSE,
)
_BLANK: Final = re.compile(r" *+(?:#[ -~]*+)?+")
_MARKER: Final = re.compile(r"--- *+")

_VALUES: Final = ("plain", "double", "single", "empty", "literal")
_MEMO_ENTRIES: Final = 50_000
_LONGEST_KEY: Final = 1_000
"""The parser takes a little more for a key that is followed by a colon in its line."""
_BLOCK: Final = 1 << 20
_DEPTH_OF_ITEMS: Final = 2
"""How many mappings and lists are open where an entry of a List starts: the List and its `items`."""


class Unproven(Exception):  # noqa: N818 - it hands over to the parser and never leaves this package
    """Here is something that this reader does not vouch for."""


class Block(NamedTuple):
    """A text that was read: its tree, the 0-based line where that starts, and that of its marker if it has one."""

    data: LinedMap | LinedList
    line: int
    marker: int | None


_BLANK_LINE, _MARKER_LINE, _ENTRY, _OPEN_ENTRY, _LITERAL_ENTRY, _SCALAR_ITEM, _LITERAL_ITEM = range(7)


class _Line(NamedTuple):
    """What a line says. `indent` is that of its dash or else of its key, `key_indent` that of the key behind a dash.

    `made` makes the value, if it is an empty list or mapping.
    """

    shape: int
    indent: int = 0
    key_indent: int = -1
    key: str = ""
    value: Any = None
    made: Callable[[], LinedMap | LinedList] | None = None
    nodes: int = 0


class Lines(dict[str, _Line]):
    """Lines that have been understood, by their text; filled as they are met.

    Raises:
        Unproven: a line has no shape that is vouched for.
    """

    __slots__ = ()

    def __missing__(self, text: str) -> _Line:
        line = _understood(text)
        if len(self) >= _MEMO_ENTRIES:
            self.clear()
        self[text] = line
        return line


def _understood(text: str) -> _Line:
    if _BLANK.fullmatch(text):
        return _Line(_BLANK_LINE)
    if _MARKER.fullmatch(text):
        return _Line(_MARKER_LINE)
    found = _LINE.fullmatch(text)
    if found is None:
        raise Unproven
    indent, dash = len(found["indent"]), len(found["dash"] or "")
    key = _key(found)
    if key is None and not dash:
        raise Unproven
    prefix, nodes = ("item_", 1) if key is None else ("", 3 if dash else 2)
    shape, value, made = _value(found, prefix)
    if key is None:
        shape = _LITERAL_ITEM if shape == _LITERAL_ENTRY else _SCALAR_ITEM
    return _Line(shape, indent, indent + dash if dash and key is not None else -1, key or "", value, made, nodes)


def _key(found: re.Match[str]) -> str | None:
    plain = found["key"]
    key = found["double_key"] if found["double_key"] is not None else found["single_key"]
    if plain is not None:
        try:
            key = key_text(resolve(plain))
        except ScalarError:
            raise Unproven from None
    if key is not None and len(plain or key) > _LONGEST_KEY:
        raise Unproven
    return key


_Made = Callable[[], LinedMap | LinedList] | None


def _value(found: re.Match[str], prefix: str) -> tuple[int, Any, _Made]:
    """What a line says as the value of a key: its shape, and the value or how to make it; of a literal, its end."""
    plain, double, single, empty, literal = found.group(*(prefix + name for name in _VALUES))
    if plain is not None:
        value = json_number(resolve(plain))
        if isinstance(value, float) and not abs(value) < float("inf"):
            raise Unproven
        return _ENTRY, value, None
    if double is not None:
        return _ENTRY, double, None
    if single is not None:
        return _ENTRY, single.replace("''", "'"), None
    if empty:
        return _ENTRY, None, _empty_map if empty == "{}" else _empty_list
    if literal:
        return _LITERAL_ENTRY, "\n" if literal == "|" else "", None
    return _OPEN_ENTRY, None, None


def _empty_map() -> LinedMap:
    made = LinedMap()
    made.lines = []
    return made


def _empty_list() -> LinedList:
    made = LinedList()
    made.lines = []
    return made


def read_block(text: str, first_line: int, limits: Limits, known: Lines, tick: Tick, taken: Taken) -> Block:
    """The one document of a text that starts in `first_line` of the file, as the parser would build it.

    `taken` is called with each entry of the `items` of a List as soon as it is there, and may forget parts of it.

    Raises:
        Unproven: the text may be right or wrong; the parser has to say.
    """
    _no_long_line(text, limits.scalar)
    builder = _Builder(limits, part(tick, 0, len(text), text.count("\n") + 1), taken)
    builder.add(known, enumerate(_lines_of(text), first_line))
    root = builder.end(whole=text.endswith("\n"))
    if builder.nodes > limits.nodes:
        raise Unproven
    return Block(root, builder.first, builder.marker)


def _no_long_line(text: str, length: int) -> None:
    position = 0
    while len(text) - position > length:
        position = text.rfind("\n", position, position + length + 1) + 1
        if not position:
            raise Unproven


def _lines_of(text: str) -> Iterable[str]:
    """The lines of a text, a long one cut block by block, for all of them at once would take many times its memory."""
    if len(text) <= _BLOCK:
        return text.split("\n") if text else ()

    def blocks() -> Iterator[list[str]]:
        start = 0
        while start < len(text):
            end = text.find("\n", start + _BLOCK)
            end = len(text) if end < 0 else end
            yield text[start:end].split("\n")
            start = end + 1

    return chain.from_iterable(blocks())


class _Open(NamedTuple):
    """A mapping or list that more lines may belong to, with its lines and the indentation of its keys or dashes."""

    box: Any
    lines: list[int]
    indent: int
    is_list: bool


class _Literal:
    """A literal text that is being gathered; it ends at the first line that is less indented than its first."""

    def __init__(self, box: Any, key: str | int, indent: int, end: str) -> None:  # noqa: ANN401 - a mapping or a list
        self._box = box
        self._key = key
        self._indent = indent
        self._end = end
        self._prefix = ""
        self._lines: list[str] = []

    def takes(self, line: str) -> bool:
        """Whether the line is one of the text."""
        if not line and self._lines:
            self._lines.append("")
            return True
        if not self._prefix:
            self._prefix = " " * (len(line) - len(line.lstrip(" ")))
            if len(self._prefix) <= self._indent:
                raise Unproven
        if not line.startswith(self._prefix):
            return False
        own = line[len(self._prefix) :]
        if not (own.isascii() and own.isprintable() and own.strip()):
            raise Unproven
        self._lines.append(own)
        return True

    def close(self, longest: int) -> None:
        """Set the value."""
        value = "\n".join(self._lines).rstrip("\n") + self._end
        if not self._lines or len(value) > longest:
            raise Unproven
        self._box[self._key] = value


class _Builder:
    """Builds the tree of one document, line by line."""

    def __init__(self, limits: Limits, tick: Tick, taken: Taken) -> None:
        self.nodes = 1
        self.first = 0
        self.marker: int | None = None
        self._limits = limits
        self._tick = tick
        self._taken = taken
        self._open: list[_Open] = []
        self._literal: _Literal | None = None

    def add(self, known: Lines, lines: Iterable[tuple[int, str]]) -> None:
        """Take all lines, with their numbers in the file."""
        box: Any = None
        own: list[int] = []
        level, is_list, open_key = -1, False, None
        for number, text in lines:
            if self._literal is not None and self._in_literal(text):
                continue
            shape, indent, key_indent, key, value, made, nodes = known[text]
            if shape <= _MARKER_LINE:
                if shape == _MARKER_LINE:
                    self._mark(number)
                continue
            self.nodes += nodes
            if key_indent >= 0 or shape >= _SCALAR_ITEM:
                if not is_list or indent != level:
                    fits = box is None or (open_key is not None and indent >= level)
                    box, own, level, is_list = (
                        self._begin(open_key, indent, number, is_list=True)
                        if fits
                        else self._back(indent, is_list=True)
                    )
                if len(self._open) == _DEPTH_OF_ITEMS:
                    self._entry_of_list(number)
                own.append(number)
                if shape >= _SCALAR_ITEM:
                    box.append(value if made is None else made())
                    open_key = None
                    if shape == _LITERAL_ITEM:
                        self._literal = _Literal(box, len(box) - 1, level, value)
                    continue
                box, own, level, is_list = self._begin(None, key_indent, number, is_list=False)
            elif is_list or indent != level:
                fits = box is None or (open_key is not None and indent > level)
                box, own, level, is_list = (
                    self._begin(open_key, indent, number, is_list=False) if fits else self._back(indent, is_list=False)
                )
            if key in box:
                raise Unproven
            box[key] = value if made is None else made()
            own.append(number)
            open_key = key if shape == _OPEN_ENTRY else None
            if shape == _LITERAL_ENTRY:
                self._literal = _Literal(box, key, level, value)

    def end(self, *, whole: bool) -> LinedMap | LinedList:
        """The tree; `whole` tells whether the last line had an end."""
        if self._literal is not None:
            if not whole:
                raise Unproven
            self._literal.close(self._limits.scalar)
        if not self._open:
            raise Unproven
        if len(self._open) >= _DEPTH_OF_ITEMS:
            self._take_last()
        root: LinedMap | LinedList = self._open[0].box
        return root

    def _mark(self, number: int) -> None:
        if self._open or self.marker is not None:
            raise Unproven
        self.marker = number

    def _in_literal(self, text: str) -> bool:
        literal = self._literal
        if literal is None or literal.takes(text):
            return literal is not None
        literal.close(self._limits.scalar)
        self._literal = None
        return False

    def _begin(self, key: str | None, indent: int, number: int, *, is_list: bool) -> _Open:
        """Open a mapping or list: the root, the value of a key of the innermost mapping, or an entry of the list."""
        if len(self._open) > self._limits.depth - _DEPTH_OF_ITEMS:
            raise Unproven
        made: LinedMap | LinedList = LinedList() if is_list else LinedMap()
        lines: list[int] = []
        made.lines = lines
        if not self._open:
            if indent:
                raise Unproven
            self.first = number
        elif key is None:
            self._open[-1].box.append(made)
        else:
            self._open[-1].box[key] = made
        opened = _Open(made, lines, indent, is_list)
        self._open.append(opened)
        return opened

    def _back(self, indent: int, *, is_list: bool) -> _Open:
        """Close what is deeper than a line that starts a further key or entry of what has its indentation."""
        opened = self._open
        while opened and (opened[-1].indent > indent or opened[-1].is_list != is_list):
            opened.pop()
        if not opened or opened[-1].indent != indent:
            raise Unproven
        return opened[-1]

    def _entry_of_list(self, number: int) -> None:
        self._tick(number - self.first)
        self._take_last()

    def _take_last(self) -> None:
        root, items = self._open[0].box, self._open[1].box
        if not isinstance(items, LinedList) or not isinstance(root, LinedMap) or items is not root.get("items"):
            return
        if items and isinstance(items[-1], LinedMap):
            self._taken(items[-1])
