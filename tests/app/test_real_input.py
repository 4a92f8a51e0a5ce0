"""The page on the real bench: what the engine says arrives, and what is secret does not stay."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.state import STATE_KEY, AppState, Subject
from netviz.workbench import WhyQuestion
from tests.app.page import arrows, drawn, markdown_sinks, texts

OpenPage = Callable[..., AppTest]
OpenText = Callable[[str], AppTest]

SECRETS = """\
apiVersion: v1
kind: Secret
metadata: {name: token, annotations: {note: canary-1}}
stringData: {password: canary-2}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {key: canary-3}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}, annotations: {note: canary-4}}
spec:
  containers:
    - name: web
      image: canary-5
      args: [canary-6]
      env: [{name: PASSWORD, value: canary-7}]
"""
REFUSED = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: []}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: broken, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - ports:
        - port: 0
"""


def explain(page: AppTest, question: WhyQuestion) -> AppTest:
    page.session_state[STATE_KEY] = replace(page.session_state[STATE_KEY], subject=Subject(question=question))
    return page.run()


def test_the_walk_through_sample_tells_its_four_steps(open_page: OpenPage) -> None:
    page = open_page(sample="aks-frontend-backend")
    question = WhyQuestion(source="default/frontend", target="default/backend", port=8080)
    steps = []
    for _ in range(4):
        explain(page, question)
        verdict = next(
            line for line in markdown_sinks(page) if line in (":green-badge[✓ Allowed]", ":red-badge[✗ Denied]")
        )
        steps.append((next(line for line in texts(page) if line.startswith("Step ")), verdict))
        if len(steps) < 4:
            page.button(key="walk-back").click().run()
    assert steps == [
        ("Step 4 of 4", ":green-badge[✓ Allowed]"),
        ("Step 3 of 4", ":green-badge[✓ Allowed]"),
        ("Step 2 of 4", ":red-badge[✗ Denied]"),
        ("Step 1 of 4", ":green-badge[✓ Allowed]"),
    ]


def test_switching_a_policy_off_marks_what_it_allowed_as_removed(open_page: OpenPage) -> None:
    page = open_page(sample="online-shop")
    assert set(arrows(page).values()) == {"same"}
    next(toggle for toggle in page.sidebar.toggle if toggle.label == "basket-clients").set_value(False).run()
    removed = [arrow for arrow, change in arrows(page).items() if change == "removed"]
    assert len(removed) == 3
    assert all("shop/basket" in arrow for arrow in removed)
    assert [row["change"] for row in page.dataframe[-1].value.to_dict("records")] == ["− removed"] * 3


@pytest.mark.parametrize("level", ["workload", "pod", "namespace"])
def test_every_level_is_drawn(open_page: OpenPage, level: str) -> None:
    page = open_page(sample="online-shop")
    page.button_group(key="level-1").set_value(level).run()
    assert drawn(page)["nodes"]
    assert not page.exception
    assert not [line for line in texts(page) if "Report id" in line]


def test_nothing_secret_stays_in_the_session(open_text: OpenText) -> None:
    page = open_text(SECRETS)
    state: AppState = page.session_state[STATE_KEY]
    kept = pickle.dumps(state)
    assert b"web" in kept
    assert b"canary" not in kept
    page.button_group[0].set_value("input").run()
    assert not [line for line in (*texts(page), *markdown_sinks(page)) if "canary" in line]
    assert not [table for table in page.dataframe if "canary" in table.value.to_csv()]


def test_a_refused_policy_makes_verdicts_unknown_and_is_reported_with_its_place(open_text: OpenText) -> None:
    page = open_text(REFUSED)
    assert any(line.startswith("1 document refused") for line in texts(page))
    toggle = next(toggle for toggle in page.sidebar.toggle if toggle.label == "broken (refused)")
    assert toggle.disabled
    assert "unknown]" in next(line for line in markdown_sinks(page) if "allowed pair" in line)
    page.button_group[0].set_value("input").run()
    (errors,) = (table.value for table in page.dataframe if "field" in table.value)
    row = errors.to_dict("records")[0]
    assert (row["file"], row["line"], row["field"]) == ("input.yaml", 13, "spec.ingress[0].ports[0].port")


def test_a_wrong_pod_cidr_is_a_sentence(open_page: OpenPage) -> None:
    page = open_page(sample="online-shop")
    page.text_input(key="pod-cidrs-1").set_value("10.0.0.0/99")
    page.button(key="assume-1").click().run()
    assert any("10.0.0.0/99" in line for line in texts(page))
    assert not [line for line in texts(page) if "Report id" in line]


def test_a_drafted_policy_is_part_of_the_answer(open_page: OpenPage) -> None:
    page = open_page(sample="aks-frontend-backend").button(key="add-policy").click().run()
    page.button(key="editor-apply").click().run()
    assert any("one policy added" in line for line in texts(page))
    assert "removed" in arrows(page).values()
