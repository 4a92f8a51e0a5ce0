"""How far somebody gets, and what each policy does, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_dashboard import ROOT, map_of
from tests.browser.test_policies import view
from tests.browser.test_table import settle

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(serve: Callable[..., str], visit: Callable[..., Visit]) -> OpenPage:
    """`open_page(**options of visit)`: the shop of the samples."""

    def opened(**options: object) -> Page:
        page = visit(f"{serve(ROOT / 'app.py')}/?sample=online-shop", **options).page
        map_of(page)
        return page

    return opened


def choose_row(page: Page, part: str, row: int, number: int = 0) -> None:
    """Tick the box of a row, from 0, in one of the tables of a part of the page."""
    settle(page)
    table = page.locator(f"{part} [data-testid=stDataFrame]").nth(number)
    table.locator("canvas").first.wait_for()
    table.click(position={"x": 16, "y": 35 * (row + 1) + 17})


@pytest.mark.parametrize("dark", [False, True])
def test_a_card_leads_to_its_way_and_a_hop_to_its_rules(open_page: OpenPage, dark: bool) -> None:
    page = open_page(dark=dark)
    view(page, "Reach")
    expect(page.get_by_text("11 of 12 workloads can be reached from the Internet")).to_be_visible()
    page.get_by_role("button", name=re.compile("^data.*orders")).click()
    expect(page.get_by_text("Every way to data/orders-db leads through shop/checkout.")).to_be_visible()
    choose_row(page, ".st-key-nv-fragment-reach", 3)
    expect(page.get_by_text("shop/checkout may open TCP 5432 to data/orders-db.")).to_be_visible()


def test_a_policy_that_is_switched_off_changes_what_is_reached(open_page: OpenPage) -> None:
    page = open_page()
    view(page, "Reach")
    expect(page.get_by_text("11 of 12 workloads can be reached from the Internet")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_text("checkout-clients", exact=True).first.click()
    expect(page.get_by_text("8 of 12 workloads can be reached from the Internet")).to_be_visible()


def test_a_policy_of_the_list_shows_its_pairs_and_a_pair_its_rules(open_page: OpenPage) -> None:
    page = open_page(height=1200)
    view(page, "Policies")
    expect(page.get_by_text("−3 if removed").first).to_be_visible()
    page.get_by_text("By impact", exact=True).click()
    choose_row(page, ".st-key-nv-fragment-impact", 0)
    expect(page.get_by_text("If call-services alone were removed")).to_be_visible()
    choose_row(page, ".st-key-nv-fragment-impact", 0, number=1)
    expect(page.get_by_text(re.compile("storefront/gateway.* → storefront/image-cache")).first).to_be_visible()


def test_the_exposure_says_what_is_open_to_any_pod(open_page: OpenPage) -> None:
    page = open_page(dark=True)
    view(page, "Reach")
    page.get_by_text("Exposure", exact=True).click()
    expect(page.get_by_text("1 workload accepts something from any pod")).to_be_visible()
    expect(page.locator(".st-key-nv-fragment-reach [data-testid=stDataFrame]")).to_be_visible()
