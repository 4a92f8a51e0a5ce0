"""How much of an input is read before it is refused, and the words in which that is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may hold. Sizes are in bytes, scalars in characters, everything else is a count.

    `nodes` and `json_nodes` count the mappings, lists and scalars of one document, `depth` its levels of nesting.
    `alias_nodes` counts what the aliases of one document stand for, `merged_keys` what its merge keys (`<<`) copy.
    An archive may hold `archive_members` entries; unpacked it may have `archive_size` bytes, and `archive_ratio` times
    its own size.
    """

    file_size: int = 200_000_000
    archive_size: int = 200_000_000
    archive_ratio: int = 200
    archive_members: int = 10_000
    documents: int = 100_000
    depth: int = 64
    nodes: int = 5_000_000
    json_nodes: int = 20_000_000
    alias_nodes: int = 100_000
    merged_keys: int = 10_000
    scalar: int = 1_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What one session of the dashboard may cost, and the server as a whole.

    `session_size` is in bytes of uploads at once, `memory` in bytes of the process that analyses an input, `seconds`
    counts for opening an input and for every answer about it, `analyses` is how many inputs are opened at a time.
    """

    reading: Limits = DEFAULT_LIMITS
    session_size: int = 400_000_000
    seconds: int = 60
    memory: int = 4_000_000_000
    analyses: int = 2


DEFAULT_SERVER_LIMITS = ServerLimits()

LIMITS_VARIABLE = "NETVIZ_LIMITS"
"""The environment variable in which `netviz serve` hands its limits to the server that it starts."""

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "file_size": "--max-file-size",
        "archive_size": "--max-archive-size",
        "archive_ratio": "--max-archive-ratio",
        "archive_members": "--max-archive-members",
        "nodes": "--max-nodes",
        "json_nodes": "--max-nodes",
        "session_size": "--max-session-size",
        "seconds": "--max-seconds",
        "memory": "--max-memory",
        "analyses": "--max-analyses",
    }
)
"""The option that raises a limit, for those that may be raised."""

OF_READING: Final = ("file_size", "archive_size", "archive_ratio", "archive_members", "nodes", "json_nodes")
"""The limits on one file that may be raised."""

_WHAT: Mapping[str, str] = MappingProxyType(
    {
        "file_size": "the file is larger than {} bytes",
        "archive_size": "the archive is larger than {} bytes when it is unpacked",
        "archive_ratio": "the archive is more than {} times as large when it is unpacked",
        "archive_members": "the archive has more than {} entries",
        "documents": "the file has more than {} documents",
        "depth": "it is nested more than {} levels deep",
        "nodes": "the document has more than {} values",
        "json_nodes": "the document has more than {} values",
        "alias_nodes": "its aliases stand for more than {} values",
        "merged_keys": "its merge keys (<<) copy more than {} fields",
        "scalar": "a text is longer than {} characters",
    }
)


def over_limit(limits: Limits, name: str) -> tuple[str, str | None]:
    """The message and the hint for an input that is over the limit of this name."""
    flag = FLAGS.get(name)
    message = f"{_WHAT[name].format(format(getattr(limits, name), ','))} (limit {name.replace('_', '-')})"
    return message, f"{flag} raises the limit" if flag else None


def megabytes(size: int) -> str:
    """A size in bytes as people say it: `200 MB`, `4 GB`."""
    return f"{size / 1e9:,.3g} GB" if size >= 1_000_000_000 else f"{size / 1e6:,.3g} MB"


def written(limits: ServerLimits) -> str:
    """The limits as `read_written` takes them; only those that `netviz serve` has a flag for."""
    own = ("session_size", "seconds", "memory", "analyses")
    return json.dumps(
        {name: getattr(limits.reading, name) for name in OF_READING} | {name: getattr(limits, name) for name in own}
    )


def read_written(text: str) -> ServerLimits:
    """The limits that `written` wrote; the usual ones where the text is empty."""
    numbers: dict[str, int] = json.loads(text or "{}")
    of_reading = {name: numbers.pop(name) for name in OF_READING if name in numbers}
    return ServerLimits(reading=replace(DEFAULT_LIMITS, **of_reading), **numbers)
