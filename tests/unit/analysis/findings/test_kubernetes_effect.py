"""What policies do together, and what of it is no finding."""

from __future__ import annotations

import pytest

from netviz.analysis.findings.finding import FlowWitness, PodWitness
from netviz.engine.options import Verdict
from netviz.errors import Severity
from tests.unit.analysis.findings.finding import found, only, policy

ANYONE = "{namespaceSelector: {}}"
DNS_POD = """\
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}},
 spec: {containers: [{name: c, ports: [{name: dns, protocol: UDP, containerPort: 5353}]}]}}
"""


def sending(*rules: str, pods: str = "{matchLabels: {app: web}}", name: str = "p") -> str:
    return policy(f"{{podSelector: {pods}, policyTypes: [Egress], egress: [{', '.join(rules)}]}}", name=name)


def to(peer: str, *ports: str) -> str:
    return f"{{to: [{peer}], ports: [{', '.join(ports)}]}}"


DB = "{podSelector: {matchLabels: {app: db}}}"
UDP, TCP = "{protocol: UDP, port: 53}", "{protocol: TCP, port: 53}"
SYSTEM = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}"
KUBE_DNS = "{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}"


@pytest.mark.parametrize(
    "rule",
    [
        to(SYSTEM, UDP, TCP),
        to(KUBE_DNS, UDP, TCP),
        to(ANYONE, UDP, TCP),
        to("{ipBlock: {cidr: 169.254.20.10/32}}", UDP, TCP),
        to("{ipBlock: {cidr: 192.0.2.53/32}}", UDP, TCP),
        to("{ipBlock: {cidr: 2001:db8::53/128}}", UDP, TCP),
        f"{{ports: [{UDP}, {TCP}]}}",
        "{}",
    ],
)
def test_a_rule_for_dns_is_enough_wherever_dns_is(rule: str) -> None:
    assert not found("NP008", sending(to(DB, "{protocol: TCP, port: 5432}"), rule))


def test_without_a_rule_for_dns_the_policy_that_lacks_it_is_named() -> None:
    finding = only("NP008", sending(to(DB, "{protocol: TCP, port: 5432}")))
    assert (finding.object, finding.severity) == ("NetworkPolicy/shop/p", Severity.WARNING)
    assert finding.witness == PodWitness(pod="shop/web")


@pytest.mark.parametrize("block", ["192.0.2.0/24", "2001:db8::/32"])
def test_every_port_of_an_address_block_is_no_rule_for_dns(block: str) -> None:
    everything = f"{{to: [{{ipBlock: {{cidr: '{block}'}}}}]}}"
    assert found("NP008", sending(everything))
    assert not found("NP008", sending(everything, to("{ipBlock: {cidr: 198.51.100.53/32}}", UDP, TCP)))


HOST = """{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: resolver},
 spec: {node: n, interfaceName: eth0, expectedIPs: [192.0.2.53]}}
"""


def test_an_address_of_a_host_endpoint_can_be_the_one_that_answers_dns() -> None:
    assert not found("NP008", HOST, sending(to("{ipBlock: {cidr: 192.0.2.53/32}}", UDP, TCP)))
    assert found("NP008", HOST, sending("{to: [{ipBlock: {cidr: 192.0.2.53/32}}]}"))


def test_the_port_of_the_dns_pods_in_the_input_is_the_one_that_counts() -> None:
    rule = to(SYSTEM, UDP, TCP)
    finding = only("NP008", DNS_POD, sending(rule))
    assert finding.witness == FlowWitness(
        source="shop/web", target="kube-system/coredns", protocol="UDP", port=5353, verdict=Verdict.DENY
    )
    assert not found("NP008", DNS_POD, sending(to(SYSTEM, "{protocol: UDP, port: 5353}", TCP)))


def test_dns_by_udp_alone_and_pods_that_may_send_nothing_are_notes() -> None:
    assert only("NP008", sending(to(SYSTEM, UDP))).severity is Severity.INFO
    closed = only("NP008", policy("{podSelector: {}, policyTypes: [Egress]}"))
    assert closed.severity is Severity.INFO
    assert "connect to anything" in closed.message


def test_many_workloads_that_one_policy_isolates_are_one_finding() -> None:
    deny = policy("{podSelector: {}, policyTypes: [Egress]}", name="deny")
    rules = (
        sending(to(DB, "{protocol: TCP, port: 5432}"), name="web"),
        sending(
            to("{podSelector: {matchLabels: {app: web}}}", "{protocol: TCP, port: 8080}"),
            pods="{matchLabels: {app: db}}",
            name="db",
        ),
    )
    finding = only("NP008", deny, *rules)
    assert finding.object == "NetworkPolicy/shop/deny"
    assert "shop/db, shop/web" in finding.message


def test_egress_that_some_target_lets_in_is_no_one_sided_rule() -> None:
    closed = policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}", name="closed")
    one_sided = only("NP029", sending(to(DB)), closed)
    assert one_sided.path == "spec.egress[0].to[0]"
    assert one_sided.witness == FlowWitness(
        source="shop/web", target="shop/db", protocol="TCP", port=80, verdict=Verdict.DENY
    )
    assert not found("NP029", sending(to("{podSelector: {}}")))
    assert not found("NP029", sending(to(DB)))


def test_a_rule_for_any_pod_is_not_one_sided_though_no_pod_of_the_input_uses_it() -> None:
    receiving = policy(
        f"{{podSelector: {{matchLabels: {{app: db}}}}, policyTypes: [Ingress], ingress: [{{from: [{ANYONE}]}}]}}"
    )
    silent = policy("{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}", name="silent")
    assert not found("NP029", receiving, silent)


def test_a_rule_with_an_empty_list_is_told_as_that_and_not_as_a_rule_for_everything() -> None:
    spec = "{podSelector: {}, policyTypes: [Ingress], ingress: [{from: []}]}"
    assert found("NP010", policy(spec))
    assert not found("NP006", policy(spec))


def test_open_workloads_are_told_per_namespace_and_those_of_very_many_at_once() -> None:
    assert "2 workloads are selected by no policy" in only("NP028").message
    pods = [
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: n{i}}}, spec: {{containers: [{{name: c}}]}}}}"
        for i in range(25)
    ]
    finding = only("NP028", *pods)
    assert finding.message.startswith("27 workloads in 26 namespaces")
