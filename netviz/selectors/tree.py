"""The selector tree and its three-valued judgement of labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

Ternary = bool | None
"""True, False, or None for "cannot be known from this input" (M4)."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one object, sorted by key.

    A value of None means that the key is present with a value that is not in the input (M12). `complete` is False if
    there may be further labels (a Namespace without manifest, M15).
    """

    items: tuple[tuple[str, str | None], ...] = ()
    complete: bool = True

    @classmethod
    def of(cls, labels: Mapping[str, str | None], *, complete: bool = True) -> Labels:
        """Labels from a mapping."""
        # No two keys are equal, so no two values are ever compared.
        return cls(tuple(sorted(labels.items())), complete)

    def as_dict(self) -> dict[str, str | None]:
        """A new mapping of the known keys."""
        return dict(self.items)

    def has(self, key: str) -> Ternary:
        """Whether the key is present."""
        if any(k == key for k, _ in self.items):
            return True
        return False if self.complete else None

    def value(self, key: str) -> str | None:
        """The value of a key, None if absent or unknown (`has` tells which)."""
        return next((v for k, v in self.items if k == key), None)


@dataclass(frozen=True, slots=True)
class HasKey:
    """True for labels that carry `key`."""

    key: str


@dataclass(frozen=True, slots=True)
class ValueIn:
    """True for labels that carry `key` with one of `values` (sorted)."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueTest:
    """True for labels that carry `key` with a value that `test`s true: contains, startswith or endswith `text`."""

    key: str
    test: str
    text: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """True if every part is; without parts it matches everything."""

    parts: tuple[Selector, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if some part is; without parts it matches nothing."""

    parts: tuple[Selector, ...] = ()


@dataclass(frozen=True, slots=True)
class Negated:
    """True where `part` is false."""

    part: Selector


Selector = HasKey | ValueIn | ValueTest | AllOf | AnyOf | Negated

EVERYTHING = AllOf()
NOTHING = AnyOf()


def matches(selector: Selector, labels: Labels) -> Ternary:
    """Whether the selector holds for the labels, by Kleene's logic."""
    match selector:
        case HasKey(key):
            return labels.has(key)
        case ValueIn(key, values):
            return _test(labels, key, lambda value: value in values, bool(values))
        case ValueTest(key, test, text):
            return _test(labels, key, lambda value: value_test(test, value, text), True)
        case AllOf(parts):
            return all_of(matches(part, labels) for part in parts)
        case AnyOf(parts):
            return any_of(matches(part, labels) for part in parts)
        case Negated(part):
            inner = matches(part, labels)
            return None if inner is None else not inner
        case _:
            assert_never(selector)


def value_test(test: str, value: str, text: str) -> bool:
    """`contains`, `startswith` or `endswith` of two strings; ValueError for another test."""
    match test:
        case "contains":
            return text in value
        case "startswith":
            return value.startswith(text)
        case "endswith":
            return value.endswith(text)
        case _:
            raise ValueError(f"unknown test {test!r}")


def _test(labels: Labels, key: str, test: Callable[[str], bool], possible: bool) -> Ternary:
    if not possible or labels.has(key) is False:
        return False
    value = labels.value(key)
    return None if value is None else test(value)


def all_of(values: Iterable[Ternary]) -> Ternary:
    """Kleene conjunction: a false dominates."""
    result: Ternary = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def any_of(values: Iterable[Ternary]) -> Ternary:
    """Kleene disjunction: a true dominates."""
    result: Ternary = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result


def with_keys(selector: Selector, rename: Callable[[str], str], everything: Selector = EVERYTHING) -> Selector:
    """The same selector over renamed keys, with `everything` for the parts that match all labels."""
    match selector:
        case HasKey(key):
            return HasKey(rename(key))
        case ValueIn(key, values):
            return ValueIn(rename(key), values)
        case ValueTest(key, test, text):
            return ValueTest(rename(key), test, text)
        case AllOf(()):
            return everything
        case AllOf(parts):
            return AllOf(tuple(with_keys(part, rename, everything) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(with_keys(part, rename, everything) for part in parts))
        case Negated(part):
            return Negated(with_keys(part, rename, everything))
        case _:
            assert_never(selector)


def required_keys(selector: Selector) -> frozenset[str]:
    """Every label key that the judgement can depend on."""
    match selector:
        case HasKey(key) | ValueIn(key) | ValueTest(key):
            return frozenset((key,))
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(required_keys(part) for part in parts))
        case Negated(part):
            return required_keys(part)
        case _:
            assert_never(selector)
