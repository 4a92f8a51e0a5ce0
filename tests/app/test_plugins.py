"""The network plugin is an assumption like any other, and the panel says where others would answer differently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.state import STATE_KEY, AppState, Subject
from netviz.workbench import WhyQuestion
from tests.app.page import texts

OpenPage = Callable[..., AppTest]
OpenText = Callable[[str], AppTest]

BY_ADDRESS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: []}
status: {podIP: 10.244.0.7}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: []}
status: {podIP: 10.244.0.8}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-address, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/24}}]}]
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: l7, namespace: elsewhere}
spec: {endpointSelector: {}}
"""
QUESTION = WhyQuestion(source="shop/web", target="shop/db", port=5432)


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def ask(page: AppTest, question: WhyQuestion) -> AppTest:
    page.session_state[STATE_KEY] = replace(state_of(page), subject=Subject(question=question))
    return page.run()


def choose(page: AppTest, plugin: str, version: str = "") -> AppTest:
    page.selectbox(key="cni-1").set_value(plugin)
    page.text_input(key="cni-version-1").set_value(version)
    return page.button(key="assume-1").click().run()


def test_other_plugins_are_listed_where_they_differ_with_the_reason(open_text: OpenText) -> None:
    page = ask(open_text(BY_ADDRESS), QUESTION)
    assert "✗ Cilium: denied" in texts(page)
    assert any("address blocks" in line and "D1" in line for line in texts(page))
    assert not [line for line in texts(page) if line.startswith("✓ Calico")]


def test_under_another_plugin_the_answer_changes_and_the_address_says_so(open_text: OpenText) -> None:
    page = choose(ask(open_text(BY_ADDRESS), QUESTION), "cilium", "1.16")
    assert state_of(page).assumptions.cni == "cilium"
    assert any("may not open TCP 5432" in line for line in texts(page))
    assert page.query_params["cni"] in ("cilium", ["cilium"])
    assert page.query_params["cni-version"] in ("1.16", ["1.16"])


def test_a_kind_that_the_plugin_does_not_enforce_is_listed_and_leaves_nothing_open(open_text: OpenText) -> None:
    page = choose(open_text(BY_ADDRESS), "calico")
    page.button_group[0].set_value("input").run()
    (rows,) = (table.value.to_dict("records") for table in page.dataframe if "what" in table.value)
    assert [(row["what"], row["name"], row["unknown pairs"]) for row in rows] == [("not enforced", "l7", 0)]


def test_a_version_that_makes_no_sense_is_a_sentence_and_changes_nothing(open_text: OpenText) -> None:
    page = choose(open_text(BY_ADDRESS), "cilium", "new")
    assert any("write it like cilium=1.16" in line for line in texts(page))
    assert state_of(page).assumptions.cni == "auto"


@pytest.mark.usefixtures("fake_bench")
def test_the_address_brings_the_plugin_back_for_the_same_input(open_page: OpenPage) -> None:
    page = choose(open_page(sample="online-shop"), "cilium", "1.16")
    query = {name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()}
    assert state_of(open_page(**query)).assumptions == state_of(page).assumptions
    assert state_of(open_page(**{**query, "input": "other"})).assumptions.cni == "auto"
    assert state_of(open_page(**{**query, "cni": "unheard-of"})).assumptions.cni == "auto"


@pytest.mark.usefixtures("fake_bench")
def test_plugins_that_agree_are_one_sentence(open_text: OpenText) -> None:
    page = ask(open_text("kind: Pod"), replace(QUESTION, source="shop/a", target="shop/b", port=443))
    assert "Every network plugin that netviz knows gives the same answer." in texts(page)


@pytest.mark.usefixtures("fake_bench")
def test_a_large_input_asks_other_plugins_only_on_demand(open_text: OpenText) -> None:
    page = ask(open_text("huge"), replace(QUESTION, source="shop/a", target="shop/b"))
    assert "✗ Cilium: denied" not in texts(page)
    assert [fold.label for fold in page.expander if fold.label == "Other network plugins"]
