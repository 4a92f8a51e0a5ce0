from __future__ import annotations

import pytest

from netviz.dialects import DIALECTS
from netviz.dialects.kubernetes import KubernetesDialect
from netviz.model.policy import (
    ANYONE,
    PODS,
    Action,
    Direction,
    EveryPeer,
    InNamespace,
    Labelled,
    LabelScope,
    NamedPort,
    PolicyId,
    PolicyRule,
    RulePeer,
    SomePeer,
    WithAddress,
)
from netviz.selectors.tree import HasKey, Negated, ValueIn
from netviz.sets.addresses import AddressSet, parse_cidr
from netviz.sets.connections import SCTP, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from tests.unit.dialects.reading import read_object, read_spec

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
SHOP = InNamespace("shop")


def labelled(scope: LabelScope, key: str, *values: str) -> Labelled:
    return Labelled(scope, ValueIn(key, values))


def addresses(*cidrs: str) -> AddressSet:
    blocks = [parse_cidr(cidr) for cidr in cidrs]
    return AddressSet.union(block.addresses() for block in blocks if block is not None)


def rule(text: str) -> PolicyRule:
    indented = text.replace("\n", "\n  ")
    return read_spec(f"ingress:\n- {indented}").accepted().ingress[0]


def peer(text: str) -> RulePeer:
    return rule(f"from:\n- {text}").peer


def test_the_dialect_is_registered_and_handles_network_policies_only() -> None:
    dialect = KubernetesDialect()
    assert dialect in DIALECTS
    assert dialect.handles("networking.k8s.io/v1", "NetworkPolicy")
    assert not dialect.handles("networking.k8s.io/v1", "Ingress")
    assert not dialect.handles("projectcalico.org/v3", "NetworkPolicy")


def test_all_policies_live_in_the_tier_and_at_the_order_where_calico_has_them() -> None:
    (tier,) = KubernetesDialect().tiers()
    assert (tier.name, tier.order, tier.default, tier.ties_undefined) == ("default", 1_000_000, Action.DENY, False)
    policy = read_spec("podSelector: {}").accepted()
    assert (policy.id, policy.tier, policy.order) == (PolicyId("NetworkPolicy", "shop", "p"), "default", 1000.0)


def test_the_legacy_group_is_read_with_a_warning() -> None:
    reading = read_object(
        """
        apiVersion: extensions/v1beta1
        kind: NetworkPolicy
        metadata: {name: p, namespace: shop}
        spec: {podSelector: {}}
        """
    )
    assert reading.told() == [("warning", "deprecated-version", "apiVersion")]
    assert reading.policy is not None
    assert reading.policy.certain


@pytest.mark.parametrize("spec", ["podSelector: {}", "podSelector:", "policyTypes: [Ingress]"])
def test_a1_an_empty_or_absent_pod_selector_selects_every_pod_of_the_own_namespace(spec: str) -> None:
    assert read_spec(spec).accepted().subject == EveryPeer((PODS, SHOP))


def test_a1_a_pod_selector_selects_in_the_own_namespace_only() -> None:
    subject = read_spec("podSelector: {matchLabels: {app: web}}").accepted().subject
    assert subject == EveryPeer((PODS, SHOP, labelled(LabelScope.POD, "app", "web")))


@pytest.mark.parametrize("spec", ["", "spec:", "spec: {}"])
def test_a2_a_policy_without_spec_isolates_ingress_of_every_pod(spec: str) -> None:
    reading = read_object(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n" + spec
    )
    policy = reading.accepted()
    assert policy.subject == EveryPeer((PODS, SHOP))
    assert policy.captures == {INGRESS}
    assert policy.ingress == ()


@pytest.mark.parametrize(
    ("spec", "captures"),
    [
        ("podSelector: {}", {INGRESS}),
        ("policyTypes: []", {INGRESS}),
        ("policyTypes:", {INGRESS}),
        ("ingress: [{}]", {INGRESS}),
        ("egress: []", {INGRESS}),
        ("egress: [{}]", {INGRESS, EGRESS}),
        ("{policyTypes: [], egress: [{}]}", {INGRESS, EGRESS}),
        ("policyTypes: [Ingress]", {INGRESS}),
        ("policyTypes: [Egress]", {EGRESS}),
        ("policyTypes: [Egress, Ingress]", {INGRESS, EGRESS}),
        ("policyTypes: [Egress, Egress]", {EGRESS}),
    ],
)
def test_a2_a3_what_a_policy_isolates_follows_from_its_types_and_egress_rules(
    spec: str, captures: set[Direction]
) -> None:
    assert read_spec(spec).accepted().captures == captures


