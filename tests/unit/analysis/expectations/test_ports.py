"""Entries such as `UDP/53` mean exact sets of connections, and every set can be written as entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.analysis.expectations.ports import entries_of, parse_entries, parse_entry
from netviz.sets.connections import ALL_CONNECTIONS, ICMP, SCTP, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet

spans = st.tuples(st.integers(0, 70_000), st.integers(0, 9_000)).map(lambda pair: (pair[0], pair[0] + pair[1]))
axes = st.none() | st.lists(spans, min_size=1, max_size=3).map(IntervalSet.of)
pieces = st.builds(ConnectionSet.of, st.sampled_from([TCP, UDP, SCTP, ICMP, 58, 136, 4, 250]), axes, axes)


@st.composite
def connection_sets(draw: st.DrawFn) -> ConnectionSet:
    found = ALL_CONNECTIONS if draw(st.booleans()) else ConnectionSet()
    for piece in draw(st.lists(pieces, max_size=5)):
        found = found - piece if draw(st.booleans()) else found | piece
    return found


def tcp(*intervals: tuple[int, int]) -> ConnectionSet:
    return ConnectionSet.of(TCP, IntervalSet.of(intervals))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8080", tcp((8080, 8080))),
        ("8000-8100", tcp((8000, 8100))),
        ("TCP/80,443", tcp((80, 80), (443, 443))),
        ("tcp/80", tcp((80, 80))),
        ("UDP", ConnectionSet.of(UDP)),
        ("UDP/53", ConnectionSet.of(UDP, IntervalSet.single(53))),
        ("TCP/80 from 1024-65535", ConnectionSet.of(TCP, IntervalSet.single(80), IntervalSet.of([(1024, 65535)]))),
        ("ICMP/8", ConnectionSet.of(ICMP, IntervalSet.single(8))),
        ("ICMP/3 code 4", ConnectionSet.of(ICMP, IntervalSet.single(3), IntervalSet.single(4))),
        ("protocol 47", ConnectionSet.of(47)),
        ("any", ALL_CONNECTIONS),
    ],
)
def test_an_entry_means_these_connections(text: str, meant: ConnectionSet) -> None:
    assert parse_entry(text) == meant


@pytest.mark.parametrize(
    "text",
    ["", " 80", "٨٠", "TCP 80", "0", "65536", "80-79", "http", "TCP/", "TCP/x", "UDP/53 code 1", "ICMP/8 from 1",
     "protocol 47/1", "protocol 0"],
)
def test_what_is_no_entry_is_none(text: str) -> None:
    assert parse_entry(text) is None


def test_entries_with_not_are_taken_off_the_others() -> None:
    assert parse_entries(["any", "not TCP/25"]) == ALL_CONNECTIONS - tcp((25, 25))


@given(connections=connection_sets())
def test_every_set_is_read_back_from_its_entries(connections: ConnectionSet) -> None:
    assert parse_entries(entries_of(connections)) == connections
