"""What a set of policies can tell apart: the label keys, addresses, ports and names that its rules mention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netviz.model.policy import (
    BehindService,
    EveryPeer,
    Labelled,
    LabelScope,
    LabelView,
    NamedPort,
    NotPeer,
    OfFamily,
    OnNodes,
    PeerLeaf,
    Policy,
    PolicyRule,
    PolicySet,
    RulePeer,
    ServicePorts,
    SomePeer,
    WithAddress,
)
from netviz.selectors.tree import required_keys
from netviz.sets.addresses import ALL_V4, ALL_V6, AddressSet
from netviz.sets.connections import PORT_PROTOCOLS, ConnectionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Endpoints that agree on all of this are treated alike by every policy that the vocabulary was made from.

    `nodes`: whether some rule speaks of nodes, so that their addresses and the placement of hostNetwork pods matter.
    `network_sets`: whether some selector can mean a network set. `services` are (namespace, name). `families`: whether
    some rule or subject is of one address family.
    """

    pod_keys: frozenset[str] = frozenset()
    accounts: bool = False
    addresses: frozenset[AddressSet] = frozenset()
    connections: frozenset[ConnectionSet] = frozenset()
    named_ports: frozenset[NamedPort] = frozenset()
    services: frozenset[tuple[str, str]] = frozenset()
    nodes: bool = False
    network_sets: bool = False
    families: bool = False

    def protocols_of_names(self) -> tuple[int, ...]:
        """The protocols in which some rule means a port that each destination has a number of its own for."""
        found = {port.protocol for port in self.named_ports}
        return PORT_PROTOCOLS if None in found or self.services else tuple(sorted(p for p in found if p is not None))

    def __or__(self, other: Vocabulary) -> Vocabulary:
        return Vocabulary(
            pod_keys=self.pod_keys | other.pod_keys,
            accounts=self.accounts or other.accounts,
            addresses=self.addresses | other.addresses,
            connections=self.connections | other.connections,
            named_ports=self.named_ports | other.named_ports,
            services=self.services | other.services,
            nodes=self.nodes or other.nodes,
            network_sets=self.network_sets or other.network_sets,
            families=self.families or other.families,
        )


def vocabulary_of(policies: PolicySet) -> Vocabulary:
    """Everything that the policies mention."""
    leaves = {leaf for policy in policies.policies for peer in _peers(policy) for leaf in _leaves(peer)}
    rules = [rule for policy in policies.policies for rule in _rules(policy)]
    ports = {port for rule in rules for port in (*(rule.ports or ()), *rule.not_ports)}
    labelled = [leaf for leaf in leaves if isinstance(leaf, Labelled)]
    families = {leaf.family for leaf in leaves if isinstance(leaf, OfFamily)}
    addresses = {leaf.addresses for leaf in leaves if isinstance(leaf, WithAddress)}
    services = {(leaf.namespace, leaf.name) for leaf in leaves if isinstance(leaf, BehindService)}
    return Vocabulary(
        pod_keys=frozenset(key for leaf in labelled for key in _pod_keys(leaf)),
        accounts=any(_needs_account(leaf) for leaf in labelled),
        addresses=frozenset(addresses | ({ALL_V4, ALL_V6} if families else set())),
        connections=frozenset({p for p in ports if isinstance(p, ConnectionSet)} | {rule.within for rule in rules}),
        named_ports=frozenset(p for p in ports if isinstance(p, NamedPort)),
        services=frozenset(services | {(p.namespace, p.name) for p in ports if isinstance(p, ServicePorts)}),
        nodes=any(isinstance(leaf, OnNodes) for leaf in leaves),
        network_sets=any(isinstance(leaf.scope, LabelView) and leaf.scope.network_sets for leaf in labelled),
        families=bool(families),
    )


def _pod_keys(leaf: Labelled) -> frozenset[str]:
    if leaf.scope is LabelScope.POD:
        return required_keys(leaf.selector)
    if not isinstance(leaf.scope, LabelView):
        return frozenset()
    inherited = (leaf.scope.namespace_prefix, leaf.scope.account_prefix)
    return frozenset(key for key in required_keys(leaf.selector) if not key.startswith(inherited))


def _needs_account(leaf: Labelled) -> bool:
    if not isinstance(leaf.scope, LabelView):
        return leaf.scope is LabelScope.SERVICE_ACCOUNT
    view = leaf.scope
    return any(k == view.account_key or k.startswith(view.account_prefix) for k in required_keys(leaf.selector))


def _rules(policy: Policy) -> Iterator[PolicyRule]:
    yield from policy.ingress
    yield from policy.egress


def _peers(policy: Policy) -> Iterator[RulePeer]:
    yield policy.subject
    for rule in _rules(policy):
        yield rule.local
        yield rule.peer


def _leaves(peer: RulePeer) -> Iterator[PeerLeaf]:
    match peer:
        case EveryPeer(parts) | SomePeer(parts):
            for part in parts:
                yield from _leaves(part)
        case NotPeer(part):
            yield from _leaves(part)
        case _:
            yield peer
