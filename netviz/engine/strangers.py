"""The walk for peers that are not in the input, of which only a description is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from netviz.engine.evaluator import Evaluation
from netviz.engine.profiles import NOBODY
from netviz.engine.rules import CompiledRule, RuleMatch
from netviz.engine.walk import Program, walk
from netviz.model.policy import Action, Direction, RulePeer
from netviz.selectors.tree import Ternary
from netviz.sets.region import EMPTY, Region

Judgement = Callable[[RulePeer], Ternary]
"""Whether a peer clause means all of the described pods (True), none of them (False), or that cannot be said."""


def toward_described(evaluation: Evaluation, slot: int, direction: Direction, judge: Judgement) -> tuple[int, int]:
    """What a slot's own policies allow with the pods of a description: connection atoms with every one of them, and
    further ones that a rule allows with every one of them unless another rule, by what is not described, decides first.

    It is the walk of every other answer; only who is meant by a clause is taken from `judge`, not from the classes.
    """
    evaluator = evaluation.evaluator
    if evaluator.profiles[direction].of[slot] == NOBODY:
        return evaluator.atoms.all, 0
    policies = evaluator.selecting(slot, direction, evaluation.inactive)
    program = evaluator.program(slot, direction, policies, strangers=True)
    strangers = evaluator.classes.strangers
    numbers = iter(number for number, _ in policies)
    spoken: list[int] = []

    def described(match: RuleMatch, compiled: CompiledRule) -> RuleMatch:
        holds = judge(match.rule.peer)
        means, widest = match.connections.only_peers(strangers), match.widest.only_peers(strangers)
        may = widest if holds is not False and compiled.local.may >> slot & 1 else EMPTY
        sure = holds is True and compiled.rule.certain and compiled.local.must >> slot & 1
        if sure and match.rule.action is Action.ALLOW:
            spoken.append(means.connections_covering(strangers))
        must = means if sure else EMPTY
        return replace(match, may=may, must=may if must == may else must)

    tiers = []
    for tier in program.tiers:
        groups = []
        for group in tier.groups:
            steps = []
            for step in group:
                compiled = evaluator.policies[next(numbers)].rules[direction]
                matches = tuple(described(m, c) for m, c in zip(step.matches, compiled, strict=True))
                steps.append(replace(step, matches=matches))
            groups.append(tuple(steps))
        tiers.append(replace(tier, groups=tuple(groups)))
    universe = Region.rectangle(evaluator.atoms.all, strangers)
    found = walk(universe, Program(tuple(tiers)), evaluator.final(slot))
    allow = found.allow.connections_covering(strangers)
    return allow, reduce(int.__or__, spoken, 0) & found.unknown.connections_covering(strangers) & ~allow
