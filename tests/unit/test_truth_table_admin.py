"""The truth table of the admin policies, asked of the engine and of the oracle: E34-E40 and what follows from C1-C20.

The fixture is that of the truth table of NetworkPolicy.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from netviz.engine import Connection, Evaluation, Scenario, Verdict
from netviz.engine.explain import explain
from netviz.loading import load_files
from netviz.model.policy import Direction, PolicyId
from netviz.sets.addresses import parse_address
from netviz.view.trace import because, halves
from tests.engine_questions import EngineSide, evaluator_of
from tests.oracle.admin import judge, read
from tests.oracle.kubernetes import Endpoint, Flow

A: Endpoint = ("pod", "x", "a")
B: Endpoint = ("pod", "x", "b")
C: Endpoint = ("pod", "y", "c")
H: Endpoint = ("pod", "y", "h")
EXT: Endpoint = ("ip", "30.1.2.3")
ALLOW, DENY = True, False
Asker = Callable[..., bool | None]

FIXTURE = """
{apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {team: blue}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: 'y'}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: x, name: a, labels: {pod: a}},
 spec: {containers: [{name: m, ports: [{name: web, containerPort: 8080}]},
                     {name: n, ports: [{name: web, protocol: UDP, containerPort: 81}]}]},
 status: {phase: Running, podIP: 10.0.0.1}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: x, name: b, labels: {pod: b}}, spec: {containers: [{name: m}]},
 status: {phase: Running, podIP: 10.0.0.2}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: 'y', name: c, labels: {pod: c}}, spec: {containers: [{name: m}]},
 status: {phase: Running, podIP: 10.0.1.3}}
"""
HOSTS = """
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {zone: one}},
 status: {addresses: [{type: InternalIP, address: 10.9.0.4}]}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: 'y', name: h, labels: {pod: h}},
 spec: {hostNetwork: true, nodeName: n1, containers: [{name: m}]},
 status: {phase: Running, hostIP: 10.9.0.4, podIP: 10.9.0.4}}
"""
X = "namespaces: {matchLabels: {kubernetes.io/metadata.name: x}}"
Y = "{namespaces: {matchLabels: {kubernetes.io/metadata.name: 'y'}}}"
ALL = "{namespaces: {}}"


def anp(name: str, priority: int, rules: str, subject: str = X) -> str:
    """An AdminNetworkPolicy; `rules` are its directions, in flow style."""
    return f"""
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {{name: {name}}}
spec: {{priority: {priority}, subject: {{{subject}}}, {rules}}}
"""


def banp(rules: str, subject: str = X) -> str:
    """The BaselineAdminNetworkPolicy."""
    return f"""
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {{name: default}}
spec: {{subject: {{{subject}}}, {rules}}}
"""


def cnp(name: str, tier: str, priority: int, rules: str, subject: str = X) -> str:
    """A ClusterNetworkPolicy."""
    return f"""
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {{name: {name}}}
spec: {{tier: {tier}, priority: {priority}, subject: {{{subject}}}, {rules}}}
"""


def np(pod: str, body: str) -> str:
    """A NetworkPolicy of namespace x for one pod."""
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{namespace: x, name: np-{pod}}}
spec: {{podSelector: {{matchLabels: {{pod: {pod}}}}}, {body}}}
"""


def cluster(*more: str) -> str:
    return "---".join((FIXTURE, *more))


def by_engine(text: str, source: Endpoint, target: Endpoint, port: int = 80, protocol: str = "TCP") -> bool | None:
    return EngineSide.of(text, yaml.safe_load_all(text)).ask(Flow(source, target, protocol, port))


def by_oracle(text: str, source: Endpoint, target: Endpoint, port: int = 80, protocol: str = "TCP") -> bool | None:
    return judge(read(list(yaml.safe_load_all(text))), Flow(source, target, protocol, port))


@pytest.fixture(params=[by_engine, by_oracle], ids=["engine", "oracle"])
def ask(request: pytest.FixtureRequest) -> Asker:
    asker: Asker = request.param
    return asker


def test_e34_the_lower_number_decides_and_network_policy_is_not_asked(ask: Asker) -> None:
    text = cluster(
        anp("later", 20, f"ingress: [{{action: Allow, from: [{ALL}]}}]"),
        anp("first", 10, f"ingress: [{{action: Deny, from: [{Y}]}}]"),
        np("a", "ingress: [{}]"),
    )
    assert ask(text, C, A) is DENY
    assert ask(text, B, A) is ALLOW


