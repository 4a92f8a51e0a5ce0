"""The results of expectations as reports: JSON, JUnit XML, SARIF and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from netviz.analysis.expectations.checking import Status
from netviz.errors import Severity
from netviz.exporters.answers import report_json
from netviz.exporters.junit import JUnitCase, junit_text
from netviz.exporters.sarif import SarifPlace, SarifResult, SarifRule, sarif_text
from netviz.exporters.tables import markdown_table, markdown_text
from netviz.manifests.report import LoadReport
from netviz.view.trace import Half, Step
from netviz.workbench.checking import Checked, CheckedLine
from netviz.workbench.questions import WhyAnswer
from netviz.workbench.why_json import answer_json

REPORTS: Final = ("junit", "sarif", "md")
MARKS: Final = {"yes": "+", "no": "x", "info": "-", "unknown": "?"}
MOST_MARKDOWN: Final = 50
"""So many expectations that do not hold are told in full in Markdown, which has to fit into a comment."""

_RULES: Final = (
    SarifRule(
        id="expectation-failed",
        title="An expectation does not hold",
        text="A connection that must be allowed is denied, one that must be denied is allowed, or the expectation"
        " matches nothing in the input.",
    ),
    SarifRule(
        id="expectation-unknown",
        title="An expectation cannot be decided",
        text="The input does not tell whether the expectation holds, so it does not count as held.",
    ),
)


def report(checked: Checked, form: str) -> str:
    """A report in one of the forms; KeyError for another."""
    return {"junit": junit_report, "sarif": sarif_report, "md": markdown_report}[form](checked)


def check_json(checked: Checked, report: LoadReport, assumptions: Sequence[str]) -> dict[str, Any]:
    """The answer of `netviz check --format json` (docs/cli.md)."""
    found: dict[str, Any] = {
        "schema": "netviz.check/1",
        "complete": report.complete,
        **{status.value: checked.count(status) for status in Status},
        "results": [_line_json(line) for line in checked.lines],
        **report_json([report]),
    }
    return found | ({"assumptions": list(assumptions)} if assumptions else {})


def _line_json(line: CheckedLine) -> dict[str, Any]:
    found: dict[str, Any] = {
        "expectation": line.title,
        "means": line.words,
        "expected": line.wanted,
        "status": line.status,
        "file": line.file,
        "line": line.line,
    }
    found |= {key: text for key, text in (("reason", line.reason), ("note", line.note)) if text}
    if line.question is not None:
        asked = line.question
        shown = {"protocol": asked.protocol, "port": asked.port} if line.why is None else answer_json(line.why)
        found["counterexample"] = {**shown, "from": asked.source, "to": asked.target, "text": line.message}
    return found


def junit_report(checked: Checked) -> str:
    """One test case per expectation; an undecided one is a failure, too."""
    return junit_text(
        checked.title or "expectations",
        [
            JUnitCase(
                name=line.title,
                file=line.file,
                line=line.line,
                problem="" if line.status == Status.PASSED else line.message or line.status,
                details=tuple(detail_lines(line)),
            )
            for line in checked.lines
        ],
    )


def sarif_report(checked: Checked) -> str:
    """One result per expectation that does not hold, at its line; the rules that decide are related places."""
    return sarif_text(_RULES, [_sarif(line) for line in checked.lines if line.status != Status.PASSED])


def _sarif(line: CheckedLine) -> SarifResult:
    unknown = line.status == Status.UNKNOWN
    related = {(step.file, step.line): step.text for step in _steps(line.why) if step.file}
    return SarifResult(
        rule=f"expectation-{line.status}",
        severity=Severity.WARNING if unknown else Severity.ERROR,
        message=f"{line.title}: {line.message}",
        place=SarifPlace(file=line.file, line=line.line),
        related=tuple(SarifPlace(file=file, line=at, message=text) for (file, at), text in related.items()),
    )


def _halves(why: WhyAnswer | None) -> Iterator[Half]:
    if why is not None:
        yield from why.halves
        for backend in why.backends:
            yield from _halves(backend)


def _steps(why: WhyAnswer | None) -> Iterator[Step]:
    for half in _halves(why):
        yield from half.steps


def detail_lines(line: CheckedLine) -> Iterator[str]:
    """What an expectation says, if it has another name, and both traces of its counterexample."""
    if line.title != line.words:
        yield line.words
    for half in _halves(line.why):
        yield f"{half.direction} of {half.subject}: {half.verdict}"
        for step in half.steps:
            place = f"  [{step.file}:{step.line}]" if step.file else ""
            yield f"  {MARKS[step.mark]} {step.layer}: {step.text}{place}"
    if line.why is not None:
        yield from (f"because {policy + ': ' if policy else ''}{reason}" for policy, reason in line.why.because)
        yield from (f"note: {note}" for note in line.why.notes)
    if line.note:
        yield f"note: {line.note}"


def markdown_report(checked: Checked) -> str:
    """A summary for a pull request: what does not hold, each with its traces, and then everything."""
    lines = [f"## {markdown_text(checked.title or 'Expectations')}", "", markdown_text(f"{checked.words}."), ""]
    broken = [line for line in checked.lines if line.status != Status.PASSED]
    for line in broken[:MOST_MARKDOWN]:
        place = f" ({line.file}:{line.line})" if line.line else ""
        lines += [f"**{line.status.capitalize()}: {markdown_text(line.title + place)}**", ""]
        lines += [markdown_text(line.message), ""]
        details = "\n".join(f"<li>{_plain(text)}</li>" for text in detail_lines(line))
        lines += [f"<details><summary>Why</summary><ul>\n{details}\n</ul></details>", ""] if details else []
    if len(broken) > MOST_MARKDOWN:
        lines += [f"{len(broken) - MOST_MARKDOWN} more do not hold; JSON and JUnit XML have them all.", ""]
    rows = [(line.status, line.title, f"{line.file}:{line.line}") for line in checked.lines[: 4 * MOST_MARKDOWN]]
    table = markdown_table(("status", "expectation", "place"), rows)
    return "\n".join([*lines, "<details><summary>All expectations</summary>", "", table, "</details>"]) + "\n"


def _plain(text: str) -> str:
    return markdown_text(text).replace("\n", " ")
