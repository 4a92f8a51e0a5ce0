"""The same second opinion in a cluster with Calico: tiers, policies and rules as B6 to B36 say them, flow by flow.

Two-valued: every policy must be valid and the input must leave nothing open. Kubernetes' policies stand where Calico
puts them, and are read by the oracle of their own. A connection comes from source port 1, an ICMP one has code 1.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.oracle import kubernetes
from tests.oracle.kubernetes import Flow, block_matches, directions, numbers, peers_match, ports_match, selects
from tests.oracle.manifests import NAME_LABEL, Raw, kind_of, name_of, namespace_labels, namespace_of, unwrap

GROUP = "projectcalico.org"
KINDS = ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy")
LAST = float("inf")
NUMBERS = {"ICMP": 1, "TCP": 6, "UDP": 17, "ICMPv6": 58, "SCTP": 132, "UDPLite": 136}
FAMILY_OF = {1: 4, 58: 6}
SOURCE_PORT = 1
Labels = dict[str, str]
Side = Callable[[Raw, Flow, int, str, Raw, Raw], bool]
"""World, flow, address family, direction, subject and other end: whether the subject's end allows the flow."""


class Found(NamedTuple):
    """A policy in its place: the tier's name, the key of its order, and itself."""

    tier: str
    place: tuple[float, str]
    policy: Raw


def is_calico(item: Raw) -> bool:
    """Whether an object is one of Calico's."""
    return GROUP in str(item["apiVersion"])


def read(
    objects: list[Raw],
    *,
    disabled: frozenset[str] = frozenset(),
    enforced: bool = False,
    ip_blocks: str = "addresses",
    pod_cidrs: tuple[str, ...] = kubernetes.POD_CIDRS,
) -> Raw:
    """What the judgement needs; `disabled` names policies as the product does, with `enforced` staged ones count."""
    everything = list(unwrap(objects))
    own = [item for item in everything if not is_calico(item)]
    calico = [item for item in everything if is_calico(item)]
    world = kubernetes.read(own, disabled=disabled, ip_blocks=ip_blocks, pod_cidrs=pod_cidrs)
    world["pods"] = {key: pod | {"every_port": True} for key, pod in world["pods"].items()}
    world["namespaces"] = namespace_labels(everything)
    world["accounts"] = {
        (namespace_of(item), name_of(item)): item["metadata"].get("labels") or {}
        for item in kind_of(everything, "ServiceAccount")
    }
    world["account_of"] = {
        (namespace_of(item), name_of(item)): item["spec"].get("serviceAccountName") or "default"
        for item in kind_of(everything, "Pod")
    }
    world["sets"] = [item for item in calico if item["kind"] in ("NetworkSet", "GlobalNetworkSet")]
    world["tiers"] = {"default": (1_000_000.0, "Deny")} | {
        name_of(item): (order_of(item), item["spec"].get("defaultAction", "Deny"))
        for item in kind_of(calico, "Tier")
        if name_of(item) != "default"
    }
    chosen = [item for item in calico if item["kind"] in KINDS and policy_id(item) not in disabled]
    world["ordered"] = sorted(in_place(staged_or_not(chosen, enforced=enforced), world), key=lambda found: found.place)
    return world


def policy_id(policy: Raw) -> str:
    """How the product calls a Calico policy."""
    place = "" if "Global" in policy["kind"] else f"{namespace_of(policy)}/"
    return f"calico.{policy['kind']}/{place}{name_of(policy)}"


def staged_or_not(policies: list[Raw], *, enforced: bool) -> list[Raw]:
    """The policies that count: staged ones never, or each in the place of its twin (B60, B61)."""
    plain = [policy for policy in policies if not policy["kind"].startswith("Staged")]
    if not enforced:
        return plain
    staged = [policy for policy in policies if policy["kind"].startswith("Staged")]
    gone = {policy_id(policy).replace("calico.Staged", "calico.") for policy in staged}
    new = [policy for policy in staged if policy["spec"].get("stagedAction") != "Delete"]
    return [policy for policy in plain if policy_id(policy) not in gone] + new


