"""Connection sets against a naive set of sample points that stand for whole cells of ports."""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.sets.connections import (
    ALL_CONNECTIONS,
    ALL_PORTS,
    ICMP,
    NO_CONNECTIONS,
    TCP,
    UDP,
    ConnectionAtoms,
    ConnectionSet,
    protocol_name,
)
from netviz.sets.intervals import IntervalSet

ESP, GRE = 50, 47
Point = tuple[int, int, int]
Model = set[Point]
# Cell i of an axis is the one value there, and the last cell all values from there on.
FIRST = {TCP: (1, 2, 3, 4), UDP: (1, 2, 3, 4), ICMP: (0, 1, 2, 3)}
END = {TCP: 65535, UDP: 65535, ICMP: 255}
UNIVERSE: Model = {(p, x, y) for p, cells in FIRST.items() for x, y in product(cells, cells)} | {
    (ESP, 0, 0),
    (GRE, 0, 0),
}

Box = tuple[int, frozenset[int] | None, frozenset[int] | None]
Recipe = tuple[list[Box], bool]
axis = st.none() | st.frozensets(st.integers(0, 3))
boxes = st.tuples(st.sampled_from([TCP, UDP, ICMP, ESP]), axis, axis)
recipes = st.tuples(st.lists(boxes, max_size=4), st.booleans())


def cells(protocol: int, chosen: frozenset[int] | None) -> IntervalSet | None:
    if chosen is None or protocol not in FIRST:
        return None
    starts, end = FIRST[protocol], END[protocol]
    return IntervalSet.of((starts[i], end if i == 3 else starts[i]) for i in chosen)


def build(recipe: Recipe) -> ConnectionSet:
    parts, inverted = recipe
    found = NO_CONNECTIONS
    for protocol, first, second in parts:
        found |= ConnectionSet.of(protocol, cells(protocol, first), cells(protocol, second))
    return ALL_CONNECTIONS - found if inverted else found


def model(recipe: Recipe) -> Model:
    parts, inverted = recipe
    found: Model = set()
    for protocol, first, second in parts:
        xs, ys = cells(protocol, first), cells(protocol, second)
        found |= {
            (p, x, y) for p, x, y in UNIVERSE if p == protocol and (xs is None or x in xs) and (ys is None or y in ys)
        }
    return UNIVERSE - found if inverted else found


def points(connections: ConnectionSet) -> Model:
    return {point for point in UNIVERSE if connections.has(*point)}


@given(recipes)
def test_a_set_holds_exactly_its_points(recipe: Recipe) -> None:
    found = build(recipe)
    assert points(found) == model(recipe)
    assert bool(found) == bool(model(recipe))


@pytest.mark.parametrize("op", [operator.or_, operator.and_, operator.sub])
@given(a=recipes, b=recipes)
def test_the_algebra_is_that_of_sets_of_connections(
    op: Callable[..., ConnectionSet | Model], a: Recipe, b: Recipe
) -> None:
    found = op(build(a), build(b))
    assert isinstance(found, ConnectionSet)
    assert points(found) == op(model(a), model(b))


@given(recipes, recipes)
def test_equal_sets_are_equal_objects_and_a_subset_is_told(a: Recipe, b: Recipe) -> None:
    assert (build(a) == build(b)) == (model(a) == model(b))
    assert (build(a) <= build(b)) == (model(a) <= model(b))


@given(recipes)
def test_a_set_and_its_complement_are_everything(recipe: Recipe) -> None:
    found = build(recipe)
    assert found | (ALL_CONNECTIONS - found) == ALL_CONNECTIONS
    assert not found & (ALL_CONNECTIONS - found)


@given(recipes, st.sampled_from([TCP, UDP, ICMP]))
def test_destination_ports_are_those_that_occur_with_whatever_source_port(recipe: Recipe, protocol: int) -> None:
    ports = build(recipe).destination_ports(protocol)
    assert {x for x in FIRST[protocol] if x in ports} == {x for p, x, _ in model(recipe) if p == protocol}


@given(st.lists(recipes, min_size=1, max_size=3))
def test_atoms_are_a_partition_in_which_every_given_set_is_a_union(parts: list[Recipe]) -> None:
    sets = [build(recipe) for recipe in parts]
    atoms = ConnectionAtoms(sets)
    for i, atom in enumerate(atoms.atoms):
        assert atom
        assert not any(atom & other for other in atoms.atoms[i + 1 :])
        assert atoms.mask(atom) == 1 << i
    union = NO_CONNECTIONS
    for atom in atoms.atoms:
        union |= atom
    assert union == ALL_CONNECTIONS
    for each in sets:
        assert atoms.connections(atoms.mask(each)) == each
        assert all(atom <= each or not atom & each for atom in atoms.atoms)


@given(st.lists(recipes, max_size=3), st.sampled_from(sorted(UNIVERSE)))
def test_the_atom_of_a_connection_holds_it(parts: list[Recipe], point: Point) -> None:
    atoms = ConnectionAtoms(build(recipe) for recipe in parts)
    assert atoms.atoms[atoms.atom_of(*point)].has(*point)


@given(st.lists(recipes, max_size=3), st.data())
def test_a_mask_and_its_connections_are_the_same_thing(parts: list[Recipe], data: st.DataObject) -> None:
    atoms = ConnectionAtoms(build(recipe) for recipe in parts)
    mask = data.draw(st.integers(0, atoms.all))
    assert atoms.mask(atoms.connections(mask)) == mask


def test_a_set_of_another_protocol_has_no_mask() -> None:
    atoms = ConnectionAtoms([ConnectionSet.of(TCP)])
    with pytest.raises(ValueError, match="protocol 17"):
        atoms.mask(ConnectionSet.of(UDP))


def test_port_zero_is_no_port() -> None:
    atoms = ConnectionAtoms([ConnectionSet.of(TCP)])
    with pytest.raises(ValueError, match="no such connection"):
        atoms.atom_of(TCP, 0)
    assert ConnectionSet.of(TCP, IntervalSet(((0, 65535),))) == ConnectionSet.of(TCP, ALL_PORTS)


def test_no_port_is_no_connection() -> None:
    assert ConnectionSet.of(TCP, IntervalSet()) == NO_CONNECTIONS
    assert ConnectionSet.of(TCP, ALL_PORTS, IntervalSet()) == NO_CONNECTIONS


def test_protocol_zero_stays_when_every_protocol_that_has_a_name_is_taken_away() -> None:
    named = NO_CONNECTIONS
    for protocol in range(1, 256):
        named |= ConnectionSet.of(protocol)
    rest = ALL_CONNECTIONS - named
    assert rest.has(0)
    assert not any(rest.has(protocol, 1, 1) for protocol in range(1, 256))
    assert named | rest == ALL_CONNECTIONS


@pytest.mark.parametrize(("protocol", "name"), [(TCP, "TCP"), (58, "ICMPv6"), (ESP, "50")])
def test_protocols_have_the_names_that_people_use(protocol: int, name: str) -> None:
    assert protocol_name(protocol) == name
