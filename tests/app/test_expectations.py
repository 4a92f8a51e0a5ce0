"""Expectations on the page: a file is opened, written or frozen, and what fails is explained with the what-if."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.page_expectations import TEMPLATE
from netviz.ui.state import Expecting, Subject
from netviz.workbench import WhyQuestion
from tests.app.fake_workbench import DENY_ALL, HOSTILE
from tests.app.page import markdown_sinks, texts
from tests.app.test_matrix import shown, state_of

OpenText = Callable[[str], AppTest]
OpenPage = Callable[..., AppTest]
FILE = Expecting(name="e.yaml", text="netviz: expectations/1")
TOWN = """\
apiVersion: v1
kind: Pod
metadata: {name: frontend, namespace: default, labels: {app: frontend}}
spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: backend, namespace: default, labels: {app: backend}}
spec: {containers: [{name: c, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: backend-svc, namespace: default}
spec: {selector: {app: backend}, ports: [{port: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: backend, namespace: default}
spec:
  podSelector: {}
  ingress: [{from: [{podSelector: {}}]}]
"""


def opened(page: AppTest, expecting: Expecting = FILE, **changes: object) -> AppTest:
    return shown(page, view="expectations", expecting=expecting, **changes)


def statuses(page: AppTest) -> list[tuple[str, str]]:
    (found,) = (frame.value.to_dict("records") for frame in page.dataframe if "status" in frame.value)
    return [(row["status"], row["expectation"]) for row in found]


@pytest.mark.usefixtures("fake_bench")
def test_what_fails_comes_first_and_is_explained(open_text: OpenText) -> None:
    page = opened(open_text("kind: Pod"), disabled=frozenset({DENY_ALL}))
    assert statuses(page) == [("✗ Failed", "the shop reaches its database"), ("✓ Passed", "first")]
    assert "2 expectations: 1 passed, 1 failed, with the what-if of the sidebar" in texts(page)
    assert "A connection that shows it:" in texts(page)
    assert "✓ Ingress of shop/c: allowed" in texts(page)


@pytest.mark.usefixtures("fake_bench")
def test_what_holds_says_so(open_text: OpenText) -> None:
    page = opened(open_text("kind: Pod"))
    assert "2 expectations: 2 passed" in texts(page)
    assert "It holds for every pair and every port." in texts(page)


@pytest.mark.usefixtures("fake_bench")
def test_a_counterexample_is_explained_beside_the_map(open_text: OpenText) -> None:
    page = opened(open_text("kind: Pod"), disabled=frozenset({DENY_ALL}))
    page.button(key="expectation-map").click().run()
    question = WhyQuestion(source="shop/a", target="shop/c", port=8080)
    assert (state_of(page).view, state_of(page).subject) == ("map", Subject(question=question, asked=True))


@pytest.mark.usefixtures("fake_bench")
def test_a_file_that_cannot_be_used_says_where_it_is_wrong(open_text: OpenText) -> None:
    page = opened(open_text("kind: Pod"), Expecting(name="e.yaml", text="kind: Pod"))
    assert "1 problem in this file" in texts(page)
    assert any(line.startswith("e.yaml:1") for line in texts(page))


@pytest.mark.usefixtures("fake_bench")
def test_the_file_can_be_edited_and_let_go(open_text: OpenText) -> None:
    page = opened(open_text("kind: Pod"), Expecting(name="e.yaml", text="netviz: x", part="file"))
    page.text_area[0].set_value("changed").run()
    assert state_of(page).expecting.text == "changed"
    page.button(key="expectations-other").click().run()
    assert state_of(page).expecting == Expecting()


@pytest.mark.usefixtures("fake_bench")
def test_the_present_state_is_frozen_at_the_chosen_level(open_text: OpenText) -> None:
    page = opened(open_text("kind: Pod"), Expecting())
    page.selectbox(key="freeze-by-1").set_value("namespace").run()
    page.button(key="expectations-freeze").click().run()
    assert state_of(page).expecting == Expecting(name="frozen.yaml", text="netviz: frozen by namespace")


@pytest.mark.usefixtures("fake_bench")
def test_a_state_that_is_too_large_to_freeze_is_a_sentence(open_text: OpenText) -> None:
    page = opened(open_text("kind: Pod"), Expecting())
    page.selectbox(key="freeze-by-1").set_value("pod").run()
    page.button(key="expectations-freeze").click().run()
    assert "10,000 pods are too many" in texts(page)


@pytest.mark.usefixtures("fake_bench")
@pytest.mark.parametrize("part", ["results", "file", "probes"])
@pytest.mark.parametrize("text", ["netviz: x", "y"])
def test_names_from_the_input_are_in_no_sink_for_markdown(open_text: OpenText, part: str, text: str) -> None:
    expecting = Expecting(name=HOSTILE, text=text, part=part, observed=b"x")
    page = opened(open_text("hostile"), expecting, disabled=frozenset({DENY_ALL}))
    assert any(HOSTILE in line for line in texts(page))
    assert not [sink for sink in markdown_sinks(page) if "evil.example" in sink]


@pytest.mark.usefixtures("fake_bench")
def test_observations_that_differ_are_told_with_a_way_to_their_explanation(open_text: OpenText) -> None:
    expecting = Expecting(name="e.yaml", text="netviz: x", part="probes", observed=b"x")
    page = opened(open_text("kind: Pod"), expecting)
    assert "1 observed: 1 differs" in texts(page)
    assert "shop/a → shop/a, TCP 8080: times-out, and not connects" in texts(page)
    page.button(key="observed-why-0").click().run()
    assert state_of(page).view == "map"


@pytest.mark.usefixtures("fake_bench")
def test_probes_can_be_those_of_the_selected_connection(open_text: OpenText) -> None:
    expecting = Expecting(name="e.yaml", text="netviz: x", part="probes", probe_pair=True)
    page = opened(open_text("kind: Pod"), expecting, subject=Subject(source="a", target="c"))
    (planned,) = (frame.value for frame in page.dataframe if "expected" in frame.value)
    assert len(planned) == 2


def test_the_example_is_judged_by_the_engine_and_a_what_if_breaks_it(open_text: OpenText) -> None:
    page = opened(open_text(TOWN), Expecting(name="e.yaml", text=TEMPLATE))
    assert [status for status, _ in statuses(page)] == ["✓ Passed", "✓ Passed"]
    shown(page, disabled=frozenset({"NetworkPolicy/default/backend"}))
    assert [status for status, _ in statuses(page)] == ["✗ Failed", "✓ Passed"]
    assert "Nothing comes in from the internet" in texts(page)


def test_a_sample_brings_its_expectations_along(open_page: OpenPage) -> None:
    page = opened(open_page(sample="online-shop"), Expecting())
    page.button(key="expectations-sample").click().run()
    assert "7 expectations: 7 passed" in texts(page)
