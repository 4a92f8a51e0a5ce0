"""Calico policies in normal form: what each field of a valid policy becomes."""

from __future__ import annotations

import pytest

from netviz.dialects.calico import CalicoDialect
from netviz.dialects.calico_selectors import PEERS, SUBJECTS
from netviz.errors import Severity
from netviz.model.policy import (
    ANYONE,
    NOBODY,
    Action,
    BehindService,
    Direction,
    EveryPeer,
    Labelled,
    NamedPort,
    NotPeer,
    OfFamily,
    PolicyId,
    RulePeer,
    ServicePorts,
    Stage,
    Tier,
    WithAddress,
)
from netviz.selectors.tree import EVERYTHING, AllOf, AnyOf, HasKey, Negated, Selector, ValueIn
from netviz.sets.addresses import AddressSet, parse_cidr
from netviz.sets.connections import ALL_CONNECTIONS, ICMP, ICMPV6, SCTP, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from tests.unit.dialects.calico_reading import STORED, V3, read_object, read_rule, read_spec, read_tier, rule_of

GLOBAL = "GlobalNetworkPolicy"
NAMESPACE = "projectcalico.org/namespace"
IN_SHOP = ValueIn(NAMESPACE, ("shop",))
WEB = ValueIn("app", ("web",))
INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS


def peers(*parts: Selector) -> Labelled:
    return Labelled(PEERS, parts[0] if len(parts) == 1 else AllOf(parts))


def subject(*parts: Selector) -> Labelled:
    return Labelled(SUBJECTS, parts[0] if len(parts) == 1 else AllOf(parts))


def block(text: str) -> AddressSet:
    cidr = parse_cidr(text)
    assert cidr is not None
    return cidr.addresses()


def ports(protocol: int, *spans: tuple[int, int]) -> ConnectionSet:
    return ConnectionSet.of(protocol, IntervalSet.of(spans))


def test_kinds_and_versions_of_others_are_not_read() -> None:
    dialect = CalicoDialect()
    assert dialect.handles(V3, "NetworkPolicy")
    assert dialect.handles(STORED, "StagedGlobalNetworkPolicy")
    assert not dialect.handles("networking.k8s.io/v1", "NetworkPolicy")
    assert not dialect.handles(V3, "Profile")
    assert dialect.handles_tier(V3, "Tier")
    assert not dialect.handles_tier("crd.antrea.io/v1beta1", "Tier")


def test_the_smallest_policy_denies_ingress_to_its_namespace() -> None:
    policy = read_spec("").accepted()
    assert policy.id == PolicyId("calico.NetworkPolicy", "shop", "p")
    assert (policy.tier, policy.order) == ("default", None)
    assert policy.subject == subject(IN_SHOP)
    assert policy.captures == {INGRESS}
    assert policy.ingress == policy.egress == ()


def test_a_global_policy_without_selector_is_about_everything() -> None:
    policy = read_spec("order: -1.5", GLOBAL).accepted()
    assert str(policy.id) == "calico.GlobalNetworkPolicy/p"
    assert policy.order == -1.5
    assert policy.subject == subject(EVERYTHING)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("", {INGRESS}),
        ("types: []", {INGRESS}),
        ("ingress: [], egress: []", {INGRESS}),
        ("egress: [{action: Deny}]", {EGRESS}),
        ("ingress: [{action: Deny}], egress: [{action: Deny}]", {INGRESS, EGRESS}),
        ("types: [Egress]", {EGRESS}),
        ("types: [Egress, Ingress]", {INGRESS, EGRESS}),
    ],
)
def test_b08_types_follow_the_length_of_the_rule_lists(spec: str, expected: set[Direction]) -> None:
    assert read_spec(spec).accepted().captures == expected


def test_b09_without_types_a_policy_in_storage_has_both_directions() -> None:
    reading = read_spec("ingress: [{action: Deny}]", version=STORED)
    assert reading.told() == [("warning", "no-types", "spec.types")]
    assert reading.policy is not None
    assert reading.policy.captures == {INGRESS, EGRESS}


