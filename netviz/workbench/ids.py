"""The names of single ends, as `--from` and `--to` take them."""

from __future__ import annotations

from netviz.engine.fixed import AnyPod, End
from netviz.engine.naming import HOST_ENDPOINT, INGRESS_CONTROLLER
from netviz.model.cluster import HostEndpoint, Pod
from netviz.view.trace import end_words


def end_id(end: End) -> str:
    """What names an end; a pod that stands for replicas has the name of its workload."""
    match end:
        case Pod(synthetic=True):
            return str(end.workload)
        case Pod():
            return f"{end.namespace}/{end.name}[Pod]"
        case HostEndpoint():
            return HOST_ENDPOINT + end.name
        case AnyPod():
            return INGRESS_CONTROLLER
        case _:
            return end_words(end)
