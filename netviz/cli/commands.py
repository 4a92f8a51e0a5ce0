"""What each command does: load, ask, print. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from netviz.cli.codes import FAILED, OK, REFUSED
from netviz.cli.parsing import Commands, add_command, add_common, add_form, add_paths
from netviz.cli.proof import add_intent
from netviz.cli.scenario import check_policies, scenario_of, with_scenario
from netviz.errors import UsageError

if TYPE_CHECKING:
    from netviz.analysis.causes import Cause
    from netviz.analysis.compare import Comparison
    from netviz.analysis.exposure import Exposed
    from netviz.engine.evaluator import Evaluation, Evaluator
    from netviz.engine.matrix import Grouping, ReachabilityMatrix
    from netviz.loading import Loaded
    from netviz.workbench.questions import WhyAnswer

_PIECES = 10_000
"""So many pieces of JSON are written at once."""

_MARKS = {"yes": "+", "no": "x", "info": "-", "unknown": "?"}


def load_input(paths: Sequence[str], arguments: argparse.Namespace) -> Loaded:
    """The input that the paths name, under the common options; its diagnostics go to stderr."""
    from netviz.cli.limits import reading_limits
    from netviz.dialects import dialects
    from netviz.dialects.plugins import parse_plugin
    from netviz.loading import load
    from netviz.manifests.reading import collector_off
    from netviz.view.text import visible

    limits = reading_limits(arguments)
    scenario = scenario_of(arguments)
    plugin = parse_plugin(arguments.cni, arguments.cni_version)
    with collector_off(settled=True):
        loaded = load(paths, limits=limits, dialects=dialects(strict=arguments.strict), plugin=plugin)
    for diagnostic in loaded.report.diagnostics:
        print(visible(f"{diagnostic.severity.value}: {diagnostic}"), file=sys.stderr)
    cluster = loaded.cluster
    if not (loaded.report.diagnostics or cluster.pods or cluster.workloads or cluster.host_endpoints):
        print("note: the input holds no pod, workload or host endpoint that could connect to anything", file=sys.stderr)
    return loaded if scenario is None else with_scenario(loaded, scenario, arguments)


def evaluator_of(loaded: Loaded, arguments: argparse.Namespace, *others: Loaded) -> Evaluator:
    """The evaluator of an input under the common options, over one vocabulary with the others."""
    from netviz.engine.evaluator import Evaluator
    from netviz.engine.options import Options
    from netviz.engine.vocabulary import vocabulary_of
    from netviz.workbench.options import options_for

    pod_cidrs = tuple(arguments.pod_cidr) or Options().pod_cidrs
    options = options_for(loaded.plugin, ip_blocks=arguments.ip_blocks, pod_cidrs=pod_cidrs)
    policed = arguments.host_network == "policed"
    cluster = loaded.cluster.without_host_network() if policed else loaded.cluster
    words = vocabulary_of(loaded.policies)
    for other in others:
        words |= vocabulary_of(other.policies)
    return Evaluator(cluster, loaded.policies, options, words)


def evaluation_of(evaluator: Evaluator, arguments: argparse.Namespace, *others: Evaluator) -> Evaluation:
    """What `--disable` names has to be in this evaluator's policies or in those of another side."""
    from netviz.engine.options import Scenario

    policies = [compiled.policy for compiled in evaluator.policies]
    elsewhere = [compiled.policy for other in others for compiled in other.policies]
    known = {str(policy.id): policy.id for policy in (*policies, *elsewhere)}
    scenario = scenario_of(arguments)
    if scenario is not None:
        check_policies(scenario, known)
    off, on = (scenario.disabled, scenario.enforced) if scenario is not None else ((), ())
    disabled = frozenset(known[policy_named(list(known), text, "--disable")] for text in arguments.disable)
    disabled |= frozenset(known[name] for name in off if name in known)
    staged = frozenset(p.id for p in policies if p.stage and (arguments.enforce_staged or str(p.id) in on))
    return evaluator.evaluate(Scenario(disabled.intersection(p.id for p in policies), staged))


