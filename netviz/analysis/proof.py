"""Whether a change does what was intended and nothing else: a proof, or what speaks against it.

A proof needs three things: every intended connection surely has its verdict afterwards, nothing else differs, and
nothing that the change may concern is undecided. What is UNKNOWN never proves anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Final

from netviz.analysis.alternatives import Alternative, Alternatives
from netviz.analysis.changes import Changed, Changes, changes
from netviz.analysis.differences import Difference, Piece, inputs, same
from netviz.analysis.expectations.ports import EXAMPLES, parse_entry
from netviz.analysis.pairs import End, paired
from netviz.analysis.parties import wish_of
from netviz.analysis.wishes import Flow, Standing, Wish, standing
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.matrix import Grouping, Peer, PeerType
from netviz.engine.options import Verdict
from netviz.engine.reach import peer_ends
from netviz.engine.vocabulary import Vocabulary, vocabulary_of
from netviz.errors import UsageError
from netviz.model.cluster import Pod
from netviz.model.policy import Direction, PolicySet
from netviz.sets.connections import ALL_CONNECTIONS, ConnectionSet

MOST_PEERS: Final = 1_500
"""Two inputs with more workloads or pods are not compared pair by pair: there is no proof for them."""

_INTENT: Final = re.compile(r"\s*(allow|deny)\s+(\S+)\s*->\s*(\S+)(?:\s+(\S.*?))?\s*", re.ASCII | re.IGNORECASE)
_SPACED: Final = re.compile(r"(TCP|UDP|SCTP|ICMP|ICMPv6)[ ]+(?=[0-9])", re.ASCII | re.IGNORECASE)
_LONGEST: Final = 1_000
_LOCAL: Final = (Piece.WORKLOAD, Piece.LABELS, Piece.ACCOUNT, Piece.NAMESPACE, Piece.POLICY)
"""Differences that are seen where the ends of a pair and the policies that select them are compared."""
NO_WORDS: Final = Vocabulary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a change is meant to do, `text` as written: `allow|deny SOURCE -> TARGET [PORTS]`."""

    text: str
    verdict: Verdict
    source: str
    target: str
    connections: ConnectionSet


