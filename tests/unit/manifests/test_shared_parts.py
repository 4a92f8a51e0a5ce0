"""Equal parts of pods are one object, and no object reads differently for it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from netviz.manifests.shared_parts import SharedParts
from netviz.manifests.trimming import trim

LABELS = {"app": "web"}
CONTAINERS: list[dict[str, Any]] = [{"name": "web", "ports": [{"containerPort": 80}], "env": ["secret"]}]


def pod(name: str, labels: object = LABELS, containers: object = CONTAINERS) -> dict[str, Any]:
    owners = [{"kind": "ReplicaSet", "name": "web", "controller": True}]
    metadata = {"name": name, "labels": labels, "ownerReferences": owners}
    return copy.deepcopy({"kind": "Pod", "metadata": metadata, "spec": {"nodeName": name, "containers": containers}})


def both(first: dict[str, Any], second: dict[str, Any], kind: str = "Pod") -> tuple[dict[str, Any], dict[str, Any]]:
    """Both objects after each was trimmed, neither of which changed but for that."""
    shared = SharedParts()
    for data in (first, second):
        plain = copy.deepcopy(data)
        trim(kind, plain)
        shared.trim(kind, data)
        assert repr(data) == repr(plain)
    return first, second


def test_the_labels_owners_and_containers_of_like_pods_are_one_object() -> None:
    one, other = both(pod("a"), pod("b"))
    for parent, key in (("metadata", "labels"), ("metadata", "ownerReferences"), ("spec", "containers")):
        assert one[parent][key] is other[parent][key]


@pytest.mark.parametrize("odd", [True, 1.0, "1", None])
def test_values_that_are_equal_in_python_only_stay_apart(odd: object) -> None:
    one, other = both(pod("a", containers=[{"ports": [{"containerPort": 1}]}]), pod("b", containers=[{"ports": odd}]))
    assert one["spec"]["containers"] is not other["spec"]["containers"]
    one, other = both(pod("a", {"app": 1}), pod("b", {"app": odd}))
    assert one["metadata"]["labels"] is not other["metadata"]["labels"]


@pytest.mark.parametrize("odd", [None, "text", 7, [], {}, [None]])
def test_odd_parts_and_parents_are_left_as_they_are(odd: object) -> None:
    both(pod("a", odd, odd), pod("b", odd, odd))
    both({"kind": "Pod", "metadata": odd, "spec": odd}, {"kind": "Pod"})


def test_a_part_that_is_nested_too_deep_to_be_compared_is_its_own() -> None:
    deep: list[Any] = []
    for _ in range(3_000):
        deep = [deep]
    data: dict[str, Any] = {"kind": "Pod", "metadata": {"labels": deep}}
    SharedParts().trim("Pod", data)
    assert data["metadata"]["labels"] is deep


def test_other_kinds_share_nothing() -> None:
    one, other = both({"kind": "Service", **pod("a")}, {"kind": "Service", **pod("b")}, "Service")
    assert one["metadata"]["labels"] is not other["metadata"]["labels"]


def test_of_more_parts_than_are_remembered_the_latest_are_shared() -> None:
    shared = SharedParts()
    for number in range(5_000):
        one, other = pod("a", {"app": str(number)}), pod("b", {"app": str(number)})
        shared.trim("Pod", one)
        shared.trim("Pod", other)
        assert one["metadata"]["labels"] == {"app": str(number)} == other["metadata"]["labels"]
    assert one["metadata"]["labels"] is other["metadata"]["labels"]


def test_a_part_of_unusual_length_is_its_own() -> None:
    long = {"app": "x" * 60_000}
    one, other = both(pod("a", long), pod("b", long))
    assert one["metadata"]["labels"] is not other["metadata"]["labels"]
    assert one["metadata"]["ownerReferences"] is other["metadata"]["ownerReferences"]
