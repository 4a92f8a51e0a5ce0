from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.analysis.pairs import paired
from netviz.errors import UsageError
from netviz.sets.connections import ALL_CONNECTIONS
from netviz.sets.intervals import IntervalSet
from netviz.view.build import build_picture, make_baseline
from netviz.view.filters import narrowed, parsed_ports, quickly_counted
from netviz.view.fold import ANY_SOURCE, INTERNET_SOURCE
from netviz.view.gather import namespace_card
from netviz.view.picture import Change, NodeKind
from netviz.view.scene import Scene, scene
from netviz.view.settings import MOST_CARDS, MOST_LINKS, ViewSettings
from tests.unit.view.worlds import Pods, World, shop, shop_what_if, synthetic, tcp

LABELS: dict[str, dict[str, str]] = {pods.id: {} for pods in shop().pods} | {
    "web/frontend": {"app": "front", "tier": "edge"},
    "shop/cartservice": {"app": "cart", "tier": "middle"},
    "backend/redis-cart": {"app": "cart", "tier": "data"},
}


def seen(after: World | None = None, *, before: World | None = None, **settings: object) -> Scene:
    matrix = (before or shop()).matrix()
    view = ViewSettings(**settings)  # type: ignore[arg-type]
    return scene(paired(matrix, after.matrix() if after else matrix), view, LABELS)


def ends(found: Scene) -> set[tuple[str, str]]:
    return {(link.source, link.target) for link in found.links}


def namespaces(found: Scene) -> set[str]:
    return {face.namespace for face in found.faces.values()} - {""}


class TestNamespaces:
    def test_a_hidden_namespace_is_gone_with_its_connections(self) -> None:
        found = seen(hidden=("backend",))
        assert namespaces(found) == {"shop", "web"}
        assert found.counts.workloads == 8
        assert found.whole == seen().counts

    def test_system_namespaces_can_be_hidden(self) -> None:
        world = World((*shop().pods, Pods(id="kube-system/dns", port=53)))
        assert namespaces(seen(before=world, hide_system=True)) == {"backend", "shop", "web"}

    def test_a_system_namespace_that_is_asked_for_is_shown(self) -> None:
        world = World((*shop().pods, Pods(id="kube-system/dns", port=53)))
        found = seen(before=world, hide_system=True, namespaces=("kube-system", "web"))
        assert namespaces(found) == {"kube-system", "web"}

    def test_a_collapsed_namespace_is_one_card_beside_expanded_ones(self) -> None:
        found = seen(collapsed=frozenset({"backend"}))
        card = found.faces[namespace_card("backend")]
        assert (card.kind, card.peer, card.subtitle) == (NodeKind.NAMESPACE, "backend", "Namespace · 4 workloads")
        assert "backend/redis-cart" not in found.faces
        assert found.counts.workloads == 12

    def test_a_folded_connection_carries_the_union_of_its_members(self) -> None:
        members = [
            link
            for link in seen().links
            if (link.source, link.target.partition("/")[0]) == ("shop/checkoutservice", "backend")
        ]
        found = seen(collapsed=frozenset({"backend"}))
        [link] = [k for k in found.links if (k.source, k.target) == ("shop/checkoutservice", namespace_card("backend"))]
        assert len(members) == 3
        assert link.after == members[0].after | members[1].after | members[2].after == tcp(8080, 50051)

    def test_a_change_that_the_union_hides_is_told(self) -> None:
        world = shop().but("backend/emailservice", ingress=(("shop/checkoutservice", tcp(50051)),))
        after = world.but("backend/emailservice", ingress=())
        found = seen(after, before=world, collapsed=frozenset({"backend"}))
        assert [k for k in found.links if k.change is not Change.SAME] == []
        assert "1 change does not show, because a card stands for a whole namespace." in found.notes

    def test_a_collapsed_card_shows_a_badge_only_where_its_workloads_agree(self) -> None:
        card = seen(collapsed=frozenset({"backend"})).faces[namespace_card("backend")]
        assert card.ingress is seen().faces["backend/redis-cart"].ingress
        assert card.egress is None
        assert any(line.startswith("Out: ") and "(" in line for line in card.tooltip)

    def test_neighbours_of_a_namespace_are_one_card_each(self) -> None:
        found = seen(namespaces=("backend",), neighbours=True)
        cards = {card for card, face in found.faces.items() if face.kind is NodeKind.NAMESPACE}
        assert cards == {namespace_card("shop"), namespace_card("web")}
        assert (namespace_card("shop"), "backend/redis-cart") in ends(found)
        assert (namespace_card("web"), namespace_card("shop")) not in ends(found)


