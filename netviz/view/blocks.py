"""Takes address blocks together where so many are drawn that they would stand in one tall column."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from netviz.sets.connections import NO_CONNECTIONS
from netviz.view.cards import Face
from netviz.view.fold import Link, change_of
from netviz.view.picture import Change, NodeKind
from netviz.view.words import connection_words

MOST_BLOCKS: Final = 12
"""More cards of addresses than that on one side of a picture are not drawn one by one."""
_MOST_GROUPS: Final = 24
_LISTED: Final = 60


def with_few_blocks(
    cards: Mapping[str, Face], links: Sequence[Link]
) -> tuple[tuple[Link, ...], dict[str, Face], tuple[str, ...]]:
    """Links, new cards and a sentence: blocks that are connected with the same cards have become one card.

    A link of such a card carries what any of its blocks may use, and the card says which may use what. Blocks with a
    changed link stay as they are, or are a card of their own where they are many.
    """
    homes: dict[str, Face] = {}
    for outgoing in (True, False):
        homes |= _homes(cards, links, outgoing=outgoing)
    if not homes:
        return tuple(links), {}, ()
    united: dict[tuple[str, str, bool], list[Link]] = {}
    for link in links:
        source, target = (homes[c].id if c in homes else c for c in (link.source, link.target))
        united.setdefault((source, target, link.certain), []).append(link)
    found = [_united(*key, members) for key, members in united.items()]
    note = f"{len(homes)} address blocks are drawn as one for each card that lists its members."
    return tuple(found), {face.id: face for face in homes.values()}, (note,)


def _homes(cards: Mapping[str, Face], links: Sequence[Link], *, outgoing: bool) -> dict[str, Face]:
    """The card that each block of one side goes into; none where there are few."""
    ends: dict[str, list[tuple[str, Link]]] = {}
    for link in links:
        block, other = (link.target, link.source) if outgoing else (link.source, link.target)
        if cards[block].kind is NodeKind.ADDRESSES:
            ends.setdefault(block, []).append((other, link))
    if len(ends) <= MOST_BLOCKS:
        return {}
    changed = {block for block, found in ends.items() if any(link.change is not Change.SAME for _, link in found)}
    single = changed if len(changed) <= MOST_BLOCKS else set[str]()
    groups: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for block, found in ends.items():
        if block not in single:
            # By what they were connected with: a what-if does not move a block from group to group.
            others = {other for other, link in found if link.before} or {other for other, _ in found}
            groups.setdefault((block in changed, tuple(sorted(others))), []).append(block)
    if len(groups) > _MOST_GROUPS:
        together: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
        for (flag, _), blocks in groups.items():
            together.setdefault((flag, ()), []).extend(blocks)
        groups = together
    side = "target" if outgoing else "source"
    return {
        block: face
        for (flag, others), blocks in groups.items()
        if len(blocks) > 1
        for face in [_face(side, flag, others, [(cards[b], [link for _, link in ends[b]]) for b in blocks])]
        for block in blocks
    }


def _face(side: str, changed: bool, others: Sequence[str], members: Sequence[tuple[Face, Sequence[Link]]]) -> Face:
    name = hashlib.sha256("\n".join((str(changed), *others)).encode("utf-8", "replace")).hexdigest()[:16]
    title = f"{len(members)} address blocks"
    lines = [f"{face.title}: {_ports(links)}" for face, links in members]
    more = [f"+{len(lines) - _LISTED}"] if len(lines) > _LISTED else []
    return Face(
        id=f"blocks:{side}:{name}",
        kind=NodeKind.GROUP,
        title=title,
        subtitle="some each, listed on click",
        namespace="",
        icon="globe",
        tooltip=(title, *lines[:_LISTED], *more),
        example=members[0][0].peer,
    )


def _ports(links: Sequence[Link]) -> str:
    ports = NO_CONNECTIONS
    for link in links:
        ports |= link.after or link.before
    return connection_words(ports)


def _united(source: str, target: str, certain: bool, members: Sequence[Link]) -> Link:
    before, after = NO_CONNECTIONS, NO_CONNECTIONS
    for member in members:
        before, after = before | member.before, after | member.after
    change = change_of(before, after)
    if change is Change.SAME and any(member.change is not Change.SAME for member in members):
        change = Change.CHANGED
    if len(members) == 1:
        return replace(members[0], source=source, target=target)
    return replace(members[0], source=source, target=target, before=before, after=after, change=change)
