"""Which cards and connections one picture shows: everything, some namespaces, or the neighbourhood of one peer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netviz.analysis.pairs import PairTable
from netviz.engine.matrix import PeerType
from netviz.view.cards import Face, faces
from netviz.view.fold import Drawing, Link, counted, fold
from netviz.view.hubs import CARDS_OF_PODS, without_hubs
from netviz.view.picture import Change, Counts
from netviz.view.text import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The cards by id and the links between them. `sides` is the column of each card of a focus view, None for others.

    `colours` numbers the namespaces of the whole table, so that a namespace has one colour in every view.
    """

    faces: Mapping[str, Face]
    links: tuple[Link, ...]
    colours: Mapping[str, int]
    counts: Counts
    notes: tuple[str, ...]
    sides: Mapping[str, int] | None = None


def scene(table: PairTable, *, namespaces: Sequence[str] = (), focus: str = "", hops: int = 1) -> Scene:
    """The scene of a table. With `focus` only what is within `hops` connections of that peer, callers left of it."""
    drawing = fold(table)
    cards = faces(drawing)
    links = drawing.links
    sides: dict[str, int] | None = None
    near: set[str] = set()
    notes: list[str] = []
    shown = set(cards)
    if namespaces:
        shown = {i for i, face in cards.items() if face.kind not in CARDS_OF_PODS or face.namespace in namespaces}
        links = tuple(link for link in links if link.source in shown and link.target in shown)
        notes.append(_hidden_note(drawing, shown, namespaces))
    if focus in shown:
        sides, near, links = _neighbourhood(cards, links, focus, hops)
        shown &= {card for link in links for card in (link.source, link.target)} | {focus}
    else:
        if focus:
            notes.append(f"{visible(focus)} is not in this view: everything is shown.")
        links, hub_notes = without_hubs({i: cards[i] for i in shown}, links)
        notes += hub_notes
    named = {card for link in links for card in (link.source, link.target)}
    kept = {i: f for i, f in cards.items() if i in shown and (f.kind in CARDS_OF_PODS or i in named)}
    names = sorted({face.namespace for face in cards.values()} - {""})
    return Scene(
        faces=kept,
        links=links,
        colours={name: i for i, name in enumerate(names)},
        counts=counted(_restricted(table, set(kept), near)),
        notes=(*filter(None, notes), *drawing.notes),
        sides=sides,
    )


def _restricted(table: PairTable, cards: set[str], near: set[str]) -> PairTable:
    """The table without the pods that are not shown; with `near` only pairs with one of these cards."""
    kept = [end.peer.type is PeerType.ADDRESSES or end.id in cards for end in table.ends]
    if all(kept) and not near:
        return table
    numbers = {old: new for new, old in enumerate(i for i, keep in enumerate(kept) if keep)}
    return PairTable(
        ends=tuple(table.ends[i] for i in numbers),
        cells={
            (numbers[i], numbers[j]): cells
            for (i, j), cells in table.cells.items()
            if i in numbers and j in numbers and (not near or table.ends[i].id in near or table.ends[j].id in near)
        },
    )


def _hidden_note(drawing: Drawing, shown: set[str], namespaces: Sequence[str]) -> str:
    hidden = [link for link in drawing.links if (link.source in shown) != (link.target in shown)]
    if not hidden:
        return ""
    changed = sum(link.change is not Change.SAME for link in hidden)
    which = ", ".join(visible(name) for name in sorted(namespaces))
    changes = f", {changed} of them changed" if changed else ""
    return f"Only {which}: {len(hidden)} connections with other namespaces are not drawn{changes}."


def _neighbourhood(
    cards: Mapping[str, Face], links: Sequence[Link], focus: str, hops: int
) -> tuple[dict[str, int], set[str], tuple[Link, ...]]:
    """The column of each card, the cards whose links are all shown, and these links; folded cards lead nowhere."""
    sides = {focus: 0}
    near = {focus}
    edge = {focus}
    for distance in range(1, max(1, hops) + 1):
        found: dict[str, int] = {}
        for link in links:
            if link.source in edge and link.target not in sides and sides[link.source] >= 0:
                found[link.target] = distance
            if link.target in edge and link.source not in sides and sides[link.target] <= 0:
                found.setdefault(link.source, -distance)
        if distance <= max(1, hops) - 1:
            near |= {card for card in found if cards[card].kind in CARDS_OF_PODS}
        sides |= found
        edge = {card for card in found if cards[card].kind in CARDS_OF_PODS}
    kept = tuple(
        link
        for link in links
        if link.source in sides and link.target in sides and (link.source in near or link.target in near)
    )
    return sides, near, kept
