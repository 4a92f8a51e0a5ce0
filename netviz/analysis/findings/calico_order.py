"""Pitfalls of Calico's policies that are in their order: tiers, and what comes before or after NetworkPolicies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from netviz.analysis.findings.calico_writing import is_own
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness
from netviz.analysis.findings.precedence import NETWORK_POLICY, Tie
from netviz.analysis.findings.reported import name_of, record_place
from netviz.analysis.findings.walked import RuleHit, Walked
from netviz.analysis.findings.words import counted, listed, workloads_of
from netviz.dialects.admin import ADMIN, BASELINE
from netviz.dialects.calico_strictness import API_VERSIONS
from netviz.dialects.kubernetes import ORDER, TIER
from netviz.engine.options import Verdict
from netviz.errors import Severity
from netviz.manifests.reading import Record
from netviz.model.policy import Action, Policy, PolicyId, RemarkKind, Tier
from netviz.sets.region import EMPTY, Region
from netviz.source import SourceRef

_HAVE_NONE: Final = ("which have none either", "which has none either")
ADMIN_TIERS: Final = (ADMIN.name, BASELINE.name)


def order_place(policy: Policy) -> SourceRef:
    """Where the order of a policy is written, or where it would be."""
    kinds = (RemarkKind.ORDER, RemarkKind.ORDER_OMITTED)
    return next((remark.ref for remark in policy.remarks if remark.kind in kinds), policy.ref)


def _is_late(policy: Policy) -> bool:
    """Whether it comes after the NetworkPolicies, in their tier."""
    return policy.tier == TIER.name and (policy.order is None or policy.order > ORDER)


def _order_words(policy: Policy) -> str:
    return "without an order" if policy.order is None else f"with order {policy.order:g}"


def _order_omitted(facts: Facts) -> Iterator[Finding]:
    beside: dict[PolicyId, dict[Policy, None]] = {}
    for walked in facts.walks:
        for tier in walked.program.tiers:
            policies = [step.policy for group in tier.groups for step in group]
            for policy in policies:
                if policy.order is None and is_own(policy):
                    beside.setdefault(policy.id, {}).update({p: None for p in policies if p.id != policy.id})
    for policy, remark in facts.remarks(RemarkKind.ORDER_OMITTED):
        if not is_own(policy):
            continue
        others = beside.get(policy.id, {})
        before = [str(each.id) for each in others if each.order is not None]
        equal = [str(each.id) for each in others if each.order is None]
        parts = [f"behind {listed(before)}"] if before else []
        parts += [f"beside {listed(equal)}, {_HAVE_NONE[len(equal) == 1]}"] if equal else []
        tail = f", {' and '.join(parts)}" if parts else "; no other policy there is about the same endpoints so far"
        yield CAL006.finding(
            f"it has no order, so that it comes last in the tier {policy.tier}{tail}",
            "write an order: smaller numbers come first, and NetworkPolicies of Kubernetes have 1000",
            about=policy.id,
            ref=remark.ref,
            severity=None if before else Severity.INFO,
        )


def _deny_comes_late(facts: Facts) -> Iterator[Finding]:
    found: dict[str, Finding] = {}
    for walked in facts.walks:
        taken, by = EMPTY, {}
        for hit in walked.hits:
            if hit.policy.id.kind == NETWORK_POLICY and hit.action is Action.ALLOW:
                taken |= hit.hit
                by[str(hit.policy.id)] = hit.hit
            if not (is_own(hit.policy) and _is_late(hit.policy) and hit.action is Action.DENY):
                continue
            lost = hit.match.must & taken
            key = f"{hit.policy.id} {hit.match.rule.path}"
            if lost and key not in found:
                names = [name for name, region in by.items() if region & lost]
                found[key] = _late_deny(facts, walked, hit, lost, names)
    yield from found.values()


def _late_deny(facts: Facts, walked: Walked, hit: RuleHit, lost: Region, names: list[str]) -> Finding:
    policy = hit.policy
    return CAL007.finding(
        f"{_order_words(policy)} it comes after the NetworkPolicies, which have 1000: what {listed(names)}"
        f" {'allows' if len(names) == 1 else 'allow'} is allowed before this rule could deny it",
        "give it an order below 1000, or put it into an earlier tier",
        about=policy.id,
        ref=hit.match.rule.ref,
        witness=facts.flows.example(walked.members, walked.direction, lost, Verdict.ALLOW),
    )


def _bypasses(facts: Facts) -> Iterator[Finding]:
    for each in facts.overriding:
        policy = each.policy
        if not is_own(policy):
            continue
        names = listed([str(identity) for identity in each.overridden])
        if _is_late(policy):
            message = (
                f"it allows what {names} would deny: the isolation of a NetworkPolicy is only the end of the tier"
                " default in Calico, and this policy stands before that"
            )
        else:
            message = f"it allows what {names} would deny: it is asked before, and what it allows is allowed"
        yield CAL008.finding(
            message,
            "write Pass instead of Allow in an earlier tier, so that NetworkPolicies decide, or narrow the rule, if"
            " that is not meant",
            about=policy.id,
            ref=each.rule.match.rule.ref,
            witness=facts.flows.example(
                each.walked.members, each.walked.direction, each.region, Verdict.ALLOW
            ),
        )


def _passes_to_the_profile(facts: Facts) -> Iterator[Finding]:
    found: dict[str, Finding] = {}
    for walked in facts.walks:
        for hit in walked.hits:
            policy, key = hit.policy, f"{hit.policy.id} {hit.match.rule.path}"
            if not (is_own(policy) and policy.tier == TIER.name and hit.action is Action.PASS) or key in found:
                continue
            opened = hit.hit & walked.outcome.allow
            if opened:
                skipped = [s.policy for s in walked.steps if s.policy.id.kind == NETWORK_POLICY]
                denied = walked.universe - walked.decided_by(walked.only(skipped)).allow
                names = listed([str(each.id) for each in skipped])
                tail = f", and {names} {'is' if len(skipped) == 1 else 'are'} not asked" if names else ""
                found[key] = CAL009.finding(
                    "Pass in the tier default leaves it: no NetworkPolicy comes after that, so that the profile of the"
                    f" namespace allows the connection{tail}",
                    "write Allow if that is meant; move the policy to an earlier tier to leave the decision to"
                    " NetworkPolicies",
                    about=policy.id,
                    ref=hit.match.rule.ref,
                    witness=facts.flows.example(
                        walked.members, walked.direction, opened & denied or opened, Verdict.ALLOW
                    ),
                )
    yield from found.values()


def _ties(facts: Facts) -> Iterator[Finding]:
    for tie in facts.ties.found:
        if tie.first.tier not in ADMIN_TIERS:
            words = "have no order" if tie.first.order is None else f"both have the order {tie.first.order:g}"
            yield CAL010.finding(
                f"it and {tie.first.id} {words} in the tier {tie.first.tier} and do not agree about some"
                " connections: which of them is asked first depends on their names, and on the version of Calico",
                "give them different orders",
                about=tie.second.id,
                ref=order_place(tie.second),
                witness=tie_witness(facts, tie),
            )


def tie_witness(facts: Facts, tie: Tie) -> FlowWitness | None:
    """A connection that the order of two policies decides about."""
    return facts.flows.example(tie.walked.members, tie.walked.direction, tie.region)


def _closed_by_tier(facts: Facts) -> Iterator[Finding]:
    for tier in facts.policies.tiers:
        closed = [walked for walked in facts.walks if _isolates(walked, tier)]
        denying = any(ended.name == tier.name for walked in closed for ended, _ in walked.ends)
        if tier.default is not Action.DENY or tier.name == TIER.name or tier.missing or not denying:
            continue
        names = workloads_of(facts.pods(_members(closed)))
        record = _record_of(facts, tier)
        yield CAL011.finding(
            "the tier ends with Deny: what its policies select is closed to all that they neither allow nor pass on,"
            f" whatever later tiers say ({counted(len(names), 'workload')}: {listed(names)})",
            "set defaultAction: Pass if later tiers, NetworkPolicies among them, are to decide the rest",
            about=f"Tier/{tier.name}" if record is None else name_of(facts, record),
            ref=None if record is None else record_place(record, "spec.defaultAction"),
            witness=_denied_at_the_end(facts, closed, tier),
        )


def _record_of(facts: Facts, tier: Tier) -> Record | None:
    named = (r for r in facts.report.records if r.kind == "Tier" and r.api_version in API_VERSIONS)
    return next((record for record in named if record.name == tier.name), None)


def _denied_at_the_end(facts: Facts, closed: Iterable[Walked], tier: Tier) -> FlowWitness | None:
    for walked in closed:
        for ended, region in walked.ends:
            if ended.name == tier.name:
                return facts.flows.example(walked.members, walked.direction, region, Verdict.DENY)
    return None


def _isolates(walked: Walked, tier: Tier) -> bool:
    steps = (step for here in walked.program.tiers if here.tier.name == tier.name for g in here.groups for step in g)
    return any(step.captures and step.sure for step in steps)


def _members(walks: Iterable[Walked]) -> int:
    found = 0
    for walked in walks:
        found |= walked.members
    return found


CAL006 = Check(
    id="CAL006",
    severity=Severity.WARNING,
    title="No order",
    rationale="Policies of a tier are asked in the order of their numbers, and one without a number comes after all"
    " others: in the tier default also after the NetworkPolicies of Kubernetes, which have 1000.",
    run=_order_omitted,
)
CAL007 = Check(
    id="CAL007",
    severity=Severity.WARNING,
    title="Deny after NetworkPolicies",
    rationale="Calico reads NetworkPolicies as policies of the tier default with order 1000. What one of them allows is"
    " allowed, before a Deny with a larger order is asked.",
    run=_deny_comes_late,
)
CAL008 = Check(
    id="CAL008",
    severity=Severity.WARNING,
    title="Allow past NetworkPolicies",
    rationale="An Allow is final. In an earlier tier, or before order 1000 in the tier default, it comes before every"
    " NetworkPolicy; and after them it still comes before their isolation, which in Calico is the end of the tier.",
    run=_bypasses,
)
CAL009 = Check(
    id="CAL009",
    severity=Severity.WARNING,
    title="Pass out of the tier default",
    rationale="Pass leaves the tier. Behind the tier default there is only the baseline of the admin policies and then"
    " the profile of the namespace, which allows everything: NetworkPolicies are skipped.",
    run=_passes_to_the_profile,
)
CAL010 = Check(
    id="CAL010",
    severity=Severity.WARNING,
    title="Equal orders",
    rationale="Policies of the same order are sorted by name, in a way that changed with Calico 3.32. Where they do not"
    " agree, a new name or an upgrade changes what is allowed.",
    run=_ties,
)
CAL011 = Check(
    id="CAL011",
    severity=Severity.INFO,
    title="Tier that ends with Deny",
    rationale="As soon as one policy of such a tier selects a pod in a direction, everything there is denied that no"
    " rule of the tier allows or passes on.",
    run=_closed_by_tier,
)
