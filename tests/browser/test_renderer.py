"""The map in a real browser: what it draws, what it keeps, what it tells Python, and what it never does."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("harness_app.py")
CAMERA = "root => [root.__netviz.network.getScale(), root.__netviz.network.getViewPosition()]"
POSITIONS = "root => root.__netviz.network.getPositions()"
FITS = """root => {
    const { network, scene, stage } = root.__netviz;
    const [x, y, width, height] = scene.view;
    const a = network.canvasToDOM({ x, y }), b = network.canvasToDOM({ x: x + width, y: y + height });
    return a.x >= 0 && a.y >= 0 && b.x <= stage.clientWidth + 1 && b.y <= stage.clientHeight + 1;
}"""
CARD_AT = """(root, id) => {
    const { network, scene, stage } = root.__netviz;
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM(scene.nodes.get(id));
    return { x: frame.left + at.x, y: frame.top + at.y };
}"""
EDGE_AT = """(root, id) => {
    const { network, scene, stage } = root.__netviz;
    const { samples } = edgeShapeOf(scene.edges.find((edge) => edge.id === id));
    const [x, y] = samples[Math.floor(samples.length / 4)];
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM({ x, y });
    return { x: frame.left + at.x, y: frame.top + at.y };
    function edgeShapeOf(edge) { return edge.shape; }
}"""


@pytest.fixture(scope="session")
def harness(serve: Callable[..., str]) -> str:
    return serve(APP)


@pytest.fixture
def open_map(harness: str, visit: Callable[..., Visit]) -> Callable[..., Locator]:
    """`open_map(query="", **options of visit)`: the map's element, drawn."""

    def opened(query: str = "", **options: object) -> Locator:
        page = visit(f"{harness}/{query}", **options).page
        root = page.locator(".netviz")
        root.wait_for()
        wait(root, "root => root.__netviz?.updates === 1")
        return root

    return opened


def wait(root: Locator, condition: str) -> None:
    root.page.wait_for_function(f"root => ({condition})(root)", arg=root.element_handle())


def click_at(root: Locator, place: dict[str, float], times: int = 1) -> None:
    root.page.mouse.click(place["x"], place["y"], click_count=times)


def toggle(root: Locator, label: str) -> None:
    updates = root.evaluate("root => root.__netviz.updates")
    root.page.get_by_text(label, exact=True).click()
    wait(root, f"root => root.__netviz.updates > {updates}")


def selection(page: Page, expected: str) -> None:
    expect(page.get_by_test_id("stCode")).to_contain_text(f"selection {expected}")


def card_at(root: Locator, name: str) -> dict[str, float]:
    place: dict[str, float] = root.evaluate(CARD_AT, name)
    return place


def drag(root: Locator, name: str, right: float, down: float) -> None:
    start = card_at(root, name)
    mouse = root.page.mouse
    mouse.move(start["x"], start["y"])
    mouse.down()
    mouse.move(start["x"] + right / 2, start["y"] + down / 2, steps=4)
    mouse.move(start["x"] + right, start["y"] + down, steps=4)
    mouse.up()


