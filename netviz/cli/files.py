"""Files that options name: read with the limits of the input, and written with an error that a user understands."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from netviz.errors import Diagnostic, UsageError


def read_named(option: str, file: str) -> bytes:
    """The bytes of the file that an option names; UsageError if it cannot be read."""
    from netviz.manifests.limits import Limits
    from netviz.manifests.paths import read_bytes

    path = Path(file)
    if not path.is_file():
        there = path.exists() and not path.is_dir()
        what = "it is no regular file; write what it gives into one" if there else "there is no such file"
        raise UsageError(f"{option} {file}: {what}")
    data = read_bytes(path, Limits(), io.BytesIO())
    if isinstance(data, Diagnostic):
        raise UsageError(str(data))
    return data


def write_named(option: str, file: str, text: str) -> None:
    """Write a text to the file that an option names, or to standard output without one; UsageError if it cannot be."""
    if not file:
        sys.stdout.write(text)
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise UsageError(f"{option} {file}: it cannot be written: {reason}") from None
