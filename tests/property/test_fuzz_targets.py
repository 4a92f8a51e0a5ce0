"""The targets of `make fuzz`, tried with random bytes and with everything that fuzzing found useful."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
MOST_KEPT = 120_000
WORDS = (
    "apiVersion: networking.k8s.io/v1\n",
    "kind: NetworkPolicy\n",
    "metadata: {name: a}\n",
    "spec:\n",
    "  ingress:\n",
    "  - from: [{podSelector: {}}]\n",
    "---\n",
    "&a ",
    "*a ",
    "<<: ",
    "[",
    "{",
    "}",
    "]",
    ": ",
    "- ",
    "? ",
    "!!set ",
    "'",
    '"',
    "|\n",
    ">-\n",
    "has(a)",
    "all()",
    " in {",
    "&&",
    "||",
    "!",
    "(",
    ")",
    "==",
    "10.0.0.0/8",
    "::ffff:",
    "/",
    "0",
    "255",
)

tokens = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=25).map(lambda words: "".join(words).encode())


@pytest.mark.promise(1)
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_fuzzing_found_breaks_a_promise(target: str) -> None:
    kept = [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]
    assert len(kept) >= 10
    assert sum(map(len, kept)) < MOST_KEPT
    for data in (*kept, *seeds(target)):
        TARGETS[target](data)


@pytest.mark.promise(1)
@pytest.mark.parametrize("target", TARGETS)
@given(st.one_of(st.binary(max_size=200), tokens))
def test_no_bytes_break_a_promise(target: str, data: bytes) -> None:
    TARGETS[target](data)