def parse_intent(text: str) -> Intent:
    """Read an intent, such as `allow shop/web -> data/db TCP 5432`; UsageError for text that is none.

    The ends are named as for `--from` and `--to`, or `namespace/NAME/*`; without ports it is everything.
    """
    found = _INTENT.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise UsageError(f"{text!r} is no intent: write allow|deny SOURCE -> TARGET [PORTS]")
    word, source, target, ports = found.groups()
    connections = ALL_CONNECTIONS if ports is None else parse_entry(_SPACED.sub(r"\1/", ports).replace(", ", ","))
    if not connections:
        raise UsageError(f"{ports!r} are no ports: {EXAMPLES}")
    verdict = Verdict(word.lower())
    return Intent(text=text.strip(), verdict=verdict, source=source, target=target, connections=connections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an intent stood and stands. `before` is None where an end was not there.

    `against` is a flow that is not as intended afterwards.
    """

    intent: Intent
    before: Standing | None
    after: Standing
    against: Flow | None = None

    @property
    def holds(self) -> bool:
        """Whether everything that is intended surely is so, and there is something."""
        return self.after.holds(self.intent.verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What speaks against a change: outcomes that do not hold, pairs of `others` that differ, and doubtful ones."""

    outcomes: tuple[Outcome, ...]
    others: Changes

    @property
    def holds(self) -> bool:
        """Whether nothing does."""
        others = self.others
        clean = others.complete and not others.pairs and not others.doubtful
        return clean and all(outcome.holds for outcome in self.outcomes)


def prove_what_if(
    plain: Evaluation, change: Alternative, intents: Sequence[Intent], by: Grouping = Grouping.WORKLOAD
) -> Proof:
    """Whether a what-if does just what is intended; `plain` is everything as it is written."""
    wishes = [_wish(plain, intent) for intent in intents]
    evaluator = plain.evaluator
    sides = Alternatives(
        evaluator.cluster, evaluator.options, _policies(plain), plain.scenario, [change], _words(wishes)
    )
    before, after = sides.before, sides.after(0)
    outcomes = tuple(
        _outcome(intent, standing(before, wish), standing(after, wish))
        for intent, wish in zip(intents, wishes, strict=True)
    )
    return Proof(outcomes=outcomes, others=changes(before, after, by, doubts=True).beyond(wishes).folded())


def prove_change(
    before: Evaluation, after: Evaluation, intents: Sequence[Intent], by: Grouping = Grouping.WORKLOAD
) -> Proof:
    """Whether the change from one input to another does just what is intended; both under the same options.

    UsageError for an end that is not there afterwards.
    """
    wished = [(_wish_if_there(before, intent), _wish(after, intent)) for intent in intents]
    every = [wish for pair in wished for wish in pair if wish is not None]
    old, new = (_again(side, before, after, _words(every)) for side in (before, after))
    outcomes = tuple(
        _outcome(intent, None if was is None else standing(old, was), standing(new, now))
        for intent, (was, now) in zip(intents, wished, strict=True)
    )
    return Proof(outcomes=outcomes, others=_compared(old, new, by).beyond(every).folded())


def _outcome(intent: Intent, before: Standing | None, after: Standing) -> Outcome:
    return Outcome(intent=intent, before=before, after=after, against=after.against(intent.verdict))


def _wish(evaluation: Evaluation, intent: Intent) -> Wish:
    return wish_of(evaluation, (intent.source, intent.target), intent.verdict, intent.connections)


def _wish_if_there(evaluation: Evaluation, intent: Intent) -> Wish | None:
    try:
        return _wish(evaluation, intent)
    except UsageError:
        return None


def _words(wishes: Sequence[Wish]) -> Vocabulary:
    return reduce(or_, (wish.vocabulary() for wish in wishes), NO_WORDS)


def same_words(before: Evaluation, after: Evaluation) -> tuple[Evaluation, Evaluation]:
    """The two evaluations by evaluators of one vocabulary, so that their peers can be compared."""
    if before.evaluator is after.evaluator:
        return before, after
    return _again(before, before, after, NO_WORDS), _again(after, before, after, NO_WORDS)


def _again(side: Evaluation, before: Evaluation, after: Evaluation, words: Vocabulary) -> Evaluation:
    """The same evaluation by an evaluator that knows all words of both sides."""
    evaluator = side.evaluator
    for each in (before, after):
        words |= vocabulary_of(_policies(each))
    again = Evaluator(evaluator.cluster, _policies(side), evaluator.options, words)
    return again.evaluate(side.scenario)


def _policies(side: Evaluation) -> PolicySet:
    evaluator = side.evaluator
    return PolicySet(tiers=evaluator.tiers, policies=tuple(compiled.policy for compiled in evaluator.policies))


def _compared(before: Evaluation, after: Evaluation, by: Grouping) -> Changes:
    """Every pair that differs, and every pair with something undecided that may."""
    clusters = before.cluster, after.cluster
    if max(len(c.pods) if by is Grouping.POD else len(c.workloads) for c in clusters) > MOST_PEERS:
        return Changes(complete=False)
    table = paired(before.matrix(by), after.matrix(by))
    doubts = _Doubts(before, after, by)
    pairs: list[Changed] = []
    doubtful: list[Changed] = []
    for (i, j), (was, now) in table.cells.items():
        source, target = table.ends[i], table.ends[j]
        changed = Changed(source=_peer(source), target=_peer(target), before=was, after=now)
        if was != now:
            pairs.append(changed)
        if (was.unknown or now.unknown) and doubts.may_differ(source, target):
            doubtful.append(changed)
    return Changes(pairs=tuple(pairs), doubtful=tuple(doubtful))


def _peer(end: End) -> Peer:
    if end.peer.type is PeerType.ADDRESSES:
        return replace(end.peer, addresses=end.addresses)
    return end.peer


class _Doubts:
    """Tells whether what is undecided about a pair is so for the same reasons before and after."""

    def __init__(self, before: Evaluation, after: Evaluation, by: Grouping) -> None:
        self._sides = before, after
        self._ends = peer_ends(before, by), peer_ends(after, by)
        found = inputs((before.cluster, _policies(before)), (after.cluster, _policies(after))).differences
        self._everywhere = any(_is_everywhere(each) for each in found)
        self._names = {each.name for each in found}

    def may_differ(self, source: End, target: End) -> bool:
        """Whether something that the verdicts of a pair rest on is another."""
        if self._everywhere or any(end.new or end.gone for end in (source, target)):
            return True
        return self._differs(source, Direction.EGRESS) or self._differs(target, Direction.INGRESS)

    def _differs(self, end: End, direction: Direction) -> bool:
        peer = end.peer
        if {f"{peer.namespace}/{peer.name}[{peer.kind}]", peer.namespace} & self._names:
            return True
        if any(owner in self._names for owner in _owners(peer)):
            return True
        was, now = (
            tuple(
                policy
                for pod in ends.get(name, ())
                if isinstance(pod, Pod)
                for policy in _selecting(side, pod, direction)
            )
            for side, ends, name in zip(self._sides, self._ends, (end.was.id, peer.id), strict=True)
        )
        return not same(was, now)


def _owners(peer: Peer) -> Iterator[str]:
    for kind, name in peer.owners:
        yield f"{peer.namespace}/{name}[{kind}]"


def _selecting(side: Evaluation, pod: Pod, direction: Direction) -> Iterator[object]:
    """The policies that concern a pod, as values."""
    evaluator = side.evaluator
    for slot in side.slots_of(pod):
        for number, sure in evaluator.selecting(slot, direction, side.inactive):
            yield evaluator.policies[number].policy, sure


def _is_everywhere(difference: Difference) -> bool:
    """Whether a difference may matter to any pair, and not only to those of a workload, a namespace or a policy."""
    return difference.piece not in _LOCAL
