"""Selectors in words."""

from __future__ import annotations

import re
from typing import Final, assert_never

from netviz.errors import shown
from netviz.selectors.tree import AllOf, AnyOf, HasKey, Negated, Selector, ValueIn, ValueTest

_PLAIN: Final = re.compile("[A-Za-z0-9._/-]+", re.ASCII)
_TESTS: Final = {"contains": "contains", "startswith": "starts with", "endswith": "ends with"}


def describe(selector: Selector) -> str:
    """The selector as a reader would say it: `app=web, tier in (a, b), !legacy`.

    A comma is "and", as in kubectl. A key or value that is not a plain word is quoted. "everything" and "nothing" stand
    for the selectors without parts.
    """
    match selector:
        case HasKey(key):
            return _word(key)
        case ValueIn(key, (value,)):
            return f"{_word(key)}={_word(value)}"
        case ValueIn(key, values):
            return f"{_word(key)} in {_listed(values)}"
        case ValueTest(key, test, text):
            return f"{_word(key)} {_TESTS[test]} {_quoted(text)}"
        case AllOf(parts):
            return ", ".join(_inner(part) for part in parts) or "everything"
        case AnyOf(parts):
            return " or ".join(_inner(part) for part in parts) or "nothing"
        case Negated(part):
            return _negated(part)
        case _:
            assert_never(selector)


def _negated(part: Selector) -> str:
    match part:
        case HasKey(key):
            return f"!{_word(key)}"
        case ValueIn(key, (value,)):
            return f"{_word(key)}!={_word(value)}"
        case ValueIn(key, values):
            return f"{_word(key)} not in {_listed(values)}"
        case _:
            return f"not ({describe(part)})"


def _inner(part: Selector) -> str:
    return f"({describe(part)})" if isinstance(part, AllOf | AnyOf) and part.parts else describe(part)


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(_word(value) for value in values) + ")"


def _word(text: str) -> str:
    return shown(text) if _PLAIN.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown(escaped)}"'
