"""What an export is told about a pair is what the page is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.view.trace import Half
from netviz.workbench import BASELINE, InputFile, WhyAnswer, WhyQuestion, Workbench, reasons
from netviz.workbench.reasons import SHOWN_CASES, reason_of
from tests.exported import SAMPLES, parts, sample


@pytest.fixture(scope="module")
def bench() -> Workbench:
    folder = SAMPLES / "online-shop"
    files = [InputFile(name=str(p.relative_to(folder)), data=p.read_bytes()) for p in sorted(folder.rglob("*.yaml"))]
    return Workbench.load(files)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("shop/checkout[Deployment]", "data/orders-db[StatefulSet]"),
        ("storefront/web[Deployment]", "data/orders-db[StatefulSet]"),
        ("ingress:controller", "storefront/gateway[Deployment]"),
        ("addresses:0.0.0.0", "storefront/gateway[Deployment]"),
    ],
)
def test_the_reason_of_an_export_is_the_answer_of_the_page(bench: Workbench, source: str, target: str) -> None:
    explainer = parts(sample("online-shop")).rows.explainer
    assert explainer is not None
    reason = explainer.why(source, target)
    answer = bench.why(BASELINE, WhyQuestion(source=source, target=target))
    assert reason is not None
    assert (reason.verdict, reason.sentence) == (answer.verdict, answer.sentence)
    assert [case.halves for case in reason.cases] == [answer.halves]


@pytest.mark.parametrize(
    ("source", "target"), [("addresses:0.0.0.0", "addresses:::"), ("no/such[Pod]", "data/orders-db[StatefulSet]")]
)
def test_what_no_policy_is_asked_about_has_no_reason(source: str, target: str) -> None:
    explainer = parts(sample("online-shop")).rows.explainer
    assert explainer is not None
    assert explainer.why(source, target) is None


def test_an_arrow_between_too_many_workloads_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    explainer = parts(sample("online-shop")).rows.explainer
    assert explainer is not None
    monkeypatch.setattr(reasons, "MOST_COMBINATIONS", 0)
    assert explainer.why("shop/checkout[Deployment]", "data/orders-db[StatefulSet]") is None


def test_every_arrow_has_two_ends_to_explain_it_with() -> None:
    made = parts(sample("online-shop"))
    assert made.rows.explainer is not None
    labels = made.rows.labels()
    for edge in made.picture.edges:
        ends = made.rows.explainer.ends(edge.source, edge.target)
        assert ends is not None
        assert set(ends) <= set(labels)


def test_of_many_combinations_the_first_are_told_and_the_rest_counted() -> None:
    half = Half(direction="egress", subject="a/b", verdict="allow", steps=())
    one = WhyAnswer(
        source="a/b", target="a/c", via="", protocol="TCP", port=80, verdict="allow", sentence="may", halves=(half,)
    )
    no = replace(one, verdict="deny", sentence="may not")
    answer = WhyAnswer(
        source="a/b",
        target="a/c",
        via="",
        protocol="TCP",
        port=80,
        verdict="mixed",
        sentence="mixed",
        backends=(*(no,) * (SHOWN_CASES + 2), one),
        because=(("NetworkPolicy/a/x", "labels are missing"), ("", "no address")),
    )
    reason = reason_of(answer)
    assert [case.sentence for case in reason.cases] == ["may", *["may not"] * (SHOWN_CASES - 1)]
    assert reason.notes == ("3 more combinations are not shown",)
    assert reason.doubts == ("NetworkPolicy/a/x: labels are missing", "no address")
