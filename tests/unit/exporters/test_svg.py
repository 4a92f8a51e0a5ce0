import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from netviz.exporters.svg import render_svg
from netviz.view.build import build_picture
from netviz.view.palette import DARK, LIGHT
from netviz.view.picture import Box, Change, Counts, Edge, Node, NodeKind, Picture
from tests.unit.view.worlds import Pods, World, shop, shop_what_if

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&]]>\u202e\x00\x1b<img src=x onerror=alert(1)>"


def drawn() -> Picture:
    return build_picture(shop_what_if().matrix(), shop().matrix(), title="The shop", what_if="adservice is open")


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def hostile() -> Picture:
    node = Node(
        id=HOSTILE,
        kind=NodeKind.WORKLOAD,
        title_lines=(HOSTILE, HOSTILE),
        subtitle=HOSTILE,
        namespace=HOSTILE,
        icon=HOSTILE,
        colour=99,
        x=100,
        y=100,
        width=216,
        height=56,
        tooltip=(HOSTILE,),
    )
    edge = Edge(
        id=HOSTILE,
        source=HOSTILE,
        target=HOSTILE,
        change=Change.ADDED,
        label=HOSTILE,
        ports=HOSTILE,
        label_at=(100.0, 100.0),
        label_size=(80.0, 20.0),
        route=((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)),
        tooltip=(HOSTILE,),
    )
    box = Box(id=HOSTILE, title=HOSTILE, subtitle=HOSTILE, colour=-1, x=0, y=0, width=300, height=200)
    return Picture(
        title=HOSTILE,
        what_if=HOSTILE,
        nodes=(node,),
        edges=(edge,),
        boxes=(box,),
        counts=Counts(),
        x=0,
        y=0,
        width=400,
        height=300,
        notes=(HOSTILE, f"{HOSTILE} " * 40),
    )


def test_every_card_and_label_is_in_the_text_of_the_file() -> None:
    picture = drawn()
    found = texts(render_svg(picture))
    for node in picture.nodes:
        assert set(node.title_lines) <= set(found)
    for edge in picture.edges:
        assert edge.label in found
    assert {"The shop", "adservice is open", "12 workloads", "71 allowed pairs", "+23 added"} <= set(found)


def test_the_same_picture_gives_the_same_text() -> None:
    assert render_svg(drawn()) == render_svg(drawn())


def test_changed_lines_lie_above_the_others_and_below_the_cards() -> None:
    svg = render_svg(drawn())
    same, added = (svg.rindex(f'stroke="{LIGHT["same"]}"', 0, svg.index("adservice</text>")), LIGHT["added"])
    assert same < svg.index(f'fill="none" stroke="{added}"') < svg.index(">adservice</text>")


def test_removed_lines_are_dashed_and_undecided_ones_dotted() -> None:
    murky = shop().but("shop/cartservice", murky=True)
    svg = render_svg(build_picture(murky.matrix(), shop().matrix(), title="", what_if="x"))
    removed = [line for line in svg.splitlines() if f'stroke="{LIGHT["removed"]}"' in line and "<g><title>" not in line]
    assert any('stroke-dasharray="9 6"' in line for line in removed)
    assert 'stroke-dasharray="2 4.5"' in svg
    assert "? cannot be decided" in texts(svg)


def test_the_legend_explains_only_what_occurs() -> None:
    baseline = texts(render_svg(build_picture(shop().matrix(), None, title="", what_if="")))
    assert "isolated, some allowed" in baseline
    assert not {"− removed", "cannot be decided", "no policy can apply"} & set(baseline)
    assert "− removed" in texts(render_svg(drawn()))


def test_dark_uses_the_dark_palette() -> None:
    dark = render_svg(drawn(), dark=True)
    assert DARK["background"] in dark
    assert LIGHT["text"] not in dark


@pytest.mark.parametrize("dark", [False, True])
def test_hostile_text_is_only_ever_text(dark: bool) -> None:
    svg = render_svg(hostile(), dark=dark)
    names = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
    assert names <= {"svg", "title", "rect", "g", "path", "text"}
    assert "\\u202e" in svg
    assert svg.replace("\n", "").isprintable()


def test_the_file_refers_to_nothing_else() -> None:
    svg = render_svg(hostile()) + render_svg(drawn())
    attributes = {name for e in ElementTree.fromstring(render_svg(hostile())).iter() for name in e.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or name == "style"}
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"] * 2
    assert "url(" not in svg


def test_numbers_are_short_and_without_a_negative_zero() -> None:
    values = [value for e in ElementTree.fromstring(render_svg(drawn())).iter() for value in e.attrib.values()]
    assert not [value for value in values if re.search(r"\d\.\d{3,}|(^|[ MLC])-0($|[ LC])", value)]


def test_nothing_at_all_is_still_a_file() -> None:
    empty = replace(World(()).matrix(), peers=(), cells={})
    assert "Nothing" in texts(render_svg(build_picture(empty, None, title="Nothing", what_if="")))


def test_a_changed_badge_has_a_frame() -> None:
    world = World((Pods(id="a/x", ingress=(), egress=()),))
    changed = build_picture(world.but("a/x", ingress=None).matrix(), world.matrix(), title="", what_if="")
    frame = f'stroke="{LIGHT["badge_frame"]}"'
    assert render_svg(changed).count(frame) == 1
    assert frame not in render_svg(build_picture(world.matrix(), None, title="", what_if=""))
