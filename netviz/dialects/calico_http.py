"""HTTP matches of Calico rules: judged, but not evaluated (B40, B85)."""

from __future__ import annotations

from typing import Final

from netviz.dialects.calico_strictness import Strictness
from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import Direction
from netviz.sets.connections import TCP

_FIELDS: Final = frozenset(("methods", "paths"))
_PATH_FIELDS: Final = frozenset(("exact", "prefix"))
_NOT_IN_PATHS: Final = "?# "
_REASON: Final = "its http match is enforced only where Calico's application layer policy runs"


def read_http(rule: Fields, action: str, protocol: int | None, direction: Direction, strictness: Strictness) -> str:
    """Why a rule with an HTTP match may match less than it says; "" for a rule without one."""
    match = rule.child("http")
    if match is None:
        return ""
    methods, paths = match.strings("methods"), match.children("paths")
    report_unknown_fields(match, _FIELDS, Severity.ERROR)
    if protocol not in (None, TCP):
        strictness.report(rule, "rules with HTTP match must have protocol TCP or unset", "http")
    if action != "Allow":
        strictness.report(rule, "HTTP match is only valid on Allow rules", "http")
    if direction is Direction.EGRESS:
        strictness.report(rule, "not allowed in egress rule(s)", "http")
    for i, method in enumerate(methods):
        if method in methods[:i]:
            strictness.report(match, "Cannot specify the same method more than once", "methods", i, value=method)
    for path in paths:
        _check_path(path, strictness)
    if not methods and not paths:
        return ""
    rule.warning("not-evaluated", f"{_REASON}: verdicts that it decides are unknown", "http")
    return _REASON


def _check_path(path: Fields, strictness: Strictness) -> None:
    written = [key for key in sorted(_PATH_FIELDS) if key in path]
    report_unknown_fields(path, _PATH_FIELDS, Severity.ERROR)
    if len(written) != 1:
        strictness.report(path, "must specify either exact or prefix, and not both")
    for key in written:
        text = path.string(key) or ""
        if not text.startswith("/") or any(sign in text for sign in _NOT_IN_PATHS):
            strictness.report(path, "must begin with `/` and hold no `?`, `#` or blank", key, value=text)