def test_e35_an_admin_allow_is_final_for_what_it_matches(ask: Asker) -> None:
    text = cluster(anp("open", 10, f"ingress: [{{action: Allow, from: [{ALL}]}}]"), np("a", "ingress: []"))
    assert ask(text, C, A) is ALLOW
    assert ask(text, EXT, A) is DENY


def test_e36_pass_skips_the_rest_of_the_admin_tier(ask: Asker) -> None:
    text = cluster(
        anp("pass", 10, f"ingress: [{{action: Pass, from: [{Y}]}}]"),
        anp("deny", 50, f"ingress: [{{action: Deny, from: [{Y}]}}]"),
        banp(f"ingress: [{{action: Deny, from: [{ALL}]}}]"),
        np("a", "ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {pod: c}}}]}]"),
    )
    assert ask(text, C, A) is ALLOW
    assert ask(text, C, B) is DENY


def test_e37_network_policy_is_final_before_the_baseline(ask: Asker) -> None:
    text = cluster(banp(f"ingress: [{{action: Allow, from: [{ALL}]}}]"), np("a", "ingress: []"))
    for source in (B, C, EXT):
        assert ask(text, source, A) is DENY


def test_e38_networks_also_match_pods(ask: Asker) -> None:
    text = cluster(anp("shut", 10, "egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]"))
    for target in (B, C, EXT):
        assert ask(text, A, target) is DENY


@pytest.mark.parametrize(("second", "expected"), [("Deny", None), ("Allow", ALLOW), ("Pass", ALLOW)])
def test_e39_equal_priorities_are_unknown_only_where_the_outcome_differs(
    ask: Asker, second: str, expected: bool | None
) -> None:
    text = cluster(
        anp("one", 30, f"ingress: [{{action: Allow, from: [{Y}]}}]"),
        anp("two", 30, f"ingress: [{{action: {second}, from: [{Y}]}}]"),
    )
    assert ask(text, C, A) is expected
    assert ask(text, B, A) is ALLOW


def test_e39_equal_priorities_in_two_tiers_do_not_meet(ask: Asker) -> None:
    text = cluster(
        cnp("one", "Baseline", 30, f"ingress: [{{action: Deny, from: [{Y}]}}]"),
        cnp("two", "Admin", 30, f"ingress: [{{action: Accept, from: [{Y}]}}]"),
    )
    assert ask(text, C, A) is ALLOW


def test_e40_a_protocol_without_ports_is_rejected_and_its_subjects_are_unknown() -> None:
    text = cluster(cnp("bad", "Admin", 1, f"ingress: [{{action: Deny, from: [{Y}], protocols: [{{tcp: {{}}}}]}}]"))
    (problem,) = load_files([("p.yaml", text.encode())]).report.diagnostics
    assert (problem.path, problem.message) == ("spec.ingress[0].protocols[0].tcp", "must have at least 1 properties")
    assert problem.hint == "for every port write destinationPort: {range: {start: 1, end: 65535}}"
    assert by_engine(text, C, A) is None
    assert by_engine(text, A, C) is ALLOW


def test_c3_admin_policies_isolate_nothing(ask: Asker) -> None:
    text = cluster(anp("open", 10, f"ingress: [{{action: Allow, from: [{Y}], ports: [{{portNumber: {{port: 80}}}}]}}]"))
    assert ask(text, C, A, 81) is ALLOW
    assert ask(text, EXT, A) is ALLOW


def test_c2_an_allow_at_the_target_does_not_open_the_source(ask: Asker) -> None:
    text = cluster(
        anp("open", 1, f"ingress: [{{action: Allow, from: [{ALL}]}}]"),
        np("b", "policyTypes: [Egress]"),
    )
    assert ask(text, B, A) is DENY


def test_c4_pass_in_the_baseline_tier_ends_open(ask: Asker) -> None:
    text = cluster(
        cnp("pass", "Baseline", 1, f"ingress: [{{action: Pass, from: [{Y}]}}]"),
        cnp("deny", "Baseline", 2, f"ingress: [{{action: Deny, from: [{ALL}]}}]"),
    )
    assert ask(text, C, A) is ALLOW
    assert ask(text, B, A) is DENY


