"""Verdicts on two pods of the pod network, of which one bit of two rows tells: most of what is asked by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from netviz.engine.fixed import End
from netviz.engine.options import Connection, Verdict
from netviz.model.policy import Direction

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation

_EVERY_PEER: Final = -1
"""The bits of all known peers, without their length: most rows of a cluster are open to all of them."""

_UNDECIDED: Final = -2
"""Stands for a row that leaves something unknown."""

_MOST_CONNECTIONS: Final = 64
"""For so many connections it is remembered which peers the rows allow."""

_Allowed = list[int | None]
"""The peers that each profile allows on one connection atom, `_EVERY_PEER` or `_UNDECIDED`; None: not asked yet."""


class ByName:
    """The verdicts of one evaluation on pairs of pods, as far as they take no more than one bit of two rows."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._evaluator = evaluation.evaluator
        self._numbers, self._slots = self._evaluator.classes.by_identity, self._evaluator.classes.plain_slots
        self._out_of, self._into_of = (
            self._evaluator.profiles[direction].of for direction in (Direction.EGRESS, Direction.INGRESS)
        )
        self._allowed: dict[int, tuple[_Allowed, _Allowed]] = {}

    def verdict(self, source: End, target: End, connection: Connection) -> Verdict | None:
        """Whether one pod may open a connection to another; None where it takes more to tell.

        Of the ends only the identity is looked at: where pods are many, reading their names takes longer than all else.
        """
        i, j = self._numbers.get(id(source)), self._numbers.get(id(target))
        if i is None or j is None or source is target:
            return None
        first, second = self._slots[i], self._slots[j]
        if first is None or second is None:
            return None
        atom = self._evaluator.atom_of(connection)
        out, into = self._allowed.get(atom) or self._add(atom)
        profile = self._out_of[first]
        targets = out[profile]
        if targets is None:
            targets = out[profile] = self._peers(Direction.EGRESS, profile, atom)
        profile = self._into_of[second]
        sources = into[profile]
        if sources is None:
            sources = into[profile] = self._peers(Direction.INGRESS, profile, atom)
        if _UNDECIDED in (targets, sources):
            return None
        # Not `targets >> second & 1`, which copies kilobytes where slots are many.
        reached = targets == _EVERY_PEER or targets & (1 << second)
        return Verdict.ALLOW if reached and (sources == _EVERY_PEER or sources & (1 << first)) else Verdict.DENY

    def _add(self, atom: int) -> tuple[_Allowed, _Allowed]:
        if len(self._allowed) >= _MOST_CONNECTIONS:
            self._allowed.clear()
        profiles = self._evaluator.profiles
        out: _Allowed = [None] * len(profiles[Direction.EGRESS].profiles)
        into: _Allowed = [None] * len(profiles[Direction.INGRESS].profiles)
        self._allowed[atom] = out, into
        return out, into

    def _peers(self, direction: Direction, profile: int, atom: int) -> int:
        row = self._evaluation.profile_row(direction, profile)
        if row.unknown:
            return _UNDECIDED
        peers = row.allow.peers_on(atom)
        return _EVERY_PEER if peers == self._evaluator.known_peers else peers
