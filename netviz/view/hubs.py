"""Tames cards that have the same connection to very many others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from netviz.sets.connections import ConnectionSet
from netviz.view.cards import Face
from netviz.view.fold import Link
from netviz.view.picture import Change, NodeKind
from netviz.view.settings import MOST_LINKS
from netviz.view.words import connection_words

CARDS_OF_PODS: Final = frozenset({NodeKind.WORKLOAD, NodeKind.NAMESPACE})
LARGE: Final = 40
HUB: Final = 20
_SMALLER_HUBS: Final = (20, 12, 8, 5)

_Hub = tuple[str, str, ConnectionSet]
"""Which end of its links ("source" or "target"), the card, and what all these links have in common."""


def without_hubs(
    cards: Mapping[str, Face], links: Sequence[Link], hubs: str = "auto"
) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """More than `HUB` like connections of one card become a sentence: if `hubs` is folded, or auto and the picture has
    more than `LARGE` cards.

    What the what-if changed stays drawn; changed links count too, so that a what-if does not bring the others back.
    """
    large = sum(face.kind in CARDS_OF_PODS for face in cards.values()) > LARGE
    if hubs == "drawn" or (hubs == "auto" and not large):
        return tuple(links), ()
    return _folded(cards, links, HUB)


def few_enough(cards: Mapping[str, Face], links: Sequence[Link]) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """At most `MOST_LINKS` links: smaller and smaller hubs become sentences; what is then too much is only counted."""
    kept, notes = tuple(links), tuple[str, ...]()
    for threshold in _SMALLER_HUBS:
        if len(kept) <= MOST_LINKS:
            return kept, notes
        kept, found = _folded(cards, kept, threshold)
        notes += found
    if len(kept) <= MOST_LINKS:
        return kept, notes
    ranked = sorted(kept, key=lambda link: (link.change is Change.SAME, link.source, link.target))
    left = len(kept) - MOST_LINKS
    return tuple(ranked[:MOST_LINKS]), (*notes, f"{left:,} more connections are not drawn: filter to see them.")


def _folded(
    cards: Mapping[str, Face], links: Sequence[Link], threshold: int
) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    counts: dict[_Hub, int] = {}
    for link in links:
        for hub in _hubs_of(link, cards):
            counts[hub] = counts.get(hub, 0) + 1
    hubs = {hub: count for hub, count in counts.items() if count > threshold}
    kept = tuple(
        link
        for link in links
        if link.change is not Change.SAME or not any(hub in hubs for hub in _hubs_of(link, cards))
    )
    notes = tuple(_sentence(cards, hub, count) for hub, count in sorted(hubs.items(), key=lambda item: item[0][:2]))
    return kept, notes


def _hubs_of(link: Link, cards: Mapping[str, Face]) -> list[_Hub]:
    if not link.certain or any(cards[card].kind not in CARDS_OF_PODS for card in (link.source, link.target)):
        return []
    ports = {link.before, link.after} - {ConnectionSet()}
    return [hub for p in ports for hub in (("source", link.source, p), ("target", link.target, p))]


def _sentence(cards: Mapping[str, Face], hub: _Hub, count: int) -> str:
    end, card, ports = hub
    name, words = cards[card].title, connection_words(ports)
    if end == "source":
        return f"{name} may reach {count} others on {words}: not drawn, focus on it to see them."
    return f"{name} may be reached by {count} others on {words}: not drawn, focus on it to see them."
