from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.ui.panel_whatif import walk_step
from netviz.ui.state import AppState, DraftEntry, identity_of, restored, short, to_query
from netviz.workbench import InputFile, ViewSettings
from tests.app.fake_workbench import FakeWorkbench

POLICIES = ("NetworkPolicy/shop/a", "NetworkPolicy/shop/b", "NetworkPolicy/shop/c")
PEERS = {"pod": ("shop/web-1", "shop/web-2")}
OPEN = AppState(bench=FakeWorkbench(files=()), identity="0a1b2c3d")


def read(state: AppState, query: dict[str, str]) -> AppState:
    return restored(state, query, policies=POLICIES, namespaces=("shop", "web"), peers=PEERS)


def test_the_address_restores_what_it_was_made_from() -> None:
    state = replace(
        OPEN,
        view="table",
        settings=ViewSettings(by="pod", namespaces=("web",), focus="shop/web-2", hops=2),
        disabled=frozenset(POLICIES[:2]),
        enforced=frozenset(POLICIES[2:]),
    )
    assert read(OPEN, to_query(state)) == state


def test_the_address_holds_no_name() -> None:
    state = replace(OPEN, settings=ViewSettings(namespaces=("shop",)), disabled=frozenset(POLICIES))
    assert not [value for value in to_query(state).values() if "shop" in value]


def test_defaults_are_not_in_the_address() -> None:
    assert to_query(OPEN) == {"input": "0a1b2c3d"}


def test_an_address_of_another_input_changes_nothing() -> None:
    query = {**to_query(replace(OPEN, disabled=frozenset(POLICIES))), "input": "ffffffff"}
    assert read(OPEN, query) == OPEN


@pytest.mark.parametrize(
    "query",
    [{"by": "cluster"}, {"hops": "99"}, {"hops": "²"}, {"view": "admin"}, {"off": "zz,,"}, {"focus": "00000000"}],
)
def test_what_an_address_may_not_say_is_passed_over(query: dict[str, str]) -> None:
    assert read(OPEN, {"input": OPEN.identity, **query}) == OPEN


def test_names_and_bytes_make_the_identity_of_an_input() -> None:
    one = [InputFile(name="a", data=b"bc")]
    assert identity_of(one) == identity_of(list(one))
    assert len({identity_of(one), identity_of([InputFile(name="ab", data=b"c")]), identity_of(one * 2)}) == 3


def test_a_draft_that_replaces_a_policy_is_off_with_it() -> None:
    state = replace(
        OPEN, drafts=(DraftEntry(name="a", text="x", replaces=POLICIES[0]), DraftEntry(name="b", text="y", on=False))
    )
    assert [draft.text for draft in state.what_if.drafts] == ["x"]
    assert replace(state, disabled=frozenset(POLICIES[:1])).what_if.drafts == ()


@pytest.mark.parametrize(
    ("off", "step"), [((), 3), ((2,), 2), ((1, 2), 1), ((0, 1, 2), 0), ((0,), None), ((0, 2), None)]
)
def test_a_walk_is_at_a_step_when_just_the_first_policies_are_on(off: tuple[int, ...], step: int | None) -> None:
    assert walk_step(frozenset(POLICIES[i] for i in off), POLICIES) == step


def test_hashes_are_short_and_stable() -> None:
    assert short("NetworkPolicy/shop/a") == short("NetworkPolicy/shop/a") != short("NetworkPolicy/shop/b")
    assert len(short("\ud800")) == 8
