"""Peer expressions as bit sets over slots, with a lower and an upper bound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from typing import TypeVar, assert_never

from netviz.engine.classes import EndpointClasses
from netviz.engine.labels import Bounds, LabelIndex
from netviz.model.cluster import Cluster
from netviz.model.policy import (
    BehindService,
    EndpointKind,
    EveryPeer,
    InNamespace,
    Labelled,
    LabelScope,
    LabelView,
    NotPeer,
    OfFamily,
    OfKind,
    OnNodes,
    RulePeer,
    SomePeer,
    Unresolved,
    WithAddress,
)
from netviz.selectors.tree import Labels, Selector, matches
from netviz.sets.addresses import AddressSet
from netviz.sets.region import mask_of

_UNKNOWN_LABELS = Labels(complete=False)
_TOO_LONG_FOR_A_LABEL = 63
"""A service account whose name has so many characters is not named by a label of its own (B20)."""

_ON_NODES = (EndpointKind.HOST, EndpointKind.HOST_ENDPOINT)

_Whereabouts = tuple[tuple[int, ...] | None, bool, int | None]
"""What address rules see of a slot: its address atoms (None: assumed), whether it is a node's, its family."""

_Key = TypeVar("_Key")


class PeerCompiler:
    """Turns peer expressions into bounds over the slots of `classes`; remembers what it has compiled."""

    def __init__(self, cluster: Cluster, classes: EndpointClasses) -> None:
        self._classes = classes
        self._nodes = cluster.nodes
        self._known: dict[RulePeer, Bounds] = {}
        kinds: dict[EndpointKind, list[int]] = {kind: [] for kind in EndpointKind}
        namespaces: dict[str | None, list[int]] = {}
        families: dict[int | None, list[int]] = {None: [], 4: [], 6: []}
        at: dict[_Whereabouts, list[int]] = {}
        for i, slot in enumerate(classes.slots):
            kinds[slot.kind].append(i)
            families[slot.family].append(i)
        keys = [classes.classes[slot.owner].key for slot in classes.slots[: classes.first_outside]]
        for i, key in enumerate(keys):
            namespaces.setdefault(key.namespace, []).append(i)
        if classes.by_address:
            for i, slot in enumerate(classes.slots[: classes.first_outside]):
                at.setdefault((slot.atoms, slot.kind in _ON_NODES, slot.family), []).append(i)
        self._kinds: dict[EndpointKind, int] = _masks(kinds)
        self._namespaces: dict[str | None, list[int]] = namespaces
        self._families: dict[int | None, int] = _masks(families)
        self._at: dict[_Whereabouts, int] = _masks(at)
        self._somewhere = mask_of(namespaces[None])
        self._keys = keys
        self._pod_index = LabelIndex([key.labels for key in keys])
        self._namespace_labels = {namespace.name: namespace.labels for namespace in cluster.namespaces}
        self._account_labels = {(a.namespace, a.name): a.labels for a in cluster.service_accounts}
        # Over slots and not over names: what a label's value selects is then worked out once and not per selector.
        self._namespace_index = LabelIndex([self._labels_of_namespace(key.namespace) for key in keys])
        self._views: dict[LabelView, LabelIndex] = {}
        self._not_strangers = classes.atoms.mask(classes.not_strangers)
        self._host_endpoints = self._kinds[EndpointKind.HOST_ENDPOINT]
        self._announced = self._host_endpoints & ~mask_of(i for i, key in enumerate(keys) if not key.announced)

    @cached_property
    def _account_index(self) -> LabelIndex:
        return LabelIndex([self._labels_of_account(key.namespace, key.account) for key in self._keys])

    def _labels_of_namespace(self, name: str | None) -> Labels:
        if name == "":
            return Labels()
        return _UNKNOWN_LABELS if name is None else self._namespace_labels.get(name, _UNKNOWN_LABELS)

    def _labels_of_account(self, namespace: str | None, name: str) -> Labels:
        if namespace == "":
            return Labels()
        return _UNKNOWN_LABELS if namespace is None else self._account_labels.get((namespace, name), _UNKNOWN_LABELS)

    def bounds(self, peer: RulePeer) -> Bounds:
        """The slots for which the expression holds."""
        known = self._known.get(peer)
        if known is None:
            known = self._known[peer] = self._compile(peer)
        return known

    def forget(self) -> None:
        """Drop what is remembered: what has been compiled from it keeps what it needs."""
        self._known.clear()

    def _compile(self, peer: RulePeer) -> Bounds:
        match peer:
            case OfKind(kinds):
                mask = reduce(int.__or__, (self._kinds[kind] for kind in kinds), 0)
                return Bounds(mask, mask)
            case InNamespace(name):
                mask = mask_of(self._namespaces.get(name, ()))
                return Bounds(mask, mask | self._somewhere)
            case Labelled():
                return self._labelled(peer)
            case WithAddress(addresses):
                return self._with_address([addresses])
            case OnNodes(selector):
                return self._on_nodes(selector)
            case OfFamily(family):
                mask = self._families[None] | self._families[family]
                return Bounds(mask, mask)
            case BehindService(namespace, name):
                return self._behind_service((namespace, name))
            case Unresolved():
                return Bounds(0, self._kinds[EndpointKind.EXTERNAL])
            case EveryPeer(parts):
                if not parts:
                    return Bounds(self._classes.all, self._classes.all)
                # The smallest first: what is large is then looked at as far as that one goes.
                bounds = sorted(map(self.bounds, parts))
                return Bounds(
                    reduce(int.__and__, [b.must for b in bounds]), reduce(int.__and__, [b.may for b in bounds])
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
            case LabelView():
                return self._in_view(peer.scope, peer.selector)
            case LabelScope.POD:
                return self._pod_index.select(peer.selector)
            case LabelScope.NAMESPACE:
                return self._namespace_index.select(peer.selector)
            case LabelScope.SERVICE_ACCOUNT:
                return self._account_index.select(peer.selector)
            case _:
                assert_never(peer.scope)

    def _with_address(self, blocks: Sequence[AddressSet]) -> Bounds:
        classes = self._classes
        addresses = AddressSet.union(blocks) if len(blocks) > 1 else blocks[0]
        atoms = reduce(int.__or__, (classes.atoms.mask(block) for block in blocks))
        must = (atoms & ~self._not_strangers) << classes.first_outside
        may = must
        for whereabouts, slots in self._at.items():
            surely, maybe = self._inside(whereabouts, addresses, atoms)
            must |= slots if surely else 0
            may |= slots if maybe else 0
        return Bounds(must, may)

    def network_sets(self, peer: Labelled) -> Bounds:
        """The network sets that a selector means: bit i means `network_sets[i]` of the classes."""
        if not isinstance(peer.scope, LabelView) or not peer.scope.network_sets:
            return Bounds(0, 0)
        found = self._view_index(peer.scope).select(peer.selector)
        return Bounds(*(mask >> self._classes.first_outside for mask in found))

    def _in_view(self, view: LabelView, selector: Selector) -> Bounds:
        found = self._view_index(view).select(selector)
        count = self._classes.first_outside
        endpoints = self._kinds[EndpointKind.POD] | (self._announced if view.network_sets else self._host_endpoints)
        must, may = found.must & endpoints, found.may & endpoints
        for number, network_set in enumerate(self._classes.network_sets if view.network_sets else ()):
            bit = 1 << count + number
            if found.may & bit:
                here = self._with_address([network_set.addresses])
                may |= here.may
                must |= here.must if found.must & bit else 0
        return Bounds(must, may)

    def _view_index(self, view: LabelView) -> LabelIndex:
        known = self._views.get(view)
        if known is None:
            seen: list[tuple[Labels, tuple[str, ...]]] = []
            for slot in self._classes.slots[: self._classes.first_outside]:
                key = self._classes.classes[slot.owner].key
                constants = view.constants if slot.kind is EndpointKind.POD else ()
                seen.append(self._seen(view, key.labels, key.namespace, key.account, constants))
            for each in self._classes.network_sets if view.network_sets else ():
                seen.append(self._seen(view, each.labels, each.namespace, "", ()))
            known = self._views[view] = LabelIndex([labels for labels, _ in seen], [hidden for _, hidden in seen])
        return known

    def _seen(
        self, view: LabelView, own: Labels, namespace: str | None, account: str, constants: tuple[tuple[str, str], ...]
    ) -> tuple[Labels, tuple[str, ...]]:
        reserved = (view.namespace_prefix, view.account_prefix)
        merged: dict[str, str | None] = {k: v for k, v in own.items if not k.startswith(reserved)}
        merged.update(constants)
        hidden: list[str] = []
        if namespace:
            labels = self._labels_of_namespace(namespace)
            merged.update({view.namespace_prefix + k: v for k, v in labels.items})
            merged[view.namespace_key] = merged[view.namespace_prefix + view.inherited_name_key] = namespace
            hidden += [] if labels.complete else [view.namespace_prefix]
        if namespace and account:
            labels = self._labels_of_account(namespace, account)
            merged.update({view.account_prefix + k: v for k, v in labels.items})
            merged[view.account_prefix + view.inherited_name_key] = account
            if len(account) < _TOO_LONG_FOR_A_LABEL:
                merged[view.account_key] = account
            hidden += [] if labels.complete else [view.account_prefix]
        return Labels.of(merged, complete=own.complete), tuple(hidden)

    def _behind_service(self, service: tuple[str, str]) -> Bounds:
        classes = self._classes
        mask = 0
        for i, slot in enumerate(classes.slots[: classes.first_outside]):
            if any(served[0] == service for served in classes.classes[slot.owner].key.services):
                mask |= 1 << i
        for address, listed in classes.served_outside.items():
            if any(served[0] == service for served in listed):
                mask |= 1 << classes.slot_of_address(address)
        return Bounds(mask, mask)

    def _on_nodes(self, selector: Selector) -> Bounds:
        classes = self._classes
        must = may = 0
        for node in self._nodes:
            holds = matches(selector, node.labels)
            if holds is False:
                continue
            here = classes.atoms.mask(classes.node_addresses[node.name]) << classes.first_outside
            for i, slot in enumerate(classes.slots[: classes.first_outside]):
                if slot.kind in _ON_NODES and classes.classes[slot.owner].key.node == node.name:
                    here |= 1 << i
            may |= here
            must |= here if holds else 0
        unplaced = sum(
            1 << i
            for i, slot in enumerate(classes.slots[: classes.first_outside])
            if slot.kind in _ON_NODES and classes.classes[slot.owner].key.node not in classes.node_addresses
        )
        # Where no node is in the input, any address outside may be one.
        somewhere = 0 if self._nodes else self._kinds[EndpointKind.EXTERNAL]
        return Bounds(must, may | unplaced | somewhere)

    def _inside(self, whereabouts: _Whereabouts, addresses: AddressSet, atoms: int) -> tuple[bool, bool]:
        known, on_nodes, family = whereabouts
        if known is not None:
            hits = [bool(atoms >> atom & 1) for atom in known]
            return all(hits), any(hits)
        assumed = self._classes.assumed_hosts if on_nodes else self._classes.assumed_pods
        possible, covered = assumed.family(family or 4), addresses.family(family or 4)
        return possible <= covered, bool(possible & covered)


def _masks(numbers: Mapping[_Key, Iterable[int]]) -> dict[_Key, int]:
    return {key: mask_of(found) for key, found in numbers.items()}
