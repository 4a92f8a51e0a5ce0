"""The walk on hand-made programs: precedence, end of tier, Pass, undefined ties, and the three values."""

from __future__ import annotations

from netviz.engine.rules import RuleMatch
from netviz.engine.walk import EventKind, PolicyStep, Program, TierStep, walk
from netviz.model.policy import ANYONE, Action, Direction, Policy, PolicyId, PolicyRule, Tier
from netviz.sets.region import EMPTY, Region
from netviz.source import SourceRef

REF = SourceRef(file="p.yaml", document=1, path="", line=1)
UNIVERSE = Region.rectangle(0b11, 0b111)


def rule(action: Action, must: Region, may: Region | None = None) -> RuleMatch:
    said = PolicyRule(path="spec", action=action, peer=ANYONE, ref=REF)
    return RuleMatch(said, must, may or must, UNIVERSE, UNIVERSE)


def step(name: str, *matches: RuleMatch, captures: bool = True, sure: bool = True, order: float = 1) -> PolicyStep:
    policy = Policy(
        id=PolicyId("NetworkPolicy", "x", name),
        tier="t",
        order=order,
        subject=ANYONE,
        captures=frozenset(Direction),
        ref=REF,
    )
    return PolicyStep(policy, sure, captures, matches)


def tier(*groups: PolicyStep | tuple[PolicyStep, ...], default: Action = Action.DENY) -> TierStep:
    tuples = tuple(g if isinstance(g, tuple) else (g,) for g in groups)
    return TierStep(Tier(name="t", order=1, default=default), tuples)


def peers(mask: int) -> Region:
    return Region.rectangle(0b11, mask)


def test_without_policies_the_default_decides() -> None:
    assert walk(UNIVERSE, Program(()), Action.ALLOW).allow == UNIVERSE
    assert walk(UNIVERSE, Program(()), Action.DENY).allow == EMPTY


def test_an_isolating_policy_denies_what_no_rule_allows() -> None:
    outcome = walk(UNIVERSE, Program((tier(step("a", rule(Action.ALLOW, peers(0b001)))),)), Action.ALLOW)
    assert outcome.allow == peers(0b001)
    assert outcome.unknown == EMPTY


def test_a_policy_that_does_not_capture_leaves_the_rest_to_the_default() -> None:
    program = Program((tier(step("a", rule(Action.DENY, peers(0b001)), captures=False)),))
    assert walk(UNIVERSE, program, Action.ALLOW).allow == peers(0b110)


def test_the_first_matching_rule_decides() -> None:
    program = Program((tier(step("a", rule(Action.DENY, peers(0b001)), rule(Action.ALLOW, peers(0b011)))),))
    assert walk(UNIVERSE, program, Action.ALLOW).allow == peers(0b010)


def test_pass_leaves_the_tier_and_skips_its_end() -> None:
    first = tier(step("a", rule(Action.PASS, peers(0b001)), rule(Action.ALLOW, peers(0b010))))
    second = tier(step("b", rule(Action.DENY, peers(0b100)), captures=False))
    assert walk(UNIVERSE, Program((first, second)), Action.ALLOW).allow == peers(0b011)


def test_the_end_of_a_tier_with_default_pass_goes_on() -> None:
    first = tier(step("a", rule(Action.DENY, peers(0b001))), default=Action.PASS)
    assert walk(UNIVERSE, Program((first,)), Action.ALLOW).allow == peers(0b110)


def test_a_rule_that_only_may_match_gives_unknown() -> None:
    program = Program((tier(step("a", rule(Action.ALLOW, EMPTY, peers(0b001)))),))
    outcome = walk(UNIVERSE, program, Action.ALLOW)
    assert outcome == (EMPTY, peers(0b001))


def test_a_policy_that_only_may_select_leaves_both_answers_open() -> None:
    program = Program((tier(step("a", rule(Action.ALLOW, peers(0b001)), sure=False)),))
    outcome = walk(UNIVERSE, program, Action.ALLOW)
    assert outcome.allow == peers(0b001)
    assert outcome.unknown == peers(0b110)


def test_what_another_policy_surely_allows_stays_allowed_beside_an_uncertain_one() -> None:
    unsure = step("a", rule(Action.ALLOW, EMPTY, UNIVERSE), sure=False)
    program = Program((tier(unsure, step("b", rule(Action.ALLOW, peers(0b010)))),))
    outcome = walk(UNIVERSE, program, Action.ALLOW)
    assert outcome.allow == peers(0b010)
    assert outcome.unknown == peers(0b101)


def test_c6_policies_without_order_that_disagree_are_unknown_and_that_agree_are_not() -> None:
    allow = step("a", rule(Action.ALLOW, peers(0b011)), captures=False)
    deny = step("b", rule(Action.DENY, peers(0b110)), captures=False)
    outcome = walk(UNIVERSE, Program((tier((allow, deny)),)), Action.ALLOW)
    assert outcome.allow == peers(0b001)
    assert outcome.unknown == peers(0b010)


def test_with_one_bit_the_recorded_walk_ends_where_the_full_walk_says() -> None:
    program = Program((tier(step("a", rule(Action.ALLOW, peers(0b001)))),))
    events: list[EventKind] = []
    denied = walk(Region.rectangle(1, 0b100), program, Action.ALLOW, lambda e: events.append(e.kind))
    assert denied.allow == EMPTY
    assert events == [EventKind.POLICY, EventKind.RULE, EventKind.TIER_END]
