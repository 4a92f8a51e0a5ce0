"""Small words that the messages of findings share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from netviz.engine.options import Connection
from netviz.model.cluster import Pod
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import PORT_PROTOCOLS, TCP, ConnectionSet

_MOST_LISTED: Final = 3
_USUAL_PORT: Final = 80


def listed(names: Sequence[str], most: int = _MOST_LISTED) -> str:
    """`a, b, c and 4 more`."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def counted(count: int, thing: str, several: str = "") -> str:
    """`1 pod`, `3 pods`."""
    return f"{count} {thing if count == 1 else several or f'{thing}s'}"


def end_of(pod: Pod | IpAddress) -> str:
    """An end as `netviz why` takes it: a pod by its workload, if it only stands for one that the input writes."""
    if isinstance(pod, IpAddress):
        return str(pod)
    return str(pod.workload) if pod.synthetic else f"{pod.namespace}/{pod.name}"


def workloads_of(pods: Collection[Pod]) -> list[str]:
    """The workloads of pods by name, each once, sorted: `namespace/name`."""
    return sorted({f"{pod.workload.namespace}/{pod.workload.name}" for pod in pods})


def example(connections: ConnectionSet) -> Connection | None:
    """A connection of a set to show it by; None for an empty one."""
    if connections.has(TCP, _USUAL_PORT):
        return Connection(TCP, _USUAL_PORT)
    for protocol in (*PORT_PROTOCOLS, *connections.protocols()):
        for low, _ in connections.destination_ports(protocol):
            return Connection(protocol, low)
    return None
