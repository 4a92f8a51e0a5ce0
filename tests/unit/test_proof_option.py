from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netviz.cli.main import main

AKS = Path(__file__).parents[2] / "sample_manifests/aks-frontend-backend"
BASE, SHUT, OPEN = (
    str(AKS / name)
    for name in (
        "base.yaml",
        "step-2-deny-all-ingress-to-backend.yaml",
        "step-3-allow-frontend-to-backend.yaml",
    )
)
STEP_3 = ("--old", BASE, SHUT, "--new", BASE, SHUT, OPEN)
WANTED = "allow default/frontend -> default/backend TCP 8080"


def proven(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["diff", *words, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)["proof"]


def test_a_change_that_does_just_what_is_intended_is_proven(capsys: pytest.CaptureFixture[str]) -> None:
    code, proof = proven(capsys, *STEP_3, "--intent", WANTED)
    assert code == 0
    assert proof["proven"]
    assert proof["intents"] == [{"intent": WANTED, "before": "denied", "after": "allowed", "holds": True}]


@pytest.mark.parametrize("ports", ["8080", "TCP 8080", "tcp/8080", "TCP/8080-8080"])
def test_ports_are_written_in_several_ways(ports: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert proven(capsys, *STEP_3, "--intent", f"allow default/frontend->default/backend {ports}")[0] == 0


def test_what_changes_besides_is_a_counterexample(capsys: pytest.CaptureFixture[str]) -> None:
    code, proof = proven(capsys, *STEP_3, "--intent", "")
    assert code == 1
    assert proof["text"] == "Not proven: 1 pair changes besides."
    assert [(c["from"], c["to"], c["after"]) for c in proof["others"]["changes"]] == [
        ("default/frontend", "default/backend", "TCP 8080")
    ]


def test_an_intent_that_does_not_hold_shows_a_connection(capsys: pytest.CaptureFixture[str]) -> None:
    code, proof = proven(capsys, *STEP_3, "--intent", "allow default/frontend -> default/backend 8080,8081")
    assert code == 1
    (intent,) = proof["intents"]
    assert (intent["before"], intent["after"]) == ("denied", "partly allowed")
    assert intent["counterexample"]["port"] == 8081


def test_what_was_so_already_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    same = ("--old", BASE, SHUT, OPEN, "--new", BASE, SHUT, OPEN)
    _, proof = proven(capsys, *same, "--intent", WANTED)
    assert proof["text"] == "Proven: it was so already, and nothing else changes."


def test_what_is_unknown_or_refused_proves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    code, proof = proven(capsys, *STEP_3, str(broken), "--intent", WANTED)
    assert code == 3
    assert not proof["proven"]
    assert "part of the input was refused" in proof["text"]


def test_a_pair_that_is_undecided_by_other_policies_than_before_is_doubtful(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}, namespace: {0}, labels: {{app: {0}}}}}\n"
        "spec: {{containers: [{{name: c}}]}}\n---\n"
    )
    pods = "".join(map(pod.format, ("a", "b")))
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: b}}\n"
        "spec: {{podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{team: {team}}}}}}}]}}]}}\n"
    )
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(pods + policy.format(team="red"))
    new.write_text(pods + policy.format(team="blue"))
    code, proof = proven(capsys, str(old), str(new), "--intent", "")
    assert code == 1
    assert [(p["from"], p["to"]) for p in proof["undecided"]["pairs"]] == [("a/a", "b/b")]
    code, proof = proven(capsys, str(old), str(old), "--intent", "")
    assert (code, proof["text"]) == (0, "Proven: nothing changes.")


@pytest.mark.parametrize("text", ["allow a", "let a -> b", "allow a -> b port 80", "allow a/b -> c/d TCP 70000"])
def test_what_is_no_intent_is_a_wrong_question(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *STEP_3, "--intent", text]) == 2
    assert "netviz: " in capsys.readouterr().err


def test_the_text_has_the_proof_under_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *STEP_3, "--intent", ""]) == 1
    out = capsys.readouterr().out
    assert "Not proven: 1 pair changes besides.\n  x changes besides: default/frontend -> default/backend" in out