def test_every_card_pill_and_box_is_drawn_and_in_view(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    texts = root.evaluate("root => root.__netviz.texts()")
    assert {"frontend", "Internet", "StatefulSet · :6379", "TCP 50051", "? TCP 80", "backend", "in", "out"} <= set(
        texts
    )
    assert root.evaluate(FITS)
    assert root.locator(".key li").all_inner_texts()[:2] == ["allowed", "? cannot be decided"]


def test_from_afar_the_small_print_goes_first_and_the_names_stay(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    near, middle, far = (set(root.evaluate(f"root => root.__netviz.texts({zoom})")) for zoom in (1, 0.5, 0.3))
    assert near - middle == {row for row in near if row.startswith(("Deployment", "StatefulSet"))} | {"in", "out"}
    assert "TCP 50051" in middle - far
    assert {"frontend", "redis-cart", "Internet"} <= far


def test_a_what_if_is_patched_into_the_same_view(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    root.get_by_role("button", name="Zoom in").click()
    drag(root, "shop/cartservice", 40, 30)
    root.evaluate("root => { globalThis.first = root.__netviz.network; }")
    camera, positions = root.evaluate(CAMERA), root.evaluate(POSITIONS)
    toggle(root, "What-if")
    assert root.evaluate("root => root.__netviz.network === globalThis.first")
    assert root.evaluate(CAMERA) == camera
    assert root.evaluate(POSITIONS) == positions
    assert {"− TCP 6379", "+ any port", "± TCP 8080, 9090"} <= set(root.evaluate("root => root.__netviz.texts()"))
    expect(root.locator(".live")).to_have_text(
        "10 workloads · 31 allowed pairs · 1 undecided. 4 added, 1 removed, 1 changed. "
        "Different now: frontend → recommendationservice ± TCP 8080, 9090, cartservice → redis-cart − TCP 6379, "
        "Internet → adservice + any port."
    )
    toggle(root, "What-if")
    assert root.evaluate(POSITIONS) == positions


def test_another_input_is_fitted_anew(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    scale = root.evaluate(CAMERA)[0]
    for _ in range(4):
        root.get_by_role("button", name="Zoom in").click()
    assert not root.evaluate(FITS)
    toggle(root, "Another input")
    assert root.evaluate(FITS)
    assert root.evaluate(CAMERA)[0] == pytest.approx(scale)


def test_clicks_on_cards_and_edges_reach_python_and_a_blank_click_clears(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    click_at(root, card_at(root, "shop/cartservice"))
    selection(root.page, '["node", "shop/cartservice", "", ""]')
    lit = "root => [...root.__netviz.look.lit.nodes].map((node) => node.name).sort()"
    assert root.evaluate(lit) == ["cartservice", "checkoutservice", "redis-cart"]
    click_at(root, root.evaluate(EDGE_AT, "shop/checkoutservice->backend/emailservice"))
    expected = '"shop/checkoutservice->backend/emailservice", "shop/checkoutservice", "backend/emailservice"'
    selection(root.page, f'["edge", {expected}]')
    assert root.evaluate(lit) == ["checkoutservice", "emailservice"]
    corner = root.locator(".stage").bounding_box()
    assert corner is not None
    click_at(root, {"x": corner["x"] + 5, "y": corner["y"] + 5})
    selection(root.page, "null")
    assert root.evaluate("root => root.__netviz.look.lit") is None


def test_a_selection_survives_a_what_if(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    click_at(root, card_at(root, "backend/redis-cart"))
    selection(root.page, '["node", "backend/redis-cart", "", ""]')
    toggle(root, "What-if")
    selection(root.page, '["node", "backend/redis-cart", "", ""]')
    assert root.evaluate("root => root.__netviz.look.chosen.id") == "backend/redis-cart"


def test_a_dragged_card_takes_its_edges_and_its_box_along_until_the_layout_is_reset(
    open_map: Callable[..., Locator],
) -> None:
    root = open_map()
    planned = root.evaluate(POSITIONS)
    reset = root.get_by_role("button", name="Put dragged cards back")
    expect(reset).to_be_disabled()
    drag(root, "backend/emailservice", 60, 60)
    expect(reset).to_be_enabled()
    moved = root.evaluate(POSITIONS)
    assert moved["n:backend/emailservice"] != planned["n:backend/emailservice"]
    state: dict[str, Any] = root.evaluate(
        """root => {
            const { scene, network } = root.__netviz;
            const card = scene.nodes.get("backend/emailservice");
            return { tip: card.edges[0].shape.tip, left: card.x - card.width / 2, y: card.y };
        }"""
    )
    assert state["tip"] == pytest.approx([state["left"], state["y"]])
    reset.click()
    expect(reset).to_be_disabled()
    assert root.evaluate(POSITIONS) == planned


def test_the_search_counts_matches_and_enter_walks_through_them(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    search = root.get_by_role("searchbox")
    search.fill("shop/c")
    expect(root.locator(".found")).to_have_text("3 found")
    assert root.evaluate("root => root.__netviz.look.lit.nodes.size") == 3
    search.press("Enter")
    expect(root.locator(".found")).to_have_text("1 of 3")
    wait(
        root,
        """root => {
            const { network, scene } = root.__netviz;
            const [centre, card] = [network.getViewPosition(), scene.nodes.get("shop/checkoutservice")];
            return Math.hypot(centre.x - card.x, centre.y - card.y) < 1;
        }""",
    )
    search.press("Escape")
    expect(root.locator(".found")).to_have_text("")
    assert root.evaluate("root => root.__netviz.look.lit") is None


def test_the_keyboard_zooms_pans_fits_and_clears(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    fitted = root.evaluate(CAMERA)
    stage = root.locator(".stage")
    stage.focus()
    stage.press("+")
    assert root.evaluate(CAMERA)[0] > fitted[0]
    stage.press("Shift+ArrowRight")
    assert root.evaluate(CAMERA)[1]["x"] > fitted[1]["x"]
    stage.press("0")
    # Where the view is goes on to change when its scale is nearly there.
    wait(
        root,
        f"""root => {{
            const {{ network }} = root.__netviz, {{ x, y }} = network.getViewPosition();
            const off = Math.hypot(x - {fitted[1]["x"]}, y - {fitted[1]["y"]});
            return Math.abs(network.getScale() - {fitted[0]}) < 1e-3 && off < 1;
        }}""",
    )
    click_at(root, card_at(root, "web/frontend"))
    selection(root.page, '["node", "web/frontend", "", ""]')
    stage.press("Escape")
    selection(root.page, "null")


def test_the_keyboard_walks_from_card_to_card_selects_and_goes_through_the_arrows(
    open_map: Callable[..., Locator],
) -> None:
    root = open_map()
    stage, said = root.locator(".stage"), root.locator(".said")
    cursor = "root => root.__netviz.cursor"
    stage.focus()
    stage.press("ArrowDown")
    first = root.evaluate(cursor)
    assert first == root.evaluate(
        "root => [...root.__netviz.scene.nodes.values()].sort((a, b) => a.y - b.y || a.x - b.x)[0].id"
    )
    place = root.evaluate("root => root.__netviz.scene.nodes.get(root.__netviz.cursor).x")
    stage.press("ArrowRight")
    assert root.evaluate(cursor) != first
    assert root.evaluate("root => root.__netviz.scene.nodes.get(root.__netviz.cursor).x") > place
    assert root.evaluate("root => root.__netviz.look.cursor.id") == root.evaluate(cursor)
    expect(said).to_contain_text(root.evaluate("root => root.__netviz.scene.nodes.get(root.__netviz.cursor).name"))
    root.evaluate("root => { root.__netviz.cursor = 'shop/cartservice'; }")
    stage.press("Enter")
    selection(root.page, '["node", "shop/cartservice", "", ""]')
    expect(said).to_contain_text("cartservice, namespace shop")
    expect(said).to_contain_text("Selected.")
    arrows = root.evaluate("root => root.__netviz.scene.nodes.get('shop/cartservice').edges.map((edge) => edge.id)")
    stage.press("e")
    selection(root.page, f'["edge", "{arrows[0]}"')
    stage.press("e")
    selection(root.page, f'["edge", "{arrows[1 % len(arrows)]}"')
    expect(said).to_contain_text(" to ")
    root.get_by_role("searchbox").focus()
    wait(root, "root => root.__netviz.look.cursor === null")
    click_at(root, card_at(root, "web/frontend"))
    selection(root.page, '["node", "web/frontend", "", ""]')
    assert root.evaluate("root => root.__netviz.look.cursor") is None
    stage.press("ArrowRight")
    assert root.evaluate("root => root.__netviz.look.cursor.x") > root.evaluate(
        "root => root.__netviz.scene.nodes.get('web/frontend').x"
    )


def test_a_click_on_a_namespace_selects_it_and_another_one_clears(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    card = card_at(root, "backend/redis-cart")
    below = {"x": card["x"], "y": card["y"] + 45}
    click_at(root, below)
    box = root.evaluate("root => root.__netviz.scene.boxes.find((box) => box.title === 'backend').id")
    selection(root.page, f'["box", "{box}", "", ""]')
    assert "redis-cart" in root.evaluate("root => [...root.__netviz.look.lit.nodes].map((node) => node.name)")
    assert "frontend" not in root.evaluate("root => [...root.__netviz.look.lit.nodes].map((node) => node.name)")
    click_at(root, below)
    selection(root.page, "null")


def test_a_double_click_on_a_namespace_is_told_to_whoever_folds_it(open_map: Callable[..., Locator]) -> None:
    root = open_map("?folds")
    before = root.evaluate("root => root.__netviz.network.getScale()")
    card = card_at(root, "backend/redis-cart")
    click_at(root, {"x": card["x"], "y": card["y"] + 45}, times=2)
    expect(root.page.get_by_test_id("stCode")).to_contain_text("selection null folded backend")
    assert root.evaluate("root => root.__netviz.network.getScale()") == before


def test_a_double_click_on_a_namespace_goes_there(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    before = root.evaluate("root => root.__netviz.network.getScale()")
    card = card_at(root, "backend/redis-cart")
    click_at(root, {"x": card["x"], "y": card["y"] + 45}, times=2)
    wait(root, f"root => root.__netviz.network.getScale() > {before} * 1.2")


def test_the_wheel_keeps_the_point_under_the_pointer(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    before = root.evaluate("root => root.__netviz.network.getScale()")
    place = card_at(root, "web/frontend")
    root.page.mouse.move(place["x"], place["y"])
    root.page.mouse.wheel(0, -240)
    wait(root, f"root => root.__netviz.network.getScale() > {before}")
    assert card_at(root, "web/frontend") == pytest.approx(place, abs=1)


def test_the_tooltip_says_in_plain_text_what_is_under_the_pointer(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    place = card_at(root, "backend/redis-cart")
    root.page.mouse.move(place["x"], place["y"])
    tip = root.locator(".tip")
    expect(tip).to_be_visible()
    assert tip.locator("div").all_inner_texts() == [
        "backend/redis-cart",
        "StatefulSet · :6379",
        "in: some",
        "out: none",
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_the_png_is_the_whole_picture_at_twice_the_size(
    open_map: Callable[..., Locator], tmp_path: Path, dark: bool
) -> None:
    root = open_map(dark=dark)
    toggle(root, "What-if")
    for _ in range(6):
        root.get_by_role("button", name="Zoom in").click()
    with root.page.expect_download() as download:
        root.get_by_role("button", name="Download the picture as PNG").click()
    assert download.value.suggested_filename == "netviz.png"
    saved = tmp_path / "netviz.png"
    download.value.save_as(saved)
    data = saved.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    _, _, view_width, view_height = root.evaluate("root => root.__netviz.scene.view")
    assert (width, height) >= (2 * view_width, 2 * view_height)
    assert height >= 2 * (view_height + 100), "title, what-if line and legend need room beyond the picture"


def test_light_and_dark_follow_the_page_without_python(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    card = "root => root.__netviz.look.colours.card"
    assert root.evaluate(card) == "#ffffff"
    root.evaluate("root => { globalThis.first = root.__netviz.network; }")
    root.page.emulate_media(color_scheme="dark")
    wait(root, "root => root.__netviz.look.dark")
    assert root.evaluate(card) != "#ffffff"
    assert root.evaluate("root => root.__netviz.network === globalThis.first")
    assert root.evaluate("root => root.__netviz.updates") == 1


def test_the_canvas_is_as_sharp_as_the_screen(open_map: Callable[..., Locator]) -> None:
    root = open_map(pixel_ratio=2)
    sizes = "root => { const c = root.querySelector('canvas'); return [c.width, c.clientWidth]; }"
    pixels, width = root.evaluate(sizes)
    assert pixels == pytest.approx(2 * width, abs=2)


def test_a_fitted_map_stays_fitted_when_the_window_changes(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    root.page.set_viewport_size({"width": 1000, "height": 800})
    wait(root, "root => root.__netviz.stage.clientWidth < 1000")
    wait(root, FITS)


def test_a_map_that_left_the_page_frees_its_network_and_comes_back_new(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    root.evaluate("root => { globalThis.old = root.__netviz; }")
    hide = root.page.get_by_text("Hidden", exact=True)
    hide.click()
    expect(root).to_have_count(0)
    root.page.wait_for_function("() => globalThis.old.network.canvas === undefined")
    hide.click()
    root.wait_for()
    wait(root, "root => root.__netviz?.updates === 1")
    assert root.evaluate("root => root.__netviz !== globalThis.old")
    assert root.evaluate(FITS)


def test_a_map_that_comes_back_has_the_zoom_and_the_dragged_cards_that_it_had(
    open_map: Callable[..., Locator],
) -> None:
    root = open_map()
    root.get_by_role("button", name="Zoom in").click()
    drag(root, "shop/cartservice", 40, 30)
    camera, positions = root.evaluate(CAMERA), root.evaluate(POSITIONS)
    hide = root.page.get_by_text("Hidden", exact=True)
    for _ in range(2):
        hide.click()
        expect(root).to_have_count(0)
        hide.click()
        root.wait_for()
        wait(root, "root => root.__netviz?.updates === 1")
        scale, centre = root.evaluate(CAMERA)
        assert scale == pytest.approx(camera[0])
        assert centre == pytest.approx(camera[1])
        back = root.evaluate(POSITIONS)
        assert back["n:shop/cartservice"] == pytest.approx(positions["n:shop/cartservice"])
        expect(root.get_by_role("button", name="Put dragged cards back")).to_be_enabled()


def test_the_last_of_many_quick_changes_is_the_one_that_stays(open_map: Callable[..., Locator]) -> None:
    root = open_map()
    root.evaluate("root => { globalThis.first = root.__netviz.network; }")
    switch = root.page.get_by_text("What-if", exact=True)
    for _ in range(5):
        switch.click()
    wait(root, "root => root.__netviz.payload.differences === '4 added, 1 removed, 1 changed'")
    expect(root.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert root.evaluate("root => root.__netviz.payload.differences") == "4 added, 1 removed, 1 changed"
    assert root.evaluate("root => root.__netviz.network === globalThis.first")


def test_hostile_texts_and_ids_stay_texts_and_ids(open_map: Callable[..., Locator]) -> None:
    root = open_map("?hostile")
    toggle(root, "What-if")
    click_at(root, card_at(root, "__proto__"))
    selection(root.page, '["node", "__proto__", "", ""]')
    place = card_at(root, "shop/adservice")
    root.page.mouse.move(place["x"], place["y"])
    expect(root.locator(".tip")).to_contain_text("<img src=x")
    assert root.locator("img").count() == 0
    assert root.evaluate("() => globalThis.hacked") is None
    assert root.evaluate("() => ({}).x") is None


@pytest.mark.parametrize("dark", [False, True])
def test_no_barrier_is_found_in_the_map(open_map: Callable[..., Locator], dark: bool) -> None:
    root = open_map(dark=dark)
    root.get_by_role("searchbox").fill("shop/c")
    root.page.evaluate(Axe().axe_script)
    found: dict[str, list[dict[str, Any]]] = root.evaluate(
        "root => axe.run(root, { resultTypes: ['violations', 'passes'] })"
    )
    assert {"button-name", "color-contrast"} <= {each["id"] for each in found["passes"]}
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []


def test_two_hundred_cards_are_redrawn_in_a_moment(open_map: Callable[..., Locator]) -> None:
    root = open_map("?many=200")
    milliseconds = root.evaluate(
        """root => {
            const start = performance.now();
            for (let i = 0; i < 5; i += 1) root.__netviz.network.redraw();
            return (performance.now() - start) / 5;
        }"""
    )
    assert milliseconds < 500
