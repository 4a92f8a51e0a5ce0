"""`netviz export` of the formats that are for eyes: the interactive page and the PNG."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.cli.main import main
from netviz.exporters.png import NAMES, VARIABLE

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = str(ROOT / "sample_manifests" / "aks-frontend-backend")


def test_without_a_browser_everything_else_is_written_and_the_hint_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["export", SAMPLE, "--format", "png,html", "--out", str(tmp_path / "out")]) == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["netviz.html"]
    assert "PNG: no Chromium was found; install Chromium or Chrome" in capsys.readouterr().err


@pytest.mark.browser
def test_with_a_browser_the_png_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if not any(map(shutil.which, NAMES)):
        if os.environ.get("NETVIZ_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium here")
        pytest.skip("no Chromium here: install it (apt-get install chromium) to run the browser tests")
    assert main(["export", SAMPLE, "--format", "png", "--out", str(tmp_path)]) == 0
    data = (tmp_path / "netviz.png").read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 1000
    assert height >= 500
    assert "Software" in data[:400].decode("latin-1")


def test_the_page_has_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    script = "import sys; from netviz.cli.main import main; sys.exit(main())"
    pages = []
    for seed in ("1", "2"):
        command = ["export", SAMPLE, "--format", "html", "--out", str(tmp_path / seed)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": f"UTC{seed}"}
        done = subprocess.run([sys.executable, "-c", script, *command], env=environment, check=True)
        assert done.returncode == 0
        pages.append((tmp_path / seed / "netviz.html").read_bytes())
    assert pages[0] == pages[1]
