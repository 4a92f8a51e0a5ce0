from hypothesis import given
from hypothesis import strategies as st

from netviz.analysis.compare import now_unknown
from netviz.analysis.pairs import PairTable, paired
from netviz.engine.matrix import PeerType
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet
from netviz.view.fold import ANY_SOURCE, ANY_TARGET, INTERNET_SOURCE, INTERNET_TARGET, Drawing, Link, counted, fold
from netviz.view.picture import Change
from tests.unit.view.worlds import ALL, ANY_OUTSIDE, ANY_POD, EVERYBODY, Pods, Rules, World, tcp, udp

NET = "203.0.113.0/24"


def drawn(before: World, after: World | None = None) -> Drawing:
    first = before.matrix()
    return fold(paired(first, first if after is None else after.matrix()))


def links(drawing: Drawing) -> dict[tuple[str, str], Link]:
    return {(link.source, link.target): link for link in drawing.links if link.certain}


def shown(drawing: Drawing) -> dict[tuple[str, str], ConnectionSet]:
    return {ends: link.after for ends, link in links(drawing).items()}


def client(egress: Rules | None = ()) -> Pods:
    return Pods(id="web/client", ingress=(), egress=egress)


def test_accepting_everybody_is_one_link_from_any_workload_and_one_from_the_internet() -> None:
    world = World((client(None), Pods(id="web/other", ingress=()), Pods(id="web/open")))
    assert shown(drawn(world)) == {(ANY_SOURCE, "web/open"): ALL, (INTERNET_SOURCE, "web/open"): ALL}


def test_a_link_between_two_cards_says_only_what_goes_beyond_the_folded_link() -> None:
    server = Pods(id="web/server", ingress=((ANY_POD, tcp(80)), ("web/client", tcp(9090))))
    assert shown(drawn(World((client(None), server)))) == {
        (ANY_SOURCE, "web/server"): tcp(80),
        ("web/client", "web/server"): tcp(9090),
    }


def test_a_restricted_source_has_its_own_link_to_an_open_target() -> None:
    world = World((client((("web/open", tcp(80)),)), Pods(id="web/open")))
    assert shown(drawn(world))["web/client", "web/open"] == tcp(80)


def test_sending_to_every_pod_is_a_link_and_sending_to_everybody_a_sentence() -> None:
    to_pods = drawn(World((client(((ANY_POD, tcp(80)),)),)))
    assert shown(to_pods) == {("web/client", ANY_TARGET): tcp(80)}
    to_all = drawn(World((client(((EVERYBODY, udp(53)),)),)))
    assert shown(to_all) == {}
    assert to_all.notes == ("May send UDP 53 to everybody: client.",)


def test_sending_to_the_outside_is_a_link_unless_the_side_is_open() -> None:
    assert shown(drawn(World((client(((ANY_OUTSIDE, tcp(443)),)),)))) == {("web/client", INTERNET_TARGET): tcp(443)}
    assert shown(drawn(World((client(((ANY_OUTSIDE, ALL),)),)))) == {("web/client", INTERNET_TARGET): ALL}
    assert shown(drawn(World((client(None),)))) == {}


def test_the_internet_is_what_covers_most_of_the_addresses() -> None:
    world = World((client(((NET, tcp(443)),)),), (NET,))
    assert shown(drawn(world)) == {("web/client", "addresses:4:cb007100:target"): tcp(443)}
    allowed_rest = World((Pods(id="web/a", ingress=((ANY_OUTSIDE, tcp(80)), (NET, tcp(22)))),), (NET,))
    assert shown(drawn(allowed_rest)) == {
        (INTERNET_SOURCE, "web/a"): tcp(80),
        ("addresses:4:cb007100", "web/a"): tcp(22),
    }


def test_a_source_that_loses_its_egress_is_one_changed_link() -> None:
    targets = tuple(Pods(id=f"shop/t{i}", egress=()) for i in range(5))
    drawing = drawn(World((client(None), *targets)), World((client(()), *targets)))
    changed = {ends for ends, link in links(drawing).items() if link.change is Change.REMOVED}
    assert changed == {("web/client", ANY_TARGET), ("web/client", INTERNET_TARGET)}


def test_a_target_that_opens_is_one_changed_link_and_its_old_link_is_changed() -> None:
    server, sources = (
        Pods(id="web/server", ingress=(("web/client", tcp(80)),)),
        tuple(Pods(id=f"shop/s{i}", ingress=()) for i in range(5)),
    )
    before = World((client(None), server, *sources))
    drawing = drawn(before, before.but("web/server", ingress=None))
    assert {ends: link.change for ends, link in links(drawing).items()} == {
        (ANY_SOURCE, "web/server"): Change.ADDED,
        (INTERNET_SOURCE, "web/server"): Change.ADDED,
        ("web/client", "web/server"): Change.CHANGED,
    }
    assert links(drawing)["web/client", "web/server"].before == tcp(80)
    assert links(drawing)["web/client", "web/server"].after == ALL