@pytest.mark.parametrize(("listed", "other"), [("Ingress", "egress"), ("Egress", "ingress")])
def test_a4_rules_of_a_direction_that_is_not_listed_are_left_out_with_a_warning(listed: str, other: str) -> None:
    reading = read_spec(f"{{policyTypes: [{listed}], ingress: [{{}}], egress: [{{}}]}}")
    assert reading.told() == [("warning", "rules-ignored", f"spec.{other}")]
    policy = reading.policy
    assert policy is not None
    assert policy.certain
    assert policy.rules(Direction(other)) == ()
    assert len(policy.rules(Direction(listed.lower()))) == 1


def test_a4_an_empty_list_of_rules_is_not_worth_a_warning() -> None:
    assert read_spec("{policyTypes: [Ingress], egress: []}").accepted().egress == ()


@pytest.mark.parametrize("spec", ["ingress: []", "ingress:", "policyTypes: [Ingress]"])
def test_a7_no_rule_allows_nothing(spec: str) -> None:
    assert read_spec(spec).accepted().ingress == ()


@pytest.mark.parametrize("spec", ["ingress: [{}]", "ingress: [null]", "ingress: [{from: [], ports: []}]"])
def test_a7_a8_a_rule_without_peers_and_ports_allows_everything(spec: str) -> None:
    (found,) = read_spec(spec).accepted().ingress
    assert (found.action, found.peer, found.ports, found.certain) == (Action.ALLOW, ANYONE, None, True)


def test_a8_a_list_of_ports_alone_is_about_everyone() -> None:
    found = rule("ports: [{port: 80}]")
    assert (found.peer, found.ports) == (ANYONE, (ConnectionSet.of(TCP, IntervalSet.single(80)),))


def test_rules_clauses_and_policy_know_their_places() -> None:
    policy = read_spec("egress: [{}, {to: [{podSelector: {}}, {podSelector: {}}], ports: [{}]}]").accepted()
    first, second = policy.egress
    assert (first.path, second.path) == ("spec.egress[0]", "spec.egress[1]")
    assert (second.ref.path, second.ref.line) == ("spec.egress[1]", 4)
    assert [ref.path for ref in second.peer_refs] == ["spec.egress[1].to[0]", "spec.egress[1].to[1]"]
    assert [ref.path for ref in second.port_refs] == ["spec.egress[1].ports[0]"]
    assert (policy.ref.file, policy.ref.document) == ("p.yaml", 1)


def test_a10_a_pod_selector_alone_means_the_own_namespace() -> None:
    found = peer("podSelector: {matchLabels: {app: web}}")
    assert found == EveryPeer((PODS, SHOP, labelled(LabelScope.POD, "app", "web")))


def test_a10_a_namespace_selector_alone_means_all_pods_of_matching_namespaces() -> None:
    found = peer("namespaceSelector: {matchLabels: {team: a}}")
    assert found == EveryPeer((PODS, labelled(LabelScope.NAMESPACE, "team", "a")))


def test_a10_both_selectors_in_one_item_must_hold() -> None:
    found = peer("{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: web}}}")
    assert found == EveryPeer(
        (PODS, labelled(LabelScope.NAMESPACE, "team", "a"), labelled(LabelScope.POD, "app", "web"))
    )


def test_a10_two_items_are_alternatives() -> None:
    found = rule("from: [{namespaceSelector: {matchLabels: {team: a}}}, {podSelector: {matchLabels: {app: web}}}]").peer
    assert found == SomePeer(
        (
            EveryPeer((PODS, labelled(LabelScope.NAMESPACE, "team", "a"))),
            EveryPeer((PODS, SHOP, labelled(LabelScope.POD, "app", "web"))),
        )
    )


def test_a11_empty_selectors_match_all_pods_here_or_everywhere_and_nothing_outside() -> None:
    assert peer("podSelector: {}") == EveryPeer((PODS, SHOP))
    assert peer("namespaceSelector: {}") == EveryPeer((PODS,))
    assert peer("{namespaceSelector: {}, podSelector: {}}") == EveryPeer((PODS,))


def test_a12_a_null_selector_is_absent() -> None:
    assert peer("{namespaceSelector: null, podSelector: {}}") == EveryPeer((PODS, SHOP))


