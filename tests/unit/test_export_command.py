from __future__ import annotations

import json
from pathlib import Path

import pytest

from netviz.cli.main import main
from netviz.exporters.formats import EXPORTERS

SAMPLE = str(Path(__file__).parents[2] / "sample_manifests" / "online-shop")
WRITTEN = ",".join(each.name for each in EXPORTERS if not each.browser)


def export(out: Path, *arguments: str, paths: tuple[str, ...] = (SAMPLE,)) -> int:
    return main(["export", *paths, "--out", str(out), *arguments])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_format_becomes_one_file_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "not" / "there"
    assert export(out, "--format", WRITTEN) == 0
    names = [each.file_name for each in EXPORTERS if not each.browser]
    assert sorted(contents(out)) == sorted(names)
    assert capsys.readouterr().out.split() == [str(out / name) for name in names]


def test_without_chromium_everything_but_the_png_is_written_and_the_hint_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETVIZ_CHROMIUM", str(tmp_path / "no-browser"))
    assert export(tmp_path / "out", "--format", "png,all") == 2
    assert sorted(contents(tmp_path / "out")) == sorted(each.file_name for each in EXPORTERS if not each.browser)
    assert "install Chromium" in capsys.readouterr().err


def test_a_rerun_writes_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        assert export(tmp_path / folder, "--format", WRITTEN, "--disable", "data/default-deny") == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_what_is_disabled_is_compared_with_the_input_as_it_is(tmp_path: Path) -> None:
    assert export(tmp_path, "--format", "json,svg,md", "--disable", "data/default-deny", "--title", "A move") == 0
    answer = json.loads((tmp_path / "netviz.json").read_text(encoding="utf-8"))
    assert answer["title"] == "A move"
    assert answer["scenario"]["off"] == ["NetworkPolicy/data/default-deny"]
    added = [(p["src"], p["dst"]) for p in answer["pairs"] if p["change"] == "added"]
    assert ("shop/basket[Deployment]", "data/nightly-report[CronJob]") in added
    assert "data/default-deny switched off" in (tmp_path / "netviz.svg").read_text(encoding="utf-8")
    assert "**7 added, 0 removed, 0 changed**" in (tmp_path / "netviz.md").read_text(encoding="utf-8")


def test_only_pairs_of_the_wanted_namespaces_are_listed(tmp_path: Path) -> None:
    assert export(tmp_path, "--format", "json", "--namespace", "data") == 0
    answer = json.loads((tmp_path / "netviz.json").read_text(encoding="utf-8"))
    space = {peer["id"]: peer.get("namespace") for peer in answer["peers"]}
    assert answer["pairs"]
    assert all("data" in (space[pair["src"]], space[pair["dst"]]) for pair in answer["pairs"])


@pytest.mark.parametrize(
    ("arguments", "epoch", "date"),
    [
        ((), "", None),
        ((), "86400", "1970-01-02"),
        (("--date", "1 March"), "86400", "1 March"),
    ],
    ids=["none", "of the environment", "given"],
)
def test_there_is_a_date_only_if_one_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], epoch: str, date: str | None
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert export(tmp_path, "--format", "json", *arguments) == 0
    assert json.loads((tmp_path / "netviz.json").read_text(encoding="utf-8"))["date"] == date


def test_a_date_of_the_environment_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert export(tmp_path, "--format", "json") == 2
    assert not contents(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "gif"), "'gif' is no format: choose of svg"),
        (("--format", "svg", "--disable", "nothing-like-it"), "there is no such policy"),
        (("--format", "svg", "--namespace", "nowhere"), "there is no such namespace"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert export(tmp_path, *arguments) == 2
    assert told in capsys.readouterr().err
    assert not contents(tmp_path)


def test_a_folder_that_cannot_be_written_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert export(tmp_path / "file", "--format", "svg") == 2
    assert "netviz.svg cannot be written" in capsys.readouterr().err


def test_refused_input_is_exported_as_incomplete_and_told_by_the_exit_code(tmp_path: Path) -> None:
    manifest = tmp_path / "bad.yaml"
    manifest.write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\nspec: {containers: [{name: a}]}\n---\n"
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: x}\n"
        "spec: {podSelector: {}, ingress: [{ports: [{port: 0}]}]}\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    assert export(out, "--format", WRITTEN, paths=(str(manifest),)) == 3
    answer = json.loads((out / "netviz.json").read_text(encoding="utf-8"))
    assert (answer["complete"], answer["exact"]) == (False, False)
    for name in ("svg", "dot", "md", "csv", "graphml", "drawio"):
        assert "part of the input was refused" in (out / f"netviz.{name}").read_text(encoding="utf-8")
