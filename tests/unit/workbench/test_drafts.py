"""Policies that exist only in the what-if."""

from __future__ import annotations

from netviz.workbench import BASELINE, Draft, PictureQuestion, WhatIf, Workbench
from tests.unit.workbench.town import API, CALLER, NAMESPACE, bench, policy, why

OPEN = policy("open-api", "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 8080}]}]}")
SHUT = policy("deny-api", "{podSelector: {matchLabels: {app: api}}}")
WIDER = policy("deny-api", "{podSelector: {matchLabels: {app: api}}, ingress: [{}]}")


def with_drafts(*drafts: Draft) -> WhatIf:
    return WhatIf(drafts=drafts)


def changed(asked: Workbench, what_if: WhatIf) -> set[tuple[str, str, str, str]]:
    found = asked.picture(what_if, PictureQuestion()).changes
    return {(line.change, line.source_label, line.target_label, line.after) for line in found}


def test_an_added_policy_counts_beside_the_others() -> None:
    asked, draft = bench(), with_drafts(Draft(text=OPEN))
    assert why(asked, "caller", "api", 8080).verdict == "deny"
    assert why(asked, "caller", "api", 8080, draft).verdict == "allow"
    assert ("added", "town/caller", "town/api", "TCP 8080") in changed(asked, draft)
    assert "one policy added" in asked.picture(draft, PictureQuestion()).picture.what_if


def test_an_added_policy_is_among_the_policies_with_its_text() -> None:
    asked, draft = bench(), with_drafts(Draft(text=OPEN))
    assert {card.name for card in asked.policies(draft)} - {card.name for card in asked.policies()} == {"open-api"}
    (card,) = [card for card in asked.policies(draft) if card.name == "open-api"]
    assert (card.file, card.text, card.selects) == ("draft 1", OPEN, 1)


def test_a_trace_quotes_the_draft() -> None:
    answer = why(bench(), "caller", "api", 8080, with_drafts(Draft(text=OPEN)))
    (step,) = [step for half in answer.halves for step in half.steps if step.file == "draft 1" and step.mark == "yes"]
    assert step.excerpt


def test_a_replacement_takes_the_place_of_the_policy() -> None:
    asked = bench()
    draft = with_drafts(Draft(text=WIDER, replaces="NetworkPolicy/town/deny-api"))
    assert why(asked, "caller", "api", 81, draft).verdict == "allow"
    assert "town/deny-api edited" in asked.picture(draft, PictureQuestion()).picture.what_if
    assert len(asked.policies(draft)) == len(asked.policies())


def test_a_replacement_under_another_name_leaves_nothing_of_the_old_one() -> None:
    asked = bench()
    draft = with_drafts(Draft(text=OPEN, replaces="NetworkPolicy/town/deny-api"))
    names = {card.name for card in asked.policies(draft)}
    assert "open-api" in names
    assert "deny-api" not in names


def test_a_policy_of_the_same_name_replaces_without_saying_so() -> None:
    assert why(bench(), "caller", "api", 81, with_drafts(Draft(text=WIDER))).verdict == "allow"


def test_a_replacement_by_the_same_text_changes_nothing() -> None:
    assert changed(bench(), with_drafts(Draft(text=SHUT, replaces="NetworkPolicy/town/deny-api"))) == set()


def test_a_draft_may_be_switched_off_like_any_policy() -> None:
    what_if = WhatIf(disabled=frozenset({"NetworkPolicy/town/open-api"}), drafts=(Draft(text=OPEN),))
    assert why(bench(), "caller", "api", 8080, what_if).verdict == "deny"


def test_several_policies_in_one_draft_all_count() -> None:
    both = OPEN + "---\n" + policy("shut-caller", "{podSelector: {matchLabels: {app: caller}}, policyTypes: [Egress]}")
    what_if = with_drafts(Draft(text=both))
    assert why(bench(), "caller", "api", 8080, what_if).verdict == "deny"
    assert why(bench(), "web-1", "api", 8080, what_if).verdict == "allow"


def test_what_is_wrong_with_a_draft_is_told_as_for_a_file() -> None:
    (found,) = bench().check_draft(Draft(text=OPEN.replace("8080", "0")))
    assert (found.code, found.line, found.path) == ("invalid-value", 6, "spec.ingress[0].ports[0].port")
    assert bench().check_draft(Draft(text=OPEN)) == ()


def test_a_draft_without_a_policy_is_no_draft() -> None:
    for text in ("", "# nothing", API):
        assert "no-policy" in {found.code for found in bench().check_draft(Draft(text=text))}
    (found,) = bench().check_draft(Draft(text="a: [b"))
    assert found.code == "yaml-syntax"


def test_an_invalid_draft_makes_unknown_what_it_may_select() -> None:
    asked = bench(NAMESPACE, API, CALLER)
    draft = with_drafts(Draft(text=OPEN.replace("8080", "0")))
    assert why(asked, "caller", "api", 8080, draft).verdict == "unknown"
    assert why(asked, "api", "caller", 8080, draft).verdict == "allow"


def test_the_baseline_stays_as_it_was() -> None:
    asked = bench()
    before = asked.picture(BASELINE, PictureQuestion())
    asked.picture(with_drafts(Draft(text=OPEN)), PictureQuestion())
    assert asked.picture(BASELINE, PictureQuestion()) == before
    assert why(asked, "caller", "api", 8080).verdict == "deny"
