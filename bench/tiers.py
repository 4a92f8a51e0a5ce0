"""What a platform team adds to a load: Calico's tiers and network sets, or Admin and Baseline policies."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bench.cluster import Manifest, Team
from bench.policies import named

_CALICO = "projectcalico.org/v3"
_ADMIN = "policy.networking.k8s.io/v1alpha2"


def calico_tiers(rng: random.Random, teams: Sequence[Team]) -> list[Manifest]:
    """Three tiers, network sets, policies for all, for each unit, and for every fourth namespace."""
    objects = [_calico("Tier", name, {"order": order, "defaultAction": default}) for name, order, default in _TIERS]
    for n in range(8):
        nets = [f"{rng.randrange(11, 220)}.{rng.randrange(256)}.{i}.0/24" for i in range(10)]
        nets.append(f"2001:db8:{n:x}::/48")
        objects.append(_calico("GlobalNetworkSet", f"partner-{n}", {"nets": nets}, {"partner": f"p{n % 4}"}))
    objects += [_calico("GlobalNetworkPolicy", name, spec) for name, spec in _for_all().items()]
    for order, unit in enumerate(sorted({team.labels["unit"] for team in teams})):
        objects.append(_calico("GlobalNetworkPolicy", f"platform.{unit}", _for_unit(rng, unit, order)))
    for team in teams[::4]:
        policy = _calico("NetworkPolicy", "app.own", _for_team(rng, team))
        policy["metadata"]["namespace"] = team.name
        objects.append(policy)
    return objects


_TIERS = (("security", 100, "Pass"), ("platform", 200, "Pass"), ("app", 300, "Pass"))


def _calico(kind: str, name: str, spec: Manifest, labels: dict[str, str] | None = None) -> Manifest:
    metadata = {"name": name, "labels": labels} if labels else {"name": name}
    return {"apiVersion": _CALICO, "kind": kind, "metadata": metadata, "spec": spec}


def _for_all() -> dict[str, Manifest]:
    scraper = {"selector": "app == 'collector'", "namespaceSelector": "kubernetes.io/metadata.name == 'monitoring'"}
    return {
        "security.restricted": {
            "tier": "security",
            "order": 10,
            "namespaceSelector": "has(restricted)",
            "types": ["Ingress"],
            "ingress": [
                {"action": "Pass", "source": {"namespaceSelector": "has(restricted)"}},
                {"action": "Deny", "source": {"notSelector": "role in {'api', 'edge'}", "namespaceSelector": "all()"}},
            ],
        },
        "security.no-credentials": {
            "tier": "security",
            "order": 20,
            "types": ["Egress"],
            "egress": [{"action": "Deny", "destination": {"nets": ["169.254.169.254/32"]}}, {"action": "Pass"}],
        },
        "platform.metrics": {
            "tier": "platform",
            "order": 0,
            "types": ["Ingress"],
            "ingress": [
                {"action": "Allow", "protocol": "TCP", "source": scraper, "destination": {"ports": ["metrics"]}},
                {"action": "Pass"},
            ],
        },
    }


def _for_unit(rng: random.Random, unit: str, order: int) -> Manifest:
    partner = {"selector": f"partner == 'p{rng.randrange(4)}'", "namespaceSelector": "global()", "ports": [443]}
    block = f"{rng.randrange(11, 220)}.{rng.randrange(256)}.0.0/16"
    return {
        "tier": "platform",
        "order": 10 + order,
        "namespaceSelector": f"unit == '{unit}'",
        "types": ["Egress"],
        "egress": [
            {"action": "Allow", "protocol": "TCP", "destination": partner},
            {"action": "Deny", "protocol": "UDP", "destination": {"notNets": [block], "ports": ["5000:5999"]}},
            {"action": "Pass"},
        ],
    }


def _for_team(rng: random.Random, team: Team) -> Manifest:
    role = rng.choice(("api", "store", "cache"))
    return {
        "tier": "app",
        "order": rng.randrange(100),
        "selector": f"role == '{role}'",
        "types": ["Ingress"],
        "ingress": [
            {"action": "Allow", "source": {"selector": "role == 'api' && !has(canary)"}},
            {"action": "Deny", "source": {"namespaceSelector": f"unit != '{team.labels['unit']}'"}},
            {"action": "Pass"},
        ],
    }


def admin_policies(rng: random.Random, teams: Sequence[Team]) -> list[Manifest]:
    """Twenty Admin and four Baseline policies over namespaces by their labels."""
    everywhere: Manifest = {"namespaces": {}}
    units = sorted({team.labels["unit"] for team in teams})
    scraper = {"namespaceSelector": named("monitoring"), "podSelector": {"matchLabels": {"app": "collector"}}}
    tcp = [{"tcp": {"destinationPort": {"number": port}}} for port in (9090, 9091, 9100, 9187)]
    found = [
        _admin("Admin", "no-credentials", 1, everywhere, egress=[_rule("Deny", {"networks": ["169.254.169.254/32"]})]),
        _admin("Admin", "metrics", 2, everywhere, ingress=[{**_rule("Accept", {"pods": scraper}), "protocols": tcp}]),
    ]
    for n in range(18):
        unit, other = rng.choice(units), rng.choice(units)
        subject = {"namespaces": {"matchLabels": {"unit": unit}}}
        peers = [{"key": "unit", "operator": "In", "values": [unit, other]}]
        rules = [
            _rule("Pass", {"namespaces": {"matchExpressions": peers}}),
            _rule("Deny", {"namespaces": {"matchLabels": {"env": rng.choice(("prod", "stage", "dev"))}}}),
        ]
        if n % 2:
            found.append(_admin("Admin", f"border-{n}", 10 + n, subject, ingress=rules))
        else:
            found.append(_admin("Admin", f"border-{n}", 10 + n, subject, egress=rules))
    for n, env in enumerate(("prod", "stage", "dev")):
        subject = {"namespaces": {"matchLabels": {"env": env}}}
        elsewhere = {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": [env]}]}
        rules = [_rule("Deny", {"namespaces": elsewhere})]
        found.append(_admin("Baseline", f"apart-{env}", 10 + n, subject, ingress=rules))
    world = _rule("Deny", {"networks": ["198.51.100.0/24", "2001:db8:ffff::/48"]})
    return [*found, _admin("Baseline", "world", 20, everywhere, egress=[world])]


def _rule(action: str, peer: Manifest) -> Manifest:
    return {"action": action, "peers": [peer]}


def _admin(
    tier: str,
    name: str,
    priority: int,
    subject: Manifest,
    *,
    ingress: Sequence[Manifest] = (),
    egress: Sequence[Manifest] = (),
) -> Manifest:
    spec: Manifest = {"tier": tier, "priority": priority, "subject": subject}
    for key, side, rules in (("ingress", "from", ingress), ("egress", "to", egress)):
        if rules:
            spec[key] = [{**{k: v for k, v in rule.items() if k != "peers"}, side: rule["peers"]} for rule in rules]
    return {"apiVersion": _ADMIN, "kind": "ClusterNetworkPolicy", "metadata": {"name": name}, "spec": spec}
