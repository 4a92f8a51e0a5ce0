"""`netviz probe`: a script to run, and its results beside the prediction."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from netviz.cli import main
from netviz.cli.codes import FAILED, OK, USAGE

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
SHOP = str(SAMPLES / "online-shop")
AKS = str(SAMPLES / "aks-frontend-backend")
CALL = ("--from", "default/frontend", "--to", "service/default/backend-svc", "--port", "8080")
ROW = "default/frontend[Pod]\tservice/default/backend-svc\tTCP\t8080\tconnects\t{}\n"


def test_the_call_of_the_walk_through_becomes_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", AKS, *CALL]) == OK
    script = capsys.readouterr().out
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    assert "\nprobe 'default/frontend[Pod]' service/default/backend-svc 8080 connects default frontend ''" in script


def test_expectations_become_a_script_in_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = tmp_path / "probes.sh"
    expected = str(SAMPLES / "online-shop.expectations.yaml")
    assert main(["probe", SHOP, "--expect", expected, "--out", str(script)]) == OK
    assert "7 connections to try, 4 that cannot be tried" in capsys.readouterr().out
    assert "# Checkout and payments keep orders\nprobe " in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "sh: kubectl: not found\n"])
def test_a_script_that_came_to_nothing_is_no_success(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    results = tmp_path / "observed.tsv"
    results.write_text(text, encoding="utf-8")
    assert main(["probe", AKS, "--observed", str(results)]) == USAGE
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "there is no result of a probe in it" in answer.err


@pytest.mark.parametrize(("observed", "code"), [("connects", OK), ("times-out", FAILED), ("refused", OK)])
def test_what_was_observed_is_set_beside_the_prediction(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, observed: str, code: int
) -> None:
    results = tmp_path / "observed.tsv"
    results.write_text(ROW.format(observed), encoding="utf-8")
    assert main(["probe", AKS, "--observed", str(results)]) == code
    out = capsys.readouterr().out
    assert f"TCP 8080: predicted connects, observed {observed}" in out
    assert out.splitlines()[-1].startswith("1 observed: 1 ")


@pytest.mark.parametrize(
    "arguments",
    [(), ("--from", "a/b"), ("--expect", "x", "--observed", "y"), (*CALL[:4], "--port", "99999"), ("--observed", "no")],
)
def test_a_question_that_makes_no_sense_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert main(["probe", AKS, *arguments]) == USAGE
