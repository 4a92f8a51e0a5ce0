"""One hostile input, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Maker = Callable[[Path], None]

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
CLUSTER = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {zone: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, ports: [{containerPort: 8080, name: http}, {containerPort: 5353, protocol: UDP}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {app: client}}
spec: {containers: [{name: c}]}
"""
"""What every case is judged in."""

FILE = "in.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An input and its outcome.

    `files` are written beside the cluster, or `make` prepares a folder; `said` is everything that is told, `severity
    code file:line path` in order of place, notes left out. `means` are files that give the same answers: that the input
    is understood, not only taken. `unknown`: some verdict is unknown. `absent` must be in nothing that is printed.
    `paths` and `options` go to `netviz list`.
    """

    name: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    make: Maker | None = None
    said: tuple[str, ...] = ()
    means: Mapping[str, bytes] | None = None
    unknown: bool = False
    absent: tuple[str, ...] = ()
    paths: tuple[str, ...] = (".",)
    options: tuple[str, ...] = ()
    seconds: float = 1.0
    megabytes: float = 100.0


def of_text(
    name: str, text: str, *said: str, means: str | None = None, unknown: bool = False, ending: str = "yaml"
) -> Case:
    """One file of text; what is said names it as `in`."""
    return Case(
        name=name,
        files={f"in.{ending}": text.encode()},
        said=tuple(line.replace(" in:", f" in.{ending}:") for line in said),
        means=None if means is None else {FILE: means.encode()},
        unknown=unknown,
    )


def policy(spec: str, head: str = HEAD) -> str:
    """A NetworkPolicy with a spec in flow style, which is in line 4."""
    return f"{head}spec: {spec}\n"
