"""What a dialect remarks on: how something was written that the normal form does not show any more."""

from __future__ import annotations

import pytest

from netviz.dialects.admin import AdminDialect
from netviz.errors import Diagnostic
from netviz.model.policy import Policy, RemarkKind
from tests.unit.dialects import calico_reading, reading
from tests.unit.dialects.calico_reading import STORED, document


def told(policy: Policy | None) -> list[tuple[RemarkKind, str, str]]:
    """Kind, path and value of every remark but those on selectors and orders, which nearly every policy has."""
    assert policy is not None
    usual = (RemarkKind.SELECTOR, RemarkKind.ORDER)
    return [(r.kind, r.path, r.value) for r in policy.remarks if r.kind not in usual]


def kubernetes(spec: str) -> list[tuple[RemarkKind, str, str]]:
    return told(reading.read_spec(spec).policy)


def calico(
    spec: str, kind: str = "NetworkPolicy", version: str = calico_reading.V3
) -> list[tuple[RemarkKind, str, str]]:
    return told(calico_reading.read_spec(spec, kind, version=version).policy)


def admin(rule: str, version: str = "v1alpha1", kind: str = "AdminNetworkPolicy") -> list[tuple[RemarkKind, str, str]]:
    text = f"""
    apiVersion: policy.networking.k8s.io/{version}
    kind: {kind}
    metadata: {{name: p}}
    spec: {{priority: 5, subject: {{namespaces: {{}}}}, egress: [{{action: Allow, {rule}}}]}}
    """
    problems: list[Diagnostic] = []
    return told(AdminDialect().read(document(text), problems))


def test_a_network_policy_in_full_has_no_remark_but_the_place_of_its_selector() -> None:
    policy = reading.read_spec(
        "{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{protocol: TCP, port: 80}]}]}"
    ).accepted()
    assert [(r.kind, r.path) for r in policy.remarks] == [(RemarkKind.SELECTOR, "spec.podSelector")]


@pytest.mark.parametrize(
    ("spec", "kind", "path", "value"),
    [
        ("{podSelector: {}}", RemarkKind.TYPES_OMITTED, "spec.policyTypes", "Ingress"),
        ("{podSelector: {}, egress: [{}]}", RemarkKind.TYPES_OMITTED, "spec.policyTypes", "Ingress, Egress"),
        ("{policyTypes: [Egress], ingress: [{}]}", RemarkKind.RULES_UNLISTED, "spec.ingress", "ingress"),
        ("{policyTypes: [Ingress], ingress: []}", RemarkKind.EMPTY, "spec.ingress", ""),
        ("{policyTypes: [Ingress], ingress: [{from: []}]}", RemarkKind.EMPTY, "spec.ingress[0].from", ""),
        ("{policyTypes: [Egress], egress: [{ports: []}]}", RemarkKind.EMPTY, "spec.egress[0].ports", ""),
        (
            "{policyTypes: [Egress], egress: [{ports: [{port: 80}]}]}",
            RemarkKind.PROTOCOL_OMITTED,
            "spec.egress[0].ports[0]",
            "",
        ),
        (
            "{policyTypes: [Egress], egress: [{ports: [{protocol: TCP, port: 80, endPort: 90}]}]}",
            RemarkKind.END_PORT,
            "spec.egress[0].ports[0].endPort",
            "80-90",
        ),
    ],
)
def test_what_a_network_policy_leaves_out_or_empty_is_remarked_on(
    spec: str, kind: RemarkKind, path: str, value: str
) -> None:
    assert kubernetes(spec) == [(kind, path, value)]


def test_the_blocks_of_a_network_policy_are_remarked_on_as_they_are_written() -> None:
    spec = "{policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}"
    assert kubernetes(spec) == [
        (RemarkKind.BLOCK, "spec.egress[0].to[0].ipBlock.cidr", "10.0.0.0/8"),
        (RemarkKind.EXCEPT, "spec.egress[0].to[0].ipBlock.except[0]", "10.1.0.0/16"),
    ]


def test_a_policy_without_a_namespace_is_remarked_on() -> None:
    text = (
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {policyTypes: [Ingress]}}"
    )
    assert told(reading.read_object(text).policy) == [(RemarkKind.NO_NAMESPACE, "metadata", "")]


def test_remarks_do_not_make_two_policies_different() -> None:
    short, long = (
        reading.read_spec(f"{{podSelector: {{}}, policyTypes: [Ingress]{more}}}").accepted()
        for more in ("", ", ingress: []")
    )
    assert short.remarks != long.remarks
    assert short == long


ORDERED = "order: 10, types: [Ingress]"


