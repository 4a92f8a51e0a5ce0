"""One hash that stands for the whole input."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePath


def digest_of(data: bytes) -> bytes:
    """The hash of one file's content."""
    return hashlib.sha256(data).digest()


def input_digest(files: Iterable[tuple[str, bytes]]) -> str:
    """The SHA-256, hexadecimal, over (name, `digest_of` content) of every file, whatever their order; "" for no file.

    Of a name only what is below the folder that all files are in counts, so that the same files give the same hash
    from every working directory, on the command line and in the page.
    """
    named = [(PurePath(name.replace("\\", "/")).parts, content) for name, content in files]
    if not named:
        return ""
    shared = _shared([parts[:-1] for parts, _ in named])
    whole = hashlib.sha256()
    for name, content in sorted(("/".join(parts[shared:]), content) for parts, content in named):
        encoded = name.encode("utf-8", "surrogatepass")
        whole.update(len(encoded).to_bytes(8, "big") + encoded + content)
    return whole.hexdigest()


def _shared(folders: list[tuple[str, ...]]) -> int:
    """How many leading parts all folders have in common."""
    first, last = min(folders), max(folders)
    same = (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return next(same, min(len(first), len(last)))
