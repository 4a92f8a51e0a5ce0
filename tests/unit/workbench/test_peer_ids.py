"""A peer's id means one thing, whatever the names in the input are."""

from __future__ import annotations

from netviz.engine import Evaluator, Grouping
from netviz.loading import Loaded, load_files
from netviz.view.build import build_picture
from netviz.view.settings import ViewSettings
from netviz.workbench import InputFile, WhyQuestion, Workbench
from netviz.workbench.questions import BASELINE

NAMES = ("ingress", "ext-1", "any-workload", "internet", "outside")
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: controller, namespace: {0}, labels: {{app: a}}}}
spec: {{containers: [{{name: c, image: i, ports: [{{containerPort: 80}}]}}]}}
---
"""
REST = """\
apiVersion: v1
kind: Service
metadata: {name: s, namespace: ingress}
spec: {selector: {app: a}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: ingress}
spec: {defaultBackend: {service: {name: s, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: ingress}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}
"""
TEXT = ("".join(POD.format(name) for name in NAMES) + REST).encode()


def loaded() -> Loaded:
    return load_files([("all.yaml", TEXT)])


def test_a_namespace_may_be_called_like_a_peer_outside() -> None:
    given = loaded()
    for by in Grouping:
        matrix = Evaluator(given.cluster, given.policies).evaluate().matrix(by)
        ids = [peer.id for peer in matrix.peers]
        assert len(ids) == len(set(ids))


def test_the_cards_of_such_namespaces_are_not_those_of_everybody_and_the_internet() -> None:
    given = loaded()
    matrix = Evaluator(given.cluster, given.policies).evaluate().matrix(Grouping.NAMESPACE)
    picture = build_picture(matrix, None, title="", what_if="", view=ViewSettings(by="namespace"))
    titles = {node.id: node.title_lines[0] for node in picture.nodes}
    assert len(titles) == len(picture.nodes)
    assert {name: titles[name] for name in NAMES} == {name: name for name in NAMES}
    assert {"Any workload", "Internet"} <= set(titles.values())


def test_a_pod_called_controller_in_the_namespace_ingress_is_that_pod() -> None:
    bench = Workbench.load([InputFile(name="all.yaml", data=TEXT)])
    answer = bench.why(BASELINE, WhyQuestion(source="ingress/controller", target="internet/controller", port=80))
    assert answer.source == "ingress/controller[Pod]"


def test_the_namespace_ingress_is_asked_for_as_itself() -> None:
    bench = Workbench.load([InputFile(name="all.yaml", data=TEXT)])
    answer = bench.why(BASELINE, WhyQuestion(source="ingress", target="internet", port=80))
    assert "ingress-controller" not in answer.source


def test_the_id_of_addresses_names_their_first_whatever_else_cuts_them() -> None:
    more = TEXT + b"---\n" + REST.replace("name: p,", "name: q,").replace("192.0.2.0/24", "9.0.0.0/8").encode()
    (few, many) = (load_files([("all.yaml", text)]) for text in (TEXT, more))
    found: list[dict[str, str]] = []
    for given in (few, many):
        peers = Evaluator(given.cluster, given.policies).evaluate().matrix(Grouping.NAMESPACE).peers
        found.append({p.id: p.addresses.cidrs()[0] for p in peers if p.addresses})
    assert found[0].items() >= {("addresses:192.0.2.0", "192.0.2.0/24"), ("addresses:::", "::/0")}
    assert set(found[1]) == {*found[0], "addresses:9.0.0.0"}
    assert found[1]["addresses:192.0.2.0"] == "192.0.2.0/24"
