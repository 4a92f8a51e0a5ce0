"""Comparing two sets of manifests in a real browser."""

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


@pytest.fixture
def page(serve: Callable[..., str], visit: Callable[..., Visit]) -> Page:
    return visit(serve(ROOT / "app.py", str(AKS))).page


def test_two_sets_are_compared_and_a_change_names_its_cause(page: Page) -> None:
    page.get_by_text("Compare", exact=True).click()
    expect(page.get_by_text("Choose the manifests as they were before:")).to_be_visible()
    page.locator("input[type=file]").set_input_files(AKS / "base.yaml")
    page.get_by_role("button", name="Compare with 1 file").click()
    root = page.locator(".netviz")
    root.wait_for()
    page.wait_for_function(
        "root => root.__netviz?.payload?.differences === '7 removed, 3 changed'", arg=root.element_handle()
    )
    expect(page.get_by_text("Before: base.yaml → after: aks-frontend-backend")).to_be_visible()
    # The first column of the list selects a row; its cells are drawn on a canvas.
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    table.scroll_into_view_if_needed()
    frame = table.bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + 15, frame["y"] + 52)
    expect(page.get_by_text("Caused by", exact=True)).to_be_visible()
    expect(page.get_by_text("• Policy NetworkPolicy/default/restrict-backend-egress added")).to_be_visible()
    expect(page.get_by_text("step-4-restrict-backend-egress.yaml:2").first).to_be_visible()
    page.get_by_text("Only changes", exact=True).click()
    page.wait_for_function(
        "root => root.__netviz.payload.edges.every((edge) => edge.nv.change !== 'same')", arg=root.element_handle()
    )
