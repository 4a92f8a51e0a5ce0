from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from netviz.cli.main import main

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
SHOP = SAMPLES / "online-shop"
ASKED = ("--from", "shop/catalogue", "--to", "data/sessions", "--port", "6379")


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["fix", *words, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_best_fix_adds_one_rule_where_the_target_is_guarded(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = answered(capsys, str(SHOP), *ASKED)
    best = answer["fixes"][0]
    assert code == 0
    assert answer["verdict"] == "deny"
    assert best["effects"] == {"count": 0, "counted": True, "changes": []}
    edit = next(edit for edit in best["edits"] if edit.get("replaces") == "NetworkPolicy/data/sessions-clients")
    assert yaml.safe_load(edit["yaml"])["spec"]["ingress"][-1] == {
        "from": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "catalogue"}},
            }
        ],
        "ports": [{"protocol": "TCP", "port": 6379}],
    }


def test_what_is_so_already_needs_no_fix(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = answered(capsys, str(SHOP), "--from", "shop/basket", "--to", "data/sessions", "--port", "6379")
    assert code == 0
    assert answer["fixes"] == []
    assert "allowed already" in answer["text"]


def test_where_no_way_is_known_the_answer_says_so_and_the_code_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--from", "ingress-controller", "--to", "data/sessions", "--port", "6379")
    code, answer = answered(capsys, str(SHOP), *asked)
    assert code == 1
    assert "no way is known" in answer["text"]


def test_the_text_tells_what_else_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(SHOP), *ASKED]) == 0
    text = capsys.readouterr().out
    assert "   nothing else changes\n" in text
    assert "   --- in place of " in text


def test_a_workload_that_is_not_there_is_a_wrong_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(SHOP), "--from", "shop/nobody", "--to", "data/sessions"]) == 2
    assert "nothing in the input is called" in capsys.readouterr().err


def edits_of(answer: dict[str, Any]) -> list[list[str]]:
    return [[edit["text"] for edit in fix["edits"]] for fix in answer["fixes"] if not fix["effects"]["count"]]


def test_a_peer_is_left_out_of_the_rule_that_lets_it_in(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--from", "shop/checkout", "--to", "data/orders-db", "--port", "5432", "--deny")
    code, answer = answered(capsys, str(SHOP), *asked)
    assert code == 0
    assert edits_of(answer) == [["leave the peer out of spec.ingress[0] of NetworkPolicy/data/orders-db-clients"]]
    narrowed = yaml.safe_load(answer["fixes"][0]["edits"][0]["yaml"])["spec"]["ingress"][0]["from"][1]["podSelector"]
    assert narrowed == {
        "matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "In", "values": ["payments"]}]
    }


def test_the_other_pairs_that_a_fix_breaks_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--from", "shop/checkout", "--to", "data/orders-db", "--port", "5432", "--deny")
    _, answer = answered(capsys, str(SHOP), *asked)
    by_port = next(f for f in answer["fixes"] if "port out of spec.ingress" in f["edits"][0]["text"])
    assert [(e["from"], e["to"], e["change"]) for e in by_port["effects"]["changes"]] == [
        ("data/nightly-report", "data/orders-db", "removed"),
        ("shop/payments", "data/orders-db", "removed"),
    ]


def test_a_denial_of_a_calico_tier_is_met_in_that_tier(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--from", "billing/invoices", "--to", "billing/ledger", "--port", "5432", "--deny")
    _, answer = answered(capsys, str(SAMPLES / "calico-tiers"), *asked)
    assert ["new calico.NetworkPolicy/billing/deny-invoices-to-ledger-ingress in tier default"] in edits_of(answer)


def test_a_denial_of_the_admin_tier_is_met_by_a_rule_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--from", "sandbox/load-test", "--to", "payments/api", "--port", "9090")
    _, answer = answered(capsys, str(SAMPLES / "admin-policies"), *asked)
    assert edits_of(answer) == [
        ["add a rule before ingress[1] of ClusterNetworkPolicy/strict-namespaces"],
        ["new ClusterNetworkPolicy/allow-load-test-to-api-ingress of priority 19"],
    ]


def test_every_port_of_a_protocol_and_addresses_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--from", "payments/api", "--to", "8.8.8.8", "--protocol", "udp", "--deny")
    _, answer = answered(capsys, str(SAMPLES / "admin-policies"), *asked)
    assert answer["connections"] == "all UDP"
    written = yaml.safe_load(answer["fixes"][0]["edits"][0]["yaml"])
    assert written["spec"]["egress"][0]["to"] == [{"networks": ["8.8.8.8/32"]}]


def test_all_pods_of_a_namespace_can_be_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--from", "namespace/shop/*", "--to", "service/data/sessions", "--port", "6379")
    _, answer = answered(capsys, str(SHOP), *asked)
    best = answer["fixes"][0]
    assert best["effects"]["count"] == 0
    peers = yaml.safe_load(best["edits"][0]["yaml"])["spec"]["ingress"][-1]["from"]
    assert peers == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}]