def in_place(policies: Iterable[Raw], world: Raw) -> list[Found]:
    """Calico's policies and Kubernetes' with their places in their tiers (B7, B17)."""
    found = []
    for policy in policies:
        namespace = "" if "Global" in policy["kind"] else namespace_of(policy)
        key = f"{name_of(policy)}/{namespace}/calico.{policy['kind']}"
        found.append(Found(policy["spec"].get("tier") or "default", (order_of(policy), key), policy))
    for policy, valid in world["policies"]:
        assert valid
        key = f"{name_of(policy)}/{namespace_of(policy)}/NetworkPolicy"
        found.append(Found("default", (1000.0, key), policy))
    return found


def order_of(item: Raw) -> float:
    """The order of a policy or tier; without one it is last."""
    order = item["spec"].get("order")
    return LAST if order is None else float(order)


def judge(world: Raw, flow: Flow, decide: Side | None = None) -> bool | None:
    """The verdict of a flow; None if it depends on the address family (A39). `decide` judges one end, else `side`."""
    source, target = kubernetes.find(world, flow.source), kubernetes.find(world, flow.target)
    if source is target:
        return True
    families = kubernetes.families(world, source) & kubernetes.families(world, target)
    if "ip" in (flow.source[0], flow.target[0]):
        families = kubernetes.families(world, source if flow.source[0] == "ip" else target)
    if not families:
        families = kubernetes.families(world, source) | kubernetes.families(world, target)
    answers = {in_family(world, flow, source, target, family, decide or side) for family in families}
    return answers.pop() if len(answers) == 1 else None


def in_family(world: Raw, flow: Flow, source: Raw, target: Raw, family: int, decide: Side) -> bool:
    """Both sides have to allow (B16); a node always reaches its own pods (A31)."""
    if not decide(world, flow, family, "Egress", source, target):
        return False
    return sure(kubernetes.on_own_node(world, source, target)) or decide(world, flow, family, "Ingress", target, source)


def side(world: Raw, flow: Flow, family: int, direction: str, subject: Raw, other: Raw) -> bool:
    """One direction of one pod: tiers in order, then the profile that allows everything (B11, B12)."""
    if subject["host"]:
        return True
    named_tiers = {found.tier for found in world["ordered"]} | set(world["tiers"])
    known = sorted((tier not in world["tiers"], world["tiers"].get(tier, (LAST, ""))[0], tier) for tier in named_tiers)
    for _, _, tier in known:
        mine = [found.policy for found in world["ordered"] if found.tier == tier]
        mine = [policy for policy in mine if applies(world, policy, direction, subject)]
        if not mine:
            continue
        action = first_action(world, flow, family, direction, subject=subject, other=other, policies=mine)
        if action is None:
            action = world["tiers"].get(tier, (LAST, "Deny"))[1]
        if action != "Pass":
            return bool(action == "Allow")
    return True


def first_action(
    world: Raw, flow: Flow, family: int, direction: str, *, subject: Raw, other: Raw, policies: list[Raw]
) -> str | None:
    """What the first matching rule says."""
    target = subject if direction == "Ingress" else other
    for policy in policies:
        for rule in policy["spec"].get(direction.lower()) or []:
            if not is_calico(policy):
                peers = (rule or {}).get("from" if direction == "Ingress" else "to")
                fits = sure(peers_match(world, family, policy, peers, other))
                if fits and ports_match(flow, (rule or {}).get("ports"), target):
                    return "Allow"
            elif rule["action"] != "Log":
                ends = (other, subject) if direction == "Ingress" else (subject, other)
                if rule_matches(world, flow, family, rule, ends, namespace_of_policy(policy)):
                    return str(rule["action"])
    return None


def namespace_of_policy(policy: Raw) -> str:
    """The namespace of a policy, empty for a global one."""
    return "" if "Global" in policy["kind"] else namespace_of(policy)


def applies(world: Raw, policy: Raw, direction: str, pod: Raw) -> bool:
    """Whether a policy is about a pod and has that direction (B8, B10, B22, B23)."""
    if not is_calico(policy):
        mine = namespace_of(policy) == pod["namespace"]
        return mine and direction in directions(policy) and sure(selects(policy, pod))
    spec = policy["spec"]
    types = spec.get("types") or [t for t in ("Ingress", "Egress") if spec.get(t.lower())] or ["Ingress"]
    if policy["apiVersion"].startswith("crd.") and not spec.get("types"):
        types = ["Ingress", "Egress"]
    namespace = namespace_of_policy(policy)
    if direction not in types or (namespace and pod["namespace"] != namespace):
        return False
    seen = labels_of(world, pod)
    return (
        true_of(spec.get("selector", ""), seen)
        and true_of(spec.get("namespaceSelector", ""), seen, "pcns.")
        and true_of(spec.get("serviceAccountSelector", ""), seen, "pcsa.")
    )


