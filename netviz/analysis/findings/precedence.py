"""Who decides before whom: what policies of other kinds take from NetworkPolicies, and ties that nobody resolves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from typing import Final

from netviz.analysis.findings.walked import RuleHit, Walked, union
from netviz.engine.walk import PolicyStep, Program, TierStep
from netviz.model.policy import Action, Policy, PolicyId
from netviz.sets.region import EMPTY, Region

NETWORK_POLICY: Final = "NetworkPolicy"
MOST_ORDERS: Final = 4_000
"""So many walks in another order are tried at most to see whether ties matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overriding:
    """What a policy allows although NetworkPolicies alone would deny it.

    `rule` is the first of its rules that does, `region` what that allows so to the subjects of `walked`; `overridden`
    are the NetworkPolicies that isolate subjects concerned, `subjects` these (slots).
    """

    policy: Policy
    rule: RuleHit
    walked: Walked
    region: Region
    overridden: tuple[PolicyId, ...]
    subjects: int


def overriding(walks: tuple[Walked, ...]) -> tuple[Overriding, ...]:
    """Every policy that opens what NetworkPolicies close, in the order of the walks."""
    found: dict[PolicyId, Overriding] = {}
    for walked in walks:
        closing = [step.policy for step in walked.steps if _closes(step)]
        if not closing:
            continue
        alone = walked.decided_by(walked.only(closing))
        denied = walked.universe - alone.allow - alone.unknown
        for hit in walked.hits:
            region = hit.hit & hit.match.must & denied
            if hit.action is not Action.ALLOW or hit.policy.id.kind == NETWORK_POLICY or not region:
                continue
            ids = tuple(policy.id for policy in closing)
            known = found.get(hit.policy.id)
            found[hit.policy.id] = (
                Overriding(
                    policy=hit.policy,
                    rule=hit,
                    walked=walked,
                    region=region,
                    overridden=ids,
                    subjects=walked.members,
                )
                if known is None
                else replace(
                    known,
                    overridden=tuple(dict.fromkeys((*known.overridden, *ids))),
                    subjects=known.subjects | walked.members,
                )
            )
    return tuple(found.values())


def _closes(step: PolicyStep) -> bool:
    return step.policy.id.kind == NETWORK_POLICY and step.captures and step.sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two policies of the same order, and what is allowed or not as the one or the other of them is asked first."""

    first: Policy
    second: Policy
    walked: Walked
    region: Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """All ties that matter; not `complete` if there were too many to try."""

    found: tuple[Tie, ...]
    complete: bool = True


def ties(walks: tuple[Walked, ...]) -> Ties:
    """The pairs of policies of one tier and order whose order among each other decides about some connection."""
    found: dict[frozenset[PolicyId], Tie] = {}
    tried = 0
    for walked in walks:
        for place, tier in enumerate(walked.program.tiers):
            for group in _groups(tier):
                for first, second in combinations(group, 2):
                    pair = frozenset((first.policy.id, second.policy.id))
                    if pair in found or not _opposed(first, second):
                        continue
                    tried += 2
                    if tried > MOST_ORDERS:
                        return Ties(found=tuple(found.values()), complete=False)
                    region = _difference(walked, place, group, first, second)
                    if region:
                        found[pair] = Tie(first=first.policy, second=second.policy, walked=walked, region=region)
    return Ties(found=tuple(found.values()))


def _groups(tier: TierStep) -> Iterator[tuple[PolicyStep, ...]]:
    """The policies of one order, where there are several and the order of NetworkPolicies is not all that is open."""
    steps = (step for group in tier.groups for step in group)
    for _, members in groupby(steps, key=lambda step: step.policy.order):
        group = tuple(members)
        if len(group) > 1 and any(step.policy.id.kind != NETWORK_POLICY for step in group):
            yield group


def _opposed(first: PolicyStep, second: PolicyStep) -> bool:
    """Whether some connection is matched by rules of both that do not do the same."""
    if not (first.sure and second.sure):
        return False
    one, other = _by_action(first), _by_action(second)
    return any(a is not b and one[a] & other[b] for a in one for b in other)


def _by_action(step: PolicyStep) -> Mapping[Action, Region]:
    return {a: union(m.must for m in step.matches if m.rule.action is a) for a in Action}


def _difference(
    walked: Walked, place: int, group: tuple[PolicyStep, ...], first: PolicyStep, second: PolicyStep
) -> Region:
    """What is surely allowed with one of two policies first and not with the other, the rest of their group after."""
    rest = [step for step in group if step not in (first, second)]
    one, other = (
        walked.decided_by(_reordered(walked.program, place, group, [*pair, *rest])).allow
        for pair in ((first, second), (second, first))
    )
    return (one - other) | (other - one) if one != other else EMPTY


def _reordered(
    program: Program, place: int, group: tuple[PolicyStep, ...], order: list[PolicyStep]
) -> Program:
    """The program with the policies of a group in this order."""
    tier = program.tiers[place]
    steps = [step for members in tier.groups for step in members]
    start = next(i for i, step in enumerate(steps) if step.policy.id == group[0].policy.id)
    ordered = [*steps[:start], *order, *steps[start + len(group) :]]
    changed = replace(tier, groups=tuple((step,) for step in ordered))
    return Program((*program.tiers[:place], changed, *program.tiers[place + 1 :]))
