"""Labels that nearly matched: "did you mean"."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from netviz.analysis.findings.facts import Values
from netviz.analysis.findings.finding import LabelWitness
from netviz.selectors.tree import AllOf, HasKey, Selector, ValueIn

_MOST_COMPARED: Final = 500
"""So many keys or values are compared with a word at most."""


def nearest_label(selector: Selector, known: Values) -> LabelWitness | None:
    """The first label that a selector wants and nothing has, with the nearest that something has; None without one."""
    for key, values in _wanted(selector):
        here = known.get(key)
        if here is not None and (not values or here.intersection(values)):
            continue
        found = _nearest(key, values, known)
        if found:
            return LabelWitness(key=key, value=", ".join(values), nearest=found)
    return None


def _wanted(selector: Selector) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The labels that must be there: a key, and its possible values if these matter."""
    match selector:
        case HasKey(key):
            yield key, ()
        case ValueIn(key, values):
            yield key, values
        case AllOf(parts):
            for part in parts:
                yield from _wanted(part)
        case _:
            pass


def _nearest(key: str, values: tuple[str, ...], known: Values) -> str:
    if key in known:
        for value in values:
            close = get_close_matches(value, sorted(known[key])[:_MOST_COMPARED], n=1, cutoff=0.6)
            if close:
                return f"{key}={close[0]}"
        return f"{key}={min(known[key])}" if len(known[key]) == 1 else ""
    same_value = [(k, v) for v in values for k in sorted(known) if v in known[k]]
    close = get_close_matches(key, [k for k, _ in same_value] or sorted(known)[:_MOST_COMPARED], n=1, cutoff=0.6)
    if close:
        value = next((v for k, v in same_value if k == close[0]), "")
        return f"{close[0]}={value}" if value else close[0]
    return f"{same_value[0][0]}={same_value[0][1]}" if same_value else ""
