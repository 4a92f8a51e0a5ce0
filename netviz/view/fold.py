"""Folds a matrix by the meaning of its rules into the connections that are worth drawing.

"Accepts everything" is one link from the card "Any workload", "may send everywhere" is a badge, and a link between two
cards says only what goes beyond that. Nothing that the what-if changed is folded away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from netviz.analysis.compare import now_unknown
from netviz.analysis.pairs import End, PairTable
from netviz.engine.matrix import Cell, PeerType, Side
from netviz.sets.connections import ALL_CONNECTIONS, NO_CONNECTIONS, ConnectionSet
from netviz.view.outside import AddressGroup, address_groups, representatives
from netviz.view.picture import Change, Counts
from netviz.view.text import visible
from netviz.view.words import connection_words

ANY_SOURCE: Final = "any:workload"
ANY_TARGET: Final = "any:workload:target"
INTERNET_SOURCE: Final = "internet:any"
INTERNET_TARGET: Final = "internet:any:target"
TARGET_SUFFIX: Final = ":target"
MOST_OPEN_DRAWN: Final = 12
MOST_COVERED_DRAWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One connection to draw, between card ids; `before` and `after` are what its label speaks of."""

    source: str
    target: str
    before: ConnectionSet
    after: ConnectionSet
    change: Change
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is drawn of a table: `ends` are the cards of pods and ingress controllers by id, `outside` the address cards
    by the id of the card on the left. Cards such as `ANY_SOURCE` exist where a link names them.
    """

    ends: Mapping[str, End]
    outside: Mapping[str, AddressGroup]
    links: tuple[Link, ...]
    notes: tuple[str, ...]


def fold(table: PairTable) -> Drawing:
    """The drawing of the whole table; every changed pair is visible through some link whose change is not SAME."""
    folding = _Folding(table=table, groups=representatives(address_groups(table)))
    explicit, needs_any, needs_outside, covered_note = _explicit_links(folding)
    incoming, open_note = _incoming_links(folding)
    outgoing, everywhere_notes = _outgoing_links(folding, needs_any, needs_outside)
    links = (*incoming, *explicit, *outgoing, *_unknown_links(folding))
    return Drawing(
        ends={e.id: e for e in table.ends if e.peer.type is not PeerType.ADDRESSES},
        outside={folding.card(i, source=True): group for i, group in folding.groups.items()},
        links=tuple(sorted(links, key=lambda link: (link.source, link.target, not link.certain))),
        notes=(*open_note, *everywhere_notes, *covered_note),
    )


def counted(table: PairTable) -> Counts:
    """The raw pairs of a table; pairs with an ingress controller are not counted."""
    controllers = {i for i, e in enumerate(table.ends) if e.peer.type is PeerType.INGRESS_CONTROLLER}
    cells = [pair for (i, j), pair in table.cells.items() if i not in controllers and j not in controllers]
    # There may be a million pairs, and most share their cells with many others: each two are looked at once.
    count_of = Counter((id(before), id(after)) for before, after in cells)
    changes: Counter[Change] = Counter()
    pairs = unknown = doubted = 0
    for (before, after), count in zip(_distinct(cells), count_of.values(), strict=True):
        pairs += count * bool(after.allow)
        unknown += count * bool(after.unknown)
        if before is not after and before != after and now_unknown(before, after):
            doubted += count
        else:
            changes[change_of(before.allow, after.allow)] += count
    return Counts(
        workloads=sum(end.pod_like for end in table.ends),
        pairs=pairs,
        unknown=unknown,
        added=changes[Change.ADDED],
        removed=changes[Change.REMOVED],
        changed=changes[Change.CHANGED],
        now_unknown=doubted,
    )


def _distinct(cells: Iterable[tuple[Cell, Cell]]) -> Iterable[tuple[Cell, Cell]]:
    """Those that are not the very same objects, in the order in which they are first met."""
    return {(id(before), id(after)): (before, after) for before, after in cells}.values()


def change_of(before: ConnectionSet, after: ConnectionSet) -> Change:
    """How one set became the other; two empty sets are the same."""
    if before == after:
        return Change.SAME
    if not before:
        return Change.ADDED
    return Change.CHANGED if after else Change.REMOVED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folding:
    table: PairTable
    groups: Mapping[int, AddressGroup]
    memo: dict[tuple[ConnectionSet, ConnectionSet, ConnectionSet], ConnectionSet] = field(default_factory=dict)
    told: dict[tuple[int, int], tuple[ConnectionSet, Change]] = field(default_factory=dict)

    def changed(self, before: Cell, after: Cell) -> tuple[ConnectionSet, Change]:
        """What a pair allowed before, without what is in doubt now, and how that became what it allows."""
        # By identity: the table keeps its cells, and most pairs share theirs.
        known = self.told.get((id(before), id(after)))
        if known is None:
            allowed = _allowed_before(before, after)
            known = self.told[id(before), id(after)] = allowed, change_of(allowed, after.allow)
        return known

    def pairs(self) -> Iterable[tuple[int, int, tuple[Cell, Cell]]]:
        """Every pair of cards with its cells; addresses only by the end that speaks for their card."""
        ends = self.table.ends
        hidden = {i for i, e in enumerate(ends) if e.peer.type is PeerType.ADDRESSES and i not in self.groups}
        return ((i, j, cells) for (i, j), cells in self.table.cells.items() if i not in hidden and j not in hidden)

    def internet(self, end: int) -> bool:
        """Whether the end speaks for the Internet card."""
        return end in self.groups and self.groups[end].internet

    def card(self, end: int, *, source: bool) -> str:
        """The id of the card of an end on the given side of a link."""
        group = self.groups.get(end)
        if group is None:
            return self.table.ends[end].id
        if group.internet:
            return INTERNET_SOURCE if source else INTERNET_TARGET
        family, first, _ = group.addresses.ranges()[0]
        return f"addresses:{family}:{first:x}{'' if source else TARGET_SUFFIX}"

    def residual(self, source: int, target: int, allow: ConnectionSet, *, old: bool) -> ConnectionSet:
        """What a pair allows beyond what both sides allow with everybody."""
        start, end = self.table.ends[source], self.table.ends[target]
        if not allow or start.peer.type is PeerType.INGRESS_CONTROLLER:
            return allow
        egress = (start.was if old else start.peer).egress
        ingress = (end.was if old else end.peer).ingress
        if source in self.groups:
            common = ALL_CONNECTIONS, ingress.any_outside
        elif target in self.groups:
            common = egress.any_outside, ALL_CONNECTIONS
        else:
            common = egress.any_pod, ingress.any_pod
        key = (allow, *common)
        if key not in self.memo:
            self.memo[key] = allow - (common[0] & common[1])
        return self.memo[key]


@dataclass(frozen=True, slots=True)
class _Explicit:
    """What is found: `links` to draw, those `covered` by a folded link with it and their source, and whose such links
    are needed.
    """

    links: list[Link] = field(default_factory=list)
    covered: list[tuple[Link, str, int]] = field(default_factory=list)
    needs: dict[str, set[int]] = field(default_factory=lambda: {"in": set(), "any": set(), "outside": set()})


def _explicit_links(folding: _Folding) -> tuple[list[Link], set[int], set[int], tuple[str, ...]]:
    """Links between two cards, the sources whose folded link must be drawn to show a change, and a note.

    A changed pair whose folded link shows the change, and that has nothing of its own left, is drawn too unless there
    are very many of that sort.
    """
    found = _Explicit()
    senders, receivers = _boundless(folding)
    for source, target, (before, after) in folding.pairs():
        if source in senders and target in receivers and before.allow == after.allow:
            continue
        if folding.internet(source):
            continue
        allowed, change = folding.changed(before, after)
        if folding.internet(target):
            start = folding.table.ends[source]
            if change is not Change.SAME and start.was.egress.any_outside != start.peer.egress.any_outside:
                found.needs["outside"].add(source)
        else:
            _add_explicit(folding, found, source, target, (allowed, after.allow, change))
    if len(found.covered) <= MOST_COVERED_DRAWN:
        links = [*found.links, *(link for link, _, _ in found.covered)]
        return links, found.needs["any"], found.needs["outside"], ()
    for _, shown, source in found.covered:
        found.needs[shown].add(source)
    note = f"{len(found.covered)} connections are now part of what is open to everybody: not drawn one by one."
    return found.links, found.needs["any"], found.needs["outside"], (note,)


def _add_explicit(
    folding: _Folding, found: _Explicit, source: int, target: int, told: tuple[ConnectionSet, ConnectionSet, Change]
) -> None:
    """Sort in one pair, given by what it allowed and allows: drawn, covered by a folded link, or neither."""
    allowed, allows, change = told
    was = folding.residual(source, target, allowed, old=True)
    now = folding.residual(source, target, allows, old=False)
    if change is Change.SAME and not was and not now:
        return
    shown = "" if change is Change.SAME or now else _shown_by_fold(folding, source, target, change)
    if shown and not was:
        found.needs[shown].add(source)
        return
    if change is not Change.SAME:
        was, now = allowed, allows
    link = Link(
        source=folding.card(source, source=True),
        target=folding.card(target, source=False),
        before=was or now if change is Change.SAME else was,
        after=now or was if change is Change.SAME else now,
        change=change,
    )
    if shown and allows:
        found.covered.append((link, shown, source))
    else:
        found.links.append(link)


def _boundless(folding: _Folding) -> tuple[set[int], set[int]]:
    """Who may send to, and who accepts from, every pod on everything, before and after: nothing goes beyond that."""
    pods = [(i, end) for i, end in enumerate(folding.table.ends) if end.pod_like]
    senders = {i for i, e in pods if e.was.egress.any_pod == e.peer.egress.any_pod == ALL_CONNECTIONS}
    receivers = {i for i, e in pods if e.was.ingress.any_pod == e.peer.ingress.any_pod == ALL_CONNECTIONS}
    return senders, receivers


def _shown_by_fold(folding: _Folding, source: int, target: int, change: Change) -> str:
    """Which folded link shows a changed pair: of the target ("in"), of the source ("any", "outside"), or none ("")."""
    start, end = folding.table.ends[source], folding.table.ends[target]
    into, out = end.peer.ingress, start.peer.egress
    was, was_outside = _sure_before(end.was.ingress, into)
    sent, sent_outside = _sure_before(start.was.egress, out)
    if source in folding.groups:
        return "in" if was_outside != into.any_outside else ""
    if target in folding.groups:
        return "outside" if sent_outside != out.any_outside else ""
    now = into.any_pod
    source_changed = sent != out.any_pod
    agrees = {Change.ADDED: not now <= was, Change.REMOVED: not was <= now}.get(change, was != now)
    if agrees or (was != now and not source_changed):
        return "in"
    return "any" if source_changed else ""


def _sure_before(was: Side, now: Side) -> tuple[ConnectionSet, ConnectionSet]:
    """What a side had open to all pods and to the outside, without what is in doubt now."""
    if now.isolated is None:
        return was.any_pod & now.any_pod, was.any_outside & now.any_outside
    return was.any_pod, was.any_outside


def _incoming_links(folding: _Folding) -> tuple[list[Link], tuple[str, ...]]:
    """Links from "Any workload" and from the Internet; many open cards become a sentence instead."""
    with_internet = {target: cells for source, target, cells in folding.pairs() if folding.internet(source)}
    ends = [(i, end) for i, end in enumerate(folding.table.ends) if end.pod_like and end.peer.living]
    open_now = sum(_open(end.peer.ingress) for _, end in ends)
    # Both states count: a what-if that closes some must not bring the lines of all others back.
    many = max(open_now, sum(_open(end.was.ingress) for _, end in ends)) > MOST_OPEN_DRAWN
    links: list[Link] = []
    for i, end in ends:
        was, now = end.was.ingress, end.peer.ingress
        pods, outside, after = _open_to(was, now, with_internet.get(i, (Cell(), Cell())))
        found = [
            _folded_link(ANY_SOURCE, end.id, pods, now.any_pod),
            _folded_link(INTERNET_SOURCE, end.id, outside, after),
        ]
        told = many and _open(was) and _open(now)
        links.extend(link for link in found if link and not (told and link.change is Change.SAME))
    if not many:
        return links, ()
    return links, (f"{open_now} {ends[0][1].peer.type.value}s accept everything: see their open lock.",)


def _outgoing_links(
    folding: _Folding, needs_any: set[int], needs_outside: set[int]
) -> tuple[list[Link], tuple[str, ...]]:
    """Links to "Any workload" and to the Internet; what a card may send to everybody is its badge and a sentence."""
    with_internet = {source: cells for source, target, cells in folding.pairs() if folding.internet(target)}
    links: list[Link] = []
    everywhere: dict[ConnectionSet, list[str]] = {}
    for i, end in enumerate(folding.table.ends):
        if not end.pod_like or not end.peer.living:
            continue
        was, now = end.was.egress, end.peer.egress
        extra = with_internet.get(i, (Cell(), Cell()))
        pods, *reach = _open_to(was, now, extra)
        both = now.any_pod & now.any_outside
        if both and both != ALL_CONNECTIONS:
            everywhere.setdefault(both, []).append(end.peer.name)
        if i in needs_any or not was.any_pod <= was.any_outside or not now.any_pod <= now.any_outside:
            links.extend(filter(None, [_folded_link(end.id, ANY_TARGET, pods, now.any_pod)]))
        if i in needs_outside or _beyond_badge(was, extra[0]) or _beyond_badge(now, extra[1]):
            links.extend(filter(None, [_folded_link(end.id, INTERNET_TARGET, *reach)]))
    return links, tuple(
        f"May send {connection_words(ports)} to everybody: {_some_names(names)}." for ports, names in everywhere.items()
    )


def _unknown_links(folding: _Folding) -> list[Link]:
    """Links for what cannot be decided; where one end's own state is unknown its links fold into one from everybody."""
    found: dict[tuple[str, str], tuple[ConnectionSet, ConnectionSet]] = {}
    ends = folding.table.ends
    for source, target, (before, after) in folding.pairs():
        if not before.unknown and not after.unknown:
            continue
        start, end = folding.card(source, source=True), folding.card(target, source=False)
        if None in (ends[target].peer.ingress.isolated, ends[target].was.ingress.isolated):
            start = INTERNET_SOURCE if source in folding.groups else start if _controller(ends[source]) else ANY_SOURCE
        elif None in (ends[source].peer.egress.isolated, ends[source].was.egress.isolated):
            end = INTERNET_TARGET if target in folding.groups else ANY_TARGET
        was, now = found.get((start, end), (NO_CONNECTIONS, NO_CONNECTIONS))
        found[start, end] = (was | before.unknown, now | after.unknown)
    return [
        Link(source=s, target=t, before=was, after=now, change=change_of(was, now), certain=False)
        for (s, t), (was, now) in found.items()
    ]


