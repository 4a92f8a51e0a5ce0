"""One verdict for one flow, pair by pair, from raw manifests: Kubernetes NetworkPolicy as A1 to A39 say it.

Nothing is prepared, shared or clever here: every question walks all policies and reads them as they are written. True
is allow, False is deny, None is "cannot be known from this input" (M4), combined by Kleene's logic.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from tests.oracle.manifests import (
    NAME_LABEL,
    Raw,
    kind_of,
    living_pods,
    name_of,
    namespace_labels,
    namespace_of,
    node_addresses,
    unwrap,
)
from tests.oracle.validation import KNOWN_FIELDS, bad_selector, bad_types, refused

Ternary = bool | None
Endpoint = tuple[Literal["pod"], str, str] | tuple[Literal["ip"], str]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

POD_CIDRS = ("10.244.0.0/16",)
EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


class Flow(NamedTuple):
    """The first packet of one connection; the port means nothing for a protocol without ports."""

    source: Endpoint
    target: Endpoint
    protocol: str
    port: int


def verdict(
    objects: list[Raw],
    flow: Flow,
    *,
    disabled: frozenset[str] = frozenset(),
    ip_blocks: str = "addresses",
    pod_cidrs: tuple[str, ...] = POD_CIDRS,
) -> Ternary:
    """Whether the flow is allowed; LookupError if an end is not there.

    `disabled` holds policies as `NetworkPolicy/<namespace>/<name>`.
    """
    world = read(objects, disabled=disabled, ip_blocks=ip_blocks, pod_cidrs=pod_cidrs)
    return judge(world, flow)


def read(
    objects: list[Raw],
    *,
    disabled: frozenset[str] = frozenset(),
    ip_blocks: str = "addresses",
    pod_cidrs: tuple[str, ...] = POD_CIDRS,
) -> Raw:
    """What the judgement needs of the input, so that many flows can be asked of it."""
    everything = list(unwrap(objects))
    policies = kind_of(everything, "NetworkPolicy")
    return {
        "pods": {(pod["namespace"], pod["name"]): pod for pod in living_pods(everything)},
        "namespaces": namespace_labels(everything),
        "nodes": node_addresses(everything),
        "policies": [
            (policy, not refused(policy) and not replaced(policy, policies))
            for policy in policies
            if f"NetworkPolicy/{namespace_of(policy)}/{name_of(policy)}" not in disabled
        ],
        "ip_blocks": ip_blocks,
        "pod_cidrs": [ipaddress.ip_network(cidr) for cidr in pod_cidrs],
    }


def replaced(policy: Raw, policies: list[Raw]) -> bool:
    """Whether there is another policy of the same name that says something else: then neither can be relied on."""
    same = (namespace_of(policy), name_of(policy))
    return any((namespace_of(other), name_of(other)) == same and other != policy for other in policies)


def judge(world: Raw, flow: Flow) -> Ternary:
    """The verdict of a flow; None also if it depends on the address family (A39)."""
    values = set(by_family(world, flow).values())
    return values.pop() if len(values) == 1 else None


def by_family(world: Raw, flow: Flow) -> dict[int, Ternary]:
    """The verdict in each address family that both ends have; in each that one of them has if they share none."""
    source, target = find(world, flow.source), find(world, flow.target)
    if source is target:
        return dict.fromkeys(families(world, source), True)
    common = families(world, source) & families(world, target)
    if "ip" in (flow.source[0], flow.target[0]):
        outside = source if flow.source[0] == "ip" else target
        common = families(world, outside)
    return {
        family: in_family(world, flow, source, target, family)
        for family in sorted(common or families(world, source) | families(world, target))
    }


def in_family(world: Raw, flow: Flow, source: Raw, target: Raw, family: int) -> Ternary:
    """Both sides have to allow (M2); a node always reaches its own pods (A31)."""
    egress = side(world, flow, family, "Egress", subject=source, other=target, target=target)
    ingress = side(world, flow, family, "Ingress", subject=target, other=source, target=target)
    return both(egress, either(ingress, on_own_node(world, source, target)))


def find(world: Raw, end: Endpoint) -> Raw:
    """The pod, or for an address something like a pod that no policy selects."""
    if end[0] == "pod":
        found: Raw = world["pods"][end[1:]]
        return found
    return {"outside": True, "host": True, "addresses": [end[1]], "node": node_at(world, end[1]), "ports": []}


def node_at(world: Raw, address: str) -> str:
    """The name of the node that has an address, as far as Node manifests tell; empty otherwise."""
    return next((name for name, listed in world["nodes"].items() if address in listed), "")


def families(world: Raw, end: Raw) -> set[int]:
    """The address families of an endpoint; without address those of the assumed pod network."""
    if end["addresses"]:
        return {ipaddress.ip_address(address).version for address in end["addresses"]}
    return {network.version for network in world["pod_cidrs"]}


def on_own_node(world: Raw, source: Raw, target: Raw) -> Ternary:
    """Whether the source is the node of the target, or a pod in that node's network (A31)."""
    if not source["host"] or target["host"]:
        return False
    here, there = set(source["addresses"]), set(target["host_addresses"])
    if here & there:
        return True
    if source.get("outside") and not source["node"]:
        return False
    if source["node"] and target["node"]:
        return bool(source["node"] == target["node"])
    return False if here and there else None


