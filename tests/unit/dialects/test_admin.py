"""Admin policies in normal form, and what of them is refused: C10-C21 and C30-C36."""

from __future__ import annotations

from textwrap import dedent

import pytest
import yaml

from netviz.dialects.admin import AdminDialect
from netviz.errors import Diagnostic
from netviz.loading import load_files
from netviz.manifests.document import Document
from netviz.model.policy import (
    ANYONE,
    PODS,
    Action,
    Direction,
    EveryPeer,
    Labelled,
    LabelScope,
    NamedPort,
    OnNodes,
    Policy,
    PolicyId,
    SomePeer,
    Unresolved,
    WithAddress,
)
from netviz.selectors.tree import EVERYTHING, ValueIn
from netviz.sets.addresses import AddressSet, parse_cidr
from netviz.sets.connections import NO_CONNECTIONS, SCTP, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from tests.unit.dialects.reading import Reading

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
BLUE = Labelled(LabelScope.NAMESPACE, ValueIn("team", ("blue",)))
WEB = Labelled(LabelScope.POD, ValueIn("app", ("web",)))
HEADS = {
    "anp": ("v1alpha1", "AdminNetworkPolicy", "p", "priority: 5, subject: {namespaces: {}}"),
    "banp": ("v1alpha1", "BaselineAdminNetworkPolicy", "default", "subject: {namespaces: {}}"),
    "cnp": ("v1alpha2", "ClusterNetworkPolicy", "p", "tier: Admin, priority: 5, subject: {namespaces: {}}"),
}
PORTS_FIELD = {"anp": "ports", "banp": "ports", "cnp": "protocols"}
FROM = "from: [{namespaces: {}}]"
TO = "to: [{namespaces: {}}]"


def read_object(text: str, *, strict: bool = False) -> Reading:
    """The reading of a whole document; a field's line is the length of its path plus 1."""
    document = Document(file="p.yaml", index=1, data=yaml.safe_load(dedent(text)), line_of=lambda path: len(path) + 1)
    problems: list[Diagnostic] = []
    return Reading(AdminDialect(strict=strict).read(document, problems), problems)


def read_spec(kind: str, spec: str, *, name: str = "", strict: bool = False) -> Reading:
    """The reading of a policy with exactly this spec, in flow style."""
    version, api, own, _ = HEADS[kind]
    head = f"apiVersion: policy.networking.k8s.io/{version}, kind: {api}, metadata: {{name: {name or own}}}"
    return read_object(f"{{{head}, spec: {{{spec}}}}}", strict=strict)


def read_more(kind: str, more: str, *, strict: bool = False) -> Reading:
    """The reading of a policy with a valid head and more in its spec."""
    return read_spec(kind, f"{HEADS[kind][3]}, {more}", strict=strict)


def read_peer(kind: str, peer: str, *, strict: bool = False) -> Reading:
    return read_more(kind, f"egress: [{{action: Deny, to: [{peer}]}}]", strict=strict)


def read_port(kind: str, port: str) -> Reading:
    return read_more(kind, f"ingress: [{{action: Deny, {FROM}, {PORTS_FIELD[kind]}: [{port}]}}]")


def assert_refused(reading: Reading, code: str, path: str, message: str) -> Policy:
    problem = reading.only()
    assert (problem.severity.value, problem.code, problem.path) == ("error", code, path)
    assert message in problem.message
    return reading.refused()


def tcp(first: int, last: int) -> ConnectionSet:
    return ConnectionSet.of(TCP, IntervalSet.of([(first, last)]))


@pytest.mark.parametrize(
    ("kind", "identity", "tier", "order"),
    [
        ("anp", "AdminNetworkPolicy/p", "kube-admin", 5),
        ("banp", "BaselineAdminNetworkPolicy/default", "kube-baseline", 0),
        ("cnp", "ClusterNetworkPolicy/p", "kube-admin", 5),
    ],
)
def test_each_kind_has_its_tier_and_isolates_nothing(kind: str, identity: str, tier: str, order: float) -> None:
    policy = read_more(kind, f"ingress: [{{action: Deny, {FROM}}}]").accepted()
    assert (str(policy.id), policy.tier, policy.order) == (identity, tier, order)
    assert policy.captures == frozenset()
    assert policy.subject == EveryPeer((PODS,))
    (rule,) = policy.ingress
    assert (rule.path, rule.action, rule.peer, rule.ports) == ("spec.ingress[0]", Action.DENY, EveryPeer((PODS,)), None)
    assert policy.egress == ()


