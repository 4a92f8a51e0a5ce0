"""What the page is told of the impact of policies and of reach."""

from __future__ import annotations

import pickle

import pytest

from netviz.errors import UsageError
from netviz.workbench import BASELINE, ReachQuestion, WhatIf
from tests.unit.workbench.town import API, CALLER, DENY_API, NAMESPACE, bench, policy

ID = "NetworkPolicy/town/deny-api"
FROM_CALLER = policy(
    "from-caller",
    "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: caller}}}]}]}",
)


def test_policies_are_told_with_what_they_do_most_first() -> None:
    asked = bench(NAMESPACE, API, CALLER, DENY_API)
    (line,) = asked.impact(BASELINE).lines
    assert (line.policy, line.name, line.state, line.opens, line.outside) == (ID, "deny-api", "enforced", 2, 1)
    assert pickle.loads(pickle.dumps(asked.impact(BASELINE))) == asked.impact(BASELINE)
    assert asked.impact_csv(BASELINE).splitlines()[1].startswith(f"{ID},enforced,2,0,0")


def test_the_what_if_counts() -> None:
    (line,) = bench(NAMESPACE, API, CALLER, DENY_API).impact(WhatIf(disabled=frozenset((ID,)))).lines
    assert (line.state, line.opens, line.breaks) == ("disabled", 0, 2)


def test_the_pairs_of_a_policy_are_told_in_words() -> None:
    asked = bench(NAMESPACE, API, CALLER, DENY_API, FROM_CALLER)
    (pair,) = asked.impact_pairs(BASELINE, "NetworkPolicy/town/from-caller", "workload").pairs
    assert (pair.source_label, pair.target_label) == ("town/caller", "town/api")
    assert (pair.opens, pair.breaks) == ("", "any port")


def test_a_policy_that_is_not_there_has_no_pairs() -> None:
    with pytest.raises(UsageError):
        bench().impact_pairs(BASELINE, "NetworkPolicy/town/none", "workload")


def test_what_is_reached_can_travel_and_is_written_as_csv() -> None:
    asked = bench(NAMESPACE, API, CALLER)
    question = ReachQuestion(start="town/caller", target="town/api")
    answer = asked.reach(BASELINE, question)
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert asked.reach_csv(BASELINE, question).splitlines()[1:] == ["1,town/api,any port,,reached"]


def test_exposure_is_told_what_is_open_to_most_first() -> None:
    asked = bench(NAMESPACE, API, CALLER, DENY_API, FROM_CALLER)
    exposed = asked.exposure(BASELINE)
    lines = exposed.lines
    assert exposed.outside
    order = [("any", "outside", "described").index(line.scope) for line in lines]
    assert order == sorted(order)
    told = {(line.scope, line.workload, line.peers) for line in lines}
    assert ("described", "town/api", "pods app=caller in namespace town") in told
    assert len(asked.exposure_csv(BASELINE).splitlines()) == len(lines) + 1
    assert pickle.loads(pickle.dumps(exposed)) == exposed