def check_namespaces(arguments: argparse.Namespace, *inputs: Loaded) -> None:
    """UsageError for a `--namespace` that no input has: a wrong name is not the answer that there is nothing."""
    from difflib import get_close_matches

    spaces = {namespace.name for loaded in inputs for namespace in loaded.cluster.namespaces}
    spaces |= {policy.id.namespace for loaded in inputs for policy in loaded.policies.policies if policy.id.namespace}
    for name in arguments.namespace:
        if name not in spaces:
            near = get_close_matches(name, sorted(spaces), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"--namespace {name}: there is no such namespace in the input{hint}")


def policy_named(known: list[str], text: str, option: str) -> str:
    """The id that the text means: an id, or one without the prefix of its kind, or without its kind."""
    if text in known:
        return text
    found = [name for name in known if text in (_without_prefix(name), name.partition("/")[2])]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{option} {text}: several policies are called so: {', '.join(found)}")
    from difflib import get_close_matches

    near = ([name for name in known if text in name] or get_close_matches(text, known, cutoff=0.5) or known)[:3]
    hint = f"; did you mean {' or '.join(near)}?" if near else "; there is no policy in the input"
    raise UsageError(f"{option} {text}: there is no such policy{hint}")


def _without_prefix(name: str) -> str:
    kind, _, rest = name.partition("/")
    return f"{kind.rpartition('.')[2]}/{rest}"


def _answered(complete: bool, holds: bool = True) -> int:
    if not complete:
        return REFUSED
    return OK if holds else FAILED


def add_list(commands: Commands) -> None:
    """The command `list`."""
    parser = add_command(commands, "list", "list every allowed connection", "netviz list k8s/ --format json")
    add_paths(parser)
    parser.add_argument(
        "--exposure", action="store_true", help="also what policies allow with pods that are not in the input"
    )
    add_form(parser)
    add_common(parser)
    parser.set_defaults(run=list_command)


def list_command(arguments: argparse.Namespace) -> int:
    """`netviz list`: every allowed connection."""
    from netviz.engine.matrix import Grouping

    loaded = load_input(arguments.paths, arguments)
    check_namespaces(arguments, loaded)
    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    by = Grouping(arguments.by)
    matrix = evaluation.matrix(by, touching=arguments.namespace or None)
    if arguments.format == "json":
        from netviz.engine.reach import peer_ends
        from netviz.exporters.answers import list_json
        from netviz.workbench.answers import Asker, reasons
        from netviz.workbench.inventory import assumptions

        asker = Asker(evaluation, lambda _ref: ())
        ends = peer_ends(evaluation, by)
        answer = list_json(
            matrix,
            loaded.report,
            because=lambda s, t: reasons(asker, ends[s], ends[t]),
            assumptions=assumptions(evaluation.evaluator, loaded.plugin),
        )
        if arguments.exposure:
            from netviz.exporters.exposure import exposure_json, untold_json

            exposed = _exposed(evaluation, by, arguments)
            answer["exposure"] = [exposure_json(each) for each in exposed.entries]
            answer["exposureLeftOut"] = [untold_json(each) for each in exposed.untold]
        print_json(answer, loaded)
    else:
        rows = _list_rows(matrix)
        if arguments.exposure:
            from netviz.exporters.exposure import list_row, untold_words
            from netviz.view.text import visible

            exposed = _exposed(evaluation, by, arguments)
            rows += [list_row(each) for each in exposed.entries]
            if exposed.untold:
                print(f"note: {visible(untold_words(exposed.untold))}", file=sys.stderr)
        print_table(arguments.format, ("from", "to", "allowed", "unknown"), rows, "no connection is allowed")
    return _answered(loaded.report.complete)


def _exposed(evaluation: Evaluation, by: Grouping, arguments: argparse.Namespace) -> Exposed:
    """What is allowed with pods that are not in the input; what is outside of the cluster is in the list already."""
    from netviz.analysis.descriptions import Described
    from netviz.analysis.exposure import Exposed, exposures

    spaces = set(arguments.namespace)
    found = exposures(evaluation, by)
    return Exposed(
        entries=tuple(
            each
            for each in found.entries
            if isinstance(each.scope, Described) and (not spaces or each.peer.namespace in spaces)
        ),
        untold=tuple(each for each in found.untold if not spaces or each.peer.namespace in spaces),
    )


