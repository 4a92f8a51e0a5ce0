"""Rules and policies that decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness
from netviz.analysis.findings.redundancy import IdleRule, RuleKey, rule_of
from netviz.analysis.findings.words import listed
from netviz.errors import Severity
from netviz.model.policy import Action, Policy, PolicyRule, RemarkKind

_DOES = {Action.ALLOW: "allows", Action.DENY: "denies", Action.PASS: "passes on"}


def is_calico(policy: Policy) -> bool:
    """Whether a policy is written in Calico's API."""
    return policy.id.kind.startswith("calico.") and policy.id.kind != "calico.StagedKubernetesNetworkPolicy"


def _idle(facts: Facts, check: Check, *, calico: bool) -> Iterator[Finding]:
    found = facts.redundancy
    for number, rules in sorted(found.policies.items()):
        policy = facts.evaluator.policies[number].policy
        if is_calico(policy) is calico:
            by = [key for each in rules for key in each.by if key.policy != number]
            yield check.finding(
                f"it decides nothing: all that its rules do, {_words(facts, policy, by)}",
                "take it out, or find out what it was to do",
                about=policy.id,
                ref=policy.ref,
                severity=Severity.INFO,
            )
    for each in found.rules:
        policy = facts.evaluator.policies[each.key.policy].policy
        if is_calico(policy) is calico:
            yield _rule(facts, check, policy, each)


def _rule(facts: Facts, check: Check, policy: Policy, idle: IdleRule) -> Finding:
    rule = rule_of(facts.evaluation, idle.key)
    differs = any(rule_of(facts.evaluation, key).action is not rule.action for key in idle.by)
    others = _words(facts, policy, idle.by)
    if idle.shadowed and differs:
        message = f"it is never reached: {others} decides all that it matches, before it"
        advice = "move it before what covers it, make that narrower, or take it out"
    else:
        message = f"it decides nothing: what it {_DOES[rule.action]}, {others} {_DOES[rule.action]} as well"
        advice = "take it out; no connection changes"
        if any(remark.kind is RemarkKind.TYPES_OMITTED for remark in policy.remarks):
            advice += " if policyTypes is written as it is understood now"
    severity = None if check.severity is Severity.INFO or (idle.shadowed and differs) else Severity.INFO
    witness = _decided_before(facts, rule) if idle.shadowed and differs else None
    return check.finding(message, advice, about=policy.id, ref=rule.ref, severity=severity, witness=witness)


def _decided_before(facts: Facts, rule: PolicyRule) -> FlowWitness | None:
    """A connection that a rule matches, and that was decided before it was asked."""
    for walked in facts.walks:
        for hit in walked.hits:
            if hit.match.rule is rule and hit.match.may:
                return facts.flows.example(walked.members, walked.direction, hit.match.may)
    return None


def _words(facts: Facts, policy: Policy, keys: Sequence[RuleKey]) -> str:
    """The rules that decide instead, with their policies where these are others."""
    names: dict[str, None] = {}
    for key in keys:
        other, rule = facts.evaluator.policies[key.policy].policy, rule_of(facts.evaluation, key)
        names[rule.path if other.id == policy.id else f"{other.id} {rule.path}"] = None
    return listed(list(names)) or "the end of a tier before it"


def _idle_kubernetes(facts: Facts) -> Iterator[Finding]:
    return _idle(facts, NP027, calico=False)


def _idle_calico(facts: Facts) -> Iterator[Finding]:
    return _idle(facts, CAL032, calico=True)


NP027 = Check(
    id="NP027",
    severity=Severity.INFO,
    title="Redundant",
    rationale="A rule, or a whole policy, that changes no verdict costs the reader and may hide a mistake. All that is"
    " called so could be taken out at once without any change, as far as the pods and namespaces of the input go.",
    run=_idle_kubernetes,
)
CAL032 = Check(
    id="CAL032",
    severity=Severity.WARNING,
    title="Never reached",
    rationale="The first rule that matches decides. A rule behind others that match all that it matches never decides"
    " anything; if it was to do something else than they do, it does not.",
    run=_idle_calico,
)
