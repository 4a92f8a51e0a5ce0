from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.ui.panel_whatif import walk_step
from netviz.ui.state import AppState, DraftEntry, identity_of, short
from netviz.workbench import InputFile
from tests.app.fake_workbench import FakeWorkbench

POLICIES = ("NetworkPolicy/shop/a", "NetworkPolicy/shop/b", "NetworkPolicy/shop/c")
OPEN = AppState(bench=FakeWorkbench(files=()), identity="0a1b2c3d")


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
