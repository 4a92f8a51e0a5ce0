"""Where the members of a JSON value stand, found by reading its text a second time."""

from __future__ import annotations

import json
import re

from netviz.manifests.document import Path
from netviz.manifests.parsed import MOST_PROBLEMS, line_ends

_SPACE = re.compile(r"[ \t\n\r]*")


class Outline:
    """The line of a value (of its key, if it has one) and the outlines of what it holds."""

    __slots__ = ("children", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self.children: dict[str | int, Outline] = {}

    def line_at(self, path: Path) -> int:
        """The line of what is at the path, or of the nearest parent that is there."""
        here = self
        for part in path:
            child = here.children.get(part)
            if child is None:
                break
            here = child
        return here.line


class OutlineReader:
    """Reads the outline of the value that starts at an offset of valid JSON text, in a line of the file.

    `repeated` holds the path of each key that is written twice in one object, with both lines; no more of them than are
    ever told. The value must not be nested deeper than the interpreter's stack allows.
    """

    def __init__(self, text: str, position: int, line: int) -> None:
        self.repeated: list[tuple[Path, int, int]] = []
        self._text = text
        self._position = self._counted = position
        self._line = line
        self._decode = json.JSONDecoder().raw_decode

    def read(self) -> Outline:
        """The outline of the whole value."""
        top = Outline(self._here())
        self._value(top, ())
        return top

    def _here(self) -> int:
        self._line += line_ends(self._text, self._counted, self._position)
        self._counted = self._position
        return self._line

    def _sign(self) -> str:
        """The next character that is no white space."""
        found = _SPACE.match(self._text, self._position)
        self._position = found.end() if found else self._position
        return self._text[self._position]

    def _value(self, outline: Outline, path: Path) -> None:
        match self._sign():
            case "{":
                self._position += 1
                self._members(outline, path)
            case "[":
                self._position += 1
                self._items(outline, path)
            case _:
                self._position = self._decode(self._text, self._position)[1]

    def _members(self, outline: Outline, path: Path) -> None:
        while self._after_comma() != "}":
            line = self._here()
            key, self._position = self._decode(self._text, self._position)
            if key in outline.children and len(self.repeated) <= MOST_PROBLEMS:
                self.repeated.append(((*path, key), outline.children[key].line, line))
            self._sign()
            self._position += 1
            self._child(outline, path, key, line)
        self._position += 1

    def _items(self, outline: Outline, path: Path) -> None:
        while self._after_comma() != "]":
            self._child(outline, path, len(outline.children), self._here())
        self._position += 1

    def _after_comma(self) -> str:
        """The next sign that is no comma: where a member starts, or the closing bracket."""
        if self._sign() == ",":
            self._position += 1
        return self._sign()

    def _child(self, outline: Outline, path: Path, part: str | int, line: int) -> None:
        child = outline.children[part] = Outline(line)
        self._value(child, (*path, part))
