"""A pod that is taken to be like one before it is what reading its fields gives, and nothing is to be said about it."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest

from netviz.errors import Diagnostic
from netviz.manifests.alike import AlikePods
from netviz.manifests.document import Document, Fields
from netviz.manifests.metadata import read_metadata
from netviz.manifests.plain import GoodNames
from netviz.manifests.pods import PodObject, read_pod
from netviz.manifests.shared_parts import SharedParts

ODD: tuple[Any, ...] = (None, "", 0, 7, True, 1.5, [], {}, [None], [{}], {"a": "b"}, "Not A Name", "10.0.0.1", "::1")


def pod(rng: Random, workload: int, number: int) -> dict[str, Any]:
    """A pod of one of a few workloads."""
    address = f"10.0.{workload}.{number}"
    status: dict[str, Any] = {"phase": rng.choice(("Running", "Pending", "Succeeded")), "podIP": address}
    if rng.random() < 0.5:
        status |= {"podIPs": [{"ip": address}, {"ip": f"fd00::{number}"}], "hostIP": "192.0.2.1"}
    ports = [{"name": "web", "containerPort": 8080 + workload}, {"containerPort": 53, "protocol": "UDP"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"w{workload}-{number}",
            "namespace": f"n{workload % 2}",
            "uid": str(number),
            "labels": {"app": f"w{workload}", "pod-template-hash": "5d4f"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "w", "controller": True}],
        },
        "spec": {"nodeName": f"node-{number % 2}", "containers": [{"name": "main", "ports": ports}]},
        "status": status,
    }


def spoil(rng: Random, data: dict[str, Any]) -> None:
    """Something somewhere in the object becomes odd, goes or is new."""
    here: Any = data
    while True:
        places = list(here) if isinstance(here, dict) else list(range(len(here)))
        place = rng.choice(places)
        if isinstance(here[place], dict | list) and here[place] and rng.random() < 0.8:
            here = here[place]
            continue
        what = rng.random()
        if what < 0.6:
            here[place] = copy.deepcopy(rng.choice(ODD))
        elif what < 0.8 and isinstance(here, dict):
            here["extra"] = "x"
        else:
            del here[place]
        return


def by_fields(document: Document, problems: list[Diagnostic]) -> PodObject | None:
    root = Fields(document, document.data, (), problems)
    meta = read_metadata(root, namespaced=True)
    return None if meta is None else read_pod(root, meta)


@pytest.mark.parametrize("seed", range(20))
def test_a_pod_like_another_is_read_as_its_fields_are(seed: int) -> None:
    rng, pods, shared = Random(seed), AlikePods(), SharedParts()
    alike = 0
    for number in range(120):
        data = pod(rng, rng.randrange(4), number)
        for _ in range(rng.choice((0, 0, 1, 2))):
            spoil(rng, data)
        if not isinstance(data.get("kind"), str):
            continue
        if rng.random() < 0.8:
            shared.trim("Pod", data)
        document = Document(file="in.json", index=number, data=data, line_of=lambda _: 1)
        found, problems = pods.read(document), list[Diagnostic]()
        if found is not None:
            alike += 1
            assert (found, problems) == (by_fields(document, problems), []), f"{seed}: {data}"
    assert alike > 40


def test_a_pod_without_fault_needs_no_reading_of_its_own() -> None:
    rng, pods, shared = Random(0), AlikePods(), SharedParts()
    for number in range(8):
        data = pod(rng, number % 2, number)
        shared.trim("Pod", data)
        document = Document(file="in.json", index=number, data=data, line_of=lambda _: 1)
        assert pods.read(document) == by_fields(document, [])
        assert pods.read(document) is not None


@pytest.mark.parametrize("seed", range(20))
def test_metadata_that_is_plainly_good_is_read_as_its_fields_are(seed: int) -> None:
    rng, names = Random(seed), GoodNames()
    good = 0
    for number in range(200):
        data = pod(rng, rng.randrange(4), number)
        for _ in range(rng.choice((0, 1, 1, 2))):
            spoil(rng, data["metadata"])
        found, problems = names.metadata(data["metadata"]), list[Diagnostic]()
        if found is not None:
            good += 1
            document = Document(file="in.json", index=number, data=data, line_of=lambda _: 1)
            slow = read_metadata(Fields(document, data, (), problems), namespaced=True)
            assert (found, problems) == (slow, []), f"{seed}: {data}"
    assert good > 60


def test_like_pods_have_one_template_and_one_mapping_of_labels() -> None:
    rng, pods, shared = Random(0), AlikePods(), SharedParts()
    templates, labels = [], []
    for number in range(40):
        data = pod(rng, 1, number)
        shared.trim("Pod", data)
        found = pods.read(Document(file="in.json", index=number, data=data, line_of=lambda _: 1))
        assert found is not None
        templates.append(found.template)
        labels.append(found.meta.labels)
    assert all(template is templates[0] for template in templates)
    assert all(each is labels[0] for each in labels)
