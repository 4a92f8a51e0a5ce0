"""Random admin policies for the random clusters: deterministic by seed, valid, in all three kinds."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tests.generators import (
    BLOCKS,
    NAMESPACE_LABELS,
    NAMESPACES,
    PORT_NAMES,
    PORTS,
    Case,
    Maker,
    random_case,
)
from tests.oracle.manifests import Raw, kind_of

NODE_LABELS = {"zone": ("a", "b"), "pool": ("small", "large")}
PRIORITIES = (0, 7, 7, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminMaker:
    """Makes policies of one version; `nodes`: the case has Node manifests, so that rules may speak of nodes."""

    make: Maker
    cluster: bool
    nodes: bool

    def pods(self) -> Raw:
        """A subject, or a peer inside of the cluster."""
        if self.make.chance(0.5):
            return {"namespaces": self.make.selector(NAMESPACE_LABELS, NAMESPACES)}
        found: Raw = {"podSelector": self.make.pod_selector()}
        if not self.cluster or self.make.chance(0.7):
            found["namespaceSelector"] = self.make.selector(NAMESPACE_LABELS, NAMESPACES)
        return {"pods": found}

    def peer(self, *, egress: bool) -> Raw:
        """A peer of a rule."""
        if egress and self.make.chance(0.4):
            if self.nodes and self.make.chance(0.4):
                return {"nodes": self.make.selector(NODE_LABELS)}
            return {"networks": self.make.rng.sample([cidr for cidr, _ in BLOCKS], self.make.rng.randint(1, 2))}
        return self.pods()

    def numbers(self) -> tuple[int, int]:
        """The first and last port of an entry."""
        first = self.make.rng.choice(PORTS)
        above = [port for port in (*PORTS, 65535) if port > first]
        return first, self.make.rng.choice(above) if self.make.chance(0.4) else first

    def port(self) -> Raw:
        """An entry of `ports` or `protocols` with numbers."""
        first, last = self.numbers()
        if self.cluster:
            port: Raw = {"number": first} if first == last else {"range": {"start": first, "end": last}}
            return {self.make.rng.choice(("tcp", "udp", "sctp")): {"destinationPort": port}}
        found: Raw = {"protocol": self.make.rng.choice(("TCP", "UDP", "SCTP"))} if self.make.chance(0.6) else {}
        if first == last and self.make.chance(0.8):
            return {"portNumber": {**found, "port": first}}
        return {"portRange": {**found, "start": first, "end": last}}

    def ports(self, peers: list[Raw]) -> Raw:
        """The ports of a rule, by name only where every peer has names (C33)."""
        if self.make.chance(0.4):
            return {}
        named = not any({"networks", "nodes"} & set(peer) for peer in peers)
        entries = []
        for _ in range(self.make.rng.choice((1, 1, 2, 3))):
            if named and self.make.chance(0.35):
                key = "destinationNamedPort" if self.cluster else "namedPort"
                entries.append({key: self.make.rng.choice(PORT_NAMES)})
            else:
                entries.append(self.port())
        return {"protocols" if self.cluster else "ports": entries}

    def rules(self, actions: tuple[str, ...], *, egress: bool) -> list[Raw]:
        """The rules of one direction."""
        found = []
        for _ in range(self.make.rng.choice((0, 1, 1, 2, 3))):
            peers = [self.peer(egress=egress) for _ in range(self.make.rng.choice((1, 1, 2)))]
            rule = {"action": self.make.rng.choice(actions), "to" if egress else "from": peers}
            found.append({**rule, **self.ports(peers)})
        return found

    def policy(self, kind: str, name: str, tier: str) -> Raw:
        """One policy."""
        allow = "Accept" if self.cluster else "Allow"
        actions = (allow, "Deny") if kind.startswith("Baseline") else (allow, "Deny", "Pass")
        spec: Raw = {"subject": self.pods()}
        if not kind.startswith("Baseline"):
            spec["priority"] = self.make.rng.choice(PRIORITIES)
        if self.cluster:
            spec["tier"] = tier
        spec |= {"ingress": self.rules(actions, egress=False), "egress": self.rules(actions, egress=True)}
        version = "v1alpha2" if self.cluster else "v1alpha1"
        version = f"policy.networking.k8s.io/{version}"
        return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def admin_case(seed: int) -> Case:
    """An exact case of `random_case` with admin policies of either version, or of both."""
    case = random_case(seed, exact=True)
    rng = Random(f"admin {seed}")
    make = Maker(rng=rng, exact=True, addressed=False, placed=False, listed=False)
    for node in kind_of(case.objects, "Node"):
        node["metadata"]["labels"] = make.labels(NODE_LABELS)
    nodes = bool(kind_of(case.objects, "Node"))
    old, new = (AdminMaker(make=make, cluster=cluster, nodes=nodes) for cluster in (False, True))
    versions = rng.choice(("old", "new", "both"))
    policies: list[Raw] = []
    if versions != "new":
        policies += [old.policy("AdminNetworkPolicy", f"anp{i}", "") for i in range(rng.randint(0, 3))]
        policies += [old.policy("BaselineAdminNetworkPolicy", "default", "")] if make.chance(0.6) else []
    if versions != "old":
        tiers = [rng.choice(("Admin", "Admin", "Baseline")) for _ in range(rng.randint(0, 4))]
        policies += [new.policy("ClusterNetworkPolicy", f"cnp{i}", tier) for i, tier in enumerate(tiers)]
    rng.shuffle(policies)
    return replace(case, objects=[*case.objects, *policies])


def spoiled(case: Case, seed: int) -> tuple[Case, Callable[[int], list[Raw]]] | None:
    """The case with one admin policy refused, and objects with what that policy may have been meant to be.

    None without an admin policy.
    """
    rng = Random(f"spoiled {seed}")
    places = [i for i, item in enumerate(case.objects) if item["apiVersion"].startswith("policy.networking.k8s.io/")]
    if not places:
        return None
    place = rng.choice(places)
    good = case.objects[place]
    bad = copy.deepcopy(good)
    what = rng.choice(("priority", "tier", "subject", "ingress", "egress", "name"))
    if what in ("ingress", "egress"):
        bad["spec"][what] = [*(good["spec"].get(what) or []), {"action": "Log"}]
    elif what == "subject":
        bad["spec"]["subject"] = {}
    elif what == "name" and good["kind"].startswith("Baseline"):
        bad["metadata"]["name"] = "other"
    else:
        bad["spec"][what] = 1001
    misspelt = not set(bad["spec"]) <= {*good["spec"], "ingress", "egress"}

    def meant(attempt: int) -> list[Raw]:
        rest = case.objects[:place] + case.objects[place + 1 :]
        if attempt == 0:
            return rest
        again = random_again(Random(f"meant {seed} {attempt}"), case, good)
        spec = again["spec"]
        spec |= {
            key: good["spec"][key] for key in ("subject", "priority", "tier") if key in good["spec"] and key != what
        }
        for direction in ("ingress", "egress"):
            if not bad["spec"].get(direction) and not misspelt:
                spec[direction] = []
        return [*rest, again]

    return replace(case, objects=[*case.objects[:place], bad, *case.objects[place + 1 :]]), meant


def random_again(rng: Random, case: Case, policy: Raw) -> Raw:
    """Another policy of the same kind and name."""
    make = Maker(rng=rng, exact=True, addressed=False, placed=False, listed=False)
    cluster = policy["kind"] == "ClusterNetworkPolicy"
    maker = AdminMaker(make=make, cluster=cluster, nodes=bool(kind_of(case.objects, "Node")))
    return maker.policy(policy["kind"], policy["metadata"]["name"], rng.choice(("Admin", "Baseline")))
