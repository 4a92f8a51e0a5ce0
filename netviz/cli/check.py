"""`netviz check` and `netviz freeze`: expectations as code."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from netviz.cli.codes import FAILED, OK, REFUSED
from netviz.cli.files import read_named, write_named
from netviz.cli.parsing import Commands, add_command, add_common, add_form, add_paths

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation
    from netviz.loading import Loaded
    from netviz.workbench.checking import Checked, CheckedLine

FORMS = ("text", "json", "junit", "sarif", "md")


def add_check(commands: Commands) -> None:
    """The command `check`."""
    parser = add_command(
        commands, "check", "whether expectations hold", "netviz check k8s/ --expect expectations.yaml --format junit"
    )
    add_paths(parser)
    add = parser.add_argument
    add("--expect", required=True, metavar="FILE", help="the expectations (docs/expectations.md)")
    add_form(parser, FORMS, "; md for a pull request")
    add("--out", default="", metavar="FILE", help="write the answer there and a summary to standard output")
    add_common(parser, without=("--by", "--namespace"))
    parser.set_defaults(run=check_command)


def add_freeze(commands: Commands) -> None:
    """The command `freeze`."""
    parser = add_command(
        commands, "freeze", "write the present state as expectations", "netviz freeze k8s/ --out frozen.yaml"
    )
    add_paths(parser)
    add = parser.add_argument
    add("--out", default="", metavar="FILE", help="file to write (default: standard output)")
    add("--title", default="", help="title of the file")
    add_common(parser, without=("--namespace",))
    parser.set_defaults(run=freeze_command)


def check_command(arguments: argparse.Namespace) -> int:
    """Print what became of every expectation; one that does not hold for sure exits with 1."""
    from netviz.analysis.expectations.reading import read_expectations
    from netviz.cli.commands import evaluation_of, evaluator_of, load_input
    from netviz.workbench.checking import checked

    expectations = read_expectations(arguments.expect, read_named("--expect", arguments.expect))
    loaded = load_input(arguments.paths, arguments)
    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    found = checked(evaluation, expectations, loaded.report.texts)
    write_named("--out", arguments.out, _answer(found, arguments.format, loaded, evaluation))
    if arguments.out:
        print(found.words)
    if not loaded.report.complete:
        return REFUSED
    return OK if found.holds else FAILED


def _answer(found: Checked, form: str, loaded: Loaded, evaluation: Evaluation) -> str:
    from netviz.workbench.check_reports import check_json, report

    if form == "text":
        return "\n".join(_lines(found)) + "\n"
    if form != "json":
        return report(found, form)
    import json

    from netviz.dialects.plugins import AUTO
    from netviz.workbench.inventory import assumptions

    answer = check_json(found, loaded.report, assumptions(evaluation.evaluator, loaded.plugin))
    return json.dumps(answer | ({} if loaded.plugin == AUTO else {"cni": str(loaded.plugin)}), indent=2) + "\n"


def _lines(found: Checked) -> Iterator[str]:
    from netviz.view.text import visible

    for line in found.lines:
        yield from map(visible, _told(line))
    yield found.words


def _told(line: CheckedLine) -> Iterator[str]:
    from netviz.workbench.check_reports import detail_lines

    yield f"{line.status.upper():7} {line.title}"
    if line.status == "passed":
        return
    yield f"  {line.file}:{line.line}: {line.message}" if line.line else f"  {line.message}"
    yield from (f"    {text}" for text in detail_lines(line))


def freeze_command(arguments: argparse.Namespace) -> int:
    """Write what may connect now as an expectations file."""
    from netviz.cli.commands import evaluation_of, evaluator_of, load_input
    from netviz.workbench.checking import frozen_text

    loaded = load_input(arguments.paths, arguments)
    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    write_named("--out", arguments.out, frozen_text(evaluation, arguments.by, arguments.title))
    return OK if loaded.report.complete else REFUSED
