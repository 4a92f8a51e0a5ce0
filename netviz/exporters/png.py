"""The picture as PNG, at twice the size of the SVG, made by an installed Chromium that can reach nothing."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path
from typing import Final

from netviz.errors import UsageError
from netviz.exporters.context import ExportContext, PairRows, origin_line
from netviz.exporters.svg import write_svg
from netviz.view.picture import Picture
from netviz.view.text import visible

VARIABLE: Final = "NETVIZ_CHROMIUM"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PIXELS: Final = 2.0
LONGEST: Final = 16_000
"""Pixels of the longer side; what would be longer is made with fewer pixels for each unit."""

SECONDS: Final = 60
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HINT: Final = f"install Chromium or Chrome, or name it in {VARIABLE}; the SVG export needs no browser"
_FLAGS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    # Whatever it asks for ends on this machine: no name is looked up, and no connection is made directly.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
)
_PAGE: Final = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>netviz</title>"
    "<style>html,body{{margin:0}}svg{{display:block}}</style></head><body>{svg}</body></html>"
)


def write_png(picture: Picture, rows: PairRows, context: ExportContext) -> bytes:
    """The SVG export as PNG, with title and origin as text chunks; UsageError if no Chromium is here or it fails."""
    program = find_chromium()
    image = rasterised(write_svg(picture, rows, context), program)
    return with_texts(image, {"Title": visible(context.title), "Software": origin_line(context)})


def find_chromium() -> str:
    """The program that NETVIZ_CHROMIUM names, else the first of `NAMES` on the path; UsageError if there is none."""
    wanted = os.environ.get(VARIABLE, "")
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise UsageError(f"PNG: {VARIABLE} is {wanted!r}, which is no program; {_HINT}")
        return found
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise UsageError(f"PNG: no Chromium was found; {_HINT}")


def rasterised(svg: str, program: str, *, seconds: float = SECONDS) -> bytes:
    """A standalone SVG as PNG of twice its size; UsageError if the browser gives none within `seconds`."""
    width, height = _size(svg)
    pixels = min(PIXELS, LONGEST / max(width, height))
    with tempfile.TemporaryDirectory(prefix="netviz-png-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "picture.html").write_text(_PAGE.format(svg=svg), encoding="utf-8")
        image = folder / "picture.png"
        command = [
            program,
            *_FLAGS,
            # Its sandbox refuses to run for root, who is the usual user of a container.
            *(["--no-sandbox"] if _is_root() else []),
            f"--force-device-scale-factor={pixels:g}",
            f"--window-size={width},{height}",
            f"--user-data-dir={folder / 'profile'}",
            f"--screenshot={image}",
            (folder / "picture.html").as_uri(),
        ]
        _run(command, folder, seconds)
        data = image.read_bytes() if image.is_file() else b""
    if not data.startswith(SIGNATURE):
        raise UsageError(f"PNG: {program} gave no picture; {_HINT}")
    return data


def with_texts(image: bytes, texts: dict[str, str]) -> bytes:
    """The PNG with texts right behind its header, as `iTXt` chunks (PNG, third edition, 11.3.3.4), in UTF-8."""
    head = len(SIGNATURE) + 8 + 13 + 4
    chunks = (_chunk(b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + text.encode()) for key, text in texts.items())
    return image[:head] + b"".join(chunks) + image[head:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _size(svg: str) -> tuple[int, int]:
    """Width and height of an SVG of our own in whole units."""
    found = re.search(r'<svg [^>]*?width="([0-9.]+)" height="([0-9.]+)"', svg)
    if found is None:
        raise ValueError("an SVG without a size")
    return math.ceil(float(found[1])), math.ceil(float(found[2]))


def _run(command: list[str], folder: Path, seconds: float) -> None:
    """Let the browser run to its end; with all its processes it is ended when the time is over."""
    with subprocess.Popen(  # noqa: S603 - the user's own browser, no shell
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise UsageError(f"PNG: {command[0]} gave no picture within {seconds:g} s; {_HINT}") from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a browser: its helpers are in its own group."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
