from netviz.analysis.pairs import paired
from netviz.view.scene import Scene, scene
from netviz.view.settings import ViewSettings
from tests.unit.view.worlds import World, shop, shop_what_if


def seen(world: World, after: World | None = None, *, namespaces: tuple[str, ...] = (), focus: str = "") -> Scene:
    before = world.matrix()
    view = ViewSettings(namespaces=namespaces, focus=focus)
    return scene(paired(before, after.matrix() if after else before), view)


def test_a_namespace_filter_says_what_it_hides() -> None:
    shown = seen(shop(), shop_what_if(), namespaces=("shop",))
    assert {face.namespace for face in shown.faces.values()} == {"shop", ""}
    assert shown.counts.workloads == 6
    assert shown.notes[0] == "Only shop: 10 connections with other namespaces are not drawn, 3 of them changed."


def test_a_namespace_has_the_same_colour_in_every_view() -> None:
    assert seen(shop(), namespaces=("web",)).colours == seen(shop()).colours == {"backend": 0, "shop": 1, "web": 2}


def test_a_focus_shows_callers_left_and_callees_right() -> None:
    shown = seen(shop(), focus="shop/cartservice")
    assert shown.sides is not None
    assert {card: shown.sides[card] for card in shown.faces} == {
        "web/frontend": -1,
        "shop/checkoutservice": -1,
        "shop/cartservice": 0,
        "backend/redis-cart": 1,
    }
    assert {(link.source, link.target) for link in shown.links} == {
        ("web/frontend", "shop/cartservice"),
        ("shop/checkoutservice", "shop/cartservice"),
        ("shop/cartservice", "backend/redis-cart"),
    }


def test_more_hops_show_more() -> None:
    before = shop().matrix()
    far = scene(paired(before, before), ViewSettings(focus="backend/redis-cart", hops=2))
    assert far.sides is not None
    assert far.sides["shop/cartservice"] == -1
    assert far.sides["web/frontend"] == -2


def test_a_focus_that_is_not_there_shows_everything_and_says_so() -> None:
    shown = seen(shop(), focus="shop/gone")
    assert len(shown.faces) == len(seen(shop()).faces)
    assert "shop/gone is not in this view: everything is shown." in shown.notes
