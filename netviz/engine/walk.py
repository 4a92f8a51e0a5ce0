"""The walk: the one place where precedence lives.

For one subject in one direction it goes through the tiers in order, through their policies, through their rules, and
hands out what is still undecided. With the full universe the result is a row of the reachability matrix; with a
universe of one bit the same walk, recorded, is the explanation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
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
class _Walk:
    """What the walk of one subject has come to. `exact`: nothing so far was only possible."""

    record: Record | None
    may_allow: Region = EMPTY
    may_deny: Region = EMPTY
    exact: bool = True

    @property
    def joined(self) -> bool:
        """Whether each tier is one step, which nobody watches."""
        return self.exact and not self.record

    def add(self, action: Action, region: Region) -> None:
        if action is Action.ALLOW:
            self.may_allow |= region
        elif action is Action.DENY and not self.exact:
            self.may_deny |= region


def walk(universe: Region, program: Program, default: Action, record: Record | None = None) -> Outcome:
    """Decide every (peer, connection) of `universe`; `default` is for what no tier decides."""
    state = _Walk(record, exact=all(map(_is_exact, program.tiers)))
    if state.joined:
        program = Program(tuple(map(_joined, program.tiers)))
    undecided = universe
    for tier in program.tiers:
        undecided = _walk_tier(undecided, tier, state)
    state.add(default, undecided)
    if record and undecided:
        record(Event(EventKind.DEFAULT, undecided, default, True))
    if state.exact:
        return Outcome(state.may_allow, EMPTY)
    unknown = state.may_allow & state.may_deny
    return Outcome(state.may_allow - unknown, unknown)


def _is_exact(tier: TierStep) -> bool:
    return all(
        len(group) == 1 and group[0].sure and all(match.must is match.may for match in group[0].matches)
        for group in tier.groups
    )


def _joined(tier: TierStep) -> TierStep:
    """The same walk in fewer steps: where all is sure, rules in a row that do the same take what one of them would."""
    steps = [group[0] for group in tier.groups]
    if len(steps) == 1 and len(steps[0].matches) < 2:
        return tier
    matches: list[RuleMatch] = []
    for _, row in groupby((match for step in steps for match in step.matches), key=lambda match: match.rule.action):
        first, *others = row
        if others:
            region = Region.of(part for match in (first, *others) for part in match.may.rectangles)
            first = RuleMatch(first.rule, region, region, first.connections, first.widest)
        matches.append(first)
    captures = any(step.captures for step in steps)
    return TierStep(tier.tier, ((PolicyStep(steps[0].policy, True, captures, tuple(matches)),),))


def _walk_tier(undecided: Region, tier: TierStep, state: _Walk) -> Region:
    here, passed = undecided, EMPTY
    isolated = False
    perhaps: list[PolicyStep] = []
    for group in tier.groups:
        after = here
        for step in group:
            isolated |= step.captures and step.sure
            if step.captures and not step.sure:
                perhaps.append(step)
            left, leaving = _walk_policy(here, step, tier.tier, state)
            after, passed = left if after is here else after & left, passed | leaving
        here = after
    if tier.tier.default is Action.DENY:
        denied = here if isolated else _perhaps_denied(here, perhaps)
        state.add(Action.DENY, denied)
        if state.record and denied:
            state.record(Event(EventKind.TIER_END, denied, Action.DENY, isolated, tier.tier))
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


def _walk_policy(here: Region, step: PolicyStep, tier: Tier, state: _Walk) -> tuple[Region, Region]:
    passed, record = EMPTY, state.record
    last = step.matches[-1] if step.matches else None
    # Of a joined tier that denies the rest, nobody asks what the rest is.
    closed = state.joined and step.captures and tier.default is Action.DENY
    if record:
        record(Event(EventKind.POLICY, EMPTY, None, step.sure, tier, step))
    for match in step.matches:
        hit = here & match.may
        state.add(match.rule.action, hit)
        if match.rule.action is Action.PASS:
            passed |= hit
        if record:
            sure = step.sure and bool(here & match.must)
            record(Event(EventKind.RULE, hit, match.rule.action, sure, tier, step, match))
        if step.sure and not (match is last and closed):
            here -= match.must
    return here, passed
