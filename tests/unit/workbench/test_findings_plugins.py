"""Findings about the network plugin, on a bench and on the command line, also of policies that are only drafts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netviz.cli.main import main
from netviz.workbench import BASELINE, Assumptions, Draft, FindingsQuestion, InputFile, WhatIf, Workbench
from tests.unit.analysis.findings.plugin_base import BASE

BLOCK = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: block, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from: [{ipBlock: {cidr: 10.0.0.0/8}}]
"""
SCENARIO = """\
netviz: scenario/1
drafts:
  - name: block
    text: |
"""


def bench_of(text: str, cni: str) -> Workbench:
    return Workbench.load([InputFile(name="all.yaml", data=text.encode())], Assumptions(cni=cni))


@pytest.mark.parametrize("drafted", [False, True])
def test_a_block_that_means_pods_is_found_under_cilium_and_its_connection_explained(drafted: bool) -> None:
    bench = bench_of(BASE if drafted else f"{BASE}---\n{BLOCK}", "cilium")
    what_if = WhatIf(drafts=(Draft(text=BLOCK),)) if drafted else BASELINE
    line = next(x for x in bench.findings(what_if, FindingsQuestion()).lines if x.check == "ENG003")
    assert line.why is not None
    assert bench.why(what_if, line.why).verdict == "deny"
    verdicts = {each.plugin: each.verdict for each in bench.plugins(what_if, line.why)}
    assert (verdicts["cilium"], verdicts["kubernetes"]) == ("deny", "allow")


def test_by_the_specification_the_same_block_is_no_finding() -> None:
    found = bench_of(f"{BASE}---\n{BLOCK}", "kubernetes").findings(BASELINE, FindingsQuestion())
    assert not [line for line in found.lines if line.check == "ENG003"]


def test_lint_compares_plugins_with_the_drafts_of_a_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = tmp_path / "all.yaml", tmp_path / "scenario.yaml"
    files[0].write_text(BASE, encoding="utf-8")
    files[1].write_text(SCENARIO + "".join(f"      {line}\n" for line in BLOCK.splitlines()), encoding="utf-8")
    command = ["lint", str(files[0]), "--scenario", str(files[1]), "--cni", "cilium", "--format", "json"]
    assert main(command) == 0
    found = [f for f in json.loads(capsys.readouterr().out)["findings"] if f["id"] == "ENG003"]
    assert [f["witness"]["verdict"] for f in found] == ["deny"]
    assert [f["object"] for f in found] == ["NetworkPolicy/shop/block"]
