"""The Compare page: another set of manifests, what changed, and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.graph import Selection
from netviz.ui.page_compare import changed_pair
from netviz.ui.state import STATE_KEY, AppState
from netviz.view.picture import Counts, Node, NodeKind, Picture
from netviz.workbench import ChangeLine, WhyQuestion
from tests.app.page import arrows, drawn, markdown_sinks, texts

OpenPage = Callable[..., AppTest]
OpenText = Callable[[str], AppTest]

AKS = Path(__file__).resolve().parents[2] / "sample_manifests" / "aks-frontend-backend"
BEFORE = "before-sample-1"
STEPS = "Frontend and backend, in four steps"


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def against(page: AppTest, sample: str) -> AppTest:
    """The Compare page with a sample as the state before."""
    page.button_group(key="view-1").set_value("compare").run()
    page.selectbox(key=BEFORE).set_value(sample).run()
    return page.button(key="compare-sample").click().run()


def changed(page: AppTest) -> list[dict[str, str]]:
    """The rows of the list of changes."""
    table = next(frame.value for frame in page.dataframe if "caused by" in frame.value.columns)
    return [dict(row) for row in table.to_dict("records")]


def test_without_another_input_the_page_asks_for_one(open_page: OpenPage) -> None:
    page = open_page(str(AKS))
    page.button_group(key="view-1").set_value("compare").run()
    assert "“aks-frontend-backend” is the state after. Choose the manifests as they were before:" in texts(page)
    assert len(page.get("file_uploader")) == 1


def test_two_inputs_are_drawn_counted_and_listed_with_causes(open_page: OpenPage) -> None:
    page = against(open_page(str(AKS / "base.yaml")), STEPS)
    rows = changed(page)
    counts = drawn(page)["differences"]
    assert {row["change"] for row in rows} == {"+ added", "± changed"}
    assert counts == f"{sum(r['change'] == '+ added' for r in rows)} added, 3 changed"
    assert "added" in arrows(page).values()
    removed = "policy NetworkPolicy/default/restrict-backend-egress removed"
    assert any(row["caused by"].startswith(removed) for row in rows)


def test_a_selected_change_shows_its_causes_and_both_traces(open_page: OpenPage) -> None:
    page = against(open_page(str(AKS / "base.yaml")), STEPS)
    ends = WhyQuestion(source="default/backend[Pod]", target="default/frontend[Pod]")
    page.session_state[STATE_KEY] = replace(state_of(page), compared=ends)
    page.run()
    lines = texts(page)
    assert "• Policy NetworkPolicy/default/restrict-backend-egress removed" in lines
    assert any(line.startswith("step-4") for line in lines)
    assert [panel.label for panel in page.expander if panel.label in ("Before", "After")] == ["Before", "After"]


def test_the_other_input_can_be_let_go(open_page: OpenPage) -> None:
    page = against(open_page(str(AKS / "base.yaml")), STEPS)
    page.button(key="compare-other").click().run()
    assert state_of(page).earlier == ""
    assert page.selectbox(key=BEFORE).value is None


def test_another_input_after_all_starts_without_the_one_before(open_page: OpenPage) -> None:
    page = against(open_page(str(AKS / "base.yaml")), STEPS)
    page.button_group(key="view-1").set_value("input").run()
    page.button(key="sample-online-shop").click().run()
    assert state_of(page).earlier == ""


def test_the_same_manifests_differ_in_nothing(open_page: OpenPage) -> None:
    page = against(open_page(sample="aks-frontend-backend"), STEPS)
    assert "No connection differs between the two sets of manifests." in texts(page)


@pytest.mark.usefixtures("fake_bench")
def test_hostile_names_never_reach_markdown_unescaped(open_text: OpenText) -> None:
    page = against(open_text("hostile"), STEPS)
    page.session_state[STATE_KEY] = replace(state_of(page), compared=WhyQuestion(source="shop/a", target="shop/b"))
    page.run()
    assert any("evil" in line for line in texts(page))
    unescaped = [re.sub(r"\\.", "", sink) for sink in markdown_sinks(page) if "evil" in sink]
    assert not [sink for sink in unescaped if re.search(r"[\[\]<>!:`*_$\\]", sink)]
    assert not page.exception


def picture(**peers: str) -> Picture:
    nodes = tuple(
        Node(
            id=name,
            kind=NodeKind.WORKLOAD,
            title_lines=(name,),
            subtitle="",
            namespace="",
            icon="cube",
            colour=0,
            x=0,
            y=0,
            width=1,
            height=1,
            peer=peer,
        )
        for name, peer in peers.items()
    )
    return Picture(
        title="", what_if="", nodes=nodes, edges=(), boxes=(), counts=Counts(), x=0, y=0, width=1, height=1
    )


def line(source: str, target: str) -> ChangeLine:
    return ChangeLine(
        source=source, target=target, source_label="", target_label="", change="added", before="", after=""
    )


def test_a_folded_arrow_stands_for_one_of_its_changes() -> None:
    folded = Selection(type="edge", id="e", source="anyone", target="db")
    found = changed_pair(folded, picture(anyone="", db="a/db"), [line("a/x", "a/y"), line("a/web", "a/db")])
    assert found == WhyQuestion(source="a/web", target="a/db")


def test_an_arrow_that_did_not_change_is_explained_as_well() -> None:
    arrow = Selection(type="edge", id="e", source="web", target="db")
    assert changed_pair(arrow, picture(web="a/web", db="a/db"), []) == WhyQuestion(source="a/web", target="a/db")
