"""The table on the page: its filters are the map's, its rows select what the other views explain."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.page_table import counted
from netviz.ui.state import Subject
from netviz.workbench import Table, ViewSettings, WhyQuestion
from tests.app.fake_workbench import HOSTILE
from tests.app.page import markdown_sinks, texts
from tests.app.test_matrix import shown, state_of

OpenText = Callable[[str], AppTest]

pytestmark = pytest.mark.usefixtures("fake_bench")


def rows(page: AppTest) -> list[dict[str, str]]:
    (found,) = (frame.value.to_dict("records") for frame in page.dataframe if "from" in frame.value)
    return list(found)


def test_a_row_says_what_decides_on_either_side(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="table")
    assert rows(page) == [
        {
            "from": "shop/a",
            "to": "shop/c",
            "verdict": "allowed",
            "ports now": "TCP 8080",
            "egress decided by": "open: no policy selects it",
            "ingress decided by": "NetworkPolicy/shop/allow-web (tier default)",
        }
    ]


def test_the_filters_are_those_of_the_map(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="table")
    page.text_input(key="table-ports-1").set_value("8080").run()
    page.selectbox(key="table-protocol-1").set_value("TCP").run()
    page.multiselect(key="table-namespaces-1").set_value(["shop"]).run()
    page.selectbox(key="table-direction-1").set_value("ingress").run()
    assert state_of(page).settings == ViewSettings(
        ports="8080", protocol="TCP", namespaces=("shop",), direction="ingress"
    )


def test_ports_that_are_none_are_a_sentence_and_the_filters_stay(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="table")
    page.text_input(key="table-ports-1").set_value("none").run()
    assert any(line.startswith("none is no port") for line in texts(page))
    page.text_input(key="table-ports-1").set_value("").run()
    assert rows(page)


def test_a_part_of_a_name_leaves_the_rows_that_have_it(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="table")
    page.text_input(key="table-text-1").set_value("nobody").run()
    assert "No pair is left by these filters." in texts(page)
    assert "Allowed, unknown and changed pairs (0 of 1)" in texts(page)


def test_a_pair_that_was_selected_anywhere_is_explained_beside_the_table(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="table", subject=Subject(source="a", target="c"))
    assert "shop/a → shop/c" in texts(page)
    question = WhyQuestion(source="shop/c", target="shop/a")
    assert "shop/c → shop/a" in texts(shown(page, subject=Subject(question=question)))


def test_names_from_the_input_are_in_no_sink_for_markdown(open_text: OpenText) -> None:
    page = shown(open_text("hostile"), view="table")
    assert rows(page)[0]["to"] == HOSTILE
    assert not [sink for sink in markdown_sinks(page) if HOSTILE in sink]


def test_the_title_says_how_many_rows_of_how_many() -> None:
    table = Table(rows=(), total=1200, all_pairs=1200, page=0, pages=6)
    assert counted(table) == " (1,200)"
    assert counted(Table(rows=(), total=3, all_pairs=1200, page=0, pages=1)) == " (3 of 1,200)"
