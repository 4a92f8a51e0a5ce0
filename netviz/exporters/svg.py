"""The only SVG writer: a picture as one standalone file, without scripts, styles from elsewhere or other references."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from netviz.exporters.context import ExportContext, PairRows, fidelity_lines, origin_line, scenario_lines
from netviz.exporters.shapes import MOST_POLICIES
from netviz.exporters.xml import xml_attribute, xml_text
from netviz.view.cards import BADGE_ROOM, SUBTITLE_SIZE, TEXT_LEFT, TITLE_SIZE
from netviz.view.palette import BADGE_ICONS, BADGE_WORDS, CHANGE_WORDS, DARK, ICONS, LIGHT, Icon, Theme
from netviz.view.picture import Badge, Box, Change, Edge, Node, NodeKind, Picture
from netviz.view.pills import PILL_SIZE
from netviz.view.text import ELLIPSIS, text_width, visible, wrapped

FONT: Final = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, Cantarell, 'Helvetica Neue', Arial, sans-serif"
)
_NARROWEST: Final = 860.0
_SIDE: Final = 24.0
_HEAD: Final = 78.0
_LEGEND_ROW: Final = 26.0
_NOTE_ROW: Final = 19.0
_NOTE_SIZE: Final = 12.0
_BOX_TITLE: Final = 16.0
_BOX_SUBTITLE: Final = 12.0
_ARROW: Final = (11.0, 4.6)
_DASHES: Final = {Change.SAME: "", Change.ADDED: "", Change.REMOVED: "9 6", Change.CHANGED: "13 4 2.5 4"}
_OUTSIDE: Final = frozenset(NodeKind) - {NodeKind.WORKLOAD, NodeKind.NAMESPACE}


def write_svg(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The picture as it leaves the house: below it stand the policies of the scenario, and where it comes from."""
    del rows
    more = [*scenario_lines(context, MOST_POLICIES), *fidelity_lines(context), origin_line(context)]
    notes = (*picture.notes, *(line for line in more if line not in picture.notes))
    return render_svg(replace(picture, title=context.title, notes=notes), dark=context.dark)


def render_svg(picture: Picture, *, dark: bool = False) -> str:
    """The picture with title, what-if line, counts, legend and notes as SVG text; the same picture gives the same text.

    Every text of the input is escaped and its control and bidirectional characters are spelt out; lengths are rounded
    to two decimals.
    """
    theme = DARK if dark else LIGHT
    width = max(_NARROWEST, picture.width)
    legend, legend_height = _legend(picture, theme, width)
    notes = [line for note in picture.notes for line in _note_lines(note, width - 2 * _SIDE)]
    bottom = _HEAD + picture.height + legend_height
    height = bottom + len(notes) * _NOTE_ROW + 14.0
    shift = (width - picture.width) / 2 - picture.x, _HEAD - picture.y
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}"'
        f' viewBox="0 0 {_n(width)} {_n(height)}" role="img" font-family="{xml_attribute(FONT)}">',
        f"<title>{xml_text(picture.title)}</title>",
        f'<rect width="{_n(width)}" height="{_n(height)}" fill="{theme["background"]}"/>',
        *_head(picture, theme, width),
        f'<g transform="translate({_n(shift[0])} {_n(shift[1])})">',
        *_scene(picture, theme),
        "</g>",
        f'<g transform="translate(0 {_n(_HEAD + picture.height)})">',
        *legend,
        "</g>",
        *(
            _label(note, _SIDE, bottom + 8.0 + i * _NOTE_ROW, _NOTE_SIZE, theme["muted"])
            for i, note in enumerate(notes)
        ),
        "</svg>",
    ]
    return "\n".join(body) + "\n"


def _scene(picture: Picture, theme: Theme) -> Iterator[str]:
    for box in picture.boxes:
        yield _box(box, theme)
    ordered = sorted(picture.edges, key=lambda edge: edge.change is not Change.SAME)
    for edge in ordered:
        yield from _line(edge, theme)
    for box in picture.boxes:
        yield from _box_title(box, theme)
    for node in picture.nodes:
        yield from _card(node, theme)
    for edge in ordered:
        yield from _pill(edge, theme)