def test_more_than_twelve_open_cards_are_a_sentence_and_only_changes_are_drawn() -> None:
    open_pods = tuple(Pods(id=f"shop/p{i:02d}") for i in range(13))
    closing = World(open_pods).but("shop/p03", ingress=())
    drawing = drawn(World(open_pods), closing)
    assert {ends: link.change for ends, link in links(drawing).items()} == {
        (ANY_SOURCE, "shop/p03"): Change.REMOVED,
        (INTERNET_SOURCE, "shop/p03"): Change.REMOVED,
    }
    assert drawn(World(open_pods)).notes == ("13 workloads accept everything: see their open lock.",)


def test_a_card_whose_ingress_is_unknown_has_one_uncertain_link_from_everybody() -> None:
    world = World((client(None), Pods(id="web/other", ingress=()), Pods(id="web/murky", ingress=(), murky=True)))
    uncertain = [link for link in drawn(world).links if not link.certain]
    assert [(link.source, link.target, link.after) for link in uncertain] == [
        (ANY_SOURCE, "web/murky", ALL),
        (INTERNET_SOURCE, "web/murky", ALL),
    ]


def test_pairs_that_can_only_not_be_decided_any_more_are_counted_apart() -> None:
    before = World((client(None), Pods(id="web/server", ingress=(("web/client", tcp(80)),))))
    murky = before.but("web/server", murky=True)
    counts = counted(paired(before.matrix(), murky.matrix()))
    assert counts.now_unknown > 0
    assert (counts.added, counts.removed, counts.changed) == (0, 0, 0)


def test_counts_are_raw_pairs() -> None:
    before = World((client(None), Pods(id="web/server", ingress=(("web/client", tcp(80)),), egress=())))
    counts = counted(paired(before.matrix(), before.but("web/server", ingress=None).matrix()))
    # client to server and to the outside, the outside to the server.
    assert (counts.workloads, counts.pairs, counts.added, counts.removed, counts.changed) == (2, 3, 1, 0, 1)


PORTS = st.sampled_from([tcp(80), udp(53), tcp(80, 443), ALL])
IDS = ("a/x", "a/y", "b/z")
RULES = st.one_of(
    st.none(),
    st.lists(st.tuples(st.sampled_from([*IDS, ANY_POD, ANY_OUTSIDE, EVERYBODY, NET]), PORTS), max_size=3).map(tuple),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    return World(
        tuple(Pods(id=i, ingress=draw(RULES), egress=draw(RULES), murky=draw(st.booleans())) for i in IDS), (NET,)
    )


@given(worlds(), worlds())
def test_every_changed_pair_is_visible_through_a_changed_link(before: World, after: World) -> None:
    table = paired(before.matrix(), after.matrix())
    drawing = fold(table)
    changed = [link for link in drawing.links if link.change is not Change.SAME]
    for (source, target), (old, new) in table.cells.items():
        if old.allow != new.allow:
            certain = not now_unknown(old, new)
            shown = {(link.source, link.target) for link in changed if link.certain is certain}
            assert shown & _could_show(table, source, target), (table.ends[source].id, table.ends[target].id)


@given(worlds())
def test_every_allowed_pair_is_drawn_or_said(world: World) -> None:
    table = paired(world.matrix(), world.matrix())
    drawing = fold(table)
    found = links(drawing)
    for (source, target), (_, cell) in table.cells.items():
        told = NO_CONNECTIONS
        for ends in _could_show(table, source, target):
            told |= found[ends].after if ends in found else NO_CONNECTIONS
        start = table.ends[source].peer.egress
        assert cell.allow <= told | (start.any_pod & start.any_outside)


def _could_show(table: PairTable, source: int, target: int) -> set[tuple[str, str]]:
    start, end = table.ends[source], table.ends[target]
    if start.peer.type is PeerType.ADDRESSES:
        return {(INTERNET_SOURCE, end.id), ("addresses:4:cb007100", end.id)}
    if end.peer.type is PeerType.ADDRESSES:
        return {(start.id, INTERNET_TARGET), (start.id, "addresses:4:cb007100:target")}
    return {(start.id, end.id), (ANY_SOURCE, end.id), (start.id, ANY_TARGET)}


def test_what_cannot_be_decided_any_more_is_not_drawn_as_removed() -> None:
    for rules in (None, (("web/client", tcp(80)),), ((EVERYBODY, ALL),)):
        before = World((client(None), Pods(id="web/server", ingress=rules)))
        drawing = fold(paired(before.matrix(), before.but("web/server", murky=True).matrix()))
        towards = [link for link in drawing.links if link.target == "web/server"]
        assert towards
        assert all(not link.certain for link in towards)
        assert all(link.change in {Change.ADDED, Change.CHANGED} for link in towards)
