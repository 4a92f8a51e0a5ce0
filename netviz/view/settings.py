"""How a map is to be shown: its level, its filters, what is folded. Nothing here changes a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

SYSTEM_NAMESPACES: Final = frozenset(
    {
        "calico-apiserver",
        "calico-system",
        "cert-manager",
        "cilium-secrets",
        "cilium-test",
        "gatekeeper-system",
        "gke-managed-system",
        "gmp-system",
        "istio-system",
        "kube-flannel",
        "kube-node-lease",
        "kube-public",
        "kube-system",
        "kyverno",
        "linkerd",
        "local-path-storage",
        "metallb-system",
        "tigera-operator",
    }
)
"""Namespaces of the cluster's own machinery: what "hide system namespaces" hides."""

LEVELS: Final = ("workload", "pod", "namespace")
HUBS: Final = ("auto", "drawn", "folded")
DIRECTIONS: Final = ("", "ingress", "egress")
MOST_HOPS: Final = 3
MOST_CARDS: Final = 300
"""More cards than that are not drawn at once."""

MOST_LINKS: Final = 800
"""Nor are more connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSettings:
    """What a map shows of the pairs that there are.

    `by` is what one card stands for: workload, pod or namespace. `hubs` says what becomes of a card that has the same
    connection to very many others: drawn, folded, or as the size asks for (auto).

    `namespaces`: only these (empty: all); with `neighbours` each other namespace that they are connected with is one
    card. `hidden` namespaces and, with `hide_system`, `SYSTEM_NAMESPACES` are left out. `collapsed` namespaces are one
    card each. `labels`: only workloads with all of these, each "key=value" or "key". `protocol` ("TCP", "" for any)
    and `ports` ("80, 8000-8999", "" for any): only connections that carry one of them. `direction` (ingress, egress, ""
    for both) is seen from the focus, else from the chosen namespaces and labels. `only_changes`: what the what-if
    changed.

    `name_label` and `group_label` are label keys whose values name the cards and make the boxes, in place of the
    workload's name and namespace. `search` lights up what it finds. `focus` is a peer id or "": only what is within
    `hops` connections of it.
    """

    by: str = "workload"
    hubs: str = "auto"
    namespaces: tuple[str, ...] = ()
    neighbours: bool = False
    hidden: tuple[str, ...] = ()
    hide_system: bool = False
    collapsed: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    protocol: str = ""
    ports: str = ""
    direction: str = ""
    only_changes: bool = False
    name_label: str = ""
    group_label: str = ""
    search: str = ""
    focus: str = ""
    hops: int = 1


def frame_of(view: ViewSettings) -> ViewSettings:
    """The settings that places depend on: search and "only changes" move nothing."""
    return replace(view, search="", only_changes=False)
