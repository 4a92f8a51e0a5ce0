"""HostEndpoints and the Calico policies that select them, from manifests to verdicts (E33; B23, B31, B41, B50-B54).

Node node1 is 192.168.0.1 with host endpoint node1-eth0, node2 is 192.168.0.2 without one; x/a runs on node1, x/b on
node2, x/proxy on the network of node1.
"""

from __future__ import annotations

import pytest

from netviz.dialects.plugins import parse_plugin
from netviz.engine import Connection, Evaluation, Evaluator, Grouping, Verdict
from netviz.engine.naming import find
from netviz.loading import load_files, under
from netviz.sets.connections import TCP
from netviz.workbench.answers import Asker
from netviz.workbench.inventory import assumptions
from netviz.workbench.picking import endpoint_choices

EXT, NODE1, NODE2 = "30.1.2.3", "192.168.0.1", "192.168.0.2"
ALLOW, DENY, UNKNOWN = Verdict.ALLOW, Verdict.DENY, Verdict.UNKNOWN
OPEN = "profiles: [projectcalico-default-allow]"


def node(name: str, address: str) -> str:
    return f"""
apiVersion: v1
kind: Node
metadata: {{name: {name}}}
status: {{addresses: [{{type: InternalIP, address: {address}}}]}}
"""


def pod(name: str, node_name: str, address: str, host: str, network: str = "false") -> str:
    return f"""
apiVersion: v1
kind: Pod
metadata: {{namespace: x, name: {name}, labels: {{pod: {name}}}}}
spec: {{nodeName: {node_name}, hostNetwork: {network}, containers: [{{name: main, image: example.org/main}}]}}
status: {{phase: Running, podIP: {address}, hostIP: {host}}}
"""


def host_endpoint(more: str = "", labels: str = "role: edge", name: str = "node1-eth0") -> str:
    return f"""
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {{name: {name}, labels: {{{labels}}}}}
spec: {{node: node1, interfaceName: eth0, expectedIPs: [{NODE1}], {more}}}
"""


def policy(spec: str, name: str = "p", kind: str = "GlobalNetworkPolicy", namespace: str = "") -> str:
    where = f"namespace: {namespace}, " if namespace else ""
    return f"""
apiVersion: projectcalico.org/v3
kind: {kind}
metadata: {{{where}name: {name}}}
spec: {{{spec}}}
"""


CLUSTER = (
    "{apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {env: prod}}}",
    node("node1", NODE1),
    node("node2", NODE2),
    pod("a", "node1", "10.0.0.1", NODE1),
    pod("b", "node2", "10.0.0.2", NODE2),
    pod("proxy", "node1", NODE1, NODE1, "true"),
)


def judged(*more: str) -> Evaluation:
    text = "\n---\n".join((*CLUSTER, *more))
    loaded = load_files([("in.yaml", text.encode())])
    assert [d for d in loaded.report.diagnostics if d.severity == "error"] == []
    return Evaluator(loaded.cluster, loaded.policies).evaluate()


def verdict(evaluation: Evaluation, source: str, target: str, port: int = 80) -> Verdict:
    (start,), (end,) = find(evaluation.cluster, source).ends, find(evaluation.cluster, target).ends
    return evaluation.verdict(start, end, Connection(TCP, port))


def test_e33_a_host_endpoint_without_policy_and_profile() -> None:
    evaluation = judged(host_endpoint())
    assert verdict(evaluation, EXT, NODE1, 22) is ALLOW
    assert verdict(evaluation, EXT, NODE1, 80) is DENY
    assert verdict(evaluation, EXT, "x/a") is ALLOW
    assert verdict(evaluation, "x/a", EXT) is ALLOW


def test_a_node_without_host_endpoint_is_open() -> None:
    evaluation = judged(host_endpoint())
    assert verdict(evaluation, EXT, NODE2) is ALLOW
    assert verdict(evaluation, EXT, "x/b") is ALLOW


@pytest.mark.parametrize(
    ("spec", "selected"),
    [
        ("selector: role == 'edge'", True),
        ("selector: all()", True),
        ("selector: ''", True),
        ("selector: pod == 'a'", False),
        ("namespaceSelector: all()", False),
        ("namespaceSelector: env == 'prod'", False),
        ("namespaceSelector: env != 'prod'", True),
        ("namespaceSelector: '!has(x)'", True),
        ("selector: all(), namespaceSelector: env != 'prod'", False),
        ("serviceAccountSelector: team == 'a'", False),
        # Beside a selector of service accounts all() means what has one.
        ("serviceAccountSelector: all()", False),
        ("serviceAccountSelector: \"trust != 'low'\"", True),
        ("selector: all(), serviceAccountSelector: \"trust != 'low'\"", False),
        ("namespaceSelector: \"env != 'prod'\", serviceAccountSelector: all()", False),
    ],
)
def test_b23_which_host_endpoints_a_global_policy_selects(spec: str, *, selected: bool) -> None:
    evaluation = judged(host_endpoint(OPEN), policy(f"{spec}, types: [Ingress], ingress: [{{action: Deny}}]"))
    assert verdict(evaluation, EXT, NODE1) is (DENY if selected else ALLOW)


