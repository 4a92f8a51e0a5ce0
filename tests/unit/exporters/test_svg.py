from xml.etree import ElementTree

from netviz.exporters.svg import render_svg
from netviz.view.build import build_picture
from netviz.view.picture import Picture
from tests.unit.view.worlds import shop, shop_what_if

SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> Picture:
    return build_picture(shop_what_if().matrix(), shop().matrix(), title="The shop", what_if="adservice is open")


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_card_and_label_is_in_the_text_of_the_file() -> None:
    picture = drawn()
    found = texts(render_svg(picture))
    for node in picture.nodes:
        assert set(node.title_lines) <= set(found)
    for edge in picture.edges:
        assert edge.label in found
    assert {"The shop", "adservice is open", "+23 added"} <= set(found)


def test_the_same_picture_gives_the_same_text() -> None:
    assert render_svg(drawn()) == render_svg(drawn())
