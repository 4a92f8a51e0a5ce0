"""Results with a place as SARIF, which forges show beside the lines of a pull request.

Source: Static Analysis Results Interchange Format 2.1.0, OASIS Standard.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from netviz import __version__
from netviz.errors import Severity
from netviz.view.text import visible

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifRule:
    """What a result can be an instance of: a stable id, a short title, and a few sentences about it."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifPlace:
    """A line of a file as the user named it; line 0 is the file as a whole."""

    file: str
    line: int
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifResult:
    """One result: the id of its rule, how bad it is, what is so, where, and what else has to do with it."""

    rule: str
    severity: Severity
    message: str
    place: SarifPlace | None
    related: tuple[SarifPlace, ...] = ()


def sarif_text(rules: Sequence[SarifRule], results: Sequence[SarifResult]) -> str:
    """The whole log, one run; a result of a rule that is not listed is a KeyError.

    What has no place is a notification: forges refuse a whole log for one result without a location.
    """
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "netviz",
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    _notification(each, numbers[each.rule]) for each in results if each.place is None
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, numbers[result.rule]) for result in results if result.place is not None],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: SarifRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": visible(rule.title)},
        "fullDescription": {"text": visible(rule.text)},
    }


def _notification(result: SarifResult, number: int) -> dict[str, Any]:
    return {
        "associatedRule": {"id": result.rule, "index": number},
        "level": _LEVELS[result.severity],
        "message": {"text": _message(result.message)},
    }


def _result(result: SarifResult, number: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": number,
        "level": _LEVELS[result.severity],
        "message": {"text": _message(result.message)},
    }
    if result.place is not None:
        found["locations"] = [_location(result.place)]
    if result.related:
        found["relatedLocations"] = [{"id": i, **_location(place)} for i, place in enumerate(result.related, start=1)]
    return found


def _location(place: SarifPlace) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line}
    found: dict[str, Any] = {"physicalLocation": physical}
    if place.message:
        found["message"] = {"text": _message(place.message)}
    return found


def _uri(file: str) -> str:
    """A relative reference as RFC 3986 has it; a colon in the first part would be taken for a scheme."""
    return quote(file.removeprefix("./"), safe="/~!$&'()*+,;=@", errors="replace")


def _message(text: str) -> str:
    """Plain text: in messages of SARIF brackets make links, and braces are place holders."""
    escaped = visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")
