"""Expectations in a real browser: they follow the what-if, and results of probes are set beside the prediction."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.test_dashboard import ROOT, download, map_of, switch
from tests.browser.test_policies import view

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
OBSERVED = b"storefront/gateway[Deployment]\tservice/data/orders-db\tTCP\t5432\ttimes-out\tconnects\n"


@pytest.fixture
def open_page(serve: Callable[..., str], visit: Callable[..., Visit]) -> OpenPage:
    """`open_page(**options of visit)`: the shop with its expectations."""

    def opened(**options: object) -> Page:
        page = visit(f"{serve(ROOT / 'app.py')}/?sample=online-shop", **options).page
        map_of(page)
        view(page, "Expectations")
        page.get_by_role("button", name="Use those of the sample").click()
        expect(page.get_by_text("7 expectations: 7 passed")).to_be_visible()
        return page

    return opened


@pytest.mark.parametrize("dark", [False, True])
def test_a_switched_policy_breaks_an_expectation_which_is_explained(open_page: OpenPage, dark: bool) -> None:
    page = open_page(dark=dark)
    switch(page, "payments-to-provider")
    expect(page.get_by_text("7 expectations: 6 passed, 1 failed, with the what-if of the sidebar")).to_be_visible()
    expect(page.get_by_text("✗ Egress of shop/payments: denied")).to_be_visible()
    page.get_by_role("button", name="Explain it beside the map").click()
    map_of(page)
    expect(page.get_by_text("✗ Egress of shop/payments: denied")).to_be_visible()


def test_a_report_holds_the_results(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    page.get_by_role("button", name="Download", exact=True).click()
    saved = download(page, page.get_by_role("button", name="Results: JUnit XML").click)
    saved.save_as(tmp_path / "report.xml")
    assert 'tests="7" failures="0"' in (tmp_path / "report.xml").read_text(encoding="utf-8")


def test_probes_go_to_a_script_and_their_results_come_back(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    view(page, "Try it on the cluster")
    saved = download(page, page.get_by_role("button", name="Download the script").click)
    saved.save_as(tmp_path / "probes.sh")
    assert subprocess.run(["sh", "-n", str(tmp_path / "probes.sh")], check=False).returncode == 0
    results = FilePayload(name="observed.tsv", mimeType="text/tab-separated-values", buffer=OBSERVED)
    page.locator("input[type=file]").set_input_files(results)
    expect(page.get_by_text("1 observed: 1 differs")).to_be_visible()
    expect(page.get_by_text("does the plugin enforce them?").first).to_be_visible()