def test_b10_rules_of_a_direction_that_is_no_type_are_left_out_with_a_warning() -> None:
    reading = read_spec("types: [Egress], ingress: [{action: Deny}]")
    assert reading.told() == [("warning", "rules-ignored", "spec.ingress")]
    assert reading.policy is not None
    assert reading.policy.ingress == ()


def test_b03_in_storage_the_tier_default_is_part_of_the_name() -> None:
    for name, expected in (("default.web", "web"), ("web", "web"), ("sec.web", "sec.web"), ("default.", "default.")):
        text = f"{{apiVersion: {STORED}, kind: {GLOBAL}, metadata: {{name: {name}}}, spec: {{types: [Ingress]}}}}"
        policy = read_object(text).policy
        assert policy is not None
        assert policy.id.name == expected
    assert read_object(text.replace(STORED, V3).replace("default.", "default.web")).accepted().id.name == "default.web"


def test_b03_a_name_without_its_tier_is_noted() -> None:
    reading = read_spec("tier: security")
    assert reading.told() == [("info", "tier-prefix", "metadata.name")]
    assert reading.policy is not None
    assert reading.policy.tier == "security"
    named = f"{{apiVersion: {V3}, kind: {GLOBAL}, metadata: {{name: security.p}}, spec: {{tier: security}}}}"
    assert read_object(named).accepted().tier == "security"


def test_b22_a_network_policy_is_about_its_namespace_whatever_its_selector() -> None:
    assert read_spec("selector: app == 'web'").accepted().subject == subject(IN_SHOP, WEB)
    accounts = ValueIn("pcsa.trust", ("low",))
    both = read_spec("selector: app == 'web', serviceAccountSelector: trust == 'low'").accepted()
    assert both.subject == subject(IN_SHOP, WEB, accounts)


def test_b23_namespace_selectors_speak_of_inherited_labels() -> None:
    policy = read_spec("selector: app == 'web', namespaceSelector: has(team) || !all()", GLOBAL).accepted()
    in_a_team = AnyOf((HasKey("pcns.team"), Negated(HasKey(NAMESPACE))))
    assert policy.subject == subject(in_a_team, WEB)


def test_b23_all_beside_a_namespace_selector_means_what_is_in_a_namespace() -> None:
    policy = read_spec("selector: all(), namespaceSelector: all()", GLOBAL).accepted()
    assert policy.subject == subject(HasKey(NAMESPACE), HasKey(NAMESPACE))


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        ("selector: app == 'web'", "NetworkPolicy", peers(IN_SHOP, WEB)),
        ("selector: app == 'web'", GLOBAL, peers(WEB)),
        ("notSelector: app == 'web'", "NetworkPolicy", peers(IN_SHOP, Negated(WEB))),
        ("notSelector: app == 'web'", GLOBAL, NotPeer(peers(WEB))),
        ("selector: has(a), notSelector: app == 'web'", GLOBAL, peers(HasKey("a"), Negated(WEB))),
        ("selector: all()", GLOBAL, peers(EVERYTHING)),
        ("selector: ''", "NetworkPolicy", ANYONE),
        ("namespaceSelector: all()", "NetworkPolicy", peers(HasKey(NAMESPACE))),
        ("namespaceSelector: global()", "NetworkPolicy", peers(Negated(HasKey(NAMESPACE)))),
        ("selector: app == 'web', namespaceSelector: has(a)", "NetworkPolicy", peers(HasKey("pcns.a"), WEB)),
        (
            "serviceAccounts: {names: [b, a, b]}",
            "NetworkPolicy",
            peers(IN_SHOP, ValueIn("pcsa.projectcalico.org/name", ("a", "b"))),
        ),
        ("serviceAccounts: {selector: all()}", GLOBAL, peers(EVERYTHING)),
        ("nets: [10.0.0.0/8, 11.0.0.0/8]", GLOBAL, None),
    ],
)
def test_b31_what_the_selectors_of_a_source_mean(source: str, kind: str, expected: RulePeer | None) -> None:
    rule = rule_of(f"source: {{{source}}}", kind)
    if expected is None:
        blocks = WithAddress(block("10.0.0.0/7"))
        expected = EveryPeer((blocks, OfFamily(4)))
        assert rule.local == OfFamily(4)
    assert rule.peer == expected


