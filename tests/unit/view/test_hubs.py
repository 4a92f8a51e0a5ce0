from dataclasses import replace

from netviz.analysis.pairs import paired
from netviz.view.build import build_picture
from netviz.view.picture import Change, NodeKind
from netviz.view.scene import Scene, scene
from netviz.view.settings import ViewSettings
from tests.unit.view.worlds import ALL, EVERYBODY, Pods, World, synthetic, tcp

WATCHED = synthetic(80, 8, watched=True)
WATCHER = WATCHED.pods[-1].id


def seen(world: World, after: World | None = None, *, focus: str = "") -> Scene:
    before = world.matrix()
    return scene(paired(before, after.matrix() if after else before), ViewSettings(focus=focus))


def without_watcher(ids: set[str]) -> World:
    def kept(pods: Pods) -> Pods:
        return replace(pods, ingress=tuple(rule for rule in pods.ingress or () if rule[0] != WATCHER))

    return World(tuple(kept(p) if p.id in ids else p for p in WATCHED.pods))


def closed(count: int) -> World:
    return World(tuple(Pods(id=f"n{i // 5}/w{i}", ingress=(), egress=()) for i in range(count)))


def opened(count: int) -> World:
    return World(tuple(replace(p, ingress=((EVERYBODY, ALL),)) for p in closed(count).pods))


def test_like_links_of_a_hub_become_one_link_to_a_card_that_lists_them() -> None:
    shown = seen(WATCHED)
    (link,) = [each for each in shown.links if each.source == WATCHER and each.after == tcp(9090)]
    group = shown.faces[link.target]
    assert (group.kind, group.title) == (NodeKind.GROUP, "69 of 80 workloads")
    assert len(group.tooltip) == 1 + 60 + 1
    assert group.tooltip[-1] == "+9"
    assert "69 like connections are drawn as one for each card that lists its members." in shown.notes


def test_a_focus_on_a_hub_shows_each_of_its_links() -> None:
    assert len([link for link in seen(WATCHED, focus=WATCHER).links if link.source == WATCHER]) == 69


def test_a_changed_link_of_a_hub_is_drawn_and_the_others_stay_together() -> None:
    changed = WATCHED.pods[15].id
    shown = seen(WATCHED, without_watcher({changed}))
    drawn = {each.target: each.change for each in shown.links if each.source == WATCHER and each.before == tcp(9090)}
    assert drawn.pop(changed) is Change.REMOVED
    ((group, change),) = drawn.items()
    assert (shown.faces[group].title, change) == ("68 of 80 workloads", Change.SAME)
    assert group in seen(WATCHED).faces


def test_many_links_that_changed_alike_become_one_changed_link() -> None:
    ids = {p.id for p in WATCHED.pods[:40]}
    watched = [p.id for p in WATCHED.pods if (WATCHER, tcp(9090)) in (p.ingress or ())]
    shown = seen(WATCHED, without_watcher(ids))
    removed = [each for each in shown.links if each.source == WATCHER and each.change is Change.REMOVED]
    title = f"{sum(name in ids for name in watched)} of 80 workloads"
    assert [shown.faces[each.target].title for each in removed] == [title]
    assert [each.before for each in removed] == [tcp(9090)]


def test_opening_everything_is_two_arrows_and_not_two_for_each_card() -> None:
    shown = seen(closed(30), opened(30))
    assert {(link.source, link.change) for link in shown.links} == {
        ("any:workload", Change.ADDED),
        ("internet:any", Change.ADDED),
    }
    (group,) = {link.target for link in shown.links}
    assert shown.faces[group].title == "30 of 30 workloads"


def test_the_members_of_a_group_stay_where_they_were() -> None:
    places = [
        {node.id: (node.x, node.y) for node in build_picture(after, before, title="", what_if="").nodes}
        for before in [closed(30).matrix()]
        for after in (before, opened(30).matrix())
    ]
    assert places[0].items() <= places[1].items()


def test_a_small_picture_draws_unchanged_links_one_by_one() -> None:
    pods = [Pods(id=f"a/w{i}", ingress=(("a/hub", tcp(80)),), egress=()) for i in range(10)]
    shown = seen(World((*pods, Pods(id="a/hub", ingress=()))))
    assert len([link for link in shown.links if link.source == "a/hub"]) == 10


def test_what_stays_allowed_as_a_part_of_everything_is_not_drawn_one_by_one() -> None:
    pods = tuple(Pods(id=f"a/w{i}", ingress=tuple((f"a/w{j}", tcp(80)) for j in range(6))) for i in range(6))
    shown = seen(World(pods), World(tuple(replace(p, ingress=None) for p in pods)))
    assert {link.source for link in shown.links} == {"any:workload", "internet:any"}
    assert "30 connections are now part of what is open to everybody: not drawn one by one." in shown.notes