def _list_rows(matrix: ReachabilityMatrix) -> list[list[str]]:
    from netviz.view.peers import peer_label
    from netviz.view.words import connection_words

    labels = [peer_label(peer) for peer in matrix.peers]
    return [
        [
            labels[i],
            labels[j],
            connection_words(cell.allow) if cell.allow else "",
            connection_words(cell.unknown) if cell.unknown else "",
        ]
        for (i, j), cell in sorted(matrix.cells.items())
    ]


def add_diff(commands: Commands) -> None:
    """The command `diff`."""
    parser = add_command(
        commands, "diff", "what changed between two sets of manifests", "netviz diff main/ branch/ --exit-code"
    )
    add = parser.add_argument
    add("pair", nargs="*", metavar="OLD NEW", help="one path each")
    add("--old", nargs="+", metavar="PATH", help="paths of the old side")
    add("--new", nargs="+", metavar="PATH", help="paths of the new side")
    add("--exit-code", action="store_true", help="exit with 1 if anything differs")
    add_intent(parser)
    add_form(parser)
    add_common(parser)
    parser.set_defaults(run=diff_command)


def diff_command(arguments: argparse.Namespace) -> int:
    """`netviz diff`: what changed between two sets of manifests."""
    from netviz.analysis.causes import find_causes
    from netviz.analysis.compare import compare
    from netviz.cli.proof import as_json, print_proof, proof_of
    from netviz.engine.matrix import Grouping
    from netviz.exporters.answers import diff_json
    from netviz.workbench.inventory import assumptions

    old_paths, new_paths = _two_sides(arguments)
    old, new = load_input(old_paths, arguments), load_input(new_paths, arguments)
    check_namespaces(arguments, old, new)
    by = Grouping(arguments.by)
    evaluators = evaluator_of(old, arguments, new), evaluator_of(new, arguments, old)
    before, after = (evaluation_of(evaluator, arguments, *evaluators) for evaluator in evaluators)
    matrices = before.matrix(by), after.matrix(by)
    comparison = touching(compare(*matrices), arguments.namespace)
    causes = find_causes(before, after, comparison, by)
    if not all(causes):
        print("note: there are too many differences to say of every change what caused it", file=sys.stderr)
    reports = [old.report, new.report]
    complete = all(report.complete for report in reports)
    proof = proof_of(before, after, arguments, complete=complete)
    if arguments.format == "json":
        exact = not any(cell.unknown for matrix in matrices for cell in matrix.cells.values())
        stated = dict.fromkeys(text for side in (before, after) for text in assumptions(side.evaluator, new.plugin))
        answer = diff_json(comparison, causes, reports, exact=exact, assumptions=list(stated))
        print_json(answer | as_json(proof), new)
    else:
        head = ("change", "from", "to", "before", "after", "caused by")
        print_table(arguments.format, head, _diff_rows(comparison, causes), "nothing differs")
        print_proof(proof, sys.stderr if arguments.format == "csv" else sys.stdout)
    holds = not (arguments.exit_code and comparison.changes) and (proof is None or proof.proven)
    return _answered(complete, holds)


def _two_sides(arguments: argparse.Namespace) -> tuple[list[str], list[str]]:
    pair, old, new = arguments.pair, arguments.old, arguments.new
    if len(pair) == 2 and not old and not new:
        return [pair[0]], [pair[1]]
    if not pair and old and new:
        return old, new
    raise UsageError("diff takes two paths, OLD and NEW, or --old PATH... and --new PATH...")


def touching(comparison: Comparison, namespaces: Sequence[str]) -> Comparison:
    """The changes that touch one of the namespaces (none: all)."""
    from dataclasses import replace

    if not namespaces:
        return comparison
    inside = {peer.id for peer in comparison.peers if peer.namespace in namespaces}
    kept = tuple(c for c in comparison.changes if {c.source, c.target} & inside)
    return replace(comparison, changes=kept)


