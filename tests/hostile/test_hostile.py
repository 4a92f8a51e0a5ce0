"""The hostile set: every input has the outcome that it must have, in the time and the memory that it may take."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.hostile.groups import groups
from tests.hostile.judging import judged
from tests.promises import Record

GROUPS = groups()
ABOUT = {
    "structure": (4, 5, 7),
    "encodings": (4, 5),
    "scalars": (4,),
    "network_policies": (5, 6),
    "calico_policies": (5, 6),
    "admin_policies": (5, 6),
    "secrets": (8,),
    "injections": (5, 7),
    "archives": (4, 5),
    "odd_files": (4,),
    "scale": (7,),
}
"""The promises that a group is about, besides those that all of them are about (1, 2 and 3)."""

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
    words = group.replace("_", " ")
    for number in (1, *ABOUT[group]):
        promise(number, f"{words}: {len(found.complaints)} of {len(cases)} wrong", "0")
    promise(2, f"{words}: {found.seconds:.2f} s", f"{SECONDS} s for one input")
    peaks = f"{words}: {found.peak / 1e6:.0f} MB, {found.refused_peak / 1e6:.0f} MB where refused"
    promise(3, peaks, f"{MEGABYTES:,} MB, {REFUSED_MEGABYTES} MB above an idle process")
    assert found.complaints == {}
    assert found.seconds <= SECONDS
    assert found.peak <= MEGABYTES * 1e6
    assert found.refused_peak <= REFUSED_MEGABYTES * 1e6
