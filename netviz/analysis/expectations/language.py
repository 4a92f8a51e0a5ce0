"""What an expectations file says, as plain values (docs/expectations.md).

A statement is about pairs: every end that `source` means with every end that `target` means, but for a pod and itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netviz.engine.matrix import Cell, Grouping
from netviz.selectors.describe import describe
from netviz.selectors.tree import EVERYTHING, Selector
from netviz.sets.addresses import AddressSet
from netviz.sets.connections import ConnectionSet
from netviz.source import SourceRef


class Wanted(StrEnum):
    """What a statement demands of every pair: all of its ports are allowed, or none of them is."""

    ALLOW = "allow"
    DENY = "deny"


class Word(StrEnum):
    """Ends that have a name of their own."""

    ANY_POD = "any-pod"
    ANYTHING = "anything"
    INTERNET = "internet"
    INGRESS_CONTROLLER = "ingress-controller"


@dataclass(frozen=True, slots=True)
class ByName:
    """A pod, workload, Service or host endpoint, named as on the command line."""

    text: str


@dataclass(frozen=True, slots=True)
class ByAddress:
    """A block of addresses, `text` as written. A pod that is known to have one of them counts as itself."""

    text: str
    addresses: AddressSet


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLabels:
    """Pods by their labels, in one namespace (`namespace`) or in those that `namespaces` selects by their labels."""

    namespace: str = ""
    namespaces: Selector = EVERYTHING
    pods: Selector = EVERYTHING


Peer = Word | ByName | ByAddress | ByLabels


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What `from` or `to` means: everything in one of `peers` and in none of `excepted`."""

    peers: tuple[Peer, ...]
    excepted: tuple[Peer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The connections of a statement: `text` as written, one entry each; `entries` say what each of them means.

    Without any entry it is everything, or for a Service all ports that it has.
    """

    text: tuple[str, ...] = ()
    entries: tuple[ConnectionSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One expectation. `number` counts from 1 in its file; `ref` is where it is written."""

    number: int
    name: str
    wanted: Wanted
    source: Ends
    target: Ends
    ports: Ports
    ref: SourceRef

    @property
    def title(self) -> str:
        """Its name, or what it says."""
        return self.name or self.words

    @property
    def words(self) -> str:
        """What it says in one line."""
        verb = "may reach" if self.wanted is Wanted.ALLOW else "may not reach"
        ports = f" on {', '.join(self.ports.text)}" if self.ports.text else ""
        return f"{ends_words(self.source)} {verb} {ends_words(self.target)}{ports}"


@dataclass(frozen=True, slots=True)
class Block:
    """An end of a frozen pair that is a set of addresses."""

    addresses: AddressSet


FrozenEnd = str | Block
"""The id of a peer of a matrix, or addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPair:
    """What one end could open to the other when the state was frozen."""

    source: FrozenEnd
    target: FrozenEnd
    cell: Cell
    ref: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A whole state: these pairs, and everything else denied. `pod_cidrs` as in `Options`: where unknown pods lay."""

    by: Grouping
    pairs: tuple[FrozenPair, ...]
    ref: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """A whole file."""

    title: str = ""
    statements: tuple[Statement, ...] = ()
    frozen: Frozen | None = None


def ends_words(ends: Ends) -> str:
    """The ends of one side in words."""
    words = " or ".join(map(peer_words, ends.peers))
    return f"{words} (but not {', '.join(map(peer_words, ends.excepted))})" if ends.excepted else words


def peer_words(peer: Peer) -> str:
    """A peer in words."""
    match peer:
        case Word():
            return {
                Word.ANY_POD: "any pod",
                Word.ANYTHING: "anything",
                Word.INTERNET: "the internet",
                Word.INGRESS_CONTROLLER: "the Ingress controller",
            }[peer]
        case ByName(text) | ByAddress(text):
            return text
        case ByLabels():
            return _label_words(peer)


def _label_words(peer: ByLabels) -> str:
    pods = "any pod" if peer.pods == EVERYTHING else f"pods with {describe(peer.pods)}"
    if peer.namespace:
        return f"{pods} in {peer.namespace}"
    return pods if peer.namespaces == EVERYTHING else f"{pods} in namespaces with {describe(peer.namespaces)}"
