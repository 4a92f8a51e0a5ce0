"""What the checks find in a scenario: filtered, cut to a page, with what explains each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netviz.analysis.findings.catalogue import CHECKS, find, limits
from netviz.analysis.findings.facts import Elsewhere, Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness
from netviz.analysis.findings.suppressing import sift, suppression_text
from netviz.engine.evaluator import Evaluation
from netviz.errors import Severity
from netviz.exporters.findings import witness_words
from netviz.loading import Loaded
from netviz.manifests.report import LoadReport
from netviz.model.policy import PolicySet
from netviz.source import SourceRef
from netviz.workbench.findings import FindingLine, Findings
from netviz.workbench.questions import FindingsQuestion, WhyQuestion

PAGE_ROWS: Final = 200
_CHECKS: Final[Mapping[str, Check]] = {check.id: check for check in CHECKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All findings of a scenario, and what was not looked for."""

    findings: tuple[Finding, ...]
    limits: tuple[str, ...]


def look(
    evaluation: Evaluation, policies: PolicySet, report: LoadReport, loaded: Loaded, elsewhere: Elsewhere
) -> Found:
    """Run all checks; `policies` and `report` are those of the input with the drafts of the scenario.

    `elsewhere` evaluates the same scenario under another plugin.
    """
    facts = Facts(
        evaluation=evaluation, policies=policies, report=report, plugin=loaded.plugin, elsewhere=elsewhere
    )
    return Found(findings=find(facts), limits=limits(facts))


def findings_page(
    found: Found, question: FindingsQuestion, quote: Callable[[SourceRef], Sequence[tuple[int, str]]]
) -> Findings:
    """The page of findings that is asked for."""
    sifted = sift(found.findings, question.suppressions)
    reasons = {id(finding): each.reason for finding, each in sifted.suppressed}
    every = tuple(finding for finding, _ in sifted.suppressed) if question.suppressed else sifted.told
    chosen = [finding for finding in every if _is_asked_for(finding, question)]
    pages = max(1, -(-len(chosen) // PAGE_ROWS))
    page = min(max(question.page, 0), pages - 1)
    counts = Counter(finding.severity for finding in every)
    checks = Counter(finding.check for finding in every)
    return Findings(
        lines=tuple(
            _line(finding, quote, reasons.get(id(finding), ""))
            for finding in chosen[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
        ),
        total=len(chosen),
        page=page,
        pages=pages,
        counts=tuple((severity.value, counts[severity]) for severity in Severity),
        checks=tuple((id_, _CHECKS[id_].title, count) for id_, count in sorted(checks.items())),
        namespaces=tuple(sorted({finding.namespace for finding in every if finding.namespace})),
        suppressed=len(sifted.suppressed),
        unused=sifted.unused_words,
        limits=found.limits,
    )


def _is_asked_for(finding: Finding, question: FindingsQuestion) -> bool:
    wanted = (
        (question.severity, finding.severity.value),
        (question.check, finding.check),
        (question.namespace, finding.namespace),
    )
    if any(asked not in ("", there) for asked, there in wanted):
        return False
    text = question.text.casefold()
    place = str(finding.ref) if finding.ref else ""
    words = (finding.check, _CHECKS[finding.check].title, finding.object, place, finding.path, finding.message)
    return not text or any(text in word.casefold() for word in words)


def _line(finding: Finding, quote: Callable[[SourceRef], Sequence[tuple[int, str]]], suppressed: str) -> FindingLine:
    check, ref = _CHECKS[finding.check], finding.ref
    return FindingLine(
        key=_key(finding),
        check=finding.check,
        severity=finding.severity.value,
        title=check.title,
        object=finding.object,
        namespace=finding.namespace,
        message=finding.message,
        advice=finding.advice,
        rationale=check.rationale,
        file=ref.file if ref else "",
        line=ref.line if ref else 0,
        path=finding.path,
        excerpt=tuple(quote(ref)) if ref else (),
        shown_by=witness_words(finding.witness),
        why=_why(finding),
        suppressed=suppressed,
        suppression=suppression_text(finding),
    )


def _key(finding: Finding) -> str:
    parts = (finding.check, finding.object, str(finding.ref), finding.path)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _why(finding: Finding) -> WhyQuestion | None:
    witness = finding.witness
    if not isinstance(witness, FlowWitness):
        return None
    return WhyQuestion(source=witness.source, target=witness.target, protocol=witness.protocol, port=witness.port)
