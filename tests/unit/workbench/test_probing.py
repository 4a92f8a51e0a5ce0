"""Probes are chosen where a connection can be tried, with what is predicted; observations are set beside it."""

from __future__ import annotations

import pytest

from netviz.analysis.expectations.reading import read_expectations
from netviz.engine import Evaluator, Options
from netviz.errors import UsageError
from netviz.exporters.probe_script import AddressPlace, PodPlace, ServicePlace
from netviz.loading import load_files
from netviz.workbench.probing import Planner, Probes

INPUT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, ports: [{containerPort: 8080}]}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, ports: [{containerPort: 5432}]}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: data, labels: {app: job}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {selector: {app: db}, ports: [{port: 15432, targetPort: 5432}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: job}}}], ports: [{port: 5432}]}]
"""


def planner() -> Planner:
    loaded = load_files([("in.yaml", INPUT.encode())])
    return Planner(Evaluator(loaded.cluster, loaded.policies, Options()).evaluate())


def planned(statement: str) -> Probes:
    text = f"netviz: expectations/1\nexpectations:\n- {{{statement}}}\n"
    return planner().of_expectations(read_expectations("e.yaml", text.encode()))


def test_replicas_are_found_by_their_labels_and_listed_pods_by_their_name() -> None:
    (probe,) = planned("expect: deny, from: shop/web, to: data/job, ports: [22]").probes
    assert probe.run_in == PodPlace(namespace="shop", labels=(("app", "web"),))
    assert probe.towards == PodPlace(namespace="data", name="job")
    assert (probe.source, probe.target, probe.port) == ("shop/web[Deployment]", "data/job[Pod]", 22)


def test_pods_of_a_stateful_set_have_names_of_their_own() -> None:
    (probe,) = planned("expect: allow, from: data/job, to: statefulset/data/db").probes
    assert probe.towards == PodPlace(namespace="data", name="db-0")
    assert (probe.port, probe.expected) == (5432, "connects")


def test_a_service_is_tried_on_its_own_port() -> None:
    (probe,) = planned("expect: allow, from: data/job, to: service/data/db").probes
    assert probe.towards == ServicePlace(namespace="data", name="db")
    assert (probe.port, probe.expected) == (15432, "connects")


def test_what_is_expected_is_what_is_predicted_and_not_what_is_wanted() -> None:
    (probe,) = planned("expect: allow, from: shop/web, to: service/data/db").probes
    assert probe.expected == "times-out"


def test_a_single_address_is_tried_and_a_block_is_not() -> None:
    (probe,) = planned("expect: allow, from: data/job, to: [192.0.2.1, 198.51.100.0/24], ports: [443]").probes
    assert probe.towards == AddressPlace("192.0.2.1")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("expect: allow, from: internet, to: shop/web", "does not start in a pod"),
        ("expect: allow, from: shop/web, to: internet", "to pods, Services and single addresses"),
        ("expect: allow, from: shop/web, to: data/job, ports: [UDP/53]", "only TCP"),
        ("expect: allow, from: shop/wbe, to: data/job", "matches nothing"),
    ],
)
def test_what_cannot_be_tried_is_said(statement: str, said: str) -> None:
    found = planned(statement)
    assert found.probes == ()
    assert said in found.skipped[0]


def test_one_connection_is_tried_on_the_ports_that_the_target_declares() -> None:
    (probe,) = planner().of_connection("shop/web", "statefulset/data/db").probes
    assert (probe.port, probe.expected) == (5432, "times-out")


@pytest.mark.parametrize(("source", "target"), [("192.0.2.1", "shop/web"), ("shop/web", "ingress-controller")])
def test_a_connection_that_cannot_be_tried_is_refused(source: str, target: str) -> None:
    with pytest.raises(UsageError, match="cannot be tried"):
        planner().of_connection(source, target)


@pytest.mark.parametrize(
    ("target", "observed", "outcome"),
    [
        ("service/data/db", "connects", "differs"),
        ("service/data/db", "times-out", "agrees"),
        ("service/data/db", "refused", "unclear"),
        ("data/job[Pod]", "connects", "agrees"),
        ("data/job[Pod]", "times-out", "differs"),
        ("data/job[Pod]", "refused", "unclear"),
        ("data/job[Pod]", "no-tool", "unclear"),
        ("data/job[Pod]", "error", "unclear"),
    ],
)
def test_an_observation_is_set_beside_the_prediction(target: str, observed: str, outcome: str) -> None:
    line = f"shop/web[Deployment]\t{target}\tTCP\t15432\tconnects\t{observed}\n"
    (found,) = planner().compare(line.encode()).lines
    assert found.outcome == outcome
    assert found.words
    assert (found.question.source, found.question.target) == ("shop/web[Deployment]", target)


def test_an_observation_settles_what_was_unknown() -> None:
    refused = INPUT.rpartition("---\n")[2].replace("ingress:", "ingres:").replace("{name: db,", "{name: x,")
    loaded = load_files([("in.yaml", f"{INPUT}---\n{refused}".encode())])
    found = Planner(Evaluator(loaded.cluster, loaded.policies, Options()).evaluate())
    (line,) = found.compare(b"shop/web[Deployment]\tservice/data/db\tTCP\t15432\tunknown\tconnects\n").lines
    assert (line.predicted, line.outcome) == ("unknown", "settled")


def test_differences_come_first_and_what_cannot_be_read_is_told() -> None:
    rows = [
        "shop/web[Deployment]\tdata/job[Pod]\tTCP\t80\tconnects\tconnects",
        "shop/web[Deployment]\tdata/job[Pod]\tTCP\t80\tconnects\ttimes-out",
        "shop/gone\tdata/job[Pod]\tTCP\t80\tconnects\tconnects",
        "nonsense",
    ]
    found = planner().compare("\n".join(rows).encode())
    assert [line.outcome for line in found.lines] == ["differs", "agrees"]
    assert found.words == "2 observed: 1 differs, 1 agrees"
    assert len(found.problems) == 2