def labels_of(world: Raw, pod: Raw) -> Labels:
    """All labels of a pod as Calico sees them (B20)."""
    place = pod["namespace"], pod["name"]
    account = world["account_of"].get(place, "default")
    own = {k: v or "?" for k, v in pod["labels"].items() if not k.startswith(("pcns.", "pcsa."))}
    own |= {"projectcalico.org/namespace": place[0], "projectcalico.org/orchestrator": "k8s"}
    own |= {"projectcalico.org/serviceaccount": account} if len(account) < 63 else {}
    own |= {"pcsa.projectcalico.org/name": account}
    own |= {f"pcsa.{k}": v for k, v in world["accounts"][place[0], account].items()}
    return own | inherited(world, place[0])


def inherited(world: Raw, namespace: str) -> Labels:
    """What a namespace gives to what lives in it."""
    return {
        "pcns.projectcalico.org/name": namespace,
        **{f"pcns.{k}": v for k, v in world["namespaces"].get(namespace, {NAME_LABEL: namespace}).items()},
    }


def things_at(world: Raw, end: Raw, family: int) -> list[Labels]:
    """Everything with labels that has the address of an endpoint: the pod itself, and network sets (B24, B25)."""
    found = [] if end["host"] else [labels_of(world, end)]
    for item in world["sets"]:
        if any(sure(block_matches(world, family, {"cidr": with_prefix(net)}, end)) for net in item["spec"]["nets"]):
            labels = dict(item["metadata"].get("labels") or {})
            if item["kind"] == "NetworkSet":
                labels |= {"projectcalico.org/namespace": namespace_of(item)} | inherited(world, namespace_of(item))
            found.append(labels)
    return found


def with_prefix(net: str) -> str:
    """A block for a plain address."""
    return str(ipaddress.ip_network(net, strict=False))


def rule_matches(world: Raw, flow: Flow, family: int, rule: Raw, ends: tuple[Raw, Raw], namespace: str) -> bool:
    """Every clause of a rule (B30 to B39)."""
    number = NUMBERS[flow.protocol]
    protocol = protocol_number(rule.get("protocol"))
    if protocol not in (None, number) or protocol_number(rule.get("notProtocol")) == number:
        return False
    if rule.get("ipVersion", family) != family or FAMILY_OF.get(protocol or 0, family) != family:
        return False
    if "icmp" in rule and not icmp_matches(flow, rule["icmp"]):
        return False
    if "notICMP" in rule and number == protocol and icmp_matches(flow, rule["notICMP"]):
        return False
    source, target = ends
    sides = ((rule.get("source") or {}, source), (rule.get("destination") or {}, target))
    if not all(entity_matches(world, family, entity, end, namespace) for entity, end in sides):
        return False
    here, there = (entity for entity, _ in sides)
    return ports_fit(here, SOURCE_PORT, number, None) and ports_fit(there, flow.port, number, target)


def protocol_number(written: str | int | None) -> int | None:
    """The number of a protocol."""
    return NUMBERS.get(written) if isinstance(written, str) else written


def icmp_matches(flow: Flow, match: Raw) -> bool:
    """Type and code."""
    return bool(match.get("type", flow.port) == flow.port and match.get("code", SOURCE_PORT) == SOURCE_PORT)


