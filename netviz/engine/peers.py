"""Peer expressions as bit sets over slots, with a lower and an upper bound."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import assert_never

from netviz.engine.classes import EndpointClasses, Slot
from netviz.engine.labels import Bounds, LabelIndex
from netviz.model.cluster import Cluster
from netviz.model.policy import (
    EndpointKind,
    EveryPeer,
    InNamespace,
    Labelled,
    LabelScope,
    NotPeer,
    OfKind,
    OnNodes,
    RulePeer,
    SomePeer,
    Unresolved,
    WithAddress,
)
from netviz.selectors.tree import Labels, Selector, matches
from netviz.sets.addresses import AddressSet

_UNKNOWN_LABELS = Labels(complete=False)


class PeerCompiler:
    """Turns peer expressions into bounds over the slots of `classes`; remembers what it has compiled."""

    def __init__(self, cluster: Cluster, classes: EndpointClasses) -> None:
        self._classes = classes
        self._nodes = cluster.nodes
        self._known: dict[RulePeer, Bounds] = {}
        self._kinds: dict[EndpointKind, int] = dict.fromkeys(EndpointKind, 0)
        self._namespaces: dict[str | None, int] = {}
        self._accounts: dict[tuple[str | None, str], int] = {}
        for i, slot in enumerate(classes.slots):
            self._kinds[slot.kind] |= 1 << i
            if slot.owner >= 0:
                key = classes.classes[slot.owner].key
                self._namespaces[key.namespace] = self._namespaces.get(key.namespace, 0) | 1 << i
                account = (key.namespace, key.account)
                self._accounts[account] = self._accounts.get(account, 0) | 1 << i
        self._somewhere = self._namespaces[None]
        inside = classes.slots[: classes.first_outside]
        self._pod_index = LabelIndex([classes.classes[slot.owner].key.labels for slot in inside])
        labels = {namespace.name: namespace.labels for namespace in cluster.namespaces}
        self._namespace_names = sorted(self._namespaces, key=lambda name: (name is None, name or ""))
        self._namespace_index = LabelIndex(
            [_UNKNOWN_LABELS if n is None else labels.get(n, _UNKNOWN_LABELS) for n in self._namespace_names]
        )
        account_labels = {(a.namespace, a.name): a.labels for a in cluster.service_accounts}
        self._account_names = list(self._accounts)
        self._account_index = LabelIndex(
            [
                _UNKNOWN_LABELS if namespace is None else account_labels.get((namespace, name), _UNKNOWN_LABELS)
                for namespace, name in self._account_names
            ]
        )

    def bounds(self, peer: RulePeer) -> Bounds:
        """The slots for which the expression holds."""
        known = self._known.get(peer)
        if known is None:
            known = self._known[peer] = self._compile(peer)
        return known

    def _compile(self, peer: RulePeer) -> Bounds:
        match peer:
            case OfKind(kinds):
                mask = reduce(int.__or__, (self._kinds[kind] for kind in kinds), 0)
                return Bounds(mask, mask)
            case InNamespace(name):
                mask = self._namespaces.get(name, 0)
                return Bounds(mask, mask | self._somewhere)
            case Labelled():
                return self._labelled(peer)
            case WithAddress(addresses):
                return self._with_address([addresses])
            case OnNodes(selector):
                return self._on_nodes(selector)
            case Unresolved():
                return Bounds(0, self._kinds[EndpointKind.EXTERNAL])
            case EveryPeer(parts):
                bounds = [self.bounds(part) for part in parts]
                everything = self._classes.all
                return Bounds(
                    reduce(int.__and__, (b.must for b in bounds), everything),
                    reduce(int.__and__, (b.may for b in bounds), everything),
                )
            case SomePeer(parts):
                bounds = [self.bounds(part) for part in parts if not isinstance(part, WithAddress)]
                blocks = [part.addresses for part in parts if isinstance(part, WithAddress)]
                if blocks:
                    # Together they may cover what each of them only cuts.
                    bounds.append(self._with_address(blocks))
                return Bounds(
                    reduce(int.__or__, (b.must for b in bounds), 0), reduce(int.__or__, (b.may for b in bounds), 0)
                )
            case NotPeer(part):
                inner = self.bounds(part)
                return Bounds(self._classes.all & ~inner.may, self._classes.all & ~inner.must)
            case _:
                assert_never(peer)

    def _labelled(self, peer: Labelled) -> Bounds:
        match peer.scope:
            case LabelScope.POD:
                return self._pod_index.select(peer.selector)
            case LabelScope.NAMESPACE:
                found = self._namespace_index.select(peer.selector)
                masks = [self._namespaces[name] for name in self._namespace_names]
            case LabelScope.SERVICE_ACCOUNT:
                found = self._account_index.select(peer.selector)
                masks = [self._accounts[name] for name in self._account_names]
            case _:
                assert_never(peer.scope)
        return Bounds(_expand(found.must, masks), _expand(found.may, masks))

    def _with_address(self, blocks: Sequence[AddressSet]) -> Bounds:
        classes = self._classes
        addresses = AddressSet.union(blocks) if len(blocks) > 1 else blocks[0]
        atoms = reduce(int.__or__, (classes.atoms.masks[block] for block in blocks))
        must = atoms << classes.first_outside
        may = must
        if classes.by_address:
            for i, slot in enumerate(classes.slots[: classes.first_outside]):
                surely, maybe = self._slot_in(slot, addresses, atoms)
                must |= surely << i
                may |= maybe << i
        return Bounds(must, may)

    def _on_nodes(self, selector: Selector) -> Bounds:
        classes = self._classes
        must = may = 0
        for node in self._nodes:
            holds = matches(selector, node.labels)
            if holds is False:
                continue
            here = classes.atoms.masks[classes.node_addresses[node.name]] << classes.first_outside
            for i, slot in enumerate(classes.slots[: classes.first_outside]):
                if slot.kind is EndpointKind.HOST and classes.classes[slot.owner].key.node == node.name:
                    here |= 1 << i
            may |= here
            must |= here if holds else 0
        unplaced = sum(
            1 << i
            for i, slot in enumerate(classes.slots[: classes.first_outside])
            if slot.kind is EndpointKind.HOST and classes.classes[slot.owner].key.node not in classes.node_addresses
        )
        return Bounds(must, may | unplaced)

    def _slot_in(self, slot: Slot, addresses: AddressSet, atoms: int) -> tuple[bool, bool]:
        if slot.atoms is not None:
            hits = [bool(atoms >> atom & 1) for atom in slot.atoms]
            return all(hits), any(hits)
        hosts = slot.kind is EndpointKind.HOST
        assumed = self._classes.assumed_hosts if hosts else self._classes.assumed_pods
        family = slot.family or 4
        possible, covered = assumed.family(family), addresses.family(family)
        return possible <= covered, bool(possible & covered)


def _expand(mask: int, masks: list[int]) -> int:
    found = 0
    for i, slots in enumerate(masks):
        if mask >> i & 1:
            found |= slots
    return found