def side(world: Raw, flow: Flow, family: int, direction: str, *, subject: Raw, other: Raw, target: Raw) -> Ternary:
    """What the policies of one end say: allowed unless isolated (A5), else what some rule allows (A6)."""
    if subject["host"]:
        return True
    peer_list = "from" if direction == "Ingress" else "to"
    isolated: Ternary = False
    allowed: Ternary = False
    for policy, valid in world["policies"]:
        if namespace_of(policy) != subject["namespace"] or direction not in directions(policy):
            continue
        applies = selects(policy, subject)
        if not valid:
            isolated = either(isolated, both(applies, None))
            allowed = either(allowed, both(applies, None))
            continue
        rules = policy["spec"].get(direction.lower()) or []
        matched: Ternary = False
        for rule in rules:
            peers = peers_match(world, family, policy, (rule or {}).get(peer_list), other)
            matched = either(matched, both(peers, ports_match(flow, (rule or {}).get("ports"), target)))
        isolated = either(isolated, applies)
        allowed = either(allowed, both(applies, matched))
    return either(opposite(isolated), allowed)


def directions(policy: Raw) -> list[str]:
    """The directions in which a policy isolates (A2, A3); both if that is invalid or may be misspelt."""
    spec = policy.get("spec") or {}
    types: list[str] = spec.get("policyTypes") or []
    if bad_types(types) or (not types and set(spec) - KNOWN_FIELDS):
        return ["Ingress", "Egress"]
    if types:
        return types
    return ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def selects(policy: Raw, pod: Raw) -> Ternary:
    """Whether the policy is about a pod of its namespace (A1)."""
    selector = (policy.get("spec") or {}).get("podSelector") or {}
    return True if bad_selector(selector) else holds(selector, pod["labels"], complete=True)


def peers_match(world: Raw, family: int, policy: Raw, peers: list[Raw] | None, other: Raw) -> Ternary:
    """Whether some peer of a rule matches; without peers everything does (A8)."""
    return some(peer_matches(world, family, policy, peer, other) for peer in peers) if peers else True


def ports_match(flow: Flow, ports: list[Raw | None] | None, target: Raw) -> bool:
    """Whether some port of a rule matches; without ports everything does (A8)."""
    return any(port_matches(flow, port or {}, target) for port in ports) if ports else True


def peer_matches(world: Raw, family: int, policy: Raw, peer: Raw, other: Raw) -> Ternary:
    """A10 to A18."""
    if peer.get("ipBlock") is not None:
        return block_matches(world, family, peer["ipBlock"], other)
    if other["host"]:
        return False
    fits: Ternary = True
    if peer.get("namespaceSelector") is None:
        fits = namespace_of(policy) == other["namespace"]
    else:
        labels = world["namespaces"].get(other["namespace"])
        known = labels is not None
        fits = holds(peer["namespaceSelector"], labels or {NAME_LABEL: other["namespace"]}, complete=known)
    return both(fits, holds(peer.get("podSelector") or {}, other["labels"], complete=True))


def holds(selector: Raw, labels: dict[str, str | None], *, complete: bool) -> Ternary:
    """A13; `complete` is False if there may be more labels than those."""
    result: Ternary = True
    for key, value in (selector.get("matchLabels") or {}).items():
        result = both(result, is_in(key, [value], labels, complete))
    for expression in selector.get("matchExpressions") or []:
        key, values = expression["key"], expression.get("values") or []
        match expression["operator"]:
            case "In":
                result = both(result, is_in(key, values, labels, complete))
            case "NotIn":
                result = both(result, opposite(is_in(key, values, labels, complete)))
            case "Exists":
                result = both(result, is_there(key, labels, complete))
            case "DoesNotExist":
                result = both(result, opposite(is_there(key, labels, complete)))
    return result


