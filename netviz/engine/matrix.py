"""The reachability matrix: which peer may open which connections to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from netviz.model.cluster import ContainerPort
from netviz.selectors.tree import Ternary
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet


class Grouping(StrEnum):
    """What one peer of a matrix stands for."""

    POD = "pod"
    WORKLOAD = "workload"
    NAMESPACE = "namespace"


INGRESS_PEER = "ingress:controller"
"""The id of the peer that Ingress objects send from; no name of a namespace, workload or pod can have a colon."""


def addresses_peer(addresses: AddressSet) -> str:
    """The id of the peer of an address atom, which is no name, either: it names the first address of the atom.

    So it never stands for an atom that lies elsewhere, whatever more policies cut the addresses into.
    """
    family, first, _ = addresses.ranges()[0]
    return f"addresses:{IpAddress(family, first)}"


class PeerType(StrEnum):
    """What kind of thing a peer of a matrix is."""

    WORKLOAD = "workload"
    POD = "pod"
    NAMESPACE = "namespace"
    ADDRESSES = "addresses"
    INGRESS_CONTROLLER = "ingress-controller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One direction of a peer, by its own policies only.

    `isolated`: whether some policy applies to it (None: not known). `any_pod`: the connections that are allowed with
    every pod of the cluster; `any_outside`: with every address outside of it. `nothing`: nobody is allowed or unknown.
    `unpoliced`: no policy can apply (hostNetwork, addresses outside).
    """

    isolated: Ternary = False
    any_pod: ConnectionSet
    any_outside: ConnectionSet
    nothing: bool = False
    unpoliced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One row and column of a matrix; `id` is unique in it and the same in every scenario of the same input.

    For addresses `addresses` is set and namespace, name and kind are empty. `members` are names of pods in the input.
    """

    id: str
    type: PeerType
    namespace: str = ""
    name: str = ""
    kind: str = ""
    owners: tuple[tuple[str, str], ...] = ()
    members: tuple[str, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    host_network: bool = False
    living: bool = True
    addresses: AddressSet = AddressSet()
    ingress: Side
    egress: Side


@dataclass(frozen=True, slots=True)
class Cell:
    """What one peer may open to another: surely allowed, and unknown (disjoint). Everything else is denied."""

    allow: ConnectionSet = NO_CONNECTIONS
    unknown: ConnectionSet = NO_CONNECTIONS

    def __bool__(self) -> bool:
        return bool(self.allow) or bool(self.unknown)


DENIED = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachabilityMatrix:
    """Every pair of peers between which something is allowed or unknown.

    `cells[i, j]` is from `peers[i]` to `peers[j]`; a pair that is not there is denied. A peer to itself and addresses
    to addresses are left out: what a pod of `peers[i]` may open to another one of it is `within[i]`, None if that is
    not known of any.
    """

    by: Grouping
    peers: tuple[Peer, ...]
    cells: Mapping[tuple[int, int], Cell] = field(repr=False)
    within: Mapping[int, Cell] | None = field(default=None, repr=False)

    def cell(self, source: int, target: int) -> Cell:
        """One cell; denied if nothing is listed."""
        return self.cells.get((source, target), DENIED)
