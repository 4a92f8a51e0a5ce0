from __future__ import annotations

import json

from netviz.source import SourceRef, SourceText
from netviz.workbench.excerpts import EXCERPT_LINES, TextsByPlace, quoter

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


def test_of_many_texts_in_one_document_the_one_that_holds_the_line_is_found() -> None:
    texts = [SourceText(file="l.yaml", document=1, first_line=n, lines=(f"a{n}", f"b{n}")) for n in (7, 1, 4)]
    places = TextsByPlace(texts)

    def at(line: int, document: int = 1) -> str:
        found = places.at(SourceRef(file="l.yaml", document=document, path="", line=line))
        return found.lines[0] if found else ""

    assert [at(line) for line in range(10)] == ["", "a1", "a1", "", "a4", "a4", "", "a7", "a7", ""]
    assert not at(1, document=2)