def entity_matches(world: Raw, family: int, entity: Raw, end: Raw, namespace: str) -> bool:
    """Labels and addresses of one side (B31 to B35)."""
    for key, wanted in (("nets", True), ("notNets", False)):
        nets = [with_prefix(net) for net in entity.get(key) or []]
        mine = [net for net in nets if (":" in net) == (family == 6)]
        if nets and not mine:
            return False
        inside = any(sure(block_matches(world, family, {"cidr": net}, end)) for net in mine)
        if nets and inside != wanted:
            return False
    accounts = entity.get("serviceAccounts") or {}
    negative = entity.get("notSelector", "")
    clauses: list[Callable[[Labels], bool]] = []
    if entity.get("selector"):
        clauses.append(lambda labels: true_of(entity["selector"], labels))
    if accounts.get("names"):
        clauses.append(lambda labels: labels.get("pcsa.projectcalico.org/name") in accounts["names"])
    if accounts.get("selector"):
        clauses.append(lambda labels: true_of(accounts["selector"], labels, "pcsa."))
    if entity.get("namespaceSelector") == "global()":
        clauses.append(lambda labels: "projectcalico.org/namespace" not in labels)
    elif entity.get("namespaceSelector"):
        clauses.append(lambda labels: true_of(entity["namespaceSelector"], labels, "pcns."))
    elif namespace and (clauses or negative):
        clauses.append(lambda labels: labels.get("projectcalico.org/namespace") == namespace)
    things = things_at(world, end, family)
    if clauses:
        return any(
            all(clause(labels) for clause in clauses) and not (negative and true_of(negative, labels))
            for labels in things
        )
    return not negative or not any(true_of(negative, labels) for labels in things)


def ports_fit(entity: Raw, port: int, protocol: int, target: Raw | None) -> bool:
    """Ports and notPorts of one side; `target` has the named ports (B36)."""
    wanted = entity.get("ports") or []
    if wanted and not any(port_is(entry, port, protocol, target) for entry in wanted):
        return False
    return not any(port_is(entry, port, protocol, target) for entry in entity.get("notPorts") or [])


def port_is(entry: int | str, port: int, protocol: int, target: Raw | None) -> bool:
    """One entry: a number, a range, a name."""
    text = str(entry)
    if re.fullmatch("[0-9]+(:[0-9]+)?", text):
        first, _, last = text.partition(":")
        return int(first) <= port <= int(last or first)
    name = next(name for name, number in NUMBERS.items() if number == protocol)
    return target is not None and port in numbers(target, text, name)


def true_of(text: str, labels: Labels, prefix: str = "") -> bool:
    """Whether a selector holds; taken apart from the loosest operator to the tightest, each time anew (B70 to B76)."""
    text = text.strip(" ")
    if not text:
        return True
    if (parts := split(text, "||"))[1:]:
        return any(true_of(part, labels, prefix) for part in parts)
    if (parts := split(text, "&&"))[1:]:
        return all(true_of(part, labels, prefix) for part in parts)
    if text.startswith("!"):
        return not true_of(text[1:], labels, prefix)
    if text.startswith("("):
        return true_of(text[1:-1], labels, prefix)
    if text == "all()":
        return prefix != "pcns." or "projectcalico.org/namespace" in labels
    if text.startswith("has("):
        return prefix + text[4:-1].strip() in labels
    return compared(text, labels, prefix)


def compared(text: str, labels: Labels, prefix: str) -> bool:
    """A label against values."""
    key, rest = text.split(" ", 1)
    value = labels.get(prefix + key)
    operator = re.split("['{]", rest, maxsplit=1)[0].strip()
    values = re.findall("'([^']*)'", rest)
    match operator:
        case "==" | "in":
            return value in values
        case "!=" | "not in" | "notin":
            return value not in values
        case "contains":
            return value is not None and values[0] in value
        case "starts with" | "startswith":
            return value is not None and value.startswith(values[0])
        case "ends with" | "endswith":
            return value is not None and value.endswith(values[0])
    raise ValueError(text)


def split(text: str, operator: str) -> list[str]:
    """The parts between operators that are outside of parentheses and of quotes."""
    parts, depth, quoted, start, i = [], 0, False, 0, 0
    while i < len(text):
        if text[i] == "'":
            quoted = not quoted
        elif not quoted and text[i] in "()":
            depth += 1 if text[i] == "(" else -1
        elif not quoted and not depth and text.startswith(operator, i):
            parts.append(text[start:i])
            start = i = i + len(operator)
            continue
        i += 1
    return [*parts, text[start:]]


def sure(answer: bool | None) -> bool:
    """An answer that the input must not leave open."""
    assert answer is not None
    return answer
