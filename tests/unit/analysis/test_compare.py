from dataclasses import replace

from netviz.analysis.compare import PairChange, compare, now_unknown
from netviz.engine.matrix import Cell, PeerType, ReachabilityMatrix
from netviz.sets.addresses import AddressSet
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet
from tests.unit.view.worlds import ALL, Pods, World, tcp

WEB = PairChange("a", "b", Cell(), Cell())


def change(before: Cell, after: Cell) -> PairChange:
    return replace(WEB, before=before, after=after)


def parted(matrix: ReachabilityMatrix, parts: dict[str, str]) -> ReachabilityMatrix:
    """The matrix with workloads split into parts (a/x#1, a/x#2), each with one pod."""
    peers = tuple(
        replace(p, name=p.name.partition("#")[0], members=tuple(parts.get(p.id, "").split())) for p in matrix.peers
    )
    return replace(matrix, peers=peers)


def test_a_pair_that_was_allowed_and_cannot_be_decided_any_more_is_not_called_removed() -> None:
    doubted = change(Cell(tcp(80)), Cell(NO_CONNECTIONS, tcp(80)))
    assert (doubted.kind, doubted.word) == ("removed", "unknown")


def test_a_pair_that_was_denied_and_cannot_be_decided_any_more_is_unknown() -> None:
    assert change(Cell(), Cell(NO_CONNECTIONS, tcp(80))).word == "unknown"


def test_a_pair_that_can_be_decided_now_is_decided_or_added() -> None:
    assert change(Cell(NO_CONNECTIONS, tcp(80)), Cell()).word == "decided"
    assert change(Cell(NO_CONNECTIONS, tcp(80)), Cell(tcp(80))).word == "added"


def test_a_port_that_is_surely_gone_makes_a_change_more_than_doubt() -> None:
    assert not now_unknown(Cell(tcp(80, 90)), Cell(NO_CONNECTIONS, tcp(80)))
    assert now_unknown(Cell(tcp(80, 90)), Cell(tcp(90), tcp(80)))


def test_every_kind_of_change_has_its_word() -> None:
    cells = [(Cell(), Cell(ALL)), (Cell(ALL), Cell()), (Cell(ALL), Cell(tcp(80)))]
    assert [change(*pair).word for pair in cells] == ["added", "removed", "changed"]


def test_addresses_that_the_two_sides_cut_differently_are_compared_piece_by_piece() -> None:
    def world(block: str) -> ReachabilityMatrix:
        return World((Pods(id="a/x", ingress=((block, tcp(80)),)),), (block,)).matrix()

    found = compare(world("10.0.0.0/8"), world("10.0.0.0/16"))
    peers = {peer.id: peer for peer in found.peers}
    removed = [c for c in found.changes if c.word == "removed"]
    gone = AddressSet.union(peers[c.source].addresses for c in removed)
    assert [peers[c.source].type for c in removed] == [PeerType.ADDRESSES]
    assert gone.v4.count() == 2**24 - 2**16
    assert not [c for c in found.changes if c.word == "added"]


def test_the_parts_of_a_split_workload_are_matched_by_their_pods_and_not_by_their_order() -> None:
    def split(first: ConnectionSet, second: ConnectionSet) -> ReachabilityMatrix:
        pods = (Pods(id="a/client"), Pods(id="a/db#1", ingress=(("a/client", first),)))
        return World((*pods, Pods(id="a/db#2", ingress=(("a/client", second),)))).matrix()

    before = parted(split(tcp(1), tcp(2)), {"a/db#1": "db-0", "a/db#2": "db-1"})
    after = parted(split(tcp(2), tcp(1)), {"a/db#1": "db-1", "a/db#2": "db-0"})
    assert compare(before, after).changes == ()
