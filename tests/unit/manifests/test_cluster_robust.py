"""Whatever stands where in a manifest: it is read or reported, and nothing is raised."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.errors import Severity
from netviz.manifests.cluster import read_cluster
from netviz.manifests.document import Document, Path
from netviz.manifests.report import missing_facts
from tests.unit.manifests.objects import documents, owned, pod, workload
from tests.unit.manifests.test_services import ENDPOINTS, SLICE, service_text
from tests.unit.manifests.test_workloads import NODE

CONTAINERS = "{nodeName: n1, containers: [{name: c, ports: [{name: web, containerPort: 80, protocol: TCP}]}]}"
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: shop}
spec: {rules: [{http: {paths: [{backend: {service: {name: w, port: {name: http}}}}]}}]}
"""
ROUTE = """
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: r, namespace: shop}
spec: {to: {kind: Service, name: s}, port: {targetPort: web}}
"""


def paths(tree: object, at: Path = ()) -> Iterator[Path]:
    """Every place in a tree but its kind, which decides who reads it."""
    entries: Any = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        if (*at, key) != ("kind",):
            yield (*at, key)
            yield from paths(value, (*at, key))


WHOLE = [
    pod("p", meta="labels: {a: b}," + owned("ReplicaSet", "w-1"), spec=CONTAINERS, status="{podIPs: [{ip: 10.0.0.1}]}"),
    workload("Deployment", "w", spec="replicas: 2,", pod_spec=CONTAINERS),
    workload("StatefulSet", "w", spec="replicas: 2, ordinals: {start: 1},"),
    workload("Job", "j", spec="parallelism: 2, completions: 2, completionMode: Indexed,"),
    workload("CronJob", "c"),
    "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {a: b}}, spec: {}}",
    service_text("{clusterIPs: [10.1.0.1], selector: {a: b}, ports: [{name: web, port: 80, targetPort: web}]}"),
    NODE,
    SLICE,
    ENDPOINTS,
    INGRESS,
    ROUTE,
]
EVERYTHING = [document for text in WHOLE for document in documents(text)]
PLACES = [list(paths(document.data)) for document in EVERYTHING]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["10.0.0.1", "web", "<script>", "-", "\ud800", "x" * 300, "1e9"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def replaced(document: Document, path: Path, value: object) -> Document:
    tree: Any = copy.deepcopy(document.data)
    *parents, last = path
    inner = tree
    for key in parents:
        inner = inner[key]
    inner[last] = value
    return Document(file=document.file, index=document.index, data=tree, line_of=document.line_of)


@pytest.mark.promise(1)
@pytest.mark.parametrize("number", range(len(EVERYTHING)))
@given(data=st.data())
def test_a_manifest_with_anything_anywhere_is_read_or_reported(number: int, data: st.DataObject) -> None:
    spoilt = replaced(EVERYTHING[number], data.draw(st.sampled_from(PLACES[number])), data.draw(VALUES))
    reading = read_cluster([*EVERYTHING[:number], spoilt, *EVERYTHING[number + 1 :]])
    missing_facts(reading.cluster)
    errors = [d for d in reading.diagnostics if d.severity is Severity.ERROR]
    assert all(reading.accepted) or errors
    assert all(str(d).isprintable() for d in reading.diagnostics)


def test_the_manifests_of_this_test_are_good() -> None:
    reading = read_cluster(EVERYTHING)
    assert (reading.diagnostics, set(reading.accepted)) == ((), {True})
