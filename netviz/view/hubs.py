"""Takes the like connections of one card together: one arrow, and one card that lists who is at its other end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from netviz.sets.connections import ConnectionSet
from netviz.view.cards import Face
from netviz.view.fold import Link
from netviz.view.picture import Change, NodeKind
from netviz.view.settings import MOST_LINKS
from netviz.view.words import connection_words

CARDS_OF_PODS: Final = frozenset({NodeKind.WORKLOAD, NodeKind.NAMESPACE})
SMALL: Final = 12
"""In pictures of so many cards all that did not change is drawn one by one."""
_FEWEST: Final = 7
_MOST: Final = 20
_SMALLER_HUBS: Final = (12, 8, 5)
_LISTED: Final = 60
_ENDS: Final = ("source", "target")

Folded = tuple[tuple[Link, ...], dict[str, Face], tuple[str, ...]]
"""The links to draw, the faces of the cards that they need besides, and sentences about what was folded."""

_Hub = tuple[int, str, ConnectionSet, bool]
"""Which end of its links the card is (0 source, 1 target), the card, what its links allow now or before, and whether
that is certain.
"""
_Case = tuple[Change, ConnectionSet, ConnectionSet]


def without_hubs(cards: Mapping[str, Face], links: Sequence[Link], hubs: str = "auto") -> Folded:
    """More than a handful of like connections of one card become one: unless `hubs` is drawn, and if it is auto only
    in a picture of more than `SMALL` cards, or where the what-if changed them.

    Like links allow the same and changed in the same way, so that the one arrow allows what each of them does. A card
    is a hub by what its links allow now or before: a what-if that changes some of them does not bring the others back.
    """
    if hubs == "drawn":
        return tuple(links), {}, ()
    size = _size(cards)
    return _grouped(cards, links, max(_FEWEST, min(_MOST, size // 3)), only_changes=hubs == "auto" and size <= SMALL)


def few_enough(cards: Mapping[str, Face], links: Sequence[Link]) -> Folded:
    """At most `MOST_LINKS` links: smaller and smaller hubs become one link; what is then too much is only counted."""
    kept, notes = tuple(links), tuple[str, ...]()
    groups: dict[str, Face] = {}
    for threshold in _SMALLER_HUBS:
        if len(kept) <= MOST_LINKS:
            return kept, groups, notes
        kept, more, found = _grouped(cards, kept, threshold, only_changes=False)
        groups |= more
        cards = {**cards, **more}
        notes += found
    if len(kept) <= MOST_LINKS:
        return kept, groups, notes
    ranked = sorted(kept, key=lambda link: (link.change is Change.SAME, link.source, link.target))
    left = len(kept) - MOST_LINKS
    return tuple(ranked[:MOST_LINKS]), groups, (*notes, f"{left:,} more connections are not drawn: filter to see them.")


def _grouped(cards: Mapping[str, Face], links: Sequence[Link], most: int, *, only_changes: bool) -> Folded:
    """The links of hubs, which have more than `most` like ones, taken together; the largest hub first."""
    size = _size(cards)
    taken: set[tuple[str, str, bool]] = set()
    folded: list[Link] = []
    groups: dict[tuple[str, ...], Face] = {}
    for hub, members in _hubs(cards, links, most):
        cases: dict[_Case, list[Link]] = {}
        for link in members:
            if _key(link) not in taken:
                cases.setdefault((link.change, link.before, link.after), []).append(link)
        for case, alike in cases.items():
            if len(alike) <= min(_FEWEST, most) or (only_changes and case[0] is Change.SAME):
                continue
            taken |= {_key(link) for link in alike}
            others = sorted(link.target if hub[0] == 0 else link.source for link in alike)
            # Hubs that have all their members in common share a card.
            face = groups.setdefault((_ENDS[hub[0]], *others), _group_face(hub, case, [cards[c] for c in others], size))
            end = replace(alike[0], target=face.id) if hub[0] == 0 else replace(alike[0], source=face.id)
            folded.append(end)
    if not taken:
        return tuple(links), {}, ()
    note = f"{len(taken):,} like connections are drawn as one for each card that lists its members."
    kept = [link for link in links if _key(link) not in taken]
    return (*kept, *folded), {face.id: face for face in groups.values()}, (note,)


def _hubs(cards: Mapping[str, Face], links: Sequence[Link], most: int) -> list[tuple[_Hub, list[Link]]]:
    members: dict[_Hub, list[Link]] = {}
    for link in links:
        for hub in _hubs_of(link, cards):
            members.setdefault(hub, []).append(link)
    found = [(hub, alike) for hub, alike in members.items() if len(alike) > most]
    return sorted(found, key=lambda item: (-len(item[1]), _words(item[0])))


def _hubs_of(link: Link, cards: Mapping[str, Face]) -> Iterable[_Hub]:
    ports = {link.before, link.after} - {ConnectionSet()}
    for end, card, other in ((0, link.source, link.target), (1, link.target, link.source)):
        if cards[other].kind in CARDS_OF_PODS:
            yield from ((end, card, p, link.certain) for p in ports)


def _key(link: Link) -> tuple[str, str, bool]:
    return link.source, link.target, link.certain


def _size(cards: Mapping[str, Face]) -> int:
    return sum(face.kind in CARDS_OF_PODS for face in cards.values())


def _words(hub: _Hub) -> tuple[str, ...]:
    return _ENDS[hub[0]], hub[1], connection_words(hub[2]), str(hub[3])


def _group_face(hub: _Hub, case: _Case, members: Sequence[Face], size: int) -> Face:
    """The card of a group. Its id depends on the hub and what happened, not on the members: it keeps its place when
    a what-if takes some away.
    """
    change, before, after = case
    changed = () if change is Change.SAME else (change.value, *(connection_words(p) for p in (before, after) if p))
    title = f"{len(members)} of {size} {members[0].unit}s"
    names = [f"{face.namespace}/{face.title}" if face.namespace != face.title else face.title for face in members]
    more = [f"+{len(names) - _LISTED}"] if len(names) > _LISTED else []
    return Face(
        id="group:" + ":".join((*_words(hub), *changed)),
        kind=NodeKind.GROUP,
        title=title,
        subtitle="each of them, listed on click",
        namespace="",
        icon="stack",
        tooltip=(title, *names[:_LISTED], *more),
        example=members[0].peer,
    )
