"""What exports are made of, for tests: a comparison of two small worlds, and one whose every name is an attack."""

from __future__ import annotations

from netviz.analysis.compare import compare
from netviz.exporters.context import ExportContext
from netviz.exporters.formats import EXPORTERS
from netviz.view.build import build_picture
from netviz.workbench.packing import Pack, pair_rows
from tests.unit.view.worlds import ALL, EVERYBODY, Pods, World, tcp

WRITTEN = tuple(each for each in EXPORTERS if not each.browser)
"""The formats that need no browser."""

HOSTILE = (
    "\"';--",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<b>bold</b>&amp;&lt;",
    "](javascript:alert(1))",
    "![beacon](http://tracker.example/x.png)",
    "[link](http://evil.example)",
    "http://bare.example www.bare.example",
    '%%{init: {"securityLevel": "loose"}}%%',
    "%% comment",
    "one\ntwo\r\nthree",
    'a;b"];n1-->n2',
    "@startuml",
    "@someone #12",
    "\u202eevil\u2066\u200b",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\tTAB",
    "\x00\x1b[31m\x07",
    "\\N\\l\\G\\",
    "#quot;#35;#lt;img src=x#gt;",
    "style x fill:#f00;",
    "classDef x:#f00;",
    "linkStyle default stroke:#f00",
    "]]>--><!--",
    "${x} {{x}} `x` $(x)",
    "| a | b |\\|",
    "end",
    "%label% %name%",
    "\ud800 lone \uffff",
    "🕸️ имя 名前",
    "x" * 10_000,
    '"' * 10_000,
)

CALM = ExportContext(
    title="Shop before the move",
    version="1.2.3",
    digest="0123456789abcdef" * 4,
    date="2026-03-01",
    plugin="auto",
    assumptions=("pod addresses lie in 10.244.0.0/16",),
    off=("NetworkPolicy/shop/web",),
    on=("NetworkPolicy/shop/db", "NetworkPolicy/shop/web-2"),
    exact=False,
)


def small_pack(context: ExportContext = CALM) -> Pack:
    """Four workloads in two namespaces: one connection of every kind of change, and an undecided one."""
    callers = (("shop/web", tcp(5432)), ("shop/job", tcp(5432)))
    before = World(
        (
            Pods(id="shop/web", port=8080, ingress=((EVERYBODY, tcp(8080)),)),
            Pods(id="shop/job", kind="CronJob", ingress=()),
            Pods(id="data/db", kind="StatefulSet", port=5432, ingress=callers),
            Pods(id="data/murky", port=80, ingress=(), murky=True),
        ),
        ("203.0.113.0/24",),
    )
    after = before.but("data/db", ingress=(("shop/web", tcp(5432, 5433)), ("data/murky", tcp(5432))))
    return pack_of(before, after, context, what_if="shop/web switched off")


def hostile_pack() -> Pack:
    """Every name that a manifest or a user can give is an attack."""
    pods = [
        Pods(id=f"{text.replace('/', '%')}/{text.replace('/', '%')}", kind=text, port=80, ingress=((EVERYBODY, ALL),))
        for text in HOSTILE
    ]
    before = World((*pods, Pods(id="shop/murky", ingress=(), murky=True), Pods(id="shop/web", ingress=())))
    after = before.but(pods[1].id, ingress=()).but("shop/web", ingress=((pods[2].id, tcp(80)),))
    context = ExportContext(
        title=" ".join(HOSTILE),
        version="1.2.3",
        digest="0" * 64,
        date=HOSTILE[2],
        plugin=HOSTILE[3],
        assumptions=HOSTILE,
        off=HOSTILE,
        on=HOSTILE,
        exact=False,
        complete=False,
    )
    return pack_of(before, after, context, what_if=" ".join(HOSTILE), notes=HOSTILE)


def pack_of(
    before: World, after: World, context: ExportContext, *, what_if: str = "", notes: tuple[str, ...] = ()
) -> Pack:
    """The pack of a comparison."""
    old, new = before.matrix(), after.matrix()
    picture = build_picture(new, old, title=context.title, what_if=what_if, notes=notes)
    return Pack(picture=picture, rows=pair_rows(new, compare(old, new)), context=context)


def written(name: str, pack: Pack) -> str:
    """The text of one format."""
    (file,) = pack.files(each for each in EXPORTERS if each.name == name)
    return file.data.decode()
