"""The clauses of rules: single peers and ports with their places, and whom they concern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import FlowWitness
from netviz.analysis.findings.words import end_of
from netviz.engine.options import Connection
from netviz.engine.rules import CompiledPolicy, CompiledRule
from netviz.model.cluster import Pod
from netviz.model.policy import (
    PODS,
    Direction,
    EveryPeer,
    Labelled,
    LabelScope,
    Policy,
    PolicyRule,
    PortMatch,
    RulePeer,
    SomePeer,
    WithAddress,
)
from netviz.selectors.tree import EVERYTHING, Selector
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import protocol_name
from netviz.source import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One item of `from` or `to`, with the rule that it is in."""

    compiled: CompiledPolicy
    direction: Direction
    rule: CompiledRule
    peer: RulePeer
    ref: SourceRef

    @property
    def policy(self) -> Policy:
        """The policy that it is in."""
        return self.compiled.policy

    @property
    def is_pods(self) -> bool:
        """Whether it selects pods, by labels or namespaces."""
        return isinstance(self.peer, EveryPeer) and PODS in self.peer.parts


def rules_of(facts: Facts, namespace: str | None = None) -> Iterator[tuple[CompiledPolicy, Direction, CompiledRule]]:
    """Every rule of the NetworkPolicies that count, or of those in a namespace."""
    for compiled in facts.kubernetes if namespace is None else facts.kubernetes_in.get(namespace, ()):
        for direction in Direction:
            for rule in compiled.rules[direction]:
                yield compiled, direction, rule


def clauses(facts: Facts) -> Iterator[Clause]:
    """Every peer of the NetworkPolicies that count."""
    for compiled, direction, rule in rules_of(facts):
        for peer, ref in peers_of(rule.rule):
            yield Clause(compiled=compiled, direction=direction, rule=rule, peer=peer, ref=ref)


def peers_of(rule: PolicyRule) -> Iterator[tuple[RulePeer, SourceRef]]:
    """The peers of a rule as they are written, with their places."""
    if len(rule.peer_refs) == 1:
        yield rule.peer, rule.peer_refs[0]
    elif isinstance(rule.peer, SomePeer):
        yield from zip(rule.peer.parts, rule.peer_refs, strict=True)


def ports_of(rule: PolicyRule) -> Iterator[tuple[PortMatch, SourceRef]]:
    """The ports of a rule as they are written, with their places."""
    if rule.port_refs:
        yield from zip(rule.ports or (), rule.port_refs, strict=True)


def selector_of(peer: RulePeer, scope: LabelScope) -> Selector:
    """What a peer demands of the labels of one scope; everything if it demands nothing."""
    parts = peer.parts if isinstance(peer, EveryPeer) else (peer,)
    return next((p.selector for p in parts if isinstance(p, Labelled) and p.scope is scope), EVERYTHING)


def blocks(facts: Facts) -> Iterator[tuple[Clause, WithAddress]]:
    """Every address block of the NetworkPolicies that count."""
    for clause in clauses(facts):
        if isinstance(clause.peer, WithAddress):
            yield clause, clause.peer


def flow(
    facts: Facts, direction: Direction, subject: Pod, other: Pod | IpAddress, connection: Connection
) -> FlowWitness:
    """A connection between a subject of a policy and a peer, in the direction of its rule."""
    ends: tuple[Pod | IpAddress, Pod | IpAddress] = (subject, other)
    source, target = ends[::-1] if direction is Direction.INGRESS else ends
    return FlowWitness(
        source=end_of(source),
        target=end_of(target),
        protocol=protocol_name(connection.protocol),
        port=connection.port,
        verdict=facts.evaluation.verdict(source, target, connection),
    )
