"""The account of one loading: what became of every document, and what the input does not say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from netviz.errors import Diagnostic, Severity
from netviz.manifests.reading import Record
from netviz.model.cluster import Cluster, Pod, Service
from netviz.source import SourceText

_NAMES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A policy that was read and is not evaluated, with its place."""

    file: str
    line: int
    kind: str
    name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What became of the input.

    `records` has one entry per document with the outcome read, ignored, refused, unsupported or empty. `diagnostics`
    are sorted by file and line. `texts` holds the text of policy documents only. `missing` says in sentences what
    the input lacks and which answers rest on that. `digest` is the SHA-256 of the names and bytes that were read.
    """

    files: tuple[str, ...]
    records: tuple[Record, ...]
    diagnostics: tuple[Diagnostic, ...]
    texts: tuple[SourceText, ...] = ()
    missing: tuple[str, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    digest: str = ""

    @property
    def complete(self) -> bool:
        """Whether no file, no document and no part of one was refused, which every error says."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics)


def diagnostic_position(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    """Sort key of diagnostics: file, line, document, field path."""
    return diagnostic.file, diagnostic.line, diagnostic.document, diagnostic.path


def missing_facts(cluster: Cluster) -> tuple[str, ...]:
    """What the input does not say, one short sentence each, most important first."""
    if not cluster.workloads:
        return ("There is no Pod or workload in the input, so there is nothing to judge.",)
    return (*_unknown_labels(cluster), *_unknown_addresses(cluster.pods), *_idle_services(cluster))


def _unknown_labels(cluster: Cluster) -> list[str]:
    names = [namespace.name for namespace in cluster.namespaces if not namespace.labels.complete]
    if not names:
        return []
    subject = "namespace" if len(names) == 1 else "namespaces"
    lead = f"No manifest of {subject} {_listed(names)}: "
    return [lead + "labels other than the name are not known, so a namespaceSelector on them gives UNKNOWN."]


def _unknown_addresses(pods: Sequence[Pod]) -> list[str]:
    found: list[str] = []
    plain = [pod for pod in pods if not pod.host_network and not pod.addresses]
    if plain:
        lead = (
            "No pod has an address" if len(plain) == len(pods) else f"{len(plain)} of {len(pods)} pods have no address"
        )
        found.append(f"{lead} in the input: they are assumed to lie in the pod CIDR.")
    hosts = [pod for pod in pods if pod.host_network and not pod.addresses]
    if hosts:
        listed = _listed(sorted({f"{pod.namespace}/{pod.workload.name}" for pod in hosts}))
        found.append(f"No node addresses of hostNetwork pods of {listed}: address rules on them give UNKNOWN.")
    return found


def _idle_services(cluster: Cluster) -> list[str]:
    idle = _services_without_pods(cluster.services, cluster.pods)
    if not idle:
        return []
    subject = "Service" if len(idle) == 1 else "Services"
    return [f"No pod matches the selector of {subject} {_listed([f'{s.namespace}/{s.name}' for s in idle])}."]


def _services_without_pods(services: Sequence[Service], pods: Iterable[Pod]) -> list[Service]:
    """Services whose selector no pod satisfies; a label whose value is not known may satisfy any."""
    wanted = {(s.namespace, key) for s in services for key, _ in s.selector}
    if not wanted:
        return []
    holders: defaultdict[tuple[str, str, str | None], set[int]] = defaultdict(set)
    for i, pod in enumerate(pods):
        for key, value in pod.labels.items:
            if (pod.namespace, key) in wanted:
                holders[pod.namespace, key, value].add(i)
    nobody: set[int] = set()

    def holding(service: Service, key: str, value: str) -> set[int]:
        exactly = holders.get((service.namespace, key, value), nobody)
        return exactly | holders.get((service.namespace, key, None), nobody)

    return [
        service
        for service in services
        if service.selector and not set.intersection(*(holding(service, k, v) for k, v in service.selector))
    ]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    return shown if len(names) <= _NAMES_SHOWN else f"{shown} and {len(names) - _NAMES_SHOWN} more"