def test_a_policy_of_a_namespace_never_selects_host_endpoints() -> None:
    closed = policy("selector: all(), ingress: [{action: Deny}]", kind="NetworkPolicy", namespace="x")
    evaluation = judged(host_endpoint(OPEN), closed)
    assert verdict(evaluation, EXT, NODE1) is ALLOW
    assert verdict(evaluation, EXT, "x/b") is DENY


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("selector: role == 'edge'", True),
        ("selector: all()", True),
        ("namespaceSelector: global()", True),
        ("namespaceSelector: all()", False),
        ("namespaceSelector: env != 'prod'", True),
        ("selector: role == 'edge', namespaceSelector: all()", False),
        ("notSelector: role == 'edge'", False),
    ],
)
def test_b31_b32_which_host_endpoints_the_rules_of_a_global_policy_mean(source: str, *, reached: bool) -> None:
    only = policy(f"selector: pod == 'b', ingress: [{{action: Allow, source: {{{source}}}}}]")
    evaluation = judged(host_endpoint(OPEN), only)
    assert verdict(evaluation, NODE1, "x/b") is (ALLOW if reached else DENY)
    assert verdict(evaluation, "x/proxy", "x/b") is (ALLOW if reached else DENY)


@pytest.mark.parametrize("flag", ["doNotTrack", "preDNAT"])
def test_b41_early_policies_concern_host_endpoints_only_and_come_first(flag: str) -> None:
    early = f"{flag}: true, applyOnForward: true, types: [Ingress]"
    closed = policy(f"order: 5000, {early}, ingress: [{{action: Deny, source: {{nets: [{EXT}/32]}}}}]", "early")
    opened = policy("order: 1, selector: all(), types: [Ingress], ingress: [{action: Allow}]", "usual")
    evaluation = judged(host_endpoint(), closed, opened)
    assert verdict(evaluation, EXT, NODE1) is DENY
    assert verdict(evaluation, EXT, NODE1, 22) is ALLOW
    assert verdict(evaluation, "30.9.9.9", NODE1) is ALLOW
    assert verdict(evaluation, EXT, "x/a") is ALLOW


@pytest.mark.parametrize("flag", ["doNotTrack", "preDNAT"])
def test_b41_the_end_of_an_early_tier_is_a_pass(flag: str) -> None:
    early = f"{flag}: true, applyOnForward: true, selector: all(), types: [Ingress]"
    rule = "ingress: [{action: Allow, protocol: TCP, destination: {ports: [8080]}}]"
    by_profile = judged(host_endpoint(OPEN), policy(f"{early}, {rule}"))
    assert verdict(by_profile, EXT, NODE1, 80) is ALLOW
    without_profile = judged(host_endpoint(), policy(f"{early}, {rule}"))
    assert verdict(without_profile, EXT, NODE1, 80) is DENY
    assert verdict(without_profile, EXT, NODE1, 8080) is ALLOW


def test_b41_a_pass_of_an_untracked_policy_leads_to_the_usual_policies_of_the_same_tier() -> None:
    early = policy("doNotTrack: true, applyOnForward: true, types: [Ingress], ingress: [{action: Pass}]", "early")
    closed = policy("selector: role == 'edge', types: [Ingress], ingress: [{action: Deny}]", "usual")
    assert verdict(judged(host_endpoint(OPEN), early, closed), EXT, NODE1) is DENY


def test_a_refused_early_policy_leaves_only_host_endpoints_in_doubt() -> None:
    text = "\n---\n".join((*CLUSTER, host_endpoint(OPEN), policy("preDNAT: true, types: [Ingress]")))
    loaded = load_files([("in.yaml", text.encode())])
    evaluation = Evaluator(loaded.cluster, loaded.policies).evaluate()
    assert verdict(evaluation, EXT, NODE1) is UNKNOWN
    assert verdict(evaluation, EXT, NODE1, 22) is ALLOW
    assert verdict(evaluation, EXT, "x/b") is ALLOW


def test_b42_apply_on_forward_is_noted_and_changes_nothing_for_pods() -> None:
    spec = "applyOnForward: true, selector: role == 'edge', types: [Ingress], ingress: [{action: Deny}]"
    loaded = load_files([("in.yaml", "\n---\n".join((*CLUSTER, host_endpoint(), policy(spec))).encode())])
    assert [(d.severity, d.code, d.path) for d in loaded.report.diagnostics] == [
        ("info", "not-forwarded", "spec.applyOnForward")
    ]
    assert verdict(Evaluator(loaded.cluster, loaded.policies).evaluate(), EXT, "x/a") is ALLOW


