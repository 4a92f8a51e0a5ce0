"""Scenario files and addresses on the page, with the real bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.errors import UsageError
from netviz.ui import panel_scenario
from netviz.ui.link import OTHER
from netviz.ui.state import STATE_KEY, AppState, DraftEntry, Subject
from netviz.view.settings import ViewSettings
from netviz.workbench import Assumptions, InputFile, Workbench
from netviz.workbench.scenario_file import NamedDraft, ScenarioFile, read_scenario, write_scenario
from tests.app.page import texts

OpenPage = Callable[..., AppTest]
DENY = "NetworkPolicy/default/deny-all-ingress-to-backend"
SHUT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shut, namespace: town}
spec: {podSelector: {}}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: town}\nspec: {containers: [{name: c}]}\n"
OPEN = SHUT.replace("name: shut", "name: open")


@pytest.fixture
def bench() -> Workbench:
    return Workbench.load([InputFile(name="in.yaml", data=f"{POD}---\n{OPEN}".encode())])


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What `update` is told to change."""
    changes: dict[str, object] = {}

    def update(**fields: object) -> None:
        changes.update(fields)

    monkeypatch.setattr(panel_scenario, "update", update)
    return changes


def state_of(page: AppTest) -> AppState:
    state: AppState = page.session_state[STATE_KEY]
    return state


def test_what_is_saved_and_loaded_is_the_same_state(bench: Workbench, session: dict[str, object]) -> None:
    state = AppState(
        bench=bench,
        disabled=frozenset({"NetworkPolicy/town/open"}),
        drafts=(DraftEntry(name="mine", text=SHUT), DraftEntry(name="off", text=SHUT, on=False)),
        settings=ViewSettings(by="namespace", only_changes=True),
        assumptions=Assumptions(cni="calico"),
    )
    saved = write_scenario(panel_scenario.scenario_of(state, bench.summary().digest, "A title"))
    panel_scenario.apply(AppState(bench=bench), bench, read_scenario("s.yaml", saved.encode()))
    assert session["disabled"] == state.disabled
    assert session["settings"] == state.settings
    assert session["assumptions"] == state.assumptions
    assert session["drafts"] == state.drafts[:1]
    assert session["notice"] is None


def test_a_scenario_of_another_input_is_taken_by_name_and_that_is_said(
    bench: Workbench, session: dict[str, object]
) -> None:
    panel_scenario.apply(
        AppState(bench=bench), bench, ScenarioFile(digest="0" * 64, disabled=("NetworkPolicy/town/open",))
    )
    assert session["disabled"] == {"NetworkPolicy/town/open"}
    assert session["notice"] is not None


def test_a_scenario_that_does_not_fit_changes_nothing(bench: Workbench, session: dict[str, object]) -> None:
    wrong = read_scenario("s.yaml", b"netviz: scenario/1\ndisabled: [NetworkPolicy/town/opn]\n")
    with pytest.raises(UsageError, match="did you mean NetworkPolicy/town/open"):
        panel_scenario.apply(AppState(bench=bench), bench, wrong)
    with pytest.raises(UsageError, match="draft mine"):
        panel_scenario.apply(AppState(bench=bench), bench, ScenarioFile(drafts=(NamedDraft(name="mine", text="x"),)))
    assert session == {}


def test_filters_and_selection_come_back_with_the_address(open_page: OpenPage) -> None:
    page = open_page(sample="aks-frontend-backend")
    wanted = ViewSettings(by="pod", only_changes=True, ports="8080", hide_system=True)
    page.session_state[STATE_KEY] = replace(
        state_of(page), settings=wanted, disabled=frozenset({DENY}), subject=Subject(node="default/frontend[Pod]")
    )
    page.run()
    query = {name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()}
    again = state_of(open_page(**query))
    assert (again.settings, again.disabled) == (wanted, frozenset({DENY}))
    assert again.subject == Subject(node="default/frontend[Pod]")


def test_an_address_for_another_input_says_so(open_page: OpenPage) -> None:
    page = open_page(sample="aks-frontend-backend", input="ffffffff", off="00000000")
    assert OTHER in texts(page)
    assert state_of(page).disabled == frozenset()


def test_what_the_address_lacks_is_said(open_page: OpenPage) -> None:
    page = open_page(sample="aks-frontend-backend")
    page.session_state[STATE_KEY] = replace(state_of(page), drafts=(DraftEntry(name="mine", text=SHUT),))
    page.run()
    assert any("exist only in the what-if are not in the address" in line for line in texts(page))
