"""Random Calico policies, tiers and network sets for the random clusters: deterministic by seed, valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from tests.generators import (
    BLOCKS,
    NAMESPACE_LABELS,
    POD_LABELS,
    PORT_NAMES,
    PORTS,
    Case,
    Maker,
    random_case,
)
from tests.oracle.calico import KINDS, is_calico, policy_id
from tests.oracle.manifests import NAME_LABEL, Raw, kind_of, name_of

V3 = "projectcalico.org/v3"
STORED = "crd.projectcalico.org/v1"
ACCOUNTS = ("default", "robot")
ACCOUNT_LABELS = {"trust": ("high", "low")}
SET_LABELS = {"role": ("partner", "bank"), "app": ("web", "db")}
TIERS = ("early", "late", "middle", "unordered")
TIER_ORDERS = (50, 100, 100.5, 2_000_000, None)
ORDERS = (-1, 10, 10, 10.5, 1000, 1000, 1000, 1001, None, None)
STRICT_BLOCKS = tuple(cidr for cidr, _ in BLOCKS if not cidr.startswith("10.0.1.77"))
PORT_PROTOCOLS = ("TCP", "TCP", "UDP", "SCTP", 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalicoMaker:
    """Makes the objects of one case; `tiers` are those that policies may name."""

    make: Maker
    namespaces: list[str]
    tiers: list[str]

    def selector(self, pool: Mapping[str, tuple[str, ...]], depth: int = 0) -> str:
        """A selector over the keys of a pool."""
        pick = self.make.rng.choice
        if depth < 2 and self.make.chance(0.35):
            parts = [self.selector(pool, depth + 1) for _ in range(2)]
            return pick((f"({parts[0]}) && ({parts[1]})", f"{parts[0]} || {parts[1]}", f"!({parts[0]})"))
        key = pick(sorted(pool))
        values = [value for value in pool[key] if value]
        value = pick(values)
        several = ", ".join(f"'{each}'" for each in values)
        forms = (f"{key} == '{value}'", f"{key} == '{value}'", f"{key} != '{value}'", f"{key} in {{{several}}}")
        others = (f"has({key})", f"!has({key})", f"{key} not in {{'{value}'}}", f"{key} starts with '{value[:1]}'")
        return pick((*forms, *others, f"{key} contains '{value[1:]}'", f"{key} ends with '{value[-1:]}'", "all()"))

    def namespace_selector(self) -> str:
        """A selector of namespaces."""
        names = {NAME_LABEL: tuple(self.namespaces)}
        return self.selector({**NAMESPACE_LABELS, **names})

    def labels(self) -> Raw:
        """The selecting half of a source or destination."""
        found: Raw = {}
        pool = {**POD_LABELS, **SET_LABELS}
        if self.make.chance(0.6):
            found["selector"] = self.selector(pool)
        if self.make.chance(0.2):
            found["notSelector"] = self.selector(pool)
        if self.make.chance(0.35):
            found["namespaceSelector"] = "global()" if self.make.chance(0.25) else self.namespace_selector()
        if self.make.chance(0.2):
            accounts = {"names": [self.make.rng.choice(ACCOUNTS)]} if self.make.chance(0.6) else {}
            found["serviceAccounts"] = accounts or {"selector": self.selector(ACCOUNT_LABELS)}
        return found

    def nets(self, family: int) -> Raw:
        """The address half of a source or destination."""
        blocks = [block for block in STRICT_BLOCKS if (":" in block) == (family == 6)]
        found: Raw = {}
        if self.make.chance(0.25):
            found["nets"] = self.make.rng.sample(blocks, 1 if family == 6 else 2)
        if self.make.chance(0.15):
            found["notNets"] = [self.make.rng.choice([block for block in blocks if not block.endswith("/0")])]
        return found

    def port(self, *, numbers: bool) -> int | str:
        """An entry of a list of ports."""
        if not numbers or self.make.chance(0.3):
            return self.make.rng.choice(PORT_NAMES)
        first = self.make.rng.choice(PORTS)
        if self.make.chance(0.4):
            return f"{first}:{self.make.rng.choice([port for port in (*PORTS, 65535) if port >= first])}"
        return first if self.make.chance(0.7) else str(first)

    def rule(self) -> Raw:
        """One rule."""
        make = self.make
        rule: Raw = {"action": make.rng.choice(("Allow", "Allow", "Allow", "Deny", "Deny", "Pass", "Log"))}
        if make.chance(0.15):
            return rule
        family = 6 if make.chance(0.2) else 4
        source, destination = (self.labels() | self.nets(family) if make.chance(0.65) else {} for _ in range(2))
        numbers = make.chance(0.55)
        if numbers:
            rule["protocol"] = make.rng.choice(PORT_PROTOCOLS)
            if make.chance(0.15):
                source[make.rng.choice(("ports", "notPorts"))] = [make.rng.choice((1, "1:10", 2, "2:65535"))]
        elif make.chance(0.3):
            rule["protocol"] = "ICMP" if family == 4 else "ICMPv6"
            key = make.rng.choice(("icmp", "notICMP", "", ""))
            if key:
                rule[key] = make.rng.choice(({"type": 0}, {"type": 0, "code": 1}, {"type": 8}, {"type": 0, "code": 2}))
        if "protocol" not in rule or numbers:
            for key, probability in (("ports", 0.6), ("notPorts", 0.15)):
                if make.chance(probability):
                    destination[key] = [self.port(numbers=numbers) for _ in range(make.rng.choice((1, 1, 2, 3)))]
        if make.chance(0.1):
            rule["notProtocol"] = make.rng.choice(("TCP", "UDP", 17, "ICMP"))
        if make.chance(0.15):
            rule["ipVersion"] = family
        ends = {"source": source, "destination": destination}
        return rule | {key: entity for key, entity in ends.items() if entity}

    def policy(self, kind: str, name: str) -> Raw:
        """One policy."""
        make = self.make
        spec: Raw = {"tier": make.rng.choice(self.tiers)} if make.chance(0.6) else {}
        order = make.rng.choice(ORDERS)
        if order is not None:
            spec["order"] = order
        if make.chance(0.7):
            spec["selector"] = self.selector(POD_LABELS)
        if "Global" in kind and make.chance(0.4):
            spec["namespaceSelector"] = self.namespace_selector()
        if make.chance(0.1):
            spec["serviceAccountSelector"] = self.selector(ACCOUNT_LABELS)
        for key, probability in (("ingress", 0.75), ("egress", 0.55)):
            if make.chance(probability):
                spec[key] = [self.rule() for _ in range(make.rng.choice((0, 1, 1, 2, 3, 4)))]
        if make.chance(0.6):
            spec["types"] = make.rng.choice((["Ingress"], ["Egress"], ["Ingress", "Egress"]))
        if kind.startswith("Staged") and make.chance(0.3):
            spec = {"stagedAction": "Delete"}
        version = STORED if make.chance(0.1) else V3
        metadata = {"name": name} | ({} if "Global" in kind else {"namespace": make.rng.choice(self.namespaces)})
        return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}

    def network_set(self, name: str) -> Raw:
        """A set of blocks, global or of a namespace; blocks may have host bits and addresses no prefix."""
        metadata: Raw = {"name": name, "labels": self.make.labels(SET_LABELS)}
        kind = "GlobalNetworkSet"
        if self.make.chance(0.5):
            kind, metadata["namespace"] = "NetworkSet", self.make.rng.choice(self.namespaces)
        nets = self.make.rng.sample([*(cidr for cidr, _ in BLOCKS), "30.1.2.3", "fd00::ffff"], 2)
        return {"apiVersion": V3, "kind": kind, "metadata": metadata, "spec": {"nets": nets}}

    def tier(self, name: str) -> Raw:
        """A tier."""
        order = self.make.rng.choice(TIER_ORDERS)
        spec: Raw = {} if order is None else {"order": order}
        if self.make.chance(0.6):
            spec["defaultAction"] = self.make.rng.choice(("Deny", "Pass", "Pass"))
        return {"apiVersion": V3, "kind": "Tier", "metadata": {"name": name}, "spec": spec}


def calico_case(seed: int) -> Case:
    """An exact case of `random_case` in a cluster with Calico; `disabled` names policies as the product does."""
    case = random_case(seed, exact=True)
    rng = Random(f"calico {seed}")
    make = Maker(rng=rng, exact=True, addressed=False, placed=False, listed=False)
    namespaces = [name_of(item) for item in kind_of(case.objects, "Namespace")]
    for pod in kind_of(case.objects, "Pod"):
        if make.chance(0.4):
            pod["spec"]["serviceAccountName"] = "robot"
    accounts = [account(make, namespace, name) for namespace in namespaces for name in ACCOUNTS]
    tiers = rng.sample(TIERS, rng.randint(0, 3))
    named = [*tiers, "default", *(["nowhere"] if make.chance(0.1) else [])]
    maker = CalicoMaker(make=make, namespaces=namespaces, tiers=named)
    kinds = [rng.choice((*KINDS[:2], *KINDS)) for _ in range(rng.choice((1, 2, 3, 4, 5, 6)))]
    added = [maker.policy(kind, f"c{rng.randint(0, 1)}{i}") for i, kind in enumerate(kinds)]
    added += [twin(maker, policy) for policy in added if not policy["kind"].startswith("Staged") and make.chance(0.2)]
    added += [maker.network_set(f"set{i}") for i in range(rng.choice((0, 1, 2, 3)))]
    added += [maker.tier(name) for name in tiers]
    rng.shuffle(added)
    ids = sorted(policy_id(item) for item in added if item["kind"] in KINDS and is_calico(item))
    disabled = case.disabled | {name for name in ids if make.chance(0.1)}
    return replace(case, objects=[*case.objects, *accounts, *added], disabled=disabled)


def twin(maker: CalicoMaker, policy: Raw) -> Raw:
    """A staged policy that would replace or remove one."""
    staged = maker.policy(f"Staged{policy['kind']}", name_of(policy))
    return {**staged, "metadata": policy["metadata"]}


def account(make: Maker, namespace: str, name: str) -> Raw:
    """A service account."""
    metadata = {"name": name, "namespace": namespace, "labels": make.labels(ACCOUNT_LABELS)}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
