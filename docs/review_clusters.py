"""Clusters as they stand in a design review, in every size: for the pictures of the README and for tests.

Each team has one namespace: an entry that other teams may call, services behind it, and stores behind those. Everything
is closed by default, and five policies for each team open what is needed. The same size always gives the same text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

SIZES: Final = (12, 40, 150, 1000)
"""Workloads in the clusters that are shown."""

_TEAMS: Final = {
    "storefront": ("web", "catalog-view", "search-suggest", "recommendations", "reviews", "wishlist", "banner-service"),
    "orders": ("orders-api", "checkout", "order-history", "returns", "tax-calculator", "gift-cards", "order-exports"),
    "payments": ("payments-api", "psp-gateway", "refunds", "fraud-check", "invoicing", "payout-scheduler", "disputes"),
    "identity": ("login", "sessions", "token-issuer", "user-profile", "consent", "device-registry", "password-reset"),
    "catalog": ("catalog-api", "pricing", "stock-levels", "media-resizer", "import-worker", "product-facts", "brands"),
    "shipping": ("shipping-api", "carrier-adapter-for-parcels", "labels", "tracking", "route-planner", "pickup-points"),
    "search": ("search-api", "query-parser", "ranking", "indexer", "spelling", "synonyms", "search-analytics"),
    "notify": ("notify-api", "mail-sender", "sms-sender", "push-sender", "templates", "unsubscribe", "bounce-handler"),
    "loyalty": ("loyalty-api", "points-ledger", "tiers", "vouchers", "campaigns", "partner-sync", "statements"),
    "support": ("support-desk", "chat", "ticket-router", "knowledge-base", "call-notes", "satisfaction-survey"),
    "analytics": ("collector", "sessionizer", "funnel-builder", "cohorts", "report-api", "experiment-assigner"),
    "billing": ("billing-api", "usage-meter", "rating-engine", "invoice-renderer", "dunning", "tax-exports"),
    "partners": ("partner-api", "feed-importer", "contract-store-sync", "settlement", "partner-portal", "audit-trail"),
    "fulfilment": ("fulfilment-api", "picking", "packing", "replenishment", "warehouse-gateway", "stock-count"),
}
_STORES: Final = (("postgres", 5432), ("redis", 6379), ("kafka", 9092))
_REGIONS: Final = ("", "-us", "-ap", "-sa", "-me", "-af", "-ca", "-uk")
_ENTRY_PORT: Final = 8443
_SERVICE_PORT: Final = 8080
_METRICS_PORT: Final = 9090
_LARGEST_TEAM: Final = 10

Manifest = dict[str, object]
_Peer = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Team:
    """One namespace: its entry, its services and its stores (name and port), and the namespaces that it calls."""

    name: str
    entry: str
    services: tuple[str, ...]
    stores: tuple[tuple[str, int], ...]
    calls: tuple[str, ...]


def review_cluster(workloads: int) -> str:
    """A cluster of that many workloads, at least 3, as one manifest that is JSON and YAML."""
    items = list(_manifests(workloads))
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1)


def _manifests(workloads: int) -> Iterator[Manifest]:
    watched = workloads >= 40
    teams = _teams(workloads - (3 if watched else 0))
    if watched:
        yield from _monitoring()
    for i, team in enumerate(teams):
        yield _object("v1", "Namespace", team.name, None, labels={"kubernetes.io/metadata.name": team.name})
        yield from _workloads(team)
        yield from _policies(team, teams, watched=watched, public=i % len(_TEAMS) == 0)


def _teams(workloads: int) -> tuple[_Team, ...]:
    count = max(1, -(-workloads // _LARGEST_TEAM), min(3, workloads // 4))
    names = [f"{team}{region}" for region in _REGIONS for team in _TEAMS][:count]
    return tuple(
        _team(names, i, workloads // count + (1 if i < workloads % count else 0)) for i in range(len(names))
    )


def _team(names: list[str], number: int, size: int) -> _Team:
    name = names[number]
    words = _TEAMS[name.partition("-")[0]]
    stores = _STORES[: 1 if size < 6 else 2 if number % 3 else 3]
    services = [*words[1:], *(f"{word}-worker" for word in words)][: size - 1 - len(stores)]
    below = [names[i] for i in (2 * number + 1, 2 * number + 2) if i < len(names)]
    shared = ["identity"] if "identity" in names and name != "identity" and "identity" not in below else []
    return _Team(name=name, entry=words[0], services=tuple(services), stores=stores, calls=(*below, *shared))


def _workloads(team: _Team) -> Iterator[Manifest]:
    yield _workload(team.name, team.entry, "entry", _ENTRY_PORT)
    for i, service in enumerate(team.services):
        labels = {f"uses-{team.stores[i % len(team.stores)][0]}": "true"}
        if i == 0:
            labels["calls-other-teams"] = "true"
        yield _workload(team.name, service, "service", _SERVICE_PORT, labels=labels)
    for store, port in team.stores:
        yield _workload(team.name, store, "store", port, kind="StatefulSet")


def _policies(team: _Team, teams: tuple[_Team, ...], *, watched: bool, public: bool) -> Iterator[Manifest]:
    yield _policy(team.name, "default-deny", {}, {"policyTypes": ["Ingress"]})
    callers: list[_Peer] = [
        {"namespaceSelector": _labels({"kubernetes.io/metadata.name": other.name}), "podSelector": _CALLERS}
        for other in teams
        if team.name in other.calls
    ]
    entry: list[Manifest] = [{"from": callers, "ports": _port(_ENTRY_PORT)}] if callers else []
    entry += [{"ports": _port(_ENTRY_PORT)}] if public else []
    yield _policy(team.name, "entry", {"role": "entry"}, {"ingress": entry})
    inside: _Peer = {"podSelector": _labels({"role": "entry"})}
    yield _policy(team.name, "services", {"role": "service"}, {"ingress": [_rule(inside, _SERVICE_PORT)]})
    for store, port in team.stores[:1] if watched else team.stores:
        user: _Peer = {"podSelector": _labels({f"uses-{store}": "true"})}
        yield _policy(team.name, store, {"app": store}, {"ingress": [_rule(user, port)]})
    if watched and len(team.stores) > 1:
        rules = [_rule({"podSelector": _labels({f"uses-{s}": "true"})}, port) for s, port in team.stores[1:]]
        others = {"matchExpressions": [{"key": "app", "operator": "In", "values": [s for s, _ in team.stores[1:]]}]}
        yield _policy(team.name, "other-stores", others, {"ingress": rules})
    if watched:
        scraper: _Peer = {
            "namespaceSelector": _labels({"kubernetes.io/metadata.name": "monitoring"}),
            "podSelector": _labels({"app": "prometheus"}),
        }
        yield _policy(team.name, "metrics", {}, {"ingress": [_rule(scraper, _METRICS_PORT)]})
    if team.name.partition("-")[0] == "payments":
        network: _Peer = {"ipBlock": {"cidr": "203.0.113.0/24"}}
        rules = [{"to": [network], "ports": _port(443)}, {"ports": [{"protocol": "UDP", "port": 53}]}]
        yield _policy(team.name, "card-network", {"app": "psp-gateway"}, {"policyTypes": ["Egress"], "egress": rules})


def _monitoring() -> Iterator[Manifest]:
    yield _object("v1", "Namespace", "monitoring", None, labels={"kubernetes.io/metadata.name": "monitoring"})
    yield _workload("monitoring", "prometheus", "service", 9090, kind="StatefulSet")
    yield _workload("monitoring", "grafana", "entry", 3000)
    yield _workload("monitoring", "alertmanager", "service", 9093)
    yield _policy("monitoring", "default-deny", {}, {"policyTypes": ["Ingress"]})
    grafana: _Peer = {"podSelector": _labels({"app": "grafana"})}
    yield _policy("monitoring", "prometheus", {"app": "prometheus"}, {"ingress": [_rule(grafana, 9090)]})
    prometheus: _Peer = {"podSelector": _labels({"app": "prometheus"})}
    yield _policy("monitoring", "alertmanager", {"app": "alertmanager"}, {"ingress": [_rule(prometheus, 9093)]})
    yield _policy("monitoring", "grafana", {"app": "grafana"}, {"ingress": [{"ports": _port(3000)}]})


def _workload(
    namespace: str, name: str, role: str, port: int, *, kind: str = "Deployment", labels: dict[str, str] | None = None
) -> Manifest:
    own = {"app": name, "role": role, **(labels or {})}
    container = {"name": "main", "image": f"example.org/{name}:1", "ports": [{"containerPort": port}]}
    spec: Manifest = {
        "replicas": 2,
        "selector": _labels({"app": name}),
        "template": {"metadata": {"labels": own}, "spec": {"containers": [container]}},
    }
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return _object("apps/v1", kind, name, namespace, spec=spec)


def _policy(namespace: str, name: str, subject: Mapping[str, object], rest: Manifest) -> Manifest:
    selector = subject if "matchExpressions" in subject or not subject else {"matchLabels": subject}
    spec = {"podSelector": selector, **rest}
    return _object("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=spec)


def _object(
    version: str,
    kind: str,
    name: str,
    namespace: str | None,
    *,
    labels: dict[str, str] | None = None,
    spec: Manifest | None = None,
) -> Manifest:
    metadata: Manifest = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    found: Manifest = {"apiVersion": version, "kind": kind, "metadata": metadata}
    return {**found, "spec": spec} if spec else found


def _rule(peer: _Peer, port: int) -> Manifest:
    return {"from": [peer], "ports": _port(port)}


def _port(port: int) -> list[Manifest]:
    return [{"protocol": "TCP", "port": port}]


def _labels(labels: dict[str, str]) -> Manifest:
    return {"matchLabels": labels}


_CALLERS: Final = _labels({"calls-other-teams": "true"})