def test_b33_an_empty_service_accounts_is_no_constraint_and_a_warning() -> None:
    reading = read_rule("source: {serviceAccounts: {}}")
    assert reading.told() == [("warning", "no-constraint", "spec.ingress[0].source.serviceAccounts")]
    assert reading.policy is not None
    assert reading.policy.ingress[0].peer == ANYONE


def test_the_own_side_of_an_ingress_rule_is_its_destination() -> None:
    rule = rule_of("source: {selector: a == 'b'}, destination: {selector: app == 'web'}", GLOBAL)
    assert (rule.peer, rule.local) == (peers(ValueIn("a", ("b",))), peers(WEB))
    rule = rule_of("source: {selector: a == 'b'}, destination: {selector: app == 'web'}", GLOBAL, direction="egress")
    assert (rule.peer, rule.local) == (peers(WEB), peers(ValueIn("a", ("b",))))
    assert rule.path == "spec.egress[0]"


def test_b35_nets_leave_a_rule_to_their_family_on_both_sides() -> None:
    rule = rule_of("destination: {notNets: [10.0.0.0/8]}", GLOBAL)
    assert rule.local == EveryPeer((NotPeer(WithAddress(block("10.0.0.0/8"))), OfFamily(4)))
    assert rule.peer == OfFamily(4)
    assert rule_of("ipVersion: 6", GLOBAL).peer == OfFamily(6)
    assert rule_of("protocol: ICMP", GLOBAL).peer == OfFamily(4)
    assert rule_of("protocol: 58", GLOBAL).peer == OfFamily(6)


def test_b35_without_a_common_family_a_rule_matches_nothing() -> None:
    reading = read_rule("source: {nets: [10.0.0.0/8]}, destination: {nets: ['fd00::/64']}", version=STORED)
    assert [code for _, code, _ in reading.told()] == ["invalid-value", "matches-nothing"]
    assert reading.policy is not None
    assert reading.policy.ingress[0].peer == NOBODY


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", None),
        ("protocol: TCP", (ports(TCP, (1, 65535)),)),
        ("protocol: 132", (ports(SCTP, (1, 65535)),)),
        ("protocol: '6'", (ports(TCP, (1, 65535)),)),
        ("notProtocol: UDP", (ALL_CONNECTIONS - ConnectionSet.of(UDP),)),
        ("protocol: TCP, destination: {ports: [80, '81', '90:99']}", (ports(TCP, (80, 81), (90, 99)),)),
        ("protocol: TCP, destination: {ports: [80, web]}", (ports(TCP, (80, 80)), NamedPort("web", TCP))),
        ("destination: {ports: [web]}", (NamedPort("web", None),)),
        ("protocol: UDP, destination: {notPorts: [53]}", (ports(UDP, (1, 52), (54, 65535)),)),
        ("protocol: UDP, destination: {ports: ['50:60'], notPorts: [53]}", (ports(UDP, (50, 52), (54, 60)),)),
        ("protocol: TCP, source: {ports: [7]}", (ConnectionSet.of(TCP, None, IntervalSet.single(7)),)),
        (
            "protocol: TCP, source: {notPorts: ['1:7']}, destination: {ports: [80]}",
            (ConnectionSet.of(TCP, IntervalSet.single(80), IntervalSet.of([(8, 65535)])),),
        ),
        (
            "protocol: ICMP, icmp: {type: 3, code: 4}",
            (ConnectionSet.of(ICMP, IntervalSet.single(3), IntervalSet.single(4)),),
        ),
        ("protocol: ICMPv6, icmp: {type: 1}", (ConnectionSet.of(ICMPV6, IntervalSet.single(1)),)),
        (
            "protocol: ICMP, notICMP: {type: 8}",
            (ConnectionSet.of(ICMP) - ConnectionSet.of(ICMP, IntervalSet.single(8)),),
        ),
    ],
)
def test_b36_what_the_ports_of_a_rule_mean(rule: str, expected: tuple[object, ...] | None) -> None:
    read = rule_of(rule)
    assert read.ports == expected
    assert read.not_ports == ()
    assert read.certain


