"""Labels and label selectors as they are written, judged as the API server does (A13, A41, A42, M19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.names import label_value, nearest, qualified_name
from netviz.manifests.strict import errors_since, report_unknown_fields
from netviz.selectors.kubernetes import PRESENCE_OPERATORS, VALUE_OPERATORS, Requirement, from_label_selector
from netviz.selectors.tree import Selector

_SELECTOR_FIELDS: Final = frozenset(("matchLabels", "matchExpressions"))
_REQUIREMENT_FIELDS: Final = frozenset(("key", "operator", "values"))


def read_label_selector(fields: Fields) -> Selector | None:
    """The selector written in a mapping (metav1.LabelSelector); None after reporting what is wrong with it."""
    before = len(fields.problems)
    labels = read_labels(fields, "matchLabels")
    requirements = [_requirement(entry) for entry in fields.children("matchExpressions")]
    report_unknown_fields(fields, _SELECTOR_FIELDS, Severity.ERROR)
    return None if errors_since(fields, before) else from_label_selector(labels, requirements)


def read_labels(fields: Fields, key: str) -> dict[str, str]:
    """The labels in field `key`. Bad keys and values are reported at that field, as the API does, and kept."""
    labels = fields.string_map(key)
    check_keys(fields, key, labels)
    for name, value in labels.items():
        _report_at_entry(fields, key, name, value, label_value(value))
    return labels


def check_keys(fields: Fields, key: str, written: Mapping[str, str], *, lower: bool = False) -> None:
    """Report the keys of a mapping that are no qualified names; in annotations upper case is as good as `lower`."""
    for name in written:
        _report_at_entry(fields, key, name, name, qualified_name(name.lower() if lower else name))


def _report_at_entry(fields: Fields, key: str, name: str, value: str, message: str | None) -> None:
    if message is not None:
        path = (*fields.path, key)
        found = fields.document.diagnostic(Severity.ERROR, "invalid-value", message, path, value=value)
        fields.problems.append(replace(found, line=fields.document.line_of((*path, name))))


def _requirement(entry: Fields) -> Requirement:
    before = len(entry.problems)
    key, operator = entry.string("key") or "", entry.string("operator") or ""
    values = entry.strings("values")
    report_unknown_fields(entry, _REQUIREMENT_FIELDS, Severity.ERROR)
    if errors_since(entry, before):
        return key, operator, values
    if operator in VALUE_OPERATORS:
        if not values:
            entry.error("required", "must be specified when `operator` is 'In' or 'NotIn'", "values")
    elif operator in PRESENCE_OPERATORS:
        if values:
            entry.error("forbidden", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'", "values")
    else:
        hint = nearest(operator, (*VALUE_OPERATORS, *PRESENCE_OPERATORS))
        entry.error("invalid-value", "not a valid selector operator", "operator", value=operator, hint=hint)
    message = qualified_name(key)
    if message is not None:
        entry.error("invalid-value", message, "key", value=key)
    for i, value in enumerate(values):
        message = label_value(value)
        if message is not None:
            entry.error("invalid-value", message, "values", i, value=value)
    return key, operator, values
