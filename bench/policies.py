"""NetworkPolicies of a load, as teams write them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bench.cluster import Manifest, Team, Template, namespace, pod

_DNS = Template("coredns", "7f4b9c", {"k8s-app": "kube-dns"}, (("dns", 53, "UDP"), ("dns-tcp", 53, "TCP")), 2)
_COLLECTOR = Template("collector", "66d8f5", {"app": "collector"}, (("web", 9090, "TCP"),), 2)
_SYSTEM = (
    Team("kube-system", {}, (_DNS,)),
    Team("monitoring", {"unit": "platform", "env": "prod"}, (_COLLECTOR,)),
)


def infrastructure() -> list[Manifest]:
    """What every cluster has: DNS, and something that collects metrics."""
    pods = [pod(team.name, each, n) for team in _SYSTEM for each in team.templates for n in range(each.replicas)]
    return [namespace(team) for team in _SYSTEM] + pods


def team_policies(rng: random.Random, teams: Sequence[Team], count: int) -> list[Manifest]:
    """So many policies: first what a namespace starts with, then the exceptions, namespace by namespace."""
    units = sorted({team.labels["unit"] for team in teams})
    order = rng.sample(teams, len(teams))
    found: list[Manifest] = []
    turn = 0
    while len(found) < count:
        for team in order:
            specs = _start(rng) if turn == 0 else {}
            specs |= {f"exception-{turn}-{n}": _exception(rng, team, units) for n in range(rng.choice((1, 2, 2, 3)))}
            found += [network_policy(team.name, name, spec) for name, spec in specs.items()]
            if len(found) >= count:
                break
        turn += 1
    return found[:count]


def network_policy(where: str, name: str, spec: Manifest) -> Manifest:
    """A NetworkPolicy."""
    metadata = {"name": name, "namespace": where}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def labels(**wanted: str) -> Manifest:
    """A selector by labels; `_` in a key stands for `-`."""
    return {"matchLabels": {key.replace("_", "-"): value for key, value in wanted.items()}}


def expressions(*wanted: tuple[str, str, Sequence[str]]) -> Manifest:
    """A selector by expressions (key, operator, values)."""
    return {
        "matchExpressions": [
            {"key": key, "operator": operator, "values": list(values)} if values else {"key": key, "operator": operator}
            for key, operator, values in wanted
        ]
    }


def named(name: str) -> Manifest:
    """The selector of the namespace of this name."""
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


def _ingress(subject: Manifest, *rules: Manifest) -> Manifest:
    return {"podSelector": subject, "policyTypes": ["Ingress"], "ingress": list(rules)}


def _egress(subject: Manifest, *rules: Manifest) -> Manifest:
    return {"podSelector": subject, "policyTypes": ["Egress"], "egress": list(rules)}


def _tcp(*ports: int | str) -> list[Manifest]:
    return [{"port": port, "protocol": "TCP"} for port in ports]


def _start(rng: random.Random) -> dict[str, Manifest]:
    found: dict[str, Manifest] = {}
    if rng.random() < 0.5:
        dns = {"namespaceSelector": named("kube-system"), "podSelector": labels(k8s_app="kube-dns")}
        ports = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
        found["closed"] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        found["names"] = _egress({}, {"to": [dns], "ports": ports})
        found["out-to-own"] = _egress({}, {"to": [{"podSelector": {}}]})
    else:
        found["closed"] = _ingress({})
    if rng.random() < 0.6:
        found["in-from-own"] = _ingress({}, {"from": [{"podSelector": {}}]})
    if rng.random() < 0.7:
        collector = {"namespaceSelector": named("monitoring"), "podSelector": labels(app="collector")}
        found["metrics"] = _ingress({}, {"from": [collector], "ports": _tcp("metrics")})
    return found


def _exception(rng: random.Random, team: Team, units: Sequence[str]) -> Manifest:
    unit, env = team.labels["unit"], team.labels["env"]
    app = rng.choice(team.apps) if team.apps else "app-0"
    some = rng.sample(units, min(2, len(units)))
    a, b, c = rng.randrange(11, 220), rng.randrange(256), rng.randrange(0, 256, 16)
    low = 10_000 + 100 * rng.randrange(50)
    match rng.randrange(10):
        case 0:
            callers = [{"podSelector": expressions(("role", "In", ("web", "edge")))}]
            return _ingress(labels(role="api"), {"from": callers, "ports": _tcp("http", "rpc")})
        case 1:
            where = expressions(("unit", "In", some), ("env", "In", (env,)))
            callers = [{"namespaceSelector": where, "podSelector": expressions(("role", "NotIn", ("store", "cache")))}]
            ports = [*_tcp("http"), {"port": 9000, "endPort": 9010, "protocol": "TCP"}]
            return _ingress(labels(app=app), {"from": callers, "ports": ports})
        case 2:
            return _ingress(labels(role="web"), {"from": [{"namespaceSelector": labels(unit=unit)}]})
        case 3:
            world = {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", f"{a}.{b}.0.0/16"]}
            ports = [*_tcp("http", "https"), {"port": 8443, "protocol": "UDP"}]
            open_to = {"from": [{"ipBlock": world}], "ports": ports}
            return _ingress(expressions(("role", "In", ("web", "edge"))), open_to)
        case 4:
            block = {"cidr": f"{a}.{b}.{c}.0/20", "except": [f"{a}.{b}.{c}.0/24"]}
            ports = [*_tcp(443), {"port": 30000, "endPort": 32767, "protocol": "TCP"}]
            own: Manifest = {"to": [{"podSelector": {}}]}
            return _egress(labels(role="job"), {"to": [{"ipBlock": block}], "ports": ports}, own)
        case 5:
            callers = [{"podSelector": expressions(("canary", "DoesNotExist", ()))}]
            ports = _tcp(*rng.sample((80, 443, 8000, 8080, 8081, 5432, 6379, 9090), 3))
            return _ingress(expressions(("role", "Exists", ())), {"from": callers, "ports": ports})
        case 6:
            ports = [{"port": "stats", "protocol": "UDP"}, {"port": low, "endPort": 16000, "protocol": "UDP"}]
            callers = [{"namespaceSelector": expressions(("env", "NotIn", (env,)))}]
            return _ingress(labels(role="job"), {"from": callers, "ports": ports})
        case 7:
            where = expressions(("unit", "In", some))
            peers = [{"namespaceSelector": where, "podSelector": labels(role=rng.choice(("api", "store", "cache")))}]
            return _egress(labels(app=app), {"to": peers, "ports": _tcp(rng.choice(("http", "rpc", "sql", "cache")))})
        case 8:
            block = {"cidr": f"2001:db8:{a:x}{b:02x}::/48", "except": [f"2001:db8:{a:x}{b:02x}:{c:x}::/64"]}
            return _egress(labels(role="edge"), {"to": [{"ipBlock": block}], "ports": _tcp(443)})
        case _:
            callers = [
                {"podSelector": labels(role="api")},
                {
                    "namespaceSelector": expressions(("restricted", "Exists", ())),
                    "podSelector": labels(role="api", env=env),
                },
            ]
            spec = _ingress(labels(role="store"), {"from": callers, "ports": _tcp("sql")})
            return {**spec, "policyTypes": ["Ingress", "Egress"], "egress": []}


def burner_policies(number: int, namespaces: int) -> list[Manifest]:
    """Five policies of a namespace, each with five ports, port ranges, namespaces, pods and blocks of its own."""
    found: list[Manifest] = []
    everyone = expressions(("number", "In", [str(n) for n in range(10)]))
    half = expressions(("number", "In", [str(n) for n in range(5)]))
    for n in range(5):
        k = number * 5 + n
        names = [f"burner-{(number + 1 + n * 5 + i) % namespaces}" for i in range(5)]
        ports: list[Manifest] = _tcp(*(1_000 + (k * 7 + i) % 8_000 for i in range(5)))
        for i in range(5):
            low = 20_000 + (k * 11 + i * 40) % 20_000
            ports.append({"port": low, "endPort": low + 15, "protocol": "TCP"})
        where = expressions(("kubernetes.io/metadata.name", "In", names))
        who = expressions(("number", "In", [str((n + i) % 10) for i in range(5)]))
        peers: list[Manifest] = [{"namespaceSelector": where, "podSelector": who}]
        for i in range(5):
            cidr = f"{20 + (k + i) % 180}.{k // 180 % 256}.{(k + i * 3) % 256}.0/24"
            peers.append({"ipBlock": {"cidr": cidr}})
        if n % 2:
            spec = _egress(half, {"to": peers, "ports": ports})
        else:
            spec = _ingress(everyone, {"from": peers, "ports": ports})
        found.append(network_policy(f"burner-{number}", f"policy-{n}", spec))
    return found