def test_b36_names_are_bounded_by_the_other_clauses() -> None:
    rule = rule_of("protocol: TCP, source: {ports: [7]}, destination: {ports: [web], notPorts: [metrics]}")
    assert rule.ports == (NamedPort("web", TCP),)
    assert rule.not_ports == (NamedPort("metrics", TCP),)
    assert rule.within == ConnectionSet.of(TCP, None, IntervalSet.single(7))


def test_b36_ports_of_the_source_by_name_leave_a_rule_in_doubt() -> None:
    rule = rule_of("protocol: TCP, source: {ports: [web]}")
    assert not rule.certain
    assert rule.ports == (ConnectionSet.of(TCP),)


def test_b37_services_stand_for_endpoints_and_as_destination_for_ports() -> None:
    rule = rule_of("destination: {services: {name: api}}", direction="egress")
    assert rule.peer == BehindService("shop", "api")
    assert rule.ports == (ServicePorts("shop", "api"),)
    rule = rule_of("protocol: TCP, source: {services: {name: api, namespace: back}}, destination: {ports: [80]}")
    assert rule.peer == BehindService("back", "api")
    assert rule.ports == (ports(TCP, (80, 80)),)


def test_b11_log_is_a_note_on_the_rule_that_follows() -> None:
    policy = read_spec("ingress: [{action: Log}, {action: Pass}, {action: Deny}, {action: Log}]").accepted()
    assert [(rule.path, rule.action) for rule in policy.ingress] == [
        ("spec.ingress[1]", Action.PASS),
        ("spec.ingress[2]", Action.DENY),
    ]
    assert [rule.note for rule in policy.ingress] == ["logged by spec.ingress[0]", ""]


def test_b40_an_http_match_leaves_a_rule_in_doubt() -> None:
    reading = read_rule("http: {methods: [GET], paths: [{prefix: /api}]}, destination: {ports: [web]}")
    assert reading.told() == [("warning", "not-evaluated", "spec.ingress[0].http")]
    assert reading.policy is not None
    assert reading.policy.certain
    assert not reading.policy.ingress[0].certain


def test_not_icmp_without_protocol_leaves_a_rule_in_doubt() -> None:
    rule = rule_of("notICMP: {type: 8}")
    assert not rule.certain
    excluded = ConnectionSet.of(ICMP, IntervalSet.single(8)) | ConnectionSet.of(ICMPV6, IntervalSet.single(8))
    assert rule.ports == (ALL_CONNECTIONS - excluded,)


def test_b43_hints_and_metadata_mean_nothing() -> None:
    spec = "performanceHints: [AssumeNeededOnEveryNode], ingress: [{action: Allow, metadata: {annotations: {a: b}}}]"
    assert read_spec(spec).accepted().ingress[0].peer == ANYONE


@pytest.mark.parametrize(
    ("kind", "twin"),
    [
        ("StagedNetworkPolicy", PolicyId("calico.NetworkPolicy", "shop", "p")),
        ("StagedGlobalNetworkPolicy", PolicyId("calico.GlobalNetworkPolicy", "", "p")),
    ],
)
def test_b60_a_staged_policy_knows_its_twin(kind: str, twin: PolicyId) -> None:
    policy = read_spec("ingress: [{action: Deny}]", kind).accepted()
    assert policy.id.kind == f"calico.{kind}"
    assert (policy.stage, policy.twin) == (Stage.SET, twin)
    deletion = read_spec("stagedAction: Delete, tier: security", kind).accepted()
    assert (deletion.stage, deletion.twin, deletion.tier) == (Stage.DELETE, twin, "security")
    assert deletion.subject == NOBODY
    assert deletion.captures == frozenset()


