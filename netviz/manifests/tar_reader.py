"""The entries of a tar file, plain or compressed by gzip, one after another and never more than one in memory.

Grammar (ustar, POSIX.1-2017 `pax`, and what GNU tar adds): a header block of 512 bytes, then the content padded to
whole blocks; a block of zeros ends the archive. Headers of the types x, g (pax records) and L, K (long names) belong to
the entry after them. The standard library's reader is not used: a header can keep it busy for ever in several of the
Python versions that netviz runs on (docs/decisions/0006-archives.md).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final, Protocol

from netviz.manifests.archive_entries import Budget, Entry, EntryKind, damaged

BLOCK: Final = 512
GZIP: Final = b"\x1f\x8b"
MAGIC: Final = b"ustar"
MAGIC_PLACE: Final = slice(257, 262)
_CHUNK: Final = 1 << 14
_PIECE: Final = 1 << 16
_MOST_PARTS: Final = 10_000
_MOST_IN_HEADER: Final = 1 << 20
_MOST_HEADERS: Final = 8
_DIGITS: Final = 20
_OCTAL: Final = re.compile(rb"[ \0]*([0-7]*)[ \0]*")
_KINDS: Final = {
    b"0": EntryKind.FILE,
    b"\0": EntryKind.FILE,
    b"7": EntryKind.FILE,
    b"1": EntryKind.LINK,
    b"2": EntryKind.LINK,
    b"5": EntryKind.FOLDER,
}
_WITHOUT_CONTENT: Final = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))
_SPARSE: Final = "GNU.sparse."


class _Source(Protocol):
    """Bytes one after another."""

    @property
    def position(self) -> int:
        """How many bytes of the file have been used."""
        ...

    def read(self, size: int) -> bytes:
        """The next bytes, fewer than `size` only at the end."""
        ...


def tar_entries(data: bytes, budget: Budget) -> Iterator[Entry]:
    """The entries in order. The content of one can be read until the next is asked for.

    Raises:
        Unreadable: what follows cannot be read, or the budget is used up.
    """
    source = _Gunzip(data) if data.startswith(GZIP) else _Plain(data)
    blocks = _Blocks(source, budget)
    everywhere: dict[str, str] = {}
    while (header := blocks.header()) is not None:
        said = dict(everywhere)
        for _ in range(_MOST_HEADERS):
            kind = header[156:157]
            if kind not in b"xgLK":
                break
            content = blocks.content(_number(header[124:136]), _MOST_IN_HEADER)
            if kind == b"g":
                everywhere |= _records(content)
            said |= _said(kind, content)
            following = blocks.header()
            if following is None:
                raise damaged("the archive ends inside of an entry")
            header = following
        budget.count()
        yield _entry(header, said, blocks)
        blocks.skip()
    blocks.finish()


def _said(kind: bytes, content: bytes) -> dict[str, str]:
    match kind:
        case b"L":
            return {"path": _text(content)}
        case b"K":
            return {}
        case _:
            return _records(content)


def _entry(header: bytes, said: dict[str, str], blocks: _Blocks) -> Entry:
    written = header[156:157]
    if written in b"xgLK":
        raise damaged("there are more headers than an entry can have")
    size = _decimal(said["size"]) if "size" in said else _number(header[124:136])
    prefix = _text(header[345:500]) if header[MAGIC_PLACE] == MAGIC and header[262:263] == b"\0" else ""
    name = said.get("path") or "/".join(filter(None, (prefix, _text(header[:100]))))
    kind = _KINDS.get(written, EntryKind.SPECIAL)
    if any(key.startswith(_SPARSE) for key in said):
        kind = EntryKind.SPECIAL
    elif written == b"\0" and name.endswith("/"):
        kind = EntryKind.FOLDER
    blocks.begin(0 if written in _WITHOUT_CONTENT else size)
    return Entry(name=name, kind=kind, read=blocks.rest, end=blocks.end)


class _Blocks:
    """Headers and contents in turn; every byte is counted."""

    def __init__(self, source: _Source, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        self._left = 0
        self._padding = 0

    def header(self) -> bytes | None:
        """The next header, None at the end of the archive."""
        block = self._take(BLOCK)
        if len(block) < BLOCK:
            raise damaged("the archive has no end, so it was cut off")
        if not block.strip(b"\0"):
            return None
        # Some old programs summed up signed bytes.
        others = block[:148] + b" " * 8 + block[156:]
        signed = sum(others) - 256 * sum(byte > 127 for byte in others)
        if _number(block[148:156]) not in (sum(others), signed):
            raise damaged("a header has a wrong checksum: it is no tar archive, or it is damaged")
        return block

    def content(self, size: int, most: int) -> bytes:
        """The content of a header that has one."""
        if size > most:
            raise damaged(f"a header is longer than {most:,} bytes")
        self.begin(size)
        content = self.rest(most)
        self.skip()
        return content

    def begin(self, size: int) -> None:
        """A content of this size comes next; Unreadable if it would be too much."""
        self._budget.expect(size)
        self._left, self._padding = size, -size % BLOCK

    def rest(self, most: int) -> bytes:
        """At most so many bytes of the present content."""
        pieces = []
        while most > 0 and self._left:
            piece = self._take(min(_PIECE, most, self._left))
            if not piece:
                raise damaged("the archive ends inside of an entry")
            self._left -= len(piece)
            most -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def skip(self) -> None:
        """Go to the next header."""
        self._left += self._padding
        self._padding = 0
        while self._left:
            piece = self._take(min(_PIECE, self._left))
            if not piece:
                raise damaged("the archive ends inside of an entry")
            self._left -= len(piece)

    def finish(self) -> None:
        """Go to the end of the file: only there gzip has its checksum."""
        while piece := self._take(_PIECE):
            if piece.strip(b"\0"):
                raise damaged("there is something behind the end of the archive")

    def end(self) -> int:
        """How many bytes of the file have been used."""
        return self._source.position

    def _take(self, size: int) -> bytes:
        piece = self._source.read(size)
        self._budget.take(len(piece))
        return piece


class _Plain:
    """A file as it is."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def read(self, size: int) -> bytes:
        """As `_Source` has it."""
        piece = self._data[self.position : self.position + size]
        self.position += len(piece)
        return piece


