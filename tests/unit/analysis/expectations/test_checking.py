"""What holds passes, what does not fails with a connection that shows it, and what matches nothing fails."""

from __future__ import annotations

import pytest

from netviz.analysis.expectations import judging
from netviz.analysis.expectations.checking import Result, Status, check
from netviz.analysis.expectations.reading import read_expectations
from netviz.engine import Evaluation, Evaluator, Options
from netviz.loading import load_files

NAMESPACES = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: red}}
"""
PODS = """\
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {containers: [{name: c}]}
status: {podIP: 10.244.1.7}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: data, labels: {app: agent}}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: c}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: idle, namespace: data}
spec:
  replicas: 0
  selector: {matchLabels: {app: idle}}
  template: {metadata: {labels: {app: idle}}, spec: {containers: [{name: c}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: %s, selector: {app: web}, ports: [{port: 80, targetPort: http}, {port: 90}]}
---
apiVersion: v1
kind: Service
metadata: {name: partner, namespace: shop}
spec: {type: ExternalName, externalName: partner.example}
"""
POLICY = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 30.0.0.0/9}}]
    ports: [{port: http}, {port: 9000, endPort: 9010}]
  egress:
  - to: [{namespaceSelector: {matchLabels: {team: blue}}}, {podSelector: {}}]
  policyTypes: [Ingress, Egress]
"""


def evaluation(more: str = "", service: str = "ClusterIP") -> Evaluation:
    text = NAMESPACES + PODS.replace("%s", service) + POLICY + more
    loaded = load_files([("in.yaml", text.encode())])
    return Evaluator(loaded.cluster, loaded.policies, Options()).evaluate()


def result(statement: str, more: str = "", service: str = "ClusterIP") -> Result:
    text = f"netviz: expectations/1\nexpectations:\n- {{{statement}}}\n"
    (found,) = check(evaluation(more, service), read_expectations("e.yaml", text.encode()))
    return found


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("expect: allow, from: shop/web, to: shop/web, ports: [8080, 9005]", Status.PASSED),
        ("expect: allow, from: shop/web, to: shop/web, ports: [9000-9011]", Status.FAILED),
        ("expect: allow, from: shop/web, to: shop/web", Status.FAILED),
        ("expect: deny, from: data/db, to: shop/web", Status.PASSED),
        ("expect: deny, from: any-pod, to: shop/web, ports: [22]", Status.PASSED),
        ("expect: deny, from: any-pod, to: shop/web", Status.FAILED),
        ("expect: deny, from: {peer: any-pod, except: [shop/web]}, to: shop/web", Status.PASSED),
        ("expect: allow, from: 30.0.0.0/9, to: shop/web, ports: [9010]", Status.PASSED),
        ("expect: allow, from: 30.0.0.0/8, to: shop/web, ports: [9010]", Status.FAILED),
        ("expect: deny, from: internet, to: shop/web, ports: [9010]", Status.FAILED),
        ("expect: deny, from: 10.0.0.0/8, to: shop/web", Status.PASSED),
        ("expect: allow, from: data/db, to: internet", Status.PASSED),
        ("expect: allow, from: shop/web, to: service/shop/web, ports: [80]", Status.PASSED),
        ("expect: allow, from: shop/web, to: service/shop/web", Status.FAILED),
        ("expect: allow, from: 10.244.1.7, to: data/agent", Status.PASSED),
        ("expect: allow, from: [data/db, 30.1.1.1], to: data/db", Status.PASSED),
        ("expect: deny, from: ingress-controller, to: shop/web", Status.UNKNOWN),
        ("expect: deny, from: ingress-controller, to: shop/web, ports: [22]", Status.PASSED),
        ("expect: allow, from: shop/web, to: service/shop/partner", Status.UNKNOWN),
        ("expect: deny, from: shop/web, to: data/db", Status.UNKNOWN),
    ],
)
def test_a_statement_is_judged_over_all_of_its_pairs_and_ports(statement: str, status: Status) -> None:
    assert result(statement).status is status


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("expect: deny, from: shop/wbe, to: data/db", "did you mean shop/web"),
        ("expect: deny, from: {namespace: shopp}, to: data/db", "there is no namespace 'shopp' in the input; did you"),
        ("expect: deny, from: {namespace: shop, podSelector: {matchLabels: {app: x}}}, to: data/db", "nothing is sel"),
        ("expect: deny, from: data/idle, to: data/db", "nothing runs"),
        ("expect: deny, from: {peer: shop/web, except: [shop/web]}, to: data/db", "after the exceptions"),
        ("expect: deny, from: {peer: any-pod, except: [shop/wbe]}, to: data/db", "did you mean shop/web"),
        ("expect: deny, from: data/db, to: data/db", "no pair of two different ends"),
        ("expect: deny, from: internet, to: 10.9.0.0/16", "no pair of two different ends"),
        ("expect: deny, from: internet, to: 10.0.0.1", "no pair of two different ends"),
        ("expect: allow, from: data/db, to: service/shop/web, ports: [81]", "has no port 81; it has TCP 80, TCP 90"),
        ("expect: deny, from: {namespace: data, podSelector: {matchLabels: {app: agent}}}, to: data/db", "of a node"),
    ],
)
def test_what_matches_nothing_fails_and_says_what_it_is(statement: str, said: str) -> None:
    found = result(statement)
    assert found.status is Status.FAILED
    assert found.reason.startswith("it matches nothing: ")
    assert said in found.reason


