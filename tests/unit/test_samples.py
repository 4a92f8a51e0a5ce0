from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
FILES = sorted(SAMPLES.glob("**/*.yaml"))
WALK_THROUGH = (
    ("step-2-deny-all-ingress-to-backend.yaml", "deny-all-ingress-to-backend"),
    ("step-3-allow-frontend-to-backend.yaml", "allow-frontend-to-backend"),
    ("step-4-restrict-backend-egress.yaml", "restrict-backend-egress"),
)


def documents(file: Path) -> list[Mapping[str, object]]:
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


def name_of(document: Mapping[str, object]) -> tuple[object, object, object]:
    metadata = document["metadata"]
    assert isinstance(metadata, dict)
    return document["kind"], metadata.get("namespace"), metadata["name"]


def kinds(folder: str) -> set[object]:
    return {document["kind"] for file in (SAMPLES / folder).glob("**/*.yaml") for document in documents(file)}


def test_there_are_three_samples_and_each_explains_itself() -> None:
    folders = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
    assert folders == ["aks-frontend-backend", "online-shop", "policytypes-pitfall"]
    assert all((SAMPLES / folder / "README.md").is_file() for folder in folders)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SAMPLES)))
def test_every_document_is_an_object_with_a_kind_and_a_name(file: Path) -> None:
    found = documents(file)
    assert found
    for document in found:
        assert document["apiVersion"]
        assert all(isinstance(part, str) for part in name_of(document) if part is not None)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SAMPLES)))
def test_every_document_but_a_namespace_says_its_namespace(file: Path) -> None:
    for document in documents(file):
        kind, namespace, _ = name_of(document)
        assert (namespace is None) == (kind == "Namespace")


@pytest.mark.parametrize("folder", ["aks-frontend-backend", "online-shop", "policytypes-pitfall"])
def test_no_object_is_written_twice_and_every_namespace_is_declared(folder: str) -> None:
    objects = [name_of(d) for file in (SAMPLES / folder).glob("**/*.yaml") for d in documents(file)]
    assert len(objects) == len(set(objects))
    declared = {name for kind, _, name in objects if kind == "Namespace"}
    assert {namespace for _, namespace, _ in objects if namespace is not None} <= declared


@pytest.mark.parametrize(("file", "policy"), WALK_THROUGH)
def test_each_step_of_the_walk_through_is_one_policy_in_a_file_of_its_own(file: str, policy: str) -> None:
    found = documents(SAMPLES / "aks-frontend-backend" / file)
    assert [name_of(document) for document in found] == [("NetworkPolicy", "default", policy)]


def test_the_shop_shows_every_kind_of_controller_that_people_use() -> None:
    assert kinds("online-shop") >= {"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Ingress", "ServiceAccount"}


def test_only_the_mistaken_policy_of_the_pitfall_omits_policy_types() -> None:
    specs: dict[object, object] = {}
    for file in (SAMPLES / "policytypes-pitfall").glob("egress-*.yaml"):
        (document,) = documents(file)
        specs[name_of(document)[2]] = document["spec"]
    mistaken, meant = specs["egress-only-mistaken"], specs["egress-only-meant"]
    assert isinstance(mistaken, dict)
    assert isinstance(meant, dict)
    assert "policyTypes" not in mistaken
    assert meant["policyTypes"] == ["Egress"]
    assert mistaken["egress"] == meant["egress"]
