"""What is reached from somewhere, by which way, and where it can be stopped."""

from __future__ import annotations

import pytest

from netviz.analysis import terrain
from netviz.engine import Evaluation
from netviz.errors import UsageError
from netviz.sets.connections import ICMP, NO_CONNECTIONS, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.workbench.questions import ReachQuestion
from netviz.workbench.reach_words import choke_sentences, cut_words, reach_sentences
from netviz.workbench.reaching import ReachAnswer, example, reach_answer
from tests.engine_questions import evaluator_of

SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}, namespace: shop, labels: {{app: {0}}}}}\n"
    "spec: {{containers: [{{name: c, ports: [{{containerPort: {1}}}]}}]{2}}}\n"
)
FROM = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: to-{0}, namespace: shop}}\n"
    "spec: {{podSelector: {{matchLabels: {{app: {0}}}}}, ingress: "
    "[{{from: [{{podSelector: {{matchLabels: {{app: {1}}}}}}}], ports: [{{port: {2}}}]}}]}}\n"
)
NOBODY = "podSelector: {matchLabels: {app: nobody}}"
INGRESS = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\n"
    "spec: {selector: {app: cart}, ports: [{port: 80, targetPort: 81}]}\n---\n"
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: shop}\n"
    "spec: {defaultBackend: {service: {name: cart, port: {number: 80}}}}\n"
)
CHAIN = (POD.format("web", 80, ""), POD.format("cart", 81, ""), POD.format("db", 82, ""))
RULES = (FROM.format("cart", "web", 81), FROM.format("db", "cart", 82), FROM.format("web", "nobody", 80))


def evaluation(*texts: str) -> Evaluation:
    return evaluator_of([("in.yaml", "---\n".join((SPACE, *texts)).encode())]).evaluate()


def answer(
    *texts: str, start: str = "shop/web", target: str = "", by: str = "workload", declared: bool = False
) -> ReachAnswer:
    return reach_answer(evaluation(*texts), ReachQuestion(start=start, target=target, by=by, declared=declared))


def test_what_is_reached_is_told_by_hops_with_ports_and_the_way() -> None:
    found = answer(*CHAIN, *RULES)
    assert [(line.label, line.hops, line.through) for line in found.lines] == [
        ("shop/cart", 1, ()),
        ("shop/db", 2, ("shop/cart",)),
    ]
    assert found.levels == ((1, 1), (2, 1))
    assert (found.sure, found.total, found.leaves) == (2, 2, 1)


def test_the_peer_that_all_ways_lead_through_is_a_choke_point_and_the_cut() -> None:
    found = answer(*CHAIN, *RULES, target="shop/db")
    assert [(choke.label, choke.cuts) for choke in found.chokes] == [("shop/cart", 1)]
    assert found.way is not None
    assert [(hop.source_label, hop.target_label) for hop in found.way.hops] == [
        ("shop/web", "shop/cart"),
        ("shop/cart", "shop/db"),
    ]
    assert cut_words(found.way, "workload") == "Every way to shop/db leads through shop/cart."
    question = found.way.hops[1].question
    assert question is not None
    assert (question.source, question.target, question.port) == ("shop/cart[Pod]", "shop/db[Pod]", 82)


def test_a_neighbour_cannot_be_cut_off_and_who_is_not_reached_need_not() -> None:
    way = answer(*CHAIN, *RULES, target="shop/cart").way
    assert way is not None
    assert way.cut is None
    assert "is reached directly" in cut_words(way, "workload")
    lost = answer(*CHAIN, *RULES, start="shop/db", target="shop/web").way
    assert lost is not None
    assert cut_words(lost, "workload") == "shop/web is not reached."


def test_only_declared_ports_count_if_asked() -> None:
    wrong_port = FROM.format("db", "web", 9999)
    rules = (FROM.format("cart", "nobody", 81), FROM.format("web", "nobody", 80), wrong_port)
    assert [line.label for line in answer(*CHAIN, *rules).lines] == ["shop/db"]
    assert not answer(*CHAIN, *rules, declared=True).lines


