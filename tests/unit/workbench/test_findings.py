"""The findings of a bench: filters, pages, and what leads on from each."""

from __future__ import annotations

from netviz.analysis.findings.suppressing import Suppression
from netviz.workbench import BASELINE, Draft, FindingLine, FindingsQuestion, InputFile, WhatIf, WhyQuestion, Workbench
from tests.seeded.seeds import BASE

OPEN = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: kube-system}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{}]}
"""
ONE_SIDED = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: more, namespace: shop}
spec:
  podSelector: {matchLabels: {app: gateway}}
  policyTypes: [Egress]
  egress:
    - to: [{namespaceSelector: {matchLabels: {team: green}}}]
      ports: [{protocol: TCP, port: 5432}]
"""
OPEN_ID = "NetworkPolicy/kube-system/open"
EVERYTHING = FindingsQuestion()


def bench_of(*more: str) -> Workbench:
    return Workbench.load([InputFile(name="all.yaml", data="".join((BASE, *more)).encode())])


def lines(bench: Workbench, question: FindingsQuestion = EVERYTHING, what_if: WhatIf = BASELINE) -> list[FindingLine]:
    return list(bench.findings(what_if, question).lines)


def checks(bench: Workbench, question: FindingsQuestion = EVERYTHING, what_if: WhatIf = BASELINE) -> set[str]:
    return {line.check for line in lines(bench, question, what_if)}


def test_a_finding_has_all_that_the_page_tells_of_it() -> None:
    line = next(line for line in lines(bench_of(OPEN)) if line.check == "NP006")
    assert (line.severity, line.object, line.namespace, line.path) == (
        "warning",
        OPEN_ID,
        "kube-system",
        "spec.ingress[0]",
    )
    assert line.excerpt[0][0] == line.line
    assert "ingress: [{}]" in line.excerpt[0][1]
    assert line.rationale
    assert line.why is None


def test_the_connection_that_shows_a_finding_is_a_question_that_can_be_asked() -> None:
    bench = bench_of(ONE_SIDED)
    line = next(line for line in lines(bench) if line.check == "NP029")
    assert line.why == WhyQuestion(
        source="shop/gateway[Deployment]", target="data/db[StatefulSet]", protocol="TCP", port=5432
    )
    assert bench.why(BASELINE, line.why).verdict == "deny"


def test_filters_narrow_the_rows_and_leave_the_counts() -> None:
    bench = bench_of(OPEN, ONE_SIDED)
    assert checks(bench, FindingsQuestion(severity="info")) == {"NP027"}
    assert checks(bench, FindingsQuestion(check="NP006")) == {"NP006"}
    assert checks(bench, FindingsQuestion(namespace="shop")) == {"NP029"}
    assert checks(bench, FindingsQuestion(text="OUTSIDE OF THE CLUSTER")) == {"NP006"}
    answer = bench.findings(BASELINE, FindingsQuestion(text="no such words"))
    assert (answer.total, answer.lines) == (0, ())
    assert dict(answer.counts) == {"error": 0, "warning": 2, "info": 1}
    assert answer.namespaces == ("kube-system", "shop")


def test_a_policy_that_is_switched_off_is_not_judged_and_a_draft_is() -> None:
    bench = bench_of(OPEN)
    off = WhatIf(disabled=frozenset({OPEN_ID}))
    assert checks(bench, what_if=off) == set()
    assert "NP003" in checks(
        bench_of(), what_if=WhatIf(drafts=(Draft(text=OPEN.replace("policyTypes: [Ingress], ", "")),))
    )


def test_suppressed_findings_are_left_out_counted_and_listed_when_they_are_asked_for() -> None:
    bench = bench_of(OPEN)
    known = Suppression(check="NP006", reason="public", object=OPEN_ID)
    stale = Suppression(check="NP001", reason="r", object="x", written="known.yaml:4")
    answer = bench.findings(BASELINE, FindingsQuestion(suppressions=(known, stale)))
    assert "NP006" not in {line.check for line in answer.lines}
    assert answer.suppressed == 1
    assert [words.partition(":")[0] for words in answer.unused] == ["known.yaml"]
    only = lines(bench, FindingsQuestion(suppressions=(known,), suppressed=True))
    assert [(line.check, line.suppressed) for line in only] == [("NP006", "public")]


def test_a_key_stands_for_the_same_finding_in_every_scenario() -> None:
    bench = bench_of(OPEN, ONE_SIDED)
    keys = {line.check: line.key for line in lines(bench)}
    assert len(set(keys.values())) == len(keys)
    off = {line.check: line.key for line in lines(bench, what_if=WhatIf(disabled=frozenset({OPEN_ID})))}
    assert off["NP029"] == keys["NP029"]
