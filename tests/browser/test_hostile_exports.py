"""Hostile texts in every file that netviz writes, opened as those open it who get it sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Dialog, Error

from netviz.exporters.formats import EXPORTERS
from netviz.loading import load_files
from netviz.workbench.packing import Pack
from tests.exported import parts
from tests.hostile_bench import exchanged, hostile_text, victims
from tests.hostile_texts import HOSTILE_TEXTS
from tests.promises import Record

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

WRITTEN = tuple(each for each in EXPORTERS if not each.browser)
HACKED = "() => globalThis.hacked ?? null"


@pytest.fixture(scope="module")
def files() -> dict[str, tuple[str, bytes]]:
    """What is served, by path: the media type and the bytes of each export, and of what programs make of some."""
    made = exchanged(parts(load_files([("victim-01.yaml", victims())]), title="victim-02", off=OFF), hostile_text)
    pack = Pack(picture=made.picture, rows=made.rows, context=made.context)
    served = {f"/{file.name}": (file.media_type, file.data) for file in pack.files(WRITTEN)}
    texts = {path: data.decode() for path, (_, data) in served.items()}
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(texts["/netviz.md"])
    # Labels say that they are plain text (html=0); what the pointer shows is always taken for HTML by draw.io.
    tooltips = [cell.get("tooltip", "") for cell in ElementTree.fromstring(texts["/netviz.drawio"]).iter()]
    inside = {"svg": texts["/netviz.svg"], "md": rendered, "drawio": "<br>".join(tooltips)}
    pages = {
        f"/in-a-page-{name}": ("text/html", f"<!DOCTYPE html><body>{text}".encode()) for name, text in inside.items()
    }
    return served | pages


OFF = ("NetworkPolicy/victim-00/victim-04",)


@pytest.fixture
def address(files: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """A server of the files."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, data = files.get(self.path, ("image/x-icon", b""))
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_export_carries_the_texts(files: dict[str, tuple[str, bytes]]) -> None:
    for path, (_, data) in files.items():
        assert data.decode().count("globalThis.hacked") >= len(HOSTILE_TEXTS), path


def _note(dialogs: list[str], dialog: Dialog) -> None:
    dialogs.append(dialog.message)
    dialog.dismiss()


def test_no_text_in_an_export_runs_or_fetches(
    address: str, visit: Callable[..., Visit], files: dict[str, tuple[str, bytes]], promise: Record
) -> None:
    # The address comes first: what is set up last ends first, and no page may be waiting for a server that has ended.
    seen = visit("about:blank")
    hacked, opened = [], 0
    dialogs: list[str] = []
    seen.page.on("dialog", lambda dialog: _note(dialogs, dialog))
    for path in files:
        try:
            seen.page.goto(address + path)
            opened += 1
        except Error as error:
            # What a browser does not show, it offers to save.
            if "Download is starting" not in str(error):
                raise
            continue
        seen.page.wait_for_load_state("load")
        hacked += [path] if seen.page.evaluate(HACKED) is not None else []
    promise(
        9,
        f"{len(HOSTILE_TEXTS)} texts in {len(files)} kinds of files, {opened} shown by a browser: {len(hacked)} ran",
        "0",
    )
    promise(10, f"{len(files)} kinds of files: {len(seen.left_the_machine())} requests to elsewhere", "0")
    assert (hacked, dialogs, seen.left_the_machine()) == ([], [], [])
    assert opened >= len(files) - 3
