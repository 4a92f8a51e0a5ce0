"""The published fields of the objects that netviz reads, so that a misspelt one can be pointed out.

Source: core/v1, apps/v1, batch/v1, discovery.k8s.io/v1 and networking.k8s.io/v1 of Kubernetes 1.34, with the fields of
older versions that exports still carry; route.openshift.io/v1; projectcalico.org/v3.
"""

from __future__ import annotations

from typing import Final


def _fields(names: str) -> frozenset[str]:
    return frozenset(names.split())


TOP: Final = _fields("apiVersion kind metadata spec status")
OBJECT_META: Final = _fields(
    "annotations clusterName creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName "
    "generation initializers labels managedFields name namespace ownerReferences resourceVersion selfLink uid"
)
OWNER_REFERENCE: Final = _fields("apiVersion blockOwnerDeletion controller kind name uid")

POD_TEMPLATE: Final = _fields("metadata spec")
POD_SPEC: Final = _fields(
    "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks "
    "ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets "
    "initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates "
    "resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates securityContext "
    "serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain "
    "terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes workloadRef"
)
CONTAINER: Final = _fields(
    "args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy "
    "resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce terminationMessagePath "
    "terminationMessagePolicy tty volumeDevices volumeMounts workingDir"
)
CONTAINER_PORT: Final = _fields("containerPort hostIP hostPort name protocol")

_REPLICATED: Final = _fields("minReadySeconds replicas selector template")
WORKLOAD_SPECS: Final[dict[str, frozenset[str]]] = {
    "ReplicationController": _REPLICATED,
    "ReplicaSet": _REPLICATED,
    "Deployment": _REPLICATED | _fields("paused progressDeadlineSeconds revisionHistoryLimit rollbackTo strategy"),
    "StatefulSet": _REPLICATED
    | _fields(
        "ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy revisionHistoryLimit serviceName "
        "updateStrategy volumeClaimTemplates"
    ),
    "DaemonSet": _fields("minReadySeconds revisionHistoryLimit selector template templateGeneration updateStrategy"),
    "Job": _fields(
        "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy manualSelector "
        "maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector successPolicy suspend template "
        "ttlSecondsAfterFinished"
    ),
    "CronJob": _fields(
        "concurrencyPolicy failedJobsHistoryLimit jobTemplate schedule startingDeadlineSeconds "
        "successfulJobsHistoryLimit suspend timeZone"
    ),
}
ORDINALS: Final = _fields("start")

NAMESPACE_SPEC: Final = _fields("finalizers")
NODE_SPEC: Final = _fields("configSource externalID podCIDR podCIDRs providerID taints unschedulable")
SERVICE_ACCOUNT_TOP: Final = TOP | _fields("automountServiceAccountToken imagePullSecrets secrets")

SERVICE_SPEC: Final = _fields(
    "allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy "
    "healthCheckNodePort internalTrafficPolicy ipFamilies ipFamily ipFamilyPolicy loadBalancerClass loadBalancerIP "
    "loadBalancerSourceRanges ports publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig "
    "topologyKeys trafficDistribution type"
)
SERVICE_PORT: Final = _fields("appProtocol name nodePort port protocol targetPort")
ENDPOINT_SLICE_TOP: Final = _fields("addressType apiVersion endpoints kind metadata ports")
SLICE_ENDPOINT: Final = _fields(
    "addresses conditions deprecatedTopology hints hostname nodeName targetRef topology zone"
)
SLICE_PORT: Final = _fields("appProtocol name port protocol")
OBJECT_REFERENCE: Final = _fields("apiVersion fieldPath kind name namespace resourceVersion uid")
ENDPOINTS_TOP: Final = _fields("apiVersion kind metadata subsets")
ENDPOINTS_SUBSET: Final = _fields("addresses notReadyAddresses ports")
ENDPOINTS_ADDRESS: Final = _fields("hostname ip nodeName targetRef")
ROUTE_SPEC: Final = _fields("alternateBackends host httpHeaders path port subdomain tls to wildcardPolicy")
ROUTE_TARGET: Final = _fields("kind name weight")
ROUTE_PORT: Final = _fields("targetPort")
INGRESS_SPEC: Final = _fields("backend defaultBackend ingressClassName rules tls")
INGRESS_RULE: Final = _fields("host http")
INGRESS_HTTP: Final = _fields("paths")
INGRESS_PATH: Final = _fields("backend path pathType")
INGRESS_BACKEND: Final = _fields("resource service serviceName servicePort")
INGRESS_SERVICE: Final = _fields("name port")
INGRESS_SERVICE_PORT: Final = _fields("name number")

NETWORK_SET_SPEC: Final = _fields("nets")
WORKLOAD_ENDPOINT_SPEC: Final = _fields(
    "allowSpoofedSourcePrefixes containerID endpoint interfaceName ipNATs ipNetworks ipv4Gateway ipv6Gateway mac node "
    "orchestrator pod ports profiles serviceAccountName workload"
)
WORKLOAD_ENDPOINT_PORT: Final = _fields("hostIP hostPort name port protocol")
