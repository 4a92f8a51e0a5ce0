"""The whole dashboard in a real browser, on the sample manifests."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Download, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from netviz.exporters.formats import EXPORTERS
from netviz.view.palette import DARK

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "sample_manifests" / "online-shop"
CAMERA = "root => [root.__netviz.network.getScale(), root.__netviz.network.getViewPosition()]"
POSITIONS = "root => root.__netviz.network.getPositions()"
HEADLINE = "root => root.__netviz.payload.headline"
EDGE_AT = """(root, id) => {
    const { network, scene, stage } = root.__netviz;
    const { samples } = scene.edges.find((edge) => edge.id === id).shape;
    const [x, y] = samples[Math.floor(samples.length / 4)];
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM({ x, y });
    return { x: frame.left + at.x, y: frame.top + at.y };
}"""
ANY_EDGE = """(root, ends) => root.__netviz.payload.edges.find(
    (edge) => edge.from.includes(ends[0]) && edge.to.includes(ends[1])).id"""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def dashboard(serve: Callable[..., str]) -> str:
    return serve(ROOT / "app.py")


@pytest.fixture
def open_page(dashboard: str, visit: Callable[..., Visit]) -> OpenPage:
    """`open_page(query="", **options of visit)`."""

    def opened(query: str = "", **options: object) -> Page:
        return visit(f"{dashboard}/{query}", **options).page

    return opened


def map_of(page: Page, updates: int = 1) -> Locator:
    root = page.locator(".netviz")
    root.wait_for()
    wait(root, f"root => root.__netviz?.updates >= {updates}")
    return root


def wait(root: Locator, condition: str) -> None:
    root.page.wait_for_function(f"root => ({condition})(root)", arg=root.element_handle())


def switch(page: Page, policy: str) -> None:
    page.get_by_test_id("stSidebar").get_by_text(policy, exact=True).click()


def choose(page: Page, name: str, typed: str, wanted: str) -> None:
    """Pick the option that holds `wanted` in the box called `name`, after typing.

    A rerun that is under way draws the box anew and takes the typed text with it: then it is typed again.
    """
    box = page.get_by_role("combobox", name=name, exact=True)
    option = page.get_by_role("option").filter(has_text=wanted)
    for patience in (4_000, 4_000, 4_000, 60_000):
        page.locator('[data-test-script-state="notRunning"]').wait_for()
        box.blur()  # or the same text again would be no news to the box
        box.fill("")
        box.click()
        box.fill(typed)
        try:
            option.click(timeout=patience)
        except PlaywrightTimeout:
            if patience > 4_000:
                raise
        else:
            return


def open_sample(page: Page, title: str) -> Locator:
    card = page.get_by_test_id("stColumn").filter(has_text=title)
    card.get_by_role("button", name="Open", exact=True).click()
    return map_of(page)


def download(page: Page, click: Callable[[], None]) -> Download:
    with page.expect_download() as waiting:
        click()
    return waiting.value


def test_a_policy_is_switched_off_and_the_view_stays(open_page: OpenPage) -> None:
    page = open_page()
    root = open_sample(page, "An online shop")
    assert root.evaluate(HEADLINE).startswith("12 workloads")
    root.get_by_role("button", name="Zoom in").click()
    before = root.evaluate(CAMERA), root.evaluate(POSITIONS)
    pairs = root.evaluate(HEADLINE)
    root.evaluate("root => { globalThis.first = root.__netviz.network; }")
    switch(page, "basket-clients")
    wait(root, "root => root.__netviz.payload.differences !== ''")
    expect(page.get_by_text("−3 removed")).to_be_visible()
    assert root.evaluate(HEADLINE) != pairs
    assert root.evaluate("root => root.__netviz.network === globalThis.first")
    assert (root.evaluate(CAMERA), root.evaluate(POSITIONS)) == before
    switch(page, "basket-clients")
    wait(root, "root => root.__netviz.payload.differences === ''")
    assert root.evaluate(HEADLINE) == pairs


def test_uploaded_files_are_drawn_and_the_report_counts_them(open_page: OpenPage) -> None:
    page = open_page()
    files = sorted(SHOP.rglob("*.yaml"))
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name=f"Open {len(files)} files").click()
    assert map_of(page).evaluate(HEADLINE).startswith("12 workloads")
    page.get_by_role("radio", name="Input").or_(page.get_by_role("button", name="Input", exact=True)).first.click()
    expect(page.get_by_text(f"{len(files)} files: 12 workloads")).to_be_visible()


def test_a_click_on_an_arrow_explains_it_with_file_and_line(open_page: OpenPage) -> None:
    page = open_page("?sample=aks-frontend-backend")
    root = map_of(page)
    edge = root.evaluate(ANY_EDGE, ["frontend", "backend"])
    place = root.evaluate(EDGE_AT, edge)
    page.mouse.click(place["x"], place["y"])
    expect(page.get_by_text("step-3-allow-frontend-to-backend.yaml:").first).to_be_visible()
    expect(page.get_by_test_id("stCode").filter(has_text="podSelector:").first).to_be_visible()
    assert root.evaluate("root => root.__netviz.updates") == 1, "a click sends no new picture"


def test_a_changed_pair_is_explained_before_and_after(open_page: OpenPage) -> None:
    page = open_page("?sample=aks-frontend-backend")
    root = map_of(page)
    switch(page, "allow-frontend-to-backend")
    wait(root, "root => root.__netviz.payload.differences !== ''")
    table = page.get_by_test_id("stDataFrame").last
    box = table.bounding_box()
    assert box is not None
    table.click(position={"x": 15, "y": box["height"] - 15})
    expect(page.get_by_text("✗ Denied", exact=True)).to_be_visible()
    page.get_by_text("As in the files", exact=True).click()
    expect(page.get_by_text("Allowed: TCP 8080")).to_be_visible()


def test_a_question_of_the_form_is_answered(open_page: OpenPage) -> None:
    page = open_page("?sample=aks-frontend-backend")
    map_of(page)
    for name, typed in (("From", "frontend"), ("To", "backend-svc")):
        choose(page, name, typed, f"default/{typed} (")
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(page.get_by_text("via default/backend-svc:8080").first).to_be_visible()


def test_the_scenario_is_in_the_address_and_comes_back(open_page: OpenPage) -> None:
    page = open_page("?sample=aks-frontend-backend")
    root = map_of(page)
    switch(page, "deny-all-ingress-to-backend")
    switch(page, "allow-frontend-to-backend")
    wait(root, "root => root.__netviz.payload.differences !== ''")
    differences = root.evaluate("root => root.__netviz.payload.differences")
    page.wait_for_url(lambda url: "off=" in url and url.count("%2C") + url.count(",") == 1)
    again = map_of(open_page(page.url.partition("/?")[2].join(["?", ""])))
    assert again.evaluate("root => root.__netviz.payload.differences") == differences


def test_a_policy_is_written_checked_and_applied(open_page: OpenPage) -> None:
    page = open_page("?sample=aks-frontend-backend")
    root = map_of(page)
    page.get_by_role("button", name="Add a policy").click()
    editor = page.get_by_role("dialog")
    text = editor.get_by_role("textbox", name="YAML")
    expect(text).to_have_value(re.compile("policyTypes"))
    good = text.input_value()
    text.fill(good.replace("policyTypes: [Ingress]", "policyTypes: [Sideways]"))
    text.blur()
    expect(editor.get_by_text("spec.policyTypes")).to_be_visible()
    expect(editor.get_by_role("button", name="Apply to the what-if")).to_be_disabled()
    text.fill(good)
    text.blur()
    editor.get_by_text("✓ The API server would accept this.").wait_for()
    editor.get_by_role("button", name="Apply to the what-if").click()
    wait(root, "root => root.__netviz.payload.differences !== ''")
    expect(page.get_by_test_id("stSidebar").get_by_text("my-policy (new)")).to_be_visible()
    expect(editor).to_be_hidden()


def test_the_picture_can_be_downloaded(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("?sample=aks-frontend-backend")
    root = map_of(page)
    page.get_by_role("button", name="Review pack").click()
    page.get_by_text("Dark pictures").click()
    page.get_by_label("Title", exact=True).fill("Before the move")
    # At once: neither the switch nor what was typed is waited for.
    svg = download(page, page.get_by_role("button", name="Picture (SVG)").click)
    assert svg.suggested_filename == "netviz.svg"
    svg.save_as(tmp_path / "a.svg")
    assert "frontend" in (tmp_path / "a.svg").read_text("utf-8")
    assert "Before the move" in (tmp_path / "a.svg").read_text("utf-8")
    assert DARK["background"] in (tmp_path / "a.svg").read_text("utf-8")
    pack = download(page, page.get_by_role("button", name="Everything (ZIP)").click)
    pack.save_as(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert sorted(archive.namelist()) == sorted(each.file_name for each in EXPORTERS)
        assert archive.read("netviz.svg") == (tmp_path / "a.svg").read_bytes()
        assert archive.read("netviz.png")[:8] == b"\x89PNG\r\n\x1a\n"
    page.keyboard.press("Escape")
    png = download(page, root.get_by_role("button", name="Download the picture as PNG").click)
    png.save_as(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_without_the_panel_the_map_has_the_width(open_page: OpenPage) -> None:
    page = open_page("?sample=aks-frontend-backend")
    root = map_of(page)
    width = root.evaluate("root => root.__netviz.stage.clientWidth")
    page.get_by_text("Explain", exact=True).first.click()
    wait(root, f"root => root.__netviz.stage.clientWidth > {width} * 1.2")


def test_what_draws_the_map_is_sent_once_however_long_the_reader_is_elsewhere(
    dashboard: str, visit: Callable[..., Visit]
) -> None:
    page = visit("about:blank").page
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    page.goto(f"{dashboard}/?sample=online-shop")
    map_of(page)
    assert len([size for size in sizes if size > 400_000]) == 1
    for view in ("Matrix", "Table", "Reach", "Input", "Map"):
        page.get_by_role("radio", name=view, exact=True).click()
        page.locator('[data-test-script-state="notRunning"]').wait_for()
    map_of(page)
    assert len([size for size in sizes if size > 400_000]) == 1


@pytest.mark.promise(9)
@pytest.mark.promise(10)
@pytest.mark.parametrize("dark", [False, True])
def test_hostile_names_are_only_ever_text(
    serve: Callable[..., str], visit: Callable[..., Visit], tmp_path: Path, dark: bool
) -> None:
    manifest = tmp_path / "hostile.yaml"
    manifest.write_text("hostile")
    page = visit(serve(Path(__file__).with_name("hostile_page.py"), str(manifest)), dark=dark).page
    root = map_of(page)
    expect(page.get_by_test_id("stSidebar").get_by_text("[x](http:").first).to_be_visible()
    place = root.evaluate(EDGE_AT, "a>c")
    page.mouse.click(place["x"], place["y"])
    expect(page.get_by_test_id("stCode").filter(has_text="evil").first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_test_id("stTooltipIcon").first.hover()
    assert page.locator("a[href*=evil], img[src*=evil], img[src=x]").count() == 0
    page.get_by_role("button", name="Edit a policy").click()
    page.get_by_role("dialog").get_by_role("textbox", name="YAML").wait_for()
    assert page.locator("a[href*=evil], img[src*=evil], img[src=x]").count() == 0
