"""A scenario goes round by address and by file, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
AKS = ROOT / "sample_manifests" / "aks-frontend-backend"
DIFFERENCES = "root => root.__netviz?.payload?.differences"
OpenPage = Callable[[str], Page]


@pytest.fixture
def open_page(serve: Callable[..., str], visit: Callable[..., Visit]) -> OpenPage:
    address = serve(ROOT / "app.py", str(AKS))
    return lambda query: visit(f"{address}/{query}").page


def differences(page: Page, expected: str) -> None:
    """Wait until the map says this about the what-if."""
    root = page.locator(".netviz")
    root.wait_for()
    page.wait_for_function(f"root => ({DIFFERENCES})(root) === {expected!r}", arg=root.element_handle())


def switch(page: Page, policy: str) -> None:
    page.get_by_test_id("stSidebar").get_by_text(policy, exact=True).click()


def test_view_filters_and_switches_come_back_in_a_new_tab(open_page: OpenPage) -> None:
    page = open_page("")
    switch(page, "restrict-backend-egress")
    page.wait_for_url(lambda url: "off=" in url)
    page.get_by_text("Pod", exact=True).first.click()
    page.wait_for_url(lambda url: "by=pod" in url)
    root = page.locator(".netviz")
    said = root.evaluate(DIFFERENCES)
    assert said
    query = page.url.partition("?")[2]
    again = open_page(f"?{query}")
    differences(again, said)
    expect(again.get_by_role("radio", name="Pod")).to_be_checked()
    assert again.url.partition("?")[2] == query


def test_a_scenario_is_saved_and_loaded(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("")
    differences(page, "")
    switch(page, "deny-all-ingress-to-backend")
    page.wait_for_url(lambda url: "off=" in url)
    query = page.url.partition("?")[2]
    page.get_by_text("Save and share", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the scenario").click()
    file = tmp_path / "scenario.yaml"
    saved.value.save_as(file)
    assert file.read_text().startswith("netviz: scenario/1\n")
    other = open_page("")
    differences(other, "")
    other.get_by_text("Save and share", exact=True).click()
    other.get_by_test_id("stSidebar").locator("input[type=file]").set_input_files(file)
    other.get_by_role("button", name="Apply the scenario").click()
    other.wait_for_url(lambda url: url.partition("?")[2] == query)
    expect(other.get_by_role("switch", name="deny-all-ingress-to-backend")).not_to_be_checked()
