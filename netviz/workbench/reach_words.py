"""An answer about reach as rows, sentences and JSON (docs/cli.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from netviz.exporters.answers import connections_json, report_json
from netviz.exporters.tables import csv_table
from netviz.manifests.report import LoadReport
from netviz.view.words import connection_words
from netviz.workbench.reaching import ChokeLine, ReachAnswer, ReachedLine, Way

HEAD: Final = ("hops", "reached", "over", "through", "verdict")
MOST_TOLD: Final = 5
"""Choke points that a text names."""


def reached_rows(lines: Sequence[ReachedLine]) -> list[list[str]]:
    """The rows of a table in the order of `HEAD`."""
    return [
        [
            str(line.hops),
            line.label + (f" ({line.peers} of {line.all_peers})" if line.all_peers > 1 else ""),
            connection_words(line.opens),
            " > ".join(line.through),
            "reached" if line.sure else "perhaps",
        ]
        for line in lines
    ]


def reach_csv(answer: ReachAnswer) -> str:
    """Everything that is reached as CSV."""
    return csv_table(HEAD, reached_rows(answer.lines))


def counted(count: int, unit: str) -> str:
    """`1 workload`, `2 workloads`."""
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def reach_sentences(answer: ReachAnswer) -> list[str]:
    """What the answer comes to, and where it can be stopped."""
    steps = [f"{count:,} in {counted(hops, 'hop')}" for hops, count in answer.levels]
    found = [f"{answer.sure:,} of {counted(answer.total, answer.unit)} can be reached from {answer.start}"]
    found[0] += f": {', '.join(steps)}." if steps else "."
    perhaps = sum(line.peers for line in answer.lines if not line.sure)
    if perhaps:
        found.append(f"{counted(perhaps, answer.unit)} more can be reached perhaps: it hangs on what is unknown.")
    if answer.leaves is not None:
        found.append(f"An address outside of the cluster is reached in {counted(answer.leaves, 'hop')}.")
    if answer.left_out:
        found.append(
            f"{counted(answer.left_out, answer.unit)} on the network of a node, or with addresses of two families, are "
            "left out: their pairs are too many."
        )
    return found


def choke_sentences(answer: ReachAnswer) -> list[str]:
    """The peers that most ways lead through."""
    return [f"Without {choke.label}, {counted(choke.cuts, answer.unit)} fewer." for choke in answer.chokes[:MOST_TOLD]]


def cut_words(way: Way, unit: str) -> str:
    """Where a way can be stopped, in a sentence."""
    if not way.hops:
        return f"{way.label} is not reached."
    if not way.sure:
        return f"{way.label} is reached perhaps: the way hangs on what is unknown."
    if way.cut is None:
        return f"{way.label} is reached directly: only policies between the two can stop that."
    names = ", ".join(choke.label for choke in way.cut)
    if len(way.cut) == 1:
        return f"Every way to {way.label} leads through {names}."
    return f"{counted(len(way.cut), unit)} have to be cut off to stop every way to {way.label}: {names}."


def reach_json(
    answer: ReachAnswer, lines: Sequence[ReachedLine], way: Sequence[Any], report: LoadReport
) -> dict[str, Any]:
    """The answer of `netviz reach`; `way` explains each hop as `netviz why` does, None where no policy is asked."""
    found: dict[str, Any] = {
        "schema": "netviz.reach/1",
        "from": answer.start,
        "by": answer.unit,
        "complete": report.complete,
        "exact": all(line.sure for line in answer.lines),
        "total": answer.total,
        "levels": [{"hops": hops, "reached": count} for hops, count in answer.levels],
        "reached": [_line_json(line) for line in lines if line.sure],
        "perhaps": [_line_json(line) for line in lines if not line.sure],
        "chokePoints": [{**_choke_json(choke), "cuts": choke.cuts} for choke in answer.chokes],
        "leavesIn": answer.leaves,
        "leftOut": answer.left_out,
    }
    if answer.way is not None:
        found["way"] = {
            "to": answer.way.label,
            "sure": answer.way.sure,
            "hops": [
                {"src": hop.source, "dst": hop.target, **connections_json(hop.opens), "why": why}
                for hop, why in zip(answer.way.hops, way, strict=True)
            ],
            "cut": None if answer.way.cut is None else [_choke_json(choke) for choke in answer.way.cut],
        }
    return found | report_json([report])


def _line_json(line: ReachedLine) -> dict[str, Any]:
    count = {"peers": line.peers, "of": line.all_peers} if line.id == line.namespace else {}
    return {"dst": line.id, "hops": line.hops, **connections_json(line.opens), "through": list(line.through), **count}


def _choke_json(choke: ChokeLine) -> dict[str, Any]:
    return {"peer": choke.id or None, "label": choke.label}
