"""Network plugins: every difference that changes a verdict, by the id of its rule, and the truth table's variants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netviz.cli.main import main
from netviz.dialects.plugins import AUTO, Trait, parse_plugin
from netviz.engine import Connection, Evaluator, Verdict
from netviz.errors import UsageError
from netviz.loading import Loaded, load_files, under
from netviz.model.cluster import Pod
from netviz.sets.addresses import IpAddress, parse_address
from netviz.workbench import (
    BASELINE,
    Assumptions,
    Draft,
    InputFile,
    PictureQuestion,
    WhatIf,
    WhyAnswer,
    WhyQuestion,
    Workbench,
)
from netviz.workbench.options import options_for
from tests.engine_questions import PROTOCOLS
from tests.unit.test_truth_table import NODES, cluster, host_pod, pod, policy

ALLOW, DENY, UNKNOWN = Verdict.ALLOW, Verdict.DENY, Verdict.UNKNOWN


def loaded(text: str, cni: str = "auto", version: str = "") -> Loaded:
    """The input, of which nothing is refused, as a plugin takes it."""
    found = load_files([("in.yaml", text.encode())], plugin=parse_plugin(cni, version))
    assert found.report.complete, found.report.diagnostics
    return found


def end(found: Loaded, name: str) -> Pod | IpAddress:
    """A pod by `<namespace>/<name>`, or an address."""
    address = parse_address(name)
    if address is not None:
        return address
    namespace, _, own = name.partition("/")
    return found.cluster.pod(namespace, own)


def ask(
    found: Loaded, source: str, target: str, port: int = 80, protocol: str = "TCP", *, ip_blocks: str = "addresses"
) -> Verdict:
    """The verdict on one connection."""
    options = options_for(found.plugin, ip_blocks=ip_blocks, pod_cidrs=("10.244.0.0/16",))
    evaluation = Evaluator(found.cluster, found.policies, options).evaluate()
    return evaluation.verdict(end(found, source), end(found, target), Connection(PROTOCOLS[protocol], port))


SERVICE = """
apiVersion: v1
kind: Service
metadata: {namespace: x, name: svc}
spec: {type: NodePort, selector: {pod: a}, ports: [{port: 80, targetPort: 8080}]}
"""
OUTSIDE_CLOSED = policy("a", "ingress: [{from: [{podSelector: {}}]}]")


@pytest.mark.parametrize(("cni", "expected"), [("kubernetes", "deny"), ("cilium", "deny"), ("azure-npm", "allow")])
def test_d4_azure_npm_does_not_police_clients_outside_that_come_through_a_node(cni: str, expected: str) -> None:
    text = cluster(NODES, SERVICE, OUTSIDE_CLOSED, a=pod("x/a", "10.0.0.1", spec="nodeName: n3, "))
    found = through(text, cni)
    assert found.verdict == expected
    assert ("(D4)" in found.halves[1].steps[-1].text) == (cni == "azure-npm")


def test_d4_without_a_node_in_between_azure_npm_polices_as_the_specification_says() -> None:
    local = SERVICE.replace("type: NodePort", "type: LoadBalancer, externalTrafficPolicy: Local")
    for service in (local, SERVICE.replace("NodePort", "ClusterIP")):
        assert through(cluster(service, OUTSIDE_CLOSED), "azure-npm").verdict == "deny"


def test_d4_cilium_may_take_the_client_for_itself_or_for_a_node() -> None:
    allows_client = policy("a", "ingress: [{from: [{ipBlock: {cidr: 30.0.0.0/8}}]}]")
    text = cluster(NODES, SERVICE, allows_client, a=pod("x/a", "10.0.0.1", spec="nodeName: n3, "))
    assert through(text, "cilium").verdict == "unknown"
    assert "(D4)" in through(text, "cilium").because[0][1]
    assert through(text, "kubernetes").verdict == "deny"


def through(text: str, cni: str) -> WhyAnswer:
    """The answer for a client outside that comes through the Service."""
    return bench(text, cni).why(BASELINE, WhyQuestion(source="30.1.2.3", target="service/x/svc", port=80))


CLOSED = policy("a", "policyTypes: [Egress]")


@pytest.mark.parametrize(("cni", "expected"), [("kubernetes", DENY), ("cilium", DENY), ("azure-npm", ALLOW)])
def test_d5_azure_npm_lets_a_pod_reach_its_own_node(cni: str, expected: Verdict) -> None:
    on_n1 = pod("x/a", "10.0.0.1", spec="nodeName: n1, ")
    found = loaded(cluster(NODES, host_pod("n1", "10.9.0.1"), CLOSED, a=on_n1), cni)
    assert ask(found, "x/a", "y/h") is expected
    assert ask(found, "x/a", "10.9.0.1") is expected
    assert ask(found, "x/a", "10.9.0.4") is DENY
    assert ask(found, "x/a", "x/b") is DENY


@pytest.mark.parametrize(("node", "expected"), [("n1", "allow"), ("n2", "deny")])
def test_d5_list_and_why_agree(node: str, expected: str) -> None:
    on_n1 = pod("x/a", "10.0.0.1", spec="nodeName: n1, ")
    address = {"n1": "10.9.0.1", "n2": "10.9.0.4"}[node]
    asked = bench(cluster(NODES, host_pod(node, address), CLOSED, a=on_n1), "azure-npm")
    answer = asked.why(BASELINE, WhyQuestion(source="x/a", target="y/h", port=80))
    assert answer.verdict == expected
    assert any("(D5)" in step.text for step in answer.halves[0].steps) == (expected == "allow")
    listed = {(line.source, line.target) for line in asked.pairs(BASELINE, "workload")}
    assert (("x/a[Pod]", "y/h[Pod]") in listed) == (expected == "allow")


def test_d5_placement_that_is_not_known_leaves_it_unknown() -> None:
    text = cluster(host_pod("n1", "10.9.0.1").replace("nodeName: n1, ", ""), CLOSED)
    assert ask(loaded(text, "azure-npm"), "x/a", "y/h") is UNKNOWN
    assert ask(loaded(text, "kubernetes"), "x/a", "y/h") is DENY
    answer = bench(text, "azure-npm").why(BASELINE, WhyQuestion(source="x/a", target="y/h", port=80))
    words = "whether the target is the node that the source runs on is not in the input (rule D5)"
    assert answer.because == (("", words),)


DUAL = cluster(
    policy("a", "policyTypes: [Ingress, Egress]"),
    a=pod("x/a", status="podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]"),
    b=pod("x/b", status="podIP: 10.0.0.2, podIPs: [{ip: 10.0.0.2}, {ip: 'fd00::2'}]"),
)


@pytest.mark.parametrize("ip_blocks", ["addresses", "external"])
def test_d9_azure_npm_leaves_ipv6_without_policy(ip_blocks: str) -> None:
    plain, npm = loaded(DUAL), loaded(DUAL, "azure-npm")
    for source, target in (("30.1.2.3", "x/a"), ("x/a", "30.1.2.3"), ("y/c", "x/a")):
        assert ask(plain, source, target, ip_blocks=ip_blocks) is DENY
        assert ask(npm, source, target, ip_blocks=ip_blocks) is DENY
    for source, target in (("2001:db8::1", "x/a"), ("x/a", "2001:db8::1")):
        assert ask(plain, source, target, ip_blocks=ip_blocks) is DENY
        assert ask(npm, source, target, ip_blocks=ip_blocks) is ALLOW
    assert ask(npm, "x/b", "x/a", ip_blocks=ip_blocks) is UNKNOWN


def test_d9_what_azure_npm_makes_of_an_ipv6_block_is_not_known() -> None:
    text = cluster(policy("a", "ingress: [{from: [{ipBlock: {cidr: 'fd00::/64'}}]}]"))
    assert ask(loaded(text, "azure-npm"), "y/c", "x/a") is UNKNOWN
    assert ask(loaded(text, "calico"), "y/c", "x/a") is DENY


BLOCK = cluster(policy("a", "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"))


@pytest.mark.parametrize(("cni", "expected"), [("kubernetes", ALLOW), ("calico", ALLOW), ("cilium", DENY)])
def test_e13_d1_cilium_matches_no_pod_by_its_address(cni: str, expected: Verdict) -> None:
    found = loaded(BLOCK, cni)
    assert ask(found, "x/a", "y/c") is expected
    assert ask(found, "x/a", "30.1.2.3") is ALLOW


@pytest.mark.parametrize(("cni", "expected"), [("kubernetes", ALLOW), ("azure-npm", ALLOW), ("cilium", DENY)])
def test_e18_d2_cilium_matches_no_node_by_its_address(cni: str, expected: Verdict) -> None:
    by_address = policy("a", "ingress: [{from: [{ipBlock: {cidr: 10.9.0.4/32}}, {ipBlock: {cidr: 10.9.0.8/32}}]}]")
    on_n1 = pod("x/a", "10.0.0.1", spec="nodeName: n1, ")
    found = loaded(cluster(NODES, host_pod("n2", "10.9.0.4"), by_address, a=on_n1), cni)
    assert ask(found, "y/h", "x/a") is expected
    assert ask(found, "10.9.0.4", "x/a") is expected
    assert ask(found, "10.9.0.8", "x/a") is ALLOW
    assert ask(found, "10.9.0.1", "x/a") is ALLOW


def test_d2_a_node_is_known_from_the_status_of_its_pods() -> None:
    on_some_node = pod("y/c", status="podIP: 10.0.1.3, hostIP: 10.9.0.4")
    text = cluster(policy("a", "ingress: [{from: [{ipBlock: {cidr: 10.9.0.0/24}}]}]"), c=on_some_node)
    assert ask(loaded(text, "cilium"), "10.9.0.4", "x/a") is not ALLOW
    assert ask(loaded(text, "cilium"), "10.9.0.5", "x/a") is ALLOW


def test_d2_rules_without_peers_admit_pods_and_nodes_everywhere() -> None:
    text = cluster(NODES, host_pod("n2", "10.9.0.4"), policy("a", "ingress: [{ports: [{port: 80}]}]"))
    for source in ("y/c", "y/h", "10.9.0.4"):
        assert ask(loaded(text, "cilium"), source, "x/a") is ALLOW


UNLISTED = cluster(
    policy("a", "policyTypes: [Egress], ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}], egress: [{}]")
)


@pytest.mark.parametrize(("cni", "expected"), [("auto", ALLOW), ("calico", ALLOW), ("cilium", DENY)])
def test_e03_d8_cilium_enforces_rules_of_a_direction_that_is_not_listed(cni: str, expected: Verdict) -> None:
    found = loaded(UNLISTED, cni)
    assert ask(found, "y/c", "x/a") is expected
    assert ask(found, "x/b", "x/a") is ALLOW
    assert {d.code for d in found.report.diagnostics} == {"rules-enforced" if cni == "cilium" else "rules-ignored"}


def test_d8_an_empty_list_of_a_direction_that_is_not_listed_isolates_nothing() -> None:
    assert ask(loaded(cluster(policy("a", "policyTypes: [Egress], ingress: []")), "cilium"), "y/c", "x/a") is ALLOW


NAMED = cluster(
    pod("y/d", "10.0.1.4", ports="[{name: web, containerPort: 9090}]"),
    policy("a", "policyTypes: [Egress], egress: [{ports: [{port: web}, {port: 443}]}]"),
    c=pod("y/c", "10.0.1.3", ports="[{name: web, containerPort: 8080}]"),
)


@pytest.mark.parametrize(
    ("cni", "expected"), [("kubernetes", ALLOW), ("calico", ALLOW), ("azure-npm", ALLOW), ("cilium", UNKNOWN)]
)
def test_e10_d7_cilium_may_skip_an_egress_port_name_of_several_numbers(cni: str, expected: Verdict) -> None:
    found = loaded(NAMED, cni)
    assert ask(found, "x/a", "y/c", 8080) is expected
    assert ask(found, "x/a", "y/d", 9090) is expected
    assert ask(found, "x/a", "y/d", 8080) is DENY
    assert ask(found, "x/a", "y/d", 443) is ALLOW


def test_d7_the_trace_leaves_open_what_is_not_known() -> None:
    answer = bench(NAMED, "cilium").why(BASELINE, WhyQuestion(source="x/a", target="y/c", port=8080))
    assert answer.because == (
        ("NetworkPolicy/x/np", "Cilium may skip port 'web', which stands for different numbers in the cluster (D7)"),
    )
    assert [step.mark for step in answer.halves[0].steps] == ["info", "info", "unknown", "unknown"]
    assert answer.halves[0].steps[-1].text == "denied if none of these applies, since x/a is isolated for egress"


def test_d7_a_port_name_of_one_number_is_the_same_everywhere() -> None:
    text = NAMED.replace("9090", "8080")
    assert ask(loaded(text, "cilium"), "x/a", "y/c", 8080) is ALLOW


def test_d7_a_named_ingress_port_is_the_same_everywhere() -> None:
    text = NAMED.replace("policyTypes: [Egress], egress", "ingress").replace("x, name: np", "'y', name: np")
    text = text.replace("matchLabels: {pod: a}", "")
    assert ask(loaded(text, "cilium"), "x/a", "y/c", 8080) is ALLOW


RANGE = cluster(policy("a", "ingress: [{ports: [{port: 8000, endPort: 8010}]}]"))


@pytest.mark.parametrize(
    ("cni", "version", "expected"),
    [
        ("kubernetes", "", ALLOW),
        ("azure-npm", "", ALLOW),
        ("azure-npm", "windows", ALLOW),
        ("cilium", "", ALLOW),
        ("cilium", "1.17", ALLOW),
        ("cilium", "cilium=v1.18.2", ALLOW),
        ("cilium", "cilium=1.16", DENY),
        ("cilium", "1.9", DENY),
    ],
)
def test_e11_d3_old_cilium_honours_the_first_port_of_a_range(cni: str, version: str, expected: Verdict) -> None:
    found = loaded(RANGE, cni, version)
    assert ask(found, "x/b", "x/a", 8010) is expected
    assert ask(found, "x/b", "x/a", 8000) is ALLOW
    assert ask(found, "x/b", "x/a", 8011) is DENY


def test_d10_cilium_may_not_honour_sctp() -> None:
    text = cluster(policy("a", "ingress: [{ports: [{protocol: SCTP, port: 80}, {port: 80}]}]"))
    found = loaded(text, "cilium")
    assert ask(found, "x/b", "x/a", 80, "SCTP") is UNKNOWN
    assert ask(found, "x/b", "x/a", 80) is ALLOW
    assert ask(found, "x/b", "x/a", 81, "SCTP") is DENY
    assert ask(loaded(text, "azure-npm"), "x/b", "x/a", 80, "SCTP") is ALLOW


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("ports: [{port: web}]", "D7"),
        ("ports: [{port: 80, protocol: SCTP}]", "D10"),
        ("from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.1.0/24]}}]", "D11"),
        ("from: [{podSelector: {matchExpressions: [{key: a, operator: DoesNotExist}]}}], ports: [{port: 81}]", "D12"),
        ("from: [{namespaceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}}]", "D12"),
    ],
)
def test_d7_d10_d11_d12_windows_may_not_translate_a_policy_at_all(rule: str, word: str) -> None:
    text = cluster(policy("a", f"ingress: [{{{rule}}}]"))
    found = loaded(text, "azure-npm", "windows")
    assert ask(found, "30.1.2.3", "x/a", 9) is UNKNOWN
    assert ask(loaded(text, "azure-npm", "linux"), "30.1.2.3", "x/a", 9) is DENY
    (read,) = found.policies.policies
    assert f"({word})" in read.reason


def test_windows_translates_what_it_knows() -> None:
    text = cluster(policy("a", "ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}], ports: [{port: 80}]}]"))
    found = loaded(text, "azure-npm", "azure-npm=windows")
    assert ask(found, "x/b", "x/a", 80) is ALLOW
    assert ask(found, "x/b", "x/a", 81) is DENY


ADMIN = """
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: first}
spec: {priority: 5, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
"""
GLOBAL = """
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: closed}
spec: {selector: all(), types: [Ingress]}
"""
MESH = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: mesh, namespace: x}
spec: {}
"""


