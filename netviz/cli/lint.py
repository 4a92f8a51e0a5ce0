"""`netviz lint`: what policies say and their authors hardly mean."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from netviz.cli.codes import FAILED, OK, REFUSED
from netviz.errors import Severity

if TYPE_CHECKING:
    from netviz.analysis.findings.finding import Finding
    from netviz.loading import Loaded

_RANK: Final = tuple(Severity)


def add_lint(parser: argparse.ArgumentParser) -> None:
    """The options that only `lint` has."""
    add = parser.add_argument
    add("paths", nargs="+", metavar="PATH", help="files, directories, archives, or - for stdin")
    add(
        "--fail-on",
        choices=[severity.value for severity in Severity],
        help="exit with 1 if there is a finding of this severity or worse",
    )
    parser.set_defaults(run=lint_command)


def lint_command(arguments: argparse.Namespace) -> int:
    """Print what the checks find, worst first."""
    from netviz.cli.commands import load_input, print_json, print_table
    from netviz.exporters.findings import HEAD, finding_row, findings_json

    loaded = load_input(arguments.paths, arguments)
    findings = _found(loaded, arguments)
    if arguments.format == "json":
        print_json(findings_json(findings, loaded.report), loaded)
    elif arguments.format == "text":
        print("\n".join(_lines(findings)))
    else:
        print_table(arguments.format, HEAD, [list(finding_row(finding)) for finding in findings])
    if not loaded.report.complete:
        return REFUSED
    wanted = arguments.fail_on
    failed = wanted and any(_RANK.index(f.severity) <= _RANK.index(Severity(wanted)) for f in findings)
    return FAILED if failed else OK


def _found(loaded: Loaded, arguments: argparse.Namespace) -> tuple[Finding, ...]:
    from netviz.analysis.findings.catalogue import find
    from netviz.analysis.findings.facts import Facts
    from netviz.cli.commands import evaluation_of, evaluator_of

    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    facts = Facts(evaluation=evaluation, policies=loaded.policies, report=loaded.report, plugin=loaded.plugin)
    return tuple(f for f in find(facts) if _within(f, arguments.namespace))


def _within(finding: Finding, namespaces: Sequence[str]) -> bool:
    """Whether a finding is about an object of one of the namespaces (none: all)."""
    _, _, rest = finding.object.partition("/")
    return not namespaces or rest.partition("/")[0] in namespaces


def _lines(findings: Sequence[Finding]) -> list[str]:
    from netviz.exporters.findings import witness_words
    from netviz.view.text import visible

    lines: list[str] = []
    for finding in findings:
        place = f"{finding.ref} " if finding.ref else ""
        lines.append(f"{finding.severity.value.upper()} {finding.check}  {finding.object}  {place}{finding.path}")
        lines.append(f"    {finding.message}")
        if finding.advice:
            lines.append(f"    advice: {finding.advice}")
        words = witness_words(finding.witness)
        if words:
            lines.append(f"    shown by: {words}")
    return [*map(visible, lines), _summary(findings)]


def _summary(findings: Sequence[Finding]) -> str:
    counted = Counter(finding.severity for finding in findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    parts = [f"{n} {words[s]}{'' if n == 1 else 's'}" for s in Severity if (n := counted[s])]
    return ", ".join(parts) or "nothing found"
