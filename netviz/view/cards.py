"""What is written on a card: name, subtitle, icon, badges, tooltip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netviz.analysis.pairs import End
from netviz.engine.matrix import Peer, PeerType, Side
from netviz.sets.connections import TCP, protocol_name
from netviz.view.fold import ANY_SOURCE, ANY_TARGET, INTERNET_SOURCE, INTERNET_TARGET, TARGET_SUFFIX, Drawing
from netviz.view.outside import AddressGroup, block_words
from netviz.view.palette import BADGE_WORDS
from netviz.view.picture import Badge, NodeKind
from netviz.view.text import text_width, visible
from netviz.view.words import connection_words

TITLE_SIZE: Final = 14.0
SUBTITLE_SIZE: Final = 12.0
TEXT_LEFT: Final = 44.0
BADGE_ROOM: Final = 52.0
_SHOWN_PORTS: Final = 2
_SHOWN_MEMBERS: Final = 6
_SPLIT: Final = re.compile(r"#\d+$")
_ICONS: Final[Mapping[str, str]] = {
    "StatefulSet": "cylinder",
    "DaemonSet": "stack",
    "Job": "clock",
    "CronJob": "clock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The content of one card, before it has a place. `title` is in one line; all text is already visible text.

    `unit` is what a card of the cluster stands for: workload, pod or namespace. With `grouped_by`, a label key, the
    box is that of its value `group`, not of the namespace. `example`: see `Node`.
    """

    id: str
    kind: NodeKind
    title: str
    subtitle: str
    namespace: str
    icon: str
    ingress: Badge | None = None
    egress: Badge | None = None
    ingress_before: Badge | None = None
    egress_before: Badge | None = None
    tooltip: tuple[str, ...] = ()
    peer: str = ""
    example: str = ""
    unit: str = ""
    group: str = ""
    grouped_by: str = ""

    @property
    def box(self) -> str:
        """The title of the box that the card stands in."""
        return self.group if self.grouped_by else self.namespace

    @property
    def wanted_width(self) -> float:
        """The card width at which title and subtitle fit in one line each."""
        room = BADGE_ROOM if self.ingress or self.egress else 14.0
        text = max(
            text_width(self.title, TITLE_SIZE, bold=True) + room, text_width(self.subtitle, SUBTITLE_SIZE) + room
        )
        return TEXT_LEFT + text

    @property
    def least_width(self) -> float:
        """The card width at which the longest part of the title that has no place to break fits in one line."""
        room = BADGE_ROOM if self.ingress or self.egress else 14.0
        parts = re.findall(r"[^-._/ ]+[-._/ ]?", self.title)
        return TEXT_LEFT + room + max((text_width(part, TITLE_SIZE, bold=True) for part in parts), default=0.0)


def faces(drawing: Drawing) -> dict[str, Face]:
    """The faces of all cards of a drawing: every end, and each folded card that a link names."""
    named = {card for link in drawing.links for card in (link.source, link.target)}
    found = {end_id: end_face(end) for end_id, end in drawing.ends.items() if end.pod_like or end_id in named}
    for card in sorted(named - set(found)):
        found[card] = _outer_face(card, drawing.outside)
    return found


def badge(side: Side) -> Badge:
    """The state of one direction. ANY: everybody, in the cluster and outside, is allowed on at least one connection."""
    if side.unpoliced:
        return Badge.UNPOLICED
    if side.isolated is None:
        return Badge.UNKNOWN
    if not side.isolated:
        return Badge.OPEN
    if side.nothing:
        return Badge.NONE
    return Badge.ANY if side.any_pod & side.any_outside else Badge.SOME


def end_face(end: End) -> Face:
    """The face of a pod, workload, namespace or ingress controller."""
    peer = end.peer
    if peer.type is PeerType.INGRESS_CONTROLLER:
        return Face(
            id=end.id,
            kind=NodeKind.INGRESS_CONTROLLER,
            title="Ingress controller",
            subtitle="from Ingress objects",
            namespace="",
            icon="gateway",
            tooltip=("Ingress controller", "What Ingress objects send on to workloads"),
            peer=end.id,
        )
    whole = peer.type is PeerType.NAMESPACE
    split = _SPLIT.search(end.id)
    title = visible((peer.name or peer.namespace) + (f" {split.group()}" if split else ""))
    return Face(
        id=end.id,
        kind=NodeKind.NAMESPACE if whole else NodeKind.WORKLOAD,
        title=title,
        subtitle=_subtitle(peer),
        namespace=peer.namespace or (peer.name if whole else ""),
        icon="grid" if whole else _ICONS.get(peer.kind, "cube"),
        ingress=badge(peer.ingress),
        egress=badge(peer.egress),
        ingress_before=badge(end.was.ingress),
        egress_before=badge(end.was.egress),
        tooltip=_tooltip(end, title),
        peer=end.id,
        unit=peer.type.value,
    )


