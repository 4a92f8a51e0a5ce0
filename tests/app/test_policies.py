"""Policies in the sidebar and on the board: tiers in order, staged ones in a lane of their own, and one by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.app import NOBODY
from netviz.ui.page_policies import FLOW, card_badges, end_words
from netviz.ui.state import STATE_KEY, AppState, short
from netviz.ui.toggles import order_words
from netviz.workbench import BoardCard, TierColumn
from tests.app.fake_workbench import DENY_ALL, card
from tests.app.page import arrows, markdown_sinks, texts

OpenText = Callable[[str], AppTest]

NEXT = "calico.StagedNetworkPolicy/shop/next"
LATER = "NetworkPolicy/shop/later"


@pytest.fixture
def tiered(fake_bench: None, open_text: OpenText) -> AppTest:
    return open_text("tiered")


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def sidebar_texts(page: AppTest) -> list[str]:
    return [element.value for element in page.sidebar.text]


def board(page: AppTest) -> AppTest:
    return page.button_group[0].set_value("policies").run()


def many(count: int) -> str:
    """Policies in namespaces of ten."""
    return "".join(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: p{number}, namespace: ns{number // 10}}}\nspec: {{podSelector: {{}}}}\n"
        for number in range(count)
    )


def test_switches_stand_under_their_tier_and_namespace_in_evaluation_order(tiered: AppTest) -> None:
    headings = ["1. Tier security", "cluster", "2. Tier default", "shop"]
    assert [line for line in sidebar_texts(tiered) if line in headings] == headings
    labels = [toggle.label for toggle in tiered.sidebar.toggle]
    assert labels[:2] == ["no-internet", "deny-all"]


@pytest.mark.usefixtures("fake_bench")
def test_one_tier_needs_no_heading(open_text: OpenText) -> None:
    assert not [line for line in sidebar_texts(open_text("kind: Pod")) if "Tier" in line]


def test_staged_policies_have_a_lane_that_says_what_enforcing_would_do(tiered: AppTest) -> None:
    assert [toggle.label for toggle in tiered.sidebar.toggle][-3:] == [
        "Enforce all staged",
        "enforce next",
        "enforce later",
    ]
    assert "shop · staged, Delete: removes shop/deny-all" in sidebar_texts(tiered)
    assert "shop · staged, Set: is new" in sidebar_texts(tiered)


def test_a_policy_that_a_staged_one_takes_away_says_so_where_it_stands(tiered: AppTest) -> None:
    page = tiered.toggle(key=f"policy-1-{short(NEXT)}").set_value(True).run()
    assert "deny-all (overridden by a staged one)" in [toggle.label for toggle in page.sidebar.toggle]
    assert "overridden by a staged one" in texts(board(page))


def test_one_switch_enforces_all_staged_policies_and_the_address_says_so(tiered: AppTest) -> None:
    tiered.toggle(key="enforce-all-1").set_value(True).run()
    assert state_of(tiered).what_if.enforced == {NEXT, LATER}
    assert {"enforce next", "enforce later"} <= {t.label for t in tiered.sidebar.toggle if t.value}
    assert tiered.query_params["on"] in (query := ",".join(sorted([short(NEXT), short(LATER)])), [query])
    tiered.toggle(key=f"policy-1-{short(NEXT)}").set_value(False).run()
    assert state_of(tiered).what_if.enforced == {LATER}
    assert not tiered.toggle(key="enforce-all-1").value


def test_the_board_shows_a_column_for_each_tier_with_its_order_and_its_end(tiered: AppTest) -> None:
    page = board(tiered)
    lines = texts(page)
    assert "6 policies, 2 tiers" in lines
    assert "order 100 · 2 policies" in lines
    assert "order 1,000,000 · 4 policies" in lines
    ends = [line for line in lines if line.startswith("At its end")]
    assert ends == [
        "At its end: goes on to the next tier.",
        "At its end: denied, for every pod that a policy here isolates.",
    ]
    assert "calico.GlobalNetworkPolicy · cluster · order 10" in lines
    badges = [line for line in markdown_sinks(page) if "-badge[" in line]
    assert ":green-badge[1 allow] :red-badge[2 deny] :blue-badge[3 pass]" in next(b for b in badges if "2 deny" in b)


@pytest.mark.usefixtures("fake_bench")
def test_a_single_tier_is_not_said_to_be_evaluated_from_left_to_right(open_text: OpenText, tiered: AppTest) -> None:
    assert FLOW in texts(board(tiered))
    page = board(open_text("kind: Pod"))
    assert FLOW not in texts(page)
    assert "1. Tier default" in texts(page)


def test_without_workloads_every_view_says_that_there_is_nothing_to_connect(open_text: OpenText) -> None:
    page = open_text(many(2))
    assert NOBODY in texts(page)
    assert NOBODY in texts(page.button_group[0].set_value("table").run())
    assert NOBODY not in texts(board(page))


def test_a_toggle_on_the_board_and_its_twin_in_the_sidebar_are_one(tiered: AppTest) -> None:
    page = board(tiered)
    page.toggle(key=f"board-1-{short(DENY_ALL)}").set_value(False).run()
    assert not page.toggle(key=f"policy-1-{short(DENY_ALL)}").value
    page.button_group[0].set_value("map").run()
    assert arrows(page)["a>b"] == "added"


def test_a_policy_by_itself_shows_its_yaml_and_whom_it_selects(tiered: AppTest) -> None:
    page = board(tiered).button(key=f"read-{short(DENY_ALL)}").click().run()
    assert str(page.code[0].value).startswith("kind: NetworkPolicy\nmetadata:\n  name: deny-all")
    assert page.dataframe[0].value.to_dict("records") == [
        {"workload": "shop/b (Deployment)", "pods": 2, "selected": "not known"}
    ]
    page.button(key="read-edit").click().run()
    assert state_of(page).reading == ""
    assert any(area.label == "YAML" and "deny-all" in str(area.value) for area in page.text_area)


def test_the_search_on_the_board_leaves_the_cards_that_it_finds(open_text: OpenText) -> None:
    page = board(open_text(many(12)))
    page.text_input(key="board-search-1").set_value("ns1/").run()
    assert [b.label for b in page.button if (b.key or "").startswith("read-")] == ["p10", "p11"]


def test_many_policies_are_folded_by_namespace_until_one_is_opened_or_a_search_finds_some(open_text: OpenText) -> None:
    page = open_text(many(200))
    assert len(page.sidebar.toggle) == 0
    folds = [fold.label for fold in page.sidebar.expander if "ns" in fold.label]
    assert len(folds) == 20
    assert folds[0] == "ns0 · 10 policies"
    page.text_input(key="policy-search-1").set_value("p19").run()
    assert [toggle.label for toggle in page.sidebar.toggle] == ["p19", *(f"p19{n}" for n in range(10))]


def test_a_fold_stays_the_same_when_one_of_its_policies_is_switched_and_says_how_many_are_off(
    open_text: OpenText,
) -> None:
    page = open_text(many(200))
    ids = [fold.proto.id for fold in page.sidebar.expander]
    page.session_state[STATE_KEY] = replace(state_of(page), disabled=frozenset({"NetworkPolicy/ns3/p31"}))
    page.run()
    assert [fold.proto.id for fold in page.sidebar.expander] == ids
    assert "1 of 10 switched off" in sidebar_texts(page)


@pytest.mark.parametrize(
    ("order", "words"), [(None, "last"), (10.0, "10"), (2.5, "2.5"), (1e6, "1,000,000"), (float("-inf"), "")]
)
def test_orders_are_written_as_people_do(order: float | None, words: str) -> None:
    assert order_words(order) == words


def test_a_policy_that_selects_nothing_stands_out() -> None:
    nobody = BoardCard(policy=card("typo", 1, selects=0), order=None, actions=(0, 0, 0))
    assert ":red-badge[selects 0 pods]" in card_badges(nobody)
    assert ":gray-badge[no rule]" in card_badges(nobody)


def test_after_the_last_tier_nothing_follows() -> None:
    column = TierColumn(name="t", label="", order=None, default="pass")
    assert end_words(column, last=True) == "At its end: nothing follows, so it is allowed."


def test_a_column_says_what_is_undefined_in_it() -> None:
    same = tuple(BoardCard(policy=card(name, 1), order=5.0, actions=(1, 0, 0)) for name in ("a", "b"))
    column = TierColumn(
        name="t", label="", order=None, default="pass", missing=True, ties_undefined=True, cards=same
    )
    assert "The tier is not in the input: it comes last." in end_words(column)
    assert "Policies of equal order have none among each other" in end_words(column)
    apart = (same[0], replace(same[1], order=6.0))
    assert "equal order" not in end_words(replace(column, cards=apart))


def test_a_workload_lists_its_policies_by_direction_in_order_and_leads_to_each(tiered: AppTest) -> None:
    page = board(tiered)
    page.selectbox(key="inspected-1").set_value("shop/b").run()
    lines = texts(page)
    assert "Policies that select shop/b · 2 pods" in lines
    assert "Ingress: isolated: only what a policy allows" in lines
    assert "Egress: open: no policy in force isolates it" in lines
    listed = [button.label for button in page.button if (button.key or "").startswith("selecting-")]
    assert listed == ["1\\. deny-all", "2\\. allow-web"]
    facts = "2. Tier default · NetworkPolicy · shop"
    assert facts in lines
    assert f"{facts} · whether it selects it is not known · selects some of its pods" in lines
    page.button(key=f"selecting-ingress-{short(DENY_ALL)}").click().run()
    assert state_of(page).reading == DENY_ALL


def test_a_policy_that_is_off_is_marked_where_a_workload_lists_it(tiered: AppTest) -> None:
    page = board(tiered)
    page.selectbox(key="inspected-1").set_value("shop/b").run()
    page.toggle(key=f"board-1-{short(DENY_ALL)}").set_value(False).run()
    assert "2. Tier default · NetworkPolicy · shop · not in force" in texts(page)
    assert "Ingress: isolated or not: cannot be decided" in texts(page)


def test_what_no_policy_can_select_is_a_sentence_and_the_board_stays(tiered: AppTest) -> None:
    page = board(tiered)
    page.selectbox(key="inspected-1").set_value("shop/c").run()
    assert "shop/c has no pods that a policy could select" in texts(page)
    assert any(line.startswith("At its end") for line in texts(page))
