"""Pitfalls of Calico's policies that are in how they are written: what is refused, left out or without effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.analysis.findings.kubernetes_refused import object_of, ref_of
from netviz.analysis.findings.reported import as_finding, is_refusal, name_of, record_place, reported
from netviz.analysis.findings.words import listed
from netviz.dialects.calico_entities import INVALID_CIDR
from netviz.dialects.calico_ports import PROTOCOL_WANTED
from netviz.dialects.calico_selectors import SYNTAX
from netviz.dialects.calico_strictness import API_VERSIONS, STORED, V3
from netviz.errors import Diagnostic, Severity
from netviz.model.policy import Direction, Policy, Remark, RemarkKind

GROUPS: Final = ("projectcalico.org", "crd.projectcalico.org")
_OWN_KINDS: Final = frozenset(
    f"calico.{kind}"
    for kind in ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy")
)
_MADE_PROFILES: Final = ("kns.", "ksa.", "projectcalico-")
"""How the names of those profiles begin that Calico makes, and that an export holds, too."""

_HOST_FLAGS: Final = ("doNotTrack", "preDNAT")


def is_own(policy: Policy) -> bool:
    """Whether a policy is written in Calico's own terms."""
    return policy.id.kind in _OWN_KINDS


def _remarks(facts: Facts, kind: RemarkKind) -> Iterator[tuple[Policy, Remark]]:
    return ((policy, remark) for policy, remark in facts.remarks(kind) if is_own(policy))


def _stored(facts: Facts) -> Iterator[Finding]:
    found = [r for r in facts.report.records if r.api_version == STORED and r.outcome in ("read", "refused")]
    if not found:
        return
    names = [name_of(facts, record) for record in found]
    yield CAL001.finding(
        f"{'it is' if len(found) == 1 else f'{listed(names)} are'} written as {STORED}, which is how a cluster stores"
        " such objects: nothing checks them, and nothing fills in what they leave out",
        f"write apiVersion: {V3} and apply it through the Calico API, or check it with calicoctl",
        about=names[0],
        ref=record_place(found[0], "apiVersion"),
    )


def _is_protocol_missing(diagnostic: Diagnostic) -> bool:
    return diagnostic.message.endswith(PROTOCOL_WANTED)


def _is_cidr(diagnostic: Diagnostic) -> bool:
    return diagnostic.message.startswith(INVALID_CIDR) and diagnostic.code == "invalid-value"


def _is_syntax(diagnostic: Diagnostic) -> bool:
    return diagnostic.message.startswith(SYNTAX)


def _is_other_refusal(diagnostic: Diagnostic) -> bool:
    stored = diagnostic.code == "invalid-value" and diagnostic.severity is Severity.WARNING
    known = _is_protocol_missing(diagnostic) or _is_cidr(diagnostic) or _is_syntax(diagnostic)
    return (is_refusal(diagnostic) or stored) and not known


def _refused(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_other_refusal):
        refused = problem.severity is Severity.ERROR
        effect = "until then verdicts that it may decide are unknown" if refused else "the Calico API does not take it"
        yield as_finding(CAL002, facts, problem, f"mend it: {effect}")


def _syntax(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_syntax):
        yield as_finding(
            CAL003, facts, problem, "put values in quotes, and the selector on one line, as in app == 'web'"
        )


def _missing_tier(facts: Facts) -> Iterator[Finding]:
    missing = {tier.name for tier in facts.policies.tiers if tier.missing}
    for policy in facts.policies.policies:
        if policy.tier not in missing:
            continue
        named = next((r.ref for r in policy.remarks if r.kind is RemarkKind.TIER), policy.ref)
        yield CAL004.finding(
            f'its tier "{policy.tier}" is not in the input: where it does not exist, the policy is refused, and if it'
            " gets into the cluster all the same, its tier comes last and denies",
            "add the Tier to the input, or correct the name",
            about=policy.id,
            ref=named,
        )


def _tier_prefix(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, lambda d: d.code == "tier-prefix"):
        needed = facts.plugin.wants_tier_in_name
        yield CAL005.finding(
            problem.message,
            "put the tier's name and a dot in front of the policy's name, which newer versions take as well",
            about=object_of(facts, problem),
            ref=ref_of(problem),
            severity=Severity.ERROR if needed else Severity.INFO,
        )


def _types_omitted(facts: Facts) -> Iterator[Finding]:
    for policy, remark in _remarks(facts, RemarkKind.TYPES_OMITTED):
        empty = [r.path.rpartition(".")[2] for r in policy.remarks if r.kind is RemarkKind.EMPTY and _is_rules(r)]
        stored = any(r.kind is RemarkKind.STORED for r in policy.remarks)
        lead = f"it does not say types, so that it applies to {remark.value}"
        severity = Severity.WARNING
        if stored:
            tail = ": in storage nobody fills them in, and both directions are closed to what no rule allows"
        elif empty:
            tail = f"; whether an empty {' and '.join(empty)} counts depends on how Calico is installed"
        elif Direction.INGRESS not in policy.captures:
            tail = ": unlike a NetworkPolicy of Kubernetes it leaves ingress as it is"
        elif not policy.ingress:
            tail = " and, without a rule, allows nothing there"
        else:
            tail, severity = ", the directions that it has rules for", Severity.INFO
        yield CAL012.finding(
            lead + tail,
            f"write types: [{remark.value}] if that is meant",
            about=policy.id,
            ref=remark.ref,
            severity=severity,
        )


