"""The truth table of Kubernetes NetworkPolicy: manifests of known meaning, asked of the engine and of the oracle.

The fixture: namespaces x {team: blue} and y; pods x/a, x/b, y/c, each labelled with its own name; `ext` is outside.
A plain y is a boolean to kubectl, so it is quoted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.engine_questions import EngineSide
from tests.oracle.kubernetes import Endpoint, Flow, judge, read, service_targets

A: Endpoint = ("pod", "x", "a")
B: Endpoint = ("pod", "x", "b")
C: Endpoint = ("pod", "y", "c")
B2: Endpoint = ("pod", "y", "b2")
H: Endpoint = ("pod", "y", "h")
EXT: Endpoint = ("ip", "30.1.2.3")

ALLOW, DENY = True, False

NAMESPACES = """
{apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {team: blue}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: 'y'}}
"""


def pod(
    name: str,
    address: str = "",
    *,
    label: str = "",
    ports: str = "[]",
    status: str = "",
    spec: str = "",
) -> str:
    """A pod of the fixture; `name` is `<namespace>/<name>`, `ports`, `status` and `spec` are flow-style YAML."""
    namespace, _, own = name.partition("/")
    given = status or f"podIP: {address}, podIPs: [{{ip: {address}}}]"
    phase = "" if "phase:" in given else "phase: Running, "
    return f"""
apiVersion: v1
kind: Pod
metadata: {{namespace: '{namespace}', name: {own}, labels: {{{label or f"pod: {own}"}}}}}
spec: {{{spec}containers: [{{name: main, image: example.org/main, ports: {ports}}}]}}
status: {{{phase}{given}}}
"""


def policy(selector: str, body: str, *, name: str = "np") -> str:
    """A NetworkPolicy of namespace x; `selector` names the pod, empty for all; `body` is the rest of the spec."""
    labels = f"matchLabels: {{pod: {selector}}}" if selector else ""
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{namespace: x, name: {name}}}
spec: {{podSelector: {{{labels}}}, {body}}}
"""


PODS = {"a": pod("x/a", "10.0.0.1"), "b": pod("x/b", "10.0.0.2"), "c": pod("y/c", "10.0.1.3")}


def cluster(*more: str, **instead: str) -> str:
    """The fixture with further documents, and with other text for some of its pods."""
    return "---".join((NAMESPACES, *(PODS | instead).values(), *more))


@dataclass(frozen=True)
class Asker:
    """Answers flows and Service backends on one YAML text."""

    verdict: Callable[[str, Flow], bool | None]
    pods: Callable[[str], set[tuple[str, str]]]
    backends: Callable[[str, str, str, int], list[tuple[Endpoint, int]]]

    def __call__(
        self, text: str, source: Endpoint, target: Endpoint, port: int = 80, protocol: str = "TCP"
    ) -> bool | None:
        return self.verdict(text, Flow(source, target, protocol, port))


def documents(text: str) -> list[dict[str, Any]]:
    """The objects of a YAML text."""
    return list(yaml.safe_load_all(text))


def engine_side(text: str) -> EngineSide:
    """The engine's evaluation of a YAML text."""
    return EngineSide.of(text, documents(text))


ORACLE = Asker(
    verdict=lambda text, flow: judge(read(documents(text)), flow),
    pods=lambda text: set(read(documents(text))["pods"]),
    backends=lambda text, namespace, name, port: service_targets(documents(text), namespace, name, port),
)
ENGINE = Asker(
    verdict=lambda text, flow: engine_side(text).ask(flow),
    pods=lambda text: engine_side(text).names(),
    backends=lambda text, namespace, name, port: engine_side(text).backends(namespace, name, port),
)


@pytest.fixture(params=[pytest.param(ORACLE, id="oracle"), pytest.param(ENGINE, id="engine")])
def ask(request: pytest.FixtureRequest) -> Asker:
    """One of the two that have to agree with the table."""
    asker: Asker = request.param
    return asker


def test_the_fixture_without_policies_allows_everything(ask: Asker) -> None:
    text = cluster()
    assert ask(text, B, A) is ALLOW
    assert ask(text, C, A, 53, "UDP") is ALLOW
    assert ask(text, EXT, A) is ALLOW
    assert ask(text, A, EXT) is ALLOW


def test_e01_an_egress_rule_without_policy_types_isolates_ingress_too(ask: Asker) -> None:
    text = cluster(policy("a", "egress: [{to: [{podSelector: {}}]}]"))
    assert ask(text, B, A) is DENY
    assert ask(text, C, A) is DENY
    assert ask(text, A, B) is ALLOW
    assert ask(text, A, C) is DENY
    assert ask(text, A, EXT) is DENY


@pytest.mark.parametrize("body", ["", "policyTypes: [], ", "policyTypes: [], egress: [], "])
def test_e02_an_empty_spec_denies_ingress_only(ask: Asker, body: str) -> None:
    text = cluster(policy("a", body))
    for other in (B, C, EXT):
        assert ask(text, other, A) is DENY
        assert ask(text, A, other) is ALLOW


