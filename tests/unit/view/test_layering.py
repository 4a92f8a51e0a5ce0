from hypothesis import given
from hypothesis import strategies as st

from netviz.view.layering import layers


def test_callers_are_left_of_callees() -> None:
    assert layers(["c", "b", "a"], {("a", "b"): 1, ("b", "c"): 1}) == {"a": 0, "b": 1, "c": 2}


def test_a_cycle_is_broken_where_it_costs_least() -> None:
    columns = layers(["a", "b", "c"], {("a", "b"): 5, ("b", "c"): 5, ("c", "a"): 1})
    assert columns == {"a": 0, "b": 1, "c": 2}


def test_a_thing_that_nobody_calls_stands_next_to_what_it_calls() -> None:
    columns = layers(["a", "b", "c", "late"], {("a", "b"): 1, ("b", "c"): 1, ("late", "c"): 1})
    assert columns["late"] == columns["c"] - 1


names = st.sampled_from("abcdefgh")


@given(st.dictionaries(st.tuples(names, names), st.just(1.0)))
def test_without_cycles_every_arc_goes_right(arcs: dict[tuple[str, str], float]) -> None:
    forward = {(a, b): w for (a, b), w in arcs.items() if a < b}
    columns = layers(list("hgfedcba"), forward)
    assert all(columns[a] < columns[b] for a, b in forward)
    assert min(columns.values()) == 0


@given(st.dictionaries(st.tuples(names, names), st.just(1.0)))
def test_with_cycles_at_least_half_of_the_arcs_go_right(arcs: dict[tuple[str, str], float]) -> None:
    columns = layers(list("abcdefgh"), arcs)
    proper = [(a, b) for a, b in arcs if a != b]
    assert 2 * sum(columns[a] < columns[b] for a, b in proper) >= len(proper)
