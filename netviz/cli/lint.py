"""`netviz lint`: what policies say and their authors hardly mean."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from netviz.cli.codes import FAILED, OK, REFUSED
from netviz.cli.parsing import Commands, add_command, add_common, add_form, add_paths
from netviz.errors import Severity

if TYPE_CHECKING:
    from netviz.analysis.findings.suppressing import Sifted, Suppression
    from netviz.dialects.plugins import Plugin
    from netviz.loading import Loaded

FORMS: Final = ("text", "json", "csv", "md", "sarif")
_RANK: Final = tuple(Severity)


def add_lint(commands: Commands) -> None:
    """The command `lint`."""
    parser = add_command(
        commands, "lint", "what policies say and their authors hardly mean", "netviz lint k8s/ --fail-on warning"
    )
    add_paths(parser)
    add = parser.add_argument
    add(
        "--fail-on",
        choices=[severity.value for severity in Severity],
        help="exit with 1 if there is a finding of this severity or worse",
    )
    add_form(parser, FORMS, "; sarif for a code forge")
    add("--out", default="", metavar="FILE", help="write the answer there and a summary to standard output")
    add(
        "--suppress",
        action="append",
        default=[],
        metavar="FILE",
        help="findings to leave out, each with a reason (docs/findings.md); may be repeated",
    )
    add_common(parser, without=("--by",))
    parser.set_defaults(run=lint_command)


def lint_command(arguments: argparse.Namespace) -> int:
    """Print what the checks find, worst first, without what is suppressed."""
    from netviz.cli.commands import check_namespaces, load_input
    from netviz.cli.files import write_named
    from netviz.view.text import visible

    suppressions = _suppressions(arguments.suppress)
    loaded = load_input(arguments.paths, arguments)
    check_namespaces(arguments, loaded)
    sifted, notes = _sifted(loaded, arguments, suppressions)
    if arguments.format != "json":
        for note in (*sifted.unused_words, *notes):
            print(visible(f"note: {note}"), file=sys.stderr)
    write_named("--out", arguments.out, _answer(sifted, notes, loaded, arguments.format))
    if arguments.out:
        print(_summary(sifted))
    if not loaded.report.complete:
        return REFUSED
    wanted = arguments.fail_on
    failed = wanted and any(_RANK.index(f.severity) <= _RANK.index(Severity(wanted)) for f in sifted.told)
    return FAILED if failed else OK


def _answer(sifted: Sifted, notes: Sequence[str], loaded: Loaded, form: str) -> str:
    import json

    from netviz.dialects.plugins import AUTO
    from netviz.exporters.findings import HEAD, finding_row, findings_json, findings_sarif
    from netviz.exporters.tables import csv_table, markdown_table

    if form == "text":
        return "\n".join(_lines(sifted)) + "\n"
    if form == "sarif":
        return findings_sarif(sifted.told)
    if form == "json":
        cni = {} if loaded.plugin == AUTO else {"cni": str(loaded.plugin)}
        return json.dumps(findings_json(sifted, loaded.report, notes) | cni, indent=2) + "\n"
    table = csv_table if form == "csv" else markdown_table
    return table(HEAD, [finding_row(finding) for finding in sifted.told])


def _suppressions(files: Sequence[str]) -> tuple[Suppression, ...]:
    if not files:
        return ()
    from netviz.analysis.findings.suppression_file import read_suppressions
    from netviz.cli.files import read_named

    return tuple(each for file in files for each in read_suppressions(file, read_named("--suppress", file)))


def _sifted(
    loaded: Loaded, arguments: argparse.Namespace, suppressions: Sequence[Suppression]
) -> tuple[Sifted, tuple[str, ...]]:
    """The findings, and what was not looked for. With `--namespace`, what is about others is not there at all."""
    from netviz.analysis.findings.catalogue import find, limits
    from netviz.analysis.findings.facts import Facts
    from netviz.analysis.findings.suppressing import Sifted, sift
    from netviz.cli.commands import evaluation_of, evaluator_of

    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    facts = Facts(
        evaluation=evaluation,
        policies=loaded.policies,
        report=loaded.report,
        plugin=loaded.plugin,
        elsewhere=lambda plugin: evaluator_of(_under(loaded, plugin, arguments), arguments).evaluate(
            evaluation.scenario
        ),
    )
    found, wanted = sift(find(facts), suppressions), arguments.namespace
    if not wanted:
        return found, limits(facts)
    told = tuple(finding for finding in found.told if finding.namespace in wanted)
    suppressed = tuple(each for each in found.suppressed if each[0].namespace in wanted)
    return Sifted(told=told, suppressed=suppressed, unused=found.unused), limits(facts)


def _under(loaded: Loaded, plugin: Plugin, arguments: argparse.Namespace) -> Loaded:
    """The input with the drafts of the scenario under another plugin."""
    from dataclasses import replace

    from netviz.cli.scenario import scenario_of
    from netviz.loading import under
    from netviz.workbench.drafts import with_drafts

    other, scenario = under(loaded, plugin), scenario_of(arguments)
    drafts = tuple(each.draft for each in scenario.active) if scenario else ()
    return replace(other, policies=with_drafts(other, drafts))


def _lines(sifted: Sifted) -> list[str]:
    from netviz.exporters.findings import witness_words
    from netviz.view.text import visible

    lines: list[str] = []
    for finding in sifted.told:
        place = f"{finding.ref} " if finding.ref else ""
        lines.append(f"{finding.severity.value.upper()} {finding.check}  {finding.object}  {place}{finding.path}")
        lines.append(f"    {finding.message}")
        if finding.advice:
            lines.append(f"    advice: {finding.advice}")
        words = witness_words(finding.witness)
        if words:
            lines.append(f"    shown by: {words}")
    return [*map(visible, lines), _summary(sifted)]


def _summary(sifted: Sifted) -> str:
    counted = Counter(finding.severity for finding in sifted.told)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    parts = [f"{n} {words[s]}{'' if n == 1 else 's'}" for s in Severity if (n := counted[s])]
    found = ", ".join(parts) or "nothing found"
    return f"{found}; {len(sifted.suppressed)} suppressed" if sifted.suppressed else found
