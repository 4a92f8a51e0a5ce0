"""Every format that an answer can leave in."""

from __future__ import annotations

from typing import Final

from netviz.errors import UsageError
from netviz.exporters.context import Exporter
from netviz.exporters.data import write_csv, write_graphml, write_json
from netviz.exporters.dot import write_dot
from netviz.exporters.drawio import write_drawio
from netviz.exporters.html import write_html
from netviz.exporters.mermaid import write_mermaid
from netviz.exporters.png import write_png
from netviz.exporters.summary import write_summary
from netviz.exporters.svg import write_svg

EXPORTERS: Final[tuple[Exporter, ...]] = (
    Exporter(name="svg", title="Picture (SVG)", suffix=".svg", media_type="image/svg+xml", write=write_svg),
    Exporter(name="html", title="Interactive page (HTML)", suffix=".html", media_type="text/html", write=write_html),
    Exporter(
        name="drawio",
        title="Editable diagram (draw.io)",
        suffix=".drawio",
        media_type="application/vnd.jgraph.mxfile",
        write=write_drawio,
    ),
    Exporter(name="mermaid", title="Mermaid", suffix=".mmd", media_type="text/vnd.mermaid", write=write_mermaid),
    Exporter(name="dot", title="Graphviz (DOT)", suffix=".dot", media_type="text/vnd.graphviz", write=write_dot),
    Exporter(name="md", title="Summary (Markdown)", suffix=".md", media_type="text/markdown", write=write_summary),
    Exporter(name="csv", title="Table (CSV)", suffix=".csv", media_type="text/csv", write=write_csv),
    Exporter(name="json", title="Data (JSON)", suffix=".json", media_type="application/json", write=write_json),
    Exporter(
        name="graphml",
        title="Graph (GraphML)",
        suffix=".graphml",
        media_type="application/graphml+xml",
        write=write_graphml,
    ),
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


def chosen(text: str) -> tuple[Exporter, ...]:
    """The exporters that `svg,md` or `all` names, each once; UsageError for a name that is none."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if "all" in names:
        return EXPORTERS
    if not names:
        exporter("")
    return tuple(exporter(name) for name in dict.fromkeys(names))
