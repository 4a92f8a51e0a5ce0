"""Every text format of two samples as somebody last looked at it; `pytest tests/golden --update-golden` renews them."""

from __future__ import annotations

from pathlib import Path

import pytest

from netviz.cli.main import main
from netviz.exporters.context import Exporter
from netviz.exporters.formats import EXPORTERS
from netviz.workbench import packing

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "sample_manifests"
CASES = {
    "aks-frontend-backend": ("--disable", "default/restrict-backend-egress", "--date", "2026-01-31"),
    "policytypes-pitfall": ("--dark", "--title", "What policyTypes leaves out"),
}
# The interactive page holds all of a drawing library, and has tests of its own.
FORMATS = [each for each in EXPORTERS if not each.browser and each.name != "html"]


@pytest.mark.parametrize("sample", CASES)
@pytest.mark.parametrize("exporter", FORMATS, ids=[each.name for each in FORMATS])
def test_an_export_is_what_it_was(
    sample: str,
    exporter: Exporter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    monkeypatch.setattr(packing, "__version__", "0.0.0")
    paths = [str(SAMPLES / sample), "--out", str(tmp_path)]
    assert main(["export", *paths, "--format", exporter.name, *CASES[sample]]) == 0
    made = (tmp_path / exporter.file_name).read_bytes()
    golden = HERE / sample / exporter.file_name
    if pytestconfig.getoption("--update-golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(made)
    assert made.decode() == golden.read_bytes().decode()


@pytest.mark.parametrize("sample", CASES)
def test_every_golden_file_is_still_compared(sample: str) -> None:
    assert {path.name for path in (HERE / sample).iterdir()} == {each.file_name for each in FORMATS}
