"""The map's filters, its drill-down and its search in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
POSITIONS = "root => root.__netviz.network.getPositions()"
POINT = """(root, [kind, id]) => {
    const { network, scene, payload, stage } = root.__netviz;
    const box = payload.boxes.find((candidate) => candidate.title === id);
    const at = kind === "box"
        ? { x: box.rect[0] + 14, y: box.rect[1] + box.rect[3] - 8 }
        : [...scene.nodes.values()].find((node) => node.id === id);
    const frame = stage.getBoundingClientRect(), place = network.canvasToDOM({ x: at.x, y: at.y });
    return { x: frame.left + place.x, y: frame.top + place.y };
}"""


@pytest.fixture(scope="session")
def dashboard(serve: Callable[..., str]) -> str:
    return serve(ROOT / "app.py")


@pytest.fixture
def page(dashboard: str, visit: Callable[..., Visit]) -> Page:
    return visit(f"{dashboard}/?sample=online-shop", height=1300).page


def map_of(page: Page) -> Locator:
    root = page.locator(".netviz")
    root.wait_for()
    wait(root, "root => root.__netviz?.updates >= 1")
    return root


def wait(root: Locator, condition: str) -> None:
    root.page.wait_for_function(f"root => ({condition})(root)", arg=root.element_handle())


def shows(root: Locator, *ids: str) -> None:
    for card in ids:
        wait(root, f"root => root.__netviz.payload.nodes.some((node) => node.id === {card!r})")


def hides(root: Locator, *ids: str) -> None:
    for card in ids:
        wait(root, f"root => !root.__netviz.payload.nodes.some((node) => node.id === {card!r})")


def settled(page: Page) -> None:
    page.locator('[data-test-script-state="notRunning"]').wait_for()


def at(root: Locator, kind: str, name: str) -> tuple[float, float]:
    settled(root.page)
    place = root.evaluate(POINT, [kind, name])
    return place["x"], place["y"]


def level(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name, exact=True)).first.click()


def filters(page: Page) -> None:
    page.get_by_test_id("stPopover").get_by_role("button", name="Filters").click()


def test_a_namespace_opens_from_its_card_and_a_crumb_leads_back(page: Page) -> None:
    root = map_of(page)
    level(page, "Namespace")
    shows(root, "shop", "storefront")
    page.mouse.click(*at(root, "node", "shop"))
    page.get_by_role("button", name="Open shop").click()
    shows(root, "shop/basket[Deployment]", "namespace:storefront")
    expect(page.get_by_text("› shop", exact=True)).to_be_visible()
    page.get_by_role("button", name="All namespaces").click()
    shows(root, "shop", "storefront")
    hides(root, "shop/basket[Deployment]")


def test_a_double_click_on_a_box_collapses_it_and_one_on_the_card_expands_it(page: Page) -> None:
    root = map_of(page)
    page.mouse.dblclick(*at(root, "box", "data"))
    shows(root, "namespace:data", "shop/basket[Deployment]")
    hides(root, "data/orders-db[StatefulSet]")
    page.mouse.dblclick(*at(root, "node", "namespace:data"))
    shows(root, "data/orders-db[StatefulSet]")


def test_a_namespace_is_collapsed_and_expanded_by_keyboard(page: Page) -> None:
    root = map_of(page)
    opener = page.get_by_test_id("stPopover").get_by_role("button", name="Filters")
    opener.focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Collapse all")
    button.focus()
    page.keyboard.press("Enter")
    shows(root, "namespace:data", "namespace:shop", "namespace:storefront")
    expand = page.get_by_role("button", name="Expand all")
    expect(expand).to_be_enabled()
    expand.focus()
    page.keyboard.press("Enter")
    shows(root, "data/orders-db[StatefulSet]")


def test_ports_leave_fewer_arrows_and_a_reset_brings_them_back(page: Page) -> None:
    root = map_of(page)
    count = root.evaluate("root => root.__netviz.payload.edges.length")
    filters(page)
    page.get_by_label("Ports").fill("5432")
    page.keyboard.press("Enter")
    wait(root, f"root => root.__netviz.payload.edges.length < {count}")
    expect(page.get_by_text("allowed pairs shown")).to_be_visible()
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Reset filters").first.click()
    wait(root, f"root => root.__netviz.payload.edges.length === {count}")


def test_the_search_lights_up_a_card_and_leads_to_its_neighbourhood(page: Page) -> None:
    root = map_of(page)
    settled(page)  # a run that is under way draws the box anew and takes the typed text with it
    box = page.get_by_label("Find in the input")
    box.fill("orders")
    box.press("Enter")
    wait(root, "root => root.__netviz.payload.found.length === 1")
    assert root.evaluate("root => [...root.__netviz.look.lit.nodes].map((node) => node.id)") == [
        "data/orders-db[StatefulSet]"
    ]
    page.get_by_role("button", name=re.compile(r"orders.db .*StatefulSet")).click()
    hides(root, "storefront/gateway[Deployment]")
    shows(root, "data/orders-db[StatefulSet]", "shop/checkout[Deployment]")
    page.get_by_role("button", name="Everything").click()
    shows(root, "storefront/gateway[Deployment]")


def test_a_label_groups_the_cards(page: Page) -> None:
    root = map_of(page)
    filters(page)
    box = page.get_by_role("combobox", name="Group cards by")
    box.click()
    page.get_by_role("option").nth(1).click()
    wait(root, "root => !root.__netviz.payload.boxes.some((box) => box.title === 'shop')")
    assert root.evaluate("root => root.__netviz.payload.boxes.every((box) => !box.subtitle.startsWith('namespace'))")


def test_a_switch_is_told_to_screen_readers_and_moves_no_card(page: Page) -> None:
    root = map_of(page)
    filters(page)
    page.get_by_role("button", name="Collapse all").click()
    shows(root, "namespace:data")
    page.keyboard.press("Escape")
    before = root.evaluate(POSITIONS)
    page.get_by_test_id("stSidebar").get_by_text("basket-clients", exact=True).click()
    told = "Turning off shop/basket-clients closes 3 connections"
    wait(root, f"root => root.__netviz.live.textContent.startsWith('{told}')")
    assert root.evaluate("root => root.__netviz.live.getAttribute('aria-live')") == "polite"
    assert root.evaluate(POSITIONS) == before
    expect(page.get_by_text(told).first).to_be_visible()


def test_only_changes_hides_what_stayed_the_same(page: Page) -> None:
    root = map_of(page)
    page.get_by_test_id("stSidebar").get_by_text("basket-clients", exact=True).click()
    wait(root, "root => root.__netviz.payload.differences !== ''")
    before = root.evaluate(POSITIONS)
    filters(page)
    page.get_by_text("Only changes", exact=True).click()
    hides(root, "data/orders-db[StatefulSet]")
    assert root.evaluate("root => root.__netviz.payload.edges.every((edge) => edge.nv.change === 'removed')")
    after = root.evaluate(POSITIONS)
    assert {card: before[card] for card in after} == after
