"""`netviz fix`: the smallest change to policies that makes a connection allowed or denied."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from netviz.cli.codes import FAILED, OK, REFUSED
from netviz.cli.parsing import Commands, add_command, add_common, add_form, add_paths

if TYPE_CHECKING:
    from netviz.workbench.fixes import EffectLine, FixAnswer, FixLine

_SHOWN = 10
_MOST_WAYS = 3


def add_fix(commands: Commands) -> None:
    """The command `fix`."""
    parser = add_command(
        commands,
        "fix",
        "smallest change to policies that allows or denies a connection",
        "netviz fix k8s/ --from shop/web --to data/db --port 5432",
    )
    add_paths(parser)
    add = parser.add_argument
    add("--from", dest="source", required=True, metavar="A", help="[KIND/]NAMESPACE/NAME, namespace/NAME/*, an address")
    add("--to", dest="target", required=True, metavar="B", help="likewise; service/NAMESPACE/NAME")
    add("--port", type=int, default=0, help="destination port; without it, every port of the protocol")
    add("--protocol", default="TCP", help="TCP (default), UDP, SCTP, ICMP or a number")
    add("--deny", action="store_true", help="make it denied (default: allowed)")
    add_form(parser, ("text", "json"))
    add_common(parser, without=("--namespace",), levels=("workload", "pod"))
    parser.set_defaults(run=fix_command)


def fix_command(arguments: argparse.Namespace) -> int:
    """Print the ways to do it, those that change least beside it first; 1 if none is known."""
    from netviz.cli.commands import evaluation_of, evaluator_of, load_input, print_json
    from netviz.engine.matrix import Grouping
    from netviz.workbench.fixes import FixQuestion
    from netviz.workbench.fixing import answer_fix, situation_of, wish_asked
    from netviz.workbench.questions import WhyQuestion

    loaded = load_input(arguments.paths, arguments)
    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    asked = WhyQuestion(
        source=arguments.source, target=arguments.target, protocol=arguments.protocol, port=arguments.port
    )
    wish = wish_asked(evaluation, FixQuestion(connection=asked, deny=arguments.deny))
    answer = answer_fix(situation_of(loaded, loaded.policies, evaluation), wish, Grouping(arguments.by))
    if arguments.format == "json":
        from netviz.workbench.fix_json import fix_json

        print_json(fix_json(answer, loaded.report), loaded)
    else:
        print("\n".join(_lines(answer)))
    if not loaded.report.complete:
        return REFUSED
    return OK if answer.fixes or answer.before == answer.wanted else FAILED


def _lines(answer: FixAnswer) -> list[str]:
    from netviz.view.text import visible

    lines = [visible(answer.sentence)]
    for number, fix in enumerate(answer.fixes[:_MOST_WAYS], start=1):
        lines += ["", *_fix_lines(number, fix)]
    left = len(answer.fixes) - _MOST_WAYS
    return [*lines, "", f"{left} more with --format json"] if left > 0 else lines


def _fix_lines(number: int, fix: FixLine) -> list[str]:
    from netviz.view.text import visible

    lines = [visible(f"{number}. {'; '.join(edit.words for edit in fix.edits)}")]
    lines += [visible(f"   {line}") for line in _effects(fix)]
    for edit in fix.edits:
        place = f"in place of {edit.file}:{edit.line}" if edit.file else "in a new file"
        lines += [visible(f"   --- {place}"), *(f"   {visible(line)}" for line in edit.draft.text.splitlines())]
    return lines


def _effects(fix: FixLine) -> list[str]:
    idle = [f"without effect now: {', '.join(fix.idle[:_SHOWN])} let through something else"] if fix.idle else []
    if not fix.total and fix.counted:
        return ["nothing else changes", *idle]
    more = "" if fix.counted else "at least "
    lines = [f"changes {more}{fix.total} other pair{'' if fix.total == 1 else 's'}:"]
    lines += [f"  {_effect(effect)}" for effect in fix.effects[:_SHOWN]]
    left = fix.total - min(_SHOWN, len(fix.effects))
    return [*lines, *([f"  and {left} more"] if left else []), *idle]


def _effect(effect: EffectLine) -> str:
    was, now = effect.before or "denied", effect.after or "denied"
    return f"{effect.change}: {effect.source} -> {effect.target}: {was} -> {now}"