def _diff_rows(comparison: Comparison, causes: Sequence[Sequence[Cause]]) -> list[list[str]]:
    from netviz.view.causes import cause_words
    from netviz.workbench.inventory import change_lines

    return [
        [line.change, line.source_label, line.target_label, line.before or "denied", line.after or "denied", words]
        for line, words in zip(change_lines(comparison), map(cause_words, causes), strict=True)
    ]


def add_why(commands: Commands) -> None:
    """The command `why`."""
    parser = add_command(
        commands,
        "why",
        "verdict and trace for one connection",
        "netviz why k8s/ --from shop/web --to service/shop/cart --port 80",
    )
    add_paths(parser)
    add = parser.add_argument
    add("--from", dest="source", required=True, metavar="A", help="[KIND/]NAMESPACE/NAME or an address")
    add("--to", dest="target", required=True, metavar="B", help="likewise; service/NAMESPACE/NAME")
    add("--port", type=int, default=0, help="destination port; without it, all ports are answered")
    add("--protocol", default="TCP", help="TCP (default), UDP, SCTP, ICMP or a number")
    add_form(parser, ("text", "json"))
    add_common(parser, without=("--by", "--namespace"))
    parser.set_defaults(run=why_command)


def why_command(arguments: argparse.Namespace) -> int:
    """`netviz why`: verdict and trace for one connection."""
    from netviz.engine.naming import find
    from netviz.workbench.answers import Asker
    from netviz.workbench.asking import protocol_number
    from netviz.workbench.excerpts import quoter
    from netviz.workbench.why_json import why_json

    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port}: a port is between 1 and 65535")
    loaded = load_input(arguments.paths, arguments)
    evaluation = evaluation_of(evaluator_of(loaded, arguments), arguments)
    source, target = find(evaluation.cluster, arguments.source), find(evaluation.cluster, arguments.target)
    asker = Asker(evaluation, quoter(loaded.report.texts))
    answer = asker.why(source, target, protocol_number(arguments.protocol), arguments.port)
    alternatives = (*source.alternatives, *target.alternatives)
    if arguments.format == "json":
        print_json(why_json(answer, loaded.report, alternatives), loaded)
    else:
        print("\n".join(why_lines(answer)))
        for other in alternatives:
            print(f"note: {other} has the same name; write its kind in front to ask for it")
    return _answered(loaded.report.complete)


def why_lines(answer: WhyAnswer, indent: str = "") -> list[str]:
    """An explanation as lines of text."""
    from netviz.view.text import visible

    via = f" (via {answer.via})" if answer.via and not indent else ""
    lines = [f"{indent}{answer.verdict.upper()}  {answer.sentence}{via}"]
    for half in answer.halves:
        lines.append(f"{indent}  {half.direction} of {half.subject}: {half.verdict}")
        for step in half.steps:
            place = f"  [{step.file}:{step.line}]" if step.file else ""
            lines.append(f"{indent}    {_MARKS[step.mark]} {step.layer}: {step.text}{place}")
    lines += [f"{indent}  because {policy + ': ' if policy else ''}{reason}" for policy, reason in answer.because]
    lines += [f"{indent}  note: {note}" for note in answer.notes]
    lines = [visible(line) for line in lines]
    for backend in answer.backends:
        lines += why_lines(backend, indent + "  ")
    return lines


def print_json(answer: dict[str, Any], loaded: Loaded) -> None:
    """The answer, and the network plugin if one was named."""
    from netviz.dialects.plugins import AUTO

    cni = {} if loaded.plugin == AUTO else {"cni": str(loaded.plugin)}
    # Joined before they are written, as they are millions of a few characters, but never all of them at once.
    pieces = json.JSONEncoder(indent=2).iterencode(answer | cni)
    while batch := "".join(islice(pieces, _PIECES)):
        sys.stdout.write(batch)
    sys.stdout.write("\n")


def print_table(form: str, head: Sequence[str], rows: list[list[str]], nothing: str = "") -> None:
    """A table as text, csv or md; as text, one without rows is the sentence `nothing` if there is one."""
    from netviz.exporters.tables import csv_table, markdown_table, text_table

    if form == "text" and nothing and not rows:
        print(nothing)
        return
    table = {"text": text_table, "csv": csv_table, "md": markdown_table}[form]
    sys.stdout.write(table(head, rows))
    sys.stdout.flush()
