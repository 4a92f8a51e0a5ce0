"""What reading says, as findings, of the policies that count."""

from __future__ import annotations

from netviz.analysis.findings.catalogue import find
from netviz.errors import Severity
from netviz.model.policy import PolicyId
from tests.unit.analysis.findings.finding import facts_of, found, only, policy

BAD = policy("{policyTypes: [Ingress], ingress: [{ports: [{protocol: tcp}]}]}")


def test_each_problem_of_a_refused_policy_is_told_once_with_the_words_of_the_api() -> None:
    finding = only("NP001", BAD)
    assert (finding.severity, finding.object) == (Severity.ERROR, "NetworkPolicy/shop/p")
    assert "Unsupported value: tcp" in finding.message
    assert "did you mean" in finding.advice


def test_a_refused_policy_that_is_switched_off_is_not_told() -> None:
    off = frozenset({PolicyId("NetworkPolicy", "shop", "p")})
    assert not [finding for finding in find(facts_of(BAD, disabled=off)) if finding.check == "NP001"]


def test_unknown_fields_of_one_object_are_one_finding() -> None:
    finding = only("NP034", policy("{podSelectors: {}, ingres: [], policyTypes: [Ingress]}"))
    assert "`spec.podSelectors`" in finding.message
    assert "`spec.ingres`" in finding.message
    assert not found("NP001", policy("{podSelectors: {}, policyTypes: [Ingress]}"))


def test_the_same_policy_again_is_a_warning_and_another_one_of_its_name_an_error() -> None:
    first, other = policy("{policyTypes: [Ingress]}"), policy("{policyTypes: [Egress]}")
    assert {finding.severity for finding in found("NP015", first, first)} == {Severity.WARNING}
    assert {finding.severity for finding in found("NP015", first, other)} == {Severity.ERROR}
