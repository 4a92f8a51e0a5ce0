"""Which cards and connections the view settings leave, and which namespaces become one card."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from netviz.analysis.pairs import POD_LIKE
from netviz.engine.matrix import PeerType, ReachabilityMatrix
from netviz.errors import UsageError
from netviz.sets.connections import ALL_CONNECTIONS, NO_CONNECTIONS, PORT_PROTOCOLS, PROTOCOL_NAMES, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.view.cards import Face
from netviz.view.fold import Link
from netviz.view.hubs import CARDS_OF_PODS
from netviz.view.picture import Counts, NodeKind
from netviz.view.settings import MOST_CARDS, SYSTEM_NAMESPACES, ViewSettings

CardLabels = Mapping[str, Mapping[str, str]]
"""The labels of each workload or pod, by peer id."""

_LAST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The cards that pass: `alone` are drawn one by one, `gathered` gives the namespace that is drawn in place of one.

    `centre` are the cards that a direction is seen from, empty for all of them; `outer` those of namespaces that were
    not asked for and are here as neighbours only.
    """

    alone: frozenset[str]
    gathered: Mapping[str, str]
    centre: frozenset[str]
    outer: frozenset[str]

    @property
    def inner(self) -> frozenset[str]:
        """The cards of pods that were asked for."""
        return self.passed - self.outer

    @property
    def passed(self) -> frozenset[str]:
        """Every card of pods that is drawn, one by one or within a namespace."""
        return self.alone | set(self.gathered)


def narrowed(matrix: ReachabilityMatrix, view: ViewSettings) -> ReachabilityMatrix:
    """The matrix without the pairs that chosen namespaces, or the focus, surely leave out: of a large one, most."""
    if any(peer.id == view.focus for peer in matrix.peers):
        if view.hops > 1:
            return matrix
        kept = {i for i, peer in enumerate(matrix.peers) if peer.id == view.focus}
    elif view.namespaces:
        kept = {i for i, peer in enumerate(matrix.peers) if peer.namespace in view.namespaces}
    else:
        return matrix
    return replace(matrix, cells={(i, j): cell for (i, j), cell in matrix.cells.items() if i in kept or j in kept})


def quickly_counted(matrix: ReachabilityMatrix) -> Counts:
    """The pairs of a matrix, without comparing it to another; as in `fold.counted`, none of an ingress controller."""
    controllers = {i for i, peer in enumerate(matrix.peers) if peer.type is PeerType.INGRESS_CONTROLLER}
    cells = [cell for (i, j), cell in matrix.cells.items() if i not in controllers and j not in controllers]
    return Counts(
        workloads=sum(peer.type in POD_LIKE for peer in matrix.peers),
        pairs=sum(1 for cell in cells if cell.allow),
        unknown=sum(1 for cell in cells if cell.unknown),
    )


def chosen(cards: Mapping[str, Face], view: ViewSettings, labels: CardLabels) -> Chosen:
    """What namespaces, labels and collapsed namespaces leave of the cards of pods; the focus always passes."""
    hidden = set(view.hidden) | (SYSTEM_NAMESPACES - set(view.namespaces) if view.hide_system else set())
    wanted = [selector.partition("=") for selector in view.labels if view.by != "namespace"]
    alone, outer = set(), set()
    gathered: dict[str, str] = {}
    for card, face in cards.items():
        if face.kind not in CARDS_OF_PODS:
            continue
        if card == view.focus:
            alone.add(card)
        elif face.namespace in hidden or not _has(labels.get(card, {}), wanted):
            continue
        elif not view.namespaces or face.namespace in view.namespaces:
            if face.namespace in view.collapsed and face.kind is not NodeKind.NAMESPACE:
                gathered[card] = face.namespace
            else:
                alone.add(card)
        elif view.neighbours:
            outer.add(card)
            if face.kind is NodeKind.NAMESPACE:
                alone.add(card)
            else:
                gathered[card] = face.namespace
    inner = frozenset((alone | set(gathered)) - outer)
    if view.focus in cards:
        centre = frozenset({view.focus})
    else:
        centre = inner if view.namespaces or wanted else frozenset[str]()
    return Chosen(alone=frozenset(alone), gathered=gathered, centre=centre, outer=frozenset(outer))


def _has(labels: Mapping[str, str], wanted: Sequence[tuple[str, str, str]]) -> bool:
    return all(key in labels and (not sign or labels[key] == value) for key, sign, value in wanted)


