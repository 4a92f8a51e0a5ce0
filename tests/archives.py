"""Makes archives in memory, good ones and bad ones."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from types import MappingProxyType

Members = Sequence[tuple[str, bytes]]


def zipped(members: Members, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file; the same name may be given twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def zip_with(name: str, data: bytes, *, mode: int = 0o100644) -> bytes:
    """A zip file with one entry of a Unix mode, such as that of a link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, mode << 16
        archive.writestr(info, data)
    return buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """A zip file with the flag set that says that its first entry is encrypted."""
    made = bytearray(data)
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def tarred(
    members: Members, *, form: int = tarfile.PAX_FORMAT, kinds: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """A tar file; `kinds` gives some names another type than that of a file, and links the target `target.yaml`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.type = kinds.get(name, tarfile.REGTYPE)
            info.linkname = "target.yaml" if info.type in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            info.size = len(data) if info.type == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def gzipped(data: bytes) -> bytes:
    """The same, compressed."""
    return gzip.compress(data, mtime=0)


def tar_header(name: bytes, *, size: bytes = b"0", kind: bytes = b"0", magic: bytes = b"ustar\0") -> bytes:
    """One header block with fields as they are given, and a checksum that is right."""
    fields = [(0, name), (124, size), (156, kind), (257, magic), (148, b" " * 8)]
    block = bytearray(512)
    for place, field in fields:
        block[place : place + len(field)] = field
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def tar_block(content: bytes) -> bytes:
    """Content, padded to whole blocks."""
    return content + bytes(-len(content) % 512)
