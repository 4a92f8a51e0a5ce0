"""`netviz reach`: what can be reached from somewhere, in how many hops."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from netviz.cli.codes import OK, REFUSED
from netviz.cli.parsing import Commands, add_command, add_common, add_form, add_paths

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation
    from netviz.loading import Loaded
    from netviz.workbench.questions import WhyAnswer
    from netviz.workbench.reaching import ReachAnswer, ReachedLine


def add_reach(commands: Commands) -> None:
    """The command `reach`."""
    parser = add_command(
        commands, "reach", "what can be reached from somewhere, in how many hops", "netviz reach k8s/ --from internet"
    )
    add_paths(parser)
    add = parser.add_argument
    add(
        "--from",
        dest="start",
        required=True,
        metavar="A",
        help="[KIND/]NAMESPACE/NAME, namespace/NAME, an address, internet or ingress-controller",
    )
    add("--to", dest="target", default="", metavar="B", help="show the way to this pod or workload, with its traces")
    add(
        "--ports",
        choices=("any", "declared"),
        default="any",
        help="a hop may be on any port (default), or only on one that its target declares",
    )
    add_form(parser)
    add_common(parser)
    parser.set_defaults(run=reach_command)


def reach_command(arguments: argparse.Namespace) -> int:
    """Print what is reached, the nearest first."""
    from netviz.cli.commands import check_namespaces, evaluation_of, evaluator_of, load_input, print_json, print_table
    from netviz.workbench.questions import ReachQuestion
    from netviz.workbench.reach_words import HEAD, choke_sentences, reach_json, reach_sentences, reached_rows
    from netviz.workbench.reaching import reach_answer
    from netviz.workbench.why_json import why_json

    loaded = load_input(arguments.paths, arguments)
    check_namespaces(arguments, loaded)
    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    question = ReachQuestion(
        start=arguments.start, target=arguments.target, by=arguments.by, declared=arguments.ports == "declared"
    )
    answer = reach_answer(evaluation, question)
    lines = _asked(answer, arguments)
    if arguments.format == "json":
        whys = [why and why_json(why, loaded.report, ()) for why in _whys(answer, evaluation, loaded)]
        print_json(reach_json(answer, lines, whys, loaded.report), loaded)
    else:
        print_table(arguments.format, HEAD, reached_rows(lines))
        if arguments.format == "text":
            print("\n" + "\n".join((*reach_sentences(answer), *choke_sentences(answer))))
            _print_way(answer, evaluation, loaded)
    return OK if loaded.report.complete else REFUSED


def _asked(answer: ReachAnswer, arguments: argparse.Namespace) -> list[ReachedLine]:
    spaces = set(arguments.namespace)
    return [line for line in answer.lines if not spaces or line.namespace in spaces]


def _whys(answer: ReachAnswer, evaluation: Evaluation, loaded: Loaded) -> list[WhyAnswer | None]:
    """The explanation of each hop of the way."""
    from netviz.engine.matrix import Grouping
    from netviz.engine.reach import peer_ends
    from netviz.workbench.answers import Asker, lookup
    from netviz.workbench.asking import protocol_number
    from netviz.workbench.excerpts import quoter

    if answer.way is None:
        return []
    asker = Asker(evaluation, quoter(loaded.report.texts))
    ends = {**peer_ends(evaluation, Grouping.POD), **peer_ends(evaluation, Grouping.WORKLOAD)}
    return [
        asker.why(
            lookup(evaluation, ends.get, each.source),
            lookup(evaluation, ends.get, each.target),
            protocol_number(each.protocol),
            each.port,
        )
        if (each := hop.question)
        else None
        for hop in answer.way.hops
    ]


def _print_way(answer: ReachAnswer, evaluation: Evaluation, loaded: Loaded) -> None:
    from netviz.cli.commands import why_lines
    from netviz.view.text import visible
    from netviz.view.words import connection_words
    from netviz.workbench.reach_words import cut_words

    if answer.way is None:
        return
    print("\n" + visible(cut_words(answer.way, answer.unit)))
    for number, (hop, why) in enumerate(zip(answer.way.hops, _whys(answer, evaluation, loaded), strict=True), start=1):
        over = f" over {connection_words(hop.opens)}" if why else ": an Ingress object lets clients in"
        print()
        print(visible(f"Hop {number}: {hop.source_label} to {hop.target_label}{over}"))
        for line in why_lines(why, "  ") if why else ():
            print(line)
