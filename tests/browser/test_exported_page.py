"""The exported page, opened from a folder as from a mail: it shows, explains, searches, and asks nobody."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, expect

from netviz.exporters.context import ExportContext, PairRow, PairRows, PeerRow
from netviz.exporters.html import write_html
from netviz.exporters.reasons import Case, Explainer, Reason
from netviz.view.palette import CHANGE_WORDS
from netviz.view.picture import Badge, Box, Change, Counts, Edge, Node, NodeKind, Picture
from netviz.view.trace import Half, Step
from tests.exported import parts, sample
from tests.hostile_texts import HOSTILE_TEXTS

pytestmark = pytest.mark.browser

SESSIONS = "NetworkPolicy/data/sessions-clients"
EDGE_AT = """id => {
    const { network, scene, stage } = document.getElementById("map").__netviz;
    const { samples } = scene.edges.find((edge) => edge.id === id).shape;
    const [x, y] = samples[Math.floor(samples.length / 2)];
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM({ x, y });
    return { x: frame.left + at.x, y: frame.top + at.y };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An exported page in a browser without a network, and everything that it asked for or complained about."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@pytest.fixture
def open_export(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """`open_export(text, dark=False, scripts=True)`: the page; nothing but itself may be asked for."""
    opened: list[Opened] = []

    def open_page(text: str, *, dark: bool = False, scripts: bool = True) -> Opened:
        path = tmp_path / f"netviz-{len(opened)}.html"
        path.write_text(text, encoding="utf-8")
        context = browser.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": 1440, "height": 1000},
            java_script_enabled=scripts,
            offline=True,
        )
        seen = Opened(page=context.new_page(), address=path.as_uri())
        opened.append(seen)
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.errors.append(message.text))
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.on("dialog", lambda dialog: _note_dialog(seen, dialog))
        seen.page.on("requestfailed", lambda request: seen.refused.append(f"{request.failure} {request.url}"))
        seen.page.goto(seen.address)
        return seen

    yield open_page
    for seen in opened:
        seen.page.context.close()
        assert seen.requests == [seen.address]
        assert seen.errors == []
        assert seen.dialogs == []


def _note_dialog(seen: Opened, dialog: Dialog) -> None:
    seen.dialogs.append(dialog.message)
    dialog.dismiss()


@pytest.fixture(scope="module")
def shop() -> str:
    made = parts(sample("online-shop"), off=[SESSIONS], date="2026-11-24")
    return write_html(made.picture, made.rows, made.context)


def click_edge(page: Page, edge: str) -> None:
    place = page.evaluate(EDGE_AT, edge)
    page.mouse.click(place["x"], place["y"])


