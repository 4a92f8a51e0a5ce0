"""A what-if is proven in a real browser, and what speaks against it leads to its explanation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
CHANGED = "root => root.__netviz?.payload?.differences?.includes('1 removed')"


def test_a_what_if_is_proven(serve: Callable[..., str], visit: Callable[..., Visit]) -> None:
    page = visit(f"{serve(ROOT / 'app.py')}/?sample=online-shop").page
    root = page.locator(".netviz")
    root.wait_for()
    page.get_by_test_id("stSidebar").get_by_text("sessions-clients", exact=True).click()
    page.wait_for_function(CHANGED, arg=root.element_handle())
    page.get_by_text("Prove the change", exact=True).click()
    expect(page.get_by_text("✗ Not proven: 1 pair changes besides.")).to_be_visible()
    box = page.get_by_role("textbox", name="What is intended")
    box.fill("deny shop/basket -> data/sessions TCP 6379")
    box.press("Control+Enter")
    expect(page.get_by_text("✓ Proven: all is as intended, and nothing else changes.")).to_be_visible()
    box.fill("allow shop/checkout -> data/sessions TCP 6379")
    box.press("Control+Enter")
    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_text("shop/checkout may not open TCP 6379", exact=False)).to_be_visible()
