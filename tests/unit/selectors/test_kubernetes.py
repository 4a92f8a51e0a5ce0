from __future__ import annotations

import pytest

from netviz.selectors.kubernetes import Requirement, from_label_selector
from netviz.selectors.tree import EVERYTHING, AllOf, HasKey, Labels, Negated, Ternary, ValueIn, matches


def test_without_pairs_and_requirements_everything_matches() -> None:
    assert from_label_selector({}) == EVERYTHING


def test_a_single_part_stands_for_itself() -> None:
    assert from_label_selector({"app": "web"}) == ValueIn("app", ("web",))


def test_equal_selectors_are_equal_whatever_the_order_of_pairs_and_values() -> None:
    one = from_label_selector({"a": "1", "b": "2"}, [("c", "In", ("x", "y", "x"))])
    other = from_label_selector({"b": "2", "a": "1"}, [("c", "In", ("y", "x"))])
    assert one == other == AllOf((ValueIn("a", ("1",)), ValueIn("b", ("2",)), ValueIn("c", ("x", "y"))))


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("In", ("a", "b"), ValueIn("k", ("a", "b"))),
        ("NotIn", ("a",), Negated(ValueIn("k", ("a",)))),
        ("Exists", (), HasKey("k")),
        ("DoesNotExist", (), Negated(HasKey("k"))),
    ],
)
def test_a13_every_operator_has_its_tree(operator: str, values: tuple[str, ...], expected: object) -> None:
    assert from_label_selector({}, [("k", operator, values)]) == expected


@pytest.mark.parametrize("operator", ["in", "Gt", ""])
def test_another_operator_is_a_value_error(operator: str) -> None:
    with pytest.raises(ValueError, match="unknown operator"):
        from_label_selector({}, [("k", operator, ())])


PRESENT, OTHER, ABSENT = {"k": "a"}, {"k": "z"}, {"x": "a"}


@pytest.mark.parametrize(
    ("requirement", "verdicts"),
    [
        (("k", "In", ("a", "b")), (True, False, False, None)),
        (("k", "NotIn", ("a", "b")), (False, True, True, None)),
        (("k", "Exists", ()), (True, True, False, True)),
        (("k", "DoesNotExist", ()), (False, False, True, False)),
    ],
)
def test_a13_m12_operators_judge_present_other_absent_and_unknown_values(
    requirement: Requirement, verdicts: tuple[Ternary, ...]
) -> None:
    selector = from_label_selector({}, [requirement])
    labels = [*map(Labels.of, (PRESENT, OTHER, ABSENT)), Labels.of({"k": None})]
    assert tuple(matches(selector, each) for each in labels) == verdicts
