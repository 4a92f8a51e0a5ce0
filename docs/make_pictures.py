"""Makes the pictures of the README anew, from the running dashboard: `make pictures`."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, FilePayload, Locator, Page, expect, sync_playwright

from netviz.cli.serving import server_command

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.findings_examples import EXAMPLES  # noqa: E402 - a script's own folder is not its package's
from docs.review_clusters import SIZES, review_cluster  # noqa: E402 - a script's own folder is not its package's

IMAGES: Final = ROOT / "docs" / "images"
SAMPLES: Final = ROOT / "sample_manifests"
WALK_THROUGH: Final = SAMPLES / "aks-frontend-backend"
STEPS: Final = (
    "base.yaml",
    "step-2-deny-all-ingress-to-backend.yaml",
    "step-3-allow-frontend-to-backend.yaml",
    "step-4-restrict-backend-egress.yaml",
)
PITFALLS: Final = ("NP005", "NP006", "NP009", "NP012", "NP016", "NP020", "NP027", "NP029")
DRAWN: Final = "root => root.__netviz && root.__netviz.updates >= 1"
WIDE: Final = "root => root.clientWidth > 0.65 * innerWidth"
CHANGED: Final = "root => root.__netviz.payload.differences !== ''"
ARROW: Final = """(root, ends) => {
    const { network, scene, stage, payload } = root.__netviz;
    const edge = payload.edges.find((each) => each.from.includes(ends[0]) && each.to.includes(ends[1]));
    const { samples } = scene.edges.find((each) => each.id === edge.id).shape;
    const [x, y] = samples[Math.floor(samples.length / 4)];
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM({ x, y });
    return [frame.left + at.x, frame.top + at.y];
}"""
SETTLING_MS: Final = 1500
PATIENCE_SECONDS: Final = 240

Open = Callable[..., Page]


@contextmanager
def dashboard() -> Iterator[str]:
    """The address of a server of our own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = server_command([], port=port, address="127.0.0.1")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            _await(f"{address}/_stcore/health")
            yield address
        finally:
            server.terminate()


