"""Writes a frozen state as an expectations file; reading it gives the same state but for its places."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.analysis.expectations.language import Frozen, FrozenEnd
from netviz.analysis.expectations.ports import entries_of
from netviz.analysis.expectations.reading import FORMAT
from netviz.manifests.own_files import quoted
from netviz.sets.connections import ConnectionSet


def write_frozen(frozen: Frozen, title: str = "") -> str:
    """The file: one entry per pair that is allowed or unknown, in a stable order, so that changes show up in a diff."""
    lines = [f"netviz: {FORMAT}"]
    if title:
        lines.append(f"title: {quoted(title)}")
    lines += ["# Everything that may connect. What is not listed is denied.", "frozen:", f"  by: {frozen.by.value}"]
    lines.append("  connections:" if frozen.pairs else "  connections: []")
    for pair in frozen.pairs:
        lines += [f"    - from: {_end(pair.source)}", f"      to: {_end(pair.target)}"]
        lines += _entries("allow", pair.cell.allow)
        lines += _entries("unknown", pair.cell.unknown)
    return "\n".join(lines) + "\n"


def _end(end: FrozenEnd) -> str:
    if isinstance(end, str):
        return quoted(end)
    return f"[{', '.join(map(quoted, end.addresses.cidrs()))}]"


def _entries(key: str, connections: ConnectionSet) -> Iterator[str]:
    if connections:
        yield f"      {key}: [{', '.join(map(quoted, entries_of(connections)))}]"