def _subtitle(peer: Peer) -> str:
    if peer.type is PeerType.NAMESPACE:
        count = len(peer.members)
        return f"Namespace · {count} {'pod' if count == 1 else 'pods'}" if count else "Namespace"
    parts = [visible(peer.kind or "Pod")]
    if not peer.living:
        parts.append("no pods")
    elif peer.ports:
        numbers = list(dict.fromkeys(_port(p.protocol, p.port) for p in peer.ports))
        more = f" +{len(numbers) - _SHOWN_PORTS}" if len(numbers) > _SHOWN_PORTS else ""
        parts.append(", ".join(numbers[:_SHOWN_PORTS]) + more)
    if peer.host_network:
        parts.append("host network")
    return " · ".join(parts)


def _port(protocol: int, port: int) -> str:
    return f":{port}" if protocol == TCP else f":{port}/{protocol_name(protocol)}"


def _tooltip(end: End, title: str) -> tuple[str, ...]:
    peer = end.peer
    where = f" in namespace {visible(peer.namespace)}" if peer.namespace and peer.type is not PeerType.NAMESPACE else ""
    lines = [title, f"{visible(peer.kind) or peer.type.value.capitalize()}{where}"]
    if peer.ports:
        lines.append("Ports: " + ", ".join(dict.fromkeys(_port(p.protocol, p.port) for p in peer.ports)))
    if peer.members:
        names = [visible(name) for name in peer.members[:_SHOWN_MEMBERS]]
        more = f" +{len(peer.members) - _SHOWN_MEMBERS}" if len(peer.members) > _SHOWN_MEMBERS else ""
        lines.append(f"Pods: {', '.join(names)}{more}")
    lines.append("In: " + _side_words(peer.ingress, end.was.ingress))
    lines.append("Out: " + _side_words(peer.egress, end.was.egress))
    return tuple(lines)


def _side_words(now: Side, was: Side) -> str:
    words = BADGE_WORDS[badge(now).value]
    everybody = now.any_pod & now.any_outside
    if badge(now) is Badge.ANY:
        words += f" ({connection_words(everybody)})"
    return words if badge(now) is badge(was) else f"{words} (was: {BADGE_WORDS[badge(was).value]})"


def _outer_face(card: str, outside: Mapping[str, AddressGroup]) -> Face:
    if card in (ANY_SOURCE, ANY_TARGET):
        return Face(
            id=card,
            kind=NodeKind.ANY_WORKLOAD,
            title="Any workload",
            subtitle="every pod",
            namespace="",
            icon="grid",
            tooltip=("Any workload", "Every pod of the cluster, also one that is not in the input"),
        )
    group = outside.get(card.removesuffix(TARGET_SUFFIX))
    if card in (INTERNET_SOURCE, INTERNET_TARGET):
        others = len(outside) > 1
        return Face(
            id=card,
            kind=NodeKind.INTERNET,
            title="Internet",
            subtitle="other addresses" if others else "all addresses",
            namespace="",
            icon="globe",
            tooltip=("Internet", "Every address outside of the cluster, unless it has a card of its own"),
            peer=group.peer if group else "",
        )
    blocks = block_words(group.addresses) if group else (card,)
    more = f" +{_ranges(group) - 1}" if group and _ranges(group) > 1 else ""
    return Face(
        id=card,
        kind=NodeKind.ADDRESSES,
        title=f"{blocks[0]}{more}",
        subtitle="addresses outside",
        namespace="",
        icon="globe",
        tooltip=("Addresses outside of the cluster", *blocks),
        peer=group.peer if group else "",
    )


def _ranges(group: AddressGroup) -> int:
    return len(group.addresses.ranges())
