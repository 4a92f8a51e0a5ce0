"""What the browser says was clicked is believed only as far as the payload confirms it."""

from __future__ import annotations

import pytest

from netviz.ui.graph import Selection, selection_of

PAYLOAD: dict[str, object] = {
    "nodes": [{"id": "shop/web"}, {"id": "shop/db"}],
    "edges": [{"id": "e1", "from": "shop/web", "to": "shop/db"}],
}


def test_a_card_of_the_payload_is_selected() -> None:
    assert selection_of({"type": "node", "id": "shop/web"}, PAYLOAD) == Selection(type="node", id="shop/web")


def test_the_ends_of_an_edge_are_those_of_the_payload() -> None:
    state = {"type": "edge", "id": "e1", "source": "kube-system/secret", "target": "x"}
    assert selection_of(state, PAYLOAD) == Selection(type="edge", id="e1", source="shop/web", target="shop/db")


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        "shop/web",
        {"type": "none", "id": "", "source": "", "target": ""},
        {"type": "node", "id": "gone"},
        {"type": "node", "id": "e1"},
        {"type": "edge", "id": "shop/web"},
        {"type": "edge", "id": 1},
        {"type": "node", "id": ["shop/web"]},
    ],
)
def test_anything_else_selects_nothing(state: object) -> None:
    assert selection_of(state, PAYLOAD) is None


def test_a_second_click_on_the_same_card_is_another_selection() -> None:
    clicks = [selection_of({"type": "node", "id": "shop/web", "click": number}, PAYLOAD) for number in (1, 2)]
    assert clicks[0] != clicks[1]