@pytest.mark.parametrize(
    ("cni", "expected"),
    [("auto", DENY), ("kubernetes", DENY), ("calico", DENY), ("cilium", ALLOW), ("azure-npm", ALLOW)],
)
def test_d15_admin_policies_have_no_effect_where_the_plugin_does_not_know_them(cni: str, expected: Verdict) -> None:
    found = loaded(cluster(ADMIN), cni)
    assert ask(found, "y/c", "x/a") is expected
    assert [u.kind for u in found.report.unsupported] == (["AdminNetworkPolicy"] if expected is ALLOW else [])
    assert all(u.message.startswith("ENG001: ") for u in found.report.unsupported)


HOST = """
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1}
spec: {node: n1, interfaceName: eth0, expectedIPs: [10.9.0.1]}
"""


@pytest.mark.parametrize(("cni", "expected"), [("auto", DENY), ("calico", DENY), ("cilium", ALLOW)])
def test_d16_host_endpoints_have_no_effect_where_the_plugin_is_another(cni: str, expected: Verdict) -> None:
    found = loaded(cluster(NODES, HOST), cni)
    assert ask(found, "30.1.2.3", "10.9.0.1") is expected
    assert [u.kind for u in found.report.unsupported] == (["HostEndpoint"] if expected is ALLOW else [])
    assert found.left_out == ({"HostEndpoint"} if expected is ALLOW else set())
    assert ask(under(found, AUTO), "30.1.2.3", "10.9.0.1") is DENY


