"""`netviz export`: the answer as files for reviews, documents and other programs."""

from __future__ import annotations

import argparse
import datetime
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from netviz.cli.codes import OK, REFUSED
from netviz.cli.commands import check_namespaces, evaluation_of, evaluator_of, load_input
from netviz.cli.parsing import Commands, add_command, add_common, add_paths
from netviz.errors import UsageError

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation
    from netviz.engine.matrix import Grouping, ReachabilityMatrix
    from netviz.loading import Loaded
    from netviz.workbench.packing import Pack

FORMATS: Final = ("svg", "html", "drawio", "mermaid", "dot", "md", "csv", "json", "graphml", "png")
"""The names of `EXPORTERS`, which is not imported before a format is wanted (a test compares them)."""

_EPOCH: Final = "SOURCE_DATE_EPOCH"


def add_export(commands: Commands) -> None:
    """The command `export`."""
    parser = add_command(
        commands, "export", "write the answer as files for reviews", "netviz export k8s/ --format all --out review/"
    )
    add_paths(parser)
    add = parser.add_argument
    add("--format", dest="formats", required=True, metavar="FMT[,FMT]", help=f"{', '.join(FORMATS)}, or all")
    add("--out", required=True, metavar="DIR", help="folder to write to; files of the same name are replaced")
    add("--title", default="", help="title of every file (default: the name of the path)")
    add("--date", default="", help="date to write into the files (default: SOURCE_DATE_EPOCH if set, else none)")
    add("--dark", action="store_true", help="dark colours for pictures")
    add_common(parser)
    parser.set_defaults(run=export_command)


def export_command(arguments: argparse.Namespace) -> int:
    """Write every wanted format to the folder, and name the files on standard output.

    What needs a browser comes last, so that without one everything else is there.
    """
    from netviz.exporters.formats import chosen

    exporters = sorted(chosen(arguments.formats), key=lambda each: each.browser)
    date = arguments.date or _date_of_environment()
    loaded = load_input(arguments.paths, arguments)
    check_namespaces(arguments, loaded)
    pack = _pack(loaded, evaluation_of(evaluator_of(loaded, arguments), arguments), arguments, date)
    folder = Path(arguments.out)
    for each in exporters:
        data = each.data(pack.picture, pack.rows, pack.context)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / each.file_name).write_bytes(data)
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise UsageError(f"--out {arguments.out}: {each.file_name} cannot be written: {reason}") from None
        print(folder / each.file_name)
    return OK if loaded.report.complete else REFUSED


def _pack(loaded: Loaded, evaluation: Evaluation, arguments: argparse.Namespace, date: str) -> Pack:
    from netviz.analysis.compare import compare
    from netviz.engine.matrix import Grouping
    from netviz.view.build import build_picture
    from netviz.workbench.asking import drawable
    from netviz.workbench.fidelity import unmodelled_lines, unmodelled_notes
    from netviz.workbench.inventory import assumptions, picture_notes, what_if_words
    from netviz.workbench.packing import Pack, context_of, is_exact, pair_rows
    from netviz.workbench.questions import PackQuestion, PictureQuestion, WhatIf
    from netviz.workbench.reasons import explainer

    by, scenario, evaluator = Grouping(arguments.by), evaluation.scenario, evaluation.evaluator
    off, on = (frozenset(map(str, ids)) for ids in (scenario.disabled, scenario.enforced))
    baseline = evaluator.evaluate() if off or on else evaluation
    namespaces = tuple(arguments.namespace)
    before, after = _matrices(baseline, evaluation, by)
    view, notes = drawable(PictureQuestion(by=by, namespaces=namespaces), evaluator.cluster)
    drawn = (before, after) if view.by == by else _matrices(baseline, evaluation, Grouping(view.by))
    title = arguments.title or _title(arguments.paths)
    picture = build_picture(
        drawn[1],
        None if drawn[0] is drawn[1] else drawn[0],
        title=title,
        what_if=what_if_words(WhatIf(disabled=off, enforced=on), loaded.policies),
        view=view,
        notes=(
            *notes,
            *picture_notes(loaded, assumptions(evaluator, loaded.plugin)),
            *unmodelled_notes(unmodelled_lines(loaded.policies, loaded.report)),
        ),
    )
    wanted = PackQuestion(formats=(), title=title, date=date, dark=arguments.dark)
    why = explainer(evaluation, picture, drawn, loaded.report.texts)
    return Pack(
        picture=picture,
        rows=pair_rows(after, compare(before, after), namespaces=namespaces, explainer=why),
        context=context_of(evaluation, loaded, wanted, by=by.value, exact=is_exact(before, after)),
    )


def _matrices(
    baseline: Evaluation, evaluation: Evaluation, by: Grouping
) -> tuple[ReachabilityMatrix, ReachabilityMatrix]:
    after = evaluation.matrix(by)
    return after if baseline is evaluation else baseline.matrix(by), after


def _title(paths: Sequence[str]) -> str:
    from netviz.manifests.paths import STDIN, display_name

    if len(paths) > 1:
        return f"{len(paths)} paths"
    path = Path(paths[0])
    return "Standard input" if path == STDIN else display_name(Path(path.resolve().name))


def _date_of_environment() -> str:
    """The day that SOURCE_DATE_EPOCH names, in UTC; "" if it is not set (reproducible-builds.org)."""
    text = os.environ.get(_EPOCH, "")
    if not text:
        return ""
    try:
        return datetime.datetime.fromtimestamp(int(text), datetime.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{_EPOCH} is {text!r}: it must be a number of seconds since 1970") from None