def test_e03_rules_of_a_direction_that_is_not_listed_have_no_effect(ask: Asker) -> None:
    rules = "ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}], egress: [{}]"
    text = cluster(policy("a", f"policyTypes: [Egress], {rules}"))
    assert ask(text, C, A) is ALLOW
    assert ask(text, A, C) is ALLOW


@pytest.mark.parametrize(("rules", "expected"), [("[{}]", ALLOW), ("[]", DENY)])
def test_e04_an_empty_rule_allows_everything_and_no_rule_nothing(ask: Asker, rules: str, expected: bool) -> None:
    text = cluster(policy("a", f"policyTypes: [Ingress], ingress: {rules}"))
    for other in (B, C, EXT):
        assert ask(text, other, A) is expected
        assert ask(text, other, A, 53, "UDP") is expected


def test_e05_an_empty_list_of_peers_means_everyone_and_the_protocol_is_tcp(ask: Asker) -> None:
    text = cluster(policy("a", "ingress: [{from: [], ports: [{port: 80}]}]"))
    assert ask(text, EXT, A, 80) is ALLOW
    assert ask(text, C, A, 80) is ALLOW
    assert ask(text, EXT, A, 81) is DENY
    assert ask(text, EXT, A, 80, "UDP") is DENY


def test_e06_a_pod_selector_alone_means_the_policys_own_namespace(ask: Asker) -> None:
    text = cluster(policy("a", "ingress: [{from: [{podSelector: {}}]}]"))
    assert ask(text, B, A) is ALLOW
    assert ask(text, C, A) is DENY
    assert ask(text, EXT, A) is DENY


PODS_NAMED_B = "podSelector: {matchLabels: {pod: b}}"
NAMESPACE_Y = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: 'y'}}"


@pytest.mark.parametrize(
    ("peers", "allowed"),
    [
        (f"[{{{PODS_NAMED_B}, {NAMESPACE_Y}}}]", {B2}),
        (f"[{{{PODS_NAMED_B}}}, {{{NAMESPACE_Y}}}]", {B, B2, C}),
    ],
    ids=["one-item", "two-items"],
)
def test_e07_two_selectors_in_one_item_both_have_to_match(ask: Asker, peers: str, allowed: set[Endpoint]) -> None:
    text = cluster(pod("y/b2", "10.0.1.4", label="pod: b"), policy("a", f"ingress: [{{from: {peers}}}]"))
    assert {end for end in (B, B2, C) if ask(text, end, A)} == allowed
    assert ask(text, EXT, A) is DENY


def test_e08_not_in_matches_where_the_label_is_missing(ask: Asker) -> None:
    expression = "{key: team, operator: NotIn, values: [blue]}"
    text = cluster(policy("a", f"ingress: [{{from: [{{namespaceSelector: {{matchExpressions: [{expression}]}}}}]}}]"))
    assert ask(text, C, A) is ALLOW
    assert ask(text, B, A) is DENY
    assert ask(text, EXT, A) is DENY


def test_e09_a_named_port_is_looked_up_on_each_pod_and_under_its_protocol(ask: Asker) -> None:
    web_and_dns = "[{name: web, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]"
    text = cluster(
        policy("", "ingress: [{ports: [{port: web}, {port: dns}]}]"),
        a=pod("x/a", "10.0.0.1", ports=web_and_dns),
        b=pod("x/b", "10.0.0.2", ports="[{name: web, containerPort: 9090}]"),
    )
    assert ask(text, C, A, 8080) is ALLOW
    assert ask(text, C, B, 9090) is ALLOW
    assert ask(text, C, B, 8080) is DENY
    assert ask(text, C, A, 53, "UDP") is DENY
    assert ask(text, C, A, 53) is DENY


def test_e10_a_named_egress_port_is_looked_up_on_the_destination(ask: Asker) -> None:
    text = cluster(
        pod("y/d", "10.0.1.4", ports="[{name: web, containerPort: 9090}]"),
        pod("y/e", "10.0.1.5"),
        policy("a", "policyTypes: [Egress], egress: [{ports: [{port: web}]}]"),
        c=pod("y/c", "10.0.1.3", ports="[{name: web, containerPort: 8080}]"),
    )
    assert ask(text, A, C, 8080) is ALLOW
    assert ask(text, A, ("pod", "y", "d"), 9090) is ALLOW
    assert ask(text, A, ("pod", "y", "d"), 8080) is DENY
    for port in (80, 8080, 9090):
        assert ask(text, A, ("pod", "y", "e"), port) is DENY
        assert ask(text, A, EXT, port) is DENY


def test_e11_a_port_range_includes_its_end(ask: Asker) -> None:
    text = cluster(policy("a", "ingress: [{ports: [{port: 8000, endPort: 8010}]}]"))
    assert [ask(text, B, A, port) for port in (7999, 8000, 8010, 8011)] == [DENY, ALLOW, ALLOW, DENY]
    assert ask(text, B, A, 8005, "UDP") is DENY