def test_c17_a_cluster_network_policy_may_be_in_the_baseline() -> None:
    assert read_spec("cnp", "tier: Baseline, priority: 0, subject: {namespaces: {}}").accepted().tier == "kube-baseline"


def test_the_tiers_lie_around_network_policy_and_their_ties_are_undefined() -> None:
    loaded = load_files([])
    found = [(tier.name, tier.default, tier.ties_undefined) for tier in loaded.policies.tiers]
    wanted = {"kube-admin": (Action.PASS, True), "default": (Action.DENY, False), "kube-baseline": (Action.PASS, True)}
    assert [each for each in found if each[0] in wanted] == [(name, *rest) for name, rest in wanted.items()]


@pytest.mark.parametrize(
    ("kind", "version", "handled"),
    [
        ("AdminNetworkPolicy", "v1alpha1", True),
        ("AdminNetworkPolicy", "v1alpha2", False),
        ("BaselineAdminNetworkPolicy", "v1alpha1", True),
        ("ClusterNetworkPolicy", "v1alpha2", True),
        ("ClusterNetworkPolicy", "v1alpha1", False),
    ],
)
def test_each_kind_is_read_in_its_own_version_only(kind: str, version: str, handled: bool) -> None:
    assert AdminDialect().handles(f"policy.networking.k8s.io/{version}", kind) is handled


@pytest.mark.parametrize(
    ("action", "kind", "meaning"),
    [
        ("Allow", "anp", Action.ALLOW),
        ("Deny", "anp", Action.DENY),
        ("Pass", "anp", Action.PASS),
        ("Allow", "banp", Action.ALLOW),
        ("Accept", "cnp", Action.ALLOW),
        ("Pass", "cnp", Action.PASS),
    ],
)
def test_c12_actions(action: str, kind: str, meaning: Action) -> None:
    policy = read_more(kind, f"egress: [{{action: {action}, {TO}}}]").accepted()
    assert [rule.action for rule in policy.egress] == [meaning]


def test_c12_the_name_of_a_rule_is_kept_for_explanations() -> None:
    policy = read_more("anp", f"ingress: [{{name: no-metrics, action: Deny, {FROM}}}]").accepted()
    assert policy.ingress[0].note == "no-metrics"


@pytest.mark.parametrize("kind", ["anp", "banp", "cnp"])
@pytest.mark.parametrize(
    ("peer", "meaning"),
    [
        ("{namespaces: {matchLabels: {team: blue}}}", EveryPeer((PODS, BLUE))),
        (
            "{pods: {namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: web}}}}",
            EveryPeer((PODS, BLUE, WEB)),
        ),
        ("{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}", EveryPeer((PODS, WEB))),
        ("{nodes: {}}", OnNodes(EVERYTHING)),
        ("{nodes: {matchLabels: {zone: a}}}", OnNodes(ValueIn("zone", ("a",)))),
    ],
)
def test_c13_peers_of_egress_rules(kind: str, peer: str, meaning: object) -> None:
    policy = read_peer(kind, peer).accepted()
    assert policy.egress[0].peer == meaning


def test_c13_networks_are_one_set_of_addresses() -> None:
    rule = read_peer("cnp", "{networks: [10.0.0.0/8, 'fd00::/8']}").accepted().egress[0]
    blocks = [parse_cidr(text) for text in ("10.0.0.0/8", "fd00::/8")]
    assert rule.peer == WithAddress(AddressSet.union(block.addresses() for block in blocks if block))


def test_c12_peers_are_alternatives_each_with_its_place() -> None:
    rule = read_more("anp", "egress: [{action: Allow, to: [{namespaces: {}}, {nodes: {}}]}]").accepted().egress[0]
    assert rule.peer == SomePeer((EveryPeer((PODS,)), OnNodes(EVERYTHING)))
    assert [ref.path for ref in rule.peer_refs] == ["spec.egress[0].to[0]", "spec.egress[0].to[1]"]


