"""The payload says everything that the picture says, in JSON that cannot hurt the page."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from netviz.exporters.vis import differences, headline, payload
from netviz.view.palette import BADGE_ICONS, ICONS, PALETTE
from netviz.view.picture import Badge, Box, Change, Counts, Edge, Node, NodeKind, Picture

WEB = Node(
    id="shop/web",
    kind=NodeKind.WORKLOAD,
    title_lines=("web",),
    subtitle="Deployment · :80",
    namespace="shop",
    icon="cube",
    colour=0,
    x=100.04,
    y=50,
    width=216,
    height=56,
    ingress=Badge.SOME,
    egress=Badge.OPEN,
    ingress_before=Badge.OPEN,
    tooltip=("shop/web", "Deployment"),
    peer="shop/web",
)
DB = replace(WEB, id="shop/db", title_lines=("db",), icon="cylinder", x=500.0, ingress_before=None, egress=None)
ROUTE = ((208.0, 50.0), (300.0, 50.0), (300.0, 50.0), (392.0, 50.0))
CALL = Edge(
    id="web->db",
    source="shop/web",
    target="shop/db",
    change=Change.ADDED,
    label="+ TCP 5432",
    ports="TCP 5432",
    label_at=(300.0, 50.0),
    label_size=(80.0, 20.0),
    route=ROUTE,
)
SHOP = Box(id="shop", title="shop", subtitle="namespace", colour=0, x=-30, y=0, width=300, height=120)
PICTURE = Picture(
    title="Shop",
    what_if="deny-all off",
    nodes=(WEB, DB),
    edges=(CALL,),
    boxes=(SHOP,),
    counts=Counts(workloads=2, pairs=1, added=1),
    x=-40,
    y=-10,
    width=700,
    height=160,
    notes=("One note.",),
)


def nv(items: object, item: int) -> dict[str, object]:
    assert isinstance(items, list)
    extra = items[item]["nv"]
    assert isinstance(extra, dict)
    return extra


def test_the_payload_is_plain_json() -> None:
    data = payload(PICTURE)
    assert json.loads(json.dumps(data)) == data


def test_a_card_carries_its_place_its_text_and_its_badges() -> None:
    nodes = payload(PICTURE)["nodes"]
    assert isinstance(nodes, list)
    assert (nodes[0]["id"], nodes[0]["x"], nodes[0]["y"], nodes[0]["shape"]) == ("shop/web", 100.0, 50.0, "custom")
    assert nodes[0]["label"] == "web"
    assert nv(nodes, 0)["badges"] == [
        {"side": "in", "state": "some", "changed": True},
        {"side": "out", "state": "open", "changed": False},
    ]
    assert nv(nodes, 1)["badges"] == [{"side": "in", "state": "some", "changed": False}]


def test_a_card_knows_the_box_that_it_stands_in() -> None:
    nodes = payload(PICTURE)["nodes"]
    assert (nv(nodes, 0)["box"], nv(nodes, 1)["box"]) == ("shop", "")


def test_an_edge_carries_its_route_its_pill_and_its_change() -> None:
    edges = payload(PICTURE)["edges"]
    assert isinstance(edges, list)
    assert (edges[0]["id"], edges[0]["from"], edges[0]["to"]) == ("web->db", "shop/web", "shop/db")
    call = nv(edges, 0)
    assert call["route"] == [list(point) for point in ROUTE]
    assert (call["change"], call["certain"], call["label"], call["at"]) == ("added", True, "+ TCP 5432", [300.0, 50.0])


def test_parallel_edges_and_edges_in_both_directions_are_all_kept() -> None:
    back = replace(CALL, id="db->web", source="shop/db", target="shop/web")
    twin = replace(CALL, id="web->db?", certain=False)
    edges = payload(replace(PICTURE, edges=(CALL, twin, back)))["edges"]
    assert isinstance(edges, list)
    assert [edge["id"] for edge in edges] == ["web->db", "web->db?", "db->web"]


def test_a_pill_without_a_place_stays_without_one() -> None:
    edges = payload(replace(PICTURE, edges=(replace(CALL, label_at=None),)))["edges"]
    assert nv(edges, 0)["at"] is None


def test_the_legend_lists_what_is_drawn_and_nothing_else() -> None:
    legend = payload(PICTURE)["legend"]
    assert isinstance(legend, list)
    assert [entry["name"] for entry in legend] == ["added", "some", "open"]
    unknown = payload(replace(PICTURE, edges=(replace(CALL, certain=False),)))["legend"]
    assert isinstance(unknown, list)
    assert [entry["name"] for entry in unknown] == ["unknown", "some", "open"]


def test_colours_and_icons_are_those_of_every_other_renderer() -> None:
    data = payload(PICTURE)
    assert data["palette"] == json.loads(json.dumps(PALETTE))
    assert data["icons"] == {"card": json.loads(json.dumps(ICONS)), "badge": json.loads(json.dumps(BADGE_ICONS))}


def test_states_of_one_map_share_an_identity_and_other_maps_do_not() -> None:
    toggled = replace(PICTURE, what_if="", edges=(), nodes=(WEB,), counts=Counts())
    assert payload(toggled)["identity"] == payload(PICTURE)["identity"]
    assert payload(replace(PICTURE, title="Other"))["identity"] != payload(PICTURE)["identity"]
    assert payload(PICTURE, identity="mine")["identity"] == "mine"


@pytest.mark.parametrize("bad", ["\u202e", "\x00", "\u2028", "\ud800"])
def test_unseen_characters_become_visible_everywhere(bad: str) -> None:
    evil = f"a{bad}b"
    data = payload(
        replace(
            PICTURE,
            title=evil,
            what_if=evil,
            notes=(evil,),
            nodes=(replace(WEB, title_lines=(evil,), subtitle=evil, namespace=evil, tooltip=(evil,)), DB),
            edges=(replace(CALL, label=evil, tooltip=(evil,)),),
            boxes=(replace(SHOP, title=evil, subtitle=evil),),
        )
    )
    assert bad not in json.dumps(data, ensure_ascii=False)
    assert data["title"] == f"a\\u{ord(bad):04x}b"


def test_a_sentence_is_not_cut_but_a_monster_is() -> None:
    notes = payload(replace(PICTURE, notes=("n" * 500, "m" * 1_000_000)))["notes"]
    assert isinstance(notes, list)
    assert [len(note) for note in notes] == [500, 2000]


def test_the_headline_and_the_differences_count_raw_pairs() -> None:
    assert headline(Counts(workloads=12, pairs=1)) == "12 workloads · 1 allowed pair"
    assert headline(Counts(workloads=1, pairs=26, unknown=2)) == "1 workload · 26 allowed pairs · 2 undecided"
    assert headline(Counts(workloads=2, pairs=0), "namespace") == "2 namespaces · 0 allowed pairs"
    assert differences(Counts(added=4, removed=1)) == "4 added, 1 removed"
    assert differences(Counts(changed=1, now_unknown=2)) == "1 changed, 2 now unknown"
    assert differences(Counts()) == ""
