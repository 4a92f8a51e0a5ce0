"""The dashboard in a real browser, served as `netviz serve` does: how long a person waits, by the clock.

Needs playwright and a Chromium of the system; without them there are no figures.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.generate import Shape, generate, write_json

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

_ROOT = Path(__file__).parent.parent
_PATIENCE_MS = 180_000
_SWITCHES = 5
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_DRAWN = "([root, least]) => (root.__netviz?.updates ?? 0) >= least"


def measure(pods: int) -> dict[str, float]:
    """The first page of a server that has just started, and one load: its first view, its map, and a switch."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None or importlib.util.find_spec("playwright") is None:
        return {}
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        load = Path(folder) / "load.json"
        # Below the limit on uploads at 150,000 pods, which indented JSON is not.
        write_json(generate(Shape.STANDARD, pods), load, indent=None)
        found = {"pods": pods, "first_page_s": min(_first_page(browser, folder) for _ in range(3))}
        with _served(folder, str(load)) as (address, _):
            return found | _pictures(_opened(browser, address))


def _first_page(browser: Browser, folder: str) -> float:
    with _served(folder) as (address, begin):
        page = _opened(browser, address)
        page.get_by_role("button", name="Open", exact=True).first.wait_for()
        return time.perf_counter() - begin


def _pictures(page: Page) -> dict[str, float]:
    """From the opening of the page to its first view, from there to the map, and from a switch to the next map."""
    begin = time.perf_counter()
    page.get_by_text("Namespaces: from the row to the column", exact=True).wait_for()
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    view = time.perf_counter() - begin
    begin = time.perf_counter()
    page.get_by_role("radio", name="Map", exact=True).or_(page.get_by_role("button", name="Map", exact=True)).click()
    root = page.locator(".netviz")
    root.wait_for()
    _wait(root, 1)
    first = time.perf_counter() - begin
    sidebar = page.get_by_test_id("stSidebar")
    folds = sidebar.locator('[class*="st-key-fold-"]')
    switch = sidebar.locator('[class*="st-key-policy"]').get_by_test_id("stCheckbox").first
    times: list[float] = []
    for _ in range(_SWITCHES):
        page.locator('[data-test-script-state="notRunning"]').wait_for()
        if folds.count() and not switch.is_visible():
            folds.first.locator("summary").click()
            switch.wait_for()
            page.locator('[data-test-script-state="notRunning"]').wait_for()
        seen = int(root.evaluate("root => root.__netviz.updates"))
        begin = time.perf_counter()
        switch.locator("label").click()
        _wait(root, seen + 1)
        times.append(time.perf_counter() - begin)
    return {"first_view_s": view, "first_map_s": first, "switch_s": sorted(times)[len(times) // 2]}


def _wait(root: Locator, updates: int) -> None:
    root.page.wait_for_function(_DRAWN, arg=[root.element_handle(), updates])


def _opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address)
    return page


@contextmanager
def _served(home: str, *paths: str) -> Iterator[tuple[str, float]]:
    """The address of a server that has just begun to answer, and when it was started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "netviz.cli", "serve", "--no-browser", "--port", str(port), *paths]
    begin = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=home,
        env={**os.environ, "HOME": home, "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(f"http://localhost:{port}/_stcore/health", begin)
        yield f"http://localhost:{port}", begin
    finally:
        process.terminate()
        process.wait()


def _await(address: str, begin: float) -> None:
    while time.perf_counter() - begin < _PATIENCE_MS / 1000:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own server
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
        else:
            return
    raise SystemExit("the server does not answer")
