from netviz.analysis.pairs import paired
from netviz.view.blocks import MOST_BLOCKS
from netviz.view.build import build_picture
from netviz.view.picture import Change, NodeKind
from netviz.view.scene import Scene, scene
from tests.unit.view.measure import faults
from tests.unit.view.worlds import Pods, World, tcp

BLOCKS = tuple(f"198.51.{i}.0/24" for i in range(40))


def world(blocks: tuple[str, ...] = BLOCKS, *, other: int = 0) -> World:
    """A workload that may send to each block on a port of its own, and one that may send to the first `other`."""
    pods = (
        Pods(id="a/web", ingress=(), egress=tuple((b, tcp(1000 + i)) for i, b in enumerate(blocks))),
        Pods(id="a/api", ingress=(), egress=tuple((b, tcp(443)) for b in blocks[:other])),
    )
    return World(pods, BLOCKS)


def seen(before: World, after: World | None = None) -> Scene:
    return scene(paired(before.matrix(), (after or before).matrix()))


def test_many_unlike_blocks_are_one_card_with_an_arrow_for_all_their_ports() -> None:
    shown = seen(world())
    ((link),) = shown.links
    card = shown.faces[link.target]
    assert (card.kind, card.title) == (NodeKind.GROUP, "40 address blocks")
    assert link.after == tcp(*range(1000, 1040))
    assert card.tooltip[1:3] == ("198.51.0.0/24: TCP 1000", "198.51.1.0/24: TCP 1001")
    assert "40 address blocks are drawn as one for each card that lists its members." in shown.notes


def test_blocks_of_other_workloads_are_a_card_of_their_own() -> None:
    shown = seen(world(other=15))
    titles = {(link.source, shown.faces[link.target].title) for link in shown.links}
    assert titles == {
        ("a/web", "25 address blocks"),
        ("a/web", "15 address blocks"),
        ("a/api", "15 address blocks"),
    }


def test_a_few_blocks_are_drawn_one_by_one() -> None:
    shown = seen(world(BLOCKS[:MOST_BLOCKS]))
    assert len(shown.links) == MOST_BLOCKS
    assert not [face for face in shown.faces.values() if face.kind is NodeKind.GROUP]


def test_a_block_that_changed_stands_alone_and_the_others_stay_where_they_are() -> None:
    before, after = world().matrix(), world(BLOCKS[:-1]).matrix()
    base = build_picture(before, None, title="", what_if="")
    changed = build_picture(after, before, title="", what_if="")
    assert {(edge.change, edge.ports_before) for edge in changed.edges} == {
        (Change.SAME, ""),
        (Change.REMOVED, "TCP 1039"),
    }
    places = {node.id: (node.x, node.y) for node in base.nodes}
    assert places.items() <= {node.id: (node.x, node.y) for node in changed.nodes}.items()
    assert faults(changed) == []


def test_many_blocks_that_changed_are_one_changed_arrow() -> None:
    shown = seen(world(), world(BLOCKS[:5]))
    changed = [link for link in shown.links if link.change is not Change.SAME]
    assert [(link.change, link.before) for link in changed] == [(Change.REMOVED, tcp(*range(1005, 1040)))]
