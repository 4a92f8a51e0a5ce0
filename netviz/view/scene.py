"""Which cards and connections one picture shows: everything, what the filters leave, or the neighbourhood of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from netviz.analysis.pairs import PairTable
from netviz.engine.matrix import PeerType
from netviz.sets.connections import ALL_CONNECTIONS, ConnectionSet
from netviz.view.blocks import with_few_blocks
from netviz.view.cards import Face, faces
from netviz.view.filters import CardLabels, Chosen, carrying, chosen, found, limited, passes, wanted_connections
from netviz.view.fold import Drawing, Link, counted, fold
from netviz.view.gather import gathered, namespace_card, namespace_face
from netviz.view.hubs import CARDS_OF_PODS, few_enough, without_hubs
from netviz.view.picture import Change, Counts
from netviz.view.settings import MOST_CARDS, ViewSettings
from netviz.view.text import visible

PLAIN: Final = ViewSettings()
NO_LABELS: Final[CardLabels] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The cards by id and the links between them. `sides` is the column of each card of a focus view, None for others.

    `colours` numbers the boxes of the whole table, so that a namespace has one colour in every view. `whole` counts
    what there is without filters, `found` are the cards that the search lights up.
    """

    faces: Mapping[str, Face]
    links: tuple[Link, ...]
    colours: Mapping[str, int]
    counts: Counts
    whole: Counts
    notes: tuple[str, ...]
    sides: Mapping[str, int] | None = None
    found: frozenset[str] = frozenset()


def scene(
    table: PairTable, view: ViewSettings = PLAIN, labels: CardLabels = NO_LABELS, whole: Counts | None = None
) -> Scene:
    """The scene of a table as the settings ask for it; UsageError for a port or protocol that is none.

    `whole` counts what there is, where the table holds only a part of it.

    With a focus only what is within `hops` connections of that peer, callers left of it. Which cards of pods are shown
    depends on the baseline alone, unless only changes are asked for.
    """
    drawing = fold(table)
    cards = _labelled(faces(drawing), view, labels)
    picked = chosen(cards, view, labels)
    notes: list[str] = []
    if view.focus not in cards:
        picked, too_many = limited(picked, cards, _degrees(table) if len(picked.passed) > MOST_CARDS else {})
        notes += too_many
    wanted = wanted_connections(view)
    direction = "" if view.focus in cards else view.direction
    links = tuple(link for link in carrying(drawing.links, wanted) if _is_drawn(link, cards, picked, direction))
    if view.namespaces and not view.neighbours:
        notes.append(_hidden_note(drawing, cards, picked, view.namespaces))
    cards, links, gather_notes = _with_gathered(cards, links, picked)
    notes += gather_notes
    links, groups, block_notes = with_few_blocks(cards, links)
    cards |= groups
    notes += block_notes
    sides: dict[str, int] | None = None
    near: set[str] = set()
    if view.focus in cards:
        sides, near, links = _neighbourhood(cards, links, view.focus, view.hops, view.direction)
        shown = {card for link in links for card in (link.source, link.target)} | {view.focus}
    else:
        if view.focus:
            notes.append(f"{visible(view.focus)} is not in this view: everything is shown.")
        links, groups, hub_notes = without_hubs(cards, links, view.hubs)
        cards |= groups
        notes += hub_notes
        shown = _pod_cards(cards, picked, view, links)
    links, groups, cut_notes = few_enough(cards, links)
    cards |= groups
    notes += cut_notes
    if view.only_changes:
        links = tuple(link for link in links if link.change is not Change.SAME)
        shown &= _changed_cards(cards, links) | {view.focus}
    named = {card for link in links for card in (link.source, link.target)}
    kept = {i: f for i, f in cards.items() if (i in shown if f.kind in CARDS_OF_PODS else i in named)}
    everything = counted(table) if whole is None else None
    part = _restricted(table, picked, set(kept), near, wanted, direction)
    return Scene(
        faces=kept,
        links=links,
        colours={name: i for i, name in enumerate(sorted({face.box for face in cards.values()} - {""}))},
        counts=everything if everything and part is table else counted(part),
        whole=whole or everything or Counts(),
        notes=(*filter(None, notes), *drawing.notes),
        sides=sides,
        found=found(kept, view.search, labels),
    )


def _labelled(cards: Mapping[str, Face], view: ViewSettings, labels: CardLabels) -> dict[str, Face]:
    """The cards named and grouped by the values of labels; one without the label keeps its name, and stands apart."""
    if not view.name_label and not view.group_label:
        return dict(cards)
    return {card: _relabelled(face, view, labels[card]) if card in labels else face for card, face in cards.items()}


def _relabelled(face: Face, view: ViewSettings, own: Mapping[str, str]) -> Face:
    title = visible(own.get(view.name_label, "")) or face.title
    group = own.get(view.group_label, f"no {view.group_label}") if view.group_label else ""
    return replace(face, title=title, group=group, grouped_by=view.group_label)


def _degrees(table: PairTable) -> Counter[str]:
    """How many pairs of the baseline each end is in."""
    degrees: Counter[str] = Counter()
    for (i, j), (before, _) in table.cells.items():
        if before:
            degrees[table.ends[i].id] += 1
            degrees[table.ends[j].id] += 1
    return degrees


def _is_drawn(link: Link, cards: Mapping[str, Face], picked: Chosen, direction: str) -> bool:
    ends = (link.source, link.target)
    if any(cards[card].kind in CARDS_OF_PODS and card not in picked.passed for card in ends):
        return False
    return passes(*ends, picked, direction)


