import pytest

from netviz.analysis.pairs import paired
from netviz.engine.matrix import Side
from netviz.sets.connections import NO_CONNECTIONS
from netviz.view.cards import Face, badge, faces
from netviz.view.fold import fold
from netviz.view.picture import Badge, NodeKind
from tests.unit.view.worlds import ALL, ANY_POD, EVERYBODY, Pods, World, shop, tcp, udp


def cards(before: World, after: World | None = None) -> dict[str, Face]:
    first = before.matrix()
    return faces(fold(paired(first, after.matrix() if after else first)))


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (Side(isolated=False, any_pod=ALL, any_outside=ALL), Badge.OPEN),
        (Side(isolated=True, any_pod=tcp(80, 443), any_outside=tcp(80)), Badge.ANY),
        (Side(isolated=True, any_pod=tcp(80), any_outside=tcp(443)), Badge.SOME),
        (Side(isolated=True, any_pod=ALL, any_outside=NO_CONNECTIONS), Badge.SOME),
        (Side(isolated=True, any_pod=NO_CONNECTIONS, any_outside=NO_CONNECTIONS), Badge.SOME),
        (Side(isolated=True, any_pod=NO_CONNECTIONS, any_outside=NO_CONNECTIONS, nothing=True), Badge.NONE),
        (Side(isolated=None, any_pod=NO_CONNECTIONS, any_outside=NO_CONNECTIONS), Badge.UNKNOWN),
        (Side(isolated=False, any_pod=ALL, any_outside=ALL, unpoliced=True), Badge.UNPOLICED),
    ],
)
def test_a_badge_says_any_only_if_everybody_is_allowed_on_some_port(side: Side, expected: Badge) -> None:
    assert badge(side) is expected


def test_a_card_says_kind_and_ports_and_has_the_icon_of_its_kind() -> None:
    redis = cards(shop())["backend/redis-cart"]
    assert (redis.title, redis.subtitle, redis.icon) == ("redis-cart", "StatefulSet · :6379", "cylinder")
    assert redis.kind is NodeKind.WORKLOAD


def test_a_workload_without_pods_says_so() -> None:
    assert cards(World((Pods(id="a/x", living=False, port=80),)))["a/x"].subtitle == "Deployment · no pods"


def test_a_split_workload_keeps_its_number_in_the_title() -> None:
    assert cards(World((Pods(id="a/cart[Deployment]#2"),)))["a/cart[Deployment]#2"].title.endswith("#2")


def test_a_badge_that_changed_remembers_what_it_was() -> None:
    closed = Pods(id="a/x", ingress=())
    card = cards(World((closed,)), World((Pods(id="a/x"),)))["a/x"]
    assert (card.ingress_before, card.ingress) == (Badge.NONE, Badge.OPEN)
    assert "In: no policy: open (was: nothing allowed)" in card.tooltip


def test_the_tooltip_of_a_globe_says_which_ports() -> None:
    card = cards(World((Pods(id="a/x", egress=((EVERYBODY, udp(53)),)),)))["a/x"]
    assert "Out: isolated, a rule allows all (UDP 53)" in card.tooltip


def test_names_cannot_hide_control_characters() -> None:
    card = cards(World((Pods(id="a/ev\u202eil\n"),)))["a/ev\u202eil\n"]
    assert card.title == "ev\\u202eil\\u000a"
    assert all(line.isprintable() for line in card.tooltip)


def test_addresses_are_named_by_their_blocks_and_the_rest_is_the_internet() -> None:
    blocks = ("10.0.0.0/8", "192.168.0.0/16")
    world = World((Pods(id="a/x", ingress=((EVERYBODY, tcp(1)), *((b, tcp(80)) for b in blocks))),), blocks)
    outer = {card.kind: card for card in cards(world).values() if card.kind is not NodeKind.WORKLOAD}
    assert outer[NodeKind.ADDRESSES].title == "10.0.0.0/8 +1"
    assert outer[NodeKind.ADDRESSES].tooltip == ("Addresses outside of the cluster", *blocks)
    assert outer[NodeKind.INTERNET].subtitle == "other addresses"
    assert outer[NodeKind.ADDRESSES].peer != outer[NodeKind.INTERNET].peer


def test_any_workload_has_a_card_only_where_a_link_needs_it() -> None:
    assert set(cards(World((Pods(id="a/x", ingress=(), egress=()),)))) == {"a/x"}
    assert "any:workload" in cards(World((Pods(id="a/x", ingress=((ANY_POD, tcp(80)),)),)))
