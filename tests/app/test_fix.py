"""The smallest fix in the explanation panel."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.state import STATE_KEY, AppState, Subject
from netviz.workbench import WhyQuestion
from tests.app.page import arrows, markdown_sinks, texts

OpenPage = Callable[..., AppTest]
DENIED = WhyQuestion(source="shop/catalogue", target="data/sessions", port=6379)
ALLOWED = WhyQuestion(source="shop/checkout", target="data/orders-db", port=5432)


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def ask(page: AppTest, question: WhyQuestion) -> AppTest:
    """The page with the question answered and the panel of fixes open."""
    state = state_of(page)
    page.session_state[STATE_KEY] = replace(state, subject=Subject(question=question, asked=True))
    page.session_state[f"fix-{state.generation}"] = True
    return page.run()


def test_what_to_change_is_said_and_trying_it_draws_the_connection(open_page: OpenPage) -> None:
    page = ask(open_page(sample="online-shop"), DENIED)
    said = texts(page)
    assert any("3 ways are known to make this allowed; 2 change nothing else." in line for line in said)
    assert "Add a rule to ingress of NetworkPolicy/data/sessions-clients" in said
    assert "✓ Nothing else changes." in said
    assert any("app.kubernetes.io/name: catalogue" in code.value for code in page.code)
    page.button(key="fix-try").click().run()
    (draft,) = state_of(page).drafts
    assert draft.stands_for == ("NetworkPolicy/data/sessions-clients",)
    assert "added" in arrows(page).values()
    assert any("may open TCP 6379" in line for line in texts(page))


def test_a_way_with_other_changes_lists_them(open_page: OpenPage) -> None:
    page = ask(open_page(sample="online-shop"), ALLOWED)
    page.selectbox(key="fix-way-1-deny").set_value(1).run()
    assert "✗ It also changes 1 other pair:" in texts(page)
    (rows,) = (table.value.to_dict("records") for table in page.dataframe if "before" in table.value)
    assert rows == [
        {
            "change": "removed",
            "from": "shop/payments",
            "to": "data/orders-db",
            "before": "TCP 5432",
            "after": "denied",
        }
    ]


def test_without_a_port_in_the_question_the_panel_asks_for_one(open_page: OpenPage) -> None:
    page = ask(open_page(sample="online-shop"), WhyQuestion(source="shop/catalogue", target="data/sessions"))
    assert any("TCP 6379: 3 ways are known" in line for line in texts(page))
    page.number_input(key="fix-port-1-6379").set_value(0).run()
    assert any("all TCP: 3 ways are known" in line for line in texts(page))


@pytest.mark.usefixtures("fake_bench")
def test_texts_from_the_input_are_never_markdown(open_page: OpenPage) -> None:
    page = ask(open_page(sample="online-shop"), DENIED)
    assert any("evil" in line for line in texts(page))
    unescaped = [re.sub(r"\\.", "", sink) for sink in markdown_sinks(page) if "evil" in sink]
    assert not [sink for sink in unescaped if "[" in sink or "<" in sink]