@pytest.mark.parametrize("field", ["networks: [10.0.0.0/8]", "nodes: {}", "domainNames: [example.org]"])
def test_c13_ingress_rules_have_no_peers_outside(field: str) -> None:
    reading = read_more("anp", f"ingress: [{{action: Allow, from: [{{{field}}}]}}]")
    assert_refused(reading, "unknown-field", f"spec.ingress[0].from[0].{field.partition(':')[0]}", "unknown field")


def test_c16_the_baseline_has_no_domain_names_and_no_pass() -> None:
    reading = read_more("banp", "egress: [{action: Allow, to: [{domainNames: [example.org]}]}]")
    assert_refused(reading, "unknown-field", "spec.egress[0].to[0].domainNames", "unknown field")
    assert_refused(read_more("banp", f"egress: [{{action: Pass, {TO}}}]"), "not-supported", "spec.egress[0].action", "")
    assert_refused(read_more("banp", "priority: 1"), "unknown-field", "spec.priority", "unknown field")


def test_c17_a_pods_clause_of_a_cluster_network_policy_needs_no_namespace_selector() -> None:
    policy = read_peer("cnp", "{pods: {podSelector: {matchLabels: {app: web}}}}").accepted()
    assert policy.egress[0].peer == EveryPeer((PODS, WEB))
    reading = read_peer("cnp", "{pods: {namespaceSelector: {}}}")
    assert_refused(reading, "required", "spec.egress[0].to[0].pods.podSelector", "must be set")


def test_c10_a_missing_selector_is_a_warning_in_v1alpha1_and_an_error_with_strict() -> None:
    peer = "{pods: {namespaceSelector: {matchLabels: {team: blue}}}}"
    reading = read_peer("anp", peer)
    assert reading.told() == [("warning", "missing-selector", "spec.egress[0].to[0].pods")]
    assert reading.policy is not None
    assert (reading.policy.certain, reading.policy.egress[0].peer) == (True, EveryPeer((PODS, BLUE)))
    strict = read_peer("anp", peer, strict=True)
    assert_refused(strict, "required", "spec.egress[0].to[0].pods.podSelector", "must be set")


def test_c10_a_pods_clause_without_any_selector_is_refused() -> None:
    codes = [problem.code for problem in read_peer("anp", "{pods: {}}").problems]
    assert codes == ["required", "required"]


@pytest.mark.parametrize(
    ("kind", "port", "meaning"),
    [
        ("anp", "{portNumber: {port: 80}}", tcp(80, 80)),
        ("anp", "{portNumber: {protocol: SCTP, port: 80}}", ConnectionSet.of(SCTP, IntervalSet.single(80))),
        ("banp", "{portRange: {start: 80, end: 90}}", tcp(80, 90)),
        ("anp", "{portRange: {start: 80, end: 80}}", tcp(80, 80)),
        ("anp", "{namedPort: web}", NamedPort("web", None)),
        ("cnp", "{tcp: {destinationPort: {number: 80}}}", tcp(80, 80)),
        ("cnp", "{tcp: {destinationPort: {range: {start: 1, end: 65535}}}}", ConnectionSet.of(TCP)),
        ("cnp", "{udp: {destinationPort: {number: 53}}}", ConnectionSet.of(UDP, IntervalSet.single(53))),
        ("cnp", "{destinationNamedPort: web}", NamedPort("web", None)),
    ],
)
def test_c15_c17_ports(kind: str, port: str, meaning: object) -> None:
    assert read_port(kind, port).accepted().ingress[0].ports == (meaning,)


@pytest.mark.parametrize(
    ("port", "code", "path", "hint"),
    [
        ("{portNumber: {protocol: tcp, port: 80}}", "unknown-protocol", "portNumber.protocol", 'did you mean "TCP"?'),
        ("{portNumber: {protocol: ICMP, port: 80}}", "unknown-protocol", "portNumber.protocol", None),
        ("{portRange: {start: 90, end: 80}}", "empty-range", "portRange.end", None),
    ],
)
def test_c15_c35_what_v1alpha1_accepts_and_nothing_matches_gets_a_warning(
    port: str, code: str, path: str, hint: str | None
) -> None:
    reading = read_port("anp", port)
    assert reading.told() == [("warning", code, f"spec.ingress[0].ports[0].{path}")]
    assert reading.only().hint == hint
    assert reading.policy is not None
    assert (reading.policy.certain, reading.policy.ingress[0].ports) == (True, (NO_CONNECTIONS,))


