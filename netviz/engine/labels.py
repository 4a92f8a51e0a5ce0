"""Selectors over many label sets at once, as bit sets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, assert_never

from netviz.selectors.tree import (
    AllOf,
    AnyOf,
    HasKey,
    Labels,
    Negated,
    Selector,
    ValueIn,
    ValueTest,
    value_test,
)
from netviz.sets.region import mask_of


class Bounds(NamedTuple):
    """Two bit sets, `must` inside `may`: what surely belongs, and what may belong."""

    must: int
    may: int


class LabelIndex:
    """An inverted index of label sets. Bit i of every result means `carriers[i]`; immutable after construction.

    `hidden[i]` are prefixes of keys that carrier i may have beside those listed; "" if its labels are not complete.
    """

    def __init__(self, carriers: Sequence[Labels], hidden: Sequence[Collection[str]] = ()) -> None:
        self.all: int = (1 << len(carriers)) - 1
        prefixes: dict[str, list[int]] = {}
        self._values: dict[str, dict[str, list[int]]] = {}
        unknown: dict[str, list[int]] = {}
        # Many carriers have one object for their labels: those of one namespace where its labels are carried.
        alike: dict[int, list[int]] = {}
        for i, labels in enumerate(carriers):
            alike.setdefault(id(labels), []).append(i)
            if hidden or not labels.complete:
                here = set(hidden[i]) if hidden else set()
                for prefix in here if labels.complete else here | {""}:
                    prefixes.setdefault(prefix, []).append(i)
        for some in alike.values():
            for key, value in carriers[some[0]].items:
                if value is None:
                    unknown.setdefault(key, []).extend(some)
                else:
                    self._values.setdefault(key, {}).setdefault(value, []).extend(some)
        self._masks: dict[tuple[str, str], int] = {}
        self._carrying: dict[str, int] = {}
        self._hidden: dict[str, int] = {prefix: mask_of(found) for prefix, found in prefixes.items()}
        self._unknown: dict[str, int] = {key: mask_of(found) for key, found in unknown.items()}

    def select(self, selector: Selector) -> Bounds:
        """The carriers for which the selector holds."""
        match selector:
            case HasKey(key):
                present = self._present(key)
                return Bounds(present, present | self._perhaps(key))
            case ValueIn(key, values):
                return self._open(key, _union(self._with_value(key, value) for value in values), bool(values))
            case ValueTest(key, test, text):
                found = (value for value in self._values.get(key, {}) if value_test(test, value, text))
                return self._open(key, _union(self._with_value(key, value) for value in found), True)
            case AllOf(parts):
                must = may = self.all
                for bounds in map(self.select, parts):
                    must, may = must & bounds.must, may & bounds.may
                return Bounds(must, may)
            case AnyOf(parts):
                must = may = 0
                for bounds in map(self.select, parts):
                    must, may = must | bounds.must, may | bounds.may
                return Bounds(must, may)
            case Negated(part):
                inner = self.select(part)
                return Bounds(self.all & ~inner.may, self.all & ~inner.must)
            case _:
                assert_never(selector)

    def _open(self, key: str, must: int, possible: bool) -> Bounds:
        if not possible:
            return Bounds(must, must)
        perhaps = self._perhaps(key)
        hidden = self._unknown.get(key, 0) | (perhaps & ~self._present(key) if perhaps else 0)
        return Bounds(must, must | hidden)

    def _with_value(self, key: str, value: str) -> int:
        known = self._masks.get((key, value))
        if known is None:
            known = self._masks[key, value] = mask_of(self._values.get(key, {}).get(value, ()))
        return known

    def _present(self, key: str) -> int:
        known = self._carrying.get(key)
        if known is None:
            valued = mask_of(i for carriers in self._values.get(key, {}).values() for i in carriers)
            known = self._carrying[key] = valued | self._unknown.get(key, 0)
        return known

    def _perhaps(self, key: str) -> int:
        return _union(mask for prefix, mask in self._hidden.items() if key.startswith(prefix))


def _union(parts: Iterable[int]) -> int:
    found = 0
    for part in parts:
        found |= part
    return found
