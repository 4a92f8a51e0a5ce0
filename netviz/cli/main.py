"""The command line: everything that the dashboard answers, for pull requests and for tests."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Sequence
from typing import Any

from netviz import __version__
from netviz.cli.check import add_check, add_freeze
from netviz.cli.codes import INTERNAL, OK, USAGE
from netviz.cli.commands import diff_command, list_command, why_command
from netviz.cli.export import FORMATS, export_command
from netviz.cli.fix import add_fix
from netviz.cli.impact import add_impact
from netviz.cli.limits import add_reading_limits
from netviz.cli.lint import add_lint
from netviz.cli.probe import add_probe
from netviz.cli.proof import add_intent
from netviz.cli.reach import add_reach
from netviz.cli.serving import serve_command
from netviz.errors import NetvizError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (docs/cli.md)."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except NetvizError as error:
        print(f"netviz: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except Exception as error:  # the last resort that keeps tracebacks from users
        if arguments.debug:
            raise
        report = uuid.uuid4().hex[:8]
        kind = type(error).__name__
        print(f"netviz: internal error {report} ({kind}); run again with --debug to see where", file=sys.stderr)
        return INTERNAL
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="netviz",
        description="Which pod may talk to which on which port, from manifests alone: no cluster, no network.",
        epilog="example: netviz list k8s/        docs: README.md and docs/cli.md",
    )
    parser.add_argument("--version", action="version", version=f"netviz {__version__}")
    parser.set_defaults(debug=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _command(commands, "serve", "open the dashboard in the browser, on this computer only", "netviz serve k8s/")
    serve.add_argument("paths", nargs="*", metavar="PATH", help="files, directories or archives to open at once")
    serve.add_argument("--port", type=int, default=8501, help="port on the loopback address (default 8501)")
    serve.add_argument("--address", default="127.0.0.1", help="address to listen on (default: this computer only)")
    serve.add_argument("--allowed-host", action="append", default=[], help="further host name that may be in the URL")
    serve.add_argument("--base-path", default="", metavar="PATH", help="path below which a proxy passes the page on")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    _limits(serve)
    serve.set_defaults(run=serve_command)
    listing = _command(commands, "list", "list every allowed connection", "netviz list k8s/ --format json")
    listing.add_argument("paths", nargs="+", metavar="PATH", help="files, directories, archives, or - for stdin")
    listing.add_argument(
        "--exposure", action="store_true", help="also what policies allow with pods that are not in the input"
    )
    _form(listing)
    _common(listing)
    listing.set_defaults(run=list_command)
    diff = _command(
        commands, "diff", "what changed between two sets of manifests", "netviz diff main/ branch/ --exit-code"
    )
    diff.add_argument("pair", nargs="*", metavar="OLD NEW", help="one path each")
    diff.add_argument("--old", nargs="+", metavar="PATH", help="paths of the old side")
    diff.add_argument("--new", nargs="+", metavar="PATH", help="paths of the new side")
    diff.add_argument("--exit-code", action="store_true", help="exit with 1 if anything differs")
    add_intent(diff)
    _form(diff)
    _common(diff)
    diff.set_defaults(run=diff_command)
    why = _command(
        commands,
        "why",
        "verdict and trace for one connection",
        "netviz why k8s/ --from shop/web --to service/shop/cart --port 80",
    )
    why.add_argument("paths", nargs="+", metavar="PATH", help="files, directories, archives, or - for stdin")
    why.add_argument("--from", dest="source", required=True, metavar="A", help="[KIND/]NAMESPACE/NAME or an address")
    why.add_argument("--to", dest="target", required=True, metavar="B", help="likewise; service/NAMESPACE/NAME")
    why.add_argument("--port", type=int, default=0, help="destination port; without it, all ports are answered")
    why.add_argument("--protocol", default="TCP", help="TCP (default), UDP, SCTP, ICMP or a number")
    _form(why)
    _common(why)
    why.set_defaults(run=why_command)
    _judging(commands)
    _expectations(commands)
    _export(commands)
    return parser


def _judging(commands: Any) -> None:  # noqa: ANN401 - argparse does not name the type
    lint = _command(
        commands, "lint", "what policies say and their authors hardly mean", "netviz lint k8s/ --fail-on warning"
    )
    add_lint(lint)
    _common(lint)
    impact = "what each policy does by itself"
    reach = "what can be reached from somewhere, in how many hops"
    fix = "smallest change to policies that allows or denies a connection"
    for name, summary, example, add in (
        ("impact", impact, "netviz impact k8s/", add_impact),
        ("reach", reach, "netviz reach k8s/ --from internet", add_reach),
        ("fix", fix, "netviz fix k8s/ --from shop/web --to data/db --port 5432", add_fix),
    ):
        command = _command(commands, name, summary, example)
        add(command)
        _form(command)
        _common(command)


def _expectations(commands: Any) -> None:  # noqa: ANN401 - argparse does not name the type
    check = _command(
        commands, "check", "whether expectations hold", "netviz check k8s/ --expect expectations.yaml --format junit"
    )
    add_check(check)
    _common(check)
    freeze = _command(
        commands, "freeze", "write the present state as expectations", "netviz freeze k8s/ --out frozen.yaml"
    )
    add_freeze(freeze)
    _common(freeze)
    probe = _command(
        commands, "probe", "try connections on the cluster", "netviz probe k8s/ --expect expected.yaml --out probes.sh"
    )
    add_probe(probe)
    _common(probe)


def _export(commands: Any) -> None:  # noqa: ANN401 - argparse does not name the type
    export = _command(
        commands, "export", "write the answer as files for reviews", "netviz export k8s/ --format all --out review/"
    )
    add = export.add_argument
    add("paths", nargs="+", metavar="PATH", help="files, directories, archives, or - for stdin")
    add("--format", dest="formats", required=True, metavar="FMT[,FMT]", help=f"{', '.join(FORMATS)}, or all")
    add("--out", required=True, metavar="DIR", help="folder to write to; files of the same name are replaced")
    add("--title", default="", help="title of every file (default: the name of the path)")
    add("--date", default="", help="date to write into the files (default: SOURCE_DATE_EPOCH if set, else none)")
    add("--dark", action="store_true", help="dark colours for pictures")
    _common(export)
    export.set_defaults(run=export_command)


def _command(commands: Any, name: str, summary: str, example: str) -> argparse.ArgumentParser:  # noqa: ANN401
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + ".", epilog=f"example: {example}"
    )
    parser.add_argument("--debug", action="store_true", help="show where an internal error happened")
    return parser


def _form(parser: argparse.ArgumentParser) -> None:
    forms = ("text", "json", "csv", "md")
    parser.add_argument("--format", choices=forms, default="text", help="form of the answer (default text)")


def _limits(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument
    add_reading_limits(serve)
    add("--max-session-size", type=int, default=0, metavar="MB", help="most that is uploaded at once (default 400)")
    add("--max-seconds", type=int, default=0, metavar="S", help="longest time to open an input (default 60)")
    add("--max-memory", type=int, default=0, metavar="MB", help="most memory that an input may take (default 4000)")
    add("--max-analyses", type=int, default=0, metavar="N", help="inputs that are opened at a time (default 2)")


def _common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--by", choices=("workload", "pod", "namespace"), default="workload", help="what one peer is")
    add("--disable", action="append", default=[], metavar="POLICY", help="what if: without KIND/NAMESPACE/NAME")
    add("--scenario", default="", metavar="FILE", help="what if: a saved scenario (docs/scenarios.md)")
    add("--enforce-staged", action="store_true", help="what if: staged policies count, too")
    add("--namespace", action="append", default=[], metavar="NS", help="only connections that touch this namespace")
    add(
        "--ip-blocks",
        choices=("addresses", "external"),
        default="addresses",
        help="address blocks match pods by their address (default), or only what is outside of the cluster",
    )
    add(
        "--pod-cidr",
        action="append",
        default=[],
        metavar="CIDR",
        help="where pods lie whose address is not in the input (default 10.244.0.0/16)",
    )
    add(
        "--host-network",
        choices=("exempt", "policed"),
        default="exempt",
        help="hostNetwork pods: no policy sees them (default, as most plugins do), or they are pods like any other",
    )
    add(
        "--cni",
        choices=("auto", "kubernetes", "calico", "cilium", "azure-npm"),
        default="auto",
        help="network plugin whose behaviour is assumed; it leaves out and lists the kinds of policy that it does not"
        " enforce (default: auto, every policy in the input counts)",
    )
    add(
        "--cni-version",
        default="",
        metavar="VERSION",
        help="of that plugin, such as calico=3.31, cilium=1.16 (it ignores endPort) or azure-npm=windows",
    )
    add("--strict", action="store_true", help="what newer API servers refuse is an error, not a warning")
    add_reading_limits(parser)
