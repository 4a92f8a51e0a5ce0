"""docs/findings.md has every check, with an example in which it is really found."""

from __future__ import annotations

import pytest

from docs.make_findings import CLEAN, PAGE, examples, found_in, page
from netviz.analysis.findings.catalogue import CHECKS
from netviz.analysis.findings.finding import Check


def test_the_page_is_in_step_with_the_checks() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python docs/make_findings.py`"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_an_example_has_the_pitfall_that_it_is_an_example_of(check: Check) -> None:
    finding = found_in(check, examples()[check.id])
    assert finding.advice
    assert finding.ref is None or finding.ref.file in ("example.yaml", "clean.yaml")


def test_the_ids_are_unique_and_each_check_says_why_it_matters() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert all(check.title and check.rationale.endswith(".") for check in CHECKS)
    assert CLEAN
