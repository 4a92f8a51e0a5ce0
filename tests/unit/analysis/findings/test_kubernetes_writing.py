from __future__ import annotations

from netviz.errors import Severity
from tests.unit.analysis.findings.finding import found, only, policy


def test_a_policy_without_namespace_is_found() -> None:
    finding = only("NP002", policy("{policyTypes: [Ingress]}", namespace=""))
    assert finding.object == "NetworkPolicy/default/p"
    assert finding.path == "metadata"
    assert finding.severity is Severity.WARNING


def test_an_egress_only_policy_without_policy_types_is_told_that_it_denies_ingress() -> None:
    finding = only("NP003", policy("{podSelector: {}, egress: [{}]}"))
    assert "and lets nothing connect to these pods" in finding.message
    assert "policyTypes: [Egress]" in finding.advice
    assert finding.path == "spec.policyTypes"


def test_a_policy_with_policy_types_is_no_finding() -> None:
    assert not found("NP003", policy("{podSelector: {}, policyTypes: [Egress], egress: [{}]}"))


def test_many_policies_without_namespace_are_one_finding() -> None:
    several = [policy("{policyTypes: [Ingress]}", name=f"p{i}", namespace="") for i in range(5)]
    assert len(found("NP002", *several[:2])) == 2
    assert "it and 4 other policies name no namespace" in only("NP002", *several).message
