"""Untrusted text on its way into the few sinks of the page that read Markdown."""

from __future__ import annotations

import re

from netviz.errors import shown
from netviz.view.picture import Node, NodeKind

PLAIN_NAME = re.compile(r"[a-z0-9](?:-?[a-z0-9])*")
"""An RFC 1123 label without "--" (Streamlit would draw a dash): nothing in it means anything to Markdown."""

MARKDOWN_SPECIAL = frozenset("\\`*_{}[]()#+-.!<>|:$~&^=\"'@/")
WORD_JOINER = "\u2060"
LINK_SIGNS = frozenset(":.@/")
ARROW_SIGNS = frozenset("-<>~=")


def label(text: str) -> str:
    """The text as a widget label or help shows it, literally.

    Every special character is escaped. A word joiner (invisible, no width) follows those that Streamlit would still
    turn into a link, an icon or an arrow after unescaping: `https:`, `www.`, `:material`, `->`. Control and
    bidirectional characters become visible, and the text is cut at 200 characters.
    """
    text = shown(text)
    if PLAIN_NAME.fullmatch(text):
        return text
    return "".join(_escaped(char, following) for char, following in zip(text, f"{text[1:]} ", strict=False))


def _escaped(char: str, following: str) -> str:
    if char not in MARKDOWN_SPECIAL:
        return char
    joined = char in LINK_SIGNS or (char in ARROW_SIGNS and following in ARROW_SIGNS)
    return f"\\{char}{WORD_JOINER}" if joined else f"\\{char}"


def node_name(node: Node) -> str:
    """The whole name of a card, which its wrapped title may have had to shorten; addresses are all listed."""
    if node.kind is NodeKind.ADDRESSES:
        return ", ".join(node.tooltip[1:]) or "".join(node.title_lines)
    name = node.tooltip[0] if node.tooltip else "".join(node.title_lines)
    return f"{node.namespace}/{name}" if node.namespace else name


def plural(count: int, one: str, many: str = "") -> str:
    """`1 pod`, `2 pods`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