class TestConnections:
    def test_only_connections_with_a_port_are_drawn(self) -> None:
        found = seen(ports="6379")
        assert {pair for pair in ends(found) if "/" in pair[0]} == {("shop/cartservice", "backend/redis-cart")}
        assert (ANY_SOURCE, "web/frontend") in ends(found)
        assert 0 < found.counts.pairs < found.whole.pairs
        assert found.counts.workloads == 12

    def test_a_protocol_leaves_only_its_connections(self) -> None:
        assert ("shop/cartservice", "backend/redis-cart") not in ends(seen(protocol="UDP"))
        assert (ANY_SOURCE, "web/frontend") in ends(seen(protocol="UDP"))

    def test_ingress_of_a_namespace_is_what_leads_into_it(self) -> None:
        found = seen(namespaces=("shop",), neighbours=True, direction="ingress")
        assert found.links
        assert all(found.faces[link.target].namespace == "shop" for link in found.links)

    def test_egress_of_a_namespace_is_what_leads_out_of_it(self) -> None:
        found = seen(namespaces=("shop",), neighbours=True, direction="egress")
        assert (namespace_card("web"), "shop/cartservice") not in ends(found)
        assert ("shop/cartservice", namespace_card("backend")) in ends(found)

    def test_a_direction_leads_a_focus_one_way_only(self) -> None:
        assert set(seen(focus="shop/cartservice", direction="egress").faces) == {
            "shop/cartservice",
            "backend/redis-cart",
        }
        assert "backend/redis-cart" not in seen(focus="shop/cartservice", direction="ingress").faces

    @pytest.mark.parametrize("ports", ["x", "0", "70000", "90-80", "²", "1-", "9" * 5000])
    def test_what_is_no_port_is_an_error(self, ports: str) -> None:
        with pytest.raises(UsageError, match="is no"):
            seen(ports=ports)

    def test_what_is_no_protocol_is_an_error(self) -> None:
        with pytest.raises(UsageError, match="'QUIC' is no protocol"):
            seen(protocol="QUIC")

    @given(st.lists(st.tuples(st.integers(1, 65535), st.integers(0, 100)), max_size=6))
    def test_ports_and_ranges_are_read_as_they_are_written(self, ranges: list[tuple[int, int]]) -> None:
        ends = [(first, min(65535, first + more)) for first, more in ranges]
        text = " ,".join(f"{first}-{last}" if first != last else str(first) for first, last in ends)
        assert parsed_ports(text) == IntervalSet.of(ends)


class TestLabels:
    def test_only_workloads_with_the_labels_are_shown(self) -> None:
        assert set(seen(labels=("app=cart",)).faces) >= {"shop/cartservice", "backend/redis-cart"}
        assert seen(labels=("app=cart",)).counts.workloads == 2
        assert seen(labels=("app=cart", "tier=data")).counts.workloads == 1
        assert seen(labels=("tier",)).counts.workloads == 3

    def test_a_label_names_the_cards_that_have_it(self) -> None:
        found = seen(name_label="app").faces
        assert (found["web/frontend"].title, found["shop/adservice"].title) == ("front", "adservice")
        assert found["web/frontend"].tooltip[0] == "frontend"

    def test_a_label_makes_the_boxes(self) -> None:
        matrix = shop().matrix()
        view = ViewSettings(group_label="app")
        drawn = build_picture(matrix, None, title="", what_if="", view=view, labels=LABELS)
        boxes = {(box.title, box.subtitle) for box in drawn.boxes}
        assert ("cart", "app · 2 workloads") in boxes
        assert {title for title, _ in boxes} == {"cart", "front", "no app"}

    def test_a_search_finds_names_namespaces_and_labels(self) -> None:
        assert seen(search="REDIS").found == {"backend/redis-cart"}
        assert seen(search="app=cart").found == {"shop/cartservice", "backend/redis-cart"}
        assert seen(search="web/").found == {"web/frontend", "web/loadgenerator"}
        assert seen(search="  ").found == frozenset()


class TestNarrowed:
    """What is left out early is left out anyway."""

    @pytest.mark.parametrize("settings", [{"namespaces": ("shop",)}, {"focus": "shop/cartservice"}])
    @pytest.mark.parametrize("more", [{}, {"neighbours": True}, {"hidden": ("web",)}, {"direction": "egress"}])
    def test_the_picture_of_a_part_is_the_same_from_the_whole(
        self, settings: dict[str, object], more: dict[str, object]
    ) -> None:
        before, after = shop().matrix(), shop_what_if().matrix()
        view = ViewSettings(**settings, **more)  # type: ignore[arg-type]
        quick = scene(paired(narrowed(before, view), narrowed(after, view)), view)
        slow = scene(paired(before, after), view)
        assert quick.links
        assert (quick.links, quick.counts, quick.sides) == (slow.links, slow.counts, slow.sides)
        assert quick.notes == slow.notes
        assert quick.colours == slow.colours
        assert {card: face for card, face in quick.faces.items() if face.namespace} == {
            card: face for card, face in slow.faces.items() if face.namespace
        }

    def test_what_there_is_in_all_is_counted_without_the_baseline(self) -> None:
        whole, quick = seen(shop_what_if()).whole, quickly_counted(shop_what_if().matrix())
        assert (quick.workloads, quick.pairs, quick.unknown) == (whole.workloads, whole.pairs, whole.unknown)


