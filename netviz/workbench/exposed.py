"""What policies allow with pods that are not in the input, as plain values for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from netviz.analysis.descriptions import ANY_POD, Described
from netviz.analysis.exposure import Exposure, exposures, tells_outside
from netviz.engine.evaluator import Evaluation
from netviz.exporters.exposure import EXPOSURE_HEAD, exposure_row
from netviz.exporters.tables import csv_table

_ORDER: Final = ("any", "outside", "described")


@dataclass(frozen=True, slots=True)
class ExposureLine:
    """One workload and direction with one scope: any pod of the cluster, addresses outside, or described pods.

    `scope` is any, outside or described, `peers` the same in words, `allow` what is allowed with all of them, `unless`
    what is too unless other rules deny it by labels that are not described ("" for nothing), `because` what allows it.
    """

    scope: str
    workload: str
    direction: str
    peers: str
    allow: str
    unless: str
    because: str


@dataclass(frozen=True, slots=True)
class Exposures:
    """Every entry, what is open to most first; unless `outside`, those about addresses outside are too many."""

    lines: tuple[ExposureLine, ...]
    outside: bool = True


def exposure_lines(evaluation: Evaluation) -> Exposures:
    """Every entry."""
    found = [ExposureLine(_scope(each), *exposure_row(each)) for each in exposures(evaluation)]
    found.sort(key=lambda line: (_ORDER.index(line.scope), line.workload, line.direction, line.peers))
    return Exposures(tuple(found), tells_outside(evaluation))


def exposure_csv(exposed: Exposures) -> str:
    """The same as CSV."""
    rows = [[x.workload, x.direction, x.peers, x.allow, x.unless, x.because] for x in exposed.lines]
    return csv_table(EXPOSURE_HEAD, rows)


def _scope(exposure: Exposure) -> str:
    if not isinstance(exposure.scope, Described):
        return "outside"
    return "any" if exposure.scope == ANY_POD else "described"
