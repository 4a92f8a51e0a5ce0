"""The PNG is the SVG at twice its size, and without a browser the reason says what to do."""

from __future__ import annotations

import os
import shutil
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from netviz.errors import UsageError
from netviz.exporters.png import NAMES, SIGNATURE, VARIABLE, find_chromium, rasterised, with_texts, write_png
from netviz.exporters.svg import write_svg
from tests.exported import parts, sample

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="860" height="300.2"><rect width="9" height="9"/></svg>'


def chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert image.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(image):
        (length,) = struct.unpack(">I", image[at : at + 4])
        kind, data = image[at + 4 : at + 8], image[at + 8 : at + 8 + length]
        assert image[at + 8 + length : at + 12 + length] == struct.pack(">I", zlib.crc32(kind + data))
        yield kind, data
        at += 12 + length


def size_of(image: bytes) -> tuple[int, int]:
    kind, data = next(chunks(image))
    assert kind == b"IHDR"
    width, height = struct.unpack(">II", data[:8])
    return width, height


def pixels(image: bytes) -> bytes:
    return zlib.decompress(b"".join(data for kind, data in chunks(image) if kind == b"IDAT"))


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv(VARIABLE, raising=False)
    if not any(map(shutil.which, NAMES)):
        if os.environ.get("NETVIZ_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium here")
        pytest.skip("no Chromium here: install it (apt-get install chromium) to run the browser tests")
    return find_chromium()


def script(folder: Path, body: str) -> str:
    path = folder / "browser"
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.browser
def test_the_picture_has_twice_the_size_of_the_svg_and_says_where_it_comes_from(
    chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = parts(sample("policytypes-pitfall"), title="Überblick")
    image = write_png(made.picture, made.rows, made.context)
    svg = write_svg(made.picture, made.rows, made.context)
    width, height = (float(svg.split(f'{side}="')[1].split('"')[0]) for side in ("width", "height"))
    assert size_of(image) == pytest.approx((2 * width, 2 * height), abs=2)
    texts = [data.decode() for kind, data in chunks(image) if kind == b"iTXt"]
    assert texts == ["Title\0\0\0\0\0Überblick", f"Software\0\0\0\0\0netviz 1.2.3 · input sha256:{'0123456789abcdef'}"]
    assert len(set(pixels(image))) > 100
    assert list(tmp_path.iterdir()) == [], f"{chromium} left something behind"


@pytest.mark.browser
def test_a_picture_too_large_for_a_browser_has_fewer_pixels(chromium: str) -> None:
    tall = SVG.replace('height="300.2"', 'height="20000"')
    assert size_of(rasterised(tall, chromium)) == pytest.approx((688, 16_000), abs=1)


def test_without_a_browser_the_reason_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=f"no Chromium was found; install .*, or name it in {VARIABLE}"):
        find_chromium()


def test_the_variable_names_the_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = script(tmp_path, "")
    monkeypatch.setenv(VARIABLE, program)
    assert find_chromium() == program
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(UsageError, match="which is no program"):
        find_chromium()


def test_a_browser_that_hangs_is_ended(tmp_path: Path) -> None:
    program = script(
        tmp_path, f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    with pytest.raises(UsageError, match="gave no picture within 3 s"):
        rasterised(SVG, program, seconds=3)
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("body", ["", "raise SystemExit(1)"])
def test_a_browser_that_gives_no_picture_is_reported(tmp_path: Path, body: str) -> None:
    with pytest.raises(UsageError, match="gave no picture"):
        rasterised(SVG, script(tmp_path, body))


def test_the_browser_gets_a_page_without_scripts_and_a_folder_that_is_gone_afterwards(tmp_path: Path) -> None:
    body = (
        "import pathlib, sys, urllib.parse\n"
        "page = pathlib.Path(urllib.parse.unquote(sys.argv[-1].removeprefix('file://')))\n"
        f"pathlib.Path({str(tmp_path / 'seen')!r}).write_text('\\n'.join([*sys.argv, page.read_text()]))"
    )
    with pytest.raises(UsageError):
        rasterised(SVG, script(tmp_path, body))
    seen = (tmp_path / "seen").read_text()
    assert "default-src 'none'; style-src 'unsafe-inline'" in seen
    assert SVG in seen
    assert "--force-device-scale-factor=2\n--window-size=860,301\n" in seen
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in seen
    profile = next(line for line in seen.splitlines() if line.startswith("--user-data-dir="))
    assert not Path(profile.partition("=")[2]).parent.exists()


def test_texts_stand_behind_the_header() -> None:
    plain = SIGNATURE + b"\0\0\0\rIHDR" + b"\0" * 13 + struct.pack(">I", zlib.crc32(b"IHDR" + b"\0" * 13))
    assert [kind for kind, _ in chunks(with_texts(plain, {"Title": "ä"}))] == [b"IHDR", b"iTXt"]
