from __future__ import annotations

import json

from netviz.source import SourceRef, SourceText
from netviz.workbench.excerpts import EXCERPT_LINES, quoter

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p
spec:
  podSelector:
    matchLabels:
      app: web
  ingress:
  - from:
    - podSelector: {}

    ports:
      - port: 80
  - {}
  policyTypes:
    - Ingress
status: {}
"""


def quoted(text: str, line: int, path: str, first_line: int = 1) -> list[str]:
    lines = tuple(text.splitlines())
    source = SourceText(file="p.yaml", document=1, first_line=first_line, lines=lines)
    found = quoter([source])(SourceRef(file="p.yaml", document=1, path=path, line=line))
    assert all(lines[number - first_line] == shown for number, shown in found)
    return [shown for _, shown in found]


def test_of_a_rule_its_block_is_quoted() -> None:
    assert quoted(POLICY, 10, "spec.ingress[0]") == POLICY.splitlines()[9:14]
    assert quoted(POLICY, 15, "spec.ingress[1]") == ["  - {}"]
    assert quoted(POLICY, 8, "spec.podSelector.matchLabels.app") == ["      app: web"]


def test_of_a_policy_the_spec_without_its_rules_is_quoted() -> None:
    assert quoted(POLICY, 1, "") == [
        "spec:",
        "  podSelector:",
        "    matchLabels:",
        "      app: web",
        "  policyTypes:",
        "    - Ingress",
    ]


def test_a_policy_may_lie_anywhere_in_its_file() -> None:
    assert quoted(POLICY, 101, "", first_line=101) == quoted(POLICY, 1, "")


def test_json_and_flow_style_are_quoted_as_well() -> None:
    flow = "kind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}, ingress: [{}]}\n"
    assert quoted(flow, 1, "") == ["spec: {podSelector: {}, ingress: [{}]}"]
    written = json.dumps({"kind": "NetworkPolicy", "spec": {"podSelector": {}, "ingress": [{}]}}, indent=2)
    assert quoted(written, 1, "")[:2] == ['  "spec": {', '    "podSelector": {},']
    assert "      {}" not in quoted(written, 1, "")
    assert quoted('{"kind": "NetworkPolicy", "spec": {}}\n', 1, "") == ['{"kind": "NetworkPolicy", "spec": {}}']


def test_an_excerpt_has_an_end() -> None:
    labels = "".join(f"      l{i}: v\n" for i in range(100))
    assert len(quoted(POLICY.replace("      app: web\n", labels), 1, "")) == EXCERPT_LINES
    assert len(quoted(POLICY.replace("      app: web\n", labels), 6, "spec.podSelector")) == EXCERPT_LINES


def test_a_place_that_is_not_in_the_texts_has_no_lines() -> None:
    assert quoted(POLICY, 99, "spec") == []
    assert quoter([])(SourceRef(file="p.yaml", document=1, path="", line=1)) == ()
