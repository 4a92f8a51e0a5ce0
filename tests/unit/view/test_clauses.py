"""Rules in words."""

from __future__ import annotations

import pytest

from netviz.engine import Connection, Evaluator, Scenario
from netviz.engine.explain import explain
from netviz.loading import load_files
from netviz.model.policy import Direction
from netviz.view.clauses import peer_words, rule_words
from netviz.view.trace import halves
from tests.unit.dialects.calico_reading import rule_of

GLOBAL = "GlobalNetworkPolicy"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{}", "anyone, inside or outside"),
        ("{selector: app == 'web'}", "endpoints app=web"),
        ("{selector: all()}", "any endpoint"),
        ("{selector: app == 'web', namespaceSelector: all()}", "endpoints app=web in any namespace"),
        ("{namespaceSelector: global()}", "endpoints in no namespace"),
        ("{namespaceSelector: kubernetes.io/metadata.name == 'shop'}", "endpoints in namespace shop"),
        ("{namespaceSelector: team == 'a' || has(b)}", "endpoints in namespaces team=a or b"),
        ("{serviceAccounts: {names: [b, a]}}", "endpoints with service account a or b"),
        ("{serviceAccounts: {selector: trust == 'low'}}", "endpoints with service accounts trust=low"),
        ("{notSelector: has(a)}", "anything but endpoints a"),
        ("{nets: [10.0.0.0/8]}", "addresses 10.0.0.0/8 over IPv4"),
        ("{services: {name: api, namespace: back}}", "the endpoints of Service back/api"),
    ],
)
def test_sources_of_calico_rules(source: str, expected: str) -> None:
    assert peer_words(rule_of(f"source: {source}", GLOBAL).peer) == expected


def test_a_rule_of_a_namespace_names_it() -> None:
    assert peer_words(rule_of("source: {selector: has(a)}").peer) == "endpoints a in namespace shop"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("action: Deny, source: {selector: has(a)}", "denies any port from endpoints a"),
        ("action: Pass", "passes any port from anyone, inside or outside, on to the next tier"),
        (
            "protocol: TCP, source: {selector: has(a)}, destination: {selector: has(b), ports: [80, web]}",
            "allows TCP 80, port 'web' (TCP) from endpoints a to endpoints b",
        ),
        ("ipVersion: 6, destination: {notPorts: [web]}", "allows any port except port 'web' from anyone over IPv6"),
        (
            "notProtocol: UDP, destination: {ports: [web]}",
            "allows port 'web' within any port except all UDP from anyone, inside or outside",
        ),
    ],
)
def test_a_rule_tells_both_sides_and_its_ports(rule: str, expected: str) -> None:
    assert rule_words(rule_of(rule, GLOBAL), Direction.INGRESS) == expected


def test_the_own_side_of_an_egress_rule_is_where_it_comes_from() -> None:
    rule = rule_of("source: {selector: has(a)}, destination: {selector: has(b)}", GLOBAL, direction="egress")
    assert rule_words(rule, Direction.EGRESS) == "allows any port to endpoints b from endpoints a"


def test_a_trace_says_that_a_rule_is_about_another_pod_of_its_own_side() -> None:
    text = """
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: web, labels: {app: web}}, spec: {}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: api, labels: {app: api}}, spec: {}}
---
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: g},
 spec: {ingress: [{action: Allow, destination: {selector: app == 'db'}}]}}
"""
    loaded = load_files([("in.yaml", text.encode())])
    evaluation = Evaluator(loaded.cluster, loaded.policies).evaluate(Scenario())
    web, api = (loaded.cluster.pod("shop", name) for name in ("web", "api"))
    _, ingress = halves(evaluation, explain(evaluation, web, api, Connection(6, 80)), lambda _: ())
    (told,) = [step.text for step in ingress.steps if step.rule]
    assert told == (
        "spec.ingress[0] does not match: allows any port from anyone, inside or outside to endpoints app=db; "
        "it is not about shop/api (app=api)"
    )
