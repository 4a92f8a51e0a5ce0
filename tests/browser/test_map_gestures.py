"""The map in the dashboard by mouse and keyboard: what it keeps when the reader comes back, folds, selects and says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "sample_manifests" / "online-shop"
CAMERA = "root => [root.__netviz.network.getScale(), root.__netviz.network.getViewPosition()]"
CARDS = "root => [...root.__netviz.scene.nodes.values()].map((node) => node.name).sort()"
IN_BOX = """(root, title) => {
    const { network, scene, stage } = root.__netviz;
    const [x, y, width] = scene.boxes.find((box) => box.title === title).rect;
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM({ x: x + width - 20, y: y + 20 });
    return { x: frame.left + at.x, y: frame.top + at.y };
}"""
CARD_AT = """(root, name) => {
    const { network, scene, stage } = root.__netviz;
    const card = [...scene.nodes.values()].find((node) => node.name === name);
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM(card);
    return { x: frame.left + at.x, y: frame.top + at.y };
}"""


@pytest.fixture
def shop(serve: Callable[..., str], visit: Callable[..., Visit]) -> Page:
    return visit(serve(ROOT / "app.py", SHOP)).page


def map_of(page: Page) -> Locator:
    root = page.locator(".netviz")
    root.wait_for()
    wait(root, "root => root.__netviz?.updates >= 1")
    return root


def wait(root: Locator, condition: str) -> None:
    root.page.wait_for_function(f"root => ({condition})(root)", arg=root.element_handle())


def go_to(page: Page, name: str) -> None:
    shown = page.get_by_role("radio", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True))
    shown.first.click()


def click(root: Locator, place: dict[str, float], times: int = 1) -> None:
    root.page.mouse.click(place["x"], place["y"], click_count=times)


def test_the_zoom_is_kept_when_the_reader_looks_at_another_page_and_comes_back(shop: Page) -> None:
    root = map_of(shop)
    root.get_by_role("button", name="Zoom in").click()
    root.locator(".stage").focus()
    root.locator(".stage").press("Shift+ArrowRight")
    scale, centre = root.evaluate(CAMERA)
    go_to(shop, "Matrix")
    expect(root).to_have_count(0)
    go_to(shop, "Map")
    root = map_of(shop)
    back = root.evaluate(CAMERA)
    assert back[0] == pytest.approx(scale)
    assert back[1] == pytest.approx(centre, abs=0.5)


def test_a_double_click_makes_a_namespace_one_card_and_another_one_opens_it(shop: Page) -> None:
    root = map_of(shop)
    cards = root.evaluate(CARDS)
    assert "orders-db" in cards
    click(root, root.evaluate(IN_BOX, "data"), times=2)
    wait(root, "root => ![...root.__netviz.scene.nodes.values()].some((node) => node.name === 'orders-db')")
    assert "data" in root.evaluate(CARDS)
    click(root, root.evaluate(CARD_AT, "data"), times=2)
    wait(root, "root => [...root.__netviz.scene.nodes.values()].some((node) => node.name === 'orders-db')")


def test_the_keyboard_alone_selects_a_card_and_python_explains_it(shop: Page) -> None:
    root = map_of(shop)
    stage = root.locator(".stage")
    stage.focus()
    stage.press("ArrowRight")
    stage.press("Enter")
    name = root.evaluate("root => root.__netviz.look.chosen.name")
    expect(root.locator(".said")).to_contain_text(name)
    expect(shop.locator(".st-key-nv-why")).to_contain_text(name)


def test_no_barrier_is_found_in_the_map_of_the_dashboard(shop: Page) -> None:
    root = map_of(shop)
    shop.evaluate(Axe().axe_script)
    found: dict[str, list[dict[str, object]]] = root.evaluate("root => axe.run(root, { resultTypes: ['violations'] })")
    assert [(each["id"], each["nodes"]) for each in found["violations"]] == []
