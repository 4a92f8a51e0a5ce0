"""Every format that an answer can leave in."""

from __future__ import annotations

from typing import Final

from netviz.errors import UsageError
from netviz.exporters.context import Exporter
from netviz.exporters.html import write_html
from netviz.exporters.png import write_png
from netviz.exporters.svg import write_svg

EXPORTERS: Final[tuple[Exporter, ...]] = (
    Exporter(name="svg", title="Picture (SVG)", suffix=".svg", media_type="image/svg+xml", write=write_svg),
    Exporter(name="html", title="Interactive page (HTML)", suffix=".html", media_type="text/html", write=write_html),
    Exporter(
        name="png", title="Picture (PNG)", suffix=".png", media_type="image/png", write=write_png, browser=True
    ),
)


def exporter(name: str) -> Exporter:
    """The exporter of that name; UsageError if there is none."""
    found = next((each for each in EXPORTERS if each.name == name), None)
    if found is None:
        known = ", ".join(each.name for each in EXPORTERS)
        raise UsageError(f"{name!r} is no format: choose of {known}, or all")
    return found
