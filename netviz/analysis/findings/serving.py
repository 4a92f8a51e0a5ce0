"""Which Services stand in front of which pods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from netviz.engine.services import target_port
from netviz.model.cluster import Cluster, Pod, Service, ServicePort


class Served(NamedTuple):
    """A port of a Service on a pod behind it: the number there."""

    service: Service
    entry: ServicePort
    number: int


ServedPods = Mapping[tuple[str, str], tuple[Served, ...]]
"""What each pod, by namespace and name, serves."""


def served_pods(cluster: Cluster) -> ServedPods:
    """Every pod behind a Service that maps ports: headless ones do not, nor do those without a selector."""
    by_label: defaultdict[tuple[str, str, str | None], list[Pod]] = defaultdict(list)
    for pod in cluster.pods:
        for key, value in pod.labels.items:
            by_label[pod.namespace, key, value].append(pod)
    found: defaultdict[tuple[str, str], list[Served]] = defaultdict(list)
    for service in cluster.services:
        if not service.selector or service.headless:
            continue
        for pod in by_label.get((service.namespace, *service.selector[0]), ()):
            if all(pod.labels.value(key) == value for key, value in service.selector[1:]):
                numbers = ((entry, target_port(pod, entry)) for entry in service.ports)
                here = [Served(service, entry, number) for entry, number in numbers if number is not None]
                found[pod.namespace, pod.name] += here
    return {pod: tuple(each) for pod, each in found.items()}