def test_c20_domain_names_are_addresses_that_nothing_resolves() -> None:
    reading = read_more("anp", "egress: [{action: Allow, to: [{domainNames: [example.org, '*.example.org']}]}]")
    reason = "the addresses of example.org, *.example.org, which are not in the input"
    assert reading.accepted().egress[0].peer == Unresolved(reason)


def test_c19_a_rule_with_domain_names_that_denies_may_deny_everything_at_its_place() -> None:
    reading = read_more("cnp", "egress: [{action: Deny, to: [{domainNames: [example.org]}, {networks: [10.0.0.0/8]}]}]")
    assert reading.told() == [("warning", "undefined-domain-names", "spec.egress[0]")]
    assert reading.policy is not None
    (rule,) = reading.policy.egress
    assert (rule.action, rule.peer, rule.ports, rule.certain) == (Action.DENY, ANYONE, None, False)


def test_c19_a_rule_with_domain_names_that_passes_may_also_pass() -> None:
    reading = read_more("anp", "egress: [{action: Pass, to: [{domainNames: [example.org]}]}]")
    assert reading.policy is not None
    assert [(rule.action, rule.certain) for rule in reading.policy.egress] == [
        (Action.DENY, False),
        (Action.PASS, False),
    ]


@pytest.mark.parametrize("field", ["sameLabels: [team]", "notSameLabels: [team]", "namespaceSelector: {}"])
def test_c21_old_shapes_are_unknown_fields(field: str) -> None:
    name = field.partition(":")[0]
    reading = read_peer("anp", f"{{namespaces: {{{field}}}}}")
    path = f"spec.egress[0].to[0].namespaces.{name}"
    assert_refused(reading, "unknown-field", path, f'unknown field "{path}"')


def test_c21_a_misspelt_field_of_a_spec_is_refused_with_the_nearest_name() -> None:
    reading = read_more("anp", "ingres: []")
    policy = assert_refused(reading, "unknown-field", "spec.ingres", 'unknown field "spec.ingres"')
    assert reading.only().hint == 'did you mean "ingress"?'
    assert policy.ingress
    assert policy.egress


def test_a_status_and_metadata_of_an_export_are_no_problem() -> None:
    text = """
        apiVersion: policy.networking.k8s.io/v1alpha1
        kind: AdminNetworkPolicy
        metadata: {name: p, uid: abc, generation: 1}
        spec: {priority: 5, subject: {namespaces: {}}}
        status: {conditions: []}
    """
    assert read_object(text).accepted().id == PolicyId("AdminNetworkPolicy", "", "p")


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("kind", "spec", "code", "path", "message"),
    [
        ("anp", "priority: 1001, SUBJECT", "invalid-value", "spec.priority", "should be less than or equal to 1000"),
        ("cnp", "tier: Admin, priority: -1, SUBJECT", "invalid-value", "spec.priority", "greater than or equal to 0"),
        ("anp", "SUBJECT", "required", "spec.priority", "must be set"),
        ("anp", "priority: '5', SUBJECT", "cannot-decode", "spec.priority", "cannot unmarshal string into integer"),
        ("cnp", "priority: 5, SUBJECT", "required", "spec.tier", "must be set"),
        ("cnp", "tier: admin, priority: 5, SUBJECT", "not-supported", "spec.tier", '"Admin", "Baseline"'),
        ("anp", "priority: 5", "required", "spec.subject", "must be set"),
    ],
)
def test_c30_priority_tier_and_subject(kind: str, spec: str, code: str, path: str, message: str) -> None:
    policy = assert_refused(read_spec(kind, spec.replace("SUBJECT", "subject: {namespaces: {}}")), code, path, message)
    assert (policy.tier, policy.order) == ("kube-admin", 5 if path == "spec.subject" else 0)


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("kind", "action", "hint"),
    [
        ("anp", "Accept", 'did you mean "Allow"?'),
        ("cnp", "Allow", 'did you mean "Accept"?'),
        ("anp", "deny", 'did you mean "Deny"?'),
        ("anp", "Log", None),
    ],
)
def test_c30_actions_of_another_kind_are_refused(kind: str, action: str, hint: str | None) -> None:
    reading = read_more(kind, f"ingress: [{{action: {action}, {FROM}}}]")
    assert_refused(reading, "not-supported", "spec.ingress[0].action", "supported values: ")
    assert reading.only().hint == hint