def test_a_counterexample_is_an_address_in_the_part_of_a_block_that_differs() -> None:
    flow = result("expect: allow, from: 30.0.0.0/8, to: shop/web, ports: [9010]").flow
    assert flow is not None
    assert (str(flow.source), flow.connection.port, flow.verdict.value) == ("30.128.0.0", 9010, "deny")


def test_a_counterexample_is_a_port_that_the_target_declares_if_there_is_one() -> None:
    flow = result("expect: deny, from: 30.1.1.1, to: shop/web").flow
    assert flow is not None
    assert flow.connection.port == 8080


CALICO = """\
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: low-ports, namespace: data}
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress: [{action: Allow, protocol: TCP, source: {ports: ["1:1023"]}}]
"""


@pytest.mark.parametrize(("wanted", "source_port"), [("allow", 1024), ("deny", 0)])
def test_every_source_port_is_meant(wanted: str, source_port: int) -> None:
    found = result(f"expect: {wanted}, from: 30.1.1.1, to: data/db, ports: [22]", CALICO)
    assert found.status is Status.FAILED
    assert found.flow is not None
    assert found.flow.source_port == source_port


def test_pods_on_the_network_of_their_node_are_left_out_of_words_and_that_is_said() -> None:
    assert "1 pod on the network" in result("expect: deny, from: any-pod, to: shop/web, ports: [22]").note


def test_it_is_said_that_a_cluster_ip_is_not_reached_from_outside() -> None:
    statement = "expect: allow, from: 30.1.1.1, to: service/shop/web, ports: [80]"
    assert "inside of the cluster only" in result(statement).note
    assert result(statement, service="LoadBalancer").note == ""


def test_a_selector_that_may_mean_more_than_is_known_is_not_held() -> None:
    unlabelled = "expect: allow, from: {namespaceSelector: {matchLabels: {team: red}}}, to: shop/web, ports: [9000]"
    found = result(unlabelled)
    assert found.status is Status.UNKNOWN
    assert found.reason == "the input does not tell whether data/db is meant: not all of its labels are known"


def test_a_client_outside_is_taken_for_a_node_where_one_forwards() -> None:
    """Where nodes are is not in the input, so that they may be inside of the allowed block or not (A36)."""
    statement = "expect: allow, from: 30.1.1.1, to: service/shop/web, ports: [80]"
    assert result(statement).status is Status.PASSED
    found = result(statement, service="NodePort")
    assert found.status is Status.UNKNOWN
    assert found.flow is not None
    assert found.flow.via is not None


def test_what_would_take_too_many_questions_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_PAIRS", 0)
    found = result("expect: allow, from: data/agent, to: shop/web, ports: [9010]")
    assert found.status is Status.UNKNOWN
    assert "one by one" in found.reason
