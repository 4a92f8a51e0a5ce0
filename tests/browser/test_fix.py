"""The smallest fix, found and tried out in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_dashboard import choose

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
OPENED = "root => root.__netviz?.payload?.differences?.startsWith('1 added')"


def test_a_denied_connection_is_made_allowed(serve: Callable[..., str], visit: Callable[..., Visit]) -> None:
    page = visit(f"{serve(ROOT / 'app.py')}/?sample=online-shop").page
    root = page.locator(".netviz")
    root.wait_for()
    choose(page, "From", "shop/catalogue", "shop/catalogue (Deployment)")
    choose(page, "To", "data/sessions", "data/sessions (StatefulSet)")
    page.get_by_label("Port (0: all)").fill("6379")
    page.get_by_test_id("stBaseButton-primaryFormSubmit").click()
    page.get_by_text("Make this allowed", exact=True).click()
    expect(page.get_by_text("✓ Nothing else changes.")).to_be_visible()
    expect(page.get_by_test_id("stCode").filter(has_text="app.kubernetes.io/name: catalogue")).to_be_visible()
    page.get_by_role("button", name="Try it").click()
    page.wait_for_function(OPENED, arg=root.element_handle())
    expect(page.get_by_text("Make this denied", exact=True)).to_be_visible()
