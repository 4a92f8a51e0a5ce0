"""The entries of a zip file, whose content is read one by one and never more than one in memory."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from netviz.manifests.archive_entries import Budget, Entry, EntryKind, EntryUnreadable, damaged

MAGIC: Final = b"PK\x03\x04"
_IN_DIRECTORY: Final = b"PK\x01\x02"
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_UNIX: Final = 3
_PIECE: Final = 1 << 16
# Everything that the standard library has been seen to raise for bytes that are no zip file, or a broken one.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    RuntimeError,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    OverflowError,
    OSError,
    struct.error,
    zlib.error,
)


def zip_entries(data: bytes, budget: Budget) -> Iterator[Entry]:
    """The entries in the order of the directory.

    Raises:
        Unreadable: it is no zip file, or holds more entries or more bytes than may be.
    """
    # Every entry of the directory begins like this, and the library would make an object of each.
    budget.count(data.count(_IN_DIRECTORY))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise damaged(f"it is no zip archive, or it is damaged ({_reason(error)})") from None
    with archive:
        end = 0
        for info in archive.infolist():
            end += info.compress_size
            # A name in the middle of which the library found an end is not the name that other programs see.
            name = info.orig_filename if "\0" in info.orig_filename else info.filename
            yield Entry(
                name=name,
                kind=_kind(info),
                read=partial(_read, archive, info, budget),
                end=partial(min, end, len(data)),
            )


def _kind(info: zipfile.ZipInfo) -> EntryKind:
    # `is_dir` raises for an entry without a name.
    if info.filename.endswith("/"):
        return EntryKind.FOLDER
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    if stat.S_ISLNK(mode):
        return EntryKind.LINK
    return EntryKind.FILE if stat.S_IFMT(mode) in (0, stat.S_IFREG) else EntryKind.SPECIAL


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget, most: int) -> bytes:
    if info.flag_bits & _ENCRYPTED:
        raise EntryUnreadable("it is encrypted", "make the archive anew without a password", code="unsupported-file")
    if info.compress_type not in _METHODS:
        message = f"it is compressed in a way that is not read (method {info.compress_type})"
        hint = "make the archive anew with the usual compression (deflate)"
        raise EntryUnreadable(message, hint, code="unsupported-file")
    budget.expect(info.file_size)
    pieces: list[bytes] = []
    try:
        with archive.open(info) as file:
            while most > 0 and (piece := file.read(min(_PIECE, most))):
                budget.take(len(piece))
                pieces.append(piece)
                most -= len(piece)
    except _BROKEN as error:
        raise EntryUnreadable(f"it is damaged ({_reason(error)})", code="bad-archive") from None
    return b"".join(pieces)


def _reason(error: BaseException) -> str:
    # Some reasons quote names from the archive.
    return type(error).__name__ if isinstance(error, KeyError) else str(error)[:80] or type(error).__name__
