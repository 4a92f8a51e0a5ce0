"""`netviz probe`: a script that tries connections on the cluster, and what it observed beside the prediction."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from netviz.cli.codes import FAILED, OK, REFUSED
from netviz.cli.files import read_named, write_named
from netviz.cli.parsing import Commands, add_command, add_common, add_paths
from netviz.errors import UsageError

if TYPE_CHECKING:
    from netviz.workbench.probing import Observed, Planner, Probes


def add_probe(commands: Commands) -> None:
    """The command `probe`."""
    parser = add_command(
        commands, "probe", "try connections on the cluster", "netviz probe k8s/ --expect expected.yaml --out probes.sh"
    )
    add_paths(parser)
    add = parser.add_argument
    add("--expect", default="", metavar="FILE", help="try what these expectations speak of (docs/expectations.md)")
    add("--from", dest="source", default="", metavar="A", help="try one connection: a pod or workload")
    add("--to", dest="target", default="", metavar="B", help="its target: a pod, workload, Service or address")
    add("--port", type=int, default=0, help="its port; without it, those that the target declares")
    add("--out", default="", metavar="FILE", help="script to write (default: standard output)")
    add("--observed", default="", metavar="FILE", help="compare what the script has printed with the prediction")
    add_common(parser, without=("--by", "--namespace"))
    parser.set_defaults(run=probe_command)


def probe_command(arguments: argparse.Namespace) -> int:
    """Write the script, or compare; an observation that differs from the prediction exits with 1."""
    from netviz.cli.commands import evaluation_of, evaluator_of, load_input
    from netviz.view.text import visible
    from netviz.workbench.probing import DIFFERS, Planner

    _one_of(arguments)
    data = read_named("--observed", arguments.observed) if arguments.observed else b""
    loaded = load_input(arguments.paths, arguments)
    planner = Planner(evaluation_of(evaluator_of(loaded, arguments), arguments))
    differ = False
    if arguments.observed:
        observed = planner.compare(data)
        if not observed.lines:
            # A script that came to nothing must not look like a cluster that does as predicted.
            first = f" ({observed.problems[0]})" if observed.problems else ""
            raise UsageError(visible(f"--observed {arguments.observed}: there is no result of a probe in it{first}"))
        differ = bool(observed.count(DIFFERS))
        print("\n".join(_lines(observed)))
    else:
        _write(_planned(planner, arguments), arguments.out)
    if not loaded.report.complete:
        return REFUSED
    return FAILED if differ else OK


def _one_of(arguments: argparse.Namespace) -> None:
    asked = [bool(arguments.expect), bool(arguments.source or arguments.target), bool(arguments.observed)]
    if sum(asked) != 1:
        raise UsageError("probe takes one of --expect FILE, --from A --to B, and --observed FILE")
    if bool(arguments.source) is not bool(arguments.target):
        raise UsageError("--from and --to belong together")
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port}: a port is between 1 and 65535")


def _planned(planner: Planner, arguments: argparse.Namespace) -> Probes:
    if arguments.source:
        return planner.of_connection(arguments.source, arguments.target, arguments.port)
    from netviz.analysis.expectations.reading import read_expectations

    return planner.of_expectations(read_expectations(arguments.expect, read_named("--expect", arguments.expect)))


def _write(found: Probes, file: str) -> None:
    from netviz.exporters.probe_script import probe_script

    write_named("--out", file, probe_script(found.probes, found.skipped))
    if file:
        count = len(found.probes)
        tried = f"{count} connection{'' if count == 1 else 's'} to try"
        print(f"{file}: {tried}, {len(found.skipped)} that cannot be tried")


def _lines(observed: Observed) -> Iterator[str]:
    from netviz.view.text import visible

    for line in observed.lines:
        flow = f"{line.source} -> {line.target} TCP {line.port}"
        seen = f"predicted {line.predicted}, observed {line.observed}"
        yield visible(f"{line.outcome.upper():7} {flow}: {seen}")
        if line.outcome != "agrees":
            yield f"        {line.words}"
    yield from (visible(f"note: {problem}") for problem in observed.problems)
    yield observed.words