def _is_rules(remark: Remark) -> bool:
    return remark.path in {f"spec.{direction}" for direction in Direction}


def _unlisted(facts: Facts) -> Iterator[Finding]:
    for policy, remark in _remarks(facts, RemarkKind.RULES_UNLISTED):
        yield CAL013.finding(
            f"its {remark.value} rules have no effect: types does not list {remark.value.capitalize()}",
            f"add {remark.value.capitalize()} to types, or remove the rules",
            about=policy.id,
            ref=remark.ref,
        )


def _no_protocol(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_protocol_missing):
        yield as_finding(CAL014, facts, problem, "write protocol: TCP beside source and destination, or UDP or SCTP")


def _bad_block(facts: Facts) -> Iterator[Finding]:
    for problem in reported(facts, GROUPS, _is_cidr):
        yield as_finding(CAL015, facts, problem, "write a block as ADDRESS/PREFIX with no bits set after the prefix")


def _hosts_only(facts: Facts) -> Iterator[Finding]:
    for policy, remark in _remarks(facts, RemarkKind.FLAG):
        if remark.value in _HOST_FLAGS:
            yield CAL022.finding(
                f"with {remark.value} it is about host endpoints only: it never affects a pod, whatever it selects",
                f"remove {remark.value} if pods are meant; a policy for pods needs neither it nor applyOnForward",
                about=policy.id,
                ref=remark.ref,
            )


def _forwarded(facts: Facts) -> Iterator[Finding]:
    for policy, remark in _remarks(facts, RemarkKind.FLAG):
        others = {r.value for r in policy.remarks if r.kind is RemarkKind.FLAG}
        if remark.value == "applyOnForward" and not others.intersection(_HOST_FLAGS):
            yield CAL023.finding(
                "applyOnForward is about what nodes forward past host endpoints; for pods it changes nothing",
                "leave it out unless host endpoints are meant",
                about=policy.id,
                ref=remark.ref,
            )


def _no_constraint(facts: Facts) -> Iterator[Finding]:
    for policy, remark in _remarks(facts, RemarkKind.EMPTY):
        if remark.path.endswith(".serviceAccounts"):
            yield CAL024.finding(
                "an empty serviceAccounts is no constraint: the rule also concerns what has no service account, such"
                " as addresses outside",
                "name service accounts or write a selector of them, or remove the field",
                about=policy.id,
                ref=remark.ref,
            )


def _staged(facts: Facts) -> Iterator[Finding]:
    for compiled in facts.evaluator.policies:
        policy = compiled.policy
        if policy.stage is None or facts.evaluation.active(compiled.number):
            continue
        does = "replace" if policy.stage.value == "set" else "remove"
        twins = {each.policy.id for each in facts.evaluator.policies}
        would = f": enforced, it would {does} {policy.twin}" if policy.twin in twins else ""
        yield CAL027.finding(
            f"it is staged and decides nothing{would}",
            "see what it would change: enforce it in the what-if of the dashboard, or with --enforce-staged",
            about=policy.id,
            ref=policy.ref,
        )


def _profile(facts: Facts) -> Iterator[Finding]:
    found = [r for r in facts.report.records if r.kind == "Profile" and r.api_version in API_VERSIONS]
    written = [record for record in found if not record.name.startswith(_MADE_PROFILES)]
    if written:
        names = [name_of(facts, record) for record in written]
        yield CAL028.finding(
            f"{'it has' if len(names) == 1 else f'{listed(names)} have'} no effect on pods of a Kubernetes cluster,"
            " whose profiles Calico makes itself",
            "write a GlobalNetworkPolicy that selects the same pods",
            about=names[0],
            ref=record_place(written[0]),
        )


def _log(facts: Facts) -> Iterator[Finding]:
    for compiled in facts.active:
        logs = [remark for remark in compiled.policy.remarks if remark.kind is RemarkKind.LOG]
        if logs:
            yield CAL029.finding(
                f"{listed([remark.path for remark in logs])} only {'writes' if len(logs) == 1 else 'write'} to a log,"
                " in a form that depends on the data plane: the next rule is asked all the same",
                "see that a rule with Allow, Deny or Pass follows if something is to be decided",
                about=compiled.policy.id,
                ref=logs[0].ref,
            )


def _http(facts: Facts) -> Iterator[Finding]:
    for policy, remark in _remarks(facts, RemarkKind.HTTP):
        rules = (*policy.ingress, *policy.egress)
        if any(not rule.certain and remark.path == f"{rule.path}.http" for rule in rules):
            yield CAL030.finding(
                "its match on HTTP needs Calico's application layer policy; without that the rule is about ports only,"
                " so that verdicts which it decides are unknown here",
                "make sure that application layer policy is on, or allow by port",
                about=policy.id,
                ref=remark.ref,
            )


