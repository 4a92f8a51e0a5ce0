"""What a set of policies can tell apart: the label keys, addresses, ports and names that its rules mention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netviz.model.policy import (
    EveryPeer,
    InNamespace,
    Labelled,
    LabelScope,
    NamedPort,
    NotPeer,
    OfKind,
    OnNodes,
    Policy,
    PolicyRule,
    PolicySet,
    RulePeer,
    SomePeer,
    Unresolved,
    WithAddress,
)
from netviz.selectors.tree import required_keys
from netviz.sets.addresses import AddressSet
from netviz.sets.connections import ConnectionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Endpoints that agree on all of this are treated alike by every policy that the vocabulary was made from.

    `nodes`: whether some rule speaks of nodes, so that their addresses and the placement of hostNetwork pods matter.
    """

    pod_keys: frozenset[str] = frozenset()
    account_keys: frozenset[str] = frozenset()
    addresses: frozenset[AddressSet] = frozenset()
    connections: frozenset[ConnectionSet] = frozenset()
    named_ports: frozenset[NamedPort] = frozenset()
    nodes: bool = False

    def __or__(self, other: Vocabulary) -> Vocabulary:
        return Vocabulary(
            pod_keys=self.pod_keys | other.pod_keys,
            account_keys=self.account_keys | other.account_keys,
            addresses=self.addresses | other.addresses,
            connections=self.connections | other.connections,
            named_ports=self.named_ports | other.named_ports,
            nodes=self.nodes or other.nodes,
        )


def vocabulary_of(policies: PolicySet) -> Vocabulary:
    """Everything that the policies mention."""
    keys: dict[LabelScope, set[str]] = {scope: set() for scope in LabelScope}
    addresses: set[AddressSet] = set()
    nodes = False
    for leaf in {leaf for policy in policies.policies for peer in _peers(policy) for leaf in _leaves(peer)}:
        if isinstance(leaf, Labelled):
            keys[leaf.scope] |= required_keys(leaf.selector)
        elif isinstance(leaf, WithAddress):
            addresses.add(leaf.addresses)
        elif isinstance(leaf, OnNodes):
            nodes = True
    ports = {port for policy in policies.policies for rule in _rules(policy) for port in rule.ports or ()}
    return Vocabulary(
        pod_keys=frozenset(keys[LabelScope.POD]),
        account_keys=frozenset(keys[LabelScope.SERVICE_ACCOUNT]),
        addresses=frozenset(addresses),
        connections=frozenset(p for p in ports if isinstance(p, ConnectionSet)),
        named_ports=frozenset(p for p in ports if isinstance(p, NamedPort)),
        nodes=nodes,
    )


def _rules(policy: Policy) -> Iterator[PolicyRule]:
    yield from policy.ingress
    yield from policy.egress


def _peers(policy: Policy) -> Iterator[RulePeer]:
    yield policy.subject
    for rule in _rules(policy):
        yield rule.local
        yield rule.peer


def _leaves(peer: RulePeer) -> Iterator[OfKind | InNamespace | Labelled | WithAddress | OnNodes | Unresolved]:
    match peer:
        case EveryPeer(parts) | SomePeer(parts):
            for part in parts:
                yield from _leaves(part)
        case NotPeer(part):
            yield from _leaves(part)
        case _:
            yield peer