def _head(picture: Picture, theme: Theme, width: float) -> Iterator[str]:
    title = _cut(visible(picture.title), width - 2 * _SIDE, 21.0, bold=True)
    yield _label(title, _SIDE, 36.0, 21.0, theme["text"], bold=True)
    counts = picture.counts
    facts = [(_counted(counts.workloads, picture.unit), "muted"), (_counted(counts.pairs, "allowed pair"), "muted")]
    if counts.unknown:
        facts.append((f"{counts.unknown} undecided", "unknown"))
    if picture.what_if or counts.added or counts.removed or counts.changed:
        facts += [
            (f"+{counts.added} added", "added"),
            (f"−{counts.removed} removed", "removed"),
            (f"±{counts.changed} changed", "changed"),
        ]
    if counts.now_unknown:
        facts.append((f"{counts.now_unknown} now unknown", "unknown"))
    x = _SIDE
    for i, (words, colour) in enumerate(facts):
        bold = colour != "muted"
        if i:
            yield _label("·", x, 60.0, 13.0, theme["muted"])
            x += 11.0
        size = text_width(words, 13.0, bold=bold)
        yield _label(words, x, 60.0, 13.0, theme[colour], bold=bold)  # type: ignore[literal-required]  # a name of `facts`
        x += size + 8.0
    if picture.what_if:
        room = width - x - 2 * _SIDE
        if room > 60.0:
            line = _cut(visible(picture.what_if), room, 13.0)
            yield _label(line, x + 16.0, 60.0, 13.0, theme["text"])


def _box(box: Box, theme: Theme) -> str:
    colours = theme["namespaces"][box.colour % len(theme["namespaces"])]
    return (
        f'<rect x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}" rx="14"'
        f' fill="{colours["tint"]}" stroke="{colours["border"]}" stroke-width="1.4"/>'
    )


def _box_title(box: Box, theme: Theme) -> Iterator[str]:
    colours = theme["namespaces"][box.colour % len(theme["namespaces"])]
    title = _cut(visible(box.title), box.width - 36.0, _BOX_TITLE, bold=True)
    halo = f' stroke="{colours["tint"]}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    yield _label(title, box.x + 18.0, box.y + 30.0, _BOX_TITLE, colours["text"], bold=True, extra=halo)
    after = box.x + 18.0 + text_width(title, _BOX_TITLE, bold=True) + 10.0
    if after + text_width(box.subtitle, _BOX_SUBTITLE) < box.x + box.width - 12.0:
        yield _label(visible(box.subtitle), after, box.y + 30.0, _BOX_SUBTITLE, theme["muted"], extra=halo)


def _line(edge: Edge, theme: Theme) -> Iterator[str]:
    if len(edge.route) < 4:
        return
    colour = _edge_colour(edge, theme)
    plain = edge.change is Change.SAME
    width = 1.5 if plain else 2.4
    dashes = "2 4.5" if not edge.certain else _DASHES[edge.change]
    tip, before = edge.route[-1], edge.route[-2]
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    length = _ARROW[0] * (1.0 if plain else 1.25)
    end = tip[0] - math.cos(angle) * length * 0.8, tip[1] - math.sin(angle) * length * 0.8
    points = (*edge.route[:-1], end)
    path = f"M{_pair(points[0])}" + "".join(
        f"C{_pair(points[i])} {_pair(points[i + 1])} {_pair(points[i + 2])}" for i in range(1, len(points) - 2, 3)
    )
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    cap = ' stroke-linecap="round"' if not edge.certain else ""
    yield f"<g>{_tooltip(edge.tooltip)}"
    if not plain:
        yield f'<path d="{path}" fill="none" stroke="{theme["background"]}" stroke-width="{_n(width + 3)}"/>'
    yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{_n(width)}"{dash}{cap}/>'
    yield f'<path d="{_arrow(tip, angle, length)}" fill="{colour}"/></g>'


def _arrow(tip: tuple[float, float], angle: float, length: float) -> str:
    half = _ARROW[1] * length / _ARROW[0]
    back = [(-length, -half), (-length * 0.78, 0.0), (-length, half)]
    corners = [
        (tip[0] + x * math.cos(angle) - y * math.sin(angle), tip[1] + x * math.sin(angle) + y * math.cos(angle))
        for x, y in back
    ]
    return f"M{_pair(tip)}L" + "L".join(_pair(corner) for corner in corners) + "Z"


