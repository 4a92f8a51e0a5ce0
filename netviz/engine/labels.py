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
        self._hidden: dict[str, int] = {}
        self._keys: dict[str, int] = {}
        self._values: dict[str, dict[str, int]] = {}
        self._unknown: dict[str, int] = {}
        for i, labels in enumerate(carriers):
            bit = 1 << i
            prefixes = set(hidden[i]) if hidden else set()
            for prefix in prefixes if labels.complete else prefixes | {""}:
                self._hidden[prefix] = self._hidden.get(prefix, 0) | bit
            for key, value in labels.items:
                self._keys[key] = self._keys.get(key, 0) | bit
                if value is None:
                    self._unknown[key] = self._unknown.get(key, 0) | bit
                else:
                    values = self._values.setdefault(key, {})
                    values[value] = values.get(value, 0) | bit

    def select(self, selector: Selector) -> Bounds:
        """The carriers for which the selector holds."""
        match selector:
            case HasKey(key):
                present = self._keys.get(key, 0)
                return Bounds(present, present | self._perhaps(key))
            case ValueIn(key, values):
                table = self._values.get(key, {})
                return self._open(key, _union(table.get(value, 0) for value in values), bool(values))
            case ValueTest(key, test, text):
                table = self._values.get(key, {})
                return self._open(key, _union(b for v, b in table.items() if value_test(test, v, text)), True)
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
        hidden = self._unknown.get(key, 0) | self._perhaps(key) & ~self._keys.get(key, 0)
        return Bounds(must, must | hidden)

    def _perhaps(self, key: str) -> int:
        return _union(mask for prefix, mask in self._hidden.items() if key.startswith(prefix))


def _union(parts: Iterable[int]) -> int:
    found = 0
    for part in parts:
        found |= part
    return found
