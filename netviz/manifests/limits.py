"""How much of an input is read before it is refused, and the words in which that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may hold. Sizes are in bytes, scalars in characters, everything else is a count.

    `nodes` and `json_nodes` count the mappings, lists and scalars of one document, `depth` its levels of nesting.
    `alias_nodes` counts what the aliases of one document stand for, `merged_keys` what its merge keys (`<<`) copy.
    """

    file_size: int = 200_000_000
    documents: int = 100_000
    depth: int = 64
    nodes: int = 5_000_000
    json_nodes: int = 20_000_000
    alias_nodes: int = 100_000
    merged_keys: int = 10_000
    scalar: int = 1_000_000


DEFAULT_LIMITS = Limits()

FLAGS: Mapping[str, str] = MappingProxyType(
    {"file_size": "--max-file-size", "nodes": "--max-nodes", "json_nodes": "--max-nodes"}
)
"""The option that raises a limit, for those that may be raised."""

_WHAT: Mapping[str, str] = MappingProxyType(
    {
        "file_size": "the file is larger than {} bytes",
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
