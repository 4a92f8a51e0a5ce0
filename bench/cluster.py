"""Namespaces and pods of a load, as manifests."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

Manifest = dict[str, Any]
Port = tuple[str, int, str]

ROLES: dict[str, tuple[Port, ...]] = {
    "web": (("http", 8080, "TCP"), ("metrics", 9090, "TCP")),
    "api": (("http", 8000, "TCP"), ("rpc", 9000, "TCP"), ("metrics", 9091, "TCP")),
    "store": (("sql", 5432, "TCP"), ("metrics", 9187, "TCP")),
    "cache": (("cache", 6379, "TCP"),),
    "job": (("stats", 8125, "UDP"), ("metrics", 9100, "TCP")),
    "edge": (("https", 8443, "TCP"), ("http", 8081, "TCP"), ("quic", 8443, "UDP")),
}
"""The container ports of each role; a name stands for more than one number, as it does in clusters."""


class Template(NamedTuple):
    """A workload: its name, the hash of its pod template, labels, ports and how many pods it has."""

    name: str
    hash: str
    labels: dict[str, str]
    ports: tuple[Port, ...]
    replicas: int


class Team(NamedTuple):
    """A namespace with its labels and workloads."""

    name: str
    labels: dict[str, str]
    templates: tuple[Template, ...]

    @property
    def apps(self) -> tuple[str, ...]:
        """The values of the label `app` that its pods have."""
        return tuple(template.labels["app"] for template in self.templates)


def namespace(team: Team) -> Manifest:
    """The Namespace of a team."""
    labels = {"kubernetes.io/metadata.name": team.name, **team.labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": team.name, "labels": labels}}


def pod(where: str, template: Template, number: int) -> Manifest:
    """One pod of a workload, with the fields that matter to network policy."""
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{template.name}-{template.hash}"}
    ports = [{"name": name, "containerPort": port, "protocol": protocol} for name, port, protocol in template.ports]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{template.name}-{template.hash}-{number:05d}",
            "namespace": where,
            "labels": {**template.labels, "pod-template-hash": template.hash},
            "ownerReferences": [{**owner, "uid": "00000000-0000-4000-8000-000000000000", "controller": True}],
        },
        "spec": {"containers": [{"name": "main", "image": "example.com/app:1", "ports": ports}]},
    }


def kubectl_pod(rng: random.Random, plain: Manifest) -> Manifest:
    """The same pod with everything that a cluster adds to it, and its address."""
    address = f"10.{rng.randrange(244)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
    image = f"example.com/app@sha256:{rng.getrandbits(256):064x}"
    since = "2025-01-01T00:00:00Z"
    conditions = ("Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        **plain,
        "metadata": {
            **plain["metadata"],
            "annotations": {"checksum/config": f"{rng.getrandbits(256):064x}", "example.com/scrape": "true"},
            "creationTimestamp": since,
            "managedFields": [_managed(plain["metadata"]["labels"], since)],
            "resourceVersion": str(rng.randrange(10**9)),
            "uid": f"{rng.getrandbits(32):08x}-0000-4000-8000-{rng.getrandbits(48):012x}",
        },
        "spec": {
            **plain["spec"],
            "containers": [{**each, **_container(rng, image)} for each in plain["spec"]["containers"]],
            "dnsPolicy": "ClusterFirst",
            "enableServiceLinks": True,
            "nodeName": f"node-{rng.randrange(5000)}",
            "preemptionPolicy": "PreemptLowerPriority",
            "priority": 0,
            "restartPolicy": "Always",
            "schedulerName": "default-scheduler",
            "securityContext": {},
            "serviceAccountName": "default",
            "terminationGracePeriodSeconds": 30,
            "tolerations": [
                {"effect": "NoExecute", "key": key, "operator": "Exists", "tolerationSeconds": 300}
                for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
            ],
            "volumes": [{"name": "access", "projected": {"defaultMode": 420, "sources": _sources()}}],
        },
        "status": {
            "conditions": [
                {"lastProbeTime": None, "lastTransitionTime": since, "status": "True", "type": kind}
                for kind in conditions
            ],
            "containerStatuses": [_status(rng, image, since)],
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "qosClass": "Burstable",
            "startTime": since,
        },
    }


def _managed(labels: dict[str, str], since: str) -> Manifest:
    container: Manifest = {".": {}, "f:env": {".": {}}, "f:image": {}, "f:name": {}, "f:ports": {".": {}}}
    container["f:resources"] = {".": {}, "f:limits": {".": {}, "f:cpu": {}, "f:memory": {}}}
    fields = {
        "f:metadata": {"f:generateName": {}, "f:labels": {".": {}, **{f"f:{key}": {} for key in labels}}},
        "f:spec": {"f:containers": {'k:{"name":"main"}': container}, "f:dnsPolicy": {}, "f:restartPolicy": {}},
    }
    return {
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        "manager": "kube-controller-manager",
        "operation": "Update",
        "time": since,
    }


def _container(rng: random.Random, image: str) -> Manifest:
    env: list[Manifest] = [{"name": f"SETTING_{n}", "value": f"{rng.getrandbits(48):012x}"} for n in range(6)]
    env.append({"name": "POD_IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}})
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10, "timeoutSeconds": 1}
    return {
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": env,
        "livenessProbe": {"failureThreshold": 3, **probe},
        "readinessProbe": {"successThreshold": 1, **probe},
        "resources": {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "volumeMounts": [{"mountPath": "/var/run/access", "name": "access", "readOnly": True}],
    }


def _sources() -> list[Manifest]:
    token = {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}
    return [token, {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}}]


def _status(rng: random.Random, image: str, since: str) -> Manifest:
    return {
        "containerID": f"containerd://{rng.getrandbits(256):064x}",
        "image": image,
        "imageID": image,
        "lastState": {},
        "name": "main",
        "ready": True,
        "restartCount": 0,
        "started": True,
        "state": {"running": {"startedAt": since}},
    }
