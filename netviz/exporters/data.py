"""The pairs for programs and spreadsheets: JSON, CSV and GraphML, nothing folded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from netviz.exporters.answers import Json, connections_json, ranges_json
from netviz.exporters.context import (
    ExportContext,
    PairRow,
    PairRows,
    PeerRow,
    fidelity_lines,
    origin_line,
    scenario_lines,
)
from netviz.exporters.tables import csv_table
from netviz.exporters.xml import xml_attribute, xml_text
from netviz.sets.connections import ConnectionSet
from netviz.view.picture import Picture

VERDICTS: Final = {
    "allowed": "every connection listed is allowed",
    "partly unknown": "what is listed is allowed, except what is marked unknown, which cannot be decided",
    "unknown": "what is listed cannot be decided from the input",
    "denied": "nothing is allowed any more",
}
"""The legend of the data formats; a pair that is not listed at all is denied."""

_Known = dict[ConnectionSet, Json | None]
_END: Final = "\n}"
_CSV_HEAD: Final = ("record", "from", "to", "verdict", "ports now", "change", "ports before")
_GRAPHML: Final = "http://graphml.graphdrawing.org/xmlns"
_GRAPH_KEYS: Final = ("title", "scenario", "legend", "notes", "origin", "input", "exact", "complete")
_NODE_KEYS: Final = ("label", "type", "namespace", "name", "kind", "isolated_ingress", "isolated_egress", "addresses")
_EDGE_KEYS: Final = ("verdict", "change", "ports", "ports_before")


def write_json(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The pairs as `netviz.export/1` (docs/exports.md), each on a line. Names are as in the input; it is all ASCII."""
    answer: Json = {
        "schema": "netviz.export/1",
        "title": context.title,
        "netviz": context.version,
        "input": {"sha256": context.digest},
        "date": context.date or None,
        "by": context.by,
        "cni": context.plugin,
        "complete": context.complete,
        "exact": context.exact,
        "assumptions": list(context.assumptions),
        "scenario": {
            "off": list(context.off),
            "on": list(context.on),
            "staged": list(context.staged),
            "drafted": list(context.drafted),
            "stagedOff": list(context.staged_off),
        },
        "notes": list(picture.notes),
        "legend": {**VERDICTS, "not listed": "denied"},
    }
    known: _Known = {}
    pairs = [_pair_json(pair, known) for pair in rows.pairs]
    lists = ",\n  ".join((_list("peers", map(_peer_json, rows.peers)), _list("pairs", pairs)))
    return f"{json.dumps(answer, indent=2).removesuffix(_END)},\n  {lists}\n}}\n"


def _list(name: str, items: Iterable[Json]) -> str:
    lines = ",\n".join(f"    {json.dumps(item)}" for item in items)
    return f'"{name}": [\n{lines}\n  ]' if lines else f'"{name}": []'


def _peer_json(peer: PeerRow) -> Json:
    found: Json = {"id": peer.id, "type": peer.type, "label": peer.label}
    if peer.type == "addresses":
        return found | {"ranges": ranges_json(peer.addresses)}
    if peer.type == "ingress-controller":
        return found
    isolated = {"ingress": peer.isolated_ingress, "egress": peer.isolated_egress}
    return found | {"namespace": peer.namespace, "name": peer.name, "kind": peer.kind, "isolated": isolated}


def _pair_json(pair: PairRow, known: _Known) -> Json:
    found: Json = {"src": pair.source, "dst": pair.target, "verdict": pair.verdict, "change": pair.change}
    found |= {"allowed": _connections(pair.allow, known), "unknown": _connections(pair.unknown, known)}
    if pair.change != "same":
        before = _connections(pair.allow_before, known), _connections(pair.unknown_before, known)
        found["before"] = {"allowed": before[0], "unknown": before[1]}
    return found


def _connections(connections: ConnectionSet, known: _Known) -> Json | None:
    """The connections as JSON, `null` for none; the few different sets that there are, are made once."""
    if connections not in known:
        known[connections] = connections_json(connections) if connections else None
    return known[connections]


def write_csv(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The pairs as RFC 4180 CSV, one record each; the last records, called "about", say where they come from."""
    labels = rows.labels()
    records = [
        ("pair", labels[p.source], labels[p.target], p.verdict, p.after or "nothing", p.change, p.before or "nothing")
        for p in rows.pairs
    ]
    about = [("about", name, text, "", "", "", "") for name, text in _about(picture, context)]
    return csv_table(_CSV_HEAD, [*records, *about])


def _about(picture: Picture, context: ExportContext) -> Iterator[tuple[str, str]]:
    yield "title", context.title
    for line in scenario_lines(context):
        yield "scenario", line
    for line in dict.fromkeys((*picture.notes, *fidelity_lines(context))):
        yield "note", line
    for verdict, meaning in VERDICTS.items():
        yield "legend", f"{verdict}: {meaning}"
    yield "legend", "a pair that is not listed: denied"
    yield "netviz", context.version
    yield "input sha256", context.digest
    if context.date:
        yield "date", context.date


def write_graphml(picture: Picture, rows: PairRows, context: ExportContext) -> str:
    """The pairs as a directed GraphML graph whose attributes are all strings; addresses are ranges."""
    ids = {peer.id: f"n{i}" for i, peer in enumerate(rows.peers, start=1)}
    legend = "; ".join(f"{verdict}: {meaning}" for verdict, meaning in VERDICTS.items())
    graph = (
        context.title,
        " | ".join(scenario_lines(context)),
        f"{legend}; no edge: denied",
        " | ".join(dict.fromkeys((*picture.notes, *fidelity_lines(context)))),
        origin_line(context),
        context.digest,
        str(context.exact).lower(),
        str(context.complete).lower(),
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<graphml xmlns="{_GRAPHML}">']
    for kind, names in (("graph", _GRAPH_KEYS), ("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        lines += [f'<key id="{kind}-{n}" for="{kind}" attr.name="{n}" attr.type="string"/>' for n in names]
    lines += ['<graph id="netviz" edgedefault="directed">', *_data("graph", _GRAPH_KEYS, graph)]
    for peer in rows.peers:
        lines += [f'<node id="{ids[peer.id]}">', *_data("node", _NODE_KEYS, _peer_values(peer)), "</node>"]
    for i, p in enumerate(rows.pairs, start=1):
        lines.append(f'<edge id="e{i}" source="{ids[p.source]}" target="{ids[p.target]}">')
        lines += [*_data("edge", _EDGE_KEYS, (p.verdict, p.change, p.after, p.before)), "</edge>"]
    return "\n".join([*lines, "</graph>", "</graphml>"]) + "\n"


def _peer_values(peer: PeerRow) -> tuple[str, ...]:
    isolated = ("", "") if peer.type == "addresses" else (peer.isolated_ingress, peer.isolated_egress)
    ranges = ", ".join(f"{low}-{high}" for low, high in ranges_json(peer.addresses))
    return peer.label, peer.type, peer.namespace, peer.name, peer.kind, *isolated, ranges


def _data(kind: str, names: Iterable[str], values: Iterable[str]) -> Iterator[str]:
    for name, value in zip(names, values, strict=True):
        if value:
            yield f'<data key="{xml_attribute(f"{kind}-{name}")}">{xml_text(value)}</data>'
