"""The matrix on the page, and the selection that all views share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.state import STATE_KEY, AppState, Subject
from netviz.workbench import GridQuestion, WhyQuestion
from tests.app.fake_workbench import HOSTILE
from tests.app.page import markdown_sinks, texts

OpenText = Callable[[str], AppTest]

pytestmark = pytest.mark.usefixtures("fake_bench")


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def shown(page: AppTest, **changes: Any) -> AppTest:  # noqa: ANN401 - the fields of AppState
    page.session_state[STATE_KEY] = replace(state_of(page), **changes)
    return page.run()


def table(page: AppTest) -> dict[str, Any]:
    """What the matrix was given to draw."""
    for element in page.get("bidi_component"):
        data = json.loads(element.proto.json or element.proto.mixed.json or "{}")
        if "columns" in data:
            return dict(data)
    raise AssertionError("no matrix on the page")


OPENED = GridQuestion(source="namespace/shop", target="namespace/shop")


def test_the_matrix_counts_pairs_between_namespaces(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="matrix")
    assert [line["label"] for line in table(page)["rows"]] == ["shop"]
    assert table(page)["cells"][0]["words"] == "1 of 6 pairs allowed"
    assert page.query_params["view"] in ("matrix", ["matrix"])


def test_an_opened_cell_has_its_pairs_and_a_way_back(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="matrix", grid=OPENED)
    assert "shop → shop" in texts(page)
    assert [line["label"] for line in table(page)["rows"]] == ["shop/a", "shop/b", "shop/c"]
    page.button(key="matrix-close").click().run()
    assert state_of(page).grid == GridQuestion()


def test_a_what_if_marks_cells_and_offers_only_changes(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="matrix", grid=OPENED)
    assert not [toggle for toggle in page.toggle if toggle.label == "Only changes"]
    next(toggle for toggle in page.toggle if toggle.label.startswith("deny")).set_value(False).run()
    assert ["added"] in [cell["marks"] for cell in table(page)["cells"]]
    page.toggle(key="matrix-changes-1").set_value(True).run()
    assert state_of(page).grid.only_changes


def test_filters_and_order_are_kept_when_the_view_is_left(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="matrix")
    page.text_input(key="matrix-from_text-1").set_value(" sho ").run()
    page.selectbox(key="matrix-order-1").set_value("connections").run()
    page = shown(shown(page, view="map"), view="matrix")
    assert state_of(page).grid == GridQuestion(from_text="sho", order="connections")
    assert page.text_input(key="matrix-from_text-1").value == "sho"


def test_a_pair_that_was_selected_anywhere_is_explained_beside_the_matrix(open_text: OpenText) -> None:
    question = WhyQuestion(source="shop/a", target="shop/c")
    page = shown(open_text("kind: Pod"), view="matrix", subject=Subject(question=question))
    assert "shop/a → shop/c" in texts(page)


def test_an_arrow_of_the_map_is_explained_beside_the_matrix(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="matrix", subject=Subject(source="a", target="c"))
    assert "shop/a → shop/c" in texts(page)


def test_without_a_selection_the_panel_says_how_to_select(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="matrix")
    assert any(line.startswith("Click a cell to see its pairs") for line in texts(page))
    assert not any(line.startswith("Click an arrow") for line in texts(page))


def test_a_large_input_begins_with_the_matrix(open_text: OpenText) -> None:
    page = open_text("huge")
    assert state_of(page).view == "matrix"
    assert "view" not in page.query_params
    assert shown(page, view="map").query_params["view"] in ("map", ["map"])


def test_names_from_the_input_are_in_no_sink_for_markdown(open_text: OpenText) -> None:
    page = open_text("hostile")
    for grid in (GridQuestion(), OPENED):
        page = shown(page, view="matrix", grid=grid)
        assert HOSTILE[:40] in table(page)["rows"][1 if grid.source else 0]["label"]
        assert not [sink for sink in markdown_sinks(page) if HOSTILE in sink]
