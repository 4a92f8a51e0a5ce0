"""Random small clusters with policies: deterministic by seed, as raw manifests.

An exact case leaves nothing unknown. In any other case facts may be missing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.oracle.kubernetes import POD_CIDRS, Endpoint, Flow
from tests.oracle.manifests import NAME_LABEL, Raw, kind_of, living_pods, name_of, namespace_of

NAMESPACES = ("data", "default", "ops", "shop")
POD_LABELS = {"app": ("web", "db", "cache"), "tier": ("a", "b"), "example.org/role": ("reader", "")}
NAMESPACE_LABELS = {"team": ("red", "blue"), "env": ("prod", "test")}
KNOWN_CONTROLLER_LABELS = {
    "apps.kubernetes.io/pod-index": ("0", "1"),
    "statefulset.kubernetes.io/pod-name": ("w0-0", "w1-1", "w2-0"),
}
UNKNOWN_CONTROLLER_LABELS = {
    "pod-template-hash": ("5d4f", "77c9"),
    "controller-revision-hash": ("5d4f", "77c9"),
    "job-name": ("w0", "w1"),
}
NODES = {"n1": "10.9.0.1", "n2": "10.9.0.2", "n3": "10.9.0.3"}
OUTSIDE = ("30.1.2.3", "30.1.9.9", "30.200.0.1", "10.0.1.200", "10.9.0.77", "192.0.2.1", "2001:db8::1", "fd00::ffff")
BLOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("0.0.0.0/0", ("10.0.0.0/8", "10.244.0.0/16", "30.1.0.0/16", "10.0.1.0/24")),
    ("10.0.0.0/8", ("10.0.0.0/16", "10.0.1.0/24", "10.9.0.0/24", "10.244.0.0/16")),
    ("10.0.0.0/22", ("10.0.1.0/24", "10.0.0.0/30")),
    ("10.0.1.77/24", ("10.0.1.128/25",)),
    ("10.244.0.0/16", ()),
    ("10.240.0.0/12", ("10.244.0.0/15",)),
    ("10.9.0.0/30", ("10.9.0.1/32",)),
    ("30.0.0.0/8", ("30.1.0.0/16", "30.1.2.3/32")),
    ("30.1.2.3/32", ()),
    ("::/0", ("fd00::/64", "2001:db8::/32")),
    ("fd00::/64", ("fd00::/126",)),
)
CUTTING_BLOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("0.0.0.0/0", ("10.244.1.0/24",)),
    ("10.244.0.0/16", ("10.244.0.0/17", "10.244.2.0/24")),
    ("10.244.0.0/17", ()),
    ("10.244.1.0/24", ("10.244.1.0/28",)),
)
PORTS = (53, 80, 443, 8000, 8005, 8010, 8080, 8081, 9090)
CONTAINER_PORTS = (53, 80, 8080, 9090)
PORT_NAMES = ("web", "dns", "metrics")
CONNECTIONS = (
    *((protocol, port) for protocol in ("TCP", "UDP") for port in (*PORTS, 1, 65535)),
    ("SCTP", 80),
    ("SCTP", 9090),
    ("ICMP", 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One random question paper: manifests, options and a scenario; `exact` if nothing is unknown in it."""

    seed: int
    exact: bool
    objects: list[Raw]
    ip_blocks: str
    pod_cidrs: tuple[str, ...]
    disabled: frozenset[str]

    def text(self) -> str:
        """The manifests as one YAML stream."""
        return as_text(self.objects)

    def repeats(self) -> bool:
        """Whether two policies have the same name."""
        return len(self.policy_ids()) < len(kind_of(self.objects, "NetworkPolicy"))

    def policy_ids(self) -> list[str]:
        """Every policy, as `disabled` names it."""
        policies = kind_of(self.objects, "NetworkPolicy")
        return sorted({f"NetworkPolicy/{namespace_of(p)}/{name_of(p)}" for p in policies})


