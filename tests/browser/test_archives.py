"""An archive on the page: as input, and as the other side of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.archives import gzipped, tarred, zipped

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
AKS = ROOT / "sample_manifests" / "aks-frontend-backend"
MEMBERS = [(path.name, path.read_bytes()) for path in sorted(AKS.glob("*.yaml"))]


def test_archives_are_opened_and_compared(
    serve: Callable[..., str], visit: Callable[..., Visit], tmp_path: Path
) -> None:
    after, before = tmp_path / "after.tar.gz", tmp_path / "before.zip"
    after.write_bytes(gzipped(tarred([*MEMBERS, ("../away.yaml", b"a: 1\n")])))
    before.write_bytes(zipped(MEMBERS[:1]))
    page = visit(serve(ROOT / "app.py")).page
    page.locator("input[type=file]").set_input_files(after)
    page.get_by_role("button", name="Open 1 file").click()
    page.locator(".netviz").wait_for()
    expect(page.get_by_text("netviz · after.tar.gz")).to_be_visible()
    expect(page.get_by_text("refused: verdicts may be incomplete")).to_be_visible()
    page.get_by_text("Compare", exact=True).click()
    page.locator("input[type=file]").set_input_files(before)
    page.get_by_role("button", name="Compare with 1 file").click()
    expect(page.get_by_text("Before: before.zip → after: after.tar.gz")).to_be_visible()
    page.get_by_text("Input", exact=True).click()
    expect(page.get_by_text(f"{len(MEMBERS)} files: 2 workloads")).to_be_visible()