class TestOnlyChanges:
    def test_what_stayed_the_same_is_left_out(self) -> None:
        found = seen(shop_what_if(), only_changes=True)
        assert found.links
        assert all(link.change is not Change.SAME for link in found.links)
        assert "backend/emailservice" not in found.faces
        assert "backend/redis-cart" in found.faces

    def test_without_a_change_nothing_is_left(self) -> None:
        assert not seen(only_changes=True).faces

    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"only_changes": True},
            {"search": "cart"},
            {"collapsed": frozenset({"backend"})},
            {"namespaces": ("shop",), "neighbours": True},
            {"hidden": ("web",), "ports": "1-8080"},
            {"group_label": "app"},
        ],
    )
    def test_no_filter_lets_a_what_if_move_a_card(self, settings: dict[str, object]) -> None:
        view = ViewSettings(**settings)  # type: ignore[arg-type]
        before = shop().matrix()
        plain = replace(view, only_changes=False, search="")
        base = build_picture(before, None, title="", what_if="", view=plain, labels=LABELS)
        baseline = make_baseline(before, view=view, labels=LABELS)
        drawn = build_picture(
            shop_what_if().matrix(), before, title="", what_if="", view=view, labels=LABELS, baseline=baseline
        )
        places = {node.id: (node.x, node.y) for node in base.nodes}
        moved = {n.id for n in drawn.nodes if n.id in places and places[n.id] != (n.x, n.y)}
        assert drawn.nodes
        assert not moved


class TestLimits:
    def test_too_many_cards_become_namespaces(self) -> None:
        found = seen(before=synthetic(400, 40))
        pods = [face for face in found.faces.values() if face.kind is NodeKind.NAMESPACE]
        assert len(pods) == 40
        assert "400 cards are too many to draw one by one: each namespace is one card." in found.notes

    def test_of_too_many_namespaces_those_with_most_connections_are_drawn(self) -> None:
        quiet = tuple(Pods(id=f"n{i:03}/a", ingress=(), egress=()) for i in range(MOST_CARDS + 20))
        world = World((*quiet, Pods(id="zz/loud")))
        found = seen(before=world)
        assert len(found.faces) <= MOST_CARDS + 2
        assert namespace_card("zz") in found.faces
        assert f"The {MOST_CARDS} of {MOST_CARDS + 21} with the most connections are drawn" in "".join(found.notes)

    def test_never_more_connections_than_can_be_read(self) -> None:
        names = [f"a/w{i:02}" for i in range(40)]
        mesh = tuple(
            Pods(id=name, ingress=tuple((other, tcp(1000 + 40 * i + j)) for j, other in enumerate(names)))
            for i, name in enumerate(names)
        )
        found = seen(before=World(mesh), hubs="drawn")
        assert len(found.links) <= MOST_LINKS
        assert any("not drawn" in note for note in found.notes)

    def test_a_mesh_of_like_connections_is_folded_before_any_is_left_out(self) -> None:
        names = [f"a/w{i:02}" for i in range(40)]
        found = seen(before=World(tuple(Pods(id=n, ingress=tuple((m, tcp(80)) for m in names)) for n in names)))
        assert len(found.links) < 100
        assert not any("not drawn" in note for note in found.notes)

    def test_hubs_can_be_drawn_or_folded_whatever_the_size(self) -> None:
        world = synthetic(80, 8, watched=True)
        watcher = world.pods[-1].id
        drawn = [k for k in seen(before=world, hubs="drawn").links if (k.source, k.after) == (watcher, tcp(9090))]
        assert len(drawn) == 69
        folded = seen(before=world, hubs="folded")
        assert len([k for k in folded.links if (k.source, k.after) == (watcher, tcp(9090))]) == 1


def test_a_folded_source_leads_to_a_collapsed_namespace_with_everything_that_it_may_do() -> None:
    found = seen(shop_what_if(), collapsed=frozenset({"shop"}))
    [link] = [k for k in found.links if (k.source, k.target) == (INTERNET_SOURCE, namespace_card("shop"))]
    assert (link.after, link.change) == (ALL_CONNECTIONS, Change.ADDED)