@pytest.mark.parametrize("cni", ["kubernetes", "cilium", "azure-npm"])
def test_d16_calico_policies_have_no_effect_where_the_plugin_is_another(cni: str) -> None:
    found = loaded(cluster(GLOBAL), cni)
    assert ask(found, "y/c", "x/a") is ALLOW
    assert [u.kind for u in found.report.unsupported] == ["GlobalNetworkPolicy"]
    assert {record.outcome for record in found.report.records} == {"read", "unsupported"}


@pytest.mark.parametrize("cni", ["kubernetes", "calico", "cilium", "azure-npm"])
def test_policies_of_a_mesh_depend_on_no_network_plugin(cni: str) -> None:
    assert ask(loaded(cluster(MESH), cni), "y/c", "x/a") is UNKNOWN


@pytest.mark.parametrize(
    ("version", "expected"), [("", DENY), ("3.29", DENY), ("3.31.7", DENY), ("3.28", ALLOW), ("3.32", ALLOW)]
)
def test_b1_calico_reads_admin_policies_in_some_versions(version: str, expected: Verdict) -> None:
    assert ask(loaded(cluster(ADMIN), "calico", version), "y/c", "x/a") is expected


TIERED = GLOBAL.replace("name: closed", "name: own.closed").replace("selector:", "tier: own, selector:")
OWN_TIER = "\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: own}\nspec: {order: 1}\n"


