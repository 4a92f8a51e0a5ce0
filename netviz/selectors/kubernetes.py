"""Kubernetes label selectors as selector trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from netviz.selectors.tree import AllOf, HasKey, Negated, Selector, ValueIn

Requirement = tuple[str, str, tuple[str, ...]]
"""One entry of `matchExpressions`: key, operator, values."""

VALUE_OPERATORS: Final = ("In", "NotIn")
PRESENCE_OPERATORS: Final = ("Exists", "DoesNotExist")


def from_label_selector(match_labels: Mapping[str, str], expressions: Sequence[Requirement] = ()) -> Selector:
    """The selector that holds where every pair and every requirement does; without any it matches everything (A13).

    `NotIn` also holds where the key is missing. ValueError for an operator that the API does not know.
    Source: metav1.LabelSelectorAsSelector.
    """
    parts: list[Selector] = [ValueIn(key, (value,)) for key, value in sorted(match_labels.items())]
    parts += [_requirement(key, operator, values) for key, operator, values in expressions]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _requirement(key: str, operator: str, values: tuple[str, ...]) -> Selector:
    choices = tuple(sorted(set(values)))
    match operator:
        case "In":
            return ValueIn(key, choices)
        case "NotIn":
            return Negated(ValueIn(key, choices))
        case "Exists":
            return HasKey(key)
        case "DoesNotExist":
            return Negated(HasKey(key))
        case _:
            raise ValueError(f"unknown operator {operator!r}")
