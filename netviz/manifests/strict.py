"""Strict decoding: fields that the API does not know."""

from __future__ import annotations

from netviz.errors import Severity
from netviz.manifests.document import Fields, path_text
from netviz.manifests.names import nearest


def report_unknown_fields(fields: Fields, known: frozenset[str], severity: Severity) -> bool:
    """Report every written field that is not `known` as `unknown-field`; whether there was one (M18).

    Source: field validation `Strict` of the API server.
    """
    report = fields.error if severity is Severity.ERROR else fields.warning
    unknown = fields.unknown(known)
    for name in unknown:
        message = f'unknown field "{path_text((*fields.path, name))}"'
        report("unknown-field", message, name, hint=nearest(name, known))
    return bool(unknown)


def errors_since(fields: Fields, count: int) -> bool:
    """Whether an error was reported after the first `count` problems.

    For entries of long lists: `Fields.errors` looks at the problems of all their siblings too.
    """
    return any(problem.severity is Severity.ERROR for problem in fields.problems[count:])