def test_b60_a_deletion_has_nothing_else_to_say() -> None:
    reading = read_spec("stagedAction: Delete, selector: has(a), ingress: []", "StagedNetworkPolicy")
    reading.refused()
    assert reading.told() == [("error", "invalid-value", "spec.selector")]


@pytest.mark.parametrize("action", ["Learn", "Ignore"])
def test_b60_what_has_no_preview_is_left_out(action: str) -> None:
    reading = read_spec(f"stagedAction: {action}, selector: has(a)", "StagedNetworkPolicy")
    assert reading.policy is None
    assert reading.told() == [("info", "no-preview", "spec.stagedAction")]


def test_b62_a_staged_kubernetes_policy_is_read_as_kubernetes_has_it() -> None:
    policy = read_spec("stagedAction: Set, podSelector: {}, egress: [{}]", "StagedKubernetesNetworkPolicy").accepted()
    assert policy.id == PolicyId("calico.StagedKubernetesNetworkPolicy", "shop", "p")
    assert policy.twin == PolicyId("NetworkPolicy", "shop", "p")
    assert (policy.tier, policy.order) == ("default", 1000.0)
    assert policy.captures == {INGRESS, EGRESS}
    refused = read_spec("podSelector: {}, selector: all()", "StagedKubernetesNetworkPolicy")
    assert refused.refused().stage is Stage.SET
    assert refused.only().path == "spec.selector"


def test_a_staged_policy_with_an_unknown_action_is_refused() -> None:
    policy = read_spec("stagedAction: Sett, podSelector: {}", "StagedKubernetesNetworkPolicy").refused()
    assert "spec.stagedAction" in policy.reason


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("sec", "order: 5.5", Tier(name="sec", order=5.5)),
        ("sec", "defaultAction: Pass", Tier(name="sec", order=None, default=Action.PASS)),
        ("sec", "order: -1, defaultAction: Deny", Tier(name="sec", order=-1)),
        ("default", "order: 1000000, defaultAction: Deny", Tier(name="default", order=1_000_000)),
    ],
)
def test_b06_a_tier_has_an_order_and_an_end(name: str, spec: str, expected: Tier) -> None:
    assert read_tier(name, spec) == (expected, [])


def test_b06_the_tiers_of_the_admin_policies_have_their_new_names() -> None:
    tier, problems = read_tier("adminnetworkpolicy", "order: 1000, defaultAction: Pass")
    assert tier is not None
    assert (tier.name, problems) == ("kube-admin", [])
    policy = read_spec("tier: baselineadminnetworkpolicy").policy
    assert policy is not None
    assert policy.tier == "kube-baseline"


def test_an_object_without_namespace_is_in_default_and_without_name_still_told_of() -> None:
    policy = read_object(f"{{apiVersion: {V3}, kind: NetworkPolicy, metadata: {{name: p}}, spec: {{}}}}").accepted()
    assert policy.id.namespace == "default"
    nameless = read_object(f"{{apiVersion: {V3}, kind: NetworkPolicy, metadata: {{}}, spec: {{}}}}").refused()
    assert nameless.id.name == "(unnamed, p.yaml, document 1)"
    assert read_object(f"{{apiVersion: {V3}, kind: NetworkPolicy, metadata: [], spec: {{}}}}").policy is None


def test_a_policy_without_spec_is_one_with_an_empty_spec_unless_it_stands_elsewhere() -> None:
    read_object(f"{{apiVersion: {V3}, kind: {GLOBAL}, metadata: {{name: p}}}}").accepted()
    misplaced = read_object(f"{{apiVersion: {V3}, kind: {GLOBAL}, metadata: {{name: p}}, selector: has(a)}}")
    misplaced.refused()
    assert [problem.severity for problem in misplaced.problems] == [Severity.ERROR]
