from __future__ import annotations

from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.finding import LabelWitness, PodWitness
from netviz.errors import Severity
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


OTHER = "{apiVersion: v1, kind: Namespace, metadata: {name: other, labels: {team: red}}}"
OTHER_POD = (
    "{apiVersion: v1, kind: Pod, metadata: {name: ops, namespace: other, labels: {app: ops}},"
    " spec: {containers: [{name: c}]}}"
)


def allowing(*peers: str) -> str:
    return policy(f"{{podSelector: {{}}, policyTypes: [Ingress], ingress: [{{from: [{', '.join(peers)}]}}]}}")


def test_a_dash_that_may_be_too_many_is_one_finding_and_shows_a_pod_that_it_lets_in() -> None:
    peers = "{namespaceSelector: {matchLabels: {team: red}}}", "{podSelector: {matchLabels: {app: admin}}}"
    checks = {finding.check: finding for finding in find(facts_of(OTHER, OTHER_POD, allowing(*peers)))}
    assert checks["NP009"].witness == PodWitness(pod="other/ops")
    assert "NP012" not in checks


def test_two_items_that_can_only_be_meant_apart_are_no_finding() -> None:
    peers = "{namespaceSelector: {matchLabels: {team: red}}}", "{podSelector: {matchLabels: {app: web}}}"
    assert not found("NP009", OTHER, OTHER_POD, allowing(*peers))


def test_a_namespace_that_is_not_in_the_input_is_a_note_and_one_that_is_misspelt_a_warning() -> None:
    def peer(name: str) -> str:
        return f"{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {name}}}}}}}"

    assert only("NP012", allowing(peer("monitoring"))).severity is Severity.INFO
    misspelt = only("NP012", OTHER, allowing(peer("othr")))
    assert (misspelt.severity, misspelt.advice) == (Severity.WARNING, "did you mean other?")
    assert not found("NP012", allowing(peer("kube-system")))