def test_b52_a_node_and_its_own_pods() -> None:
    closed = policy("selector: role == 'edge', types: [Ingress, Egress], ingress: [], egress: []")
    evaluation = judged(host_endpoint(), closed)
    assert verdict(evaluation, NODE1, "x/a") is ALLOW
    assert verdict(evaluation, "x/a", NODE1) is ALLOW
    assert verdict(evaluation, "x/b", NODE1) is DENY
    kept_in = judged(host_endpoint(), policy("selector: pod == 'a', types: [Egress], egress: []"))
    assert verdict(kept_in, "x/a", NODE1) is DENY


def test_b54_what_is_on_a_nodes_network_is_judged_through_its_host_endpoint() -> None:
    web = policy(
        "selector: role == 'edge', ingress: [{action: Allow, protocol: TCP, destination: {ports: [8080]}}]"
    )
    evaluation = judged(host_endpoint(), web)
    assert verdict(evaluation, EXT, "x/proxy", 8080) is ALLOW
    assert verdict(evaluation, EXT, "x/proxy", 80) is DENY
    matrix = evaluation.matrix(Grouping.POD)
    index = {peer.id: i for i, peer in enumerate(matrix.peers)}
    cell = matrix.cell(index["x/b[Pod]"], index["x/proxy[Pod]"])
    assert cell.allow.has(TCP, 8080)
    assert not cell.allow.has(TCP, 80)


def test_another_plugin_has_no_host_endpoints() -> None:
    text = "\n---\n".join((*CLUSTER, host_endpoint()))
    loaded = load_files([("in.yaml", text.encode())])
    other = under(loaded, parse_plugin("kubernetes"))
    assert not other.cluster.host_endpoints
    assert [(item.kind, item.name) for item in other.report.unsupported] == [("HostEndpoint", "node1-eth0")]
    assert "not-enforced" in {d.code for d in other.report.diagnostics}
    assert under(other, parse_plugin("calico")).cluster == loaded.cluster
    assert not under(loaded, parse_plugin("calico")).report.unsupported


@pytest.mark.parametrize(
    ("source", "target", "port", "words"),
    [
        (EXT, NODE1, 22, "a failsafe port: host endpoint node1-eth0 always allows it, whatever the policies say (B50)"),
        (
            EXT,
            "hostendpoint/node1-eth0",
            80,
            "no policy decides this connection of host endpoint node1-eth0, and it has no profile: denied (B50)",
        ),
        (
            EXT,
            "x/proxy",
            80,
            "x/proxy is on the network of node node1: host endpoint node1-eth0 is judged (B54)",
        ),
        (
            "x/a",
            NODE1,
            80,
            "the source runs on the node of host endpoint node1-eth0, which is assumed to take what its own pods send "
            "(B52)",
        ),
    ],
)
def test_the_trace_says_why(source: str, target: str, port: int, words: str) -> None:
    evaluation = judged(host_endpoint())
    asker = Asker(evaluation, lambda _: ())
    answer = asker.why(find(evaluation.cluster, source), find(evaluation.cluster, target), TCP, port)
    assert words in [step.text for step in answer.halves[1].steps]


@pytest.mark.parametrize(
    ("profiles", "words"),
    [
        (OPEN, "and its profile projectcalico-default-allow allows it (B50)"),
        ("profiles: [mine]", "and no rules are known of its profile mine: denied (B50)"),
    ],
)
def test_the_trace_names_the_profiles(profiles: str, words: str) -> None:
    evaluation = judged(host_endpoint(profiles))
    asker = Asker(evaluation, lambda _: ())
    answer = asker.why(find(evaluation.cluster, EXT), find(evaluation.cluster, NODE1), TCP, 80)
    assert answer.halves[1].steps[-1].text.endswith(words)
    assert answer.halves[1].steps[-1].line > 0


def test_b51_what_a_node_forwards_to_a_pod_is_not_judged_at_its_host_endpoint() -> None:
    service = """
apiVersion: v1
kind: Service
metadata: {namespace: x, name: web}
spec: {type: NodePort, selector: {pod: b}, ports: [{port: 80}]}
"""
    evaluation = judged(host_endpoint(), service)
    asker = Asker(evaluation, lambda _: ())
    answer = asker.why(find(evaluation.cluster, EXT), find(evaluation.cluster, "service/x/web"), TCP, 80)
    assert answer.verdict == "allow"
    assert verdict(evaluation, NODE1, "x/b") is DENY


def test_a_host_endpoint_can_be_chosen_and_what_is_assumed_about_it_is_told() -> None:
    loaded = load_files([("in.yaml", "\n---\n".join((*CLUSTER, host_endpoint())).encode())])
    (choice,) = [each for each in endpoint_choices(loaded.cluster) if each.kind == "HostEndpoint"]
    assert find(loaded.cluster, choice.id).ends == loaded.cluster.host_endpoints
    assert "failsafe" in " ".join(assumptions(Evaluator(loaded.cluster, loaded.policies)))
