from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from netviz.cli.main import main

SHOP = Path(__file__).parents[2] / "sample_manifests/online-shop"
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
