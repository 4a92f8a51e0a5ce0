"""The filters of the map on a real sample: what is drawn, what is said about it, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.state import STATE_KEY, AppState, Subject
from tests.app.page import drawn, texts

OpenPage = Callable[..., AppTest]


@pytest.fixture
def page(open_page: OpenPage) -> AppTest:
    return open_page(sample="online-shop")


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def refined(page: AppTest, **settings: Any) -> AppTest:  # noqa: ANN401 - the fields of ViewSettings
    state = state_of(page)
    page.session_state[STATE_KEY] = replace(state, settings=replace(state.settings, **settings))
    return page.run()


def cards(page: AppTest) -> set[str]:
    return {node["label"] for node in drawn(page)["nodes"]}


def lines(page: AppTest, *words: str) -> list[str]:
    return [line for line in texts(page) if all(word in line for word in words)]


def several(page: AppTest, name: str, *values: str) -> AppTest:
    return page.multiselect(key=f"{name}-1").set_value(list(values)).run()


def test_a_hidden_namespace_is_gone_and_the_page_says_how_much_is_shown(page: AppTest) -> None:
    several(page, "hidden", "data")
    assert "orders-db" not in cards(page)
    assert lines(page, "8 of 12 workloads", "allowed pairs shown")
    assert page.get("popover")[-1].proto.popover.label == "Filters (1)"


def test_a_reset_brings_everything_back(page: AppTest) -> None:
    several(page, "hidden", "data")
    page.text_input(key="ports-1").set_value("5432").run()
    page.button(key="reset-shown").click().run()
    assert "orders-db" in cards(page)
    assert not lines(page, "allowed pairs shown")
    assert page.text_input(key="ports-1").value == ""


def test_ports_leave_only_what_carries_them(page: AppTest) -> None:
    everything = len(drawn(page)["edges"])
    page.text_input(key="ports-1").set_value("5432").run()
    assert 0 < len(drawn(page)["edges"]) < everything
    assert all("5432" in edge["nv"]["label"] for edge in drawn(page)["edges"] if edge["nv"]["label"])


def test_ports_that_make_no_sense_are_refused_and_change_nothing(page: AppTest) -> None:
    everything = drawn(page)["edges"]
    page.text_input(key="ports-1").set_value("http").run()
    assert lines(page, "'http' is no port")
    assert drawn(page)["edges"] == everything
    page.text_input(key="ports-1").set_value("").run()
    assert not lines(page, "is no port")


def test_a_protocol_leaves_only_what_it_carries(page: AppTest) -> None:
    page.selectbox(key="protocol-1").set_value("SCTP").run()
    assert not [edge for edge in drawn(page)["edges"] if "TCP" in edge["nv"]["label"]]


def test_a_direction_can_be_chosen_once_there_is_a_place_to_see_it_from(page: AppTest) -> None:
    assert page.button_group(key="direction-1").disabled
    several(page, "namespaces", "shop")
    page.toggle(key="neighbours-1").set_value(True).run()
    page.button_group(key="direction-1").set_value("egress").run()
    assert drawn(page)["edges"]
    assert not [edge for edge in drawn(page)["edges"] if edge["from"] == "namespace:storefront"]


def test_collapsed_namespaces_are_cards_and_expand_again(page: AppTest) -> None:
    page.button(key="collapse-all").click().run()
    assert {"data", "shop", "storefront"} < cards(page)
    assert "orders-db" not in cards(page)
    page.button(key="expand-all").click().run()
    assert "orders-db" in cards(page)


def test_a_selected_card_offers_to_collapse_its_namespace_and_to_open_it(page: AppTest) -> None:
    card = "shop/basket[Deployment]"
    page.session_state[STATE_KEY] = replace(state_of(page), subject=Subject(node=card), selected=Subject())
    page.run()
    page.button(key="collapse-selected").click().run()
    assert state_of(page).settings.collapsed == {"shop"}
    page.session_state[STATE_KEY] = replace(state_of(page), subject=Subject(node="namespace:shop"))
    page.run()
    page.button(key="open-namespace").click().run()
    assert "basket" in cards(page)


def test_a_namespace_opens_from_the_namespace_level_and_leads_back(page: AppTest) -> None:
    page.button_group(key="level-1").set_value("namespace").run()
    assert cards(page) >= {"data", "shop", "storefront"}
    page.session_state[STATE_KEY] = replace(state_of(page), subject=Subject(node="shop"))
    page.run()
    page.button(key="open-namespace").click().run()
    assert cards(page) >= {"basket", "checkout", "data", "storefront"}
    assert lines(page, "› shop")
    page.button(key="crumb-all-namespaces").click().run()
    assert state_of(page).settings.by == "namespace"
    assert "basket" not in cards(page)


def test_to_focus_on_a_collapsed_namespace_is_to_open_it(page: AppTest) -> None:
    several(page, "collapsed", "shop")
    page.session_state[STATE_KEY] = replace(state_of(page), subject=Subject(node="namespace:shop"))
    page.run()
    page.button(key="focus-card").click().run()
    assert state_of(page).settings.focus == ""
    assert "basket" in cards(page)


def test_a_focus_is_left_by_its_crumb(page: AppTest) -> None:
    refined(page, focus="shop/basket[Deployment]", hops=2)
    assert lines(page, "› shop/basket, 2 hops")
    page.button(key="crumb-everything").click().run()
    assert len(cards(page)) > 12


def test_the_search_lights_up_what_it_finds_and_leads_there(page: AppTest) -> None:
    page.text_input(key="search-1").set_value("orders").run()
    assert drawn(page)["found"] == ["data/orders-db[StatefulSet]"]
    page.button(key="found-0").click().run()
    assert state_of(page).settings.focus == "data/orders-db[StatefulSet]"
    assert drawn(page)["found"] == []


def test_the_search_finds_what_is_not_drawn(page: AppTest) -> None:
    several(page, "hidden", "data")
    page.text_input(key="search-1").set_value("orders").run()
    assert drawn(page)["found"] == []
    page.button(key="found-0").click().run()
    assert "orders-db" in cards(page)


def test_labels_choose_name_and_group_the_cards(page: AppTest) -> None:
    labels = page.multiselect(key="labels-1").options
    wanted = next(pair for pair in labels if pair.endswith("=basket"))
    key = wanted.partition("=")[0]
    page.selectbox(key="group_label-1").set_value(key).run()
    assert {box["title"] for box in drawn(page)["boxes"]} >= {"basket", "checkout"}
    several(page, "labels", wanted)
    assert lines(page, "1 of 12 workloads")


def test_only_changes_leaves_what_the_what_if_changed(page: AppTest) -> None:
    page.toggle(key="only_changes-1").set_value(True).run()
    assert drawn(page)["edges"] == []
    switch = next(toggle for toggle in page.sidebar.toggle if toggle.label.startswith("basket"))
    switch.set_value(False).run()
    assert {edge["nv"]["change"] for edge in drawn(page)["edges"]} == {"removed"}


def test_a_switch_says_what_it_does_on_the_page_and_to_screen_readers(page: AppTest) -> None:
    switch = next(toggle for toggle in page.sidebar.toggle if toggle.label.startswith("basket"))
    switch.set_value(False).run()
    [said] = lines(page, "Turning off shop/basket")
    assert "closes 3 connections: − " in said
    assert drawn(page)["news"] == said
    next(toggle for toggle in page.sidebar.toggle if toggle.label.startswith("basket")).set_value(True).run()
    [said] = lines(page, "Turning on shop/basket")
    assert "opens 3 connections: + " in said
