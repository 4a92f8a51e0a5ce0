"""Suppressions: what they cover, what they say of themselves, and the files that hold them."""

from __future__ import annotations

import pytest

from netviz.analysis.findings.finding import Finding
from netviz.analysis.findings.suppressing import Suppression, sift, suppression_text
from netviz.analysis.findings.suppression_file import SuppressionError, read_suppressions
from netviz.errors import Severity
from netviz.source import SourceRef

HEAD = "netviz: suppressions/1\nsuppressions:\n"


def finding(check: str = "NP006", object_: str = "NetworkPolicy/shop/open", line: int = 7) -> Finding:
    return Finding(
        check=check,
        severity=Severity.WARNING,
        message="m",
        advice="a",
        ref=SourceRef(file="shop.yaml", document=1, path="spec", line=line),
        path="spec",
        object=object_,
    )


def read(text: str) -> tuple[Suppression, ...]:
    return read_suppressions("known.yaml", text.encode())


def complaint(text: str) -> str:
    with pytest.raises(SuppressionError) as raised:
        read(text)
    return str(raised.value)


@pytest.mark.parametrize(
    ("object_", "place", "covers"),
    [
        ("NetworkPolicy/shop/open", "", True),
        ("NetworkPolicy/shop/other", "", False),
        ("", "shop.yaml", True),
        ("", "shop.yaml:7", True),
        ("", "shop.yaml:8", False),
        ("NetworkPolicy/shop/open", "other.yaml", False),
        ("", "", False),
    ],
)
def test_a_suppression_covers_a_check_about_an_object_or_at_a_place(object_: str, place: str, covers: bool) -> None:
    suppression = Suppression(check="NP006", reason="r", object=object_, place=place)
    assert suppression.covers(finding()) is covers
    assert not suppression.covers(finding(check="NP007"))


def test_findings_are_parted_and_what_matches_nothing_is_told() -> None:
    known = Suppression(check="NP006", reason="public on purpose", object="NetworkPolicy/shop/open")
    stale = Suppression(check="NP008", reason="r", place="gone.yaml", written="known.yaml:9")
    sifted = sift([finding(), finding(check="NP007")], [known, stale])
    assert [each.check for each in sifted.told] == ["NP007"]
    assert sifted.suppressed == ((finding(), known),)
    assert sifted.unused_words == ("known.yaml:9: nothing matches this suppression of NP008 (gone.yaml): take it out",)


def test_the_entry_that_is_offered_suppresses_the_finding() -> None:
    text = HEAD + suppression_text(finding(object_='odd "name"')).replace("reason: ", "reason: known")
    (suppression,) = read(text)
    assert suppression.covers(finding(object_='odd "name"'))


def test_a_file_is_read_with_the_place_of_each_entry() -> None:
    assert read(HEAD + "- {id: NP006, object: NetworkPolicy/shop/open, reason: on purpose}\n") == (
        Suppression(check="NP006", reason="on purpose", object="NetworkPolicy/shop/open", written="known.yaml:3"),
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{id: NP006, object: x}", "why this finding may be left out"),
        ("{id: NP006, object: x, reason: ' '}", "why this finding may be left out"),
        ("{id: NP006, reason: r}", "FILE or FILE:LINE"),
        ("{id: NP999, object: x, reason: r}", "Unsupported value: NP999"),
        ("{object: x, reason: r}", "the id of a check"),
        ("{id: NP006, object: x, reason: r, until: 2030}", "there is no field until here"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(entry: str, said: str) -> None:
    assert complaint(f"{HEAD}- {entry}\n").startswith("known.yaml:3")
    assert said in complaint(f"{HEAD}- {entry}\n")


def test_another_file_is_no_suppression_file() -> None:
    assert "this is no suppression file" in complaint("netviz: scenario/1\n")
