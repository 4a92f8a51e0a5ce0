"""`netviz lint`: forms, filters and exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import main
from netviz.cli.codes import FAILED, OK, REFUSED, USAGE

PITFALL = str(Path(__file__).parents[2] / "sample_manifests" / "policytypes-pitfall")
REFUSED_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelectors: {}}
"""


def lint(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["lint", *arguments])
    return code, capsys.readouterr().out


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    _, out = lint(capsys, *arguments, "--format", "json")
    answer = json.loads(out)
    assert answer["schema"] == "netviz.lint/1"
    return list(answer["findings"])


def test_a_finding_is_told_with_severity_place_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = lint(capsys, PITFALL)
    assert code == OK
    assert "WARNING NP003  NetworkPolicy/reports/egress-only-mistaken" in out
    assert "egress-only-mistaken.yaml:7 spec.policyTypes" in out
    assert "advice: write policyTypes" in out


def test_the_json_has_every_field_of_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    found = {finding["id"]: finding for finding in findings(capsys, PITFALL)}["NP003"]
    assert found["severity"] == "warning"
    assert found["object"] == "NetworkPolicy/reports/egress-only-mistaken"
    assert (found["file"].rpartition("/")[2], found["line"]) == ("egress-only-mistaken.yaml", 7)
    assert found["path"] == "spec.policyTypes"
    assert found["message"]
    assert found["advice"]
    assert found["witness"] == {}


def test_csv_and_markdown_have_a_row_per_finding(capsys: pytest.CaptureFixture[str]) -> None:
    count = len(findings(capsys, PITFALL))
    _, table = lint(capsys, PITFALL, "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(table)))) == count
    _, markdown = lint(capsys, PITFALL, "--format", "md")
    assert len(markdown.splitlines()) == count + 2


@pytest.mark.parametrize(("severity", "code"), [("error", OK), ("warning", FAILED), ("info", FAILED)])
def test_a_finding_of_the_severity_or_worse_fails(severity: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint(capsys, PITFALL, "--fail-on", severity)[0] == code


def test_refused_input_is_worse_than_a_finding(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(REFUSED_POLICY, encoding="utf-8")
    assert lint(capsys, str(tmp_path), PITFALL, "--fail-on", "warning")[0] == REFUSED


def test_only_findings_of_a_namespace_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("{apiVersion: v1, kind: Namespace, metadata: {name: elsewhere}}", encoding="utf-8")
    assert findings(capsys, PITFALL, str(other), "--namespace", "reports")
    assert not findings(capsys, PITFALL, str(other), "--namespace", "elsewhere")


def test_a_policy_that_is_disabled_has_no_finding(capsys: pytest.CaptureFixture[str]) -> None:
    ids = [finding["id"] for finding in findings(capsys, PITFALL, "--disable", "reports/egress-only-mistaken")]
    assert "NP003" not in ids


def suppressions(folder: Path, *entries: str) -> str:
    file = folder / "known.yaml"
    file.write_text("netviz: suppressions/1\nsuppressions:\n" + "".join(f"- {each}\n" for each in entries))
    return str(file)


def test_what_is_suppressed_is_counted_and_not_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    known = suppressions(
        tmp_path, "{id: NP003, object: NetworkPolicy/reports/egress-only-mistaken, reason: this is what it shows}"
    )
    code, out = lint(capsys, PITFALL, "--suppress", known)
    assert code == OK
    assert "NP003" not in out
    assert out.rstrip().endswith("; 1 suppressed")
    answer = json.loads(lint(capsys, PITFALL, "--suppress", known, "--format", "json")[1])
    assert [(each["id"], each["reason"]) for each in answer["suppressed"]] == [("NP003", "this is what it shows")]
    assert answer["notes"] == []


def test_a_suppression_that_matches_nothing_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    known = suppressions(tmp_path, "{id: NP006, object: NetworkPolicy/reports/gone, reason: was open}")
    assert main(["lint", PITFALL, "--suppress", known]) == OK
    assert "nothing matches this suppression of NP006" in capsys.readouterr().err


def test_a_suppressed_finding_fails_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    names = [(each["id"], each["object"]) for each in findings(capsys, PITFALL) if each["severity"] == "warning"]
    known = suppressions(tmp_path, *(f"{{id: {id_}, object: {name}, reason: known}}" for id_, name in names))
    assert lint(capsys, PITFALL, "--fail-on", "warning")[0] == FAILED
    assert lint(capsys, PITFALL, "--fail-on", "warning", "--suppress", known)[0] == OK


def test_a_suppression_file_that_cannot_be_used_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["lint", PITFALL, "--suppress", suppressions(tmp_path, "{id: NP006}")]) == USAGE


def test_the_sarif_has_a_result_with_its_line_and_the_rule_that_found_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, out = lint(capsys, PITFALL, "--format", "sarif", "--out", str(tmp_path / "lint.sarif"))
    assert "warning" in out
    (run,) = json.loads((tmp_path / "lint.sarif").read_text())["runs"]
    result = next(each for each in run["results"] if each["ruleId"] == "NP003")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 7
    assert "NP003" in {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_the_places_that_netviz_why_takes_are_those_of_the_witness(capsys: pytest.CaptureFixture[str]) -> None:
    sample = str(Path(PITFALL).parent / "calico-tiers")
    (witness,) = [each["witness"] for each in findings(capsys, sample) if each["id"] == "NP008"]
    assert (
        main(
            [
                "why",
                sample,
                "--from",
                witness["from"],
                "--to",
                witness["to"],
                "--format",
                "json",
                "--protocol",
                witness["protocol"],
                "--port",
                str(witness["port"]),
            ]
        )
        == OK
    )
    assert json.loads(capsys.readouterr().out)["verdict"] == witness["verdict"] == "deny"