def test_c10_pods_of_the_nodes_network_are_neither_subject_nor_peer(ask: Asker) -> None:
    rules = f"ingress: [{{action: Deny, from: [{ALL}]}}], egress: [{{action: Deny, to: [{ALL}]}}]"
    text = cluster(HOSTS, anp("shut", 1, rules, subject="namespaces: {}"))
    assert ask(text, H, A) is ALLOW
    assert ask(text, A, H) is ALLOW
    assert ask(text, A, C) is DENY


def test_c13_nodes_are_their_addresses_and_the_pods_of_their_network(ask: Asker) -> None:
    text = cluster(HOSTS, anp("nodes", 1, "egress: [{action: Deny, to: [{nodes: {matchLabels: {zone: one}}}]}]"))
    assert ask(text, A, H) is DENY
    assert ask(text, A, ("ip", "10.9.0.4")) is DENY
    assert ask(text, A, ("ip", "10.9.0.5")) is ALLOW
    assert ask(text, A, C) is ALLOW


def test_c13_without_node_manifests_any_outside_address_may_be_a_node() -> None:
    text = cluster(anp("nodes", 1, "egress: [{action: Deny, to: [{nodes: {}}]}]"))
    assert by_engine(text, A, EXT) is None
    assert by_engine(text, A, C) is ALLOW


def test_c15_a_port_name_means_a_number_in_each_protocol_that_declares_it(ask: Asker) -> None:
    text = cluster(anp("web", 1, f"ingress: [{{action: Deny, from: [{ALL}], ports: [{{namedPort: web}}]}}]"))
    assert ask(text, C, A, 8080) is DENY
    assert ask(text, C, A, 81, "UDP") is DENY
    assert ask(text, C, A, 8080, "UDP") is ALLOW
    assert ask(text, C, B, 8080) is ALLOW


@pytest.mark.parametrize(
    ("port", "denied"),
    [
        ("portNumber: {port: 80}", {("TCP", 80)}),
        ("portNumber: {protocol: UDP, port: 80}", {("UDP", 80)}),
        ("portRange: {start: 80, end: 81}", {("TCP", 80), ("TCP", 81)}),
        ("portRange: {protocol: SCTP, start: 80, end: 80}", {("SCTP", 80)}),
        ("portRange: {start: 81, end: 80}", set()),
    ],
)
def test_c15_ports_have_tcp_by_default_and_ranges_include_their_ends(
    ask: Asker, port: str, denied: set[tuple[str, int]]
) -> None:
    text = cluster(anp("p", 1, f"ingress: [{{action: Deny, from: [{ALL}], ports: [{{{port}}}]}}]"))
    asked = [(protocol, number) for protocol in ("TCP", "UDP", "SCTP") for number in (79, 80, 81, 82)]
    assert {each for each in asked if ask(text, C, A, each[1], each[0]) is DENY} == denied


@pytest.mark.parametrize("name", ["tcp", "ICMP"])
def test_c15_a_protocol_that_nothing_speaks_matches_nothing(name: str) -> None:
    entry = f"ports: [{{portNumber: {{protocol: {name}, port: 80}}}}]"
    text = cluster(anp("p", 1, f"ingress: [{{action: Deny, from: [{ALL}], {entry}}}]"))
    assert by_engine(text, C, A) is ALLOW
    assert by_engine(text, C, A, 0, "ICMP") is ALLOW


def test_c17_protocols_of_cluster_network_policy(ask: Asker) -> None:
    entries = "{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 53, end: 54}}}}"
    text = cluster(cnp("p", "Admin", 1, f"ingress: [{{action: Deny, from: [{ALL}], protocols: [{entries}]}}]"))
    assert [ask(text, C, A, port) for port in (80, 81)] == [DENY, ALLOW]
    assert [ask(text, C, A, port, "UDP") for port in (53, 54, 55, 80)] == [DENY, DENY, ALLOW, ALLOW]


def test_c20_domain_names_may_be_any_address_outside_and_no_pod() -> None:
    text = cluster(
        cnp("names", "Admin", 1, "egress: [{action: Accept, to: [{domainNames: [example.org]}]}]"),
        cnp("shut", "Admin", 2, "egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]"),
    )
    assert by_engine(text, A, EXT) is None
    assert by_engine(text, A, C) is DENY


