"""The walk: the one place where precedence lives.

For one subject in one direction it goes through the tiers in order, through their policies, through their rules, and
hands out what is still undecided. With the full universe the result is a row of the reachability matrix; with a
universe of one bit the same walk, recorded, is the explanation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from netviz.engine.rules import RuleMatch
from netviz.model.policy import Action, Policy, Tier
from netviz.sets.region import EMPTY, Region


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """A policy that may select the subject: `sure` if it does; `captures` if it isolates in this direction."""

    policy: Policy
    sure: bool
    captures: bool
    matches: tuple[RuleMatch, ...]


@dataclass(frozen=True, slots=True)
class TierStep:
    """A tier with the policies that concern the subject, in groups: the members of one group have no order (C6)."""

    tier: Tier
    groups: tuple[tuple[PolicyStep, ...], ...]


class Program(NamedTuple):
    """Everything that the walk of one subject in one direction goes through."""

    tiers: tuple[TierStep, ...]


class EventKind(StrEnum):
    """What the walk came to."""

    POLICY = "policy"
    RULE = "rule"
    TIER_END = "tier-end"
    DEFAULT = "default"


class Event(NamedTuple):
    """One station of a recorded walk. `hit` is what the rule (or end) took or may have taken of what was undecided.

    `action` is None for a policy; `sure` is False where the event may or may not happen.
    """

    kind: EventKind
    hit: Region
    action: Action | None
    sure: bool
    tier: Tier | None = None
    step: PolicyStep | None = None
    match: RuleMatch | None = None


Record = Callable[[Event], None]


class Outcome(NamedTuple):
    """What is surely allowed, and what is neither surely allowed nor surely denied (disjoint)."""

    allow: Region
    unknown: Region


@dataclass(slots=True)
class _Totals:
    may_allow: Region = EMPTY
    may_deny: Region = EMPTY

    def add(self, action: Action, region: Region) -> None:
        if action is Action.ALLOW:
            self.may_allow |= region
        elif action is Action.DENY:
            self.may_deny |= region


def walk(universe: Region, program: Program, default: Action, record: Record | None = None) -> Outcome:
    """Decide every (peer, connection) of `universe`; `default` is for what no tier decides."""
    totals = _Totals()
    undecided = universe
    for tier in program.tiers:
        undecided = _walk_tier(undecided, tier, totals, record)
    totals.add(default, undecided)
    if record and undecided:
        record(Event(EventKind.DEFAULT, undecided, default, True))
    unknown = totals.may_allow & totals.may_deny
    return Outcome(totals.may_allow - unknown, unknown)


def _walk_tier(undecided: Region, tier: TierStep, totals: _Totals, record: Record | None) -> Region:
    here, passed = undecided, EMPTY
    isolated = False
    perhaps: list[PolicyStep] = []
    for group in tier.groups:
        after = here
        for step in group:
            isolated |= step.captures and step.sure
            if step.captures and not step.sure:
                perhaps.append(step)
            left, leaving = _walk_policy(here, step, tier.tier, totals, record)
            after, passed = after & left, passed | leaving
        here = after
    if tier.tier.default is Action.DENY:
        denied = here if isolated else _perhaps_denied(here, perhaps)
        totals.add(Action.DENY, denied)
        if record and denied:
            record(Event(EventKind.TIER_END, denied, Action.DENY, isolated, tier.tier))
        if isolated:
            here = EMPTY
    return here | passed


def _perhaps_denied(here: Region, perhaps: list[PolicyStep]) -> Region:
    # A policy that may or may not apply denies at most what it would not itself decide if it did.
    denied = EMPTY
    for step in perhaps:
        left = here
        for match in step.matches:
            left -= match.must
        denied |= left
    return denied


def _walk_policy(
    here: Region, step: PolicyStep, tier: Tier, totals: _Totals, record: Record | None
) -> tuple[Region, Region]:
    passed = EMPTY
    if record:
        record(Event(EventKind.POLICY, EMPTY, None, step.sure, tier, step))
    for match in step.matches:
        hit = here & match.may
        totals.add(match.rule.action, hit)
        if match.rule.action is Action.PASS:
            passed |= hit
        sure = step.sure and bool(here & match.must)
        if record:
            record(Event(EventKind.RULE, hit, match.rule.action, sure, tier, step, match))
        if step.sure:
            here -= match.must
    return here, passed
