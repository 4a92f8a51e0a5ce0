"""The page as Streamlit builds it, on a bench with made-up answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.state import STATE_KEY, AppState, Subject, short
from netviz.workbench import WhyQuestion
from tests.app.fake_workbench import HOSTILE
from tests.app.page import arrows, drawn, markdown_sinks, texts

DENY_ALL = "NetworkPolicy/shop/deny-all"
OpenPage = Callable[..., AppTest]
OpenText = Callable[[str], AppTest]

pytestmark = pytest.mark.usefixtures("fake_bench")


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def switch(page: AppTest, name: str, on: bool) -> AppTest:
    return next(toggle for toggle in page.toggle if toggle.label.startswith(name)).set_value(on).run()


def explain(page: AppTest, subject: Subject) -> AppTest:
    page.session_state[STATE_KEY] = replace(state_of(page), subject=subject)
    return page.run()


def test_the_first_screen_offers_files_samples_and_text(open_page: OpenPage) -> None:
    page = open_page()
    assert len(page.get("file_uploader")) == 1
    assert {button.key for button in page.button} >= {"sample-online-shop", "sample-aks-frontend-backend", "open-paste"}
    assert any("Nothing leaves this computer" in line for line in markdown_sinks(page))
    assert page.code[0].value.startswith("kubectl get ")


def test_a_sample_opens_on_the_map(open_page: OpenPage) -> None:
    page = open_page().button(key="sample-online-shop").click().run()
    assert drawn(page)["headline"] == "3 workloads · 1 allowed pair"
    assert page.query_params["sample"] in ("online-shop", ["online-shop"])


def test_pasted_text_opens_and_is_not_kept_by_the_text_area(open_page: OpenPage) -> None:
    page = open_page()
    page.text_area[0].set_value("kind: Pod # canary-4711").run()
    page.button(key="open-paste").click().run()
    assert drawn(page)["nodes"]
    page.button_group[0].set_value("input").run()
    assert [area.value for area in page.text_area] == [""]


def test_paths_of_the_command_line_are_open_at_once(open_text: OpenText) -> None:
    page = open_text("kind: Pod")
    assert "netviz · input.yaml" in texts(page)
    assert drawn(page)["nodes"]


def test_a_path_that_is_not_there_is_a_sentence(open_page: OpenPage) -> None:
    page = open_page("/nowhere/at/all")
    assert "/nowhere/at/all: there is no such file or directory" in texts(page)
    assert not page.exception


def test_the_report_lists_what_became_of_every_kind_and_why_something_was_refused(open_text: OpenText) -> None:
    page = open_text("kind: Pod")
    page.button_group[0].set_value("input").run()
    errors, kinds, documents = (table.value for table in page.dataframe)
    assert kinds.to_dict("records") == [
        {"kind": "Deployment", "outcome": "read", "documents": 1},
        {"kind": "NetworkPolicy", "outcome": "refused", "documents": 1},
        {"kind": "ConfigMap", "outcome": "ignored", "documents": 1},
    ]
    assert list(documents["name"]) == ["c", "bad", ""]
    assert errors.to_dict("records") == [
        {
            "file": "policies.yaml",
            "document": 2,
            "line": 12,
            "field": "spec.ingress[0].ports[0].port",
            "reason": "must be between 1 and 65535, inclusive",
            "hint": "ports are 1 to 65535",
        }
    ]
    assert "• no Namespace manifests: the labels of namespace shop are unknown" in texts(page)
    assert page.code[0].value == "kubectl get networkpolicies -A -o yaml"


def test_input_without_anything_to_draw_shows_the_report(open_text: OpenText) -> None:
    page = open_text("empty")
    assert any(line.startswith("Nothing to draw") for line in texts(page))


def test_a_huge_input_begins_with_namespaces_and_asks_for_a_choice_before_it_draws_more(open_text: OpenText) -> None:
    page = open_text("huge")
    assert state_of(page).settings.by == "namespace"
    page.button_group(key="view-1").set_value("map").run()
    assert drawn(page)["nodes"]
    page.button_group(key="level-1").set_value("workload").run()
    assert any(line.startswith("There are too many cards to draw one by one") for line in texts(page))
    page.multiselect(key="namespaces-1").set_value(["shop"]).run()
    assert drawn(page)["nodes"]


def test_refused_documents_are_announced_above_the_map(open_text: OpenText) -> None:
    assert any(
        line.startswith("1 document refused: verdicts may be incomplete") for line in texts(open_text("kind: Pod"))
    )


def test_a_toggle_changes_the_map_the_numbers_and_the_address(open_text: OpenText) -> None:
    page = open_text("kind: Pod")
    assert arrows(page) == {"a>c": "same"}
    identity = drawn(page)["identity"]
    switch(page, "deny-all", False)
    assert arrows(page) == {"a>b": "added", "a>c": "same"}
    assert drawn(page)["identity"] == identity
    assert any(":green-badge[+1 added]" in line for line in markdown_sinks(page))
    assert page.query_params["off"] in (short(DENY_ALL), [short(DENY_ALL)])
    switch(page, "deny-all", True)
    assert arrows(page) == {"a>c": "same"}
    assert not page.query_params.get("off")


def test_all_off_and_all_on_leave_refused_and_staged_ones_alone(open_text: OpenText) -> None:
    page = open_text("kind: Pod").button(key="all-off").click().run()
    assert [toggle.value for toggle in page.sidebar.toggle] == [False] * 5
    page.button(key="all-on").click().run()
    assert {toggle.label: toggle.value for toggle in page.sidebar.toggle} == {
        "allow-web": True,
        "bad (refused)": False,
        "deny-all": True,
        "Enforce all staged": False,
        "enforce later": False,
    }


def test_a_staged_policy_can_be_enforced(open_text: OpenText) -> None:
    page = switch(open_text("kind: Pod"), "enforce later", True)
    assert state_of(page).what_if.enforced == {"NetworkPolicy/shop/later"}


def test_a_refused_policy_is_listed_with_its_problem_and_cannot_be_switched(open_text: OpenText) -> None:
    page = open_text("kind: Pod")
    assert next(toggle for toggle in page.toggle if toggle.label == "bad (refused)").disabled
    assert "spec.ingress[0].ports[0].port: must be between 1 and 65535" in texts(page)


def test_a_walk_switches_policies_on_in_the_order_of_the_files(open_text: OpenText) -> None:
    page = open_text("kind: Pod")
    assert "Step 3 of 3" in texts(page)
    page.button(key="walk-back").click().run().button(key="walk-back").click().run()
    assert "Step 1 of 3" in texts(page)
    assert arrows(page) == {"a>b": "added", "a>c": "removed"}
    page.button(key="walk-on").click().run()
    assert "+ deny-all" in texts(page)
    assert arrows(page) == {"a>c": "removed"}


def test_the_walk_can_be_entered_from_any_scenario(open_text: OpenText) -> None:
    page = switch(open_text("kind: Pod"), "deny-all", False)
    page.button(key="walk-start").click().run()
    assert "Step 1 of 3" in texts(page)


def test_a_new_policy_is_drafted_switched_off_and_removed(open_text: OpenText) -> None:
    page = open_text("kind: Pod").button(key="add-policy").click().run()
    page.button(key="editor-apply").click().run()
    assert arrows(page)["b>c"] == "added"
    switch(page, "drafted", False)
    assert "b>c" not in arrows(page)
    page.button(key="draft-remove-0").click().run()
    assert state_of(page).drafts == ()


def test_an_edited_policy_stands_for_the_original(open_text: OpenText) -> None:
    page = open_text("kind: Pod").button(key="edit-policy").click().run()
    yaml = next(area for area in page.text_area if area.label == "YAML")
    assert "name: deny-all" in str(yaml.value)
    yaml.set_value("kind: edited").run()
    page.button(key="editor-apply").click().run()
    assert [(draft.text, draft.replaces) for draft in state_of(page).what_if.drafts] == [("kind: edited", DENY_ALL)]
    page.button(key="edit-policy").click().run()
    assert next(area for area in page.text_area if area.label == "YAML").value == "kind: edited"
    page.button(key="editor-cancel").click().run()
    assert len(state_of(page).drafts) == 1


def test_a_new_policy_with_the_name_of_one_in_the_input_replaces_it(open_text: OpenText) -> None:
    page = open_text("kind: Pod").button(key="add-policy").click().run()
    yaml = next(area for area in page.text_area if area.label == "YAML")
    yaml.set_value("kind: NetworkPolicy\nmetadata:\n  name: deny-all\n").run()
    assert "The input has this already; the draft takes its place:" in texts(page)
    assert DENY_ALL in texts(page)
    page.button(key="editor-apply").click().run()
    labels = [toggle.label.replace("\\", "").replace("\u2060", "") for toggle in page.sidebar.toggle]
    assert "deny-all (replaces shop/deny-all)" in labels
    assert "deny-all (edited)" in labels
    assert [draft.replaces for draft in state_of(page).what_if.drafts] == [DENY_ALL]
    switch(page, "deny-all (edited)", False)
    assert state_of(page).what_if.drafts == ()


def test_a_draft_that_the_api_server_would_refuse_cannot_be_applied(open_text: OpenText) -> None:
    page = open_text("kind: Pod").button(key="add-policy").click().run()
    next(area for area in page.text_area if area.label == "YAML").set_value("nonsense").run()
    assert page.button(key="editor-apply").disabled
    assert any(line.startswith("line 1: Required value") for line in texts(page))


def test_an_arrow_is_explained_with_its_place_and_source_lines(open_text: OpenText) -> None:
    page = explain(open_text("kind: Pod"), Subject(source="a", target="c"))
    assert "shop/a → shop/c" in texts(page)
    assert "✓ tier default: the rule allows TCP 8080 from shop/a" in texts(page)
    assert "✓ Ingress of shop/c: allowed" in texts(page)
    assert "NetworkPolicy/shop/allow-web · spec.ingress[0] · policies.yaml:22" in texts(page)
    assert page.code[0].value == "22 │ ingress:\n23 │ - from: []"
    assert ":green-badge[✓ Allowed]" in list(markdown_sinks(page))


def test_in_a_what_if_the_answer_of_the_files_is_one_click_away(open_text: OpenText) -> None:
    page = switch(explain(open_text("kind: Pod"), Subject(source="a", target="c")), "deny-all", False)
    assert ":red-badge[✗ Denied]" in list(markdown_sinks(page))
    next(group for group in page.button_group if group.key == "why-case").set_value("As in the files").run()
    assert ":red-badge[✗ Denied]" not in list(markdown_sinks(page))


def test_a_card_shows_facts_policies_and_peers(open_text: OpenText) -> None:
    page = explain(open_text("kind: Pod"), Subject(node="c"))
    assert "shop/c[Deployment]" in texts(page)
    assert [list(table.value.iloc[0]) for table in page.dataframe] == [
        ["ingress", "NetworkPolicy/shop/allow-web"],
        ["shop/a", "TCP 8080"],
    ]
    page.button(key="focus-card").click().run()
    assert state_of(page).question.focus == "shop/c[Deployment]"


def test_a_question_of_the_form_is_answered(open_text: OpenText) -> None:
    page = open_text("kind: Pod")
    page.selectbox(key="why-from-1").set_value("shop/a")
    page.selectbox(key="why-to-1").set_value("shop/b")
    page.number_input(key="why-port-1").set_value(443)
    page.button(key="why-ask-1").click().run()
    assert state_of(page).subject.question == WhyQuestion(source="shop/a", target="shop/b", port=443)
    assert "shop/a → shop/b" in texts(page)


def test_an_unknown_name_is_answered_in_a_sentence(open_text: OpenText) -> None:
    page = explain(open_text("kind: Pod"), Subject(question=WhyQuestion(source="nobody", target="shop/a")))
    assert "there is no nobody; did you mean shop/b?" in texts(page)
    assert drawn(page)["nodes"]


def test_an_assumption_can_be_changed_and_a_wrong_one_changes_nothing(open_text: OpenText) -> None:
    page = open_text("kind: Pod")
    page.text_input(key="pod-cidrs-1").set_value("10.0.0.0/8")
    page.button(key="assume-1").click().run()
    assert "Assumed: pod addresses lie in 10.0.0.0/8." in texts(page)
    page.text_input(key="pod-cidrs-1").set_value("everywhere")
    page.button(key="assume-1").click().run()
    assert "everywhere is not a CIDR" in texts(page)
    assert "Assumed: pod addresses lie in 10.0.0.0/8." in texts(page)


def test_the_table_has_every_pair_with_its_change(open_text: OpenText) -> None:
    page = switch(open_text("kind: Pod"), "deny-all", False)
    page.button_group[0].set_value("table").run()
    (rows,) = (table.value.to_dict("records") for table in page.dataframe)
    assert [(row["from"], row["to"], row["ports now"], row["change"]) for row in rows] == [
        ("shop/a", "shop/b", "TCP 8080", "+ added"),
        ("shop/a", "shop/c", "TCP 8080", "same"),
    ]


def test_the_address_brings_a_scenario_back_for_the_same_input(open_page: OpenPage) -> None:
    page = switch(open_page(sample="online-shop"), "deny-all", False)
    page.button_group[0].set_value("table").run()
    query = {name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()}
    again = open_page(**query)
    assert state_of(again).disabled == {DENY_ALL}
    assert state_of(again).view == "table"
    assert state_of(open_page(**{**query, "sample": "aks-frontend-backend"})).disabled == frozenset()


def test_an_expected_error_is_shown_in_its_own_words(open_text: OpenText) -> None:
    page = open_text("unusable")
    assert f"the input cannot be used: {HOSTILE}" in texts(page)
    assert not page.exception


def test_an_unexpected_error_is_one_sentence_with_a_report_id(
    open_text: OpenText, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="netviz"):
        page = open_text("explode")
    sentence = next(line for line in texts(page) if "Report id" in line)
    report = sentence.split("Report id: ")[1][:8]
    assert report in caplog.text
    assert not page.exception
    assert not [line for line in [*texts(page), *markdown_sinks(page)] if "secret inner text" in line]


@pytest.mark.parametrize("subject", [Subject(), Subject(node="b"), Subject(source="a", target="b")])
@pytest.mark.parametrize("view", ["map", "matrix", "table", "policies", "input"])
def test_hostile_names_never_reach_markdown_unescaped(open_text: OpenText, view: str, subject: Subject) -> None:
    page = explain(open_text("hostile unmodelled tiered"), subject)
    page.button(key="edit-policy").click().run()
    page.button_group[0].set_value(view).run()
    hostile = [sink for sink in markdown_sinks(page) if "evil" in sink]
    assert hostile, "the hostile name is on the page"
    unescaped = [re.sub(r"\\.", "", sink) for sink in hostile]
    assert not [sink for sink in unescaped if re.search(r"[\[\]<>!:`*_$\\]", sink)]
    assert not page.exception
