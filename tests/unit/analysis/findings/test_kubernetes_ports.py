"""Ports that are probably wrong, and those that only look so."""

from __future__ import annotations

from netviz.analysis.findings.finding import FlowWitness
from netviz.engine.options import Verdict
from tests.unit.analysis.findings.finding import found, only, policy

SERVICE = """\
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},
 spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
"""
DB = "{podSelector: {matchLabels: {app: db}}}"


def receiving(*ports: str, pods: str = "{matchLabels: {app: web}}") -> str:
    spec = f"{{podSelector: {pods}, policyTypes: [Ingress], ingress: [{{from: [{DB}], ports: [{', '.join(ports)}]}}]}}"
    return policy(spec)


def test_the_port_of_a_service_is_found_with_a_connection_that_is_denied() -> None:
    finding = only("NP016", SERVICE, receiving("{protocol: TCP, port: 80}"))
    assert finding.advice == "write port: 8080"
    assert finding.witness == FlowWitness(
        source="shop/db", target="shop/web", protocol="TCP", port=8080, verdict=Verdict.DENY
    )


def test_a_rule_that_allows_both_ports_or_a_range_is_no_finding() -> None:
    both = receiving("{protocol: TCP, port: 80}", "{protocol: TCP, port: 8080}")
    assert not found("NP016", SERVICE, both)
    assert not found("NP016", SERVICE, receiving("{protocol: TCP, port: 1, endPort: 9000}"))


def test_egress_to_addresses_is_not_about_services() -> None:
    spec = "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{protocol: TCP, port: 80}]}]}"
    assert not found("NP016", SERVICE, policy(spec))


def test_a_port_that_a_service_leads_to_is_one_that_pods_listen_on() -> None:
    leads = SERVICE.replace("targetPort: 8080", "targetPort: 9000")
    assert not found("NP031", leads, receiving("{protocol: TCP, port: 9000}"))
    assert found("NP031", receiving("{protocol: TCP, port: 9000}"))


def test_a_name_with_another_protocol_is_not_also_an_unknown_name() -> None:
    udp = receiving("{protocol: UDP, port: http}")
    assert found("NP018", udp)
    assert not found("NP017", udp)
    assert not found("NP018", receiving("{protocol: TCP, port: http}"))
