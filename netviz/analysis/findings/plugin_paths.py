"""Pitfalls of the network plugin on the way of a packet: through Services, to the own node, and back to oneself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness
from netviz.analysis.findings.flows import examples
from netviz.analysis.findings.words import counted, listed, workloads_of
from netviz.dialects.plugins import PluginName, Trait
from netviz.engine.options import Connection, Verdict
from netviz.engine.services import backends, selected_pods
from netviz.errors import Severity
from netviz.model.cluster import Pod, Service
from netviz.model.policy import Direction, Policy
from netviz.sets.addresses import IpAddress

_OUTSIDE_TYPES: Final = ("NodePort", "LoadBalancer")


def _past_services(facts: Facts) -> Iterator[Finding]:
    if not facts.plugin.has(Trait.SERVICE_BYPASS):
        return
    for service in facts.cluster.services:
        if service.type not in _OUTSIDE_TYPES or service.external_traffic_policy == "Local":
            continue
        shown = _denied_otherwise(facts, service)
        if shown is not None:
            flow, names = shown
            yield ENG005.finding(
                f"{facts.plugin.title} lets clients outside reach its pods past ingress policies"
                f" ({listed(names)}), because externalTrafficPolicy is Cluster",
                "set externalTrafficPolicy: Local, with which policies see the client",
                about=f"Service/{service.namespace}/{service.name}",
                ref=service.ref,
                witness=flow,
            )


def _denied_otherwise(facts: Facts, service: Service) -> tuple[FlowWitness, list[str]] | None:
    """A connection to a Service that ingress policies would deny, and the ids of those that isolate its pod."""
    for address in facts.flows.outside():
        for entry in service.ports:
            for backend in backends(facts.cluster, service, entry.port, entry.protocol):
                pod, connection = backend.target, Connection(entry.protocol, backend.port)
                if not isinstance(pod, Pod) or facts.evaluation.verdict(address, pod, connection) is not Verdict.DENY:
                    continue
                label = f"service/{service.namespace}/{service.name}"
                return facts.flows.told(str(address), label, replace(connection, port=entry.port), Verdict.ALLOW), [
                    str(policy.id) for policy in _isolating(facts, (pod,), Direction.INGRESS)
                ]
    return None


def _isolating(facts: Facts, pods: Iterable[Pod], direction: Direction) -> list[Policy]:
    """The policies that concern pods in a direction, in evaluation order."""
    numbers = {
        number
        for pod in pods
        for slot in facts.evaluation.slots_of(pod)
        for number, _ in facts.evaluator.selecting(slot, direction, facts.evaluation.inactive)
    }
    return [facts.evaluator.policies[number].policy for number in sorted(numbers)]


def _own_node(facts: Facts) -> Iterator[Finding]:
    plugin = facts.plugin
    opens = plugin.has(Trait.OWN_NODE_OPEN)
    if plugin.name in (PluginName.AUTO, PluginName.KUBERNETES):
        return
    isolated = facts.pods(facts.isolated(Direction.EGRESS), None)
    pairs = ((pod, address) for pod in isolated for address in pod.host_addresses)
    shown = next((flow for pod, node in pairs if (flow := _to_node(facts, pod, node))), None)
    if not isolated or not (shown or opens):
        return
    first = _isolating(facts, isolated[:1], Direction.EGRESS)[0]
    names = workloads_of(isolated)
    word = "lets a pod reach its own node whatever its egress policies say" if opens else (
        "holds a pod to its egress policies on the way to its own node, which Azure NPM, for one, does not"
    )
    yield ENG006.finding(
        f"{plugin.title} {word} ({counted(len(names), 'workload')}: {listed(names)})",
        "do not rely on egress policies to protect nodes"
        if opens
        else "allow what pods need of their node by its address",
        about=first.id,
        ref=first.ref,
        witness=shown,
        severity=None if opens else Severity.INFO,
    )


def _to_node(facts: Facts, pod: Pod, node: IpAddress) -> FlowWitness | None:
    """A connection of a pod to its node that its policies deny, by themselves."""
    wanted = Verdict.ALLOW if facts.plugin.has(Trait.OWN_NODE_OPEN) else Verdict.DENY
    for slot, peer in facts.evaluation.slot_pairs(pod, node):
        allowed = facts.evaluation.row(slot, Direction.EGRESS).allow.connections_of(peer)
        denied = facts.evaluator.connections(facts.evaluator.atoms.all & ~allowed)
        for connection in examples(denied, node):
            flow = facts.flows.between(pod, node, connection)
            if flow is not None and flow.verdict is wanted:
                return flow
    return None


def _through_itself(facts: Facts) -> Iterator[Finding]:
    if facts.plugin.name is PluginName.AUTO and not facts.is_calico:
        return
    isolated = {(pod.namespace, pod.name) for pod in facts.pods(facts.isolated(Direction.INGRESS))}
    found: list[tuple[Service, tuple[Pod, ...]]] = []
    for service in facts.cluster.services:
        # Through a headless Service a pod dials its own address, which no policy sees (A32).
        by_address = service.headless or not service.ports
        pods = selected_pods(facts.cluster, service) if service.selector and not by_address else ()
        if pods and all((pod.namespace, pod.name) in isolated and not pod.host_network for pod in pods):
            found.append((service, pods))
    if not found:
        return
    first, pods = found[0]
    names = [f"{service.namespace}/{service.name}" for service, _ in found]
    entry = first.ports[0]
    alone = len(pods) == 1 and bool(backends(facts.cluster, first, entry.port, entry.protocol))
    label = f"service/{first.namespace}/{first.name}"
    yield ENG009.finding(
        f"whether a pod behind {counted(len(names), 'Service')} ({listed(names)}) reaches itself through it is up to"
        " the plugin, because policies isolate these pods",
        "let such pods talk to themselves over localhost, or allow them as peers of their own policy",
        about=f"Service/{first.namespace}/{first.name}",
        ref=first.ref,
        witness=facts.flows.told(
            facts.flows.label(pods[0]), label, Connection(entry.protocol, entry.port), Verdict.UNKNOWN
        )
        if alone
        else None,
    )


ENG005 = Check(
    id="ENG005",
    severity=Severity.WARNING,
    title="Services past ingress policy",
    rationale="Azure NPM accepts what comes through a NodePort or LoadBalancer Service with externalTrafficPolicy"
    " Cluster before it asks any policy.",
    run=_past_services,
)
ENG006 = Check(
    id="ENG006",
    severity=Severity.WARNING,
    title="The way to the own node",
    rationale="Plugins differ in whether egress policies hold on the way from a pod to the node that it runs on.",
    run=_own_node,
)
ENG009 = Check(
    id="ENG009",
    severity=Severity.INFO,
    title="A pod behind its own Service",
    rationale="When a pod connects to its own Service and is sent back to itself, plugins differ in whether policies"
    " see that, and with what source.",
    run=_through_itself,
)
