"""The Findings page in a real browser: a row is told in full, its connection is explained, filters narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
    """`open_page(sample)`: the findings of a sample."""

    def opened(sample: str, **options: object) -> Page:
        page = visit(f"{serve(ROOT / 'app.py')}/?sample={sample}", **options).page
        map_of(page)
        view(page, "Findings")
        page.get_by_text("Pitfalls in these policies").wait_for()
        settle(page)
        return page

    return opened


def choose_first_row(page: Page) -> None:
    page.get_by_test_id("stDataFrame").first.click(position={"x": 15, "y": 55})
    page.get_by_text("What to do").wait_for()


@pytest.mark.parametrize("dark", [False, True])
def test_a_finding_is_told_in_full_and_its_connection_is_one_click_away(open_page: OpenPage, dark: bool) -> None:
    page = open_page("calico-tiers", dark=dark)
    search = page.get_by_role("textbox", name="Search the findings")
    search.fill("NP008")
    search.press("Enter")
    page.locator("table[role=grid][aria-rowcount='2']").wait_for(state="attached")
    settle(page)
    choose_first_row(page)
    expect(page.locator(".st-key-nv-finding").get_by_text("DNS is blocked", exact=True)).to_be_visible()
    page.get_by_role("button", name="Why is it so?").click()
    expect(page.get_by_text("booking/site-old[Deployment] → kube-system/coredns[Deployment]")).to_be_visible()
    expect(page.get_by_text("✗ Denied", exact=True)).to_be_visible()
    page.get_by_role("button", name="Back to the finding").click()
    expect(page.get_by_text("What to do")).to_be_visible()


def test_suppressions_from_a_file_leave_findings_out(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("aks-frontend-backend")
    expect(page.get_by_text("1 warning", exact=True)).to_be_visible()
    known = tmp_path / "known.yaml"
    entry = "{id: NP008, object: NetworkPolicy/default/restrict-backend-egress, reason: it needs no names}"
    known.write_text(f"netviz: suppressions/1\nsuppressions: [{entry}]\n", encoding="utf-8")
    page.get_by_text("Suppressions", exact=True).click()
    page.locator("input[type=file]").first.set_input_files(known)
    page.get_by_role("button", name="Apply the suppressions").click()
    expect(page.get_by_text("Suppressed (1)")).to_be_visible()
    expect(page.get_by_text("1 warning", exact=True)).to_be_hidden()


def test_the_list_has_the_whole_width_until_a_row_is_chosen_and_stays_where_it_was_scrolled(
    serve: Callable[..., str], visit: Callable[..., Visit], tmp_path: Path
) -> None:
    policies = "".join(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: p{number}, namespace: shop}}\nspec: {{podSelector: {{}}}}\n"
        for number in range(30)
    )
    (tmp_path / "many.yaml").write_text(policies, encoding="utf-8")
    page = visit(serve(ROOT / "app.py", str(tmp_path / "many.yaml"))).page
    view(page, "Findings")
    table = page.get_by_test_id("stDataFrame").first
    table.locator("canvas").first.wait_for()
    settle(page)
    width = "element => element.clientWidth"
    whole = table.evaluate(width)
    assert whole > 0.98 * page.locator(".st-key-nv-fragment-findings").evaluate(width)
    scroller = table.locator(".dvn-scroller")
    scroller.evaluate("element => element.scrollTo(0, 400)")
    table.click(position={"x": 15, "y": 125})
    page.get_by_text("What to do").wait_for()
    narrow = "whole => document.querySelector('[data-testid=stDataFrame]').clientWidth < 0.7 * whole"
    page.wait_for_function(narrow, arg=whole)
    assert scroller.evaluate("element => element.scrollTop") == 400


def test_on_a_narrow_page_what_is_beside_a_view_stands_below_it(open_page: OpenPage) -> None:
    page = open_page("calico-tiers", width=800)
    choose_first_row(page)
    table, told = page.get_by_test_id("stDataFrame").first.bounding_box(), page.locator(".st-key-nv-finding")
    beside = told.bounding_box()
    assert table is not None
    assert beside is not None
    assert beside["y"] > table["y"] + table["height"]
    assert beside["width"] == pytest.approx(table["width"], abs=40)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
