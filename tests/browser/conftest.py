"""A real Chromium and a real Streamlit server, shared by all browser tests.

`serve(app, *args)` starts an app once per session and gives its address; `visit(address)` opens it in a fresh browser
context and, when the test is over, checks that no request left this machine and that the console has no error.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SERVED = ROOT / "netviz" / "ui" / "served.py"
HOSTS = ("127.0.0.1", "localhost")
START_SECONDS = 60
PATIENCE_MS = 60_000
SERVER_FLAGS = (
    "--server.address=127.0.0.1",
    "--server.headless=true",
    "--server.allowedHosts=localhost",
    "--server.allowedHosts=127.0.0.1",
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
    "--client.toolbarMode=minimal",
    "--client.showErrorDetails=none",
    "--client.showErrorLinks=false",
)
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An opened page, with every address that it requested and every error that its console showed."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def left_the_machine(self) -> list[str]:
        return [url for url in self.requests if not _is_local(url)]


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "blob":
        parts = urlsplit(parts.path)
    return parts.scheme in {"data", "about"} or parts.hostname in HOSTS


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    message = "no Chromium here: install it (apt-get install chromium) to run the browser tests"
    if os.environ.get("NETVIZ_REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def serve(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """`serve(app, *args) -> address`; `args` are what the app finds in `sys.argv`. Needs `chromium` to skip early."""
    running: dict[tuple[str, ...], tuple[subprocess.Popen[bytes], str]] = {}

    def start(app: Path | str, *args: str) -> str:
        wanted = (str(app), *args)
        if wanted not in running:
            running[wanted] = _start(wanted, tmp_path_factory.mktemp("server"))
        return running[wanted][1]

    yield start
    for process, _ in running.values():
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _start(command: tuple[str, ...], home: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app, *args = command
    # As `netviz serve` does it: the same server, under the same Content-Security-Policy, which every test so keeps to.
    server = "streamlit"
    if Path(app) == ROOT / "app.py":
        server, app = "netviz.ui.server", str(SERVED)
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", server, "run", app, f"--server.port={port}", *SERVER_FLAGS, "--", *args],
            # An empty home and working folder: no configuration of whoever runs the tests can change the result.
            cwd=home,
            env={**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not _is_healthy(address):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"the server of {app} did not start:\n{(home / 'log').read_text(errors='replace')}")
        time.sleep(0.1)
    return process, address


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """`visit(address, dark=False, width=1440, height=900, pixel_ratio=1) -> Visit`."""
    visits: list[Visit] = []

    def open_page(
        address: str, *, dark: bool = False, width: int = 1440, height: int = 900, pixel_ratio: float = 1
    ) -> Visit:
        context = browser.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height},
            device_scale_factor=pixel_ratio,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        seen = Visit(page=context.new_page())
        visits.append(seen)
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("websocket", lambda websocket: seen.requests.append(websocket.url))
        seen.page.on("console", lambda message: _note_error(seen, message))
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.goto(address)
        return seen

    yield open_page
    for seen in visits:
        seen.page.context.close()
    assert [url for seen in visits for url in seen.left_the_machine()] == []
    assert [error for seen in visits for error in seen.errors] == []


def _note_error(seen: Visit, message: ConsoleMessage) -> None:
    if message.type == "error":
        seen.errors.append(message.text)
