"""The table in a real browser: rows explain, filters narrow, and the CSV is safe to open."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_dashboard import ANY_EDGE, EDGE_AT, ROOT, download, map_of, switch, wait
from tests.browser.test_policies import view

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(serve: Callable[..., str], visit: Callable[..., Visit]) -> OpenPage:
    """`open_page(**options of visit)`: the table of two pods and their policies."""

    def opened(**options: object) -> Page:
        page = visit(f"{serve(ROOT / 'app.py')}/?sample=aks-frontend-backend", **options).page
        map_of(page)
        view(page, "Table")
        page.get_by_text("Allowed, unknown and changed pairs").wait_for()
        return page

    return opened


def narrow(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Name")
    box.fill(text)
    box.press("Enter")
    page.get_by_text("pairs (").filter(has_text=" of ").wait_for()


def settle(page: Page) -> None:
    """What a run has not reached yet is still there as the last one left it."""
    page.wait_for_function("() => document.querySelector('[data-stale=true]') === null")
    page.locator('[data-test-script-state="notRunning"]').wait_for()


def choose_first_row(page: Page) -> None:
    settle(page)
    page.get_by_test_id("stDataFrame").first.click(position={"x": 15, "y": 55})


@pytest.mark.parametrize("dark", [False, True])
def test_a_row_is_explained_beside_the_table(open_page: OpenPage, dark: bool) -> None:
    page = open_page(dark=dark)
    switch(page, "allow-frontend-to-backend")
    page.get_by_text("Only changes").click()
    page.get_by_text("pairs (1 of ").wait_for()
    choose_first_row(page)
    expect(page.get_by_text("default/frontend[Pod] → default/backend[Pod]")).to_be_visible()
    expect(page.get_by_text("✗ Denied", exact=True)).to_be_visible()
    view(page, "Matrix")
    expect(page.get_by_text("default/frontend[Pod] → default/backend[Pod]")).to_be_visible()


def test_the_csv_has_the_filtered_rows_and_what_decides(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    narrow(page, "frontend")
    found = download(page, lambda: page.get_by_role("button", name="CSV", exact=True).click())
    found.save_as(tmp_path / "pairs.csv")
    head, *rows = csv.reader(io.StringIO((tmp_path / "pairs.csv").read_text()))
    assert head[-2:] == ["egress decided by", "ingress decided by"]
    assert all("default/frontend" in row[0] + row[1] for row in rows)
    decided = next(row for row in rows if row[:2] == ["default/frontend", "default/backend"])
    assert decided[2:4] == ["allowed", "TCP 8080"]
    assert decided[7] == "NetworkPolicy/default/allow-frontend-to-backend (tier default)"


def test_a_row_is_lit_on_the_map_and_stays_selected_on_the_way_back(open_page: OpenPage) -> None:
    page = open_page()
    narrow(page, "frontend")
    choose_first_row(page)
    explained = page.locator(".st-key-nv-why").get_by_text("default/frontend").first
    expect(explained).to_be_visible()
    view(page, "Map")
    wait(map_of(page), "root => root.__netviz.selection !== null")
    expect(explained).to_be_visible()
    view(page, "Table")
    page.get_by_text("Allowed, unknown and changed pairs").wait_for()
    settle(page)
    expect(explained).to_be_visible()


def test_an_arrow_of_the_map_is_explained_beside_the_table_and_lit_on_return(open_page: OpenPage) -> None:
    page = open_page()
    view(page, "Map")
    root = map_of(page)
    place = root.evaluate(EDGE_AT, root.evaluate(ANY_EDGE, ["frontend", "backend"]))
    page.mouse.click(place["x"], place["y"])
    explained = page.get_by_text("default/frontend[Pod] → default/backend[Pod]")
    expect(explained).to_be_visible()
    chosen = root.evaluate("root => root.__netviz.selection.id")
    view(page, "Table")
    page.get_by_text("Allowed, unknown and changed pairs").wait_for()
    settle(page)
    expect(explained).to_be_visible()
    view(page, "Map")
    page.get_by_text("Allowed, unknown and changed pairs").wait_for(state="detached")
    settle(page)
    wait(map_of(page), f"root => root.__netviz.selection?.id === {json.dumps(chosen)}")
    expect(explained).to_be_visible()
