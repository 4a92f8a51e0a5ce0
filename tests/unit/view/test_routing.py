import time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.view.build import build_picture, make_baseline
from netviz.view.geometry import Rect, sampled
from netviz.view.layout import Layout, Place
from netviz.view.pills import Wanted, pill_size, placed
from netviz.view.routing import routes
from tests.unit.view.measure import faults
from tests.unit.view.worlds import ALL, ANY_POD, Pods, World, synthetic, tcp, udp

TRACKS = ((-200.0, 0.0), (100.0, 300.0), (400.0, 600.0), (700.0, 900.0), (1000.0, 1200.0))


def grid(columns: int, rows: int) -> Layout:
    places = {
        f"{c}.{r}": Place(x=TRACKS[c][0] + 100, y=90.0 * r, width=200, height=56, track=c)
        for c in range(columns)
        for r in range(rows)
    }
    return Layout(places=places, boxes=(), tracks=TRACKS, card_width=200)


def crossed(layout: Layout, ends: tuple[str, str], path: tuple[tuple[float, float], ...]) -> list[str]:
    points = sampled(path, 40)
    return [
        card
        for card, place in layout.places.items()
        if card not in ends and any(Rect.around((place.x, place.y), place.width, place.height).holds(p) for p in points)
    ]


def test_every_pair_of_a_full_grid_is_connected_around_all_other_cards() -> None:
    layout = grid(5, 4)
    ends = [(a, b) for a in layout.places for b in layout.places if a != b]
    for pair, path in zip(ends, routes(layout, ends), strict=True):
        assert crossed(layout, pair, path) == []


def test_lines_start_and_end_at_the_sides_of_their_cards() -> None:
    layout = grid(3, 3)
    (forward, back, bow) = routes(layout, [("0.0", "2.2"), ("2.0", "0.1"), ("1.0", "1.2")])
    assert (forward[0][0], forward[-1][0]) == (0.0, 400.0)
    assert (back[0][0], back[-1][0]) == (400.0, 0.0)
    assert bow[0][0] == bow[-1][0] == 300.0


def test_arrows_at_one_side_of_a_card_are_spread() -> None:
    layout = grid(2, 5)
    paths = routes(layout, [(f"0.{i}", "1.2") for i in range(5)])
    heights = [path[-1][1] for path in paths]
    assert heights == sorted(heights)
    assert min(b - a for a, b in pairwise(heights)) >= 7


def test_lines_that_share_a_gap_run_side_by_side() -> None:
    layout = grid(3, 2)
    paths = routes(layout, [("0.0", "2.0"), ("0.0", "2.1"), ("0.1", "2.0"), ("0.1", "2.1")])
    heights = [point[1] for path in paths for point in sampled(path, 4) if abs(point[0] - 200.0) < 40]
    assert len(set(heights)) >= 4


def test_labels_keep_clear_of_obstacles_and_of_each_other() -> None:
    path = ((0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0))
    wall = Rect(100.0, -30.0, 200.0, 30.0)
    found = placed([Wanted(path=path, text="TCP 80", rank=0)] * 2, [wall], fill=False)
    rects = [Rect.around(at, *pill_size("TCP 80")) for at in found if at]
    assert len(rects) == 2
    assert not rects[0].overlaps(rects[1])
    assert not any(rect.overlaps(wall) for rect in rects)


def test_a_label_without_room_is_left_out() -> None:
    path = ((0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0))
    assert placed([Wanted(path=path, text="TCP 80", rank=0)], [Rect(-50, -50, 80, 50)], fill=True) == (None,)


PORTS = st.sampled_from([tcp(80), udp(53), ALL])
IDS = [f"{namespace}/{name}" for namespace in ("a", "b", "c") for name in ("x", "y", "z")]
RULES = st.one_of(
    st.none(), st.lists(st.tuples(st.sampled_from([*IDS, ANY_POD, "198.51.100.0/24"]), PORTS), max_size=4).map(tuple)
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    return World(tuple(Pods(id=i, ingress=draw(RULES), egress=draw(RULES)) for i in IDS), ("198.51.100.0/24",))


@settings(max_examples=30)
@given(worlds(), worlds())
def test_no_picture_has_a_line_through_a_card_or_a_covered_label(before: World, after: World) -> None:
    assert faults(build_picture(after.matrix(), before.matrix(), title="", what_if="")) == []


def test_two_hundred_cards_and_six_hundred_lines_are_fast() -> None:
    before = synthetic(200, 10).matrix()
    layout = make_baseline(before).layout
    cards = [card for card in layout.places if card in {peer.id for peer in before.peers}]
    ends = [(a, cards[(i * 7 + 31 * k) % len(cards)]) for i, a in enumerate(cards) for k in (1, 2, 3)]
    ends = [(a, b) for a, b in ends if a != b]
    seconds = []
    for _ in range(3):
        start = time.process_time()
        paths = routes(layout, ends)
        seconds.append(time.process_time() - start)
    assert len(paths) >= 550
    assert not [pair for pair, path in [*zip(ends, paths, strict=True)][::20] if crossed(layout, pair, path)]
    assert min(seconds) < 0.5