@pytest.mark.parametrize("action", ["Deny", "Pass"])
def test_c20_domain_names_in_other_rules_have_no_defined_meaning(action: str) -> None:
    rule = f"{{action: {action}, to: [{{domainNames: [example.org]}}]}}"
    text = cluster(anp("names", 1, f"egress: [{rule}]"))
    assert by_engine(text, A, EXT) is None
    assert by_engine(text, A, C) is None
    assert by_engine(text, C, A) is ALLOW


def evaluation_of(text: str) -> Evaluation:
    return evaluator_of([("p.yaml", text.encode())]).evaluate(Scenario())


def told(text: str, source: tuple[str, str] | str, target: tuple[str, str], port: int = 80) -> tuple[list[str], str]:
    """The lines of the ingress half of an explanation, and what an UNKNOWN rests on."""
    evaluation = evaluation_of(text)
    start = parse_address(source) if isinstance(source, str) else evaluation.cluster.pod(*source)
    assert start is not None
    found = explain(evaluation, start, evaluation.cluster.pod(*target), Connection(6, port))
    _, ingress = halves(evaluation, found, lambda _: ())
    return [step.text for step in ingress.steps], "; ".join(
        f"{d.policy}: {d.reason}" for d in because(evaluation, found)
    )


def test_a_tie_is_what_an_unknown_rests_on() -> None:
    text = cluster(
        anp("one", 30, f"ingress: [{{action: Allow, from: [{Y}]}}]"),
        anp("two", 30, f"ingress: [{{action: Deny, from: [{Y}]}}]"),
    )
    _, reason = told(text, ("y", "c"), ("x", "a"))
    assert reason == (
        "AdminNetworkPolicy/one: it has the same priority as AdminNetworkPolicy/two, "
        "and which of them decides is not defined (C6)"
    )


def test_a_trace_goes_through_the_tiers_in_order_and_names_rules() -> None:
    text = cluster(
        anp("pass", 10, f"ingress: [{{name: own-choice, action: Pass, from: [{Y}]}}]"),
        anp("deny", 20, f"ingress: [{{action: Deny, from: [{Y}]}}]"),
        banp(f"ingress: [{{action: Deny, from: [{ALL}]}}]"),
    )
    lines, reason = told(text, ("y", "c"), ("x", "a"))
    assert reason == ""
    assert lines == [
        "AdminNetworkPolicy/pass applies to x/a for ingress",
        "spec.ingress[0] (own-choice) matches: passes any port from pods in namespace y, on to the next tier",
        "AdminNetworkPolicy/deny applies to x/a for ingress",
        "spec.ingress[0] does not match: denies any port from pods in namespace y; an earlier rule comes first",
        "BaselineAdminNetworkPolicy/default applies to x/a for ingress",
        "spec.ingress[0] matches: denies any port from pods in any namespace",
    ]


def test_a_pod_is_isolated_in_the_directions_for_which_some_policy_has_rules() -> None:
    evaluation = evaluation_of(cluster(anp("open", 1, f"ingress: [{{action: Allow, from: [{Y}]}}]")))
    (slot,) = evaluation.slots_of(evaluation.cluster.pod("x", "a"))
    (other,) = evaluation.slots_of(evaluation.cluster.pod("y", "c"))
    assert evaluation.isolated(slot, Direction.INGRESS) is True
    assert evaluation.isolated(slot, Direction.EGRESS) is False
    assert evaluation.isolated(other, Direction.INGRESS) is False


def test_a_disabled_admin_policy_decides_nothing() -> None:
    text = cluster(anp("shut", 1, f"ingress: [{{action: Deny, from: [{ALL}]}}]"))
    evaluator = evaluator_of([("p.yaml", text.encode())])
    shut = frozenset((PolicyId("AdminNetworkPolicy", "", "shut"),))
    source, target = (evaluator.cluster.pod(*end) for end in (("y", "c"), ("x", "a")))
    for scenario, expected in ((Scenario(), Verdict.DENY), (Scenario(disabled=shut), Verdict.ALLOW)):
        assert evaluator.evaluate(scenario).verdict(source, target, Connection(6, 80)) is expected
