"""The explanations inside of the exported page: each text once, pairs refer to texts by their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from netviz.exporters.context import PairRow, PairRows
from netviz.exporters.reasons import Explainer, Reason, deciding
from netviz.view.picture import Edge, Picture
from netviz.view.text import visible
from netviz.view.trace import Half, Step

MOST_PAIRS: Final = 5000
"""Pairs that are explained in one file; of a larger picture only those that have an arrow, up to as many."""

MOST_CHARACTERS: Final = 12_000_000
"""Characters of text that the explanations of one file may have together."""

TEXT_LENGTH: Final = 2000

Json = dict[str, object]

_NOTHING: Final[Json] = {
    "peers": [],
    "pairs": {},
    "arrows": {},
    "texts": [],
    "steps": [],
    "rows": [],
    "left_out": "No reasons are in this file.",
}


def reasons_json(picture: Picture, rows: PairRows, listed: Sequence[PairRow] = ()) -> Json:
    """What the page needs to answer "why".

    `peers` are [name, card id] of what can be asked about, in the order of their names. `pairs` is by "i>j", indices
    of `peers`; `arrows` gives that key for the id of each edge (of a folded one, an example). `texts` are the strings
    and `steps` the lines [mark, text, place, policy and rule] that answers refer to by number. `left_out` says what
    is not explained, "" for nothing. `listed` are the rows of the page's table; `rows` gives the key of each, or "".
    """
    labels = rows.labels()
    cards = {node.peer: node.id for node in picture.nodes if node.peer}
    if rows.explainer is None:
        return dict(_NOTHING)
    arrows = {edge.id: ends for edge in picture.edges if (ends := _ends(rows.explainer, edge)) is not None}
    named = {*cards, *(end for ends in arrows.values() for end in ends)}
    named |= {end for row in listed for end in (row.source, row.target)}
    everyone = sorted(named, key=lambda peer: (labels.get(peer, peer), peer))
    number = {peer: i for i, peer in enumerate(everyone)}
    everything = len(everyone) * (len(everyone) - 1) <= MOST_PAIRS
    asked = dict.fromkeys(arrows.values())
    if everything:
        asked |= dict.fromkeys((a, b) for a in everyone for b in everyone if a != b)
    book = _Book()
    pairs: Json = {}
    stopped = False
    for source, target in asked:
        stopped = len(pairs) >= MOST_PAIRS or book.size > MOST_CHARACTERS
        if stopped:
            break
        reason = rows.explainer.why(source, target)
        if reason is not None:
            pairs[f"{number[source]}>{number[target]}"] = book.entry(reason)
    return {
        "peers": [[_clean(labels.get(peer, peer)), cards.get(peer, "")] for peer in everyone],
        "pairs": pairs,
        "arrows": {edge: f"{number[a]}>{number[b]}" for edge, (a, b) in arrows.items()},
        "rows": [_key(number, row.source, row.target, pairs) for row in listed],
        "texts": list(book.texts),
        "steps": [list(step) for step in book.steps],
        "left_out": _left_out(everything=everything, explained=len(pairs), stopped=stopped),
    }


def _ends(explainer: Explainer, edge: Edge) -> tuple[str, str] | None:
    return explainer.ends(edge.source, edge.target)


def _key(number: Mapping[str, int], source: str, target: str, pairs: Json) -> str:
    key = f"{number.get(source, '')}>{number.get(target, '')}"
    return key if key in pairs else ""


def _left_out(*, everything: bool, explained: int, stopped: bool) -> str:
    if stopped:
        return f"The picture is large: only {explained:,} pairs are explained in this file, those with an arrow first."
    return "" if everything else "The picture is large: only pairs that have an arrow are explained in this file."


@dataclass(slots=True)
class _Book:
    """Every text and every step once, numbered in the order of their first use."""

    texts: dict[str, int] = field(default_factory=dict)
    steps: dict[tuple[str, int, str, str], int] = field(default_factory=dict)
    size: int = 0

    def entry(self, reason: Reason) -> Json:
        entry: Json = {
            "verdict": reason.verdict,
            "sentence": _clean(reason.sentence),
            "cases": [
                [_clean(case.sentence), [self._half(half) for half in case.halves]] for case in reason.cases
            ],
        }
        self.size += len(reason.sentence) + sum(len(case.sentence) for case in reason.cases)
        for name, lines in (("doubts", reason.doubts), ("notes", reason.notes)):
            if lines:
                entry[name] = [self._text(line) for line in lines]
        return entry

    def _half(self, half: Half) -> list[object]:
        steps = [self._step(step) for step in deciding(half)]
        return [half.direction, self._text(half.subject), half.verdict, steps]

    def _step(self, step: Step) -> int:
        place = f"{step.file}:{step.line}" if step.line else step.file
        origin = " · ".join(part for part in (step.policy, step.rule) if part and part not in step.text)
        key = (step.mark, self._text(f"{step.layer}: {step.text}"), _clean(origin), _clean(place))
        return self.steps.setdefault(key, len(self.steps))

    def _text(self, text: str) -> int:
        clean = _clean(text)
        if clean not in self.texts:
            self.size += len(clean)
        return self.texts.setdefault(clean, len(self.texts))


def _clean(text: str) -> str:
    return visible(text[:TEXT_LENGTH])