def _await(address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - our own server
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        sys.exit("no Chromium here: install it (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def open_page(browser: Browser, address: str, *, dark: bool, width: int, height: int) -> Page:
    """A window of its own on the dashboard."""
    context = browser.new_context(color_scheme="dark" if dark else "light", viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    page = context.new_page()
    page.goto(address)
    return page


def map_of(page: Page, condition: str = DRAWN) -> Locator:
    """The map, once it is drawn."""
    root = page.locator(".netviz")
    root.wait_for()
    page.wait_for_function(condition, arg=root.element_handle())
    return root


def upload(page: Page, files: Sequence[Path] | FilePayload) -> Locator:
    """Drop files on the page, open them and show the map, which is not where a large input begins."""
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Open", exact=False).filter(has_text="file").click()
    page.get_by_text("Map", exact=True).first.click()
    return map_of(page)


def switch(page: Page, policy: str) -> None:
    """Switch the first policy of that name in the sidebar."""
    page.get_by_test_id("stSidebar").get_by_text(policy, exact=True).first.click()
    map_of(page, CHANGED)


def hide_panel(page: Page) -> None:
    """Give the map the width of the panel beside it."""
    page.get_by_text("Explain", exact=True).first.click()
    map_of(page, WIDE)


def explain_arrow(page: Page, source: str, target: str, shown: str) -> None:
    """Click an arrow and wait for the panel to say something about it."""
    x, y = map_of(page).evaluate(ARROW, [source, target])
    page.mouse.click(x, y)
    expect(page.get_by_text(shown).first).to_be_visible()


def save(picture: Page | Locator, name: str) -> None:
    """Photograph the page, or a part of it, without what hovers."""
    page = picture if isinstance(picture, Page) else picture.page
    page.mouse.move(2, 2)
    page.wait_for_timeout(SETTLING_MS)
    path = IMAGES / name
    picture.screenshot(path=path, animations="disabled")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def make_what_if(opened: Open, *, dark: bool) -> None:
    """The shop with two policies off: one gave access, the other denied it."""
    page = opened("?sample=online-shop", dark=dark)
    map_of(page)
    hide_panel(page)
    switch(page, "basket-clients")
    switch(page, "default-deny")
    save(page, f"what-if-{'dark' if dark else 'light'}.png")


def make_steps(opened: Open) -> None:
    """The walk-through, one picture of the map for each step."""
    for number in range(1, len(STEPS) + 1):
        page = opened(width=1100, height=640)
        root = upload(page, [WALK_THROUGH / name for name in STEPS[:number]])
        hide_panel(page)
        save(root, f"step-{number}.png")


def make_why(opened: Open) -> None:
    """The question of step 3, answered, in a window that is high enough for the answer."""
    page = opened("?sample=aks-frontend-backend", height=1240)
    map_of(page)
    explain_arrow(page, "frontend", "backend", "step-3-allow-frontend-to-backend.yaml:")
    save(page, "why.png")


def make_fix(opened: Open) -> None:
    """What would let one workload reach another, in a window that is high enough for the policy."""
    page = opened("?sample=online-shop", height=1180)
    map_of(page)
    for name, end in (("From", "shop/catalogue (Deployment)"), ("To", "data/sessions (StatefulSet)")):
        box = page.get_by_role("combobox", name=name, exact=True)
        box.fill(end.partition(" ")[0])
        page.get_by_role("option").filter(has_text=end).click()
    page.get_by_label("Port (0: all)").fill("6379")
    page.get_by_test_id("stBaseButton-primaryFormSubmit").click()
    page.get_by_text("Make this allowed", exact=True).click()
    expect(page.get_by_text("Nothing else changes.")).to_be_visible()
    page.get_by_text("Ask: may A reach B?", exact=True).click()
    save(page, "fix.png")
def make_reach(opened: Open, *, dark: bool) -> None:
    """From the Internet to a database, with the rules of one hop."""
    page = opened("?sample=online-shop", dark=dark, width=1560, height=840)
    map_of(page)
    page.get_by_text("Reach", exact=True).first.click()
    page.get_by_role("button", name=re.compile("^data.*orders")).click()
    page.get_by_text("The way to data/orders-db").wait_for()
    choose_row(page, ".st-key-nv-fragment-reach", 3)
    page.get_by_text("may open TCP 5432 to data/orders-db").first.wait_for()
    page.get_by_text("policyTypes:").first.wait_for()
    save(page, f"reach-{'dark' if dark else 'light'}.png")


def make_exposure(opened: Open) -> None:
    """What is open to pods that are not in the input."""
    page = opened("?sample=online-shop", width=1560, height=760)
    map_of(page)
    page.get_by_text("Reach", exact=True).first.click()
    page.get_by_text("Exposure", exact=True).click()
    page.get_by_text("something from any pod").wait_for()
    choose_row(page, ".st-key-nv-fragment-reach", 2)
    page.get_by_text("Allowed by", exact=True).wait_for()
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    save(page, "exposure.png")


def make_impact(opened: Open) -> None:
    """Policies by what they do, and the pairs of one."""
    page = opened("?sample=calico-tiers", height=1000)
    map_of(page)
    page.get_by_text("Policies", exact=True).first.click()
    page.get_by_text("By impact", exact=True).click()
    choose_row(page, ".st-key-nv-fragment-impact", 1)
    page.get_by_text("alone were").first.wait_for()
    save(page, "impact.png")


def choose_row(page: Page, part: str, row: int) -> None:
    """Tick the box of a row, from 0, in the first table of a part of the page."""
    table = page.locator(f"{part} [data-testid=stDataFrame]").first
    table.locator("canvas").first.wait_for()
    page.wait_for_timeout(SETTLING_MS)
    table.click(position={"x": 16, "y": 35 * (row + 1) + 17})


def make_findings(opened: Open) -> None:
    """A clean cluster with some pitfalls in it, and what is told of one of them."""
    page = opened()
    clean = (ROOT / "tests" / "seeded" / "base.yaml").read_text(encoding="utf-8")
    text = "---\n".join([clean, *(EXAMPLES[check] for check in PITFALLS)])
    upload(page, FilePayload(name="shop.yaml", mimeType="application/yaml", buffer=text.encode()))
    page.get_by_text("Findings", exact=True).first.click()
    rows = page.get_by_test_id("stDataFrame").first
    rows.wait_for()
    page.wait_for_timeout(SETTLING_MS)
    cell = page.locator("td[role=gridcell]").filter(has_text="NP029").first
    number = cell.evaluate("cell => Number(cell.id.split('-').pop())")
    rows.click(position={"x": 15, "y": 35 * number + 52})
    page.get_by_role("button", name="Why is it so?").wait_for()
    save(page, "findings.png")


def make_proof(opened: Open) -> None:
    """A what-if that does more than was intended."""
    page = opened("?sample=online-shop", height=1120)
    map_of(page)
    hide_panel(page)
    switch(page, "orders-db-clients")
    page.get_by_text("Prove the change", exact=True).click()
    box = page.get_by_role("textbox", name="What is intended")
    box.fill("deny shop/checkout -> data/orders-db 5432\nallow data/nightly-report -> data/orders-db 5432")
    box.press("Control+Enter")
    expect(page.get_by_text("1 of 2 intents", exact=False)).to_be_visible()
    box.blur()
    save(page.get_by_test_id("stExpander").filter(has_text="Prove the change"), "proof.png")


def make_review(opened: Open, *, workloads: int, dark: bool) -> None:
    """A cluster of that size as the map shows it at first."""
    # The largest is a little smaller, so that its file is too.
    page = opened(dark=dark, width=1600 if workloads <= 150 else 1500, height=1000)
    text = review_cluster(workloads).encode()
    root = upload(page, FilePayload(name=f"{workloads}-workloads.yaml", mimeType="application/yaml", buffer=text))
    hide_panel(page)
    save(root, f"review-{workloads}-{'dark' if dark else 'light'}.png")


def make_expectations(opened: Open) -> None:
    """The shop with three policies off, which breaks two of its expectations."""
    page = opened("?sample=online-shop")
    map_of(page)
    for policy in ("catalogue-db-clients", "default-deny", "orders-db-clients"):
        switch(page, policy)
    _own_expectations(page)
    expect(page.get_by_text("7 expectations: 5 passed, 2 failed, with the what-if of the sidebar")).to_be_visible()
    save(page, "expectations.png")


def _own_expectations(page: Page) -> None:
    page.get_by_text("Expectations", exact=True).first.click()
    page.get_by_role("button", name="Use those of the sample").click()
    page.get_by_text("7 expectations:").wait_for()


def make_probes(opened: Open) -> None:
    """The expectations of the shop as probes, and what a cluster without policies would answer to some of them."""
    page = opened("?sample=online-shop")
    map_of(page)
    _own_expectations(page)
    page.get_by_text("Try it on the cluster", exact=True).click()
    rows = (
        "shop/checkout[Deployment]\tservice/data/orders-db\tTCP\t5432\tconnects\tconnects",
        "shop/payments[Deployment]\tservice/data/orders-db\tTCP\t5432\tconnects\trefused",
        "storefront/gateway[Deployment]\tdata/catalogue-db[StatefulSet]\tTCP\t5432\ttimes-out\tconnects",
    )
    results = FilePayload(name="observed.tsv", mimeType="text/plain", buffer="\n".join(rows).encode())
    page.get_by_text("1. Run the script").wait_for()
    page.locator("input[type=file]").set_input_files(results)
    page.get_by_text("3 observed:").wait_for()
    save(page, "probes.png")


def main() -> None:
    """Make all pictures, or those that are named on the command line."""
    IMAGES.mkdir(exist_ok=True)
    with dashboard() as address, chromium() as browser:

        def opened(query: str = "", *, dark: bool = False, width: int = 1440, height: int = 900) -> Page:
            return open_page(browser, f"{address}/{query}", dark=dark, width=width, height=height)

        wanted = sys.argv[1:]
        reviews = [(size, dark) for size in SIZES for dark in (False, True)]
        makers: dict[str, list[Callable[[Open], None]]] = {
            "what-if": [partial(make_what_if, dark=dark) for dark in (False, True)],
            "steps": [make_steps],
            "why": [make_why],
            "fix": [make_fix],
            "expectations": [make_expectations],
            "probes": [make_probes],
            "findings": [make_findings],
            "proof": [make_proof],
            "reach": [partial(make_reach, dark=dark) for dark in (False, True)],
            "impact": [make_impact],
            "exposure": [make_exposure],
            "review": [partial(make_review, workloads=size, dark=dark) for size, dark in reviews],
        }
        for make in (make for name, group in makers.items() if not wanted or name in wanted for make in group):
            make(opened)


if __name__ == "__main__":
    main()
