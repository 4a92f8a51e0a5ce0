"""Places in the input, known at once or looked for later."""

from __future__ import annotations

import pickle

from netviz.manifests.document import Document, Path
from netviz.source import LaterRef, Place, SourceRef

KNOWN = SourceRef(file="p.yaml", document=1, path="spec.ingress[0]", line=9)


def later(line: int = 9) -> LaterRef:
    return LaterRef("p.yaml", 1, lambda: Place("spec.ingress[0]", line))


def test_a_place_that_is_looked_for_later_is_the_same_place() -> None:
    assert later() == KNOWN
    assert {KNOWN} == {later()}
    assert hash(later()) == hash(KNOWN)
    assert str(later()) == "p.yaml:9"
    assert later(line=8) != KNOWN
    assert KNOWN != "p.yaml:9"


def test_a_place_is_looked_for_when_it_is_first_asked_for_and_not_again() -> None:
    asked: list[int] = []

    def find() -> Place:
        asked.append(1)
        return Place("spec", 3)

    ref = LaterRef("p.yaml", 1, find)
    assert (ref.file, ref.document, asked) == ("p.yaml", 1, [])
    assert (ref.path, ref.line, ref.line) == ("spec", 3, 3)
    assert asked == [1]


def test_a_place_that_goes_to_another_process_is_looked_for_before() -> None:
    arrived = pickle.loads(pickle.dumps(later()))
    assert type(arrived) is SourceRef
    assert arrived == KNOWN


def test_the_places_in_a_document_that_will_be_forgotten_are_looked_for_at_once() -> None:
    asked: list[Path] = []

    def line_of(path: Path) -> int:
        asked.append(path)
        return 4

    for passing in (False, True):
        document = Document(file="p.yaml", index=1, data={}, line_of=line_of, passing=passing)
        ref = document.ref(("spec", "ports"))
        assert asked == ([("spec", "ports")] if passing else [])
        assert ref == SourceRef(file="p.yaml", document=1, path="spec.ports", line=4)
        asked.clear()
