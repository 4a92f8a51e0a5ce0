"""What a page asks about two inputs."""

from __future__ import annotations

import pickle

import pytest

from netviz.errors import UsageError
from netviz.manifests.limits import Limits
from netviz.workbench import Assumptions, ChangeLine, InputFile, PictureQuestion, WhyQuestion, Workbench
from tests.archives import zipped
from tests.unit.workbench.town import API, CALLER, DENY_API, NAMESPACE, bench, policy

FOR_CALLER = policy(
    "for-caller",
    "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: caller}}}]}]}",
)
GUEST = API.replace("name: api", "name: guest").replace("app: api", "app: guest")


def compared(before: tuple[str, ...], after: tuple[str, ...]) -> Workbench:
    asked = bench(NAMESPACE, *after)
    asked.compare_with([InputFile(name="main.yaml", data="---\n".join((NAMESPACE, *before)).encode())])
    return asked


def change(asked: Workbench, source: str, target: str) -> ChangeLine:
    changes = asked.compared(PictureQuestion()).changes
    return next(c for c in changes if (c.source, c.target) == (f"town/{source}[Pod]", f"town/{target}[Pod]"))


def test_a_change_says_what_caused_it_and_where_that_is_written() -> None:
    found = change(compared((API, CALLER), (API, CALLER, DENY_API)), "caller", "api")
    (cause,) = found.causes
    assert (found.change, cause.kind, cause.name, cause.change, cause.alone) == (
        "removed",
        "policy",
        "NetworkPolicy/town/deny-api",
        "added",
        True,
    )
    assert (cause.file, cause.line > 1) == ("town.yaml", True)
    assert found.caused_by == "policy NetworkPolicy/town/deny-api added"


def test_picture_list_and_counts_are_of_the_same_changes() -> None:
    answer = compared((API, CALLER, GUEST), (API, CALLER, GUEST, FOR_CALLER)).compared(PictureQuestion())
    listed = [line.change for line in answer.changes if "ingress" not in line.source]
    counts = answer.picture.counts
    assert (listed.count("added"), listed.count("removed"), listed.count("changed")) == (
        counts.added,
        counts.removed,
        counts.changed,
    )
    assert counts.removed > 0


def test_a_card_that_one_side_lacks_says_so() -> None:
    nodes = compared((API, CALLER), (API, GUEST)).compared(PictureQuestion()).picture.nodes
    marks = {node.peer: node.subtitle.partition(" ·")[0] for node in nodes if "only" in node.subtitle}
    assert marks == {"town/caller[Pod]": "− only before", "town/guest[Pod]": "+ only after"}


def test_why_is_answered_for_both_sides() -> None:
    asked = compared((API, CALLER), (API, CALLER, DENY_API))
    before, after = asked.compared_why(WhyQuestion(source="town/caller[Pod]", target="town/api[Pod]", port=8080))
    assert before is not None
    assert after is not None
    assert (before.verdict, after.verdict) == ("allow", "deny")


def test_why_has_no_answer_on_the_side_that_lacks_an_end() -> None:
    before, after = compared((API,), (API, CALLER)).compared_why(WhyQuestion(source="town/caller", target="town/api"))
    assert before is None
    assert after is not None


def test_why_knows_the_addresses_of_a_change() -> None:
    asked = compared((API,), (API, DENY_API))
    outside = next(c for c in asked.compared(PictureQuestion()).changes if c.source.startswith("addresses:"))
    before, after = asked.compared_why(WhyQuestion(source=outside.source, target=outside.target, port=80))
    assert before is not None
    assert after is not None
    assert (before.verdict, after.verdict) == ("allow", "deny")


def test_a_name_that_neither_side_has_is_an_error() -> None:
    with pytest.raises(UsageError, match="nobody"):
        compared((API,), (API,)).compared_why(WhyQuestion(source="town/nobody", target="town/api"))


def test_without_another_input_the_question_is_an_error() -> None:
    asked = compared((API,), (API,))
    assert asked.compare_with(()) is None
    with pytest.raises(UsageError, match="no other input"):
        asked.compared(PictureQuestion())


def test_other_assumptions_keep_the_other_input() -> None:
    asked = compared((API, CALLER), (API, CALLER, DENY_API)).with_assumptions(Assumptions(cni="calico"))
    assert change(asked, "caller", "api").change == "removed"


@pytest.mark.parametrize("by", ["workload", "pod", "namespace"])
def test_the_answer_survives_a_journey_to_another_process(by: str) -> None:
    asked = compared((API, CALLER), (API, CALLER, DENY_API))
    answer = asked.compared(PictureQuestion(by=by))
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert asked.compared_svg(PictureQuestion(by=by), dark=True).startswith("<svg")


def test_a_change_between_two_inputs_is_proven_or_told() -> None:
    asked = compared((API, CALLER), (API, CALLER, DENY_API))
    told = asked.compared_proof(("allow town/caller -> town/api TCP 80",))
    assert (told.proven, pickle.loads(pickle.dumps(told)) == told) == (False, True)
    assert asked.compared_proof(()).total > 0
    same = compared((API, CALLER), (API, CALLER))
    assert same.compared_proof(()).proven


def test_what_the_other_input_refuses_is_in_its_summary_and_under_the_picture() -> None:
    asked = bench(NAMESPACE, API)
    summary = asked.compare_with([InputFile(name="main.yaml", data=b"kind: [")])
    assert summary is not None
    assert not summary.complete
    assert "Part of the input before was refused." in asked.compared(PictureQuestion()).picture.notes


def test_the_earlier_input_may_be_an_archive_and_has_the_limits_of_the_bench() -> None:
    earlier = InputFile(name="main.zip", data=zipped([("a.yaml", "---\n".join((NAMESPACE, API, CALLER)).encode())]))
    asked = bench(NAMESPACE, API, CALLER, DENY_API)
    summary = asked.compare_with([earlier])
    assert summary is not None
    assert summary.files == ("main.zip/a.yaml",)
    assert change(asked, "caller", "api").change == "removed"
    small = Workbench.load([], limits=Limits(file_size=10)).with_assumptions(Assumptions()).compare_with([earlier])
    assert small is not None
    assert [diagnostic.code for diagnostic in small.diagnostics] == ["limit"]