def test_a13_labels_and_expressions_must_all_hold() -> None:
    found = peer(
        "podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: NotIn, values: [b, a]},"
        " {key: new, operator: Exists}, {key: old, operator: DoesNotExist}]}"
    )
    assert isinstance(found, EveryPeer)
    last = found.parts[-1]
    assert isinstance(last, Labelled)
    assert getattr(last.selector, "parts", None) == (
        ValueIn("app", ("web",)),
        Negated(ValueIn("tier", ("a", "b"))),
        HasKey("new"),
        Negated(HasKey("old")),
    )


def test_a16_an_address_block_is_its_cidr_without_the_exceptions() -> None:
    found = peer("ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/10]}")
    assert found == WithAddress(addresses("10.192.0.0/10"))


def test_a16_a20_a_block_of_one_family_holds_no_address_of_the_other() -> None:
    found = peer("ipBlock: {cidr: '0.0.0.0/0'}")
    assert isinstance(found, WithAddress)
    assert not found.addresses.v6


@pytest.mark.parametrize(
    ("cidr", "meaning"),
    [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("10.0.0.0/08", "10.0.0.0/8"),
        ("fd00::1/64", "fd00::/64"),
    ],
)
def test_a16_what_only_new_servers_refuse_is_read_masked_with_a_warning(cidr: str, meaning: str) -> None:
    reading = read_spec(f"ingress: [{{from: [{{ipBlock: {{cidr: '{cidr}'}}}}]}}]")
    assert reading.told() == [("warning", "odd-cidr", "spec.ingress[0].from[0].ipBlock.cidr")]
    assert f"read as {meaning}" in reading.only().message
    assert reading.policy is not None
    assert reading.policy.certain
    assert reading.policy.ingress[0].peer == WithAddress(addresses(meaning))


@pytest.mark.parametrize(
    ("cidr", "message"),
    [
        ("10.1.2.3/8", "must not have bits set beyond the prefix length"),
        ("10.0.0.0/08", "must not have leading 0s in IP or prefix length"),
        ("::ffff:10.0.0.0/104", "must not have an IPv4-mapped IPv6 address"),
    ],
)
def test_a16_what_only_new_servers_refuse_is_an_error_when_strict(cidr: str, message: str) -> None:
    reading = read_spec(f"ingress: [{{from: [{{ipBlock: {{cidr: '{cidr}'}}}}]}}]", strict=True)
    assert reading.only().message == message
    reading.refused()


def test_a17_an_exception_is_taken_from_its_own_block_only() -> None:
    found = rule("from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: 10.1.2.0/24}}]").peer
    assert found == SomePeer(
        (
            WithAddress(addresses("10.0.0.0/8") - addresses("10.1.0.0/16")),
            WithAddress(addresses("10.1.2.0/24")),
        )
    )


def test_a22_an_empty_port_entry_is_all_of_tcp() -> None:
    assert rule("ports: [{}, null]").ports == (ConnectionSet.of(TCP), ConnectionSet.of(TCP))


@pytest.mark.parametrize(("name", "number"), [("TCP", TCP), ("UDP", UDP), ("SCTP", SCTP)])
def test_a23_a_port_entry_without_port_is_every_port_of_its_protocol(name: str, number: int) -> None:
    assert rule(f"ports: [{{protocol: {name}}}]").ports == (ConnectionSet.of(number),)


def test_a24_a_text_is_the_name_of_a_container_port_with_its_protocol() -> None:
    assert rule("ports: [{port: http}, {port: dns, protocol: UDP}]").ports == (
        NamedPort("http", TCP),
        NamedPort("dns", UDP),
    )


def test_a26_an_end_port_makes_an_inclusive_range() -> None:
    assert rule("ports: [{port: 8000, endPort: 8080}, {port: 9, endPort: 9}]").ports == (
        ConnectionSet.of(TCP, IntervalSet(((8000, 8080),))),
        ConnectionSet.of(TCP, IntervalSet.single(9)),
    )


def test_a28_a_rule_without_ports_admits_every_protocol_and_one_with_ports_does_not() -> None:
    assert rule("from: [{podSelector: {}}]").ports is None
    assert rule("{from: [{podSelector: {}}], ports: [{}]}").ports == (ConnectionSet.of(TCP),)


@pytest.mark.parametrize("metadata", ["{name: p}", "{name: p, namespace: ''}", "{name: p, namespace: null}"])
def test_m14_without_namespace_a_policy_is_in_default(metadata: str) -> None:
    policy = read_object(f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {metadata}}}").accepted()
    assert policy.id.namespace == "default"
    assert policy.subject == EveryPeer((PODS, InNamespace("default")))
