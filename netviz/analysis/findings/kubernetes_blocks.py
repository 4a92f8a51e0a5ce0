"""Pitfalls of a NetworkPolicy that are in its address blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from netviz.analysis.findings.clauses import Clause, blocks, flow, rules_of
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness, PodWitness
from netviz.analysis.findings.words import end_of, example, listed, workloads_of
from netviz.engine.rules import CompiledPolicy, CompiledRule
from netviz.errors import Severity
from netviz.model.cluster import Pod, Service
from netviz.model.policy import Direction, RemarkKind, WithAddress
from netviz.sets.addresses import ALL_V4, ALL_V6, AddressSet, IpAddress, parse_cidr

_USUAL_SERVICES: Final = "10.96.0.0/12"
"""Where Services are unless somebody chose another range (kubeadm)."""


def _written(clause: Clause) -> str:
    """The block of a clause as it is written."""
    path = f"{clause.ref.path}.ipBlock.cidr"
    found = (r.value for r in clause.policy.remarks if r.kind is RemarkKind.BLOCK and r.path == path)
    return next(found, "this block")


def _single(address: IpAddress) -> AddressSet:
    return AddressSet.of_range(address.family, address.value, address.value)


def _pods_in(facts: Facts, block: WithAddress) -> int:
    return facts.evaluator.bounds(block).may & facts.pod_slots


def _covers_pods(facts: Facts) -> Iterator[Finding]:
    told: set[int] = set()
    for clause, block in blocks(facts):
        slots = 0 if clause.compiled.number in told else _pods_in(facts, block)
        if slots:
            told.add(clause.compiled.number)
            pods = facts.pods(slots)
            yield NP020.finding(
                f"ipBlock {_written(clause)} covers pods of this cluster, too ({listed(workloads_of(pods))}):"
                " Cilium does not let a block mean pods, other plugins do",
                "select pods by labels, and except the range of the pods if it should not be open to them",
                about=clause.policy.id,
                ref=clause.ref,
                witness=PodWitness(pod=end_of(pods[0])),
            )


def _nodes(facts: Facts) -> dict[IpAddress, str]:
    """The addresses of nodes, with a name for each."""
    found = {address: node.name for node in facts.cluster.nodes for address in node.addresses}
    for pod in facts.cluster.pods:
        for address in pod.host_addresses:
            found.setdefault(address, pod.node or str(address))
    return found


def _only_nodes(facts: Facts) -> Iterator[tuple[Clause, list[str]]]:
    """The blocks that hold addresses of nodes and of no pod, with the names of the nodes."""
    nodes = _nodes(facts)
    for clause, block in blocks(facts):
        here = sorted({name for address, name in nodes.items() if address in block.addresses})
        if here and not _pods_in(facts, block):
            yield clause, here


def _node_traffic(facts: Facts, clause: Clause) -> bool:
    """Whether there is something that the nodes send, or that is sent to them, beside what the kubelet does."""
    if facts.host_slots or clause.direction is Direction.EGRESS:
        return True
    subjects = facts.pods(clause.compiled.subject.may & facts.pod_slots)
    return any(_is_open(each.service) for pod in subjects for each in facts.served.get((pod.namespace, pod.name), ()))


def _is_open(service: Service) -> bool:
    return service.type in ("NodePort", "LoadBalancer")


def _nodes_only(facts: Facts) -> Iterator[Finding]:
    for clause, names in _only_nodes(facts):
        if _node_traffic(facts, clause):
            yield NP021.finding(
                f"ipBlock {_written(clause)} holds addresses of nodes and of nothing else that is known"
                f" ({listed(names)}): it means what nodes send themselves or forward, and Cilium does not let it mean"
                " nodes",
                "keep it if that is meant and your plugin is not Cilium",
                about=clause.policy.id,
                ref=clause.ref,
            )


def _for_probes(facts: Facts) -> Iterator[Finding]:
    for clause, names in _only_nodes(facts):
        if not _node_traffic(facts, clause):
            yield NP035.finding(
                f"it lets the nodes in ({listed(names)}): a node may always connect to the pods that run on it, probes"
                " of the kubelet among them",
                "take the rule out if it is for probes",
                about=clause.policy.id,
                ref=clause.ref,
            )


def _allowed_again(facts: Facts) -> Iterator[Finding]:
    by_place = {(clause.policy.id, clause.ref.path): clause for clause, _ in blocks(facts)}
    for policy, remark in facts.remarks(RemarkKind.EXCEPT, kubernetes=True):
        hole = parse_cidr(remark.value)
        clause = by_place.get((policy.id, remark.path.rpartition(".ipBlock.")[0]))
        if hole is None or clause is None:
            continue
        found = _other_rule(facts, clause, hole.addresses())
        if found is None:
            continue
        compiled, rule, shared, slot = found
        subject = facts.pods(clause.compiled.subject.may & compiled.subject.may & facts.pod_slots)[0]
        yield NP022.finding(
            f"{remark.value} is taken out of this block, and {compiled.policy.id} {rule.rule.path} allows it still",
            "except it there as well if nobody there is to be allowed: what any rule allows is allowed",
            about=policy.id,
            ref=remark.ref,
            witness=_outside_flow(facts, clause.direction, subject, slot, shared),
        )


def _other_rule(facts: Facts, clause: Clause, hole: AddressSet) -> tuple[CompiledPolicy, CompiledRule, int, int] | None:
    """A rule for some of the same pods that allows addresses of a hole: the connections of both, and an address bit."""
    classes = facts.evaluator.classes
    slots = [classes.first_outside + atom for atom in classes.atoms.overlapping(hole)]
    for compiled, direction, rule in rules_of(facts, clause.policy.id.namespace):
        if rule is clause.rule or direction is not clause.direction:
            continue
        if not clause.compiled.subject.may & compiled.subject.may & facts.pod_slots:
            continue
        shared = rule.ports.numeric & clause.rule.ports.numeric
        slot = next((slot for slot in slots if rule.peers.must >> slot & 1), None)
        if shared and slot is not None:
            return compiled, rule, shared, slot
    return None


def _outside_flow(facts: Facts, direction: Direction, subject: Pod, slot: int, connections: int) -> FlowWitness | None:
    """A connection between a pod and an address outside."""
    connection = example(facts.evaluator.connections(connections))
    ranges = facts.evaluator.classes.slots[slot].outside.ranges()
    if connection is None or not ranges:
        return None
    address = IpAddress(ranges[0][0], ranges[0][1])
    return flow(facts, direction, subject, address, connection)


def _service_addresses(facts: Facts) -> Iterator[Finding]:
    known = {address: service for service in facts.cluster.services for address in service.cluster_ips}
    nodes, usual = set(_nodes(facts)), parse_cidr(_USUAL_SERVICES)
    for clause, block in blocks(facts):
        behind = [service for address, service in known.items() if address in block.addresses]
        typical = usual is not None and bool(block.addresses) and block.addresses <= usual.addresses()
        if not (behind or typical) or _pods_in(facts, block) or any(node in block.addresses for node in nodes):
            continue
        whose = f"the address of Service {behind[0].namespace}/{behind[0].name}" if behind else "addresses of Services"
        yield NP023.finding(
            f"ipBlock {_written(clause)} holds {whose}: policies see the address of the pod behind a Service, so"
            " that it matches nothing",
            "select the pods behind the Service by their labels",
            about=clause.policy.id,
            ref=clause.ref,
        )


def _one_family(facts: Facts) -> Iterator[Finding]:
    if not _is_dual_stack(facts):
        return
    by_rule: defaultdict[int, list[tuple[Clause, WithAddress]]] = defaultdict(list)
    for clause, block in blocks(facts):
        by_rule[id(clause.rule)].append((clause, block))
    for here in by_rule.values():
        held = AddressSet.union(block.addresses for _, block in here)
        for whole, other in ((ALL_V4, ALL_V6), (ALL_V6, ALL_V4)):
            if whole <= held and not held & other:
                missing = "::/0" if whole is ALL_V4 else "0.0.0.0/0"
                yield NP024.finding(
                    f"{_written(here[0][0])} is all addresses of one family, and there are pods with addresses of both",
                    f"add an ipBlock {missing} if these are meant, too",
                    about=here[0][0].policy.id,
                    ref=here[0][0].ref,
                )


def _is_dual_stack(facts: Facts) -> bool:
    cluster = facts.cluster
    held: list[Iterable[IpAddress]] = [pod.addresses for pod in cluster.pods]
    held += [service.cluster_ips for service in cluster.services]
    return any(len({address.family for address in addresses}) == 2 for addresses in held)


def _clients_of_services(facts: Facts) -> Iterator[Finding]:
    nodes = AddressSet.union(_single(address) for address in _nodes(facts))
    told: set[tuple[int, str, str]] = set()
    for clause, block in blocks(facts):
        narrow = not (block.addresses >= ALL_V4 or block.addresses >= ALL_V6)
        if clause.direction is Direction.EGRESS or not narrow or block.addresses & nodes:
            continue
        for service in _open_services(facts, clause):
            key = clause.compiled.number, service.namespace, service.name
            if key not in told:
                told.add(key)
                yield NP033.finding(
                    f"it lets clients at {_written(clause)} in, and they come through Service {service.namespace}/"
                    f"{service.name} of type {service.type} with externalTrafficPolicy Cluster: policies mostly see the"
                    " address of a node instead",
                    "set externalTrafficPolicy: Local on the Service, so that the address of the client is kept",
                    about=clause.policy.id,
                    ref=clause.ref,
                )


def _open_services(facts: Facts, clause: Clause) -> list[Service]:
    """The Services that clients outside reach the pods of a clause's policy through, from whatever node."""
    pods = facts.pods(clause.compiled.subject.may & facts.pod_slots)
    found = {
        (each.service.namespace, each.service.name): each.service
        for pod in pods
        for each in facts.served.get((pod.namespace, pod.name), ())
        if _is_open(each.service) and each.service.external_traffic_policy == "Cluster"
    }
    return list(found.values())


