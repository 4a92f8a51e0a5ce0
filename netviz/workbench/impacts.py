"""The impact of policies as plain values for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from netviz.analysis.impact import Impact, Impacts, rank
from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import Grouping
from netviz.errors import UsageError
from netviz.exporters.impact import HEAD, UNIT, effect, impact_row, note, pair_cells
from netviz.exporters.tables import csv_table

MOST_PAIRS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactLine:
    """One policy: how many pairs would open, break, and be undecided, if it alone were switched.

    `state` is enforced, disabled, staged or replaced; `effect` is pairs, strangers (only pods that are not in the input
    may be concerned) or none. `outside` counts those pairs that are about addresses outside, `note` says the rest.
    """

    policy: str
    kind: str
    namespace: str
    name: str
    state: str
    opens: int
    breaks: int
    doubts: int
    outside: int
    effect: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactTable:
    """Every policy, what changes most first; `unit` says what is counted.

    `uncounted` pods are left out since their pairs would have to be looked at one by one, and are too many.
    """

    lines: tuple[ImpactLine, ...]
    unit: str = UNIT
    uncounted: int = 0


@dataclass(frozen=True, slots=True)
class ImpactPair:
    """What a pair of peers gains and loses, in words ("" for nothing)."""

    source: str
    target: str
    source_label: str
    target_label: str
    opens: str
    breaks: str
    doubts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactPairs:
    """The pairs that switching one policy changes; `more` if these are only the first of them."""

    pairs: tuple[ImpactPair, ...]
    more: bool = False


def impact_table(evaluation: Evaluation) -> ImpactTable:
    """The impact of every policy."""
    impacts = Impacts(evaluation)
    lines = tuple(_line(impact) for impact in sorted(impacts.all(0), key=rank))
    return ImpactTable(lines=lines, uncounted=impacts.uncounted)


def impact_csv(evaluation: Evaluation) -> str:
    """The same as CSV."""
    return csv_table(HEAD, [impact_row(impact) for impact in sorted(Impacts(evaluation).all(0), key=rank)])


def impact_pairs(evaluation: Evaluation, policy: str, by: Grouping) -> ImpactPairs:
    """The pairs that one policy changes; UsageError if there is no such policy."""
    impacts = Impacts(evaluation, by)
    for compiled in evaluation.evaluator.policies:
        if str(compiled.policy.id) == policy:
            found = impacts.of(compiled, MOST_PAIRS)
            cells = [(pair, pair_cells(pair, impacts.names.peers)) for pair in found.pairs]
            pairs = tuple(ImpactPair(pair.source, pair.target, *words) for pair, words in cells)
            return ImpactPairs(pairs=pairs, more=found.more)
    raise UsageError(f"there is no policy called {policy!r}")


def _line(impact: Impact) -> ImpactLine:
    total = impact.total
    return ImpactLine(
        policy=str(impact.policy),
        kind=impact.policy.kind,
        namespace=impact.policy.namespace,
        name=impact.policy.name,
        state=impact.state.value,
        opens=total.opens,
        breaks=total.breaks,
        doubts=total.doubts,
        outside=impact.outside.pairs,
        effect=effect(impact),
        note=note(impact),
    )
