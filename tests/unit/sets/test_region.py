"""Regions against a naive set of (connection atom, peer) pairs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.sets.region import EMPTY, Rectangle, Region, bits

ATOMS, PEERS = range(5), range(6)
Pairs = set[tuple[int, int]]
masks = st.tuples(st.integers(0, (1 << len(ATOMS)) - 1), st.integers(0, (1 << len(PEERS)) - 1))
rectangles = st.lists(masks, max_size=6)
peer_masks = st.integers(0, (1 << len(PEERS)) - 1)


def pairs(parts: Iterable[Rectangle]) -> Pairs:
    return {
        (atom, peer)
        for connections, peers in parts
        for atom in ATOMS
        for peer in PEERS
        if connections >> atom & 1 and peers >> peer & 1
    }


def mask(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in set(numbers))


def assert_canonical(region: Region) -> None:
    assert list(region.rectangles) == sorted(region.rectangles)
    assert all(connections and peers for connections, peers in region.rectangles)
    assert len({peers for _, peers in region.rectangles}) == len(region.rectangles)
    seen = 0
    for connections, _ in region.rectangles:
        assert not seen & connections
        seen |= connections


@given(rectangles)
def test_a_region_holds_exactly_the_pairs_of_its_rectangles(parts: list[Rectangle]) -> None:
    region = Region.of(parts)
    assert_canonical(region)
    assert pairs(region.rectangles) == pairs(parts)
    assert bool(region) == bool(pairs(parts))


@given(masks)
def test_a_rectangle_is_a_region_of_one_part(part: Rectangle) -> None:
    region = Region.rectangle(*part)
    assert region == Region.of([part])
    assert (region == EMPTY) == (not pairs([part]))


@pytest.mark.parametrize("op", [operator.or_, operator.and_, operator.sub])
@given(a=rectangles, b=rectangles)
def test_the_algebra_is_that_of_sets_of_pairs(
    op: Callable[..., Region | Pairs], a: list[Rectangle], b: list[Rectangle]
) -> None:
    region = op(Region.of(a), Region.of(b))
    assert isinstance(region, Region)
    assert_canonical(region)
    assert pairs(region.rectangles) == op(pairs(a), pairs(b))


@given(rectangles, rectangles)
def test_equal_sets_are_equal_objects(a: list[Rectangle], b: list[Rectangle]) -> None:
    assert (Region.of(a) == Region.of(b)) == (pairs(a) == pairs(b))


@given(rectangles, peer_masks)
def test_projections_agree_with_the_pairs(parts: list[Rectangle], some: int) -> None:
    region, expected = Region.of(parts), pairs(parts)
    assert region.peers() == mask(peer for _, peer in expected)
    for peer in PEERS:
        assert region.connections_of(peer) == mask(atom for atom, other in expected if other == peer)
    for atom in ATOMS:
        assert region.peers_on(atom) == mask(peer for other, peer in expected if other == atom)
    narrowed = region.only_peers(some)
    assert_canonical(narrowed)
    assert pairs(narrowed.rectangles) == {(atom, peer) for atom, peer in expected if some >> peer & 1}


@given(rectangles, peer_masks.filter(bool))
def test_covering_connections_are_those_that_every_peer_has(parts: list[Rectangle], some: int) -> None:
    region, expected = Region.of(parts), pairs(parts)
    wanted = [peer for peer in PEERS if some >> peer & 1]
    covering = mask(atom for atom in ATOMS if all((atom, peer) in expected for peer in wanted))
    assert region.connections_covering(some) == covering


@given(st.sets(st.integers(0, 300)))
def test_bits_are_the_numbers_of_a_mask_in_order(numbers: set[int]) -> None:
    assert bits(mask(numbers)) == sorted(numbers)


@pytest.mark.parametrize("seed", range(20))
def test_a_region_holds_the_pairs_whose_connections_it_lists(seed: int) -> None:
    rng = Random(seed)
    region = Region.of([(rng.getrandbits(5), rng.getrandbits(6)) for _ in range(4)])
    for connection in range(5):
        for peer in range(6):
            assert region.holds(connection, peer) is bool(region.connections_of(peer) >> connection & 1)
