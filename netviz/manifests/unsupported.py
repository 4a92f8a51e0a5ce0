"""Policy kinds that netviz knows by name and does not evaluate, and what that means for the verdicts.

A dialect that handles a kind takes precedence over this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from netviz.model.policy import Direction

_SIMILAR: Final = 0.85
_LONGEST_NAME: Final = 80

_BOTH: Final = frozenset(Direction)
_INGRESS: Final = frozenset((Direction.INGRESS,))
_EGRESS: Final = frozenset((Direction.EGRESS,))
_NEITHER: Final[frozenset[Direction]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmodelledKind:
    """How far a kind reaches: traffic of pods in `directions` (empty: none), of its own namespace only or not.

    With `only_restricts` it cannot allow what other policies deny. `prefix` tells kinds of one name apart in ids.
    `root_namespace`: an object there concerns all namespaces. `message` says what follows, if there is more to say than
    that verdicts may be wrong or unknown.
    """

    directions: frozenset[Direction] = _NEITHER
    namespaced: bool = True
    only_restricts: bool = False
    prefix: str = ""
    root_namespace: str = ""
    message: str = ""


_NOTHING: Final = UnmodelledKind()
_FILTER: Final = UnmodelledKind(directions=_BOTH)
_CLUSTER_FILTER: Final = UnmodelledKind(directions=_BOTH, namespaced=False)
_EGRESS_FILTER: Final = UnmodelledKind(directions=_EGRESS)

_CALICO: Final[Mapping[str, UnmodelledKind]] = {
    "NetworkPolicy": UnmodelledKind(directions=_BOTH, prefix="calico."),
    "GlobalNetworkPolicy": UnmodelledKind(directions=_BOTH, namespaced=False, prefix="calico."),
    **dict.fromkeys(
        (
            "StagedNetworkPolicy",
            "StagedGlobalNetworkPolicy",
            "StagedKubernetesNetworkPolicy",
        ),
        _NOTHING,
    ),
    "Profile": UnmodelledKind(message="a Profile has no effect on pods of a Kubernetes cluster, so it is ignored"),
}
_ANTREA: Final[Mapping[str, UnmodelledKind]] = {
    "NetworkPolicy": UnmodelledKind(directions=_BOTH, prefix="antrea."),
    "ClusterNetworkPolicy": UnmodelledKind(directions=_BOTH, namespaced=False, prefix="antrea."),
    "Tier": _NOTHING,
    "ClusterGroup": _NOTHING,
    "Group": _NOTHING,
}
_MESH_FILTER: Final = UnmodelledKind(
    directions=_INGRESS, only_restricts=True, prefix="istio.", root_namespace="istio-system"
)
_NATIVE: Final[Mapping[str, UnmodelledKind]] = {"NetworkPolicy": _FILTER}

_KINDS: Final[Mapping[str, Mapping[str, UnmodelledKind]]] = {
    # A NetworkPolicy with a version that the dialects do not take: no API server has it, still nothing is dropped.
    **dict.fromkeys(("", "apps", "batch", "extensions", "networking.k8s.io", "policy"), _NATIVE),
    "projectcalico.org": _CALICO,
    "crd.projectcalico.org": _CALICO,
    "policy.networking.k8s.io": {
        "AdminNetworkPolicy": _CLUSTER_FILTER,
        "BaselineAdminNetworkPolicy": _CLUSTER_FILTER,
        "ClusterNetworkPolicy": _CLUSTER_FILTER,
    },
    "cilium.io": {
        "CiliumNetworkPolicy": _FILTER,
        "CiliumClusterwideNetworkPolicy": _CLUSTER_FILTER,
        "CiliumCIDRGroup": _NOTHING,
        "CiliumEgressGatewayPolicy": _NOTHING,
        "CiliumLocalRedirectPolicy": _NOTHING,
    },
    "security.istio.io": {"AuthorizationPolicy": _MESH_FILTER, "PeerAuthentication": _NOTHING},
    "policy.linkerd.io": {
        "AuthorizationPolicy": UnmodelledKind(directions=_INGRESS, only_restricts=True, prefix="linkerd."),
        "Server": UnmodelledKind(directions=_INGRESS, only_restricts=True, prefix="linkerd."),
        "ServerAuthorization": _NOTHING,
    },
    "crd.antrea.io": _ANTREA,
    "security.antrea.tanzu.vmware.com": _ANTREA,
    "k8s.ovn.org": {"EgressFirewall": _EGRESS_FILTER},
    "network.openshift.io": {"EgressNetworkPolicy": _EGRESS_FILTER},
    "networking.gke.io": {"FQDNNetworkPolicy": _EGRESS_FILTER},
}


def unmodelled(api_version: str, kind: str) -> UnmodelledKind | None:
    """What is known of a policy kind that is not evaluated, None for any other kind; any version counts."""
    return _KINDS.get(api_version.rpartition("/")[0], {}).get(kind)


def misspelt(api_version: str, kind: str) -> str:
    """The kind or the API group of a policy that a document of no known type was probably meant to have, else ""."""
    group, _, version = api_version.rpartition("/")
    if max(len(group), len(kind)) > _LONGEST_NAME or kind in _KINDS.get(group, {}):
        return ""
    if group in _KINDS:
        known = {name.lower(): name for name in _KINDS[group]}
        return next((known[found] for found in get_close_matches(kind.lower(), known, 1, _SIMILAR)), "")
    groups = [name for name, kinds in _KINDS.items() if kind in kinds]
    return "".join(f"{name}/{version}" for name in get_close_matches(group, groups, 1, _SIMILAR))
