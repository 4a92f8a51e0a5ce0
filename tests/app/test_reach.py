"""The Reach page: start, levels, way and choke points; and the list of impacts on the Policies page."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from netviz.ui.panel_exposure import filtered
from netviz.ui.panel_impact import impact_badges, impact_rows, summary_words
from netviz.ui.state import Subject, short
from netviz.workbench import ImpactLine, ImpactTable, ReachQuestion, WhatIf, WhyQuestion
from tests.app.fake_workbench import DENY_ALL, HOSTILE, FakeWorkbench
from tests.app.page import markdown_sinks, texts
from tests.app.test_matrix import shown, state_of

OpenText = Callable[[str], AppTest]

pytestmark = pytest.mark.usefixtures("fake_bench")

LINE = ImpactLine(
    policy="NetworkPolicy/shop/x",
    kind="NetworkPolicy",
    namespace="shop",
    name="x",
    state="enforced",
    opens=0,
    breaks=0,
    doubts=0,
    outside=0,
    effect="pairs",
    note="",
)


def line(**changes: Any) -> ImpactLine:  # noqa: ANN401 - the fields of ImpactLine
    fields = {name: getattr(LINE, name) for name in LINE.__dataclass_fields__}
    return ImpactLine(**{**fields, **changes})


def frames(page: AppTest, column: str) -> list[dict[str, Any]]:
    (found,) = (frame.value.to_dict("records") for frame in page.dataframe if column in frame.value)
    return list(found)


def test_the_page_begins_with_the_internet_and_says_how_much_is_reached(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="reach")
    assert "2 of 3 workloads can be reached from internet" in texts(page)
    assert [row["hops"] for row in frames(page, "verdict")] == [1, 2, 1]
    assert [row["verdict"] for row in frames(page, "verdict")] == ["reached", "reached", "perhaps"]


def test_levels_stand_in_columns_and_what_is_reached_perhaps_stands_apart(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="reach")
    headings = [text for text in texts(page) if text.endswith(" · 1")]
    assert headings == ["1 hop · 1", "2 hops · 1", "Perhaps · 1"]
    assert ":orange-badge[leads to 1 more]" in [element.value for element in page.markdown]


def test_a_card_leads_to_its_way_and_the_hops_are_listed(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="reach")
    page.button(key=f"reach-to-{short('shop/c')}").click().run()
    assert state_of(page).reach.target == "shop/c"
    assert [(row["from"], row["to"]) for row in frames(page, "hop")] == [("shop/a", "shop/b"), ("shop/b", "shop/c")]
    assert "Every way to shop/c leads through shop/b." in texts(page)


def test_a_hop_that_is_selected_elsewhere_is_explained_here(open_text: OpenText) -> None:
    question = WhyQuestion(source="shop/b", target="shop/c")
    page = shown(open_text("kind: Pod"), view="reach", subject=Subject(question=question))
    assert "shop/b → shop/c" in texts(page)


def test_another_start_is_asked_and_one_that_is_none_is_a_sentence(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="reach")
    page.selectbox(key="reach-start-1").set_value("namespace/shop").run()
    assert "2 of 3 workloads can be reached from namespace/shop" in texts(page)
    page = shown(page, reach=ReachQuestion(start="nowhere"))
    assert any(text.startswith("nothing is called nowhere") for text in texts(page))
    assert page.selectbox(key="reach-start-1").value == "nowhere"


def test_level_and_ports_are_part_of_the_question(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="reach")
    page.selectbox(key="reach-by-1").set_value("pod").run()
    page.toggle(key="reach-declared-1").set_value(True).run()
    asked = state_of(page).reach
    assert (asked.by, asked.declared) == ("pod", True)


def test_no_name_of_the_input_reaches_markdown_on_the_reach_page(open_text: OpenText) -> None:
    page = shown(open_text("hostile"), view="reach")
    page.button(key=f"reach-to-{short('shop/c')}").click().run()
    assert frames(page, "verdict")[0]["reached"] == HOSTILE
    assert not [sink for sink in markdown_sinks(page) if HOSTILE in sink]


def impact(open_text: OpenText, text: str = "kind: Pod") -> AppTest:
    return shown(open_text(text), view="policies", board="impact")


def test_the_list_of_impacts_ranks_policies_and_names_those_without_effect(open_text: OpenText) -> None:
    page = impact(open_text)
    assert [(row["opens"], row["breaks"]) for row in frames(page, "opens")][:2] == [(3, 0), (0, 2)]
    assert any("something, each by itself" in text for text in texts(page))


def test_the_pairs_of_a_chosen_policy_are_listed(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="policies", board="impact", impact_of=DENY_ALL)
    assert "If deny-all alone were removed" in texts(page)
    assert [(row["from"], row["to"]) for row in frames(page, "from")] == [("shop/a", "shop/c")]
    assert "These are the first 1 pairs." in texts(page)


def test_cards_of_the_board_are_marked(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="policies")
    badges = [element.value.partition("  \n")[2] for element in page.markdown]
    assert ":green-badge[+3 if removed]" in badges
    assert ":red-badge[−2 if removed]" in badges


def test_the_file_of_the_list_is_about_the_what_if_though_no_session_is_known_where_it_is_made(
    open_text: OpenText, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(FakeWorkbench, "impact_csv", lambda _, what_if: repr(sorted(what_if.disabled)))
    monkeypatch.setattr(st, "download_button", lambda *_, data, **__: made.append(data))
    shown(open_text("kind: Pod"), view="policies", board="impact", disabled=frozenset({DENY_ALL}))
    with ThreadPoolExecutor() as elsewhere:
        assert elsewhere.submit(made[-1]).result() == f"['{DENY_ALL}']".encode()


def test_no_name_of_the_input_reaches_markdown_in_the_list_of_impacts(open_text: OpenText) -> None:
    page = impact(open_text, "hostile")
    assert not [sink for sink in markdown_sinks(page) if HOSTILE in sink]


def test_a_mark_says_what_switching_would_do() -> None:
    assert impact_badges(line(opens=2, breaks=1)) == ":green-badge[+2 if removed] :red-badge[−1 if removed]"
    assert impact_badges(line(breaks=1, state="staged")) == ":red-badge[−1 if enforced]"
    assert impact_badges(line(effect="none")) == ":gray-badge[no effect on these pods]"
    assert impact_badges(line(effect="strangers")) == ":gray-badge[for pods not in the input]"
    assert impact_badges(line()) == ":gray-badge[decides what is unknown if removed]"


def test_what_is_the_same_for_all_policies_takes_no_column() -> None:
    plain = impact_rows(ImpactTable(lines=(LINE,)))
    assert list(plain[0]) == ["policy", "namespace", "kind", "opens", "breaks", "note"]
    mixed = impact_rows(ImpactTable(lines=(LINE, line(state="staged", doubts=1))))
    assert {"state", "now unknown"} <= set(mixed[0])


def test_the_summary_counts_policies_by_what_they_do() -> None:
    table = ImpactTable(lines=(LINE, line(effect="none"), line(effect="strangers"), line(effect="none")))
    assert summary_words(table) == (
        "1 policy changes something, each by itself; "
        "1 may matter for pods that are not in the input, and for no other; 2 have no effect on the pods of the input."
    )


def exposure(open_text: OpenText, text: str = "kind: Pod") -> AppTest:
    return shown(open_text(text), view="reach", reach_part="exposure")


def test_exposure_lists_workloads_with_what_allows_it(open_text: OpenText) -> None:
    page = exposure(open_text)
    assert "1 workload accepts something from any pod, 1 from addresses outside of the cluster" in " ".join(texts(page))
    assert [row["with"] for row in frames(page, "allowed by")] == [
        "any pod of the cluster",
        "pods shop/a",
        "0.0.0.0/0",
    ]


def test_exposure_is_filtered_by_scope_direction_and_name(open_text: OpenText) -> None:
    lines = open_text("kind: Pod").session_state["netviz"].bench.exposure(WhatIf()).lines
    assert [line.workload for line in filtered(lines, "described", "", "")] == ["shop/b"]
    assert [line.workload for line in filtered(lines, "", "ingress", "")] == ["shop/a", "shop/c"]
    assert [line.workload for line in filtered(lines, "", "", "P/B")] == ["shop/b"]


def test_no_name_of_the_input_reaches_markdown_in_the_exposure(open_text: OpenText) -> None:
    page = exposure(open_text, "hostile")
    assert frames(page, "allowed by")[0]["workload"] == HOSTILE
    assert any("Addresses outside are not told" in text for text in texts(page))
    assert not [sink for sink in markdown_sinks(page) if HOSTILE in sink]


def test_an_entry_of_the_exposure_shows_its_rules_and_leads_to_the_policy(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="reach", reach_part="exposure")
    assert "Choose a row to see the rules that allow it." in texts(page)
    page = shown(page, exposed="shop/b egress pods shop/a")
    assert {"Out of it, with pods shop/a", "Allowed: TCP 80", "spec.egress[0]"} <= set(texts(page))
    page.button(key="exposed-rule-0").click().run()
    assert state_of(page).reading == DENY_ALL


def test_an_entry_about_addresses_outside_is_explained_for_one_of_them(open_text: OpenText) -> None:
    page = shown(open_text("kind: Pod"), view="reach", reach_part="exposure", exposed="shop/c ingress 0.0.0.0/0")
    assert "No policy decides it, so it is allowed." in texts(page)
    page.button(key="exposed-why").click().run()
    assert state_of(page).subject == Subject(question=WhyQuestion(source="0.0.0.0", target="shop/c"))
    assert "0.0.0.0 → shop/c" in texts(page)


def test_names_in_an_entry_of_the_exposure_reach_no_markdown(open_text: OpenText) -> None:
    page = shown(open_text("hostile"), view="reach", reach_part="exposure", exposed=f"shop/b egress pods {HOSTILE}")
    assert f"Out of it, with pods {HOSTILE}" in texts(page)
    assert not [sink for sink in markdown_sinks(page) if HOSTILE in sink]
