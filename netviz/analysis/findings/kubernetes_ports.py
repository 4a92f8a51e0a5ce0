"""Pitfalls of a NetworkPolicy that are in its ports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netviz.analysis.findings.clauses import flow, peers_of, ports_of, rules_of
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness, PodWitness
from netviz.analysis.findings.serving import ServedPods
from netviz.analysis.findings.words import end_of, listed, workloads_of
from netviz.engine.options import Connection
from netviz.engine.rules import CompiledPolicy, CompiledRule
from netviz.errors import Severity
from netviz.model.cluster import ContainerPort, ContainerRole, Pod, Service
from netviz.model.policy import ANYONE, Direction, NamedPort, WithAddress
from netviz.sets.connections import PORT_PROTOCOLS, ConnectionSet, protocol_name
from netviz.source import SourceRef

_MOST_PODS = 500
"""So many pods of a rule are looked at for the names and numbers of their ports."""


def _targets(facts: Facts, compiled: CompiledPolicy, direction: Direction, rule: CompiledRule) -> tuple[Pod, ...]:
    """The pods that a rule lets somebody connect to, if it selects them: some of them, if they are many."""
    if direction is Direction.INGRESS:
        slots = compiled.subject.may
    elif rule.rule.peer == ANYONE or any(isinstance(peer, WithAddress) for peer, _ in peers_of(rule.rule)):
        return ()
    else:
        slots = rule.peers.may
    return facts.pods(slots & facts.pod_slots, _MOST_PODS)


def _numbers(rule: CompiledRule) -> Iterator[tuple[int, int, SourceRef]]:
    """(protocol, port, place) of the entries that are one number."""
    for port, ref in ports_of(rule.rule):
        if isinstance(port, ConnectionSet):
            for protocol in PORT_PROTOCOLS:
                ports = tuple(port.destination_ports(protocol))
                if len(ports) == 1 and ports[0][0] == ports[0][1]:
                    yield protocol, ports[0][0], ref


def _listens(pod: Pod, protocol: int, port: int, served: ServedPods) -> bool:
    """Whether a pod says that it listens on a port, or a Service does."""
    declared = any((p.protocol, p.port) == (protocol, port) for p in pod.ports)
    here = served.get((pod.namespace, pod.name), ())
    return declared or any((entry.protocol, number) == (protocol, port) for _, entry, number in here)


def _ports_of_services(facts: Facts) -> Iterator[Finding]:
    served = facts.served
    for compiled, direction, rule in rules_of(facts):
        pods = _targets(facts, compiled, direction, rule)
        for protocol, port, ref in _numbers(rule):
            found = _service_of(pods, protocol, port, served)
            if found is None:
                continue
            service, pod, number = found
            if any((p, n) == (protocol, number) for p, n, _ in _numbers(rule)):
                continue
            name = f"{service.namespace}/{service.name}"
            yield NP016.finding(
                f"it allows {protocol_name(protocol)} {port}, which is the port of Service {name}: its pods listen on"
                f" {number}, and that is what a policy sees",
                f"write port: {number}",
                about=compiled.policy.id,
                ref=ref,
                witness=_into(facts, compiled, direction, rule, pod, Connection(protocol, number)),
            )


def _service_of(pods: tuple[Pod, ...], protocol: int, port: int, served: ServedPods) -> tuple[Service, Pod, int] | None:
    """The Service whose port a rule names, if no pod of the rule listens on that; a pod of it and its number there."""
    if any(_listens(pod, protocol, port, served) for pod in pods):
        return None
    for pod in pods:
        for service, entry, number in served.get((pod.namespace, pod.name), ()):
            if (entry.protocol, entry.port) == (protocol, port) and number != port:
                return service, pod, number
    return None


def _into(
    facts: Facts, compiled: CompiledPolicy, direction: Direction, rule: CompiledRule, pod: Pod, connection: Connection
) -> FlowWitness | PodWitness:
    """A connection to a pod of the rule from somebody that the rule is about; only the pod if that is nobody here."""
    slots = rule.peers.may if direction is Direction.INGRESS else compiled.subject.may
    others = (each for each in facts.pods(slots & facts.pod_slots, 2) if each != pod)
    other = next(others, None)
    if other is None:
        return PodWitness(pod=end_of(pod))
    subject, peer = (pod, other) if direction is Direction.INGRESS else (other, pod)
    return flow(facts, direction, subject, peer, connection)


class _Name(NamedTuple):
    """A port of a rule that is given by name, the pods that it is looked up on, and where these declare it."""

    compiled: CompiledPolicy
    port: NamedPort
    ref: SourceRef
    pods: tuple[Pod, ...]
    declared: tuple[tuple[Pod, ContainerPort], ...]

    @property
    def found(self) -> bool:
        """Whether some pod declares it with the protocol of the rule."""
        return any(self.port.protocol in (None, port.protocol) for _, port in self.declared)


def _names(facts: Facts) -> Iterator[_Name]:
    """The ports that are given by name, of rules that mean some pod."""
    for compiled, direction, rule in rules_of(facts):
        for port, ref in ports_of(rule.rule):
            if not isinstance(port, NamedPort) or _only_blocks(direction, rule):
                continue
            slots = compiled.subject.may if direction is Direction.INGRESS else rule.peers.may
            pods = facts.pods(slots & facts.pod_slots)
            declared = tuple((pod, each) for pod in pods for each in pod.ports if _declares(each, port))
            if pods:
                yield _Name(compiled, port, ref, pods, declared)


def _declares(port: ContainerPort, wanted: NamedPort) -> bool:
    return port.name == wanted.name and (wanted.every or port.role is not ContainerRole.INIT)


def _unknown_names(facts: Facts) -> Iterator[Finding]:
    for name in _names(facts):
        if name.declared:
            continue
        known = sorted({port.name for pod in name.pods for port in pod.ports if port.name is not None})
        there = f"; they have {listed(known)}" if known else "; they declare no names"
        yield NP017.finding(
            f"the port `{name.port.name}` exists on no pod of {listed(workloads_of(name.pods))}{there}",
            "write the name of a container port, or the number; the name of a Service port is not seen",
            about=name.compiled.policy.id,
            ref=name.ref,
            witness=PodWitness(pod=end_of(name.pods[0])),
        )


def _other_protocols(facts: Facts) -> Iterator[Finding]:
    for name in _names(facts):
        if name.found or not name.declared or name.port.protocol is None:
            continue
        pod, port = name.declared[0]
        theirs, ours = protocol_name(port.protocol), protocol_name(name.port.protocol)
        yield NP018.finding(
            f"the port `{name.port.name}` is declared with protocol {theirs}, and the rule is about {ours}",
            f"write protocol: {theirs}",
            about=name.compiled.policy.id,
            ref=name.ref,
            witness=PodWitness(pod=end_of(pod)),
        )


def _only_blocks(direction: Direction, rule: CompiledRule) -> bool:
    """Whether all that an egress rule allows to is addresses."""
    peers = [peer for peer, _ in peers_of(rule.rule)]
    return direction is Direction.EGRESS and bool(peers) and all(isinstance(peer, WithAddress) for peer in peers)


def _names_of_blocks(facts: Facts) -> Iterator[Finding]:
    for compiled, direction, rule in rules_of(facts):
        for port, ref in ports_of(rule.rule):
            if isinstance(port, NamedPort) and _only_blocks(direction, rule):
                yield NP019.finding(
                    f"the port `{port.name}` is a name, and all peers of the rule are addresses: outside of the cluster"
                    " there are no containers that could have declared it",
                    "write the number of the port",
                    about=compiled.policy.id,
                    ref=ref,
                )


def _undeclared(facts: Facts) -> Iterator[Finding]:
    served = facts.served
    for compiled in facts.kubernetes:
        pods = facts.pods(compiled.subject.may & facts.pod_slots, _MOST_PODS)
        if not pods or not all(pod.ports for pod in pods):
            continue
        for rule in compiled.rules[Direction.INGRESS]:
            for protocol, port, ref in _numbers(rule):
                if any(_listens(pod, protocol, port, served) for pod in pods):
                    continue
                if _service_of(pods, protocol, port, served) is not None:
                    continue
                words = f"{protocol_name(protocol)} {port}"
                theirs = sorted({p.port for pod in pods for p in pod.ports if p.protocol == protocol})
                yield NP031.finding(
                    f"it allows {words}, and no container of {listed(workloads_of(pods))} declares that port",
                    f"check the number: they declare {listed([str(n) for n in theirs])}" if theirs else "check it",
                    about=compiled.policy.id,
                    ref=ref,
                    witness=PodWitness(pod=end_of(pods[0])),
                )


NP016 = Check(
    id="NP016",
    severity=Severity.WARNING,
    title="The port of the Service",
    rationale="A policy judges a connection where it arrives: at the pod, on the port that the container listens on."
    " The port of the Service in front of it is rewritten before, and a rule about it allows nothing.",
    run=_ports_of_services,
)
NP017 = Check(
    id="NP017",
    severity=Severity.WARNING,
    title="A port name that no pod has",
    rationale="A port given by name is looked up among the container ports of each destination pod. A pod that declares"
    " no such name gets nothing from the rule.",
    run=_unknown_names,
)
NP018 = Check(
    id="NP018",
    severity=Severity.WARNING,
    title="A port name with another protocol",
    rationale="A port given by name has to have the protocol of the rule too, which is TCP if it says none.",
    run=_other_protocols,
)
NP019 = Check(
    id="NP019",
    severity=Severity.WARNING,
    title="A port name for addresses",
    rationale="Names of ports are looked up on pods. Towards an address outside of the cluster a name matches nothing.",
    run=_names_of_blocks,
)
NP031 = Check(
    id="NP031",
    severity=Severity.WARNING,
    title="A port that nobody listens on",
    rationale="What a container declares does not limit its traffic, but where all pods of a policy declare their ports"
    " and none declares this one, the number is probably wrong.",
    run=_undeclared,
)