def as_text(objects: Sequence[Raw]) -> str:
    """Objects as a YAML stream; JSON is YAML, and quick to write."""
    return "\n---\n".join(json.dumps(item, indent=1) for item in objects)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the parts of one case.

    `addressed`: every pod has an address; `placed`: every pod has a node; `listed`: every node has a manifest.
    """

    rng: Random
    exact: bool
    addressed: bool
    placed: bool
    listed: bool

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.rng.random() < probability

    def labels(self, pool: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """Some labels."""
        return {key: self.rng.choice(values) for key, values in pool.items() if self.chance(0.6)}

    def selector(self, pool: Mapping[str, tuple[str, ...]], own: tuple[str, ...] = ()) -> Raw:
        """A selector over labels of the pool, or over namespace names; a quarter of them matches everything."""
        if self.chance(0.25):
            return {}
        values = {**pool, NAME_LABEL: own} if own else dict(pool)
        found: Raw = {}
        if self.chance(0.5):
            keys = self.rng.sample(sorted(values), 1 if self.chance(0.8) else 2)
            found["matchLabels"] = {key: self.rng.choice(values[key]) for key in keys}
        if not found or self.chance(0.4):
            found["matchExpressions"] = [self.expression(values) for _ in range(1 if self.chance(0.7) else 2)]
        return found

    def expression(self, pool: Mapping[str, tuple[str, ...]]) -> Raw:
        """One element of matchExpressions."""
        key = self.rng.choice(sorted(pool))
        operator = self.rng.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        if operator in ("Exists", "DoesNotExist"):
            return {"key": key, "operator": operator}
        values = self.rng.sample(pool[key], self.rng.randint(1, len(pool[key])))
        return {"key": key, "operator": operator, "values": values}

    def pod_selector(self) -> Raw:
        """A selector over pod labels, now and then over those that controllers add."""
        if self.chance(0.9):
            return self.selector(POD_LABELS)
        if self.exact:
            if self.chance(0.5):
                return self.selector(KNOWN_CONTROLLER_LABELS)
            key = self.rng.choice(sorted(UNKNOWN_CONTROLLER_LABELS))
            return {"matchExpressions": [{"key": key, "operator": self.rng.choice(("Exists", "DoesNotExist"))}]}
        return self.selector(UNKNOWN_CONTROLLER_LABELS)

    def peer(self) -> Raw:
        """One peer of a rule."""
        kind = self.rng.choice(("pods", "namespaces", "both", "block"))
        if kind == "block":
            return {"ipBlock": self.block()}
        found: Raw = {}
        if kind != "namespaces":
            found["podSelector"] = self.pod_selector()
        if kind != "pods":
            found["namespaceSelector"] = self.selector(NAMESPACE_LABELS, NAMESPACES)
        elif self.chance(0.1):
            found["namespaceSelector"] = None
        return found

    def block(self) -> Raw:
        """An address block that does not cut the assumed pod network where that would make the case inexact."""
        free = self.addressed or not self.exact
        cidr, holes = self.rng.choice(BLOCKS + CUTTING_BLOCKS if free else BLOCKS)
        found: Raw = {"cidr": cidr}
        if holes and self.chance(0.6):
            found["except"] = self.rng.sample(holes, self.rng.randint(1, len(holes)))
        elif self.chance(0.1):
            found["except"] = []
        return found

    def port(self) -> Raw:
        """One port of a rule."""
        found: Raw = {}
        if self.chance(0.5):
            found["protocol"] = self.rng.choice(("TCP", "TCP", "UDP", "SCTP"))
        if self.chance(0.4):
            found["port"] = self.rng.choice(PORT_NAMES)
        elif self.chance(0.85):
            found["port"] = self.rng.choice(PORTS)
            if self.chance(0.3):
                found["endPort"] = self.rng.choice([port for port in (*PORTS, 65535) if port >= found["port"]])
        return found

    def rule(self, peers: str) -> Raw:
        """One rule; an absent list and an empty one both mean everything."""
        found: Raw = {}
        if self.chance(0.8):
            found[peers] = [self.peer() for _ in range(self.rng.choice((0, 1, 1, 1, 2, 3)))]
        if self.chance(0.6):
            found["ports"] = [self.port() for _ in range(self.rng.choice((0, 1, 1, 1, 2, 3)))]
        return found

    def policy(self, name: str, namespace: str) -> Raw:
        """One valid NetworkPolicy."""
        spec: Raw = {}
        if self.chance(0.97):
            spec["podSelector"] = {} if self.chance(0.2) else self.pod_selector()
        for key, peers, probability in (("ingress", "from", 0.75), ("egress", "to", 0.55)):
            if self.chance(probability):
                spec[key] = [self.rule(peers) for _ in range(self.rng.choice((0, 1, 1, 2, 3)))]
            elif self.chance(0.05):
                spec[key] = None
        if self.chance(0.7):
            types: tuple[list[str], ...] = (
                ["Ingress"],
                ["Egress"],
                ["Ingress", "Egress"],
                ["Egress", "Ingress"],
                ["Ingress", "Ingress"],
                [],
            )
            spec["policyTypes"] = self.rng.choice(types)
        return self.document("NetworkPolicy", "networking.k8s.io/v1", name, namespace, spec=spec)

    def document(self, kind: str, version: str, name: str, namespace: str, **more: object) -> Raw:
        """An object; the namespace `default` is sometimes left to be understood."""
        metadata: Raw = {"name": name}
        if namespace != "default" or self.chance(0.5):
            metadata["namespace"] = namespace
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}

    def containers(self) -> Raw:
        """The containers of a pod spec, with named ports, sidecars and plain init containers."""
        found: Raw = {"containers": [self.container(f"c{i}") for i in range(self.rng.choice((1, 1, 2)))]}
        if self.chance(0.35):
            found["initContainers"] = [self.container("i0")]
            if self.chance(0.6):
                found["initContainers"][0]["restartPolicy"] = "Always"
        return found

    def container(self, name: str) -> Raw:
        """One container with up to two ports."""
        found: Raw = {"name": name, "image": "example.org/image"}
        names = self.rng.sample(PORT_NAMES, self.rng.choice((0, 1, 2, 3)))
        ports = [{"name": port, "containerPort": self.rng.choice(CONTAINER_PORTS)} for port in names]
        for port in ports:
            if self.chance(0.3):
                port["protocol"] = self.rng.choice(("TCP", "UDP", "SCTP"))
        return {**found, "ports": ports} if ports else found

    def spec(self) -> Raw:
        """A pod spec: where the pod runs and what it offers."""
        found = self.containers()
        if self.placed or (not self.exact and self.chance(0.5)):
            found["nodeName"] = self.rng.choice(sorted(NODES))
        return found

    def pod(self, name: str, namespace: str, index: int) -> Raw:
        """One Pod; `index` makes its address unique."""
        spec, status = self.spec(), self.status(index)
        if (self.placed or not self.exact) and self.chance(0.2):
            spec["hostNetwork"] = True
            node = spec.get("nodeName") or self.rng.choice(sorted(NODES))
            known = self.exact or self.chance(0.7)
            status = {"phase": "Running"} | ({"hostIP": NODES[node], "podIP": NODES[node]} if known else {})
        elif status.get("podIP") and spec.get("nodeName") and self.chance(0.5):
            status["hostIP"] = NODES[spec["nodeName"]]
        if self.chance(0.08):
            status["phase"] = self.rng.choice(("Succeeded", "Failed"))
        found = self.document("Pod", "v1", name, namespace, spec=spec)
        found["metadata"]["labels"] = self.labels(POD_LABELS)
        return {**found, "status": status} if status else found

    def status(self, index: int) -> Raw:
        """The status of a pod in the pod network."""
        if not self.addressed and self.chance(0.6):
            return {} if self.chance(0.5) else {"phase": "Pending"}
        first = self.rng.choice(("10.0.0", "10.0.1", "10.244.1", "10.244.130"))
        found: Raw = {"phase": "Running", "podIP": f"{first}.{index + 1}"}
        if self.chance(0.3):
            found["podIPs"] = [{"ip": found["podIP"]}, {"ip": f"fd00::{index + 1}"}]
        return found

    def workload(self, name: str, namespace: str) -> list[Raw]:
        """A workload, sometimes with the Pods that it made."""
        kinds = ("Deployment", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob")
        kind = self.rng.choice(kinds)
        template: Raw = {"metadata": {"labels": self.labels(POD_LABELS)}, "spec": self.spec()}
        if (not self.exact or (self.placed and self.listed)) and self.chance(0.1):
            template["spec"]["hostNetwork"] = True
        spec: Raw = {"template": template}
        if kind in ("Deployment", "StatefulSet", "ReplicaSet") and self.chance(0.7):
            spec["replicas"] = self.rng.choice((0, 1, 2, 3))
        elif kind == "Job" and self.chance(0.5):
            spec["parallelism"] = self.rng.choice((1, 2, 5))
        if kind == "CronJob":
            spec = {"jobTemplate": {"spec": spec}}
        version = "batch/v1" if kind.endswith("Job") else "apps/v1"
        made = [self.document(kind, version, name, namespace, spec=spec)]
        if kind == "Deployment" and self.chance(0.3):
            made += [self.owned(name, namespace, template, suffix) for suffix in ("x1", "x2")]
        return made

    def owned(self, deployment: str, namespace: str, template: Raw, suffix: str) -> Raw:
        """A Pod of a Deployment through a ReplicaSet that is not in the input."""
        owner = f"{deployment}-5d4f"
        found = self.document("Pod", "v1", f"{owner}-{suffix}", namespace, spec=template["spec"])
        found["metadata"]["labels"] = {**template["metadata"]["labels"], "pod-template-hash": "5d4f"}
        reference = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": "0", "controller": True}
        found["metadata"]["ownerReferences"] = [reference]
        return found


def random_case(seed: int, *, exact: bool) -> Case:
    """The case of a seed."""
    rng = Random(f"{seed} {exact}")
    addressed, placed, listed = (rng.random() < 0.5 for _ in range(3))
    make = Maker(rng=rng, exact=exact, addressed=addressed, placed=placed, listed=listed)
    names = sorted(rng.sample(NAMESPACES, rng.randint(2, 4)))
    objects: list[Raw] = []
    for name in names:
        if exact or make.chance(0.6):
            metadata = {"name": name, "labels": make.labels(NAMESPACE_LABELS)}
            objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    if listed:
        objects += [node_manifest(name) for name in NODES]
    for i in range(rng.randint(3, 8)):
        if not (make.addressed and exact) and make.chance(0.3):
            objects += make.workload(f"w{i}", rng.choice(names))
        else:
            objects.append(make.pod(f"p{i}", rng.choice(names), i))
    policies = [make.policy(f"np{i}", rng.choice(names)) for i in range(rng.choice((0, 1, 2, 3, 4, 5, 6, 6)))]
    if not exact:
        policies = [spoiled(rng, policy) if make.chance(0.15) else policy for policy in policies]
        policies += [again(make, policy) for policy in policies if make.chance(0.05)]
    objects += policies
    ids = sorted({f"NetworkPolicy/{namespace_of(p)}/{name_of(p)}" for p in policies})
    return Case(
        seed=seed,
        exact=exact,
        objects=objects,
        ip_blocks="external" if make.chance(0.1) else "addresses",
        pod_cidrs=POD_CIDRS if exact or make.chance(0.8) else ("10.244.0.0/17", "10.0.0.0/23"),
        disabled=frozenset(name for name in ids if make.chance(0.15)),
    )


def node_manifest(name: str) -> Raw:
    """A node with its address."""
    addresses = [{"type": "InternalIP", "address": NODES[name]}, {"type": "Hostname", "address": name}]
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"addresses": addresses}}


BAD_PORTS: tuple[Raw, ...] = (
    {"port": 0},
    {"port": 65536},
    {"port": "80"},
    {"port": "a--b"},
    {"port": 80, "protocol": "tcp"},
    {"port": 80, "endPort": 79},
    {"endPort": 80},
    {"port": "web", "endPort": 80},
    {"port": 80, "number": 80},
)
BAD_PEERS: tuple[Raw, ...] = (
    {},
    {"ipBlock": {"cidr": "10.0.0.0"}},
    {"ipBlock": {"cidr": "10.0.0.0/33"}},
    {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}},
    {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}},
    {"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}},
    {"podSelector": {"matchExpressions": [{"key": "app", "operator": "Equals", "values": ["web"]}]}},
    {"podSelector": {"matchExpressions": [{"key": "app", "operator": "In"}]}},
    {"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["web"]}]}},
    {"namespaceSelector": {"matchLabels": {"team": "no spaces"}}},
    {"podSelectors": {}},
)
BAD_SPECS: tuple[Raw, ...] = (
    {"policyTypes": ["Both"]},
    {"policyTypes": ["Ingress", "Egress", "Ingress"]},
    {"podSelector": {"matchLabels": {"not a key": "web"}}},
    {"podSelector": {"matchExpressions": [{"key": "app", "operator": "Has"}]}},
    {"order": 1},
)


def again(make: Maker, policy: Raw) -> Raw:
    """A second policy of the same name: the same once more, or another."""
    if make.chance(0.3):
        return copy.deepcopy(policy)
    return {**policy, "spec": make.policy("other", namespace_of(policy))["spec"]}


def spoiled(rng: Random, policy: Raw) -> Raw:
    """The policy with one thing in it that the API server refuses."""
    spec = dict(policy["spec"])
    if rng.random() < 0.3:
        return {**policy, "spec": spec | rng.choice(BAD_SPECS)}
    key, peers = rng.choice((("ingress", "from"), ("egress", "to")))
    bad = {"ports": [rng.choice(BAD_PORTS)]} if rng.random() < 0.5 else {peers: [rng.choice(BAD_PEERS)]}
    return {**policy, "spec": {**spec, key: [*(spec.get(key) or []), bad]}}


def random_flows(case: Case, count: int) -> list[Flow]:
    """Flows between the pods of a case, and between them and addresses outside and of nodes."""
    rng = Random(f"flows {case.seed}")
    pods: list[Endpoint] = [("pod", pod["namespace"], pod["name"]) for pod in living_pods(case.objects)]
    placed = all(pod["node"] for pod in living_pods(case.objects))
    listed = bool(kind_of(case.objects, "Node"))
    addresses = [*OUTSIDE, *(NODES.values() if listed and (placed or not case.exact) else ())]
    outside: list[Endpoint] = [("ip", address) for address in addresses]
    if not pods:
        return []
    flows = []
    for _ in range(count):
        pair = [rng.choice(pods), rng.choice(pods if rng.random() < 0.7 else outside)]
        rng.shuffle(pair)
        protocol, port = rng.choice(CONNECTIONS) if rng.random() < 0.6 else ("TCP", rng.choice(CONTAINER_PORTS))
        flows.append(Flow(pair[0], pair[1], protocol, port))
    return flows
