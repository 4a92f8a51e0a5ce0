"""The options that raise or lower what one file may hold, for every command that reads manifests."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Final

from netviz.errors import UsageError
from netviz.manifests.limits import FLAGS, OF_READING, Limits

_MEGABYTE: Final = 1_000_000
_OPTIONS: Final = (
    ("--max-file-size", "MB", "largest file that is read (default 200)"),
    ("--max-archive-size", "MB", "most that comes out of one archive (default 200)"),
    ("--max-archive-ratio", "N", "how many times as large an archive may be when unpacked (default 200)"),
    ("--max-archive-members", "N", "most entries in one archive (default 10,000)"),
    ("--max-nodes", "N", "most values in one document (default 5 million)"),
)


def add_reading_limits(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command."""
    for flag, unit, summary in _OPTIONS:
        parser.add_argument(flag, type=int, default=0, metavar=unit, help=summary)


def reading_limits(arguments: argparse.Namespace) -> Limits:
    """The limits with what the options say; UsageError for one that nothing could pass."""
    units = {flag: _MEGABYTE if unit == "MB" else 1 for flag, unit, _ in _OPTIONS}
    given: dict[str, int] = {}
    for name in OF_READING:
        flag = FLAGS[name]
        value = int(getattr(arguments, flag.removeprefix("--").replace("-", "_")))
        if value < 0:
            raise UsageError(f"{flag} must not be negative")
        if value:
            given[name] = value * units[flag]
    return replace(Limits(), **given)
