"""Archives on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netviz.cli.codes import OK, REFUSED, USAGE
from netviz.cli.main import main
from tests.archives import gzipped, tarred, zipped

SHOP = Path(__file__).parents[2] / "sample_manifests" / "online-shop"
MEMBERS = [(str(path.relative_to(SHOP)), path.read_bytes()) for path in sorted(SHOP.rglob("*")) if path.is_file()]


def test_an_archive_answers_as_its_folder_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for name, data in (("a.zip", zipped(MEMBERS)), ("a.tar", tarred(MEMBERS)), ("a.tar.gz", gzipped(tarred(MEMBERS)))):
        (tmp_path / name).write_bytes(data)
        assert main(["list", str(tmp_path / name), "--format", "json"]) == OK
        answers.append(json.loads(capsys.readouterr().out))
    assert main(["list", str(SHOP), "--format", "json"]) == OK
    answers.append(json.loads(capsys.readouterr().out))
    assert all(answer["connections"] == answers[0]["connections"] for answer in answers)
    assert main(["diff", str(tmp_path / "a.zip"), str(SHOP), "--exit-code"]) == OK


def test_a_limit_on_archives_can_be_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(MEMBERS))
    assert main(["list", str(archive), "--max-archive-members", "2"]) == REFUSED
    assert "the archive has more than 2 entries (limit archive-members)" in capsys.readouterr().err
    assert main(["list", str(archive), "--max-archive-ratio", "-1"]) == USAGE
    assert "--max-archive-ratio must not be negative" in capsys.readouterr().err
