"""JUnit XML: a case per result, and no text that is more than text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from netviz.exporters.junit import JUnitCase, junit_text
from netviz.view.text import visible

cases = st.builds(
    JUnitCase,
    name=st.text(max_size=20),
    file=st.text(max_size=20),
    line=st.integers(0, 99),
    problem=st.text(max_size=20),
    details=st.lists(st.text(max_size=20), max_size=3).map(tuple),
)


@given(suite=st.text(max_size=20), written=st.lists(cases, max_size=4))
def test_whatever_the_texts_are_each_case_is_read_back(suite: str, written: list[JUnitCase]) -> None:
    (found,) = ET.fromstring(junit_text(suite, written))
    failed = sum(bool(case.problem) for case in written)
    assert (found.get("name"), found.get("tests"), found.get("failures")) == (
        visible(suite),
        str(len(written)),
        str(failed),
    )
    assert [each.get("name") for each in found] == [visible(case.name) for case in written]
    for each, case in zip(found, written, strict=True):
        failures = [(failure.get("message"), failure.text or "") for failure in each]
        told = (visible(case.problem), "\n".join(map(visible, case.details)))
        assert failures == ([told] if case.problem else [])
