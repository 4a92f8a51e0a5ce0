"""What the browser says was clicked is believed only as far as the payload confirms it."""

from __future__ import annotations

import pytest

from netviz.ui.graph import Selection, collapsed_of, selection_of

PAYLOAD: dict[str, object] = {
    "nodes": [
        {"id": "shop/web", "label": "web", "nv": {"kind": "workload", "namespace": "shop"}},
        {"id": "shop/db", "label": "db", "nv": {"kind": "workload", "namespace": "shop"}},
        {"id": "ns/other", "label": "other", "nv": {"kind": "namespace", "namespace": ""}},
    ],
    "boxes": [{"id": "shop:0", "title": "shop"}],
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
        {"type": "box", "id": "shop"},
    ],
)
def test_anything_else_selects_nothing(state: object) -> None:
    assert selection_of(state, PAYLOAD) is None


def test_a_second_click_on_the_same_card_is_another_selection() -> None:
    clicks = [selection_of({"type": "node", "id": "shop/web", "click": number}, PAYLOAD) for number in (1, 2)]
    assert clicks[0] != clicks[1]


def test_a_namespace_is_selected_by_its_box() -> None:
    assert selection_of({"type": "box", "id": "shop:0"}, PAYLOAD) == Selection(type="box", id="shop:0")


@pytest.mark.parametrize("name", ["shop", "other"])
def test_the_namespace_of_a_box_or_of_a_folded_card_is_folded(name: str) -> None:
    assert collapsed_of({"namespace": name, "click": 1}, PAYLOAD) == name


@pytest.mark.parametrize("state", [None, {}, {"namespace": "kube-system"}, {"namespace": ["shop"]}, {"namespace": ""}])
def test_a_namespace_that_is_not_drawn_is_not_folded(state: object) -> None:
    assert collapsed_of(state, PAYLOAD) == ""
