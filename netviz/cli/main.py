"""The command line: everything that the dashboard answers, for pull requests and for tests."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Sequence

from netviz import __version__
from netviz.cli.check import add_check, add_freeze
from netviz.cli.codes import INTERNAL, INTERRUPTED, OK, USAGE
from netviz.cli.commands import add_diff, add_list, add_why
from netviz.cli.export import add_export
from netviz.cli.fix import add_fix
from netviz.cli.impact import add_impact
from netviz.cli.lint import add_lint
from netviz.cli.parsing import Parser
from netviz.cli.probe import add_probe
from netviz.cli.reach import add_reach
from netviz.cli.serving import add_serve
from netviz.errors import NetvizError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (docs/cli.md)."""
    arguments, rest = _parser().parse_known_args(argv)
    if rest:
        arguments.complain(f"unrecognized arguments: {' '.join(rest)}")
    try:
        code: int = arguments.run(arguments)
    except NetvizError as error:
        print(f"netviz: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last resort that keeps tracebacks from users
        if arguments.debug:
            raise
        report = uuid.uuid4().hex[:8]
        kind = type(error).__name__
        print(f"netviz: internal error {report} ({kind}); run again with --debug to see where", file=sys.stderr)
        return INTERNAL
    return code


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(
        prog="netviz",
        description="Which pod may talk to which on which port, from manifests alone: no cluster, no network.",
        epilog="example: netviz list k8s/",
    )
    parser.add_argument("--version", action="version", version=f"netviz {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        add_serve,
        add_list,
        add_diff,
        add_why,
        add_fix,
        add_lint,
        add_impact,
        add_reach,
        add_check,
        add_freeze,
        add_probe,
        add_export,
    ):
        add(commands)
    return parser
