"""Pitfalls of the admin policies: what is refused, undefined or not reached, and what NetworkPolicies lose to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netviz.analysis.findings.calico_order import ADMIN_TIERS, order_place, tie_witness
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness
from netviz.analysis.findings.kubernetes_refused import object_of, ref_of
from netviz.analysis.findings.reported import as_finding, is_refusal, name_of, record_place, reported
from netviz.analysis.findings.walked import RuleHit, Walked
from netviz.analysis.findings.words import counted, listed, workloads_of
from netviz.dialects.admin import BASELINE, ONE_BASELINE
from netviz.dialects.admin_ports import EVERY_PORT
from netviz.engine.options import Verdict
from netviz.errors import Diagnostic, Severity
from netviz.model.policy import Action, Direction, Policy, RemarkKind, RulePeer, SomePeer, WithAddress
from netviz.sets.region import Region

GROUPS: Final = ("policy.networking.k8s.io",)
_OLD_KINDS: Final = ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy")
_KINDS: Final = frozenset((*_OLD_KINDS, "ClusterNetworkPolicy"))
_OLD_PEERS: Final = ("sameLabels", "notSameLabels")
_EMPTY_CODES: Final = ("empty-range", "unknown-protocol")


def is_admin(policy: Policy) -> bool:
    """Whether it is one of the admin policies."""
    return policy.id.kind in _KINDS


def _ties(facts: Facts) -> Iterator[Finding]:
    for tie in facts.ties.found:
        if tie.first.tier in ADMIN_TIERS:
            tail = (
                "the API does not define which of them decides, and so it is unknown"
                if _is_undefined(facts, tie.first.tier)
                else "the API does not define which of them decides; Calico goes by their names"
            )
            yield ANP001.finding(
                f"it and {tie.first.id} share the priority {tie.first.order:g} and do not agree about some connections:"
                f" {tail}",
                "give them different priorities",
                about=tie.second.id,
                ref=order_place(tie.second),
                witness=tie_witness(facts, tie),
            )


def _is_undefined(facts: Facts, tier: str) -> bool:
    return any(each.name == tier and each.ties_undefined for each in facts.policies.tiers)


def _is_name(diagnostic: Diagnostic) -> bool:
    return diagnostic.message == ONE_BASELINE


def _is_empty_section(diagnostic: Diagnostic) -> bool:
    return diagnostic.hint == EVERY_PORT


def _is_old_peer(diagnostic: Diagnostic) -> bool:
    return diagnostic.code == "unknown-field" and diagnostic.path.endswith(_OLD_PEERS)


def _is_other_refusal(diagnostic: Diagnostic) -> bool:
    known = _is_name(diagnostic) or _is_empty_section(diagnostic) or _is_old_peer(diagnostic)
    return is_refusal(diagnostic) and not known


def _wrong_name(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_name):
        yield as_finding(ANP002, facts, problem, "write metadata.name: default")


def _refused(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_other_refusal):
        yield as_finding(ANP003, facts, problem, "mend it: until then verdicts that it may decide are unknown")


def _empty_section(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_empty_section):
        yield as_finding(ANP004, facts, problem, EVERY_PORT)


def _covers_pods(facts: Facts) -> Iterator[Finding]:
    found: dict[str, Finding] = {}
    for walked in facts.walks:
        if walked.direction is not Direction.EGRESS:
            continue
        for hit in walked.hits:
            key = f"{hit.policy.id} {hit.match.rule.path}"
            if key in found or not is_admin(hit.policy) or hit.action is not Action.DENY:
                continue
            finding = _denied_pods(facts, walked, hit)
            if finding is not None:
                found[key] = finding
    yield from found.values()


def _denied_pods(facts: Facts, walked: Walked, hit: RuleHit) -> Finding | None:
    rule = hit.match.rule
    peers: tuple[RulePeer, ...] = rule.peer.parts if isinstance(rule.peer, SomePeer) else (rule.peer,)
    for i, peer in enumerate(peers):
        if not isinstance(peer, WithAddress):
            continue
        denied: Region = hit.hit.only_peers(facts.evaluator.bounds(peer).may & facts.pod_slots)
        if not denied:
            continue
        names = workloads_of(facts.pods(denied.peers()))
        blocks = listed(peer.addresses.cidrs())
        return ANP005.finding(
            f"{blocks} also covers pods of the cluster: what goes to {counted(len(names), 'workload')} is denied, too"
            f" ({listed(names)})",
            "write a rule with Pass or Allow for pods before it, if only addresses outside are meant",
            about=hit.policy.id,
            ref=rule.peer_refs[i] if i < len(rule.peer_refs) else rule.ref,
            witness=facts.flows.example(walked.members, walked.direction, denied, Verdict.DENY),
        )
    return None


def _undefined_domains(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, lambda d: d.code == "undefined-domain-names"):
        advice = "use domainNames only in rules that allow, and deny networks: [0.0.0.0/0] after them"
        yield as_finding(ANP006, facts, problem, advice)


def _empty_ranges(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, lambda d: d.code in _EMPTY_CODES):
        yield as_finding(ANP007, facts, problem, "write the smaller port as start and the larger as end")


def _overrides(facts: Facts) -> Iterator[Finding]:
    for each in facts.overriding:
        if is_admin(each.policy):
            names = listed([str(identity) for identity in each.overridden])
            yield ANP008.finding(
                f"it allows what {names} would deny: no NetworkPolicy is asked about what the Admin tier allows",
                "write Pass instead of Allow if the owners of the namespaces are to decide",
                about=each.policy.id,
                ref=each.rule.match.rule.ref,
                witness=facts.flows.example(each.walked.members, each.walked.direction, each.region, Verdict.ALLOW),
            )


def _not_reached(facts: Facts) -> Iterator[Finding]:
    hidden: dict[tuple[Policy, Direction], int] = {}
    by: dict[tuple[Policy, Direction], dict[str, None]] = {}
    for walked in facts.walks:
        closing = [s.policy for s in walked.steps if s.policy.tier != BASELINE.name and s.captures and s.sure]
        for policy in {h.policy.id: h.policy for h in walked.hits if _is_baseline(h.policy)}.values():
            hits = [hit for hit in walked.hits if hit.policy.id == policy.id]
            if closing and any(hit.match.may for hit in hits) and not any(hit.hit for hit in hits):
                key = (policy, walked.direction)
                hidden[key] = hidden.get(key, 0) | walked.members
                by.setdefault(key, {}).update({str(each.id): None for each in closing})
    for (policy, direction), members in hidden.items():
        names, others = workloads_of(facts.pods(members)), list(by[policy, direction])
        yield ANP009.finding(
            f"its {direction.value} rules are not asked about {counted(len(names), 'workload')} ({listed(names)}),"
            f" because {listed(others)} {'decides' if len(others) == 1 else 'decide'} there",
            "leave it so if NetworkPolicies may open what the Baseline tier closes; else use the Admin tier",
            about=policy.id,
            ref=policy.rules(direction)[0].ref,
        )


def _is_baseline(policy: Policy) -> bool:
    return is_admin(policy) and policy.tier == BASELINE.name


def _old_kinds(facts: Facts) -> Iterator[Finding]:
    found = [
        record
        for record in facts.report.records
        if record.api_version.startswith(GROUPS[0]) and record.kind in _OLD_KINDS and record.outcome == "read"
    ]
    if found:
        names = [name_of(facts, record) for record in found]
        yield ANP010.finding(
            f"{'it is' if len(found) == 1 else f'{listed(names)} are'} of v1alpha1: network-policy-api 0.2 ships"
            " ClusterNetworkPolicy only, and Calico reads that instead since 3.32",
            "write a ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2 with the tier Admin or Baseline, where"
            " the cluster has it",
            about=names[0],
            ref=record_place(found[0], "apiVersion"),
        )


def _old_peers(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_old_peer):
        name = problem.path.rpartition(".")[2]
        yield ANP011.finding(
            f"{problem.path}: {name} is no field any more since network-policy-api 0.1.3: the API server refuses the"
            " policy, or drops the field",
            "select namespaces by their labels; for namespaces of one owner write one policy for each",
            about=object_of(facts, problem),
            ref=ref_of(problem),
        )


def _fails_closed(facts: Facts) -> Iterator[Finding]:
    if not facts.is_calico:
        return
    for kind, field in ((RemarkKind.NODES, "nodes"), (RemarkKind.DOMAIN_NAMES, "domainNames")):
        for policy, remark in facts.remarks(kind):
            rules = [rule for rule in policy.egress if remark.path.startswith(f"{rule.path}.")]
            denies = any(rule.action is Action.DENY for rule in rules)
            effect = "denies everything at its place" if denies else "allows nothing, its other peers neither"
            yield ANP012.finding(
                f"Calico does not know {field} as a peer, and the rule fails closed: it {effect}",
                "write networks with the addresses instead, or give the other peers a rule of their own",
                about=policy.id,
                ref=remark.ref,
                witness=_failed(facts, policy, rules[0].path) if rules and denies else None,
            )


def _failed(facts: Facts, policy: Policy, path: str) -> FlowWitness | None:
    for walked in facts.walks:
        for hit in walked.hits:
            if (hit.policy.id, hit.match.rule.path) == (policy.id, path) and hit.hit:
                return facts.flows.example(walked.members, walked.direction, hit.hit, Verdict.DENY)
    return None


ANP001 = Check(
    id="ANP001",
    severity=Severity.WARNING,
    title="Equal priorities",
    rationale="Two admin policies of one tier and priority that both match a connection and do not agree: the API"
    " leaves open which of them decides, and implementations differ.",
    run=_ties,
)
ANP002 = Check(
    id="ANP002",
    severity=Severity.ERROR,
    title="Name of the baseline policy",
    rationale="There is one BaselineAdminNetworkPolicy in a cluster, and it is called default. Any other is refused.",
    run=_wrong_name,
)
ANP003 = Check(
    id="ANP003",
    severity=Severity.ERROR,
    title="Admin policy that is refused",
    rationale="The API server refuses the policy, so that none of its rules applies. netviz leaves it out and calls"
    " unknown what it may have decided.",
    run=_refused,
)
ANP004 = Check(
    id="ANP004",
    severity=Severity.ERROR,
    title="Protocol without ports",
    rationale="The overview of the API says that tcp: {} means every port, and its definition refuses an empty"
    " mapping.",
    run=_empty_section,
)
ANP005 = Check(
    id="ANP005",
    severity=Severity.WARNING,
    title="networks that cover pods",
    rationale="networks matches by address, and pods and nodes have addresses, too. A Deny of 0.0.0.0/0 that is to"
    " close the way out of the cluster also closes the ways inside of it.",
    run=_covers_pods,
)
ANP006 = Check(
    id="ANP006",
    severity=Severity.WARNING,
    title="domainNames that do not allow",
    rationale="The API defines domainNames for rules that allow. What a Deny or Pass with them does is up to the"
    " implementation, which may deny everything.",
    run=_undefined_domains,
)
ANP007 = Check(
    id="ANP007",
    severity=Severity.WARNING,
    title="Ports that match nothing",
    rationale="v1alpha1 accepts a range whose start is larger than its end and protocols that nothing speaks. The rule"
    " then matches nothing, without a word.",
    run=_empty_ranges,
)
ANP008 = Check(
    id="ANP008",
    severity=Severity.WARNING,
    title="Allow past NetworkPolicies",
    rationale="What the Admin tier allows is allowed: the owners of the namespaces cannot deny it any more, though"
    " their NetworkPolicies read as if they did.",
    run=_overrides,
)
ANP009 = Check(
    id="ANP009",
    severity=Severity.INFO,
    title="Baseline that is not reached",
    rationale="As soon as a NetworkPolicy isolates a pod in a direction, its answer is final there, and the Baseline"
    " tier is not asked.",
    run=_not_reached,
)
ANP010 = Check(
    id="ANP010",
    severity=Severity.WARNING,
    title="Kinds that are going away",
    rationale="AdminNetworkPolicy and BaselineAdminNetworkPolicy were replaced by ClusterNetworkPolicy. A cluster with"
    " the newer API, or Calico since 3.32, does not read them.",
    run=_old_kinds,
)
ANP011 = Check(
    id="ANP011",
    severity=Severity.WARNING,
    title="Peers of an older API",
    rationale="sameLabels and notSameLabels were removed from the API in 2024. Where they are dropped instead of"
    " refused, the peer means other pods than it says.",
    run=_old_peers,
)
ANP012 = Check(
    id="ANP012",
    severity=Severity.WARNING,
    title="Peers that the plugin does not know",
    rationale="A rule with a peer that an implementation does not know must not allow too much: an Allow then matches"
    " nothing at all, and a Deny or Pass denies everything.",
    run=_fails_closed,
)
