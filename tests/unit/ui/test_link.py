from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.ui.link import CUT, DRAFTS, LOST, MOST_CHARACTERS, OTHER, Names, assumed, missing, note, restored, to_query
from netviz.ui.state import FROM_OUTSIDE, AppState, DraftEntry, Subject, short
from netviz.view.settings import DIRECTIONS, HUBS, LEVELS, ViewSettings
from netviz.workbench import Assumptions, ReachQuestion, WhyQuestion
from tests.app.fake_workbench import FakeWorkbench

POLICIES = ("NetworkPolicy/shop/a", "NetworkPolicy/shop/b", "NetworkPolicy/shop/c")
NAMESPACES = ("shop", "web")
LABELS = ("app", "app=web", "tier")
ENDS = ("shop/web-1", "shop/web-2", "*any")
STARTS = ("internet", "namespace/shop", *ENDS)
NAMES = Names(
    policies=POLICIES,
    namespaces=NAMESPACES,
    labels=lambda: LABELS,
    peers=lambda by: ENDS[:2] if by == "pod" else (),
    ends=lambda _: ENDS,
    starts=lambda: STARTS,
)
KEYS = "reach part view by hubs ns nb hide fold labels proto ports dir name focus hops cni pods off sel".split()  # noqa: SIM905 - short
OPEN = AppState(bench=FakeWorkbench(files=()), identity="0a1b2c3d")

some_of = {
    "namespaces": st.lists(st.sampled_from(NAMESPACES), unique=True).map(sorted).map(tuple),
    "labels": st.lists(st.sampled_from(LABELS), unique=True).map(sorted).map(tuple),
}
settings = st.builds(
    ViewSettings,
    by=st.sampled_from(LEVELS),
    hubs=st.sampled_from(HUBS),
    namespaces=some_of["namespaces"],
    neighbours=st.booleans(),
    hidden=some_of["namespaces"],
    hide_system=st.booleans(),
    collapsed=some_of["namespaces"].map(frozenset),
    labels=some_of["labels"],
    protocol=st.sampled_from(["", "TCP", "132"]),
    ports=st.sampled_from(["", "80, 8000-8999"]),
    direction=st.sampled_from(DIRECTIONS),
    only_changes=st.booleans(),
    name_label=st.sampled_from(["", *LABELS]),
    group_label=st.sampled_from(["", *LABELS]),
    hops=st.integers(1, 2),
)
subjects = st.one_of(
    st.just(Subject()),
    st.builds(Subject, node=st.sampled_from(ENDS)),
    st.builds(Subject, source=st.sampled_from(ENDS), target=st.sampled_from(ENDS)),
    st.builds(
        WhyQuestion,
        source=st.sampled_from(ENDS),
        target=st.sampled_from(ENDS),
        protocol=st.sampled_from(["TCP", "UDP"]),
        port=st.integers(0, 65535),
    ).map(lambda question: Subject(question=question)),
)


def read(query: dict[str, str]) -> AppState:
    return restored(OPEN, query, NAMES)


@given(
    shown=settings,
    subject=subjects,
    view=st.sampled_from(["map", "table", "compare"]),
    off=st.frozensets(st.sampled_from(POLICIES)),
    on=st.frozensets(st.sampled_from(POLICIES)),
)
def test_the_address_restores_what_it_was_made_from(
    shown: ViewSettings, subject: Subject, view: str, off: frozenset[str], on: frozenset[str]
) -> None:
    state = replace(OPEN, view=view, settings=shown, subject=subject, disabled=off, enforced=on)
    query = to_query(state)
    assert read(query) == state
    assert not [value for value in query.values() if any(name in value for name in (*POLICIES, *LABELS, *ENDS, "shop"))]


def test_a_focus_is_restored_at_its_level() -> None:
    state = replace(OPEN, settings=ViewSettings(by="pod", focus="shop/web-2"))
    assert read(to_query(state)) == state


def test_assumptions_are_restored_for_this_input_only() -> None:
    wanted = Assumptions(cni="calico", cni_version="3.31", ip_blocks="external", pod_cidrs=("10.0.0.0/8", "fd00::/56"))
    query = to_query(replace(OPEN, assumptions=wanted))
    assert assumed(query, OPEN.identity) == wanted
    assert assumed(query, "ffffffff") == Assumptions()


def test_defaults_are_not_in_the_address() -> None:
    assert to_query(OPEN) == {"input": "0a1b2c3d"}


def test_an_address_of_another_input_changes_nothing_and_that_is_said() -> None:
    query = {**to_query(replace(OPEN, disabled=frozenset(POLICIES))), "input": "ffffffff"}
    assert read(query) == OPEN
    assert note(query, OPEN.identity) == OTHER
    assert note({}, OPEN.identity) == ""


@pytest.mark.parametrize(
    "query",
    [
        {"by": "cluster"},
        {"hops": "99"},
        {"hops": "²"},
        {"view": "admin"},
        {"off": "zz,,"},
        {"off": "," * 60_000},
        {"focus": "00000000"},
        {"sel": "n"},
        {"sel": "q.00000000.00000000.TCP.80"},
        {"sel": "x.y.z"},
        {"ports": "80<script>"},
        {"proto": "![i](http://evil.example)"},
        {"nb": "true"},
    ],
)
def test_what_an_address_may_not_say_is_passed_over(query: dict[str, str]) -> None:
    assert read({"input": OPEN.identity, **query}) == OPEN


@given(
    query=st.dictionaries(
        st.sampled_from(KEYS),
        st.text(max_size=60),
    )
)
def test_no_address_breaks_the_page(query: dict[str, str]) -> None:
    query = {"input": OPEN.identity, **query}
    assert isinstance(read(query), AppState)
    assert isinstance(assumed(query, OPEN.identity), Assumptions)


def test_switches_that_do_not_fit_are_left_out_and_that_is_said_on_both_ends() -> None:
    state = replace(OPEN, view="table", disabled=frozenset(f"NetworkPolicy/shop/p{i}" for i in range(1_000)))
    query = to_query(state)
    assert query == {"input": OPEN.identity, "view": "table", "cut": "1"}
    assert sum(map(len, query.values())) <= MOST_CHARACTERS
    assert missing(state) == (CUT,)
    assert note(query, OPEN.identity) == LOST


def test_what_never_is_in_an_address_is_said() -> None:
    assert missing(replace(OPEN, drafts=(DraftEntry(name="a", text="x"),))) == (DRAFTS,)
    assert missing(OPEN) == ()


@given(
    question=st.builds(
        ReachQuestion,
        start=st.sampled_from(STARTS),
        target=st.sampled_from(["", *ENDS]),
        by=st.sampled_from(["workload", "pod"]),
        declared=st.booleans(),
    ),
    part=st.sampled_from(["reach", "exposure"]),
    board=st.sampled_from(["tiers", "impact"]),
)
def test_the_question_of_the_reach_page_and_the_parts_of_pages_are_restored(
    question: ReachQuestion, part: str, board: str
) -> None:
    state = replace(OPEN, view="reach", reach=question, reach_part=part, board=board)
    query = to_query(state)
    assert "shop" not in "".join(query.values())
    assert read(query) == state


@pytest.mark.parametrize("asked", ["", "x", "....", "x.y.pod", "x.y.pod.declared", f"{short('10.0.0.1')}..pod"])
def test_a_question_about_reach_that_begins_at_nothing_here_is_the_usual_one(asked: str) -> None:
    assert read({"input": "0a1b2c3d", "reach": asked}).reach == FROM_OUTSIDE