def hostile_page() -> str:
    """Every text of the picture, the table and the explanations is hostile."""
    nodes, edges, boxes = [], [], []
    for i, words in enumerate(HOSTILE_TEXTS):
        node = Node(
            id=f"{words}{i}",
            kind=NodeKind.WORKLOAD,
            title_lines=(words,),
            subtitle=words,
            namespace=words,
            icon="cube",
            colour=i,
            x=300.0 * (i % 6),
            y=120.0 * (i // 6),
            width=216,
            height=56,
            ingress=Badge.SOME,
            egress=Badge.OPEN,
            tooltip=(words, words),
            peer=words,
        )
        place = {"x": node.x - 120, "y": node.y - 50, "width": 240.0, "height": 100.0}
        boxes.append(Box(id=words, title=words, subtitle=words, colour=i, **place))
        nodes.append(node)
    for a, b in pairwise(nodes):
        edges.append(
            Edge(
                id=f"{a.id}->{b.id}",
                source=a.id,
                target=b.id,
                change=Change.ADDED,
                label=a.subtitle,
                ports=a.subtitle,
                route=((a.x, a.y), (a.x + 50, a.y), (b.x - 50, b.y), (b.x, b.y)),
                tooltip=(a.subtitle, b.subtitle),
            )
        )
    first = HOSTILE_TEXTS[1]
    picture = Picture(
        title=first, what_if=first, nodes=tuple(nodes), edges=tuple(edges), boxes=tuple(boxes), counts=Counts(),
        x=-150, y=-80, width=1850, height=700, notes=HOSTILE_TEXTS,
    )  # fmt: skip
    step = Step(layer=first, text=first, mark="yes", policy=first, rule=first, action="allow", file=first, line=1)

    def why(source: str, target: str) -> Reason:
        half = Half(direction="egress", subject=source, verdict="allow", steps=(replace(step, text=target),))
        case = Case(sentence=f"{source} {target}", halves=(half,))
        return Reason(source=source, target=target, verdict=source, sentence=target, cases=(case,), doubts=(source,))

    peers = {node.id: node.peer for node in nodes}
    rows = PairRows(
        peers=tuple(PeerRow(id=words, label=words, type="workload") for words in HOSTILE_TEXTS),
        pairs=tuple(
            PairRow(source=words, target=words, change=words, verdict=words, before=words, after=words)
            for words in HOSTILE_TEXTS
        ),
        explainer=Explainer(why=why, ends=lambda source, target: (peers[source], peers[target])),
    )
    context = ExportContext(title=first, version=first, digest=first, date=first, off=HOSTILE_TEXTS, on=HOSTILE_TEXTS)
    return write_html(picture, rows, context)


def test_a_click_on_an_arrow_shows_which_rules_decide(open_export: Callable[..., Opened], shop: str) -> None:
    page = open_export(shop).page
    click_edge(page, "shop/checkout[Deployment] -> data/orders-db[StatefulSet]")
    answer = page.locator("#answer")
    expect(answer.locator(".ends")).to_have_text("shop/checkout → data/orders-db")
    expect(answer.locator(".verdict")).to_have_text("± Allowed in part")
    expect(answer).to_contain_text("allowed: TCP 5432; denied: any port except TCP 5432")
    expect(answer).to_contain_text("Egress of shop/checkout: allowed")
    expect(answer).to_contain_text("NetworkPolicy/data/orders-db-clients · policies/data.yaml:")
    lit = "() => [...document.getElementById('map').__netviz.look.lit.nodes].map((node) => node.name).sort()"
    assert page.evaluate(lit) == ["checkout", "orders-db"]
    page.locator(".stage").press("Escape")
    expect(answer).to_contain_text("Choose an arrow")


def test_two_choices_explain_a_pair_that_has_no_arrow(open_export: Callable[..., Opened], shop: str) -> None:
    page = open_export(shop).page
    page.get_by_label("From", exact=True).select_option(label="storefront/web")
    page.get_by_label("To", exact=True).select_option(label="data/orders-db")
    answer = page.locator("#answer")
    expect(answer.locator(".verdict")).to_have_text("✗ Denied")
    expect(answer).to_contain_text("NetworkPolicy/data/orders-db-clients isolates data/orders-db for ingress")


def test_the_search_finds_cards_and_the_filter_finds_pairs(open_export: Callable[..., Opened], shop: str) -> None:
    page = open_export(shop).page
    page.get_by_role("searchbox", name="Find a workload by name").fill("orders")
    expect(page.locator(".found")).to_have_text("1 found")
    page.get_by_role("searchbox", name="Filter the pairs").fill("orders-db")
    rows = page.locator("#rows tr:visible")
    expect(rows).to_have_count(3)
    expect(page.locator("#filtered")).to_have_text("3 of 26 pairs")
    rows.filter(has_text="shop/payments").get_by_role("button").click()
    expect(page.locator("#answer .ends")).to_have_text("shop/payments → data/orders-db")


def test_the_keyboard_alone_leads_to_an_explanation(open_export: Callable[..., Opened], shop: str) -> None:
    page = open_export(shop).page
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.classList.contains('stage')"):
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#answer h3").first).to_contain_text("Arrows")
    page.keyboard.press("e")
    expect(page.locator("#answer .verdict")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_the_colours_follow_the_system_until_the_reader_chooses(
    open_export: Callable[..., Opened], shop: str, dark: bool
) -> None:
    page = open_export(shop, dark=dark).page
    is_dark = "() => document.getElementById('map').__netviz.look.dark"
    colour = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(is_dark) is dark
    before = page.evaluate(colour)
    page.locator("#theme").click()
    assert page.evaluate(is_dark) is not dark
    assert page.evaluate(colour) != before
    page.emulate_media(color_scheme="light" if dark else "dark")
    page.emulate_media(color_scheme="dark" if dark else "light")
    assert page.evaluate(is_dark) is not dark


def test_the_png_of_the_page_is_the_whole_picture_at_twice_the_size_with_its_origin(
    open_export: Callable[..., Opened], shop: str, tmp_path: Path
) -> None:
    page = open_export(shop).page
    heard = page.evaluate(
        """() => {
            const { payload, scene, look } = document.getElementById("map").__netviz;
            globalThis.heard = [];
            const fill = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = function (words, ...rest) {
                globalThis.heard.push(words);
                return fill.call(this, words, ...rest);
            };
        }"""
    )
    assert heard is None
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the picture as PNG").click()
    saved = tmp_path / "saved.png"
    download.value.save_as(saved)
    width, height = struct.unpack(">II", saved.read_bytes()[16:24])
    _, _, view_width, view_height = page.evaluate("() => document.getElementById('map').__netviz.scene.view")
    assert width >= 2 * view_width
    assert height >= 2 * (view_height + 100)
    words = page.evaluate("() => globalThis.heard")
    assert {"A shop", CHANGE_WORDS["removed"], f"{SESSIONS} switched off"} <= set(words)
    assert any(line.startswith("netviz 1.2.3 · input sha256:") for line in words)


def test_without_scripts_the_picture_and_the_pairs_are_there(open_export: Callable[..., Opened], shop: str) -> None:
    page = open_export(shop, scripts=False).page
    expect(page.locator("noscript svg")).to_be_visible()
    expect(page.locator("#rows tr")).to_have_count(26)


@pytest.mark.promise(9)
@pytest.mark.promise(10)
def test_hostile_names_run_nothing_and_load_nothing(open_export: Callable[..., Opened]) -> None:
    assert len(HOSTILE_TEXTS) >= 30
    opened = open_export(hostile_page())
    page = opened.page
    expect(page.locator("h1")).to_have_text(HOSTILE_TEXTS[1])
    for i in range(len(HOSTILE_TEXTS) - 1):
        page.locator("#from").select_option(str(i))
        page.locator("#to").select_option(str(i + 1))
    view = "document.getElementById('map').__netviz"
    page.evaluate(
        f"""() => {{
            const view = {view};
            for (const item of view.scene.edges) view.choose({{ type: "edge", item }});
            for (const item of view.scene.nodes.values()) view.choose({{ type: "node", item }});
            for (const item of view.scene.boxes) view.choose({{ type: "box", item }});
            for (const item of view.scene.nodes.values()) view.walkTo(item);
            view.pointer = {{ clientX: 1, clientY: 1 }};
            for (const item of [...view.scene.nodes.values(), ...view.scene.edges]) view.showTip(item);
        }}"""
    )
    page.get_by_role("searchbox", name="Find a workload by name").fill("<script>")
    page.get_by_role("searchbox", name="Filter the pairs").fill("<script>")
    page.locator("#theme").click()
    assert page.evaluate("() => globalThis.hacked") is None
    assert page.evaluate("() => ({}).label") is None
    assert page.locator("img, iframe, object, base, details, body script:not(#data)").count() == 2


@pytest.mark.promise(9)
def test_a_script_that_got_in_all_the_same_would_not_run(open_export: Callable[..., Opened], shop: str) -> None:
    injected = (
        "<script>globalThis.hacked = 1</script><img src=x onerror='globalThis.hacked = 1'>"
        "<img src=http://attacker.invalid/x><style>body { display: none }</style>"
    )
    opened = open_export(shop.replace("<main>", f"<main>{injected}"))
    expect(opened.page.locator("h1")).to_be_visible()
    expect(opened.page.locator(".key li").first).to_be_visible()
    assert opened.page.evaluate("() => globalThis.hacked") is None
    refused = [error for error in opened.errors if "Content Security Policy" in error]
    assert len(refused) >= 4
    assert opened.requests[1:] == [line.removeprefix("csp ") for line in opened.refused]
    opened.errors[:] = [error for error in opened.errors if error not in refused]
    del opened.requests[1:]


@pytest.mark.parametrize("dark", [False, True])
def test_no_barrier_is_found_in_the_page(open_export: Callable[..., Opened], shop: str, dark: bool) -> None:
    page = open_export(shop, dark=dark).page
    page.get_by_label("From", exact=True).select_option(label="storefront/web")
    page.get_by_label("To", exact=True).select_option(label="data/orders-db")
    expect(page.locator("#answer .verdict")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
