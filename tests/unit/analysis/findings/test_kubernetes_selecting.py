from __future__ import annotations

from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.finding import LabelWitness
from netviz.model.policy import PolicyId
from tests.unit.analysis.findings.finding import facts_of, found, only, policy


def selecting(labels: str) -> str:
    return policy(f"{{podSelector: {{matchLabels: {{{labels}}}}}, policyTypes: [Ingress]}}")


def test_a_policy_that_selects_nobody_names_the_nearest_label() -> None:
    finding = only("NP011", selecting("app: wbe"))
    assert finding.witness == LabelWitness(key="app", value="wbe", nearest="app=web")
    assert "did you mean app=web?" in finding.advice
    assert finding.path == "spec.podSelector"
    assert finding.ref is not None


def test_a_policy_that_selects_a_pod_is_no_finding() -> None:
    assert not found("NP011", selecting("app: web"))


def test_a_policy_of_a_namespace_without_pods_is_told_so() -> None:
    finding = only("NP011", policy("{podSelector: {}, policyTypes: [Ingress]}", namespace="empty"))
    assert "there is no pod of namespace empty in the input" in finding.message
    assert finding.witness is None


def test_a_policy_that_is_switched_off_is_not_judged() -> None:
    facts = facts_of(selecting("app: wbe"), disabled=frozenset({PolicyId("NetworkPolicy", "shop", "p")}))
    assert not [finding for finding in find(facts) if finding.check == "NP011"]
