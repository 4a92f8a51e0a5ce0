"""`netviz impact`: what each policy does by itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from netviz.cli.codes import OK, REFUSED
from netviz.cli.parsing import Commands, add_command, add_common, add_form, add_paths
from netviz.errors import UsageError

if TYPE_CHECKING:
    from netviz.analysis.impact import Impact, Impacts
    from netviz.model.policy import PolicyId


def add_impact(commands: Commands) -> None:
    """The command `impact`."""
    parser = add_command(commands, "impact", "what each policy does by itself", "netviz impact k8s/")
    add_paths(parser)
    add = parser.add_argument
    add("--policy", action="append", default=[], metavar="POLICY", help="only this one, with its pairs; repeatable")
    add(
        "--pairs",
        type=int,
        default=None,
        metavar="N",
        help="most pairs that are listed of each policy (default 100 in JSON and with --policy, else none)",
    )
    add_form(parser)
    add_common(parser)
    parser.set_defaults(run=impact_command)


def impact_command(arguments: argparse.Namespace) -> int:
    """Print what removing or enforcing each policy alone would change, the largest change first."""
    from netviz.analysis.impact import Impacts, rank
    from netviz.cli.commands import check_namespaces, evaluation_of, evaluator_of, load_input, print_json, print_table
    from netviz.engine.matrix import Grouping
    from netviz.exporters.impact import HEAD, impact_json, impact_row, summary

    if arguments.pairs is not None and arguments.pairs < 0:
        raise UsageError(f"--pairs {arguments.pairs}: a number of pairs is 0 or more")
    loaded = load_input(arguments.paths, arguments)
    check_namespaces(arguments, loaded)
    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    impacts = Impacts(evaluation, Grouping(arguments.by))
    found = sorted(_asked(impacts, arguments), key=rank)
    if arguments.format == "json":
        policies = {compiled.policy.id: compiled.policy for compiled in evaluation.evaluator.policies}
        answer = impact_json(
            found, policies, impacts.names.peers, loaded.report, by=arguments.by, uncounted=impacts.uncounted
        )
        print_json(answer, loaded)
    else:
        if arguments.format == "text" or not _most_pairs(arguments):
            print_table(arguments.format, HEAD, [impact_row(impact) for impact in found])
        if _most_pairs(arguments):
            _print_pairs(found, impacts, arguments)
        if arguments.format == "text":
            print("\n" + "\n".join(summary(found, impacts.uncounted)))
    return OK if loaded.report.complete else REFUSED


def _asked(impacts: Impacts, arguments: argparse.Namespace) -> list[Impact]:
    from netviz.cli.commands import policy_named

    policies = impacts.evaluation.evaluator.policies
    known: dict[str, PolicyId] = {str(compiled.policy.id): compiled.policy.id for compiled in policies}
    named = {known[policy_named(list(known), text, "--policy")] for text in arguments.policy}
    spaces = set(arguments.namespace)
    return [
        impacts.of(compiled, _most_pairs(arguments))
        for compiled in policies
        if (not named or compiled.policy.id in named) and (not spaces or compiled.policy.id.namespace in spaces)
    ]


def _most_pairs(arguments: argparse.Namespace) -> int:
    from netviz.analysis.impact import MOST_PAIRS

    if arguments.pairs is not None:
        return int(arguments.pairs)
    return MOST_PAIRS if arguments.policy or arguments.format == "json" else 0


def _print_pairs(found: list[Impact], impacts: Impacts, arguments: argparse.Namespace) -> None:
    from netviz.cli.commands import print_table
    from netviz.exporters.impact import PAIR_HEAD, pair_rows

    if arguments.format == "text":
        print()
    rows = [row for impact in found for row in pair_rows(impact, impacts.names.peers)]
    print_table(arguments.format, PAIR_HEAD, rows)
    cut = [str(impact.policy) for impact in found if impact.more]
    if cut and arguments.format == "text":
        print(f"\nThere are more pairs of {', '.join(cut)}: --pairs N lists more.")
