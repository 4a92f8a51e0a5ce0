"""The review pack is offered beside the map, and is about what the map shows."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from netviz.errors import UsageError
from netviz.exporters.context import Exporter
from netviz.exporters.formats import EXPORTERS
from netviz.ui import panel_pack
from netviz.ui.panel_pack import pack_files
from netviz.ui.state import AppState
from netviz.workbench import InputFile, PackQuestion, Workbench

OpenPage = Callable[..., AppTest]

MANIFEST = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: []}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {containers: []}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: data}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
POLICY = "NetworkPolicy/data/closed"


def formats(*names: str) -> tuple[Exporter, ...]:
    return tuple(each for each in EXPORTERS if each.name in names)


def offers(page: AppTest) -> list[str]:
    return [button.proto.label for button in page.get("download_button")]


def bench() -> Workbench:
    return Workbench.load([InputFile(name="a.yaml", data=MANIFEST.encode())])


def test_the_pack_is_about_the_scenario_and_the_filters_of_the_map() -> None:
    state = AppState(origin="a.yaml", disabled=frozenset({POLICY}))
    wanted = PackQuestion(formats=(), title="A move", date="1 March")
    (file,) = pack_files(bench(), state, wanted, formats("json"))
    answer = json.loads(file.data)
    assert (answer["title"], answer["date"]) == ("A move", "1 March")
    assert answer["scenario"]["off"] == [POLICY]
    assert {pair["change"] for pair in answer["pairs"]} >= {"added", "same"}


def test_the_png_is_made_of_the_picture_and_is_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_pack, "find_chromium", lambda: "a browser")
    monkeypatch.setattr(panel_pack, "rasterised", lambda svg, _program: svg.encode()[:4])
    for names in (("png",), ("svg", "png")):
        files = pack_files(bench(), AppState(), PackQuestion(formats=()), formats(*names))
        assert [file.name for file in files] == [f"netviz.{name}" for name in names]
        assert files[-1].data == b"<svg"


def test_a_browser_that_fails_costs_only_the_png(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise UsageError("PNG: no Chromium was found")

    monkeypatch.setattr(panel_pack, "find_chromium", fails)
    files = pack_files(bench(), AppState(), PackQuestion(formats=()), formats("md", "svg", "png"))
    assert [file.name for file in files] == ["netviz.svg", "netviz.md", "netviz.png.txt"]
    assert files[-1].data == b"PNG: no Chromium was found\n"


def test_the_page_offers_everything_and_every_file_and_makes_none_of_them(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_arguments: object) -> object:
        raise AssertionError("a file was made before it was asked for")

    monkeypatch.setattr(panel_pack, "find_chromium", lambda: "a browser")
    monkeypatch.setattr(panel_pack, "pack_files", refuses)
    page = open_page(sample="aks-frontend-backend")
    assert not page.exception
    assert page.text_input(key="pack-title-1").value == ""
    offered = offers(page)
    assert offered == ["Everything (ZIP)", *(each.title for each in EXPORTERS)]


def test_without_a_browser_the_page_says_where_the_png_is(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> str:
        raise UsageError("PNG: no Chromium was found")

    monkeypatch.setattr(panel_pack, "find_chromium", fails)
    page = open_page(sample="aks-frontend-backend")
    assert "Picture (PNG)" not in offers(page)
    assert "PNG: the button on the map." in [line.value for line in page.text]