@pytest.mark.parametrize(("version", "expected"), [("", DENY), ("3.29", DENY), ("3.28", UNKNOWN)])
def test_b1_what_a_tier_means_to_a_calico_without_tiers_is_not_known(version: str, expected: Verdict) -> None:
    assert ask(loaded(cluster(TIERED, OWN_TIER), "calico", version), "y/c", "x/a") is expected


@pytest.mark.parametrize(("version", "count"), [("", 1), ("3.30", 1), ("3.29", 0)])
def test_b1_calico_knows_staged_policies_since_330(version: str, count: int) -> None:
    found = loaded(cluster(GLOBAL.replace("GlobalNetworkPolicy", "StagedGlobalNetworkPolicy")), "calico", version)
    assert len(found.policies.policies) == count
    assert len(found.report.unsupported) == 1 - count


SECOND = ADMIN.replace("first", "second").replace("Deny", "Allow")


@pytest.mark.parametrize(("cni", "expected"), [("kubernetes", UNKNOWN), ("auto", UNKNOWN), ("calico", DENY)])
def test_c7_calico_has_an_order_for_equal_priorities(cni: str, expected: Verdict) -> None:
    assert ask(loaded(cluster(ADMIN, SECOND), cni), "y/c", "x/a") is expected


def test_c7_auto_takes_an_input_with_calicos_own_objects_for_calico() -> None:
    assert ask(loaded(cluster(ADMIN, SECOND, OWN_TIER)), "y/c", "x/a") is DENY


