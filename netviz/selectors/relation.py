"""Whether everything that one selector selects is selected by another, for any labels whatever."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final, assert_never

from netviz.selectors.tree import (
    AllOf,
    AnyOf,
    HasKey,
    Negated,
    Selector,
    Ternary,
    ValueIn,
    ValueTest,
    all_of,
    any_of,
    value_test,
)

_MOST_CASES: Final = 64
"""Alternatives of a selector that are told apart; one with more is not known to be anything."""


@dataclass(frozen=True, slots=True)
class _Domain:
    """What is known of one key: it may be `absent`; its value is one of `values` (None: any), none of `excluded`."""

    absent: bool = True
    values: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()

    @property
    def possible(self) -> frozenset[str] | None:
        """The values that are left, None for all but the excluded ones."""
        return None if self.values is None else self.values - self.excluded

    @property
    def empty(self) -> bool:
        """Whether no label set fits."""
        return not self.absent and self.possible == frozenset()


_ANY: Final = _Domain()
_Case = dict[str, _Domain]


def relation(known: Selector, asked: Selector) -> Ternary:
    """True if all labels that satisfy `known` satisfy `asked`, False if none of them do; None for both and neither.

    What cannot be told is None, too: a selector with many alternatives, or text tests that are not equal.
    """
    cases = _cases(known)
    if cases is None:
        return None
    verdicts = {_holds(asked, case) for case in cases}
    return verdicts.pop() if len(verdicts) == 1 else None


def satisfiable(selector: Selector) -> bool:
    """Whether some labels may satisfy the selector."""
    cases = _cases(selector)
    return cases is None or bool(cases)


def _cases(selector: Selector, *, negated: bool = False) -> list[_Case] | None:
    """The selector as alternatives, each at least as wide as what it stands for; None for too many."""
    match selector:
        case HasKey(key):
            return [{key: _Domain(absent=False) if not negated else _Domain(values=frozenset())}]
        case ValueIn(key, values):
            wanted = frozenset(values)
            if negated:
                return [{key: _Domain(excluded=wanted)}]
            return [{key: _Domain(absent=False, values=wanted)}] if wanted else []
        case ValueTest(key):
            return [{}] if negated else [{key: _Domain(absent=False)}]
        case AllOf(parts) | AnyOf(parts):
            found = [_cases(part, negated=negated) for part in parts]
            known = [each for each in found if each is not None]
            if len(known) < len(found):
                return None
            return _both(known) if isinstance(selector, AllOf) != negated else _either(known)
        case Negated(part):
            return _cases(part, negated=not negated)
        case _:
            assert_never(selector)


def _either(found: list[list[_Case]]) -> list[_Case] | None:
    cases = [case for each in found for case in each]
    return cases if len(cases) <= _MOST_CASES else None


def _both(found: list[list[_Case]]) -> list[_Case] | None:
    cases: list[_Case] = [{}]
    for each in found:
        joined = [_joined(one, two) for one, two in product(cases, each)]
        cases = [case for case in joined if not any(domain.empty for domain in case.values())]
        if len(cases) > _MOST_CASES:
            return None
    return cases


def _joined(first: _Case, second: _Case) -> _Case:
    found = dict(first)
    for key, domain in second.items():
        known = found.get(key, _ANY)
        sets = [each for each in (known.values, domain.values) if each is not None]
        found[key] = _Domain(
            absent=known.absent and domain.absent,
            values=frozenset.intersection(*sets) if sets else None,
            excluded=known.excluded | domain.excluded,
        )
    return found


def _holds(asked: Selector, case: _Case) -> Ternary:
    match asked:
        case HasKey(key):
            domain = case.get(key, _ANY)
            if domain.possible == frozenset():
                return False
            return None if domain.absent else True
        case ValueIn(key, values):
            return _value_holds(case.get(key, _ANY), frozenset(values))
        case ValueTest(key, test, text):
            possible = case.get(key, _ANY).possible
            if possible is None:
                return None
            passing = frozenset(value for value in possible if value_test(test, value, text))
            return _value_holds(case.get(key, _ANY), passing)
        case AllOf(parts):
            return all_of(_holds(part, case) for part in parts)
        case AnyOf(parts):
            return any_of(_holds(part, case) for part in parts)
        case Negated(part):
            inner = _holds(part, case)
            return None if inner is None else not inner
        case _:
            assert_never(asked)


def _value_holds(domain: _Domain, wanted: frozenset[str]) -> Ternary:
    possible = domain.possible
    if possible is None:
        return False if wanted <= domain.excluded else None
    if not possible & wanted:
        return False
    return True if possible <= wanted and not domain.absent else None
