"""Text as it is drawn: made visible, measured, wrapped."""

from __future__ import annotations

import unicodedata
from typing import Final

_WIDTHS: Final = {
    char: width
    for width, chars in (
        (0.2, "'"),
        (0.26, " !,.:;Jijl·"),
        (0.32, "()-`"),
        (0.34, "/I[\\]ft"),
        (0.4, '"r{}'),
        (0.45, "?_z"),
        (0.5, "FLcsvy–"),
        (0.56, "0123456789$*+<=>ESTYZ^aekx|~±−"),
        (0.61, "KPRVXbdghnopqu→"),
        (0.65, "#ABC"),
        (0.74, "&DGHNU"),
        (0.8, "OQw…"),
        (0.84, "%"),
        (0.92, "@MWm"),
    )
    for char in chars
}
"""Widths in em of a common sans serif, measured and grouped."""
_BREAKS: Final = frozenset("-._/ ")
_BOLD: Final = 1.05
ELLIPSIS: Final = "…"


def visible(text: str) -> str:
    """The text with control, bidirectional and other unprintable characters spelt out, so that nothing hides in it."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About the width of the text in a common sans serif of `size` pixels; renderers fit it exactly with textLength."""
    em = sum(_em(c) for c in text)
    return em * size * (_BOLD if bold else 1.0)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in one or two lines of at most `width`; what does not fit in two loses its middle to an ellipsis."""
    if text_width(text, size, bold=bold) <= width:
        return (text,)
    cut = _last_fitting(text, width, size, bold)
    natural = max((i + 1 for i, c in enumerate(text[:cut]) if c in _BREAKS), default=0)
    for at in (natural, cut):
        head, tail = text[:at].rstrip(" "), text[at:].lstrip(" ")
        if at > cut // 3 and text_width(tail, size, bold=bold) <= width:
            return head, tail
    return text[:cut], _end_fitting(text[cut:], width, size, bold)


def _em(char: str) -> float:
    known = _WIDTHS.get(char)
    if known is not None:
        return known
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.62


def _last_fitting(text: str, width: float, size: float, bold: bool) -> int:
    used, scale = 0.0, size * (_BOLD if bold else 1.0)
    for i, char in enumerate(text):
        used += _em(char) * scale
        if used > width:
            return max(1, i)
    return len(text)


def _end_fitting(text: str, width: float, size: float, bold: bool) -> str:
    room = width - text_width(ELLIPSIS, size, bold=bold)
    kept = _last_fitting(text[::-1], room, size, bold)
    return ELLIPSIS + text[len(text) - kept :]
