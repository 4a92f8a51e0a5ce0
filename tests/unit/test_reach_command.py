"""`netviz reach`: forms, ways and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from netviz.cli import main
from netviz.cli.codes import OK, REFUSED, USAGE

SHOP = str(Path(__file__).parents[2] / "sample_manifests" / "online-shop")


def reach(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["reach", SHOP, *arguments])
    return code, capsys.readouterr().out


def test_what_is_reached_is_listed_and_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = reach(capsys, "--from", "internet")
    assert code == OK
    assert "11 of 12 workloads can be reached from the Internet: 1 in 1 hop, 3 in 2 hops" in out
    assert "Without storefront/gateway, 10 workloads fewer." in out


def test_a_way_is_told_hop_by_hop_with_the_rules_that_allow_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = reach(capsys, "--from", "storefront/web", "--to", "data/orders-db")
    assert "Every way to data/orders-db leads through shop/checkout." in out
    assert "Hop 2: shop/checkout to data/orders-db over TCP 5432" in out
    assert "ALLOW  shop/checkout may open TCP 5432 to data/orders-db." in out
    assert "[" in out.split("Hop 2")[1]


def test_the_json_has_levels_peers_ways_and_choke_points(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(reach(capsys, "--from", "internet", "--to", "data/orders-db", "--format", "json")[1])
    assert answer["schema"] == "netviz.reach/1"
    assert (answer["complete"], answer["exact"], answer["total"]) == (True, True, 12)
    assert [level["reached"] for level in answer["levels"] if level["hops"]] == [1, 3, 3, 4]
    assert answer["reached"][0]["dst"] == "storefront/gateway[Deployment]"
    assert [hop["why"]["verdict"] for hop in answer["way"]["hops"]] == ["allow"] * 4
    assert answer["way"]["cut"] == [{"peer": "shop/checkout[Deployment]", "label": "shop/checkout"}]
    assert answer["chokePoints"][0]["cuts"] == 10


def test_csv_and_markdown_have_a_row_per_peer(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(reach(capsys, "--from", "internet", "--format", "csv")[1])))
    assert len(rows) == 11
    assert len(reach(capsys, "--from", "internet", "--format", "md")[1].splitlines()) == 13


def test_a_namespace_keeps_only_its_peers_and_a_level_takes_them_together(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = reach(capsys, "--from", "internet", "--namespace", "data", "--format", "csv")
    assert {row["reached"].split("/")[0] for row in csv.DictReader(io.StringIO(out))} == {"data"}
    _, out = reach(capsys, "--from", "internet", "--by", "namespace", "--format", "csv")
    assert "data (3 of 4)" in out


def test_a_policy_that_is_switched_off_counts(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = reach(capsys, "--from", "internet", "--disable", "shop/checkout-clients")
    assert "8 of 12 workloads" in out


@pytest.mark.parametrize("start", ["nobody/here", "service/shop/basket"])
def test_a_start_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], start: str) -> None:
    assert reach(capsys, "--from", start)[0] == USAGE


def test_an_incomplete_input_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
        "spec: {podSelectors: {}}\n",
        encoding="utf-8",
    )
    assert main(["reach", SHOP, str(bad), "--from", "internet", "--format", "json"]) == REFUSED
    assert json.loads(capsys.readouterr().out)["complete"] is False
