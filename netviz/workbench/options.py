"""What follows for the engine from the choice of a network plugin."""

from __future__ import annotations

from netviz.dialects.plugins import Plugin, Trait
from netviz.engine.options import IpBlocks, Options, ServiceClients


def options_for(plugin: Plugin, *, ip_blocks: str, pod_cidrs: tuple[str, ...]) -> Options:
    """The engine's options under a plugin; what it does with address blocks comes before what was asked for."""
    clients = ServiceClients.NODE
    if plugin.has(Trait.SERVICE_BYPASS):
        clients = ServiceClients.UNPOLICED
    elif plugin.has(Trait.CLIENT_OR_NODE):
        clients = ServiceClients.CLIENT_OR_NODE
    return Options(
        ip_blocks=IpBlocks.STRANGERS if plugin.has(Trait.OUTSIDE_BLOCKS) else ip_blocks,
        pod_cidrs=pod_cidrs,
        own_node_open=plugin.has(Trait.OWN_NODE_OPEN),
        service_clients=clients,
    )
