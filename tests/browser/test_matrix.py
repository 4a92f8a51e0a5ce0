"""The matrix in a real browser: cells open, pairs are explained, keys walk, and names stay text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.grid_page import HOSTILE
from tests.browser.test_dashboard import ROOT, map_of, switch
from tests.browser.test_policies import view

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

SHOP = ROOT / "sample_manifests" / "online-shop"
OUTLINE = "(cell, side) => { const s = getComputedStyle(cell, side); return `${s.borderTopStyle} ${s.content}`; }"

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(serve: Callable[..., str], visit: Callable[..., Visit]) -> OpenPage:
    """`open_page(**options of visit)`: the matrix of the online shop."""

    def opened(**options: object) -> Page:
        page = visit(serve(ROOT / "app.py", str(SHOP)), **options).page
        map_of(page)
        view(page, "Matrix")
        cell(page, "storefront", "shop").wait_for()
        return page

    return opened


def cell(page: Page, source: str, target: str) -> Locator:
    return page.locator(f'td[aria-label^="{source} → {target}:"]')


def test_a_click_opens_a_cell_and_a_click_on_a_pair_explains_it(open_page: OpenPage) -> None:
    page = open_page()
    expect(cell(page, "storefront", "shop")).to_have_text("7")
    cell(page, "storefront", "shop").click()
    pair = cell(page, "storefront/web", "shop/basket")
    expect(pair).to_contain_text("TCP 8080")
    pair.click()
    expect(page.get_by_text("storefront/web[Deployment] → shop/basket[Deployment]")).to_be_visible()
    expect(pair).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="All namespaces").click()
    expect(cell(page, "storefront", "shop")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("storefront/web[Deployment] → shop/basket[Deployment]")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_a_what_if_outlines_what_it_removes_with_dashes_and_a_sign(open_page: OpenPage, dark: bool) -> None:
    page = open_page(dark=dark)
    switch(page, "basket-clients")
    gone = cell(page, "storefront", "shop")
    expect(gone).to_have_text("5−2")
    assert gone.evaluate(OUTLINE, "::after").startswith("dashed")
    page.get_by_test_id("stSidebar").get_by_role("button", name="All off", exact=True).click()
    added = page.locator("td.added").first
    added.wait_for()
    expect(added).to_contain_text("+")
    assert added.evaluate(OUTLINE, "::before").startswith("solid")


def test_arrow_keys_walk_the_cells_and_enter_opens_one(open_page: OpenPage) -> None:
    page = open_page()
    page.locator('td[tabindex="0"]').focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    focused = cell(page, "storefront", "shop")
    expect(focused).to_be_focused()
    expect(page.locator(".detail")).to_have_text("storefront → shop: 7 of 16 pairs allowed")
    assert page.locator('td[tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    expect(cell(page, "storefront/web", "shop/basket")).to_be_visible()


def test_a_name_of_the_input_stays_text_wherever_the_matrix_shows_it(
    serve: Callable[..., str], visit: Callable[..., Visit]
) -> None:
    page = visit(serve(ROOT / "tests" / "browser" / "grid_page.py")).page
    cells = page.locator("td")
    cells.first.wait_for()
    assert cells.count() == len(HOSTILE) ** 2
    for number, name in enumerate(HOSTILE):
        row = page.locator("tbody tr").nth(number)
        row.locator("td").first.hover()
        expect(page.locator(".detail")).to_contain_text(name)
        row.locator("td").first.click()
        expect(page.get_by_text(f"picked: {(name, HOSTILE[0])}")).to_be_visible()
    assert page.locator(".netviz-grid img, .netviz-grid script, .netviz-grid a").count() == 0
    assert page.evaluate("globalThis.hacked") is None
