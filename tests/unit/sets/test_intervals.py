from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.sets.intervals import Interval, IntervalSet

Model = set[int]
POINTS = range(-3, 20)
intervals = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=5)


def model(pairs: list[Interval]) -> Model:
    return {value for low, high in pairs for value in range(low, high + 1)}


def members(found: IntervalSet) -> Model:
    return {value for low, high in found for value in range(low, high + 1)}


def assert_canonical(found: IntervalSet) -> None:
    assert all(low <= high for low, high in found)
    assert all(a[1] + 1 < b[0] for a, b in zip(found.intervals, found.intervals[1:], strict=False))


@given(intervals)
def test_a_set_of_intervals_holds_exactly_their_members(pairs: list[Interval]) -> None:
    found = IntervalSet.of(pairs)
    assert_canonical(found)
    assert members(found) == model(pairs)
    assert {value for value in POINTS if value in found} == model(pairs)
    assert found.count() == len(model(pairs))
    assert bool(found) == bool(model(pairs))


@pytest.mark.parametrize("op", [operator.or_, operator.and_, operator.sub])
@given(a=intervals, b=intervals)
def test_the_algebra_is_that_of_sets(
    op: Callable[..., Model | IntervalSet], a: list[Interval], b: list[Interval]
) -> None:
    found = op(IntervalSet.of(a), IntervalSet.of(b))
    assert isinstance(found, IntervalSet)
    assert_canonical(found)
    assert members(found) == op(model(a), model(b))


@given(intervals, intervals)
def test_equal_sets_are_equal_objects_and_a_subset_is_told(a: list[Interval], b: list[Interval]) -> None:
    one, other = IntervalSet.of(a), IntervalSet.of(b)
    assert (one == other) == (model(a) == model(b))
    assert (one <= other) == (model(a) <= model(b))


def test_adjacent_intervals_become_one_and_backward_ones_vanish() -> None:
    assert IntervalSet.of([(5, 9), (1, 4), (20, 10)]).intervals == ((1, 9),)


def test_the_first_member_is_the_smallest_and_an_empty_set_has_none() -> None:
    assert IntervalSet.of([(7, 9), (3, 3)]).first() == 3
    with pytest.raises(ValueError, match="no first member"):
        IntervalSet().first()


def test_a_single_value_is_a_set_of_one() -> None:
    assert members(IntervalSet.single(4)) == {4}
