"""How to get manifests out of a cluster. It imports nothing: the first page says it."""

from __future__ import annotations

from typing import Final

KUBECTL_EXPORT: Final = (
    "kubectl get namespaces,nodes,pods,deployments,statefulsets,daemonsets,replicasets,replicationcontrollers,jobs,"
    "cronjobs,services,endpointslices,serviceaccounts,ingresses,networkpolicies -A -o yaml > cluster.yaml"
)
"""One command that writes all built-in kinds that netviz reads."""
