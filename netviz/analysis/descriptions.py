"""Rules' descriptions of pods, of all policy languages, over one set of label keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from netviz.model.policy import (
    EndpointKind,
    EveryPeer,
    InNamespace,
    Labelled,
    LabelScope,
    LabelView,
    OfKind,
    RulePeer,
    SomePeer,
)
from netviz.selectors.tree import AllOf, HasKey, Selector, ValueIn, required_keys, with_keys

POD, NAMESPACE, NAME, ACCOUNT, CONSTANT = "pod:", "namespace:", "name", "account:", "constant:"
"""In front of the keys of one set of labels that all selectors are translated to; NAME is the name of the namespace."""

METADATA_NAME: Final = "kubernetes.io/metadata.name"

@dataclass(frozen=True, slots=True)
class Described:
    """Pods by a selector over translated keys, as a rule describes them."""

    selector: Selector

    @property
    def namespaces(self) -> Selector:
        """What is said of their namespaces, over the labels of these."""
        return _about(self.selector, (NAMESPACE, NAME))

    @property
    def pods(self) -> Selector:
        """What is said of themselves, over their labels."""
        return _about(self.selector, (POD, ACCOUNT, CONSTANT))


ANY_POD: Final = Described(AllOf())


def descriptions(peer: RulePeer) -> Iterator[Described]:
    """The descriptions of pods in a peer clause: of a clause with alternatives, each of them."""
    yield from (Described(_flat(each)) for each in _selectors(peer))


def _selectors(peer: RulePeer) -> Iterator[Selector]:
    match peer:
        case SomePeer(pieces):
            for piece in pieces:
                yield from _selectors(piece)
        case EveryPeer(pieces):
            told = [piece for piece in pieces if isinstance(piece, InNamespace | Labelled)]
            kinds = [piece for piece in pieces if isinstance(piece, OfKind)]
            if len(told) + len(kinds) == len(pieces) and all(EndpointKind.POD in piece.kinds for piece in kinds):
                yield AllOf(tuple(translated(piece) for piece in told))
        case InNamespace() | Labelled():
            yield translated(peer)
        case _:
            pass


def translated(leaf: InNamespace | Labelled) -> Selector:
    """A clause about labels over the translated keys."""
    match leaf:
        case InNamespace(name):
            return ValueIn(NAME, (name,))
        case Labelled(LabelView() as view, selector):
            constants = {key for key, _ in view.constants}

            def rename(key: str) -> str:
                if key == view.namespace_key:
                    return NAME
                if key == view.account_key or key.startswith(view.account_prefix):
                    return ACCOUNT + key
                if key.startswith(view.namespace_prefix):
                    return NAMESPACE + key.removeprefix(view.namespace_prefix)
                return (CONSTANT if key in constants else POD) + key

            return with_keys(selector, rename)
        case Labelled(LabelScope() as scope, selector):
            prefix = {LabelScope.POD: POD, LabelScope.NAMESPACE: NAMESPACE, LabelScope.SERVICE_ACCOUNT: ACCOUNT}
            return with_keys(selector, prefix[scope].__add__)
        case _:
            raise AssertionError(leaf)


def _flat(selector: Selector) -> Selector:
    """A conjunction without conjunctions in it, and without what is true of every pod."""
    parts: list[Selector] = []
    pending = [selector]
    while pending:
        part = pending.pop(0)
        if isinstance(part, AllOf):
            pending = [*part.parts, *pending]
        elif part != HasKey(NAME) and part not in parts:
            parts.append(part)
    return AllOf(tuple(parts))


def _about(selector: Selector, prefixes: tuple[str, ...]) -> Selector:
    """The parts of a conjunction that speak of keys with these prefixes only, and of no others; without the prefix."""
    parts = selector.parts if isinstance(selector, AllOf) else (selector,)
    own = [part for part in parts if any(key.startswith(prefixes) for key in required_keys(part))]
    return AllOf(tuple(with_keys(part, _plain) for part in own))


def _plain(key: str) -> str:
    if key == NAME:
        return METADATA_NAME
    return key.partition(":")[2]


