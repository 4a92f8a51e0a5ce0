from netviz.view.build import build_picture, make_baseline
from netviz.view.picture import Picture
from tests.unit.view.measure import faults
from tests.unit.view.worlds import World, shop, shop_what_if, synthetic


def picture(before: World, after: World | None = None) -> Picture:
    return build_picture((after or before).matrix(), before.matrix(), title="Shop", what_if="")


def test_no_line_runs_through_a_card_and_no_label_covers_anything() -> None:
    drawn = picture(shop(), shop_what_if())
    assert len(drawn.edges) >= 20
    assert faults(drawn) == []


def test_a_small_picture_has_a_label_on_every_line() -> None:
    drawn = picture(shop(), shop_what_if())
    assert [edge.id for edge in drawn.edges if edge.label_at is None] == []


def test_a_what_if_moves_no_card() -> None:
    places = {node.id: (node.x, node.y) for node in picture(shop()).nodes}
    after = {node.id: (node.x, node.y) for node in picture(shop(), shop_what_if()).nodes}
    assert {card: after[card] for card in places} == places


def test_a_kept_layout_gives_the_same_picture() -> None:
    before, after = shop().matrix(), shop_what_if().matrix()
    kept = build_picture(after, before, title="Shop", what_if="", baseline=make_baseline(before))
    assert kept == build_picture(after, before, title="Shop", what_if="")


def test_a_larger_picture_is_as_clean() -> None:
    assert faults(picture(synthetic(60, 7))) == []
