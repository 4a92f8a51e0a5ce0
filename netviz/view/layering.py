"""Orders things from left to right by who calls whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Weights = Mapping[tuple[str, str], float]
"""How strongly the first calls the second; pairs of a thing with itself are ignored."""


def layers(things: Sequence[str], weights: Weights) -> dict[str, int]:
    """The column of each thing, from 0: callers left of callees wherever cycles allow it.

    Cycles are broken by the ordering of Eades, Lin and Smyth ("A fast and effective heuristic for the feedback arc set
    problem", 1993); columns are longest paths, and things that nobody calls are drawn towards what they call.
    """
    place = {thing: i for i, thing in enumerate(_few_arcs_back(things, weights))}
    forward = sorted(
        ((a, b) for a, b in weights if a != b and place.get(a, -1) >= 0 and place.get(b, -1) > place[a]),
        key=lambda pair: place[pair[0]],
    )
    column = dict.fromkeys(things, 0)
    for a, b in forward:
        column[b] = max(column[b], column[a] + 1)
    called = {b for _, b in forward}
    for thing in things:
        targets = [column[b] for a, b in forward if a == thing]
        if targets and thing not in called:
            column[thing] = min(targets) - 1
    return column


def _few_arcs_back(things: Sequence[str], weights: Weights) -> list[str]:
    out: dict[str, dict[str, float]] = {thing: {} for thing in things}
    into: dict[str, dict[str, float]] = {thing: {} for thing in things}
    for (a, b), weight in weights.items():
        if a != b and a in out and b in out:
            out[a][b] = weight
            into[b][a] = weight
    left: list[str] = []
    right: list[str] = []
    rest = dict.fromkeys(things)

    def take(thing: str, end: list[str]) -> None:
        end.append(thing)
        del rest[thing]
        for b in out.pop(thing):
            into[b].pop(thing, None)
        for a in into.pop(thing):
            out[a].pop(thing, None)

    while rest:
        sinks = [t for t in rest if not out[t]]
        sources = [t for t in rest if out[t] and not into[t]]
        for thing in sinks:
            take(thing, right)
        for thing in sources:
            take(thing, left)
        if rest and not sinks and not sources:
            best = max(rest, key=lambda t: sum(out[t].values()) - sum(into[t].values()))
            take(best, left)
    return left + right[::-1]
