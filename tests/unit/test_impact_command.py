"""`netviz impact`: forms, filters and what is said."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import main
from netviz.cli.codes import OK, REFUSED, USAGE

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
SHOP = str(SAMPLES / "online-shop")
TIERS = str(SAMPLES / "calico-tiers")
STEPS = str(SAMPLES / "aks-frontend-backend")
REFUSED_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelectors: {}}
"""


def impact(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["impact", *arguments])
    return code, capsys.readouterr().out


def policies(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, Any]]:
    answer = json.loads(impact(capsys, *arguments, "--format", "json")[1])
    assert answer["schema"] == "netviz.impact/1"
    return {entry["policy"]: entry for entry in answer["policies"]}


def test_policies_are_ranked_and_those_without_effect_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = impact(capsys, STEPS)
    lines = out.splitlines()
    assert code == OK
    assert lines[1].split() == ["NetworkPolicy/default/restrict-backend-egress", "enforced", "2", "0", "0"]
    assert lines[2].split() == ["NetworkPolicy/default/allow-frontend-to-backend", "enforced", "0", "1", "0"]
    assert lines[-1].endswith("each by itself: NetworkPolicy/default/deny-all-ingress-to-backend.")


def test_the_json_has_numbers_and_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    found = policies(capsys, STEPS)["NetworkPolicy/default/allow-frontend-to-backend"]
    assert (found["state"], found["opens"], found["breaks"], found["effect"]) == ("enforced", 0, 1, "pairs")
    (pair,) = found["changes"]
    assert (pair["src"], pair["dst"]) == ("default/frontend[Pod]", "default/backend[Pod]")
    assert pair["breaks"] == {"allow": [{"protocol": "TCP", "ports": [[8080, 8080]]}]}
    assert (pair["opens"], found["more"]) == (None, False)


def test_addresses_of_pairs_are_spelled_out(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(impact(capsys, STEPS, "--format", "json")[1])
    named = {peer["id"] for peer in answer["peers"]}
    used = {pair[end] for entry in answer["policies"] for pair in entry["changes"] for end in ("src", "dst")}
    assert named == {end for end in used if end.startswith("addresses:")}


def test_a_staged_policy_says_what_enforcing_it_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    name = "calico.StagedNetworkPolicy/booking/app.site"
    staged = policies(capsys, TIERS)[name]
    enforced = policies(capsys, TIERS, "--enforce-staged")[name]
    assert (staged["state"], enforced["state"]) == ("staged", "enforced")
    assert (staged["opens"], staged["breaks"]) == (enforced["breaks"], enforced["opens"])
    assert staged["breaks"] > 0


def test_a_disabled_policy_says_what_switching_it_on_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    name = "NetworkPolicy/default/restrict-backend-egress"
    found = policies(capsys, STEPS, "--disable", name)[name]
    assert (found["state"], found["opens"], found["breaks"]) == ("disabled", 0, 2)


def test_one_policy_is_told_with_its_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = impact(capsys, SHOP, "--policy", "shop/basket-clients")
    assert "shop/checkout          shop/basket         TCP 8080" in out
    assert "default-deny" not in out


def test_pairs_that_are_left_out_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = impact(capsys, SHOP, "--policy", "shop/basket-clients", "--pairs", "1")
    assert "There are more pairs of NetworkPolicy/shop/basket-clients" in out
    found = policies(capsys, SHOP, "--policy", "shop/basket-clients", "--pairs", "1")
    assert [(len(entry["changes"]), entry["more"]) for entry in found.values()] == [(1, True)]


def test_only_policies_of_a_namespace_are_told_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert {name.split("/")[1] for name in policies(capsys, SHOP, "--namespace", "data")} == {"data"}


def test_csv_has_a_row_per_policy_and_with_pairs_a_row_per_pair(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(impact(capsys, STEPS, "--format", "csv")[1])))
    assert [row["opens"] for row in rows] == ["2", "0", "0"]
    pairs = list(csv.DictReader(io.StringIO(impact(capsys, STEPS, "--format", "csv", "--pairs", "9")[1])))
    assert {row["policy"] for row in pairs} == {row["policy"] for row in rows[:2]}


def test_markdown_has_a_row_per_policy(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(impact(capsys, STEPS, "--format", "md")[1].splitlines()) == 2 + 3


def test_an_incomplete_input_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(REFUSED_POLICY, encoding="utf-8")
    assert impact(capsys, STEPS, str(tmp_path))[0] == REFUSED


@pytest.mark.parametrize("arguments", [["--policy", "nope"], ["--pairs", "-5"]])
def test_what_makes_no_sense_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert impact(capsys, STEPS, *arguments)[0] == USAGE