CAL001 = Check(
    id="CAL001",
    severity=Severity.WARNING,
    title="Written as stored",
    rationale="crd.projectcalico.org/v1 is the form in which a cluster stores Calico's objects. Written there directly"
    " they pass neither validation nor defaulting: a mistake is taken as it is, and types that are left out mean both"
    " directions.",
    run=_stored,
)
CAL002 = Check(
    id="CAL002",
    severity=Severity.ERROR,
    title="Refused by Calico",
    rationale="Calico refuses the object, or a data plane that finds it in storage treats it as absent: other policies"
    " then decide. netviz leaves it out and calls unknown what it may have decided.",
    run=_refused,
)
CAL003 = Check(
    id="CAL003",
    severity=Severity.ERROR,
    title="Selector that cannot be read",
    rationale="Calico's selectors are a language of their own: values stand in quotes, equality is ==, and a line break"
    " is a syntax error, so that a YAML block with | or > fails. A policy with a selector that cannot be parsed is"
    " refused.",
    run=_syntax,
)
CAL004 = Check(
    id="CAL004",
    severity=Severity.WARNING,
    title="Tier that is not defined",
    rationale="Calico refuses a policy of a tier that does not exist. If one is in the cluster all the same, its tier"
    " comes after all others and denies what none of its policies allows.",
    run=_missing_tier,
)
CAL005 = Check(
    id="CAL005",
    severity=Severity.ERROR,
    title="Name without the tier",
    rationale="Up to Calico 3.31 the name of a policy outside of the tier default has to begin with the name of its"
    " tier and a dot; others are refused. Since 3.32 names are free.",
    run=_tier_prefix,
)
CAL012 = Check(
    id="CAL012",
    severity=Severity.WARNING,
    title="types left out",
    rationale="Without types a Calico policy applies to the directions that it has rules for, and to ingress if it has"
    " none. That differs from Kubernetes, where a policy always isolates ingress, and with objects written directly"
    " into storage, where it applies to both.",
    run=_types_omitted,
)
CAL013 = Check(
    id="CAL013",
    severity=Severity.WARNING,
    title="Rules of a direction that is not listed",
    rationale="types says in which directions a policy applies. Rules of another direction are accepted and never"
    " asked.",
    run=_unlisted,
)
CAL014 = Check(
    id="CAL014",
    severity=Severity.ERROR,
    title="Ports without a protocol",
    rationale="A port number means nothing without TCP, UDP or SCTP, and Calico assumes none of them. The policy is"
    " refused, and a data plane that finds it in storage treats it as absent.",
    run=_no_protocol,
)
CAL015 = Check(
    id="CAL015",
    severity=Severity.ERROR,
    title="Not a block of addresses",
    rationale="nets and notNets take blocks with a prefix length and no bits set after it: 10.0.0.0/8, and 10.1.2.3/32"
    " for one address. Anything else is refused by the Calico API.",
    run=_bad_block,
)
CAL022 = Check(
    id="CAL022",
    severity=Severity.WARNING,
    title="Policy for host endpoints only",
    rationale="doNotTrack and preDNAT policies are about host endpoints. They never affect a pod, whatever they"
    " select.",
    run=_hosts_only,
)
CAL023 = Check(
    id="CAL023",
    severity=Severity.INFO,
    title="applyOnForward",
    rationale="applyOnForward makes a policy also judge what a node forwards past its host endpoints. Pods are judged"
    " by it with or without.",
    run=_forwarded,
)
CAL024 = Check(
    id="CAL024",
    severity=Severity.WARNING,
    title="Empty serviceAccounts",
    rationale="serviceAccounts: {} looks like a demand for some service account, and is no demand at all: the rule also"
    " matches addresses outside of the cluster.",
    run=_no_constraint,
)
CAL027 = Check(
    id="CAL027",
    severity=Severity.INFO,
    title="Staged policy",
    rationale="A staged policy is a preview. It decides nothing until it is enforced.",
    run=_staged,
)
CAL028 = Check(
    id="CAL028",
    severity=Severity.WARNING,
    title="Profile without effect",
    rationale="On Kubernetes Calico derives the profiles of pods from namespaces and service accounts. A Profile that"
    " somebody writes is refused or without effect.",
    run=_profile,
)
CAL029 = Check(
    id="CAL029",
    severity=Severity.INFO,
    title="Log",
    rationale="A Log rule changes no verdict, and what it writes depends on the data plane. A policy that ends with it"
    " decides nothing there.",
    run=_log,
)
CAL030 = Check(
    id="CAL030",
    severity=Severity.WARNING,
    title="Match on HTTP",
    rationale="HTTP methods and paths are matched only where Calico's application layer policy runs. Other data planes"
    " see the ports of the rule and allow all that comes there.",
    run=_http,
)
