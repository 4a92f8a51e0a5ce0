"""What a test reads off the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element


def drawn(page: AppTest) -> dict[str, Any]:
    """The payload that the map was given."""
    for element in page.get("bidi_component"):
        data = json.loads(element.proto.json or element.proto.mixed.json or "{}")
        if "nodes" in data:
            return dict(data)
    raise AssertionError("no map on the page")


def arrows(page: AppTest) -> dict[str, str]:
    """The arrows of the map: id to change."""
    return {edge["id"]: edge["nv"]["change"] for edge in drawn(page)["edges"]}


def texts(page: AppTest) -> list[str]:
    """Every line that is shown as plain text."""
    return [element.value for element in page.text]


def markdown_sinks(page: AppTest) -> Iterator[str]:
    """Every string of the page that Streamlit reads as Markdown: bodies, labels, help."""
    for element in page.main, page.sidebar:
        yield from _sinks(element)


def _sinks(element: Any) -> Iterator[str]:  # noqa: ANN401 - blocks and elements share no type
    proto = element.proto
    if isinstance(element, Element):
        if element.type == "markdown":
            yield proto.body
        yield from (text for text in (getattr(proto, "label", ""), getattr(proto, "help", "")) if text)
    else:
        for name in ("expandable", "popover", "dialog", "form"):
            label = getattr(getattr(proto, name, None), "label", "") or getattr(getattr(proto, name, None), "title", "")
            if label:
                yield label
        for child in element.children.values():
            yield from _sinks(child)