def _pill(edge: Edge, theme: Theme) -> Iterator[str]:
    if edge.label_at is None or not edge.label:
        return
    (x, y), (width, height) = edge.label_at, edge.label_size
    plain = edge.change is Change.SAME and edge.certain
    colour = _edge_colour(edge, theme)
    line = theme["card_line"] if plain else colour
    yield (
        f'<g>{_tooltip(edge.tooltip)}<rect x="{_n(x - width / 2)}" y="{_n(y - height / 2)}" width="{_n(width)}"'
        f' height="{_n(height)}" rx="{_n(height / 2)}" fill="{theme["pill"]}" stroke="{line}"'
        f' stroke-width="{1 if plain else 1.5}"/>'
        + _label(edge.label, x, y + 4.0, PILL_SIZE, theme["text"] if plain else colour, anchor="middle")
        + "</g>"
    )


def _edge_colour(edge: Edge, theme: Theme) -> str:
    if not edge.certain and edge.change is Change.SAME:
        return theme["unknown"]
    return {
        Change.SAME: theme["same"],
        Change.ADDED: theme["added"],
        Change.REMOVED: theme["removed"],
        Change.CHANGED: theme["changed"],
    }[edge.change]


def _card(node: Node, theme: Theme) -> Iterator[str]:
    left, top = node.x - node.width / 2, node.y - node.height / 2
    outside = node.kind in _OUTSIDE
    colour = theme["external"] if outside else theme["namespaces"][node.colour % len(theme["namespaces"])]["stroke"]
    yield f"<g>{_tooltip(node.tooltip)}"
    frame = (
        f'x="{_n(left)}" y="{_n(top)}" width="{_n(node.width)}" height="{_n(node.height)}"'
        f' fill="{theme["card"]}" stroke="{theme["card_line"]}"'
    )
    if outside:
        yield f'<rect {frame} rx="{_n(min(node.height / 2, 26.0))}" stroke-width="1.4" stroke-dasharray="6 4"/>'
    else:
        yield f'<rect {frame} rx="9" stroke-width="1.2"/>'
        yield (
            f'<rect x="{_n(left)}" y="{_n(top + 8)}" width="4" height="{_n(node.height - 16)}" rx="2" fill="{colour}"/>'
        )
    yield _icon(ICONS.get(node.icon, ICONS["cube"]), left + 14.0, node.y - 11.0, 22.0, colour, 1.7)
    baseline = node.y - 3.5 - 8.5 * (len(node.title_lines) - 1)
    for i, line in enumerate(node.title_lines):
        yield _label(line, left + TEXT_LEFT, baseline + 17.0 * i, TITLE_SIZE, theme["text"], bold=True)
    below = baseline + 17.0 * (len(node.title_lines) - 1) + 18.0
    room = node.width - TEXT_LEFT - (BADGE_ROOM if node.ingress or node.egress else 12.0)
    yield _label(_cut(node.subtitle, room, SUBTITLE_SIZE), left + TEXT_LEFT, below, SUBTITLE_SIZE, theme["muted"])
    right = node.x + node.width / 2
    for name, badge, was, y in (
        ("in", node.ingress, node.ingress_before, node.y - 11.0),
        ("out", node.egress, node.egress_before, node.y + 11.0),
    ):
        if badge:
            yield from _badge(name, badge, was, right, y, theme)
    yield "</g>"


def _badge(name: str, badge: Badge, was: Badge | None, right: float, y: float, theme: Theme) -> Iterator[str]:
    if was is not None and was is not badge:
        yield (
            f'<rect x="{_n(right - 49)}" y="{_n(y - 10)}" width="43" height="20" rx="6" fill="{theme["badge_fill"]}"'
            f' stroke="{theme["badge_frame"]}" stroke-width="1.2"/>'
        )
    yield _label(name, right - 28.0, y + 3.6, 10.5, theme["muted"], anchor="end")
    yield _icon(BADGE_ICONS[badge.value], right - 24.0, y - 7.0, 14.0, theme["badges"][badge.value], 2.2)


