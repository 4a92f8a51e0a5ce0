"""The recorded walks of a scenario: what every rule of every policy takes, subject by subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.rules import RuleMatch
from netviz.engine.walk import Event, EventKind, Outcome, PolicyStep, Program, walk
from netviz.model.policy import Action, Direction, Policy, Tier
from netviz.sets.region import EMPTY, Region, mask_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """What one rule took of what was undecided, and all that it matches; `step` is its policy in this walk."""

    tier: Tier
    step: PolicyStep
    match: RuleMatch
    hit: Region

    @property
    def policy(self) -> Policy:
        """The policy of the rule."""
        return self.step.policy

    @property
    def action(self) -> Action:
        """What the rule does."""
        return self.match.rule.action


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """The walk of the subjects `members` (slots) in one direction, over all known peers: `slot` is one of them."""

    evaluator: Evaluator
    direction: Direction
    slot: int
    members: int
    universe: Region
    program: Program
    events: tuple[Event, ...]
    outcome: Outcome

    @property
    def hits(self) -> Iterator[RuleHit]:
        """Every rule that was asked, in order, also those that had nothing left to take."""
        for event in self.events:
            if event.kind is EventKind.RULE and event.tier and event.step and event.match:
                yield RuleHit(tier=event.tier, step=event.step, match=event.match, hit=event.hit)

    @property
    def ends(self) -> Iterator[tuple[Tier, Region]]:
        """The tiers whose end denied something, and what."""
        for event in self.events:
            if event.kind is EventKind.TIER_END and event.tier:
                yield event.tier, event.hit

    @property
    def steps(self) -> Iterator[PolicyStep]:
        """The policies that concern the subjects, in order."""
        for tier in self.program.tiers:
            for group in tier.groups:
                yield from group

    def decided_by(self, program: Program) -> Outcome:
        """What would be allowed if these were the policies that concern the subjects."""
        return walk(self.universe, program, self.evaluator.final(self.slot))

    def only(self, kept: Iterable[Policy]) -> Program:
        """The program with no other policies than these."""
        ids = {policy.id for policy in kept}
        tiers = []
        for tier in self.program.tiers:
            groups = tuple(tuple(step for step in group if step.policy.id in ids) for group in tier.groups)
            here = tuple(group for group in groups if group)
            if here:
                tiers.append(replace(tier, groups=here))
        return Program(tuple(tiers))


def walks(evaluation: Evaluation) -> tuple[Walked, ...]:
    """The walks of all subjects that some policy of the scenario concerns, one for all that walk alike."""
    return tuple(_walks(evaluation))


def _walks(evaluation: Evaluation) -> Iterator[Walked]:
    evaluator = evaluation.evaluator
    known = evaluator.classes.all & ~evaluator.classes.strangers
    for direction in Direction:
        for profile in evaluator.profiles[direction].profiles:
            slot = profile.members[0]
            selection = evaluator.selecting(slot, direction, evaluation.inactive)
            if not selection:
                continue
            program = evaluator.program(slot, direction, selection)
            failsafe = evaluator.failsafe(slot, direction)
            universe = evaluator.universe - Region.rectangle(failsafe, known) if failsafe else evaluator.universe
            events: list[Event] = []
            outcome = walk(universe, program, evaluator.final(slot), events.append)
            yield Walked(
                evaluator=evaluator,
                direction=direction,
                slot=slot,
                members=mask_of(profile.members),
                universe=universe,
                program=program,
                events=tuple(events),
                outcome=outcome,
            )


def union(regions: Iterable[Region]) -> Region:
    """All of the regions together."""
    found = EMPTY
    for region in regions:
        found |= region
    return found
