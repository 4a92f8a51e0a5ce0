"""The same second opinion with the admin policies around NetworkPolicy: C1 to C20 as they are written.

Only ties are three-valued here: the input must not leave anything else open, and every policy must be valid.
"""

from __future__ import annotations

from tests.oracle import kubernetes
from tests.oracle.kubernetes import Flow, Ternary, block_matches, both, directions, either, holds, numbers, selects
from tests.oracle.manifests import Raw, kind_of, name_of, namespace_labels, namespace_of, unwrap

KINDS = ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy")
PORTS = {"portNumber": ("port", "port"), "portRange": ("start", "end")}


def read(
    objects: list[Raw],
    *,
    disabled: frozenset[str] = frozenset(),
    ip_blocks: str = "addresses",
    pod_cidrs: tuple[str, ...] = kubernetes.POD_CIDRS,
) -> Raw:
    """What the judgement needs of the input; `disabled` also holds admin policies as `<kind>/<name>`."""
    everything = list(unwrap(objects))
    world = kubernetes.read(everything, disabled=disabled, ip_blocks=ip_blocks, pod_cidrs=pod_cidrs)
    admin = [item for kind in KINDS for item in kind_of(everything, kind)]
    world["admin"] = [policy for policy in admin if f"{policy['kind']}/{name_of(policy)}" not in disabled]
    world["node_labels"] = {n: (item["metadata"].get("labels") or {}) for n, item in nodes_by_name(everything).items()}
    world["namespaces"] = namespace_labels(everything)
    return world


def nodes_by_name(objects: list[Raw]) -> dict[str, Raw]:
    """The Node manifests."""
    return {name_of(item): item for item in kind_of(objects, "Node")}


def judge(world: Raw, flow: Flow) -> Ternary:
    """The verdict of a flow; None if a tie leaves it open, or if it depends on the address family (A39)."""
    source, target = kubernetes.find(world, flow.source), kubernetes.find(world, flow.target)
    if source is target:
        return True
    families = kubernetes.families(world, source) & kubernetes.families(world, target)
    if "ip" in (flow.source[0], flow.target[0]):
        families = kubernetes.families(world, source if flow.source[0] == "ip" else target)
    if not families:
        families = kubernetes.families(world, source) | kubernetes.families(world, target)
    answers = {in_family(world, flow, source, target, family) for family in families}
    return answers.pop() if len(answers) == 1 else None


def in_family(world: Raw, flow: Flow, source: Raw, target: Raw, family: int) -> Ternary:
    """Both sides have to allow (C2); a node always reaches its own pods (A31)."""
    egress = side(world, flow, family, "Egress", subject=source, other=target, target=target)
    ingress = side(world, flow, family, "Ingress", subject=target, other=source, target=target)
    return both(egress, either(ingress, kubernetes.on_own_node(world, source, target)))


def side(world: Raw, flow: Flow, family: int, direction: str, *, subject: Raw, other: Raw, target: Raw) -> Ternary:
    """The three layers of one end, from the last to the first (C1)."""
    if subject["host"]:
        return True
    answer = layer(world, "Baseline", flow, family, direction, (subject, other, target), below=True)
    if any(
        namespace_of(policy) == subject["namespace"] and direction in directions(policy) and selects(policy, subject)
        for policy, _ in world["policies"]
    ):
        answer = kubernetes.side(world, flow, family, direction, subject=subject, other=other, target=target)
    return layer(world, "Admin", flow, family, direction, (subject, other, target), below=answer)


def layer(
    world: Raw, tier: str, flow: Flow, family: int, direction: str, ends: tuple[Raw, Raw, Raw], *, below: Ternary
) -> Ternary:
    """What a tier says, and `below` where it passes or is silent; None where equal priorities disagree (C4 to C6)."""
    subject, other, target = ends
    found: dict[int, set[Ternary]] = {}
    for policy in world["admin"]:
        spec = policy["spec"]
        if tier_of(policy) != tier or not in_pods(world, spec["subject"], subject):
            continue
        for rule in spec.get(direction.lower()) or []:
            peers = rule["from" if direction == "Ingress" else "to"]
            matched = any(peer_matches(world, family, peer, other) for peer in peers)
            if matched and ports_match(flow, rule, target):
                answer = {"Allow": True, "Accept": True, "Deny": False, "Pass": below}[rule["action"]]
                found.setdefault(spec.get("priority", 0), set()).add(answer)
                break
    if not found:
        return below
    answers = found[min(found)]
    return answers.pop() if len(answers) == 1 else None


def tier_of(policy: Raw) -> str:
    """Admin or Baseline."""
    fixed = {"AdminNetworkPolicy": "Admin", "BaselineAdminNetworkPolicy": "Baseline"}
    return str(fixed.get(policy["kind"]) or policy["spec"]["tier"])


def in_pods(world: Raw, clause: Raw, pod: Raw) -> bool:
    """Whether a `namespaces` or `pods` clause selects an endpoint (C10, C11)."""
    if pod["host"] or not {"namespaces", "pods"} & set(clause):
        return False
    labels = world["namespaces"][pod["namespace"]]
    if "namespaces" in clause:
        return sure(holds(clause["namespaces"], labels, complete=True))
    selected = holds(clause["pods"].get("namespaceSelector") or {}, labels, complete=True)
    return sure(both(selected, holds(clause["pods"]["podSelector"], pod["labels"], complete=True)))


def peer_matches(world: Raw, family: int, peer: Raw, other: Raw) -> bool:
    """C13 and C14."""
    if "networks" in peer:
        return any(sure(block_matches(world, family, {"cidr": cidr}, other)) for cidr in peer["networks"])
    if "nodes" in peer:
        labels = world["node_labels"].get(other["node"])
        return bool(other["host"] and labels is not None and holds(peer["nodes"], labels, complete=True))
    return in_pods(world, peer, other)


def ports_match(flow: Flow, rule: Raw, target: Raw) -> bool:
    """C15 and C17; without ports everything does."""
    entries: list[Raw] | None = rule.get("ports") or rule.get("protocols")
    return entries is None or any(port_matches(flow, entry, target) for entry in entries)


def port_matches(flow: Flow, entry: Raw, target: Raw) -> bool:
    """One entry of either version."""
    ((kind, value),) = entry.items()
    if kind in ("namedPort", "destinationNamedPort"):
        return flow.port in numbers(target, value, flow.protocol)
    if kind in PORTS:
        first, last = (value[key] for key in PORTS[kind])
        return bool(value.get("protocol", "TCP") == flow.protocol and first <= flow.port <= last)
    port = value["destinationPort"]
    between = port.get("range") or {"start": port.get("number"), "end": port.get("number")}
    return bool(kind.upper() == flow.protocol and between["start"] <= flow.port <= between["end"])


def sure(answer: Ternary) -> bool:
    """An answer that the input must not leave open."""
    assert answer is not None
    return answer
