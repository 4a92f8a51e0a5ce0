"""`netviz check` and `netviz freeze`: forms and exit codes."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import main
from netviz.cli.codes import FAILED, OK, REFUSED, USAGE

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
SHOP = str(SAMPLES / "online-shop")
EXPECTED = str(SAMPLES / "online-shop.expectations.yaml")
AKS = str(SAMPLES / "aks-frontend-backend")
BACKEND = """\
netviz: expectations/1
title: Backend & co <b>
expectations:
- name: the frontend calls
  expect: allow
  from: default/frontend
  to: service/default/backend-svc
  ports: [8080]
- name: 'the frontend calls no [other](http://x) port'
  expect: deny
  from: default/frontend
  to: default/backend
  ports: [8000-9000]
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "e.yaml"
    path.write_text(BACKEND, encoding="utf-8")
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_sample_keeps_its_expectations(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", SHOP, "--expect", EXPECTED)
    assert code == OK
    assert out.splitlines()[-1] == "7 expectations: 7 passed"


def test_a_failed_expectation_shows_a_connection_with_both_traces(
    capsys: pytest.CaptureFixture[str], file: str
) -> None:
    code, out, _ = run(capsys, "check", AKS, "--expect", file)
    assert code == FAILED
    assert "PASSED  the frontend calls\n" in out
    assert f"{file}:9: default/frontend may open TCP 8080 to default/backend." in out
    assert "    egress of default/frontend: allow" in out
    assert "    ingress of default/backend: allow" in out
    assert "step-3-allow-frontend-to-backend.yaml:" in out


def test_the_json_has_what_programs_need(capsys: pytest.CaptureFixture[str], file: str) -> None:
    _, out, _ = run(capsys, "check", AKS, "--expect", file, "--format", "json")
    answer = json.loads(out)
    assert (answer["schema"], answer["passed"], answer["failed"], answer["unknown"]) == ("netviz.check/1", 1, 1, 0)
    failed = answer["results"][1]
    assert (failed["status"], failed["line"], failed["file"]) == ("failed", 9, file)
    assert failed["counterexample"]["verdict"] == "allow"
    assert failed["counterexample"]["port"] == 8080
    assert failed["counterexample"]["from"] == "default/frontend[Pod]"
    assert failed["counterexample"]["ingress"]["steps"]


def test_junit_xml_has_a_case_per_expectation(capsys: pytest.CaptureFixture[str], file: str) -> None:
    _, out, _ = run(capsys, "check", AKS, "--expect", file, "--format", "junit")
    (suite,) = ET.fromstring(out)
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("Backend & co <b>", "2", "1")
    assert suite[0].get("name") == "the frontend calls"
    (failure,) = suite[1]
    assert "TCP 8080" in str(failure.get("message"))
    assert "ingress of default/backend: allow" in str(failure.text)


def sarif_run(out: str) -> dict[str, Any]:
    log = json.loads(out)
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    return dict(only)


def test_sarif_points_at_the_expectation_and_at_the_rules_that_decide(
    capsys: pytest.CaptureFixture[str], file: str
) -> None:
    _, out, _ = run(capsys, "check", AKS, "--expect", file, "--format", "sarif")
    found = sarif_run(out)
    (result,) = found["results"]
    assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "expectation-failed"
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (file, 9)
    assert any("step-3" in str(each["physicalLocation"]) for each in result["relatedLocations"])
    assert "\\[other\\](http://x)" in result["message"]["text"]


def test_markdown_shows_what_does_not_hold_and_no_markup_of_others(
    capsys: pytest.CaptureFixture[str], file: str
) -> None:
    _, out, _ = run(capsys, "check", AKS, "--expect", file, "--format", "md")
    assert "## Backend \\& co \\<b\\>" in out
    assert "2 expectations: 1 passed, 1 failed" in out
    assert "](http" not in re.sub(r"\\.", "", out)


def test_a_report_can_go_to_a_file(capsys: pytest.CaptureFixture[str], file: str, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    code, out, _ = run(capsys, "check", AKS, "--expect", file, "--format", "junit", "--out", str(report))
    assert (code, out) == (FAILED, "2 expectations: 1 passed, 1 failed\n")
    ET.fromstring(report.read_text(encoding="utf-8"))


def test_options_of_the_what_if_count(capsys: pytest.CaptureFixture[str], file: str) -> None:
    code, out, _ = run(capsys, "check", AKS, "--expect", file, "--disable", "default/allow-frontend-to-backend")
    assert code == FAILED
    assert "FAILED  the frontend calls\n" in out
    assert "PASSED  the frontend calls no" in out


def test_refused_input_is_told_by_the_exit_code_first(
    capsys: pytest.CaptureFixture[str], file: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [", encoding="utf-8")
    code, out, _ = run(capsys, "check", AKS, str(bad), "--expect", file, "--format", "json")
    assert code == REFUSED
    assert json.loads(out)["complete"] is False


@pytest.mark.parametrize(
    ("text", "said"),
    [("netviz: expectations/1\nexpectations: 5\n", "e.yaml:2"), ("kind: Pod\n", "no expectations file")],
)
def test_a_file_that_cannot_be_used_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "e.yaml"
    path.write_text(text, encoding="utf-8")
    code, _, err = run(capsys, "check", AKS, "--expect", str(path))
    assert code == USAGE
    assert said in err


def test_a_file_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", AKS, "--expect", "nowhere.yaml")[0] == USAGE


@pytest.mark.parametrize(
    ("by", "policy"), [("workload", "orders-db-clients"), ("pod", "orders-db-clients"), ("namespace", "default-deny")]
)
def test_a_frozen_state_holds_until_something_changes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, by: str, policy: str
) -> None:
    frozen = str(tmp_path / "frozen.yaml")
    assert run(capsys, "freeze", SHOP, "--by", by, "--out", frozen, "--title", "As it was")[0] == OK
    assert run(capsys, "check", SHOP, "--expect", frozen)[0] == OK
    code, out, _ = run(capsys, "check", SHOP, "--expect", frozen, "--disable", f"data/{policy}")
    assert code == FAILED
    assert re.search(r"it was (denied|TCP/5432[^.]*), and is ", out)
    line = int(re.findall(rf"{re.escape(frozen)}:(\d+)", out)[0])
    assert Path(frozen).read_text(encoding="utf-8").splitlines()[line - 1].strip().startswith(("- from", "by:"))


def test_a_frozen_state_without_out_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "freeze", AKS)[1].startswith("netviz: expectations/1\n")