def test_an_input_can_be_taken_back_and_forth() -> None:
    plain = loaded(cluster(UNLISTED.partition("---")[2], ADMIN, GLOBAL))
    cilium = under(plain, parse_plugin("cilium"))
    assert cilium.policies != plain.policies
    again = under(cilium, AUTO)
    assert (again.policies, again.report, again.cluster) == (plain.policies, plain.report, plain.cluster)


@pytest.mark.parametrize(
    ("cni", "version", "problem"),
    [
        ("flannel", "", "there is no such plugin"),
        ("auto", "1.16", "auto has no versions"),
        ("auto", "cilium=1.16", "add --cni cilium"),
        ("kubernetes", "1.36", "kubernetes has no versions"),
        ("calico", "cilium=1.16", "add --cni cilium"),
        ("cilium", "newest", "write it like cilium=1.16"),
        ("calico", "3", "write it like calico=3.31"),
        ("azure-npm", "1.5", "azure-npm=linux or azure-npm=windows"),
        ("cilium", "flannel=1.0", "choose one of auto"),
    ],
)
def test_what_does_not_fit_together_is_wrong_usage(cni: str, version: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_plugin(cni, version)


def test_a_plugin_says_its_name_and_version() -> None:
    old = parse_plugin("cilium", "cilium=1.16")
    assert (str(old), old.title) == ("cilium=1.16", "Cilium 1.16")
    assert old.has(Trait.FIRST_PORT_ONLY)
    assert str(parse_plugin("auto")) == "auto"
    assert parse_plugin("azure-npm", "windows").title == "Azure NPM on Windows"


def bench(text: str, cni: str = "auto", version: str = "") -> Workbench:
    """A workbench of one file."""
    files = [InputFile(name="in.yaml", data=text.encode())]
    return Workbench.load(files, Assumptions(cni=cni, cni_version=version))


def disagreements(bench: Workbench, source: str, target: str, port: int = 80) -> dict[str, tuple[str, str]]:
    """Verdict and reason for every plugin."""
    question = WhyQuestion(source=source, target=target, port=port)
    return {found.plugin: (found.verdict, found.reason) for found in bench.plugins(BASELINE, question)}


def test_the_page_is_told_which_plugins_disagree_and_why() -> None:
    found = disagreements(bench(BLOCK), "x/a", "y/c")
    assert list(found) == ["auto", "kubernetes", "calico", "cilium", "azure-npm"]
    assert found["auto"] == found["kubernetes"] == found["calico"] == found["azure-npm"] == ("allow", "")
    assert found["cilium"] == ("deny", "Cilium matches address blocks with neither pods nor nodes (D1, D2).")


def test_the_reason_names_what_the_chosen_plugin_does_where_the_others_do_not() -> None:
    found = disagreements(bench(RANGE, "cilium", "1.16"), "x/b", "x/a", 8010)
    assert list(found) == ["cilium", "kubernetes", "calico", "azure-npm"]
    assert found["cilium"] == ("deny", "")
    words = "Cilium 1.16 honours only the first port of a range with endPort (D3)."
    assert {found[name] for name in ("kubernetes", "calico", "azure-npm")} == {("allow", words)}


def test_the_reason_may_be_a_kind_of_policy_that_is_not_enforced() -> None:
    found = disagreements(bench(cluster(ADMIN)), "y/c", "x/a")
    assert found["calico"] == ("deny", "")
    assert found["cilium"] == ("allow", "Cilium does not enforce AdminNetworkPolicy (D15, D16).")


def test_the_reason_may_be_a_host_endpoint_without_effect() -> None:
    found = disagreements(bench(cluster(NODES, HOST)), "30.1.2.3", "10.9.0.1")
    assert found["calico"] == ("deny", "")
    assert found["cilium"] == ("allow", "Cilium does not enforce HostEndpoint (D15, D16).")


def test_a_bench_can_change_its_plugin() -> None:
    first = bench(UNLISTED)
    question = WhyQuestion(source="y/c", target="x/a", port=80)
    assert first.why(BASELINE, question).verdict == "allow"
    second = first.with_assumptions(Assumptions(cni="cilium"))
    assert second.why(BASELINE, question).verdict == "deny"
    assert second.with_assumptions(Assumptions()).why(BASELINE, question).verdict == "allow"
    with pytest.raises(UsageError, match="no such plugin"):
        first.with_assumptions(Assumptions(cni="flannel"))


def test_a_draft_is_taken_as_the_plugin_takes_it() -> None:
    text = policy("a", "policyTypes: [Egress], ingress: [{from: [{podSelector: {}}]}]")
    question = WhyQuestion(source="y/c", target="x/a", port=80)
    what_if = WhatIf(drafts=(Draft(text=text),))
    for cni, expected in (("auto", "allow"), ("cilium", "deny")):
        changed = bench(cluster(), cni)
        assert changed.why(what_if, question).verdict == expected
    assert {d.code for d in bench(cluster(), "cilium").check_draft(what_if.drafts[0])} == {"rules-enforced"}


def test_the_assumptions_name_the_plugin() -> None:
    answer = bench(BLOCK, "cilium", "1.17").picture(BASELINE, PictureQuestion())
    assert answer.assumptions[0] == "the network plugin is Cilium 1.17"
    assert bench(BLOCK).picture(BASELINE, PictureQuestion()).assumptions == ()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code and what a command writes."""
    code = main(arguments)
    written = capsys.readouterr()
    return code, written.out, written.err


@pytest.fixture
def manifests(tmp_path: Path) -> str:
    """A file with an address block, an admin policy and a range of ports."""
    path = tmp_path / "in.yaml"
    path.write_text(BLOCK + "---" + ADMIN.replace("Deny", "Pass"), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("options", "verdict"),
    [((), "allow"), (("--cni", "cilium"), "deny"), (("--cni", "cilium", "--cni-version", "cilium=1.16"), "deny")],
)
def test_why_takes_the_plugin_and_says_so(
    capsys: pytest.CaptureFixture[str], manifests: str, options: tuple[str, ...], verdict: str
) -> None:
    ends = ("--from", "x/a", "--to", "y/c", "--port", "80")
    code, out, _ = run(capsys, "why", manifests, *ends, "--format", "json", *options)
    answer = json.loads(out)
    assert (code, answer["verdict"]) == (0, verdict)
    assert answer.get("cni") == (options[-1] if options else None)


def test_list_names_what_the_plugin_leaves_out(capsys: pytest.CaptureFixture[str], manifests: str) -> None:
    code, out, err = run(capsys, "list", manifests, "--format", "json", "--cni", "cilium")
    answer = json.loads(out)
    assert code == 0
    assert answer["complete"]
    assert answer["exact"]
    assert [entry["kind"] for entry in answer["unsupported"]] == ["AdminNetworkPolicy"]
    assert answer["unsupported"][0]["message"].startswith("ENG001: AdminNetworkPolicy has no effect")
    assert answer["assumptions"] == ["the network plugin is Cilium"]
    assert "ENG001" in err


def test_both_sides_of_a_difference_have_the_same_plugin(
    capsys: pytest.CaptureFixture[str], manifests: str, tmp_path: Path
) -> None:
    other = tmp_path / "new.yaml"
    other.write_text(cluster(), encoding="utf-8")
    _, out, _ = run(capsys, "diff", manifests, str(other), "--format", "json", "--cni", "cilium")
    opened = {(change["src"], change["dst"]) for change in json.loads(out)["changes"]}
    assert {("x/a[Pod]", "x/b[Pod]"), ("x/a[Pod]", "y/c[Pod]")} <= opened


def test_a_version_without_its_plugin_is_wrong_usage(capsys: pytest.CaptureFixture[str], manifests: str) -> None:
    code, out, err = run(capsys, "list", manifests, "--cni-version", "cilium=1.16")
    assert (code, out) == (2, "")
    assert "add --cni cilium" in err
