from __future__ import annotations

from typing import Any

from netviz.errors import Diagnostic
from netviz.manifests.document import Document, Fields
from netviz.manifests.identity import Identity, read_identity


def root(metadata: dict[str, Any] | None, problems: list[Diagnostic]) -> Fields:
    data = {} if metadata is None else {"metadata": metadata}
    return Fields(Document(file="p.yaml", index=3, data=data, line_of=len), data, (), problems)


def test_a_kind_without_namespaces_has_none_whatever_is_written() -> None:
    problems: list[Diagnostic] = []
    for metadata in ({"name": "p"}, {"name": "p", "namespace": "shop"}):
        assert read_identity(root(metadata, problems), namespaced=False) == Identity(namespace="", name="p")
    assert problems == []


def test_a_bad_name_is_reported_and_kept() -> None:
    problems: list[Diagnostic] = []
    assert read_identity(root({"name": "P", "namespace": "a.b"}, problems)) == Identity(namespace="a.b", name="P")
    assert [problem.path for problem in problems] == ["metadata.name", "metadata.namespace"]


def test_an_object_without_metadata_is_named_after_its_place() -> None:
    problems: list[Diagnostic] = []
    found = read_identity(root(None, problems))
    assert found == Identity(namespace="default", name="(unnamed, p.yaml, document 3)")
    assert [(problem.code, problem.path) for problem in problems] == [("required", "metadata.name")]


def test_generate_name_alone_is_answered_with_a_hint() -> None:
    problems: list[Diagnostic] = []
    read_identity(root({"generateName": "p-"}, problems))
    assert problems[0].hint == "generateName is not enough here: give it a name"
