"""Bytes of a file as text."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FORMATS = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)


class DecodingError(ValueError):
    """Bytes that are no text; `line` is 1-based, 0 if the file as a whole is meant."""

    def __init__(self, message: str, line: int = 0, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.line, self.hint = message, line, hint


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark; the mark is dropped.

    Raises:
        DecodingError: the bytes are another kind of file, are not valid in their encoding, or hold a NUL character.
    """
    for magic, what in _FORMATS:
        if data.startswith(magic):
            raise DecodingError(f"this is {what}, not a text", hint="unpack it first" if "archive" in what else None)
    bom, encoding = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), (b"", "utf-8"))
    try:
        text = data[len(bom) :].decode(encoding)
    except UnicodeDecodeError as error:
        before = data[len(bom) : len(bom) + error.start].decode(encoding, "replace")
        message = f"not a text in {encoding.upper()}: {error.reason} at byte {len(bom) + error.start}"
        raise DecodingError(message, before.count("\n") + 1, "save the file as UTF-8") from None
    nul = text.find("\0")
    if nul >= 0:
        message = "there is a NUL character in it, so it is no text"
        raise DecodingError(message, text.count("\n", 0, nul) + 1, "if it is UTF-16, save it as UTF-8")
    return text