def is_there(key: str, labels: dict[str, str | None], complete: bool) -> Ternary:
    """Whether a label is present."""
    if key in labels:
        return True
    return False if complete else None


def is_in(key: str, values: list[str], labels: dict[str, str | None], complete: bool) -> Ternary:
    """Whether a label is present with one of the values."""
    there = is_there(key, labels, complete)
    if there is not True:
        return there
    return None if labels[key] is None else labels[key] in values


def block_matches(world: Raw, family: int, block: Raw, other: Raw) -> Ternary:
    """A16, A18, A20 and A21."""
    if world["ip_blocks"] == "external" and not other.get("outside"):
        return False
    whole = ipaddress.ip_network(block["cidr"], strict=False)
    holes = [ipaddress.ip_network(text, strict=False) for text in block.get("except") or []]
    if whole.version != family:
        return False
    if other["addresses"]:
        mine = [ipaddress.ip_address(text) for text in other["addresses"]]
        return any(a in whole and not any(a in hole for hole in holes) for a in mine)
    assumed = [ipaddress.ip_network(EVERYWHERE[family])] if other["host"] else world["pod_cidrs"]
    answers = {covers(whole, holes, network) for network in assumed if network.version == family}
    return answers.pop() if len(answers) == 1 else None


def covers(whole: Network, holes: list[Network], network: Network) -> Ternary:
    """Whether every address of a network is in the block, or none is (None: some)."""
    if not whole.overlaps(network):
        return False
    left = [whole]
    for hole in holes:
        left = [piece for part in left for piece in without(part, hole)]
    inside = [piece for piece in left if piece.overlaps(network)]
    if not inside:
        return False
    size = sum(min(piece.num_addresses, network.num_addresses) for piece in inside)
    return True if size == network.num_addresses else None


def without(part: Any, hole: Any) -> list[Network]:  # noqa: ANN401 - the two families have no common type with these methods
    """What is left of a network."""
    if not part.overlaps(hole):
        return [part]
    return [] if part.subnet_of(hole) else list(part.address_exclude(hole))


def port_matches(flow: Flow, port: Raw, target: Raw) -> bool:
    """A22 to A26."""
    protocol = port.get("protocol") or "TCP"
    if protocol != flow.protocol:
        return False
    wanted: int | str | None = port.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return flow.port in numbers(target, wanted, protocol)
    last: int = port.get("endPort") or wanted
    return wanted <= flow.port <= last


def named(target: Raw, name: str, protocol: str) -> int:
    """The number of a container port by name (A24), 0 if the target has none or is no pod of the pod network (A25)."""
    if target["host"]:
        return 0
    return next((port[2] for port in target["ports"] if port[:2] == (name, protocol)), 0)


def numbers(target: Raw, name: str, protocol: str) -> set[int]:
    """What the name of a port means in a rule: one number, or in a cluster with Calico every one (A24)."""
    if target["host"] or not target.get("every_port"):
        return {named(target, name, protocol)} - {0}
    return {port[2] for port in target["ports"] + target["init_ports"] if port[:2] == (name, protocol)}


def service_targets(objects: list[Raw], namespace: str, name: str, port: int) -> list[tuple[Endpoint, int]]:
    """The pods behind a TCP port of a Service with the port that each is reached on (A34, A35, A38)."""
    everything = list(unwrap(objects))
    service = next(s for s in kind_of(everything, "Service") if (namespace_of(s), name_of(s)) == (namespace, name))
    entry = next(p for p in service["spec"]["ports"] if p["port"] == port and p.get("protocol", "TCP") == "TCP")
    wanted = service["spec"].get("selector") or {}
    found: list[tuple[Endpoint, int]] = []
    for pod in living_pods(everything):
        if not wanted or pod["namespace"] != namespace:
            continue
        if any(pod["labels"].get(key) != value for key, value in wanted.items()):
            continue
        target = entry.get("targetPort", port)
        number = named(pod, target, "TCP") if isinstance(target, str) else target
        if number:
            found.append((("pod", namespace, pod["name"]), number))
    return found


def both(a: Ternary, b: Ternary) -> Ternary:
    """Kleene's and."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def either(a: Ternary, b: Ternary) -> Ternary:
    """Kleene's or."""
    return opposite(both(opposite(a), opposite(b)))


def opposite(a: Ternary) -> Ternary:
    """Kleene's not."""
    return None if a is None else not a


def some(values: Iterable[Ternary]) -> Ternary:
    """Kleene's or of any number."""
    result: Ternary = False
    for value in values:
        result = either(result, value)
    return result
