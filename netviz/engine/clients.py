"""Whom ingress policies see when somebody outside dials a Service (A36, D4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netviz.engine.fixed import End, Forwarder
from netviz.engine.options import ServiceClients
from netviz.model.cluster import Cluster, Service
from netviz.sets.addresses import IpAddress

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation

EXPOSED = ("NodePort", "LoadBalancer")


def seen_as(evaluation: Evaluation, service: Service, client: IpAddress) -> tuple[End, ...]:
    """What a client outside may be taken for at the pods behind a Service: one of these; empty: no policy is asked.

    Itself, unless a node may send the connection on. Where the addresses of nodes are not in the input, a node may have
    any.
    """
    if not forwards(service):
        return (client,)
    clients = evaluation.evaluator.options.service_clients
    if clients is ServiceClients.UNPOLICED:
        return ()
    addresses = _node_addresses(evaluation.cluster, client.family) or _anywhere(evaluation, client.family)
    nodes = tuple(Forwarder(address) for address in addresses)
    return (client, *nodes) if clients is ServiceClients.CLIENT_OR_NODE else nodes


def forwards(service: Service) -> bool:
    """Whether a node may send on what comes from outside, so that policies do not see the client."""
    return service.type in EXPOSED and service.external_traffic_policy != "Local"


def _node_addresses(cluster: Cluster, family: int) -> tuple[IpAddress, ...]:
    found = [address for node in cluster.nodes for address in node.addresses]
    found += [address for pod in cluster.pods for address in pod.host_addresses]
    return tuple(sorted({address for address in found if address.family == family}))


def _anywhere(evaluation: Evaluation, family: int) -> tuple[IpAddress, ...]:
    """One address of every atom of a family: what a node whose address is not in the input may have."""
    atoms = evaluation.evaluator.classes.atoms.sets
    return tuple(IpAddress(family, atom.family(family).first()) for atom in atoms if atom.family(family))
