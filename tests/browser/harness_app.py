"""A page around one map of a hand-made picture: the renderer's tests and trials need no engine.

Every option is in the address: `?hostile` fills the picture with hostile texts, `?many=200` draws so many cards.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import streamlit as st

from netviz.exporters.vis import payload
from netviz.ui.graph import draw, place_renderer
from netviz.view.picture import Badge, Box, Change, Counts, Edge, Node, NodeKind, Picture

WIDTH, HEIGHT = 216.0, 58.0
HOSTILE = '<img src=x onerror="globalThis.hacked=1">${alert(1)}![x](http://tracker.example/x.png)'

# id, column, row, colour, subtitle, icon, badges in and out
Row = tuple[str, float, float, int, str, str, Badge, Badge]
ROWS: tuple[Row, ...] = (
    ("web/frontend", 1, 1.0, 0, "Deployment · :8080", "cube", Badge.ANY, Badge.SOME),
    ("web/loadgenerator", 1, 2.0, 0, "Deployment", "clock", Badge.NONE, Badge.ANY),
    ("shop/adservice", 2, 0.0, 1, "Deployment · :9555", "cube", Badge.SOME, Badge.OPEN),
    ("shop/recommendationservice", 2, 1.2, 1, "Deployment · :8080", "cube", Badge.SOME, Badge.ANY),
    ("shop/checkoutservice", 2, 2.4, 1, "StatefulSet · :5050", "stack", Badge.SOME, Badge.UNKNOWN),
    ("shop/cartservice", 3, 0.6, 1, "Deployment · :7070", "cube", Badge.SOME, Badge.ANY),
    ("shop/currencyservice", 3, 1.8, 1, "Deployment · :7000", "cube", Badge.SOME, Badge.ANY),
    ("backend/redis-cart", 4, 0.2, 2, "StatefulSet · :6379", "cylinder", Badge.SOME, Badge.NONE),
    ("backend/paymentservice", 4, 1.4, 2, "Deployment · :50051", "cube", Badge.SOME, Badge.ANY),
    ("backend/emailservice", 4, 2.6, 2, "Deployment · :8080", "cube", Badge.UNPOLICED, Badge.ANY),
)
CALLS: tuple[tuple[str, str, str], ...] = (
    ("internet", "web/frontend", "any port"),
    ("any", "web/frontend", "any port"),
    ("web/frontend", "shop/recommendationservice", "TCP 8080"),
    ("web/frontend", "shop/checkoutservice", "TCP 5050"),
    ("web/frontend", "shop/adservice", "TCP 9555"),
    ("shop/checkoutservice", "shop/cartservice", "TCP 7070"),
    ("shop/checkoutservice", "shop/currencyservice", "TCP 7000"),
    ("shop/checkoutservice", "backend/emailservice", "TCP 8080"),
    ("shop/cartservice", "backend/redis-cart", "TCP 6379"),
    ("shop/currencyservice", "backend/paymentservice", "TCP 50051"),
)


def card(row: Row) -> Node:
    name, column, line, colour, subtitle, icon, ingress, egress = row
    namespace, _, title = name.partition("/")
    return Node(
        id=name,
        kind=NodeKind.WORKLOAD,
        title_lines=(title,),
        subtitle=subtitle,
        namespace=namespace,
        icon=icon,
        colour=colour,
        x=column * 330.0,
        y=line * 104.0 + 60,
        width=WIDTH,
        height=HEIGHT,
        ingress=ingress,
        egress=egress,
        tooltip=(name, subtitle, f"in: {ingress.value}", f"out: {egress.value}"),
        peer=name,
    )


def outside(name: str, title: str, kind: NodeKind, icon: str, y: float) -> Node:
    return Node(
        id=name,
        kind=kind,
        title_lines=(title,),
        subtitle="",
        namespace="",
        icon=icon,
        colour=0,
        x=20.0,
        y=y,
        width=160.0,
        height=48.0,
        tooltip=(title,),
    )


def call(cards: dict[str, Node], source: str, target: str, label: str, change: Change = Change.SAME) -> Edge:
    a, b = cards[source], cards[target]
    start, end = (a.x + a.width / 2, a.y), (b.x - b.width / 2, b.y)
    bend = (end[0] - start[0]) * 0.5
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    return Edge(
        id=f"{source}->{target}",
        source=source,
        target=target,
        change=change,
        label=label,
        ports=label,
        label_at=middle,
        label_size=(len(label) * 6.4 + 20, 21.0),
        route=(start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end),
        tooltip=(f"{source} → {target}", label),
    )


def boxes(nodes: list[Node]) -> tuple[Box, ...]:
    made = []
    for namespace in sorted({node.namespace for node in nodes if node.namespace}):
        own = [node for node in nodes if node.namespace == namespace]
        left, right = min(n.x for n in own) - WIDTH / 2 - 24, max(n.x for n in own) + WIDTH / 2 + 24
        top, bottom = min(n.y for n in own) - HEIGHT / 2 - 50, max(n.y for n in own) + HEIGHT / 2 + 24
        subtitle = f"namespace · {len(own)} workloads"
        made.append(
            Box(
                id=namespace,
                title=namespace,
                subtitle=subtitle,
                colour=own[0].colour,
                x=left,
                y=top,
                width=right - left,
                height=bottom - top,
            )
        )
    return tuple(made)


def shop(*, what_if: bool) -> Picture:
    nodes = [card(row) for row in ROWS]
    nodes += [
        outside("internet", "Internet", NodeKind.INTERNET, "globe", 110),
        outside("any", "Any workload", NodeKind.ANY_WORKLOAD, "grid", 220),
    ]
    cards = {node.id: node for node in nodes}
    edges = [call(cards, *row) for row in CALLS]
    counts = Counts(workloads=10, pairs=31, unknown=1)
    unknown = call(cards, "web/loadgenerator", "shop/checkoutservice", "? TCP 80")
    edges.append(replace(unknown, id="unknown", certain=False))
    if what_if:
        redis = "backend/redis-cart"
        edges = [
            replace(edge, change=Change.REMOVED, label="− TCP 6379")
            if edge.target == redis
            else replace(edge, change=Change.CHANGED, label="± TCP 8080, 9090", label_size=(120.0, 21.0))
            if edge.target == "shop/recommendationservice"
            else edge
            for edge in edges
        ]
        edges.append(call(cards, "internet", "shop/adservice", "+ any port", Change.ADDED))
        counts = replace(counts, added=4, removed=1, changed=1)
        nodes = [
            replace(n, ingress=Badge.NONE, ingress_before=Badge.SOME)
            if n.id == redis
            else replace(n, ingress=Badge.OPEN, ingress_before=Badge.SOME)
            if n.id == "shop/adservice"
            else n
            for n in nodes
        ]
    return Picture(
        title="Online shop: allowed connections",
        what_if="What-if: backend/redis-cart and shop/adservice switched off" if what_if else "",
        nodes=tuple(nodes),
        edges=tuple(edges),
        boxes=boxes(nodes),
        counts=counts,
        x=-80,
        y=-40,
        width=1560,
        height=440,
        notes=("Pods are assumed to be in 10.244.0.0/16.",),
    )


def hostile(picture: Picture) -> Picture:
    """Every text is an attack, and so are some ids; `__proto__` is a legal key of nothing."""
    names = {picture.nodes[0].id: HOSTILE, picture.nodes[1].id: "__proto__"}
    return replace(
        picture,
        title=HOSTILE,
        what_if=HOSTILE,
        notes=(HOSTILE,),
        nodes=tuple(
            replace(n, id=names.get(n.id, n.id), title_lines=(HOSTILE,), subtitle=HOSTILE, tooltip=(HOSTILE, HOSTILE))
            for n in picture.nodes
        ),
        edges=tuple(
            replace(
                e,
                source=names.get(e.source, e.source),
                target=names.get(e.target, e.target),
                label=HOSTILE,
                tooltip=(HOSTILE,),
            )
            for e in picture.edges
        ),
        boxes=tuple(replace(box, title=HOSTILE, subtitle=HOSTILE) for box in picture.boxes),
    )


def many(count: int) -> Picture:
    rows: list[Row] = [
        (
            f"ns-{i // 12}/workload-{i}",
            i // 12 % 8 + 1,
            i % 12 + i // 96 * 14.0,
            i // 12,
            "Deployment",
            "cube",
            Badge.SOME,
            Badge.OPEN,
        )
        for i in range(count)
    ]
    nodes = [card(row) for row in rows]
    cards = {node.id: node for node in nodes}
    names = list(cards)
    edges = [
        replace(call(cards, names[i], names[(i * 7 + step) % count], f"TCP {i}"), id=f"{i}-{step}")
        for i in range(count)
        for step in (1, 13, 29)
    ]
    return Picture(
        title="Many",
        what_if="",
        nodes=tuple(nodes),
        edges=tuple(edges),
        boxes=boxes(nodes),
        counts=Counts(workloads=count, pairs=len(edges)),
        x=150,
        y=-100,
        width=2700,
        height=max(n.y for n in nodes) + 200,
    )


def chosen() -> Picture:
    if "many" in st.query_params:
        return many(int(st.query_params["many"]))
    what_if = st.checkbox("What-if")
    other = st.checkbox("Another input")
    picture = shop(what_if=what_if)
    if "hostile" in st.query_params:
        return hostile(picture)
    return replace(picture, title="Another shop") if other else picture


def main() -> None:
    st.set_page_config(page_title="harness", layout="wide")
    picture = chosen()
    place_renderer()
    if st.checkbox("Hidden"):
        return
    fold = partial(st.session_state.__setitem__, "folded") if "folds" in st.query_params else None
    selection = draw(payload(picture), key="graph", on_collapse=fold)
    shown = None if selection is None else [selection.type, selection.id, selection.source, selection.target]
    st.code(f"selection {json.dumps(shown)} folded {st.session_state.get('folded')}", language=None)


main()