def _allowed_before(before: Cell, after: Cell) -> ConnectionSet:
    """What a pair allowed before, without what cannot be decided any more: that is not denied now, and not removed."""
    return after.allow if now_unknown(before, after) else before.allow


def _open_to(
    was: Side, now: Side, internet: tuple[Cell, Cell]
) -> tuple[ConnectionSet, ConnectionSet, ConnectionSet]:
    """What one side had open to all pods, and to the Internet before and now; without what is in doubt now."""
    before, after = internet
    pods, outside = _sure_before(was, now)
    return pods, outside | _allowed_before(before, after), now.any_outside | after.allow


def _beyond_badge(side: Side, internet: Cell) -> bool:
    """Whether the Internet may be reached by more than what the badge already says about everybody."""
    return not side.any_outside <= side.any_pod or not internet.allow <= side.any_outside


def _controller(end: End) -> bool:
    return end.peer.type is PeerType.INGRESS_CONTROLLER


def _open(side: Side) -> bool:
    return side.isolated is False and side.any_pod == side.any_outside == ALL_CONNECTIONS


def _folded_link(source: str, target: str, before: ConnectionSet, after: ConnectionSet) -> Link | None:
    if not before and not after:
        return None
    return Link(source=source, target=target, before=before, after=after, change=change_of(before, after))


def _some_names(names: list[str]) -> str:
    return ", ".join(visible(name) for name in names) if len(names) <= 4 else f"{len(names)} cards with a globe"