def _icon(icon: Icon, x: float, y: float, size: float, colour: str, width: float) -> str:
    scale = size / 24.0
    parts = [f'<g transform="translate({_n(x)} {_n(y)}) scale({_n(scale)})">']
    if icon["stroke"]:
        parts.append(
            f'<path d="{icon["stroke"]}" fill="none" stroke="{colour}" stroke-width="{_n(width)}"'
            ' stroke-linecap="round" stroke-linejoin="round"/>'
        )
    if icon["fill"]:
        parts.append(f'<path d="{icon["fill"]}" fill="{colour}"/>')
    return "".join((*parts, "</g>"))


def _legend(picture: Picture, theme: Theme, width: float) -> tuple[list[str], float]:
    """What the signs mean, wrapped into rows; only signs that occur, except that a what-if explains all its colours."""
    parts: list[str] = []
    x, y = _SIDE, 12.0
    for drawn, words in (*_line_signs(picture, theme), *_badge_signs(picture, theme)):
        needed = 34.0 + text_width(words, 12.0) + 22.0
        if x + needed > width - _SIDE and x > _SIDE:
            x, y = _SIDE, y + _LEGEND_ROW
        parts.append(f'<g transform="translate({_n(x)} {_n(y)})">{drawn}</g>')
        parts.append(_label(words, x + 34.0, y + 4.2, 12.0, theme["text"]))
        x += needed
    return parts, y + _LEGEND_ROW


def _line_signs(picture: Picture, theme: Theme) -> Iterator[tuple[str, str]]:
    shown = {edge.change for edge in picture.edges}
    what_if = bool(picture.what_if) or bool(shown - {Change.SAME})
    for change in Change:
        if change is Change.SAME or what_if:
            dash = f' stroke-dasharray="{_DASHES[change]}"' if _DASHES[change] else ""
            colour = theme[change.value]
            weight = 1.6 if change is Change.SAME else 2.6
            yield f'<path d="M0 0H26" stroke="{colour}" stroke-width="{weight}"{dash}/>', CHANGE_WORDS[change.value]
    if any(not edge.certain for edge in picture.edges):
        line = f'<path d="M0 0H26" stroke="{theme["unknown"]}" stroke-width="1.8" stroke-dasharray="2 4.5"'
        yield f'{line} stroke-linecap="round"/>', CHANGE_WORDS["unknown"]


def _badge_signs(picture: Picture, theme: Theme) -> Iterator[tuple[str, str]]:
    shown: set[Badge | None] = {badge for node in picture.nodes for badge in (node.ingress, node.egress)}
    for badge in (Badge.SOME, Badge.ANY, Badge.OPEN, Badge.NONE, Badge.UNKNOWN, Badge.UNPOLICED):
        if badge in shown:
            icon = _icon(BADGE_ICONS[badge.value], 10.0, -8.0, 16.0, theme["badges"][badge.value], 2.0)
            yield icon, BADGE_WORDS[badge.value]


def _note_lines(note: str, width: float) -> list[str]:
    """The note in as many lines as it needs, broken at spaces."""
    lines: list[str] = []
    for word in visible(note).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, _NOTE_SIZE) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, width, _NOTE_SIZE))
    return lines


def _cut(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text in one line; what does not fit loses its middle to an ellipsis."""
    if text_width(text, size, bold=bold) <= width:
        return text
    half = (width - text_width(ELLIPSIS, size, bold=bold)) / 2
    head = wrapped(text, half, size, bold=bold)[0]
    tail = wrapped(text[::-1], half, size, bold=bold)[0][::-1]
    return f"{head}{ELLIPSIS}{tail}"


def _label(
    text: str, x: float, y: float, size: float, colour: str, *, bold: bool = False, anchor: str = "", extra: str = ""
) -> str:
    weight = ' font-weight="650"' if bold else ""
    place = f' text-anchor="{anchor}"' if anchor else ""
    length = text_width(visible(text), size, bold=bold)
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{colour}"{weight}{place}{extra}'
        f' textLength="{_n(length)}" lengthAdjust="spacingAndGlyphs">{xml_text(text)}</text>'
    )


def _tooltip(lines: Iterable[str]) -> str:
    text = "\n".join(xml_text(line) for line in lines)
    return f"<title>{text}</title>" if text else ""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _pair(point: tuple[float, float]) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(value: float) -> str:
    """A number in at most two decimals, without a negative zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