class _Gunzip:
    """A gzip file, of one part or several, unpacked piece by piece (RFC 1952)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stream = zlib.decompressobj(wbits=31)
        self._parts = 1
        self.position = 0

    def read(self, size: int) -> bytes:
        """As `_Source` has it."""
        pieces = []
        while size > 0 and (piece := self._some(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _some(self, size: int) -> bytes:
        """At least one byte, unless there is none any more."""
        while not self._stream.eof or self._next_part():
            given = self._data[self.position : self.position + _CHUNK]
            try:
                piece = self._stream.decompress(given, size)
            except zlib.error as error:
                raise damaged(f"its compressed data are damaged ({error})") from None
            self.position += len(given) - len(self._stream.unconsumed_tail) - len(self._stream.unused_data)
            if piece:
                return piece
            if not given and not self._stream.eof:
                raise damaged("its compressed data end too early")
        return b""

    def _next_part(self) -> bool:
        if self._data[self.position : self.position + len(GZIP)] != GZIP:
            return False
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise damaged(f"it is compressed in more than {_MOST_PARTS:,} parts")
        self._stream = zlib.decompressobj(wbits=31)
        return True


def _number(field: bytes) -> int:
    """A number of a header: octal digits, or with the highest bit set a binary number (GNU)."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=True) + (1 << (8 * len(field) - 1))
        if field[0] == 0xFF:
            raise damaged("a header holds a negative number")
        return value
    found = _OCTAL.fullmatch(field)
    if found is None:
        raise damaged("a header holds no number where one belongs: it is no tar archive, or it is damaged")
    return int(found[1] or b"0", 8)


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise damaged("a header holds no number where one belongs")
    return int(text)


def _records(content: bytes) -> dict[str, str]:
    """The records of a pax header: `LENGTH KEY=VALUE` and a line end, where the length counts all of that."""
    found: dict[str, str] = {}
    at = 0
    while at < len(content):
        space = content.find(b" ", at, at + _DIGITS)
        digits = content[at:space] if space > 0 else b""
        end = at + int(digits) if digits.isdigit() else 0
        key, equals, value = content[space + 1 : end - 1].partition(b"=")
        if end <= space or end > len(content) or content[end - 1 : end] != b"\n" or not equals:
            raise damaged("a header holds a record that is none")
        found[_text(key)] = _text(value)
        at = end
    return found


def _text(field: bytes) -> str:
    """The text of a field up to its first NUL; bytes that are no UTF-8 stay visible and distinct."""
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")

