from netviz.view.graph import build_graph, changed_edges
from tests.unit.view.worlds import shop, shop_what_if, tcp


def test_every_peer_is_a_node_and_every_allowed_pair_an_edge() -> None:
    matrix = shop().matrix()
    graph = build_graph(matrix)
    assert set(graph) == {peer.id for peer in matrix.peers}
    assert graph.number_of_edges() == len(matrix.cells)
    assert graph.graph == {"by": "workload"}


def test_attributes_say_what_a_node_and_an_edge_are() -> None:
    graph = build_graph(shop().matrix())
    node = graph.nodes["backend/redis-cart"]
    assert (node["kind"], node["ports"], node["label"]) == ("StatefulSet", "TCP 6379", "backend/redis-cart")
    assert (node["isolated_ingress"], graph.nodes["ext-0"]["isolated_ingress"]) == ("yes", "no")
    assert graph.nodes["ext-1"]["addresses"] == "203.0.113.0/24"
    edge = graph.edges["shop/cartservice", "backend/redis-cart", "allowed"]
    assert (edge["ports"], edge["before"], edge["change"], edge["certain"]) == ("TCP 6379", "TCP 6379", "same", True)
    assert edge["connections"] == tcp(6379)


def test_a_removed_pair_keeps_its_edge() -> None:
    graph = build_graph(shop_what_if().matrix(), shop().matrix())
    edge = graph.edges["shop/cartservice", "backend/redis-cart", "allowed"]
    assert (edge["ports"], edge["before"], edge["change"]) == ("", "TCP 6379", "removed")
    assert ("shop/cartservice", "backend/redis-cart", "allowed") in changed_edges(graph)
    assert changed_edges(build_graph(shop().matrix())) == []


def test_what_cannot_be_decided_is_an_edge_of_its_own() -> None:
    graph = build_graph(shop().but("shop/cartservice", murky=True).matrix())
    assert set(graph["web/frontend"]["shop/cartservice"]) == {"unknown"}
    assert graph.edges["web/frontend", "shop/cartservice", "unknown"]["certain"] is False
    assert graph.nodes["shop/cartservice"]["isolated_ingress"] == "unknown"
