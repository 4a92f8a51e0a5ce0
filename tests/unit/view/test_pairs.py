from dataclasses import replace

from netviz.analysis.pairs import paired
from netviz.engine.matrix import PeerType
from netviz.sets.addresses import ALL_ADDRESSES, AddressSet
from netviz.view.outside import address_groups, block_words
from tests.unit.view.worlds import ALL, EVERYBODY, Pods, World, tcp


def test_the_same_matrix_twice_has_equal_cells() -> None:
    matrix = World((Pods(id="a/x"), Pods(id="a/y", ingress=(("a/x", tcp(80)),)))).matrix()
    table = paired(matrix, matrix)
    assert [end.id for end in table.ends] == [peer.id for peer in matrix.peers]
    assert all(before == after for before, after in table.cells.values())
    assert len(table.cells) == len(matrix.cells)


def test_address_peers_are_refined_where_the_partitions_differ() -> None:
    pods = Pods(id="a/x", ingress=(("10.0.0.0/8", tcp(80)),))
    before, after = World((pods,), ("10.0.0.0/8",)), World((pods,), ("10.1.0.0/16",))
    table = paired(before.matrix(), after.matrix())
    parts = [end.addresses for end in table.ends if end.peer.type is PeerType.ADDRESSES]
    assert AddressSet.union(parts) == ALL_ADDRESSES
    assert all(not (a & b) for i, a in enumerate(parts) for b in parts[:i])
    sizes = sorted(sum(high - low + 1 for low, high in part.v4) for part in parts)
    assert sizes == [2**16, 2**24 - 2**16, 2**32 - 2**24]


def test_a_peer_of_one_matrix_only_is_denied_everything_in_the_other() -> None:
    one, two = Pods(id="a/x"), Pods(id="a/y")
    table = paired(World((one, two)).matrix(), World((one,)).matrix())
    index = {end.id: i for i, end in enumerate(table.ends)}
    before, after = table.cells[index["a/x"], index["a/y"]]
    assert before.allow == ALL
    assert not after


def test_addresses_that_behave_alike_are_one_group_and_the_largest_is_the_internet() -> None:
    world = World(
        (Pods(id="a/x", ingress=(("10.0.0.0/8", tcp(80)), ("192.168.0.0/16", tcp(80)))),),
        ("10.0.0.0/8", "192.168.0.0/16"),
    )
    matrix = world.matrix()
    groups = address_groups(paired(matrix, matrix))
    assert [(group.internet, block_words(group.addresses)) for group in groups[1:]] == [
        (False, ("10.0.0.0/8", "192.168.0.0/16"))
    ]
    assert groups[0].internet
    assert groups[0].addresses | groups[1].addresses == ALL_ADDRESSES


def test_no_group_is_the_internet_if_all_are_small() -> None:
    matrix = World((Pods(id="a/x", ingress=((EVERYBODY, ALL),)),)).matrix()
    small = AddressSet.of_range(4, 0, 255)
    peers = tuple(replace(p, addresses=small) if p.type is PeerType.ADDRESSES else p for p in matrix.peers)
    groups = address_groups(paired(*[replace(matrix, peers=peers)] * 2))
    assert [group.internet for group in groups] == [False]


def test_blocks_are_named_shortly() -> None:
    assert block_words(AddressSet.of_range(4, 10, 10)) == ("0.0.0.10",)
    assert block_words(AddressSet.of_range(4, 1, 2)) == ("0.0.0.1-0.0.0.2",)
    many = AddressSet.union(AddressSet.of_range(4, 256 * i, 256 * i + 9) for i in range(15))
    assert block_words(many)[-1] == "+3"