def test_from_the_internet_the_way_leads_through_the_ingress_controller() -> None:
    anybody = FROM.format("cart", "nobody", 81).replace(NOBODY, "namespaceSelector: {}")
    rules = (anybody, FROM.format("db", "cart", 82), FROM.format("web", "nobody", 80))
    found = answer(*CHAIN, *rules, INGRESS, start="internet", target="shop/db")
    assert [(line.label, line.hops, line.through) for line in found.lines] == [
        ("shop/cart", 2, ("Ingress controller",)),
        ("shop/db", 3, ("Ingress controller", "shop/cart")),
    ]
    assert found.way is not None
    sources = [hop.question and hop.question.source for hop in found.way.hops]
    assert sources == [None, "ingress-controller", "shop/cart[Pod]"]
    assert [choke.label for choke in found.chokes] == ["Ingress controller", "shop/cart"]
    assert found.leaves is None


def test_a_hop_from_outside_is_explained_with_an_address_that_may() -> None:
    block = FROM.format("web", "nobody", 80).replace(NOBODY, "ipBlock: {cidr: 9.9.9.0/24}")
    found = answer(*CHAIN, *RULES[:2], block, start="internet", target="shop/web")
    assert found.way is not None
    (hop,) = found.way.hops
    assert hop.question is not None
    judged = evaluation(*CHAIN, *RULES[:2], block).matrix()
    peer = next(peer for peer in judged.peers if peer.id == hop.question.source)
    assert list(peer.addresses.cidrs()) == ["9.9.9.0/24"]


def test_what_hangs_on_something_unknown_is_reached_perhaps() -> None:
    unknown = FROM.format("db", "nobody", 82).replace(NOBODY, "namespaceSelector: {matchLabels: {a: b}}")
    text = unknown.replace("namespace: shop", "namespace: dark")
    dark = POD.format("db", 82, "").replace("namespace: shop", "namespace: dark")
    source = POD.format("web", 80, "").replace("namespace: shop", "namespace: murky")
    found = answer(dark, text, source, start="murky/web", target="dark/db")
    assert [(line.label, line.sure) for line in found.lines] == [("dark/db", False)]
    assert found.sure == 0
    assert found.way is not None
    assert not found.way.sure
    assert len(found.way.hops) == 1
    assert any("perhaps" in line for line in reach_sentences(found))


def test_by_namespace_its_workloads_are_counted() -> None:
    (line,) = answer(*CHAIN, *RULES, by="namespace").lines
    assert (line.label, line.hops, line.peers, line.all_peers) == ("shop", 1, 2, 3)


def test_a_namespace_as_a_start_is_all_its_pods() -> None:
    other = POD.format("far", 80, "").replace("namespace: shop", "namespace: away")
    found = answer(*CHAIN, *RULES, other, start="namespace/shop")
    assert [line.label for line in found.lines] == ["away/far"]
    assert found.total == 1


@pytest.mark.parametrize("start", ["service/shop/cart", "namespace/none", "shop/nobody"])
def test_a_start_that_opens_nothing_is_refused(start: str) -> None:
    with pytest.raises(UsageError):
        answer(*CHAIN, INGRESS, start=start)


def test_a_target_that_is_no_pod_is_refused() -> None:
    with pytest.raises(UsageError):
        answer(*CHAIN, target="8.8.8.8")


def test_peers_that_have_to_be_looked_at_one_by_one_are_left_out_where_they_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = POD.format("host", 80, ", hostNetwork: true")
    assert [line.label for line in answer(*CHAIN, *RULES, host).lines][:2] == ["shop/cart", "shop/host"]
    monkeypatch.setattr(terrain, "MOST_ODD_PAIRS", 3)
    found = answer(*CHAIN, *RULES, host)
    assert (found.left_out, [line.label for line in found.lines]) == (1, ["shop/cart", "shop/db"])
    assert "left out" in reach_sentences(found)[-1]


def test_the_sentences_count_hops() -> None:
    found = answer(*CHAIN, *RULES)
    assert reach_sentences(found) == [
        "2 of 2 workloads can be reached from shop/web[Pod]: 1 in 1 hop, 1 in 2 hops.",
        "An address outside of the cluster is reached in 1 hop.",
    ]
    assert choke_sentences(found) == ["Without shop/cart, 1 workload fewer."]


def test_an_example_of_a_set_is_in_it() -> None:
    assert example(ConnectionSet.of(17, IntervalSet(((53, 60),)))) == (17, 53)
    assert example(ConnectionSet.of(ICMP))[0] == ICMP
    assert example(NO_CONNECTIONS) == (6, 0)
