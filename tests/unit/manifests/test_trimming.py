"""What nobody reads is forgotten while reading, and what somebody reads is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netviz.loading import load_files
from netviz.manifests.reading import Reading, read
from netviz.manifests.trimming import trim

CANARY = "canary-7f3a"
SPEC: dict[str, Any] = {
    "containers": [
        {
            "name": "web",
            "args": [CANARY],
            "env": [{"name": "KEY", "value": CANARY}],
            "ports": [{"name": "http", "containerPort": 80}],
        }
    ],
    "volumes": [{"name": CANARY}],
    "nodeName": "one",
}
METADATA: dict[str, Any] = {"name": "web", "labels": {"app": "web"}, "annotations": {"note": CANARY}}
POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {**METADATA, "managedFields": [{"manager": CANARY}]},
    "spec": SPEC,
    "status": {"phase": "Running", "podIP": "10.0.0.1", "message": CANARY},
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": METADATA,
    "spec": {"replicas": 2, "template": {"metadata": METADATA, "spec": SPEC}},
    "status": {"replicas": CANARY},
}
CRONJOB = {
    "apiVersion": "batch/v1",
    "kind": "CronJob",
    "metadata": METADATA,
    "spec": {"jobTemplate": {"spec": {"template": {"metadata": METADATA, "spec": SPEC}}}},
}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": METADATA, "data": {"key": CANARY}}


def choice(_: str, kind: str) -> str:
    return {"NetworkPolicy": "policy", "Secret": "ignore"}.get(kind, "part")


def reading(name: str, *items: object) -> Reading:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1)
    text = text if name.endswith("json") else "---\n" + text
    return read(name, text.encode(), wanted=choice, trim=trim)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@pytest.mark.parametrize("item", [POD, DEPLOYMENT, CRONJOB], ids=lambda item: item["kind"])
def test_environment_arguments_annotations_and_status_are_not_kept(name: str, item: dict[str, Any]) -> None:
    (document,) = reading(name, item).documents
    assert CANARY not in json.dumps(document.data)
    assert '"containerPort": 80' in json.dumps(document.data)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_what_the_cluster_is_made_of_stays(name: str) -> None:
    (document,) = reading(name, POD).documents
    data = document.data
    assert data["metadata"] == {"name": "web", "labels": {"app": "web"}, "annotations": None, "managedFields": None}
    assert data["status"] == {"phase": "Running", "podIP": "10.0.0.1", "message": None}
    assert data["spec"]["containers"][0]["ports"] == [{"name": "http", "containerPort": 80}]


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_field_that_is_forgotten_still_has_its_line(name: str) -> None:
    (whole,) = read(name, json.dumps(POD, indent=1).encode(), wanted=choice).documents
    (trimmed,) = read(name, json.dumps(POD, indent=1).encode(), wanted=choice, trim=trim).documents
    for path in [("metadata", "annotations"), ("spec", "volumes"), ("spec", "containers", 0, "env"), ("status",)]:
        assert trimmed.line_of(path) == whole.line_of(path)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_policies_stay_whole(name: str) -> None:
    policy = {**DEPLOYMENT, "kind": "NetworkPolicy"}
    (document,) = reading(name, policy).documents
    assert dict(document.data) == policy


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_of_what_is_ignored_the_name_is_told(name: str) -> None:
    (record,) = reading(name, SECRET).records
    assert (record.kind, record.name, record.outcome) == ("Secret", "web", "ignored")


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_misspelt_fields_are_found_beside_forgotten_ones(name: str) -> None:
    item = {**POD, "spec": {**SPEC, "nodename": "one"}}
    found = load_files([(name, json.dumps(item).encode())]).report.diagnostics
    assert "spec.nodename" in [diagnostic.path for diagnostic in found]


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_annotations_of_tiers_are_still_judged(name: str) -> None:
    metadata = {"name": "security", "annotations": {"not a key": ""}}
    tier = {"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": metadata, "spec": {"order": 1}}
    (found,) = load_files([(name, json.dumps(tier).encode())]).report.diagnostics
    assert found.path == "metadata.annotations"
