"""Explanations of the pairs of a picture for the exports that carry them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import ReachabilityMatrix
from netviz.engine.reach import peer_ends
from netviz.errors import UsageError
from netviz.exporters.reasons import Case, Explainer, Reason
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import TCP
from netviz.source import SourceText
from netviz.view.picture import Picture
from netviz.workbench.answers import Asker, lookup
from netviz.workbench.excerpts import quoter
from netviz.workbench.inventory import edge_ends
from netviz.workbench.questions import WhyAnswer

SHOWN_CASES = 4
MOST_COMBINATIONS = 400
"""Pairs of pods behind one arrow that are judged one by one; of a namespace with many workloads there are too many."""


_RANKS: Final = {"allow": 0, "mixed": 1, "unknown": 2, "deny": 3}


def explainer(
    evaluation: Evaluation,
    picture: Picture,
    matrices: tuple[ReachabilityMatrix, ReachabilityMatrix],
    texts: Sequence[SourceText] = (),
) -> Explainer:
    """What explains the picture of a scenario: `matrices` are before and after it, on the picture's level."""
    asker = Asker(evaluation, quoter(tuple(texts)))
    ends = peer_ends(evaluation, matrices[1].by)

    def why(source: str, target: str) -> Reason | None:
        sides = ends.get(source, ()), ends.get(target, ())
        if all(map(_is_outside, sides)) or len(sides[0]) * len(sides[1]) > MOST_COMBINATIONS:
            return None
        try:
            start, end = (lookup(evaluation, ends.get, name) for name in (source, target))
            return reason_of(asker.why(start, end, TCP, 0))
        except UsageError:
            return None

    return Explainer(why=why, ends=lambda source, target: edge_ends(picture, matrices, source, target))


def reason_of(answer: WhyAnswer) -> Reason:
    """An answer about all ports as an export has it."""
    # An arrow is there because something is allowed: that comes first.
    ranked = sorted(answer.backends, key=lambda part: _RANKS.get(part.verdict, len(_RANKS)))
    parts = ranked[:SHOWN_CASES] or [answer]
    more = len(answer.backends) - SHOWN_CASES
    return Reason(
        source=answer.source,
        target=answer.target,
        verdict=answer.verdict,
        sentence=answer.sentence,
        cases=tuple(Case(sentence=part.sentence, halves=part.halves) for part in parts),
        doubts=tuple(": ".join(filter(None, doubt)) for doubt in answer.because),
        notes=(*answer.notes, *((f"{more} more combinations are not shown",) if more > 0 else ())),
    )


def _is_outside(ends: Sequence[object]) -> bool:
    return bool(ends) and all(isinstance(end, IpAddress) for end in ends)
