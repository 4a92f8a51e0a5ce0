"""A scenario is written and read back, and what is wrong in a file is told with its line."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.view.settings import DIRECTIONS, HUBS, LEVELS, ViewSettings
from netviz.workbench import Assumptions
from netviz.workbench.scenario_file import (
    MOST_BYTES,
    NamedDraft,
    ScenarioError,
    ScenarioFile,
    read_scenario,
    unknown_policies,
    write_scenario,
)

HEAD = "netviz: scenario/1\n"
DRAFT = "apiVersion: v1\nkind: NetworkPolicy\n\nmetadata: {name: x}\n"

names = st.text(max_size=40)
lists = st.lists(names, unique=True, max_size=3).map(tuple)
views = st.builds(
    ViewSettings,
    by=st.sampled_from(LEVELS),
    hubs=st.sampled_from(HUBS),
    namespaces=lists,
    neighbours=st.booleans(),
    hidden=lists,
    hide_system=st.booleans(),
    collapsed=lists.map(frozenset),
    labels=lists,
    protocol=names,
    ports=names,
    direction=st.sampled_from(DIRECTIONS),
    only_changes=st.booleans(),
    name_label=names,
    group_label=names,
    search=names,
    focus=names,
    hops=st.integers(1, 2),
)
drafts = st.builds(
    NamedDraft, name=names.filter(bool), text=st.text().filter(str.strip) | st.just(DRAFT), replaces=names
)
scenarios = st.builds(
    ScenarioFile,
    title=names,
    digest=st.text("0123456789abcdef", min_size=8, max_size=64),
    disabled=lists,
    drafts=st.lists(drafts, max_size=3).map(tuple),
    assumptions=st.sampled_from(
        [
            Assumptions(),
            Assumptions(cni="calico", cni_version="3.31", ip_blocks="external", pod_cidrs=("10.0.0.0/8", "fd00::/56")),
        ]
    ),
    view=views,
)


def wrong(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario("s.yaml", text.encode())
    return str(caught.value).splitlines()


@given(scenario=scenarios)
def test_what_was_written_is_read_back(scenario: ScenarioFile) -> None:
    found = read_scenario("s.yaml", write_scenario(scenario).encode("utf-8"))
    assert replace(found, places=()) == scenario


@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_whatever_a_file_holds_it_is_read_or_refused(data: bytes) -> None:
    refused = ""
    try:
        read_scenario("s.yaml", data)
    except ScenarioError as error:
        refused = str(error)
    assert not refused or refused.startswith("s.yaml")


def test_an_empty_scenario_is_one_line() -> None:
    assert write_scenario(ScenarioFile()) == HEAD


def test_a_draft_is_written_as_people_write_yaml() -> None:
    text = write_scenario(ScenarioFile(drafts=(NamedDraft(name="mine", text=DRAFT, replaces=""),)))
    assert "    text: |\n      apiVersion: v1\n      kind: NetworkPolicy\n\n      metadata: {name: x}\n" in text


def test_every_problem_is_told_with_its_line() -> None:
    text = HEAD + "titel: x\ndisabled: [1]\nview:\n  by: planet\n  hops: 9\nassumptions:\n  cni: flannel\n"
    found = wrong(text)
    assert [line.partition(" ")[0] for line in found] == ["s.yaml:3", "s.yaml:8", "s.yaml:5", "s.yaml:6", "s.yaml:2"]
    assert "must be one of workload, pod, namespace" in found[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a scenario is one mapping"),
        ("[]", "a scenario is one mapping"),
        (HEAD + "---\n" + HEAD, "documents"),
        ("netviz: scenario/2\n", "no scenario that this version can read"),
        ("kind: Pod\n", "no scenario that this version can read"),
        (HEAD + "title: {", "s.yaml:2"),
        (HEAD + "title: a\ntitle: b\n", "written twice"),
        (HEAD + "input: md5:1\n", "must be sha256"),
        (HEAD + "drafts: [{name: x}]\n", "the YAML of a policy"),
        (HEAD + "disabled: [a/b]\nenforced: [a/b]\n", "both disabled and enforced"),
        (HEAD + "assumptions: {podCIDRs: [10.0.0.0]}\n", "not a CIDR block"),
        (HEAD + "disabled: [" + "x" * 700 + "]\n", "at most 600 characters"),
        (HEAD + "a: &a [1]\n" + "b: *a\n", "there is no field"),
    ],
)
def test_what_is_no_scenario_is_refused(text: str, said: str) -> None:
    assert any(said in line for line in wrong(text))


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert "at most" in wrong(HEAD + "#" * MOST_BYTES)[0]


def test_a_policy_that_is_not_there_is_told_with_its_line_and_the_nearest_names() -> None:
    found = read_scenario("s.yaml", (HEAD + "disabled:\n  - NetworkPolicy/shop/webb\n").encode())
    assert unknown_policies(found, ["NetworkPolicy/shop/web", "x"]) == (
        "s.yaml:3: there is no policy NetworkPolicy/shop/webb in the input; did you mean NetworkPolicy/shop/web?",
    )


def test_a_draft_in_place_of_a_policy_that_is_off_does_not_count() -> None:
    draft = NamedDraft(name="x", text=DRAFT, replaces="NetworkPolicy/a/b")
    assert ScenarioFile(drafts=(draft,)).active == (draft,)
    assert ScenarioFile(drafts=(draft,), disabled=("NetworkPolicy/a/b",)).active == ()


def test_an_error_survives_a_journey_to_another_process() -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario("s.yaml", b"")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