def passes(source: str, target: str, chosen: Chosen, direction: str) -> bool:
    """Whether a connection between two cards is drawn: it starts or ends at what was asked for, and leads the way that
    is asked for, seen from the centre.
    """
    if (source in chosen.outer and target not in chosen.inner) or (
        target in chosen.outer and source not in chosen.inner
    ):
        return False
    home = chosen.gathered.get(source)
    if home is not None and home == chosen.gathered.get(target):
        return False
    if not direction or not chosen.centre:
        return True
    return (target if direction == "ingress" else source) in chosen.centre


def limited(chosen: Chosen, cards: Mapping[str, Face], degrees: Mapping[str, int]) -> tuple[Chosen, tuple[str, ...]]:
    """At most `MOST_CARDS` cards: namespaces in place of workloads, then those with the most connections (`degrees`).

    The second value says so.
    """
    homes = {cards[card].namespace for card in chosen.alone}
    notes: list[str] = []
    if len(chosen.alone) > MOST_CARDS and len(homes) > 1 and not _are_namespaces(chosen, cards):
        notes.append(f"{len(chosen.passed):,} cards are too many to draw one by one: each namespace is one card.")
        gathered = {**chosen.gathered, **{card: cards[card].namespace for card in chosen.alone}}
        chosen = replace(chosen, alone=frozenset(), gathered=gathered)
    members: dict[str, list[str]] = {card: [card] for card in chosen.alone}
    for card, home in chosen.gathered.items():
        members.setdefault(f"\n{home}", []).append(card)
    if len(members) > MOST_CARDS:
        ranked = sorted(members, key=lambda m: (-sum(degrees.get(card, 0) for card in members[m]), m))
        of = f"{MOST_CARDS} of {len(members):,}"
        notes.append(f"The {of} with the most connections are drawn: search finds the others.")
        kept = {card for member in ranked[:MOST_CARDS] for card in members[member]}
        chosen = replace(
            chosen,
            alone=chosen.alone & kept,
            gathered={card: home for card, home in chosen.gathered.items() if card in kept},
        )
    return chosen, tuple(notes)


def _are_namespaces(chosen: Chosen, cards: Mapping[str, Face]) -> bool:
    return all(cards[card].kind is NodeKind.NAMESPACE for card in chosen.alone)


def wanted_connections(view: ViewSettings) -> ConnectionSet:
    """The connections that protocol and ports of the settings name; UsageError for what is neither."""
    numbers = _protocols(view.protocol)
    ports = parsed_ports(view.ports)
    if not ports:
        return _union(ConnectionSet.of(n) for n in numbers) if numbers else ALL_CONNECTIONS
    return _union(ConnectionSet.of(n, ports) for n in numbers or PORT_PROTOCOLS if n in PORT_PROTOCOLS)


def _union(sets: Iterable[ConnectionSet]) -> ConnectionSet:
    return reduce(ConnectionSet.__or__, sets, NO_CONNECTIONS)


def parsed_ports(text: str) -> IntervalSet:
    """Ports and ranges such as "80, 8000-8999", empty for none; UsageError for anything else."""
    found: list[tuple[int, int]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        first, sign, last = (piece.strip() for piece in part.partition("-"))
        ends = (first, last if sign else first)
        if not all(end.isascii() and end.isdigit() and 1 <= int(end[:6]) <= _LAST_PORT for end in ends):
            raise UsageError(f"{part!r} is no port: write numbers from 1 to {_LAST_PORT}, such as 80, 8000-8999")
        if int(ends[0]) > int(ends[1]):
            raise UsageError(f"{part!r} is no range of ports: the first is greater than the last")
        found.append((int(ends[0]), int(ends[1])))
    return IntervalSet.of(found)


def _protocols(text: str) -> tuple[int, ...]:
    if not text:
        return ()
    for number, name in PROTOCOL_NAMES.items():
        if text.upper() == name.upper():
            return (number,)
    raise UsageError(f"{text!r} is no protocol: choose one of {', '.join(PROTOCOL_NAMES.values())}")


def carrying(links: Sequence[Link], wanted: ConnectionSet) -> tuple[Link, ...]:
    """The links that carry one of these connections, before or now."""
    if wanted == ALL_CONNECTIONS:
        return tuple(links)
    return tuple(link for link in links if link.before & wanted or link.after & wanted)


def found(cards: Mapping[str, Face], search: str, labels: CardLabels) -> frozenset[str]:
    """The cards whose name, namespace or label ("app=web") contains the text; none for an empty search."""
    text = search.strip().lower()
    if not text:
        return frozenset()
    return frozenset(card for card, face in cards.items() if any(text in word for word in _words(face, labels)))


def _words(face: Face, labels: CardLabels) -> Collection[str]:
    name = face.tooltip[0] if face.tooltip else face.title
    pairs = [f"{key}={value}" for key, value in labels.get(face.peer, {}).items()]
    return [word.lower() for word in (face.title, name, f"{face.namespace}/{name}", *pairs)]
