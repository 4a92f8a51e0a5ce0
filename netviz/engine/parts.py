"""A row by peers instead of connections: disjoint sets of peers, each with what it may open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netviz.engine.walk import Outcome


class State(NamedTuple):
    """Connection atoms of a pair: surely allowed, and possibly allowed (`allow` inside `may`)."""

    allow: int
    may: int

    def __and__(self, other: State) -> State:
        """What is left if both sides must let it through."""
        return State(self.allow & other.allow, self.may & other.may)


class Part(NamedTuple):
    """Peers that a row treats alike."""

    peers: int
    state: State


def parts(outcome: Outcome) -> tuple[Part, ...]:
    """The parts of a row; peers that are not in any are denied."""
    found: list[tuple[int, int, int]] = []
    for connections, peers in outcome.allow.rectangles:
        found = _refined(found, peers, connections, connections)
    for connections, peers in outcome.unknown.rectangles:
        found = _refined(found, peers, 0, connections)
    return _listed(found)


def overlaid(several: Iterable[Part]) -> tuple[Part, ...]:
    """Parts that may overlap as disjoint ones: where they do, peers get what any of them gives."""
    found: list[tuple[int, int, int]] = []
    for peers, state in several:
        if peers:
            found = _refined(found, peers, *state)
    return _listed(found)


def _listed(found: list[tuple[int, int, int]]) -> tuple[Part, ...]:
    return tuple(Part(peers, State(allow, may)) for peers, allow, may in found)


def _refined(found: list[tuple[int, int, int]], peers: int, allow: int, may: int) -> list[tuple[int, int, int]]:
    result: list[tuple[int, int, int]] = []
    for here, allowed, possible in found:
        common = here & peers
        if common:
            result.append((common, allowed | allow, possible | may))
            peers ^= common
        if here != common:
            result.append((here ^ common, allowed, possible))
    if peers:
        result.append((peers, allow, may))
    return result