def _with_gathered(
    cards: Mapping[str, Face], links: tuple[Link, ...], picked: Chosen
) -> tuple[dict[str, Face], tuple[Link, ...], list[str]]:
    """Cards and links with one card for each gathered namespace, and what that hides."""
    if not picked.gathered:
        return dict(cards), links, []
    homes: dict[str, list[Face]] = {}
    for card, home in picked.gathered.items():
        homes.setdefault(home, []).append(cards[card])
    together = {namespace_card(home): namespace_face(home, members) for home, members in homes.items()}
    links, hidden = gathered(links, picked.gathered)
    word = "1 change does" if hidden == 1 else f"{hidden:,} changes do"
    notes = [f"{word} not show, because a card stands for a whole namespace."] if hidden else []
    return {**{c: f for c, f in cards.items() if c not in picked.gathered}, **together}, links, notes


def _pod_cards(cards: Mapping[str, Face], picked: Chosen, view: ViewSettings, links: Sequence[Link]) -> set[str]:
    """The cards of pods that are shown: what was asked for, and neighbours that are linked to it."""
    linked = {card for link in links for card in (link.source, link.target)}
    asked = (picked.alone - picked.outer) | {namespace_card(picked.gathered[c]) for c in picked.inner - picked.alone}
    around = {card for card in linked if cards[card].kind in CARDS_OF_PODS}
    return set(asked) | (around if view.neighbours else set())


def _changed_cards(cards: Mapping[str, Face], links: Sequence[Link]) -> set[str]:
    linked = {card for link in links for card in (link.source, link.target)}
    return linked | {
        card
        for card, face in cards.items()
        if (face.ingress, face.egress) != (face.ingress_before, face.egress_before)
    }


def _restricted(
    table: PairTable, picked: Chosen, shown: Collection[str], near: set[str], wanted: ConnectionSet, direction: str
) -> PairTable:
    """The pairs that the picture is about; with `near` only those with one of these cards."""

    def card(end_id: str) -> str:
        return namespace_card(picked.gathered[end_id]) if end_id in picked.gathered else end_id

    at = [card(end.id) for end in table.ends]
    kept = [end.peer.type is PeerType.ADDRESSES or at[i] in shown for i, end in enumerate(table.ends)]
    if all(kept) and not near and not picked.gathered and not direction and wanted == ALL_CONNECTIONS:
        return table
    carries = _carrier(wanted)
    numbers = {old: new for new, old in enumerate(i for i, keep in enumerate(kept) if keep)}
    return PairTable(
        ends=tuple(table.ends[i] for i in numbers),
        cells={
            (numbers[i], numbers[j]): cells
            for (i, j), cells in table.cells.items()
            if i in numbers
            and j in numbers
            and (not near or at[i] in near or at[j] in near)
            and passes(table.ends[i].id, table.ends[j].id, picked, direction)
            and (carries is None or any(carries(part) for cell in cells for part in (cell.allow, cell.unknown)))
        },
    )


def _carrier(wanted: ConnectionSet) -> Callable[[ConnectionSet], bool] | None:
    if wanted == ALL_CONNECTIONS:
        return None
    known: dict[ConnectionSet, bool] = {}

    def carries(connections: ConnectionSet) -> bool:
        if connections not in known:
            known[connections] = bool(connections & wanted)
        return known[connections]

    return carries


def _hidden_note(drawing: Drawing, cards: Mapping[str, Face], picked: Chosen, namespaces: Sequence[str]) -> str:
    pods = {card for card, face in cards.items() if face.kind in CARDS_OF_PODS}
    hidden = [
        link
        for link in drawing.links
        if {link.source, link.target} <= pods and (link.source in picked.passed) != (link.target in picked.passed)
    ]
    if not hidden:
        return ""
    changed = sum(link.change is not Change.SAME for link in hidden)
    which = ", ".join(visible(name) for name in sorted(namespaces))
    changes = f", {changed} of them changed" if changed else ""
    return f"Only {which}: {len(hidden)} connections with other namespaces are not drawn{changes}."


def _neighbourhood(
    cards: Mapping[str, Face], links: Sequence[Link], focus: str, hops: int, direction: str
) -> tuple[dict[str, int], set[str], tuple[Link, ...]]:
    """The column of each card, the cards whose links are all shown, and these links; folded cards lead nowhere."""
    sides = {focus: 0}
    near = {focus}
    edge = {focus}
    for distance in range(1, max(1, hops) + 1):
        reached: dict[str, int] = {}
        for link in links:
            if direction != "ingress" and link.source in edge and link.target not in sides and sides[link.source] >= 0:
                reached[link.target] = distance
            if direction != "egress" and link.target in edge and link.source not in sides and sides[link.target] <= 0:
                reached.setdefault(link.source, -distance)
        if distance <= max(1, hops) - 1:
            near |= {card for card in reached if cards[card].kind in CARDS_OF_PODS}
        sides |= reached
        edge = {card for card in reached if cards[card].kind in CARDS_OF_PODS}
    kept = tuple(
        link
        for link in links
        if link.source in sides
        and link.target in sides
        and (link.source in near or link.target in near)
        and _leads(link, focus, direction)
    )
    return sides, near, kept


def _leads(link: Link, focus: str, direction: str) -> bool:
    """A pair that talks both ways is in both directions only once."""
    if direction == "ingress":
        return link.source != focus
    return link.target != focus if direction == "egress" else True
