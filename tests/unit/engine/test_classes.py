"""Pods that policies cannot tell apart are one class, however many objects their labels are."""

from __future__ import annotations

from collections.abc import Iterable

from netviz.engine.classes import EndpointClasses
from netviz.engine.options import Options
from netviz.engine.vocabulary import Vocabulary
from netviz.model.cluster import Cluster, Pod, WorkloadId
from netviz.selectors.tree import Labels

WEB = Labels.of({"app": "web", "tier": "front"})
PORTS = ()


def pod(name: str, labels: Labels = WEB, *, host: bool = False, namespace: str = "shop") -> Pod:
    return Pod(
        namespace=namespace,
        name=name,
        labels=labels,
        service_account="default",
        workload=WorkloadId(namespace, "Deployment", "web"),
        host_network=host,
        ports=PORTS,
    )


def classes_of(pods: Iterable[Pod]) -> list[list[str]]:
    """The names of the pods of each class."""
    vocabulary = Vocabulary(pod_keys=frozenset({"app"}))
    found = EndpointClasses(Cluster(pods=tuple(pods)), vocabulary, Options())
    for each in found.classes:
        assert all(found.classes[found.class_of(pod)] is each for pod in each.pods)
    return [[pod.name for pod in each.pods] for each in found.classes if each.pods]


def test_a_pod_on_the_network_of_its_node_is_not_like_those_around_it_with_the_same_labels() -> None:
    assert classes_of([pod("a"), pod("b", host=True), pod("c"), pod("d", host=True)]) == [["a", "c"], ["b", "d"]]


def test_labels_that_no_policy_mentions_tell_nothing_apart() -> None:
    other = Labels.of({"app": "web", "tier": "back"})
    assert classes_of([pod("a"), pod("b", other), pod("c", Labels.of({"app": "db"}))]) == [["a", "b"], ["c"]]


def test_labels_that_may_be_more_are_not_like_those_that_are_all() -> None:
    assert classes_of([pod("a"), pod("b", Labels(WEB.items, complete=False))]) == [["a"], ["b"]]


def test_pods_of_two_namespaces_are_never_alike() -> None:
    assert classes_of([pod("a"), pod("b", namespace="till"), pod("c", namespace="till")]) == [["a"], ["b", "c"]]