def test_e12_an_except_is_local_to_its_block(ask: Asker) -> None:
    text = cluster(
        policy("a", "egress: [{to: [{ipBlock: {cidr: 20.0.0.0/8, except: [20.1.0.0/16]}}]}]", name="p"),
        policy("a", "egress: [{to: [{ipBlock: {cidr: 20.1.2.3/32}}]}]", name="q"),
    )
    assert ask(text, A, ("ip", "20.1.2.3")) is ALLOW
    assert ask(text, A, ("ip", "20.1.2.4")) is DENY
    assert ask(text, A, ("ip", "20.2.0.1")) is ALLOW


def test_e13_an_address_block_matches_pods_too(ask: Asker) -> None:
    text = cluster(policy("a", "egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"))
    assert ask(text, A, C) is ALLOW
    assert ask(text, A, EXT) is DENY


def test_e14_both_sides_have_to_allow(ask: Asker) -> None:
    egress = policy("a", "policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {pod: b}}}]}]", name="p")
    text = cluster(egress, policy("b", "ingress: []", name="q"))
    assert ask(text, A, B) is DENY
    assert ask(cluster(egress), A, B) is ALLOW


def test_e15_an_entry_with_only_a_protocol_means_all_its_ports(ask: Asker) -> None:
    text = cluster(policy("a", "ingress: [{ports: [{protocol: UDP}]}]"))
    for port in (1, 53, 65535):
        assert ask(text, B, A, port, "UDP") is ALLOW
        assert ask(text, B, A, port, "TCP") is DENY


SERVICE = """
apiVersion: v1
kind: Service
metadata: {namespace: x, name: svc}
spec: {selector: {pod: a}, ports: [{port: 80, targetPort: 8080}]}
"""


@pytest.mark.parametrize(("allowed", "expected"), [(80, DENY), (8080, ALLOW)])
def test_e16_policy_sees_the_port_of_the_pod_behind_a_service(ask: Asker, allowed: int, expected: bool) -> None:
    text = cluster(SERVICE, policy("a", f"ingress: [{{ports: [{{port: {allowed}}}]}}]"))
    assert ask.backends(text, "x", "svc", 80) == [(A, 8080)]
    assert [ask(text, B, end, port) for end, port in ask.backends(text, "x", "svc", 80)] == [expected]


NODES = """
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 10.9.0.1}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 10.9.0.4}]}}
"""


def host_pod(node: str, address: str) -> str:
    """The hostNetwork pod y/h."""
    spec, status = f"hostNetwork: true, nodeName: {node}, ", f"hostIP: {address}, podIP: {address}"
    return pod("y/h", spec=spec, status=status)


def test_e17_a_pod_reaches_itself_and_its_node_reaches_it(ask: Asker) -> None:
    text = cluster(
        NODES,
        host_pod("n1", "10.9.0.1"),
        policy("", "policyTypes: [Ingress, Egress]"),
        a=pod("x/a", "10.0.0.1", spec="nodeName: n1, "),
    )
    assert ask(text, A, A) is ALLOW
    assert ask(text, A, B) is DENY
    assert ask(text, H, A) is ALLOW
    assert ask(text, ("ip", "10.9.0.1"), A) is ALLOW
    assert ask(text, ("ip", "10.9.0.4"), A) is DENY


def test_e18_a_pod_of_another_nodes_network_is_matched_by_address_only(ask: Asker) -> None:
    by_label = "{namespaceSelector: {}, podSelector: {matchLabels: {pod: h}}}"
    fixture = (NODES, host_pod("n2", "10.9.0.4"))
    on_n1 = pod("x/a", "10.0.0.1", spec="nodeName: n1, ")
    text = cluster(*fixture, policy("a", f"ingress: [{{from: [{by_label}]}}]"), a=on_n1)
    assert ask(text, H, A) is DENY
    by_address = "{ipBlock: {cidr: 10.9.0.4/32}}"
    text = cluster(*fixture, policy("a", f"ingress: [{{from: [{by_label}, {by_address}]}}]"), a=on_n1)
    assert ask(text, H, A) is ALLOW


def test_e18_placement_that_is_not_known_leaves_a_denied_host_unknown(ask: Asker) -> None:
    text = cluster(host_pod("n2", "10.9.0.4"), policy("a", ""))
    assert ask(text, H, A) is None


def test_e19_a_finished_pod_is_no_endpoint_and_its_address_is_free(ask: Asker) -> None:
    by_label = f"{{{NAMESPACE_Y}, podSelector: {{matchLabels: {{job: '1'}}}}}}"
    text = cluster(
        pod("y/old", label="job: '1'", status="phase: Succeeded, podIP: 10.0.1.3"),
        policy("a", f"ingress: [{{from: [{by_label}]}}]"),
    )
    assert ask(text, C, A) is DENY
    assert ask.pods(text) == {("x", "a"), ("x", "b"), ("y", "c")}


def test_e20_a_block_of_one_family_does_not_cover_the_other(ask: Asker) -> None:
    text = cluster(
        policy("a", "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"),
        a=pod("x/a", status="podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]"),
    )
    assert ask(text, A, EXT) is ALLOW
    assert ask(text, A, ("ip", "2001:db8::1")) is DENY
