"""The interactive page in one file: the picture, the reasons and the pairs, with everything that they need inside.

Its policy lets nothing load from anywhere, and only the scripts that are written here run. What comes from the input is
escaped text, or JSON in an element that no browser executes.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final

from netviz.exporters.context import (
    ExportContext,
    PairRow,
    PairRows,
    fidelity_lines,
    origin_line,
    scenario_lines,
)
from netviz.exporters.html_reasons import reasons_json
from netviz.exporters.renderer import asset, renderer_script, renderer_style, vis_network
from netviz.exporters.svg import render_svg
from netviz.exporters.vis import differences, headline, payload
from netviz.view.palette import DARK, LIGHT, Theme
from netviz.view.picture import Picture
from netviz.view.text import visible

MOST_ROWS: Final = 5000
_LISTED: Final = 200
_VERDICTS: Final = {"allowed": "✓", "partly unknown": "?", "unknown": "?", "denied": "✗"}
_CLASSES: Final = {"allowed": "allow", "denied": "deny"}
_SIGNS: Final = {"same": "", "added": "+", "removed": "−", "changed": "±", "unknown": "?"}
_POLICY: Final = (
    "default-src 'none'; script-src {scripts}; style-src {style}; img-src data: blob:; base-uri 'none';"
    " form-action 'none'"
)


def write_html(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The page; the same picture, pairs and context give the same text."""
    scripts = (vis_network(), _wrapped(renderer_script(), asset("page.js")))
    style = f"{_variables()}\n{renderer_style()}\n{asset('page.css')}"
    policy = _POLICY.format(scripts=" ".join(map(_hash, scripts)), style=_hash(style))
    own = {"title": visible(context.title), "origin": visible(origin_line(context)), "height": 0}
    drawn = {**payload(picture), **own}
    data = {"picture": drawn, "dark": context.dark, **reasons_json(picture, rows, rows.pairs[:MOST_ROWS])}
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f'<meta name="generator" content="{_text(origin_line(context))}">',
        # Without it a browser asks the server for an icon, if the file is ever put on one.
        '<link rel="icon" href="data:,">',
        f"<title>{_text(context.title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        *_head(picture, context),
        *_main(picture, context),
        *_pairs(rows, compares=context.compares),
        *_about(picture, context),
        f'<script type="application/json" id="data">{inert_json(data)}</script>',
        *(f"<script>{script}</script>" for script in scripts),
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def inert_json(value: object) -> str:
    """JSON that can stand inside of a script element: no character in it ends the element or a line."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _wrapped(*scripts: str) -> str:
    return "\n".join(('(() => {\n"use strict";', *scripts, "})();"))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _variables() -> str:
    """The colours of both themes, under the names that the style sheets read."""
    light = f":root {{\n  color-scheme: light;\n{_theme(LIGHT)}\n}}"
    dark = f':root[data-theme="dark"] {{\n  color-scheme: dark;\n{_theme(DARK)}\n}}'
    return f"{light}\n{dark}"


def _theme(theme: Theme) -> str:
    names = {
        "--st-background-color": theme["background"],
        "--st-secondary-background-color": theme["namespaces"][-1]["tint"],
        "--st-text-color": theme["text"],
        "--st-border-color": theme["line"],
        "--st-link-color": theme["namespaces"][0]["text"],
        "--nv-muted": theme["muted"],
        "--nv-allow": theme["added"],
        "--nv-deny": theme["removed"],
        "--nv-changed": theme["changed"],
        "--nv-unknown": theme["unknown"],
    }
    return "\n".join(f"  {name}: {colour};" for name, colour in names.items())


def _head(picture: Picture, context: ExportContext) -> Iterator[str]:
    yield '<header class="top">'
    yield '<div class="words">'
    yield f"<h1>{_text(context.title)}</h1>"
    counts = " · ".join(filter(None, (headline(picture.counts, picture.unit), differences(picture.counts))))
    yield f'<p class="counts">{_text(counts)}</p>'
    if picture.what_if:
        yield f'<p class="what-if">{_text(picture.what_if)}</p>'
    for line in fidelity_lines(context):
        yield f'<p class="quiet">{_text(line)}</p>'
    yield "</div>"
    yield '<button type="button" id="theme" hidden>Dark</button>'
    yield "</header>"


def _main(picture: Picture, context: ExportContext) -> Iterator[str]:
    yield "<main>"
    yield '<div class="stand">'
    yield '<section aria-label="Map"><div class="netviz" id="map"></div>'
    yield f"<noscript>{render_svg(picture, dark=context.dark)}"
    yield "<p>Scripts are switched off here: this is the picture as it stands, and the list below has every pair.</p>"
    yield "</noscript></section>"
    yield '<section class="why" aria-labelledby="why-title">'
    yield '<h2 id="why-title">Why</h2>'
    yield '<div class="ask" id="ask" hidden>'
    yield '<label for="from">From</label><select id="from"></select>'
    yield '<label for="to">To</label><select id="to"></select>'
    yield "</div>"
    yield '<div id="answer" role="status" aria-live="polite"></div>'
    yield "</section>"
    yield "</div>"


def _pairs(rows: PairRows, *, compares: bool) -> Iterator[str]:
    """The table of all pairs: the same answers for readers who do not see the picture."""
    labels = rows.labels()
    heads = ("From", "To", *(("Change", "Before") if compares else ()), "Now", "Verdict")
    shown = rows.pairs[:MOST_ROWS]
    yield '<section class="pairs" aria-labelledby="pairs-title">'
    yield '<div class="row"><h2 id="pairs-title">Pairs</h2>'
    yield '<input type="search" id="filter" placeholder="Filter the pairs" aria-label="Filter the pairs" hidden>'
    yield f'<span id="filtered" role="status">{_count(len(shown), "pair")}</span></div>'
    yield '<p class="quiet">Every pair that is allowed, unknown or changed. What is not listed is denied.</p>'
    if len(shown) < len(rows.pairs):
        yield f"<p>The first {len(shown):,} of {len(rows.pairs):,} pairs; the CSV export has all of them.</p>"
    yield '<div class="wide" role="group" aria-labelledby="pairs-title" tabindex="0"><table><thead><tr>'
    yield from (f'<th scope="col">{head}</th>' for head in heads)
    yield '</tr></thead><tbody id="rows">'
    for row in shown:
        yield _row(row, labels, compares=compares)
    yield "</tbody></table></div>"
    yield "</section>"


def _row(row: PairRow, labels: Mapping[str, str], *, compares: bool) -> str:
    ends = _text(labels[row.source]), _text(labels[row.target])
    changes = (_text(f"{_SIGNS.get(row.change, '')} {row.change}".strip()), _text(row.before) or "nothing")
    verdict = f"{_VERDICTS.get(row.verdict, '?')} {row.verdict}"
    cells = (*ends, *(changes if compares else ()), _text(row.after) or "nothing")
    plain = "".join(f"<td>{cell}</td>" for cell in cells)
    colour = _CLASSES.get(row.verdict, "unknown")
    return f'<tr>{plain}<td class="{colour}">{_text(verdict)}</td></tr>'


def _about(picture: Picture, context: ExportContext) -> Iterator[str]:
    yield '<section aria-labelledby="about-title">'
    yield '<h2 id="about-title">About this picture</h2>'
    yield "<ul>"
    yield from (f"<li>{_text(line)}</li>" for line in _unique((*picture.notes, *scenario_lines(context, _LISTED))))
    yield "</ul>"
    yield "</section>"
    yield "</main>"
    yield f'<footer class="quiet">{_text(origin_line(context))}</footer>'


def _unique(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _text(text: str) -> str:
    """Untrusted text for an element or an attribute, with what would hide in it spelt out."""
    return escape(visible(text))
