"""The hostile set: every input has the outcome that it must have, in the time and the memory that it may take."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.hostile.groups import groups
from tests.hostile.judging import judged
from tests.promises import Record

GROUPS = groups()
REFUSED_MEGABYTES = 100
MEGABYTES = 1_000
SECONDS = 5


def test_the_set_is_large_and_no_two_inputs_are_called_alike() -> None:
    names = [case.name for cases in GROUPS.values() for case in cases]
    assert len(names) >= 150
    assert len(set(names)) == len(names)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are measured as Linux does it")
@pytest.mark.parametrize("group", GROUPS)
def test_every_input_is_answered_as_it_must_be(group: str, tmp_path: Path, promise: Record) -> None:
    cases = GROUPS[group]
    found = judged(cases, tmp_path)
    wrong = len(found.complaints)
    promise(1, f"{group}: {len(cases)} inputs, {wrong} not answered as they must be", "0")
    promise(2, f"{group}: the slowest of {len(cases)} inputs took {found.seconds:.2f} s", f"{SECONDS} s")
    promise(
        3,
        f"{group}: {found.peak / 1e6:.0f} MB above an idle process, {found.refused_peak / 1e6:.0f} MB where refused",
        f"{MEGABYTES} MB, {REFUSED_MEGABYTES} MB",
    )
    for number in (4, 5, 6, 7, 8):
        promise(number, f"{group}: {wrong} of {len(cases)} inputs wrong", "0")
    assert found.complaints == {}
    assert found.seconds <= SECONDS
    assert found.peak <= MEGABYTES * 1e6
    assert found.refused_peak <= REFUSED_MEGABYTES * 1e6
