"""Draws the workloads of a namespace as one card, whose connections carry what any of theirs carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from netviz.view.cards import Face
from netviz.view.fold import Link, change_of
from netviz.view.palette import BADGE_WORDS
from netviz.view.picture import Badge, Change, NodeKind
from netviz.view.text import visible

_SHOWN_MEMBERS: Final = 6
_PREFIX: Final = "namespace:"


def namespace_card(namespace: str) -> str:
    """The id of the card of a gathered namespace; no workload and no outer card can have it."""
    return f"{_PREFIX}{namespace}"


def namespace_face(namespace: str, members: Sequence[Face]) -> Face:
    """One card for workloads of a namespace. A badge is there where all of them agree; the tooltip counts the rest."""
    count, unit = len(members), members[0].unit or "workload"
    names = [face.title for face in members[:_SHOWN_MEMBERS]]
    more = f" +{count - _SHOWN_MEMBERS}" if count > _SHOWN_MEMBERS else ""
    title = visible(namespace)
    return Face(
        id=namespace_card(namespace),
        kind=NodeKind.NAMESPACE,
        title=title,
        subtitle=f"Namespace · {count} {unit}{'' if count == 1 else 's'}",
        namespace=namespace,
        icon="grid",
        ingress=_common([face.ingress for face in members]),
        egress=_common([face.egress for face in members]),
        ingress_before=_common([face.ingress_before for face in members]),
        egress_before=_common([face.egress_before for face in members]),
        tooltip=(
            title,
            "Namespace, collapsed",
            f"{unit.capitalize()}s: {', '.join(names)}{more}",
            f"In: {_counted([face.ingress for face in members])}",
            f"Out: {_counted([face.egress for face in members])}",
        ),
        peer=namespace,
        unit="namespace",
    )


def _common(badges: Sequence[Badge | None]) -> Badge | None:
    return badges[0] if len(set(badges)) == 1 else None


def _counted(badges: Sequence[Badge | None]) -> str:
    counts = Counter(BADGE_WORDS[badge.value] for badge in badges if badge is not None)
    return "; ".join(f"{words} ({count})" for words, count in sorted(counts.items()))


def gathered(links: Sequence[Link], homes: Mapping[str, str]) -> tuple[tuple[Link, ...], int]:
    """The links with gathered ends moved to their namespace's card and united, and how many changes that hides.

    `homes` gives the namespace of each gathered card. A change is hidden where other links carry the same ports before
    and after.
    """
    united: dict[tuple[str, str, bool], list[Link]] = {}
    for link in links:
        ends = (_moved(link.source, homes), _moved(link.target, homes))
        united.setdefault((*ends, link.certain), []).append(link)
    found: list[Link] = []
    hidden = 0
    for (source, target, certain), members in united.items():
        before, after = members[0].before, members[0].after
        change = members[0].change
        if len(members) > 1:
            for member in members[1:]:
                before, after = before | member.before, after | member.after
            change = change_of(before, after)
            hidden += sum(m.change is not Change.SAME for m in members) if change is Change.SAME else 0
        found.append(
            Link(source=source, target=target, before=before, after=after, change=change, certain=certain)
        )
    return tuple(found), hidden


def _moved(card: str, homes: Mapping[str, str]) -> str:
    return namespace_card(homes[card]) if card in homes else card
