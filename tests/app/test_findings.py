"""The Findings page: the list, the filters, and the finding that was chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from netviz.analysis.findings.suppressing import Suppression
from netviz.errors import NetvizError
from netviz.ui.page_findings import badges, suppressed_by
from netviz.ui.state import Subject
from netviz.workbench import Findings, FindingsQuestion, WhyQuestion
from tests.app.fake_workbench import DENY_ALL, HOSTILE
from tests.app.page import markdown_sinks, texts
from tests.app.test_matrix import shown, state_of

OpenText = Callable[[str], AppTest]

pytestmark = pytest.mark.usefixtures("fake_bench")


def rows(page: AppTest) -> list[dict[str, str]]:
    (found,) = (frame.value.to_dict("records") for frame in page.dataframe if "finding" in frame.value)
    return list(found)


def test_a_row_says_how_bad_what_and_where(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="findings")
    assert rows(page)[0] == {
        "severity": "! warning",
        "id": "NP029",
        "finding": "Allowed on one side only",
        "object": DENY_ALL,
        "place": "policies.yaml:7",
    }
    assert "Choose a row to see what it means and what to do." in texts(page)


def test_the_chosen_finding_is_told_in_full_and_its_connection_is_explained(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="findings", finding="1")
    assert "Choose another row, or clear the box of this one to see the list alone." in texts(page)
    assert {"What to do", "Why it matters", "policies.yaml:7 · spec.ingress[0]"} <= set(texts(page))
    assert "- from:" in page.code[0].value
    page.button(key="finding-why").click().run()
    assert state_of(page).subject == Subject(question=WhyQuestion(source="shop/a", target="shop/c", port=8080))
    assert "shop/a → shop/c" in texts(page)
    page.button(key="finding-back").click().run()
    assert "What to do" in texts(page)


def test_filters_are_asked_of_the_bench(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="findings")
    page.selectbox(key="findings-severity-1").set_value("warning").run()
    page.selectbox(key="findings-check-1").set_value("NP011").run()
    page.selectbox(key="findings-namespace-1").set_value("shop").run()
    page.text_input(key="findings-text-1").set_value("nowhere").run()
    assert state_of(page).findings == FindingsQuestion(
        severity="warning", check="NP011", namespace="shop", text="nowhere"
    )
    assert "No finding is left by these filters." in texts(page)


def test_a_finding_of_a_policy_that_is_switched_off_is_gone(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="findings")
    assert len(rows(page)) == 2
    assert len(rows(shown(page, disabled=frozenset({DENY_ALL})))) == 1


def test_names_from_the_input_are_in_no_sink_for_markdown(open_text: OpenText) -> None:
    page = shown(open_text("hostile"), view="findings", finding="1")
    assert rows(page)[0]["object"] == HOSTILE
    assert not [sink for sink in markdown_sinks(page) if HOSTILE in sink]


def test_a_file_of_suppressions_becomes_part_of_the_question() -> None:
    text = b"netviz: suppressions/1\nsuppressions: [{id: NP006, object: x, reason: known}]\n"
    question = suppressed_by(FindingsQuestion(page=2, text="a"), "known.yaml", text)
    known = Suppression(check="NP006", reason="known", object="x", written="known.yaml:2")
    assert question == FindingsQuestion(text="a", suppressions=(known,))
    with pytest.raises(NetvizError):
        suppressed_by(question, "known.yaml", b"netviz: scenario/1\n")


def test_the_badges_count_by_severity() -> None:
    found = Findings(
        lines=(),
        total=0,
        page=0,
        pages=1,
        counts=(("error", 0), ("warning", 1), ("info", 1200)),
        checks=(),
        namespaces=(),
        suppressed=0,
        unused=(),
        limits=(),
    )
    assert badges(found) == ":orange-badge[1 warning] :blue-badge[1,200 notes]"