@pytest.mark.promise(6)
def test_c30_a_rule_has_an_action() -> None:
    reading = read_more("anp", f"ingress: [{{{FROM}}}]")
    assert_refused(reading, "required", "spec.ingress[0].action", "must be set")


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("kind", "more", "path", "count"),
    [
        ("anp", "egress: [{action: Deny, to: [{}]}]", "spec.egress[0].to[0]", "at least 1"),
        ("cnp", "egress: [{action: Deny, to: [null]}]", "spec.egress[0].to[0]", "at least 1"),
        ("anp", "egress: [{action: Deny, to: [{namespaces: {}, nodes: {}}]}]", "spec.egress[0].to[0]", "at most 1"),
        ("anp", f"ingress: [{{action: Deny, {FROM}, ports: [{{}}]}}]", "spec.ingress[0].ports[0]", "at least 1"),
        (
            "anp",
            f"ingress: [{{action: Deny, {FROM}, ports: [{{portNumber: {{port: 1}}, namedPort: a}}]}}]",
            "spec.ingress[0].ports[0]",
            "at most 1",
        ),
        (
            "cnp",
            f"ingress: [{{action: Deny, {FROM}, protocols: [{{tcp: {{}}}}]}}]",
            "spec.ingress[0].protocols[0].tcp",
            "at least 1",
        ),
        (
            "cnp",
            f"ingress: [{{action: Deny, {FROM}, protocols: [{{tcp: {{destinationPort: {{}}}}}}]}}]",
            "spec.ingress[0].protocols[0].tcp.destinationPort",
            "at least 1",
        ),
    ],
)
def test_c31_exactly_one_field(kind: str, more: str, path: str, count: str) -> None:
    assert_refused(read_more(kind, more), "invalid-value", path, f"must have {count} properties")


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("subject", "count"), [("{}", "at least"), ("{namespaces: {}, pods: {podSelector: {}}}", "at most")]
)
def test_c31_a_subject_has_exactly_one_field_and_else_may_be_any_pod(subject: str, count: str) -> None:
    reading = read_spec("anp", f"priority: 5, subject: {subject}, ingress: [{{action: Deny, {FROM}}}]")
    policy = assert_refused(reading, "invalid-value", "spec.subject", f"must have {count} 1 properties")
    assert policy.subject == PODS


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    "text",
    ["10.0.0.1", "10.0.0.0/33", "10.0.0.0/08", "'::ffff:10.0.0.0/104'", "x", "''", f"'{'0:' * 22}:/0'", "10.0.0/8"],
)
def test_c32_networks_are_cidr_blocks(text: str) -> None:
    reading = read_peer("anp", f"{{networks: [{text}]}}")
    assert_refused(reading, "invalid-value", "spec.egress[0].to[0].networks[0]", "Invalid CIDR format provided")


@pytest.mark.promise(6)
def test_c32_a_single_address_gets_a_hint() -> None:
    assert read_peer("anp", "{networks: [10.0.0.1]}").only().hint == "a single address is written 10.0.0.1/32"


@pytest.mark.promise(6)
def test_c32_bits_behind_the_prefix_are_masked_with_a_warning() -> None:
    reading = read_peer("cnp", "{networks: [10.1.2.3/8]}")
    assert reading.told() == [("warning", "odd-cidr", "spec.egress[0].to[0].networks[0]")]
    block = parse_cidr("10.0.0.0/8")
    assert reading.policy is not None
    assert block is not None
    assert reading.policy.egress[0].peer == WithAddress(block.addresses())


@pytest.mark.promise(6)
@pytest.mark.parametrize("field", ["networks: [10.0.0.0/8, 10.0.0.0/8]", "domainNames: [example.org, example.org]"])
def test_c32_lists_of_outside_peers_are_sets(field: str) -> None:
    reading = read_more("anp", f"egress: [{{action: Allow, to: [{{{field}}}]}}]")
    path = f"spec.egress[0].to[0].{field.partition(':')[0]}[1]"
    assert_refused(reading, "duplicate-value", path, "Duplicate value")


