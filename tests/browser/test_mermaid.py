"""Mermaid itself reads and draws the Mermaid export; NETVIZ_MERMAID names its `mermaid.min.js` (.ci/run fetches it)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from netviz.workbench.packing import Pack
from tests.unit.exporters.packs import hostile_pack, small_pack, written

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

DRAW = """async ([text, level]) => {
    window.alert = () => { window.hit = true; };
    mermaid.initialize({ startOnLoad: false, securityLevel: level });
    await mermaid.parse(text);
    const { svg } = await mermaid.render("drawn", text);
    document.body.innerHTML = svg;
    const root = document.body;
    return {
        cards: root.querySelectorAll(".node").length,
        boxes: root.querySelectorAll(".cluster").length,
        arrows: root.querySelectorAll("path.flowchart-link").length,
        dashed: root.querySelectorAll("path.edge-pattern-dotted, path.edge-pattern-dashed").length,
        words: root.textContent,
        foreign: root.querySelectorAll("script, img, a, iframe, object, embed, image, use").length,
        handlers: [...root.querySelectorAll("*")]
            .filter((element) => [...element.attributes].some((attribute) => /^on/i.test(attribute.name))).length,
        hit: window.hit === true,
    };
}"""


@pytest.fixture
def draw(visit: Callable[..., Visit]) -> Callable[[str, str], Any]:
    place = os.environ.get("NETVIZ_MERMAID", "")
    if not Path(place).is_file():
        message = "no Mermaid here: NETVIZ_MERMAID must name the mermaid.min.js of its npm package"
        if os.environ.get("NETVIZ_REQUIRE_MERMAID") == "1":
            pytest.fail(message)
        pytest.skip(message)
    page = visit("about:blank").page
    page.add_script_tag(path=place)
    return lambda text, level: page.evaluate(DRAW, [text, level])


@pytest.mark.parametrize("level", ["strict", "loose"])
@pytest.mark.parametrize("pack", [small_pack(), hostile_pack()], ids=["small", "hostile"])
def test_mermaid_draws_every_card_box_and_arrow_and_runs_nothing(
    draw: Callable[[str, str], Any], pack: Pack, level: str
) -> None:
    drawn = draw(written("mermaid", pack), level)
    assert (drawn["cards"], drawn["boxes"]) == (len(pack.picture.nodes) + 1, len(pack.picture.boxes) + 1)
    assert drawn["arrows"] == len(pack.picture.edges)
    assert (drawn["foreign"], drawn["handlers"], drawn["hit"]) == (0, 0, False)


def test_names_are_shown_as_they_are(draw: Callable[[str, str], Any]) -> None:
    words = draw(written("mermaid", hostile_pack()), "strict")["words"]
    for name in (
        "<img src=x onerror=alert(1)>",
        '%%{init: {"securityLevel": "loose"}}%%',
        "#quot;#35;#lt;img src=x#gt;",
        "@startuml",
        "](javascript:alert(1))",
        "one\\u000atwo",
        "style x fill:#f00;",
        "имя 名前",
    ):
        assert re.sub(r"\s", "", name) in re.sub(r"\s", "", words)


def test_what_is_removed_or_undecided_is_dashed(draw: Callable[[str, str], Any]) -> None:
    pack = small_pack()
    uncertain = [e for e in pack.picture.edges if not e.certain or e.change.value == "removed"]
    assert draw(written("mermaid", pack), "strict")["dashed"] == len(uncertain) > 0
