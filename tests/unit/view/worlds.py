"""Small clusters with simple rules, and the matrices that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from netviz.engine.matrix import Cell, Grouping, Peer, PeerType, ReachabilityMatrix, Side
from netviz.model.cluster import ContainerPort
from netviz.sets.addresses import ALL_ADDRESSES, AddressSet, parse_cidr
from netviz.sets.connections import ALL_CONNECTIONS, NO_CONNECTIONS, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet

ANY_POD = "*pods"
ANY_OUTSIDE = "*outside"
EVERYBODY = "*"

Rules = tuple[tuple[str, ConnectionSet], ...]
"""Who (a workload id, a CIDR, or one of the words above) and what."""


def tcp(*ports: int) -> ConnectionSet:
    """These TCP ports."""
    return ConnectionSet.of(TCP, IntervalSet.of((p, p) for p in ports))


def udp(*ports: int) -> ConnectionSet:
    """These UDP ports."""
    return ConnectionSet.of(UDP, IntervalSet.of((p, p) for p in ports))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """A workload; `ingress` or `egress` None: no policy selects it there. `murky`: its ingress cannot be decided."""

    id: str
    kind: str = "Deployment"
    port: int = 0
    ingress: Rules | None = None
    egress: Rules | None = None
    murky: bool = False
    living: bool = True

    @property
    def namespace(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class World:
    """Workloads, and the CIDRs that rules mention."""

    pods: tuple[Pods, ...]
    cidrs: tuple[str, ...] = field(default=())

    def but(self, workload: str, **changes: object) -> World:
        """The world with one workload changed."""
        pods = tuple(replace(p, **changes) if p.id == workload else p for p in self.pods)  # type: ignore[arg-type]
        return World(pods, self.cidrs)

    def matrix(self) -> ReachabilityMatrix:
        """What the rules allow, as an engine would answer it."""
        outside = _outside(self.cidrs)
        peers = [_peer(p) for p in self.pods]
        peers += [
            Peer(id=f"ext-{i}", type=PeerType.ADDRESSES, addresses=a, ingress=_UNPOLICED, egress=_UNPOLICED)
            for i, a in enumerate(outside)
        ]
        cells: dict[tuple[int, int], Cell] = {}
        for i, source in enumerate(peers):
            for j, target in enumerate(peers):
                if i == j or source.type is target.type is PeerType.ADDRESSES:
                    continue
                cell = _cell(self.pods, peers, i, j)
                if cell:
                    cells[i, j] = cell
        return ReachabilityMatrix(by=Grouping.WORKLOAD, peers=tuple(peers), cells=cells)


ALL = ALL_CONNECTIONS
_TO_ALL: Rules = ((EVERYBODY, ALL_CONNECTIONS),)
_UNPOLICED = Side(isolated=False, any_pod=ALL_CONNECTIONS, any_outside=ALL_CONNECTIONS, unpoliced=True)


def _outside(cidrs: tuple[str, ...]) -> list[AddressSet]:
    parts = [ALL_ADDRESSES]
    for text in cidrs:
        block = parse_cidr(text)
        assert block is not None
        parts = [q for p in parts for q in (p - block.addresses(), p & block.addresses()) if q]
    return parts


def _peer(pods: Pods) -> Peer:
    namespace, _, name = pods.id.partition("/")
    ports = (ContainerPort(name=None, protocol=TCP, port=pods.port),) if pods.port else ()
    ingress = _side(() if pods.murky else pods.ingress)
    return Peer(
        id=pods.id,
        type=PeerType.WORKLOAD,
        namespace=namespace,
        name=name,
        kind=pods.kind,
        ports=ports,
        living=pods.living,
        ingress=replace(ingress, isolated=None, nothing=False) if pods.murky else ingress,
        egress=_side(pods.egress),
    )


def _side(rules: Rules | None) -> Side:
    if rules is None:
        return Side(isolated=False, any_pod=ALL_CONNECTIONS, any_outside=ALL_CONNECTIONS)
    return Side(
        isolated=True,
        any_pod=_union(rules, {ANY_POD, EVERYBODY}),
        any_outside=_union(rules, {ANY_OUTSIDE, EVERYBODY}),
        nothing=not rules,
    )


def _union(rules: Rules, who: set[str]) -> ConnectionSet:
    found = NO_CONNECTIONS
    for peer, ports in rules:
        found |= ports if peer in who else NO_CONNECTIONS
    return found


def _allowed(rules: Rules | None, other: Peer) -> ConnectionSet:
    if rules is None:
        return ALL_CONNECTIONS
    if other.type is not PeerType.ADDRESSES:
        return _union(rules, {other.id, f"{other.namespace}/*", ANY_POD, EVERYBODY})
    blocks = {who for who, _ in rules if (block := parse_cidr(who)) and other.addresses <= block.addresses()}
    return _union(rules, {ANY_OUTSIDE, EVERYBODY, *blocks})


def _cell(pods: tuple[Pods, ...], peers: list[Peer], source: int, target: int) -> Cell:
    out = _allowed(pods[source].egress, peers[target]) if source < len(pods) else ALL_CONNECTIONS
    into = _allowed(pods[target].ingress, peers[source]) if target < len(pods) else ALL_CONNECTIONS
    if target < len(pods) and pods[target].murky:
        return Cell(unknown=out)
    return Cell(allow=out & into)


def shop() -> World:
    """The online shop: 12 workloads in 3 namespaces, one egress to an outside network, one cylinder."""
    rpc = {
        "shop/adservice": (9555, ("web/frontend",)),
        "shop/cartservice": (7070, ("web/frontend", "shop/checkoutservice")),
        "shop/checkoutservice": (5050, ("web/frontend",)),
        "shop/currencyservice": (7000, ("web/frontend", "shop/checkoutservice")),
        "shop/productcatalogservice": (
            3550,
            ("web/frontend", "shop/checkoutservice", "shop/recommendationservice"),
        ),
        "shop/recommendationservice": (8080, ("web/frontend",)),
        "backend/emailservice": (8080, ("shop/checkoutservice",)),
        "backend/paymentservice": (50051, ("shop/checkoutservice",)),
        "backend/shippingservice": (50051, ("web/frontend", "shop/checkoutservice")),
        "backend/redis-cart": (6379, ("shop/cartservice",)),
    }
    pods = [
        Pods(id="web/frontend", port=8080, ingress=_TO_ALL, egress=_TO_ALL),
        Pods(id="web/loadgenerator", ingress=(), egress=_TO_ALL),
    ]
    for name, (port, callers) in rpc.items():
        rules = tuple((caller, tcp(port)) for caller in callers)
        egress: Rules = _TO_ALL
        if name == "backend/paymentservice":
            egress = ((EVERYBODY, udp(53)), ("203.0.113.0/24", tcp(443)))
        if name == "backend/redis-cart":
            egress = ()
        kind = "StatefulSet" if name == "backend/redis-cart" else "Deployment"
        pods.append(Pods(id=name, kind=kind, port=port, ingress=rules, egress=egress))
    return World(tuple(pods), ("203.0.113.0/24",))


def shop_what_if() -> World:
    """The shop with adservice and loadgenerator without policies, and redis-cart closed."""
    return (
        shop()
        .but("shop/adservice", ingress=None, egress=None)
        .but("web/loadgenerator", ingress=None)
        .but("backend/redis-cart", ingress=())
        .but("shop/currencyservice", ingress=(("web/frontend", tcp(7000, 7443)), ("shop/checkoutservice", tcp(7000))))
    )


def synthetic(workloads: int, namespaces: int, *, watched: bool = False) -> World:
    """A larger cluster: each namespace a small application, some call others, all use one; deterministic.

    `watched`: the last namespace reaches every workload, as a monitoring system does.
    """
    size = workloads // namespaces
    teams = [[f"team-{n:02d}/{_WORDS[i % len(_WORDS)]}-{i}" for i in range(size)] for n in range(namespaces)]
    rules: dict[str, dict[str, ConnectionSet]] = {name: {} for team in teams for name in team}
    third = max(1, size // 3)
    for n, team in enumerate(teams):
        for i, name in enumerate(team[1:], start=1):
            caller = team[0] if i <= third else team[1 + i % third]
            rules[name][caller] = tcp(5432 if i > 2 * third else 8080)
        if n and n % 3 != 2:
            rules[team[0]][teams[n // 3][min(1 + n % third, size - 1)]] = tcp(443)
        rules[teams[-1][0]][team[0]] = tcp(8443)
        if watched:
            for name in team[:size] if n < namespaces - 1 else []:
                rules[name][teams[-1][-1]] = tcp(9090)
    pods = [
        Pods(
            id=name,
            port=(8080, 5432, 443)[i % 3],
            kind=("Deployment", "StatefulSet", "DaemonSet", "CronJob")[i % 4],
            ingress=((EVERYBODY, tcp(443)),) if n == 0 and i == 0 else tuple(rules[name].items()),
        )
        for n, team in enumerate(teams)
        for i, name in enumerate(team)
    ]
    return World(tuple(pods))


_WORDS = ("gateway", "api", "ledger", "worker", "cache", "search-indexer", "auth", "notifier", "db", "scheduler")