NP020 = Check(
    id="NP020",
    severity=Severity.INFO,
    title="A block that holds pods",
    rationale="The API leaves open whether an ipBlock means pods by their address. Calico and Azure NPM match them, so"
    " that 0.0.0.0/0 opens to all pods; Cilium does not. Addresses of pods change, so that a block is seldom meant for"
    " them.",
    run=_covers_pods,
)
NP021 = Check(
    id="NP021",
    severity=Severity.WARNING,
    title="A block that holds only nodes",
    rationale="The address of a node is the source of hostNetwork pods and of what is forwarded from outside. Cilium"
    " keeps nodes apart from addresses, and such a block matches nothing there.",
    run=_nodes_only,
)
NP022 = Check(
    id="NP022",
    severity=Severity.INFO,
    title="An exception that is allowed elsewhere",
    rationale="`except` takes addresses out of its own block and denies nothing: what another peer, rule or policy"
    " allows stays allowed.",
    run=_allowed_again,
)
NP023 = Check(
    id="NP023",
    severity=Severity.WARNING,
    title="A block of Service addresses",
    rationale="The virtual address of a Service is replaced by that of a pod before policies are asked. A block of such"
    " addresses matches no connection.",
    run=_service_addresses,
)
NP024 = Check(
    id="NP024",
    severity=Severity.INFO,
    title="One address family only",
    rationale="0.0.0.0/0 does not mean IPv6, nor ::/0 IPv4. In a cluster with both, the other half stays closed.",
    run=_one_family,
)
NP033 = Check(
    id="NP033",
    severity=Severity.WARNING,
    title="Clients behind a Service",
    rationale="What comes through a NodePort or LoadBalancer Service is usually sent on by a node, under the address of"
    " that node. A rule about the addresses of clients then does not match them.",
    run=_clients_of_services,
)
NP035 = Check(
    id="NP035",
    severity=Severity.INFO,
    title="A rule for probes",
    rationale="Traffic from a node to the pods on it is always allowed, so that no policy can break the probes of the"
    " kubelet, and no rule is needed for them.",
    run=_for_probes,
)
