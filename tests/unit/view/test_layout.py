from dataclasses import replace
from itertools import pairwise

from netviz.view.build import build_picture, make_baseline
from netviz.view.geometry import Rect
from netviz.view.picture import Box, Picture
from tests.unit.view.measure import faults
from tests.unit.view.worlds import ALL, EVERYBODY, Pods, World, shop, synthetic


def picture(world: World, after: World | None = None) -> Picture:
    return build_picture((after or world).matrix(), world.matrix(), title="", what_if="")


def area(box: Box) -> Rect:
    return Rect(box.x, box.y, box.x + box.width, box.y + box.height)


def test_boxes_hold_the_cards_of_their_namespace_and_no_others() -> None:
    for world in (shop(), synthetic(60, 7)):
        drawn = picture(world)
        for node in drawn.nodes:
            around = [box.title for box in drawn.boxes if area(box).holds((node.x, node.y))]
            assert around == ([node.namespace] if node.namespace else [])


def test_boxes_do_not_overlap() -> None:
    boxes = [area(box) for box in picture(synthetic(90, 9)).boxes]
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]


def test_the_strips_between_tracks_hold_no_card() -> None:
    layout = make_baseline(synthetic(60, 7).matrix()).layout
    for place in layout.places.values():
        left, right = layout.tracks[place.track]
        assert left <= place.x - place.width / 2
        assert place.x + place.width / 2 <= right
    assert all(a[1] < b[0] for a, b in pairwise(layout.tracks))


def test_callers_stand_left_of_callees() -> None:
    x = {node.id: node.x for node in picture(shop()).nodes}
    assert x["any:workload"] < x["web/frontend"] < x["shop/checkoutservice"] < x["backend/paymentservice"]
    assert x["backend/paymentservice"] < x["addresses:4:cb007100:target"]


def test_a_cycle_of_namespaces_still_spreads_over_columns() -> None:
    def calls(target: str, source: str) -> Pods:
        return Pods(id=target, ingress=((source, ALL),), egress=((EVERYBODY, ALL),))

    drawn = picture(World((calls("a/x", "c/x"), calls("b/x", "a/x"), calls("c/x", "b/x"))))
    assert len({node.x for node in drawn.nodes if node.namespace}) == 3


def test_many_namespaces_without_connections_fill_the_screen() -> None:
    closed = [Pods(id=f"n{i:02d}/{name}", ingress=(), egress=()) for i in range(20) for name in "abc"]
    drawn = picture(World(tuple(closed)))
    assert 1.2 < drawn.width / drawn.height < 3.2


def test_a_card_that_exists_only_afterwards_gets_a_free_place_and_moves_nothing() -> None:
    before = shop()
    newcomer = Pods(id="shop/newcomer", ingress=(("web/frontend", ALL),))
    drawn = picture(before, World((*before.pods, newcomer), before.cidrs))
    assert faults(drawn) == []
    places = {node.id: (node.x, node.y) for node in drawn.nodes}
    assert all(places[node.id] == (node.x, node.y) for node in picture(before).nodes)
    assert "shop/newcomer" in places


def test_long_names_widen_the_cards_and_then_wrap() -> None:
    long = "payment-gateway-adapter-for-europe"
    nodes = {n.id: n for n in picture(World((Pods(id=f"a/{long}"), Pods(id="a/x")))).nodes}
    assert nodes["a/x"].width == nodes[f"a/{long}"].width > 216
    assert "".join(nodes[f"a/{long}"].title_lines) == long
    assert nodes[f"a/{long}"].height > nodes["a/x"].height


def test_an_empty_cluster_has_a_picture() -> None:
    matrix = replace(World(()).matrix(), peers=(), cells={})
    drawn = build_picture(matrix, None, title="Nothing", what_if="")
    assert (drawn.nodes, drawn.edges, drawn.boxes) == ((), (), ())
    assert drawn.width > 0
