"""Network plugins: every difference that changes a verdict, by the id of its rule, and the truth table's variants."""

from __future__ import annotations

import pytest

from netviz.dialects.plugins import AUTO, Trait, parse_plugin
from netviz.engine import Connection, Evaluator, Verdict
from netviz.errors import UsageError
from netviz.loading import Loaded, load_files, under
from netviz.model.cluster import Pod
from netviz.sets.addresses import IpAddress, parse_address
from tests.engine_questions import PROTOCOLS
from tests.unit.test_truth_table import cluster, pod, policy

ALLOW, DENY, UNKNOWN = Verdict.ALLOW, Verdict.DENY, Verdict.UNKNOWN


def loaded(text: str, cni: str = "auto", version: str = "") -> Loaded:
    """The input as a plugin takes it."""
    return load_files([("in.yaml", text.encode())], plugin=parse_plugin(cni, version))


def end(found: Loaded, name: str) -> Pod | IpAddress:
    """A pod by `<namespace>/<name>`, or an address."""
    address = parse_address(name)
    if address is not None:
        return address
    namespace, _, own = name.partition("/")
    return found.cluster.pod(namespace, own)


def ask(found: Loaded, source: str, target: str, port: int = 80, protocol: str = "TCP") -> Verdict:
    """The verdict on one connection."""
    evaluation = Evaluator(found.cluster, found.policies).evaluate()
    return evaluation.verdict(end(found, source), end(found, target), Connection(PROTOCOLS[protocol], port))


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
    assert found.report.complete


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


SECOND = ADMIN.replace("first", "second").replace("Deny", "Allow")


@pytest.mark.parametrize(("cni", "expected"), [("kubernetes", UNKNOWN), ("auto", UNKNOWN), ("calico", DENY)])
def test_c7_calico_has_an_order_for_equal_priorities(cni: str, expected: Verdict) -> None:
    assert ask(loaded(cluster(ADMIN, SECOND), cni), "y/c", "x/a") is expected


def test_c7_auto_takes_an_input_with_calicos_own_objects_for_calico() -> None:
    tier = "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: own}\nspec: {order: 1}\n"
    assert ask(loaded(cluster(ADMIN, SECOND, tier)), "y/c", "x/a") is DENY


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
