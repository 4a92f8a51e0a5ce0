"""Documents and clusters from YAML text, without the reader."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import yaml

from netviz.manifests.cluster import ClusterReading, read_cluster
from netviz.manifests.document import Document, Path


def _line(path: Path) -> int:
    return 1 + len(path)


def documents(text: str, file: str = "in.yaml", line_of: Callable[[Path], int] = _line) -> list[Document]:
    """One Document per YAML document; lines are made up."""
    trees = yaml.safe_load_all(textwrap.dedent(text))
    return [Document(file=file, index=i, data=tree, line_of=line_of) for i, tree in enumerate(trees, 1)]


def cluster_of(*texts: str) -> ClusterReading:
    """The cluster of the documents of all texts."""
    return read_cluster([document for text in texts for document in documents(text)])


def complaints(reading: ClusterReading) -> list[str]:
    """Each diagnostic as `code path`."""
    return [f"{d.code} {d.path}" for d in reading.diagnostics]


def messages(reading: ClusterReading) -> list[str]:
    """Each diagnostic as `path message`."""
    return [f"{d.path} {d.message}" for d in reading.diagnostics]


def workload(kind: str, name: str, *, spec: str = "", labels: str = "{app: x}", pod_spec: str = "{}") -> str:
    """A workload manifest; `spec` is flow YAML of further spec fields such as `replicas: 3,`."""
    versions = {"Job": "batch/v1", "CronJob": "batch/v1", "ReplicationController": "v1"}
    template = f"template: {{metadata: {{labels: {labels}}}, spec: {pod_spec}}}"
    inner = f"jobTemplate: {{spec: {{{template}}}}}" if kind == "CronJob" else template
    version = versions.get(kind, "apps/v1")
    metadata = f"{{name: {name}, namespace: shop}}"
    return f"{{apiVersion: {version}, kind: {kind}, metadata: {metadata}, spec: {{{spec} {inner}}}}}"


def pod(name: str, *, meta: str = "", spec: str = "{}", status: str = "{}", namespace: str = "shop") -> str:
    """A Pod manifest; `meta` is flow YAML of further metadata such as `labels: {a: b},`."""
    return (
        f"{{apiVersion: v1, kind: Pod, metadata: {{{meta} name: {name}, namespace: {namespace}}}, "
        f"spec: {spec}, status: {status}}}"
    )


def owned(kind: str, name: str, version: str = "apps/v1") -> str:
    """Flow YAML of an `ownerReferences` with one controller."""
    return f"ownerReferences: [{{apiVersion: {version}, kind: {kind}, name: {name}, uid: u, controller: true}}],"
