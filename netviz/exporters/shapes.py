"""What every drawn format says about the parts of a picture, in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Final

from netviz.exporters.context import ExportContext, fidelity_lines, origin_line, scenario_lines
from netviz.view.palette import CHANGE_WORDS
from netviz.view.picture import Badge, Change, Counts, Edge, Node, NodeKind, Picture
from netviz.view.text import ELLIPSIS, visible

MOST_POLICIES: Final = 24
"""Policies that a drawn format lists by name; summary and JSON have them all."""

_LONGEST: Final = 120
_LONGEST_LINE: Final = 2000
_LINE_LENGTH: Final = 130
_NAMED: Final = frozenset({NodeKind.WORKLOAD, NodeKind.NAMESPACE})
_SHORT_BADGES: Final = {
    Badge.OPEN: "open",
    Badge.ANY: "allows all",
    Badge.SOME: "isolated",
    Badge.NONE: "nothing",
    Badge.UNKNOWN: "? unknown",
    Badge.UNPOLICED: "exempt",
}
_BADGE_MEANINGS: Final = {
    Badge.OPEN: "no policy selects it",
    Badge.ANY: "isolated, but a rule allows everyone",
    Badge.SOME: "only some connections are allowed",
    Badge.NONE: "isolated, no connection is allowed",
    Badge.UNKNOWN: "cannot be decided",
    Badge.UNPOLICED: "no policy can apply",
}
_LEGEND_ORDER: Final = (Badge.SOME, Badge.ANY, Badge.OPEN, Badge.NONE, Badge.UNKNOWN, Badge.UNPOLICED)


def node_name(node: Node) -> str:
    """The name on a card in one line."""
    whole = node.tooltip[0] if node.tooltip and node.kind in _NAMED else " ".join(node.title_lines)
    return shortened(whole) or "(no name)"


def node_lines(node: Node) -> list[str]:
    """Name, subtitle, and the state of both directions."""
    lines = [node_name(node), *([shortened(node.subtitle)] if node.subtitle else [])]
    sides = (("in", node.ingress, node.ingress_before), ("out", node.egress, node.egress_before))
    states = [f"{name}: {_state(badge, before)}" for name, badge, before in sides if badge]
    return [*lines, ", ".join(states)] if states else lines


def _state(badge: Badge, before: Badge | None) -> str:
    was = f" (was {_SHORT_BADGES[before]})" if before not in (None, badge) else ""
    return f"{_SHORT_BADGES[badge]}{was}"


def edge_lines(edge: Edge) -> tuple[str, ...]:
    """Everything about a connection that its label has no room for."""
    return tuple(shortened(line, 600) for line in edge.tooltip)


def changed_card(node: Node) -> bool:
    """Whether the what-if changed the state of the card itself."""
    return any(
        before is not None and before is not now
        for now, before in ((node.ingress, node.ingress_before), (node.egress, node.egress_before))
    )


def unknown_card(node: Node) -> bool:
    """Whether the state of the card cannot be decided."""
    return Badge.UNKNOWN in (node.ingress, node.egress)


def homes(picture: Picture) -> Mapping[str, str]:
    """The box that each card stands in, by id; cards outside of every box are not in it."""
    return {
        node.id: box.id
        for node in picture.nodes
        for box in reversed(picture.boxes)
        if box.x <= node.x <= box.x + box.width and box.y <= node.y <= box.y + box.height
    }


def shortened(text: str, longest: int = _LONGEST) -> str:
    """The text; the middle of a very long one is left out."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}{ELLIPSIS}{text[-half:]}"


def totals(counts: Counts, unit: str) -> str:
    """How much is drawn."""
    parts = [_counted(counts.workloads, unit), _counted(counts.pairs, "allowed pair")]
    return " · ".join([*parts, *([f"{counts.unknown} undecided"] if counts.unknown else [])])


def headline(counts: Counts, unit: str) -> str:
    """How much is drawn, and how it differs from the baseline."""
    changes = (
        (counts.added, "+", "added"),
        (counts.removed, "−", "removed"),
        (counts.changed, "±", "changed"),
        (counts.now_unknown, "?", "now unknown"),
    )
    return " · ".join([totals(counts, unit), *(f"{sign}{number} {word}" for number, sign, word in changes if number)])


def legend_words(picture: Picture) -> tuple[str, ...]:
    """What the signs mean: only those that occur."""
    changes = {edge.change for edge in picture.edges if edge.certain}
    words = [CHANGE_WORDS[change.value] for change in Change if change in changes]
    if not all(edge.certain for edge in picture.edges):
        words.append(CHANGE_WORDS["unknown"])
    shown = {badge for node in picture.nodes for badge in (node.ingress, node.egress)}
    return (*words, *(f"{_SHORT_BADGES[b]}: {_BADGE_MEANINGS[b]}" for b in _LEGEND_ORDER if b in shown))


def about(picture: Picture, context: ExportContext) -> tuple[str, ...]:
    """The lines that a drawn format carries beside the drawing: numbers, scenario, legend, notes, and its origin.

    They are broken at spaces, because no format breaks them where the drawing is wide enough.
    """
    lines = [
        headline(picture.counts, picture.unit),
        *([f"What if: {picture.what_if}"] if picture.what_if else []),
        *scenario_lines(context, MOST_POLICIES),
        f"Legend: {'; '.join(legend_words(picture))}",
        *dict.fromkeys((*picture.notes, *fidelity_lines(context))),
        origin_line(context),
    ]
    shown = (shortened(visible(line), _LONGEST_LINE) for line in lines)
    return tuple(part for line in shown for part in wrap(line, _LINE_LENGTH, break_on_hyphens=False))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
