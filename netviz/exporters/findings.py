"""Findings as JSON and as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, assert_never

from netviz.analysis.findings.catalogue import CHECKS
from netviz.analysis.findings.finding import Finding, FlowWitness, LabelWitness, PodWitness, Witness
from netviz.analysis.findings.suppressing import Sifted
from netviz.exporters.sarif import SarifPlace, SarifResult, SarifRule, sarif_text
from netviz.manifests.report import LoadReport

HEAD: Final = ("id", "severity", "object", "place", "path", "message", "advice")


def findings_json(sifted: Sifted, report: LoadReport, notes: Sequence[str] = ()) -> dict[str, Any]:
    """The answer of `netviz lint --format json` (docs/cli.md); `notes` are what there is to say about all of it."""
    return {
        "schema": "netviz.lint/1",
        "complete": report.complete,
        "findings": [finding_json(finding) for finding in sifted.told],
        "suppressed": [
            {**finding_json(finding), "reason": suppression.reason} for finding, suppression in sifted.suppressed
        ],
        "notes": [*sifted.unused_words, *notes],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding; `file` and `line` are null for what has no place."""
    return {
        "id": finding.check,
        "severity": finding.severity.value,
        "message": finding.message,
        "advice": finding.advice,
        "file": finding.ref.file if finding.ref else None,
        "line": finding.ref.line if finding.ref else None,
        "path": finding.path,
        "object": finding.object,
        "witness": {} if finding.witness is None else _witness_json(finding.witness),
    }


def findings_sarif(findings: Sequence[Finding]) -> str:
    """The findings for a code forge, with the checks that found them as rules."""
    there = {finding.check for finding in findings}
    rules = [SarifRule(id=c.id, title=c.title, text=c.rationale) for c in CHECKS if c.id in there]
    results = [
        SarifResult(
            rule=finding.check,
            severity=finding.severity,
            message=f"{finding.object}: {finding.message}. Advice: {finding.advice}",
            place=SarifPlace(file=finding.ref.file, line=finding.ref.line) if finding.ref else None,
        )
        for finding in findings
    ]
    return sarif_text(rules, results)


def _witness_json(witness: Witness) -> dict[str, Any]:
    match witness:
        case FlowWitness():
            return {
                "from": witness.source,
                "to": witness.target,
                "protocol": witness.protocol,
                "port": witness.port,
                "verdict": witness.verdict.value,
            }
        case PodWitness():
            return {"pod": witness.pod}
        case LabelWitness():
            return {"key": witness.key, "value": witness.value, "nearest": witness.nearest}
        case _:
            assert_never(witness)


def witness_words(witness: Witness | None) -> str:
    """What shows the finding, in a few words; "" without a witness."""
    match witness:
        case None:
            return ""
        case FlowWitness():
            port = f" {witness.port}" if witness.port else ""
            return f"{witness.source} to {witness.target}, {witness.protocol}{port}: {witness.verdict.value}"
        case PodWitness():
            return f"pod {witness.pod}"
        case LabelWitness():
            wanted = f"{witness.key}={witness.value}" if witness.value else witness.key
            return f"{wanted} is wanted, {witness.nearest} is there"
        case _:
            assert_never(witness)


def finding_row(finding: Finding) -> tuple[str, ...]:
    """The cells below `HEAD`."""
    place = str(finding.ref) if finding.ref else ""
    return (
        finding.check,
        finding.severity.value,
        finding.object,
        place,
        finding.path,
        finding.message,
        finding.advice,
    )
