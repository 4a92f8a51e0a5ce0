"""Which policies decide about some connections between two peers: the recorded walk, many connections at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Final

from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import End
from netviz.engine.walk import Event, EventKind, walk
from netviz.model.policy import Action, Direction, Policy, Tier
from netviz.selectors.tree import Ternary
from netviz.sets.connections import ConnectionSet
from netviz.sets.region import Region

MOST_COMBINATIONS: Final = 16
"""Pairs of unlike pods of two peers that are looked at; a namespace has more."""

NO_POLICY: Final = "no policy applies"
NOT_ASKED: Final = "no policy is asked on one node"
FAILSAFE: Final = "failsafe port"
OPEN: Final = "open: no policy selects it"
LEFT: Final = "open: no policy decides"
MORE: Final = "and others"


def deciding(
    evaluation: Evaluation, sources: tuple[End, ...], targets: tuple[End, ...], connections: ConnectionSet
) -> tuple[str, str]:
    """What decides about these connections on the side of the source (egress) and of the target (ingress), in words.

    Policies by id with their tier, in the order of evaluation; "denied by" before those that do.
    """
    mask = evaluation.evaluator.atoms.mask(connections)
    egress: dict[str, None] = {}
    ingress: dict[str, None] = {}
    pairs = ((s, t) for s, t in product(sources, targets) if s != t)
    for source, target in islice(pairs, MOST_COMBINATIONS):
        bypassed = evaluation.bypass(source, target)
        for s, t in evaluation.slot_pairs(source, target):
            egress |= dict.fromkeys(_side(evaluation, s, t, Direction.EGRESS, mask, bypassed.egress))
            ingress |= dict.fromkeys(_side(evaluation, t, s, Direction.INGRESS, mask, bypassed.ingress))
    more = [MORE] if next(pairs, None) is not None else []
    return ", ".join([*egress, *more]), ", ".join([*ingress, *more])


def _side(
    evaluation: Evaluation, subject: int, peer: int, direction: Direction, mask: int, bypassed: Ternary
) -> Iterator[str]:
    evaluator = evaluation.evaluator
    if bypassed:
        yield NOT_ASKED
        return
    if not evaluator.policed(subject):
        yield NO_POLICY
        return
    always = evaluator.failsafe(subject, direction) & mask
    if always:
        yield FAILSAFE
    if mask == always:
        return
    events: list[Event] = []
    policies = evaluator.selecting(subject, direction, evaluation.inactive)
    strangers = bool(evaluator.classes.strangers >> peer & 1)
    program = evaluator.program(subject, direction, policies, strangers=strangers)
    walk(Region.rectangle(mask & ~always, 1 << peer), program, evaluator.final(subject), events.append)
    yield from _words(events)


def _words(events: list[Event]) -> Iterator[str]:
    isolating: list[str] = []
    for event in events:
        match event.kind:
            case EventKind.POLICY if event.step is not None and event.step.captures:
                isolating.append(_named(event.step.policy, event.tier))
            case EventKind.RULE if event.hit and event.step is not None and event.action is not Action.PASS:
                verb = "denied by " if event.action is Action.DENY else ""
                yield f"{'' if event.sure else 'perhaps '}{verb}{_named(event.step.policy, event.tier)}"
            case EventKind.TIER_END:
                mine = [name for name in isolating if name.endswith(_tier_words(event.tier))]
                yield f"{'' if event.sure else 'perhaps '}denied by {' and '.join(mine)}"
            case EventKind.DEFAULT:
                if event.action is Action.DENY:
                    yield "denied by default"
                else:
                    yield LEFT if any(each.kind is EventKind.POLICY for each in events) else OPEN
            case _:
                pass


def _named(policy: Policy, tier: Tier | None) -> str:
    return f"{policy.id}{_tier_words(tier)}"


def _tier_words(tier: Tier | None) -> str:
    return f" (tier {tier.name})" if tier else ""