@pytest.mark.parametrize(
    ("spec", "kind", "found"),
    [
        ("types: [Ingress]", "NetworkPolicy", (RemarkKind.ORDER_OMITTED, "spec.order", "")),
        ("order: 10", "NetworkPolicy", (RemarkKind.TYPES_OMITTED, "spec.types", "Ingress")),
        (
            "order: 10, egress: [{action: Allow}]",
            "NetworkPolicy",
            (RemarkKind.TYPES_OMITTED, "spec.types", "Egress"),
        ),
        (
            f"{ORDERED}, egress: [{{action: Allow}}]",
            "NetworkPolicy",
            (RemarkKind.RULES_UNLISTED, "spec.egress", "egress"),
        ),
        (f"{ORDERED}, ingress: []", "NetworkPolicy", (RemarkKind.EMPTY, "spec.ingress", "")),
        (f"{ORDERED}, ingress: [{{action: Log}}]", "NetworkPolicy", (RemarkKind.LOG, "spec.ingress[0]", "")),
        (
            f"{ORDERED}, ingress: [{{action: Allow, http: {{methods: [GET]}}}}]",
            "NetworkPolicy",
            (RemarkKind.HTTP, "spec.ingress[0].http", ""),
        ),
        (
            f"{ORDERED}, ingress: [{{action: Allow, source: {{services: {{name: web}}}}}}]",
            "NetworkPolicy",
            (RemarkKind.SERVICES, "spec.ingress[0].source.services", "shop/web"),
        ),
        (
            f"{ORDERED}, ingress: [{{action: Allow, source: {{serviceAccounts: {{}}}}}}]",
            "NetworkPolicy",
            (RemarkKind.EMPTY, "spec.ingress[0].source.serviceAccounts", ""),
        ),
        (
            f"{ORDERED}, applyOnForward: true",
            "GlobalNetworkPolicy",
            (RemarkKind.FLAG, "spec.applyOnForward", "applyOnForward"),
        ),
    ],
)
def test_what_a_calico_policy_leaves_out_or_adds_is_remarked_on(
    spec: str, kind: str, found: tuple[RemarkKind, str, str]
) -> None:
    assert calico(spec, kind) == [found]


def test_a_calico_policy_in_storage_is_remarked_on() -> None:
    assert calico(ORDERED, version=STORED) == [(RemarkKind.STORED, "apiVersion", STORED)]


def test_the_place_in_the_order_of_a_policy_is_remarked_on() -> None:
    policy = calico_reading.read_spec("tier: early, order: 2.5, types: [Ingress]").policy
    assert policy is not None
    assert [(r.kind, r.path, r.value) for r in policy.remarks] == [
        (RemarkKind.TIER, "spec.tier", "early"),
        (RemarkKind.ORDER, "spec.order", "2.5"),
    ]


def test_the_selectors_of_a_calico_policy_are_remarked_on_as_they_are_written() -> None:
    rule = "{action: Deny, source: {notSelector: 'has(b)', namespaceSelector: 'global()'}}"
    policy = calico_reading.read_spec(f"{ORDERED}, selector: has(a), ingress: [{rule}]").accepted()
    assert [(r.path, r.value) for r in policy.remarks if r.kind is RemarkKind.SELECTOR] == [
        ("spec.selector", "has(a)"),
        ("spec.ingress[0].source.namespaceSelector", "global()"),
        ("spec.ingress[0].source.notSelector", "has(b)"),
    ]


def test_a_staged_policy_keeps_its_remarks() -> None:
    text = """
    apiVersion: projectcalico.org/v3
    kind: StagedKubernetesNetworkPolicy
    metadata: {name: p, namespace: shop}
    spec: {podSelector: {}}
    """
    assert told(calico_reading.read_object(text).policy) == [(RemarkKind.TYPES_OMITTED, "spec.policyTypes", "Ingress")]


def test_the_peers_of_an_admin_policy_that_are_no_pods_are_remarked_on() -> None:
    assert admin("to: [{nodes: {}}, {domainNames: [example.org, '*.example.com']}]") == [
        (RemarkKind.NODES, "spec.egress[0].to[0].nodes", ""),
        (RemarkKind.DOMAIN_NAMES, "spec.egress[0].to[1].domainNames", "example.org, *.example.com"),
    ]


def test_a_range_of_an_admin_policy_that_holds_no_port_is_remarked_on() -> None:
    ports = "ports: [{portRange: {protocol: TCP, start: 90, end: 80}}]"
    assert admin(f"to: [{{namespaces: {{}}}}], {ports}") == [
        (RemarkKind.EMPTY_RANGE, "spec.egress[0].ports[0].portRange.end", "90-80")
    ]
