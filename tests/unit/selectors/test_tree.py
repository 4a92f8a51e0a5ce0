from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.selectors.tree import (
    EVERYTHING,
    NOTHING,
    AllOf,
    AnyOf,
    HasKey,
    Labels,
    Negated,
    Selector,
    Ternary,
    ValueIn,
    ValueTest,
    all_of,
    any_of,
    matches,
    required_keys,
    value_test,
)

KEYS, VALUES = ("a", "b"), ("x", "y", "xy")
leaves: st.SearchStrategy[Selector] = st.one_of(
    st.builds(HasKey, st.sampled_from(KEYS)),
    st.builds(
        lambda key, values: ValueIn(key, tuple(sorted(values))),
        st.sampled_from(KEYS),
        st.frozensets(st.sampled_from(VALUES)),
    ),
    st.builds(
        ValueTest,
        st.sampled_from(KEYS),
        st.sampled_from(["contains", "startswith", "endswith"]),
        st.sampled_from(["x", "y"]),
    ),
)
selectors: st.SearchStrategy[Selector] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Negated),
    ),
    max_leaves=6,
)
known_labels = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))
partial_labels = st.builds(
    lambda items, complete: Labels.of(items, complete=complete),
    st.dictionaries(st.sampled_from(KEYS), st.none() | st.sampled_from(VALUES)),
    st.booleans(),
)
ternaries = st.lists(st.sampled_from([True, False, None]))
# A value that no selector above names: unknown values may be anything.
OTHER = "zzz"


def holds(selector: Selector, labels: dict[str, str]) -> bool:
    """A second, two-valued judgement."""
    match selector:
        case HasKey(key):
            return key in labels
        case ValueIn(key, values):
            return labels.get(key) in values
        case ValueTest(key, "contains", text):
            return text in labels.get(key, "")
        case ValueTest(key, "startswith", text):
            return labels.get(key, "")[: len(text)] == text
        case ValueTest(key, _, text):
            return labels.get(key, "")[-len(text) :] == text
        case AllOf(parts):
            return not [part for part in parts if not holds(part, labels)]
        case AnyOf(parts):
            return bool([part for part in parts if holds(part, labels)])
        case Negated(part):
            return not holds(part, labels)


def completions(labels: Labels) -> list[dict[str, str]]:
    """Every way in which the labels may really be, over the keys and values of these tests."""
    known = labels.as_dict()
    choices: list[list[str | None]] = []
    for key in KEYS:
        if key in known:
            value = known[key]
            choices.append([*VALUES, OTHER] if value is None else [value])
        else:
            choices.append([None] if labels.complete else [None, *VALUES, OTHER])
    return [
        {key: value for key, value in zip(KEYS, chosen, strict=True) if value is not None}
        for chosen in product(*choices)
    ]


@given(selectors, known_labels)
def test_with_known_labels_a_selector_is_two_valued_logic(selector: Selector, labels: dict[str, str]) -> None:
    assert matches(selector, Labels.of(dict(labels))) is holds(selector, labels)


@given(selectors, partial_labels)
def test_a_certain_judgement_holds_however_the_unknown_turns_out(selector: Selector, labels: Labels) -> None:
    verdict = matches(selector, labels)
    assert verdict is None or {holds(selector, each) for each in completions(labels)} == {verdict}


@given(leaves, partial_labels)
def test_a_single_test_is_unknown_only_if_it_can_turn_out_both_ways(selector: Selector, labels: Labels) -> None:
    possible = {holds(selector, each) for each in completions(labels)}
    assert matches(selector, labels) is (None if len(possible) == 2 else possible.pop())


@given(selectors, known_labels)
def test_a_judgement_depends_on_required_keys_only(selector: Selector, labels: dict[str, str]) -> None:
    wanted = required_keys(selector)
    kept = {key: value for key, value in labels.items() if key in wanted}
    assert matches(selector, Labels.of(dict(labels))) is matches(selector, Labels.of(dict(kept)))


def test_required_keys_are_found_everywhere_in_the_tree() -> None:
    selector = AllOf((HasKey("a"), AnyOf((ValueIn("b", ("x",)), Negated(ValueTest("c", "contains", "y"))))))
    assert required_keys(selector) == {"a", "b", "c"}
    assert required_keys(EVERYTHING) == frozenset()


def test_everything_and_nothing_need_no_label() -> None:
    unknown = Labels(complete=False)
    assert matches(EVERYTHING, unknown) is True
    assert matches(NOTHING, unknown) is False


@pytest.mark.parametrize(
    ("selector", "verdict"),
    [
        (HasKey("k"), True),
        (ValueIn("k", ("x",)), None),
        (Negated(ValueIn("k", ("x",))), None),
        (ValueIn("k", ()), False),
        (Negated(HasKey("k")), False),
        (ValueTest("k", "contains", "x"), None),
    ],
)
def test_m12_of_a_label_with_unknown_value_only_the_presence_is_known(selector: Selector, verdict: Ternary) -> None:
    assert matches(selector, Labels.of({"k": None})) is verdict


@pytest.mark.parametrize("selector", [HasKey("k"), ValueIn("k", ("x",)), Negated(HasKey("k"))])
def test_m15_of_incomplete_labels_an_absent_key_may_be_there(selector: Selector) -> None:
    labels = Labels.of({"other": "x"}, complete=False)
    assert matches(selector, labels) is None
    assert matches(selector, Labels.of({"other": "x"})) is isinstance(selector, Negated)


def test_labels_are_equal_whatever_their_order() -> None:
    assert Labels.of({"b": "2", "a": None}) == Labels.of({"a": None, "b": "2"})
    assert Labels.of({"b": "2", "a": None}).as_dict() == {"a": None, "b": "2"}


@given(ternaries)
def test_in_a_conjunction_a_false_wins_and_in_a_disjunction_a_true(values: list[Ternary]) -> None:
    assert all_of(values) is (False if False in values else None if None in values else True)
    assert any_of(values) is (True if True in values else None if None in values else False)


@pytest.mark.parametrize(
    ("test", "value", "text", "verdict"),
    [
        ("contains", "abc", "b", True),
        ("contains", "abc", "d", False),
        ("startswith", "abc", "ab", True),
        ("startswith", "abc", "bc", False),
        ("endswith", "abc", "bc", True),
        ("endswith", "abc", "ab", False),
        ("contains", "abc", "", True),
    ],
)
def test_value_tests_compare_text(test: str, value: str, text: str, verdict: bool) -> None:
    assert value_test(test, value, text) is verdict


def test_an_unknown_value_test_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="unknown test 'matches'"):
        value_test("matches", "a", "a")
