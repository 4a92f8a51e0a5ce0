"""The proof of a what-if and of a comparison on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.state import STATE_KEY, AppState
from netviz.workbench import InputFile
from tests.app.page import markdown_sinks, texts

OpenPage = Callable[..., AppTest]
CLIENTS = "NetworkPolicy/data/sessions-clients"
WHOLE = "deny shop/basket -> data/sessions TCP 6379"


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def without(page: AppTest, policy: str) -> AppTest:
    """The page with a policy switched off and the panel open."""
    state = state_of(page)
    page.session_state[STATE_KEY] = replace(state, disabled=frozenset({policy}))
    page.session_state[f"proof-{state.generation}-open"] = True
    return page.run()


def intend(page: AppTest, *lines: str) -> AppTest:
    return page.text_area(key="proof-1-intents").set_value("\n".join(lines)).run()


def test_a_what_if_is_proven_or_what_speaks_against_it_is_listed(open_page: OpenPage) -> None:
    page = without(open_page(sample="online-shop"), CLIENTS)
    assert "✗ Not proven: 1 pair changes besides." in texts(page)
    assert "✓ Proven: all is as intended, and nothing else changes." in texts(intend(page, WHOLE))


def test_a_counterexample_leads_to_its_explanation(open_page: OpenPage) -> None:
    page = without(open_page(sample="online-shop"), CLIENTS)
    intend(page, WHOLE, "allow shop/checkout -> data/sessions 6379")
    assert any("shop/checkout to data/sessions, TCP 6379: denied" in line for line in texts(page))
    page.button(key="proof-1-1-why").click().run()
    assert any(line.startswith("shop/checkout may not open TCP 6379") for line in texts(page))


def test_a_line_that_is_no_intent_is_a_sentence(open_page: OpenPage) -> None:
    page = intend(without(open_page(sample="online-shop"), CLIENTS), "let it be")
    assert any("is no intent: write allow|deny SOURCE" in line for line in texts(page))


@pytest.mark.usefixtures("fake_bench")
def test_texts_from_the_input_are_never_markdown(open_page: OpenPage) -> None:
    page = without(open_page(sample="online-shop"), CLIENTS)
    assert any("evil" in line for line in texts(page))
    unescaped = [re.sub(r"\\.", "", sink) for sink in markdown_sinks(page) if "evil" in sink]
    assert not [sink for sink in unescaped if "[" in sink or "<" in sink]


def test_two_inputs_are_compared_with_an_intent(open_page: OpenPage) -> None:
    page = open_page(sample="online-shop")
    state = state_of(page)
    assert state.bench is not None
    pod = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: town}\nspec: {containers: [{name: c}]}\n"
    state.bench.compare_with([InputFile(name="before.yaml", data=pod)])
    page.session_state[STATE_KEY] = replace(state, earlier="before", view="compare")
    page.session_state["compare-proof-1-open"] = True
    page.run()
    assert any(line.startswith("✗ Not proven: ") for line in texts(page))
