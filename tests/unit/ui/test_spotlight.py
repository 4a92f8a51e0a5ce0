"""The selection of another view, on the map."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.ui.spotlight import spotlight
from netviz.ui.state import NOTHING, Subject
from netviz.view.picture import NodeKind, Picture
from netviz.workbench import BASELINE, PictureQuestion, WhyQuestion
from tests.app.fake_workbench import FakeWorkbench


@pytest.fixture
def picture() -> Picture:
    return FakeWorkbench(()).picture(BASELINE, PictureQuestion()).picture


def pair(source: str, target: str) -> Subject:
    return Subject(question=WhyQuestion(source=f"shop/{source}[Deployment]", target=f"shop/{target}[Deployment]"))


def test_a_pair_is_its_arrow(picture: Picture) -> None:
    assert spotlight(pair("a", "c"), picture) == {"type": "edge", "id": "a>c"}


def test_a_pair_without_an_arrow_is_the_card_that_it_starts_at(picture: Picture) -> None:
    assert spotlight(pair("c", "a"), picture) == {"type": "node", "id": "c"}


def test_a_pair_of_workloads_is_looked_for_between_namespaces(picture: Picture) -> None:
    whole = tuple(replace(node, kind=NodeKind.NAMESPACE, peer=node.id) for node in picture.nodes)
    asked = Subject(question=WhyQuestion(source="a/web[Pod]", target="c/db[Pod]"))
    assert spotlight(asked, replace(picture, nodes=whole)) == {"type": "edge", "id": "a>c"}


def test_an_arrow_and_a_card_are_themselves(picture: Picture) -> None:
    assert spotlight(Subject(source="a", target="c"), picture) == {"type": "edge", "id": "a>c"}
    assert spotlight(Subject(node="b"), picture) == {"type": "node", "id": "b"}


def test_what_is_not_drawn_lights_nothing(picture: Picture) -> None:
    for subject in (NOTHING, Subject(node="gone"), pair("x", "c")):
        assert spotlight(subject, picture) is None
