"""Rules and policies that decide nothing, in words."""

from __future__ import annotations

from netviz.errors import Severity
from tests.unit.analysis.findings.finding import found, only, policy

WEB, DB = "{podSelector: {matchLabels: {app: web}}}", "{podSelector: {matchLabels: {app: db}}}"
TCP = "{protocol: TCP, port: 80}"


def receiving(*rules: str, name: str = "p") -> str:
    return policy(f"{{podSelector: {{}}, policyTypes: [Ingress], ingress: [{', '.join(rules)}]}}", name=name)


def calico(*rules: str) -> str:
    spec = f"{{order: 10, types: [Ingress], ingress: [{', '.join(rules)}]}}"
    return (
        "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: c, namespace: shop},"
        f" spec: {spec}}}"
    )


def test_a_rule_that_another_of_the_policy_covers_is_named_with_it() -> None:
    finding = only("NP027", receiving(f"{{from: [{WEB}], ports: [{TCP}]}}", f"{{from: [{WEB}, {DB}]}}"))
    assert finding.path == "spec.ingress[0]"
    assert "spec.ingress[1] allows as well" in finding.message


def test_two_rules_together_can_cover_a_third() -> None:
    rules = (f"{{from: [{WEB}, {DB}], ports: [{TCP}]}}", f"{{from: [{WEB}]}}", f"{{from: [{DB}]}}")
    finding = only("NP027", receiving(*rules))
    assert finding.path == "spec.ingress[0]"
    assert "spec.ingress[1], spec.ingress[2]" in finding.message


def test_of_two_policies_that_are_alike_one_is_called_redundant() -> None:
    finding = only("NP027", receiving(f"{{from: [{WEB}]}}", name="a"), receiving(f"{{from: [{WEB}]}}", name="b"))
    assert finding.path == ""
    assert finding.object in ("NetworkPolicy/shop/a", "NetworkPolicy/shop/b")


def test_the_policy_that_isolates_stays_though_its_rules_are_covered() -> None:
    narrow = policy(
        f"{{podSelector: {{}}, policyTypes: [Ingress, Egress], ingress: [{{from: [{WEB}]}}]}}", name="narrow"
    )
    finding = only("NP027", narrow, receiving("{}", name="wide"))
    assert (finding.object, finding.path) == ("NetworkPolicy/shop/narrow", "spec.ingress[0]")


def test_default_denial_is_not_redundant_and_neither_is_a_rule_for_nobody() -> None:
    deny = policy("{podSelector: {}, policyTypes: [Ingress]}", name="deny")
    nobody = receiving("{from: [{podSelector: {matchLabels: {app: none}}}]}", f"{{from: [{WEB}]}}")
    assert not found("NP027", deny, nobody)


def test_a_rule_behind_another_action_is_a_warning_and_one_that_is_said_twice_a_note() -> None:
    denied = only("CAL032", calico("{action: Deny}", "{action: Allow, protocol: TCP}"))
    assert denied.severity is Severity.WARNING
    assert "it is never reached: spec.ingress[0] decides" in denied.message
    twice = only("CAL032", calico("{action: Allow, protocol: TCP}", "{action: Allow, protocol: TCP}"))
    assert twice.severity is Severity.INFO