@pytest.mark.parametrize("name", ["example", "*example.org", "a.*.org", "-a.org", "a b.org", f"{'a' * 300}.org"])
def test_c20_domain_names_have_a_shape(name: str) -> None:
    reading = read_more("anp", f"egress: [{{action: Allow, to: [{{domainNames: ['{name}']}}]}}]")
    assert_refused(reading, "invalid-value", "spec.egress[0].to[0].domainNames[0]", "should be a domain name")


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("kind", "port", "kinds"),
    [
        ("anp", "ports: [{namedPort: web}]", "networks/nodes/domainNames"),
        ("banp", "ports: [{namedPort: web}]", "networks/nodes"),
        ("cnp", "protocols: [{destinationNamedPort: web}]", "networks/nodes/domainNames"),
    ],
)
def test_c33_what_has_no_containers_has_no_port_names(kind: str, port: str, kinds: str) -> None:
    message = f"{kinds} peer cannot be set with namedPorts since there are no namedPorts for {kinds}"
    reading = read_more(kind, f"egress: [{{action: Deny, to: [{{networks: [10.0.0.0/8]}}], {port}}}]")
    assert_refused(reading, "invalid-value", "spec.egress[0]", message)


@pytest.mark.promise(6)
def test_c34_the_baseline_policy_is_called_default() -> None:
    reading = read_spec("banp", f"subject: {{namespaces: {{}}}}, ingress: [{{action: Deny, {FROM}}}]", name="other")
    message = 'Only one baseline admin network policy with metadata.name="default" can be created in the cluster'
    policy = assert_refused(reading, "invalid-value", "metadata.name", message)
    assert (policy.tier, len(policy.ingress), policy.egress) == ("kube-baseline", 2, ())


@pytest.mark.promise(6)
@pytest.mark.parametrize(("start", "end"), [(80, 80), (81, 80)])
def test_c35_a_range_of_a_cluster_network_policy_has_two_ends(start: int, end: int) -> None:
    reading = read_port("cnp", f"{{tcp: {{destinationPort: {{range: {{start: {start}, end: {end}}}}}}}}}")
    path = "spec.ingress[0].protocols[0].tcp.destinationPort.range"
    assert_refused(reading, "invalid-value", path, "Start port must be less than End port")


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("kind", "port", "code", "path", "message"),
    [
        ("anp", "{portNumber: {port: 0}}", "invalid-value", "portNumber.port", "greater than or equal to 1"),
        ("anp", "{portNumber: {port: 65536}}", "invalid-value", "portNumber.port", "less than or equal to 65535"),
        ("anp", "{portNumber: {protocol: TCP}}", "required", "portNumber.port", "must be set"),
        ("anp", "{portRange: {start: 1}}", "required", "portRange.end", "must be set"),
        ("anp", "{namedPort: 80}", "cannot-decode", "namedPort", "cannot unmarshal number into string"),
    ],
)
def test_c35_port_numbers(kind: str, port: str, code: str, path: str, message: str) -> None:
    assert_refused(read_port(kind, port), code, f"spec.ingress[0].ports[0].{path}", message)


@pytest.mark.promise(6)
@pytest.mark.parametrize(("kind", "most"), [("anp", 100), ("banp", 100), ("cnp", 25)])
def test_c36_lists_have_a_limit(kind: str, most: int) -> None:
    rule = f"{{action: Deny, {TO}}}"
    assert read_more(kind, f"egress: [{', '.join([rule] * most)}]").accepted()
    reading = read_more(kind, f"egress: [{', '.join([rule] * (most + 1))}]")
    assert_refused(reading, "invalid-value", "spec.egress", f"must have at most {most} items")
    peers = ", ".join(["{nodes: {}}"] * (most + 1))
    reading = read_more(kind, f"egress: [{{action: Deny, to: [{peers}]}}]")
    assert_refused(reading, "invalid-value", "spec.egress[0].to", f"must have at most {most} items")


