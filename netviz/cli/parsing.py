"""Parsers that answer a wrong call in one line, and the options that the commands share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from netviz.cli.codes import USAGE
from netviz.cli.limits import add_reading_limits

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What `add_subparsers` returns and argparse has no public name for; a text, because only type checkers know it."""

_FORMS: Final = ("text", "json", "csv", "md")
_LEVELS: Final = ("workload", "pod", "namespace")


class Parser(argparse.ArgumentParser):
    """A parser whose complaint names the option and the help, instead of repeating every option there is."""

    def error(self, message: str) -> NoReturn:
        """Exit with USAGE and one line."""
        self.exit(USAGE, f"{self.prog}: {message}; `{self.prog} --help` tells what there is\n")


class _WithoutEffect(argparse.Action):
    """An option that every command takes and that changes nothing in the answer of this one: it is noted."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        print(f"note: {option_string} changes nothing in the answer of {parser.prog}", file=sys.stderr)


def add_command(commands: Commands, name: str, summary: str, example: str) -> argparse.ArgumentParser:
    """A command with its description, its example and `--debug`."""
    parser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + ".", epilog=f"example: {example}"
    )
    parser.add_argument("--debug", action="store_true", help="show where an internal error happened")
    parser.set_defaults(complain=parser.error)
    return parser


def add_paths(parser: argparse.ArgumentParser) -> None:
    """The paths of the one input of a command."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files, directories, archives, or - for stdin")


def add_form(parser: argparse.ArgumentParser, forms: Sequence[str] = _FORMS, more: str = "") -> None:
    """The form of the answer; `more` is a further word of help on one of them."""
    parser.add_argument("--format", choices=forms, default="text", help=f"form of the answer (default text){more}")


def add_common(parser: argparse.ArgumentParser, without: Collection[str] = (), levels: Sequence[str] = _LEVELS) -> None:
    """The options of everything that is asked of an input. Those in `without` mean nothing to this command.

    `levels` are what `--by` may be.
    """
    _add_scope(parser, without, levels)
    _add_what_if(parser)
    _add_assumptions(parser)
    add = parser.add_argument
    add("--strict", action="store_true", help="what newer API servers refuse is an error, not a warning")
    add_reading_limits(parser)


def _add_scope(parser: argparse.ArgumentParser, without: Collection[str], levels: Sequence[str]) -> None:
    add = parser.add_argument
    if "--by" in without:
        add("--by", choices=levels, default="workload", action=_WithoutEffect, help=argparse.SUPPRESS)
    else:
        add("--by", choices=levels, default="workload", help="what one peer is (default workload)")
    if "--namespace" in without:
        add("--namespace", action=_WithoutEffect, default=[], help=argparse.SUPPRESS)
    else:
        add("--namespace", action="append", default=[], metavar="NS", help="only what is about this one; repeatable")


def _add_what_if(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--disable",
        action="append",
        default=[],
        metavar="POLICY",
        help="what if: without KIND/NAMESPACE/NAME; repeatable",
    )
    add("--scenario", default="", metavar="FILE", help="what if: a saved scenario (docs/scenarios.md)")
    add("--enforce-staged", action="store_true", help="what if: staged policies count, too")


def _add_assumptions(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
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
        help="where pods lie whose address is not in the input (default 10.244.0.0/16); repeatable",
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
