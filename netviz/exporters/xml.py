"""The escapers of every XML sink: SVG, draw.io, GraphML."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from netviz.view.text import visible


def xml_text(text: str) -> str:
    """Text between tags; control, bidirectional and other unprintable characters are spelt out."""
    return escape(visible(text))


def xml_attribute(text: str) -> str:
    """The value of an attribute in double quotes, likewise."""
    return escape(visible(text), {'"': "&quot;"})


def xml_lines(lines: Iterable[str]) -> str:
    """The value of an attribute that holds several lines."""
    return "&#10;".join(xml_attribute(line) for line in lines)
