"""What a peer of the matrix is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netviz.engine.matrix import Peer, PeerType
from netviz.sets.addresses import ALL_V4, ALL_V6, AddressSet

_SHOWN_BLOCKS: Final = 3


def peer_label(peer: Peer) -> str:
    """A peer by the name that people use."""
    match peer.type:
        case PeerType.ADDRESSES:
            return addresses_label(peer.addresses)
        case PeerType.INGRESS_CONTROLLER:
            return "Ingress controller"
        case PeerType.NAMESPACE:
            return peer.name
        case _:
            part = peer.id.partition("#")[2]
            return f"{peer.namespace}/{peer.name}" + (f" #{part}" if part else "")


def addresses_label(addresses: AddressSet) -> str:
    """The shorter of what is in the set and what is not."""
    inside = addresses.cidrs()
    for everything, block in ((ALL_V4, "0.0.0.0/0"), (ALL_V6, "::/0")):
        outside = (everything - addresses).cidrs() if addresses <= everything else inside
        if len(outside) < len(inside) - 1:
            return f"{block} except {_blocks(outside)}"
    return _blocks(inside)


def _blocks(cidrs: Sequence[str]) -> str:
    return ", ".join(cidrs[:_SHOWN_BLOCKS]) + (f" +{len(cidrs) - _SHOWN_BLOCKS}" if len(cidrs) > _SHOWN_BLOCKS else "")
