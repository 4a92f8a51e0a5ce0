"""Colours and icon shapes, one set of values for every renderer of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypedDict

from netviz.view.picture import Badge


class NamespaceColours(TypedDict):
    """Colours of one namespace: `stroke` for bar and icon, `text` for the title, `tint` and `border` for the box."""

    stroke: str
    text: str
    tint: str
    border: str


class Theme(TypedDict):
    """Every colour that a renderer needs, as `#rrggbb`.

    `same` to `unknown` are the edge colours by change; `pill` is the fill of a pill, and the halo that parts an edge
    from what it crosses is `background`. `badges` is by badge name. A badge that the what-if changed has a frame of
    `badge_frame` filled with `badge_fill`. `external` colours the cards outside of every namespace.
    """

    background: str
    card: str
    card_line: str
    text: str
    muted: str
    line: str
    pill: str
    same: str
    added: str
    removed: str
    changed: str
    unknown: str
    badge_frame: str
    badge_fill: str
    external: str
    badges: Mapping[str, str]
    namespaces: tuple[NamespaceColours, ...]


class Icon(TypedDict):
    """SVG path data in a box of 24 x 24 units: `stroke` is drawn with a line (round joins), `fill` is filled."""

    stroke: str
    fill: str


def _colours(*rows: tuple[str, str, str, str]) -> tuple[NamespaceColours, ...]:
    return tuple(NamespaceColours(stroke=s, text=x, tint=t, border=b) for s, x, t, b in rows)


LIGHT: Final = Theme(
    background="#ffffff",
    card="#ffffff",
    card_line="#c8d0dc",
    text="#0f172a",
    muted="#5b6779",
    line="#d5dce6",
    pill="#ffffff",
    same="#8795aa",
    added="#15803d",
    removed="#dc2626",
    changed="#b45309",
    unknown="#7c5cad",
    badge_frame="#c2650a",
    badge_fill="#fdeacb",
    external="#526077",
    badges={
        Badge.OPEN.value: "#d97706",
        Badge.ANY.value: "#475569",
        Badge.SOME.value: "#475569",
        Badge.NONE.value: "#dc2626",
        Badge.UNKNOWN.value: "#7c5cad",
        Badge.UNPOLICED.value: "#94a3b8",
    },
    namespaces=_colours(
        ("#2563eb", "#1d4ed8", "#f1f6fe", "#93b4f4"),
        ("#0d9488", "#0f766e", "#eef8f6", "#7cc7bf"),
        ("#7c3aed", "#6d28d9", "#f6f2fe", "#bda2f5"),
        ("#be185d", "#be185d", "#fdf2f7", "#e9a3c3"),
        ("#4d7c0f", "#4d7c0f", "#f4f8ec", "#b1cf86"),
        ("#0891b2", "#0e7490", "#ecf8fb", "#7fcbdd"),
        ("#9a5b2c", "#8a4f24", "#faf5ef", "#d9b994"),
        ("#4f46e5", "#4338ca", "#f2f2fe", "#a9a5f3"),
        ("#a21caf", "#a21caf", "#fcf1fd", "#dc9be4"),
        ("#475569", "#475569", "#f3f5f8", "#a9b4c3"),
    ),
)

DARK: Final = Theme(
    background="#0f1318",
    card="#1b222c",
    card_line="#3a4656",
    text="#eef2f7",
    muted="#9aa7b8",
    line="#2c3643",
    pill="#161c24",
    same="#74839a",
    added="#4ade80",
    removed="#f87171",
    changed="#fbbf24",
    unknown="#c4a7f5",
    badge_frame="#d9a21b",
    badge_fill="#4a3a12",
    external="#a3b1c4",
    badges={
        Badge.OPEN.value: "#fbbf24",
        Badge.ANY.value: "#b6c2d2",
        Badge.SOME.value: "#b6c2d2",
        Badge.NONE.value: "#f87171",
        Badge.UNKNOWN.value: "#c4a7f5",
        Badge.UNPOLICED.value: "#6b7a8d",
    },
    namespaces=_colours(
        ("#60a5fa", "#7db6fb", "#141d2b", "#34527f"),
        ("#2dd4bf", "#3fd9c5", "#10231f", "#226b61"),
        ("#a78bfa", "#b6a0fb", "#1d1930", "#51448a"),
        ("#f472b6", "#f58bc3", "#28161f", "#7a3a5b"),
        ("#a3e635", "#a9dd52", "#1b220f", "#51701f"),
        ("#22d3ee", "#4ad9ef", "#0f2229", "#216a7b"),
        ("#d9a06b", "#deac7d", "#241c14", "#74583c"),
        ("#818cf8", "#98a1f9", "#181a31", "#454a8c"),
        ("#e879f9", "#eb90fa", "#271529", "#753c80"),
        ("#94a3b8", "#a9b6c8", "#1a2029", "#4a5768"),
    ),
)

PALETTE: Final[Mapping[str, Theme]] = {"light": LIGHT, "dark": DARK}

_RING: Final = "M21.5 12A9.5 9.5 0 1 1 2.5 12A9.5 9.5 0 1 1 21.5 12Z"
_GLOBE: Final = Icon(stroke=f"{_RING}M2.5 12H21.5M12 2.5C17.6 8 17.6 16 12 21.5C6.4 16 6.4 8 12 2.5", fill="")

ICONS: Final[Mapping[str, Icon]] = {
    "cube": Icon(
        stroke="M12 2.4L20.6 7.2V16.8L12 21.6L3.4 16.8V7.2ZM3.4 7.2L12 12L20.6 7.2M12 12V21.6",
        fill="",
    ),
    "cylinder": Icon(
        stroke="M4 6C4 1.7 20 1.7 20 6V18C20 22.3 4 22.3 4 18ZM4 6C4 10.3 20 10.3 20 6M4 12C4 16.3 20 16.3 20 12",
        fill="",
    ),
    "globe": _GLOBE,
    "grid": Icon(
        stroke="M3.5 3.5H10V10H3.5ZM14 3.5H20.5V10H14ZM3.5 14H10V20.5H3.5ZM14 14H20.5V20.5H14Z",
        fill="",
    ),
    "gateway": Icon(stroke="M12.5 3.5H20.5V20.5H12.5M2.5 12H15.5M11 7.2L15.8 12L11 16.8", fill=""),
    "clock": Icon(stroke=f"{_RING}M12 6.2V12L16 14.4", fill=""),
    "stack": Icon(stroke="M12 2.8L21 7.4L12 12L3 7.4ZM3 12L12 16.6L21 12M3 16.6L12 21.2L21 16.6", fill=""),
}
"""Card icons by the name in `Node.icon`."""

BADGE_ICONS: Final[Mapping[str, Icon]] = {
    Badge.OPEN.value: Icon(
        stroke="M4.5 11H16.5V21H4.5ZM13.5 11V7A4.2 4.2 0 0 1 21.9 7V9.5",
        fill="M9.2 14.2H11.8V18H9.2Z",
    ),
    Badge.ANY.value: _GLOBE,
    Badge.SOME.value: Icon(stroke="M7.5 11V7.2A4.5 4.5 0 0 1 16.5 7.2V11", fill="M4.5 10.5H19.5V21.5H4.5Z"),
    Badge.NONE.value: Icon(stroke=f"{_RING}M5.4 5.4L18.6 18.6", fill=""),
    Badge.UNKNOWN.value: Icon(
        stroke=f"{_RING}M9 9.6A3 3 0 1 1 13.2 12.3Q12 12.8 12 14.2",
        fill="M10.9 16.4H13.1V18.6H10.9Z",
    ),
    Badge.UNPOLICED.value: Icon(stroke="M5.5 12H18.5", fill=""),
}
"""Badge icons by badge name."""

BADGE_WORDS: Final[Mapping[str, str]] = {
    Badge.OPEN.value: "no policy: open",
    Badge.ANY.value: "isolated, a rule allows all",
    Badge.SOME.value: "isolated, some allowed",
    Badge.NONE.value: "nothing allowed",
    Badge.UNKNOWN.value: "cannot be decided",
    Badge.UNPOLICED.value: "no policy can apply",
}
"""What each badge means, for legends and tooltips."""

CHANGE_WORDS: Final[Mapping[str, str]] = {
    "same": "allowed",
    "added": "+ added",
    "removed": "− removed",
    "changed": "± ports changed",
    "unknown": "? cannot be decided",
}
"""What each edge colour means, for legends."""
