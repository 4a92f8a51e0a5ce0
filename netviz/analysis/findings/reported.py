"""What loading has reported about objects of Calico and of the admin policies, as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.analysis.findings.kubernetes_refused import object_of, ref_of
from netviz.errors import Diagnostic, Severity
from netviz.manifests.reading import Record
from netviz.source import SourceRef

_OTHERS: Final = frozenset(("unsupported-kind", "not-enforced", "no-namespace", "duplicate", "stored-twin"))
"""Codes that say something else than that an API refuses an object."""


def name_of(facts: Facts, record: Record) -> str:
    """What a document holds: the id of a policy, or kind, namespace and name of another object."""
    policy = facts.policy_at(record.file, record.document, record.line)
    return str(policy.id) if policy else "/".join(filter(None, (record.kind, record.namespace, record.name)))


def record_place(record: Record, path: str = "") -> SourceRef:
    """Where a document begins, under a field path of it."""
    return SourceRef(file=record.file, document=record.document, path=path, line=record.line)


def reported(facts: Facts, groups: tuple[str, ...], wanted: Callable[[Diagnostic], bool]) -> Iterator[Diagnostic]:
    """The diagnostics about objects of some API groups."""
    for diagnostic in facts.diagnostics:
        record = facts.record_of(diagnostic)
        if record is not None and record.api_version.rpartition("/")[0] in groups and wanted(diagnostic):
            yield diagnostic


def is_refusal(diagnostic: Diagnostic) -> bool:
    """Whether it says that the API refuses something."""
    return diagnostic.severity is Severity.ERROR and diagnostic.code not in _OTHERS


def as_finding(check: Check, facts: Facts, diagnostic: Diagnostic, advice: str) -> Finding:
    """A diagnostic as a finding in its own words; its hint, if it has one, is the advice."""
    return check.finding(
        f"{diagnostic.path}: {diagnostic.sentence()}",
        diagnostic.hint or advice,
        about=object_of(facts, diagnostic),
        ref=ref_of(diagnostic),
        severity=diagnostic.severity,
    )
