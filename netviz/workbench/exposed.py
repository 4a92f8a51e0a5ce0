"""What policies allow with pods that are not in the input, as plain values for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from netviz.analysis.descriptions import ANY_POD, Described
from netviz.analysis.exposure import Exposure, exposures, tells_outside
from netviz.engine.evaluator import Evaluation
from netviz.exporters.exposure import EXPOSURE_HEAD, exposure_row, untold_words
from netviz.exporters.tables import csv_table
from netviz.model.policy import Direction
from netviz.workbench.questions import WhyQuestion

_ORDER: Final = ("any", "outside", "described")


@dataclass(frozen=True, slots=True)
class ExposureLine:
    """One workload and direction with one scope: any pod of the cluster, addresses outside, or described pods.

    `scope` is any, outside or described, `peers` the same in words, `allow` what is allowed with all of them, `unless`
    what is too unless other rules deny it by labels that are not described ("" for nothing), `because` what allows it:
    `rules` are policies with the paths of their rules. `question` explains it for one of the addresses outside, with
    `example` for it; None for pods that are not there.
    """

    scope: str
    workload: str
    direction: str
    peers: str
    allow: str
    unless: str
    because: str
    rules: tuple[tuple[str, str], ...] = ()
    question: WhyQuestion | None = None
    example: str = ""


@dataclass(frozen=True, slots=True)
class Exposures:
    """Every entry, what is open to most first; unless `outside`, those about addresses outside are too many.

    `left_out` says which descriptions of pods are too many to be told, "" if none are.
    """

    lines: tuple[ExposureLine, ...]
    outside: bool = True
    left_out: str = ""


def exposure_lines(evaluation: Evaluation) -> Exposures:
    """Every entry."""
    exposed = exposures(evaluation)
    found = sorted(
        map(_line, exposed.entries),
        key=lambda line: (_ORDER.index(line.scope), line.workload, line.direction, line.peers),
    )
    return Exposures(tuple(found), tells_outside(evaluation), untold_words(exposed.untold))


def _line(exposure: Exposure) -> ExposureLine:
    example = "" if isinstance(exposure.scope, Described) else exposure.scope.cidrs()[0].partition("/")[0]
    ends = (example, exposure.peer.id) if exposure.direction is Direction.INGRESS else (exposure.peer.id, example)
    workload, direction, peers, allow, unless, because = exposure_row(exposure)
    return ExposureLine(
        scope=_scope(exposure),
        workload=workload,
        direction=direction,
        peers=peers,
        allow=allow,
        unless=unless,
        because=because,
        rules=tuple(dict.fromkeys((str(each.policy.id), each.rule.path) for each in exposure.permissions)),
        question=WhyQuestion(source=ends[0], target=ends[1]) if example else None,
        example=example,
    )


def exposure_csv(exposed: Exposures) -> str:
    """The same as CSV."""
    rows = [[x.workload, x.direction, x.peers, x.allow, x.unless, x.because] for x in exposed.lines]
    return csv_table(EXPOSURE_HEAD, rows)


def _scope(exposure: Exposure) -> str:
    if not isinstance(exposure.scope, Described):
        return "outside"
    return "any" if exposure.scope == ANY_POD else "described"
