"""What the answers leave open is on the map, on the Input page and in the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.page_input import summary_words
from netviz.ui.panel_fidelity import unknown_words
from netviz.ui.state import STATE_KEY
from netviz.workbench import Fidelity, InputFile, Workbench
from tests.app.page import drawn, texts

OpenText = Callable[[str], AppTest]

MIXED = (Path(__file__).parents[1] / "unit" / "workbench" / "mixed.yaml").read_text()


def table(page: AppTest, column: str) -> list[dict[str, object]]:
    """The rows of the one table that has this column."""
    (found,) = (element.value for element in page.dataframe if column in element.value)
    return list(found.to_dict("records"))


def test_the_chip_on_the_map_leads_to_the_list_with_places_and_numbers(open_text: OpenText) -> None:
    page = open_text(MIXED)
    assert page.button(key="fidelity-chip").label == "◐ 3 not modelled"
    page.button(key="fidelity-chip").click().run()
    assert page.session_state[STATE_KEY].view == "input"
    rows = {row["name"]: row for row in table(page, "what")}
    assert set(rows) == {"names", "data/paths", "mutual-tls"}
    assert rows["mutual-tls"]["unknown pairs"] == 0
    assert int(str(rows["data/paths"]["unknown pairs"])) > 0
    assert str(rows["names"]["place"]).startswith("input.yaml:")
    assert "updates.example.com" in str(rows["names"]["reason"])


def test_the_picture_itself_says_that_something_is_not_modelled(open_text: OpenText) -> None:
    page = open_text(MIXED)
    assert "3 things in the input are not modelled: traffic that may hang on that is unknown." in texts(page)
    bench: Workbench = page.session_state[STATE_KEY].bench
    state = page.session_state[STATE_KEY]
    svg = bench.svg(state.what_if, state.question)
    assert "3 things in the input are not modelled" in svg
    assert "cannot be decided" in svg
    assert any("cannot be decided" in str(entry) for entry in drawn(page)["legend"])


def test_the_table_says_of_every_pair_whether_it_is_known(open_text: OpenText) -> None:
    page = open_text(MIXED)
    page.button_group[0].set_value("table").run()
    verdicts = {row["verdict"] for row in table(page, "verdict")}
    assert "unknown" in verdicts
    assert page.button(key="fidelity-chip").label == "◐ 3 not modelled"
    for row in table(page, "verdict"):
        assert ("unknown" in str(row["verdict"])) == ("unknown" in str(row["ports now"]))


def test_an_input_that_is_fully_modelled_says_so(open_text: OpenText) -> None:
    page = open_text("kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec: {containers: []}\n")
    assert not [button for button in page.button if button.key == "fidelity-chip"]
    page.button_group[0].set_value("input").run()
    assert "Every pair of workloads is decided: everything in the input is modelled." in texts(page)


def test_an_input_of_which_something_was_refused_is_not_called_fully_modelled(open_text: OpenText) -> None:
    pod = "kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec: {containers: []}\n"
    page = open_text(f"{pod}---\n{pod}---\nkind: [\n")
    page.button_group[0].set_value("input").run()
    assert "Every pair of workloads is decided: everything that was read is modelled." in texts(page)


def test_of_an_input_of_which_nothing_was_read_only_the_reason_is_shown(open_text: OpenText) -> None:
    page = open_text("\0")
    assert "Nothing to draw: there is neither a workload nor a policy in this input." in texts(page)
    assert not [line for line in texts(page) if line.startswith("What the answers leave open")]
    columns = [set(element.value) for element in page.dataframe]
    assert any({"reason", "hint"} <= names for names in columns)
    assert {"kind", "outcome", "documents"} not in columns
    assert set() not in columns


@pytest.mark.usefixtures("fake_bench")
def test_without_numbers_a_large_input_still_lists_what_is_not_modelled(open_text: OpenText) -> None:
    page = open_text("huge unmodelled")
    page.button_group[0].set_value("input").run()
    assert table(page, "what") == [
        {
            "what": "not modelled",
            "place": "cilium.yaml:7",
            "kind": "CiliumNetworkPolicy",
            "name": "shop/l7",
            "reason": "CiliumNetworkPolicy is not evaluated ",
        }
    ]


def test_numbers_that_are_not_complete_say_so() -> None:
    assert unknown_words(Fidelity(lines=(), unknown=1, examined=1), complete=True) == (
        "1 pair of workloads has a part that cannot be decided."
    )
    assert unknown_words(Fidelity(lines=(), unknown=2000, examined=400), complete=True) == (
        "2,000 pairs of workloads have a part that cannot be decided. What 400 of them rest on is counted below."
    )


def test_the_size_of_the_input_counts_pods_only_where_they_are_listed() -> None:
    deployments = Workbench.load([InputFile(name="a.yaml", data=MIXED.encode())]).summary()
    assert summary_words(deployments) == "1 file: 2 workloads, 2 namespaces, 5 policies"
    pod = b"kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec: {containers: []}\n"
    assert summary_words(Workbench.load([InputFile(name="a.yaml", data=pod)]).summary()) == (
        "1 file: 1 workload, 1 Pod listed, 1 namespace, 0 policies"
    )