@pytest.mark.promise(6)
def test_c36_a_peer_has_at_most_25_networks() -> None:
    networks = ", ".join(f"10.{i}.0.0/16" for i in range(26))
    reading = read_peer("anp", f"{{networks: [{networks}]}}")
    assert_refused(reading, "invalid-value", "spec.egress[0].to[0].networks", "must have at most 25 items")


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("more", "code", "path", "message"),
    [
        ("ingress: [{action: Deny}]", "required", "spec.ingress[0].from", "must be set"),
        ("egress: [{action: Deny, to: null}]", "required", "spec.egress[0].to", "must be set"),
        ("ingress: [{action: Deny, from: []}]", "invalid-value", "spec.ingress[0].from", "must have at least 1 items"),
        (
            f"ingress: [{{action: Deny, {FROM}, ports: []}}]",
            "invalid-value",
            "spec.ingress[0].ports",
            "must have at least 1 items",
        ),
        (
            f"ingress: [{{name: {'x' * 101}, action: Deny, {FROM}}}]",
            "invalid-value",
            "spec.ingress[0].name",
            "may not be more than 100 bytes",
        ),
    ],
)
def test_c36_rules_are_complete(more: str, code: str, path: str, message: str) -> None:
    assert_refused(read_more("anp", more), code, path, message)


def test_all_problems_are_told_at_once() -> None:
    reading = read_spec("anp", "priority: 2000, subject: {}, ingress: [{action: Drop, from: []}], egress: [{}]")
    assert sorted(problem.path for problem in reading.problems) == [
        "spec.egress[0].action",
        "spec.egress[0].to",
        "spec.ingress[0].action",
        "spec.ingress[0].from",
        "spec.priority",
        "spec.subject",
    ]


def test_a_refused_policy_may_allow_or_deny_anything_where_it_has_rules() -> None:
    policy = read_more("anp", "egress: [{action: Allow, to: []}]").refused()
    assert policy.ingress == ()
    assert [(rule.action, rule.peer, rule.ports, rule.certain) for rule in policy.egress] == [
        (Action.ALLOW, ANYONE, None, False),
        (Action.DENY, ANYONE, None, False),
    ]
    assert policy.reason == "1 error: spec.egress[0].to: must have at least 1 items"
    assert {rule.reason for rule in policy.egress} == {policy.reason}


@pytest.mark.parametrize("spec", ["spec: 5", "spec: null", "specs: {}"])
def test_without_a_readable_spec_any_pod_and_direction_is_in_doubt(spec: str) -> None:
    head = "apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: p}"
    policy = read_object(f"{{{head}, {spec}}}").refused()
    assert (policy.subject, policy.order, len(policy.ingress), len(policy.egress)) == (PODS, 0, 2, 2)


def test_without_readable_metadata_there_is_an_error_and_no_policy() -> None:
    head = "apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: []"
    reading = read_object(f"{{{head}, spec: {{priority: 5, subject: {{namespaces: {{}}}}}}}}")
    assert reading.policy is None
    assert reading.only().code == "cannot-decode"


def twice(first: str, second: str) -> Policy:
    """What becomes of two ClusterNetworkPolicies of one name."""
    head = "apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: p}"
    rest = f"subject: {{namespaces: {{}}}}, ingress: [{{action: Pass, {FROM}}}]"
    text = "\n---\n".join(f"{{{head}, spec: {{{spec}, {rest}}}}}" for spec in (first, second))
    (policy,) = load_files([("p.yaml", text.encode())]).policies.policies
    return policy


def test_contradicting_policies_of_one_tier_stand_where_the_first_of_them_does() -> None:
    policy = twice("tier: Admin, priority: 9", "tier: Admin, priority: 3")
    assert (policy.certain, policy.tier, policy.order) == (False, "kube-admin", 3)
    assert [rule.action for rule in policy.ingress] == [Action.PASS, Action.PASS]


def test_contradicting_policies_of_two_tiers_may_do_anything_before_all_tiers() -> None:
    policy = twice("tier: Baseline, priority: 9", "tier: Admin, priority: 3")
    assert (policy.certain, policy.tier) == (False, "unsupported")
    assert [(rule.action, rule.peer, rule.certain) for rule in policy.ingress] == [
        (Action.DENY, ANYONE, False),
        (Action.ALLOW, ANYONE, False),
    ]
    assert policy.egress == ()
