"""Pitfalls of a NetworkPolicy that are in how it is written: what is left out or empty and means something."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.analysis.findings.words import counted
from netviz.dialects.plugins import AUTO, Trait
from netviz.errors import Severity
from netviz.model.policy import Direction, Policy, Remark, RemarkKind

_MOST_WITHOUT_NAMESPACE = 3
"""Policies without a namespace are told one by one, up to so many of them."""

_EVERYTHING = {"from": "every source", "to": "every destination", "ports": "every port and protocol"}


def _no_namespace(facts: Facts) -> Iterator[Finding]:
    found = list(facts.remarks(RemarkKind.NO_NAMESPACE, kubernetes=True))
    one_by_one = len(found) <= _MOST_WITHOUT_NAMESPACE
    for policy, remark in found if one_by_one else found[:1]:
        names = "it names" if one_by_one else f"it and {len(found) - 1} other policies name"
        lands = "it lands" if one_by_one else "they land"
        yield NP002.finding(
            f"{names} no namespace: {lands} in the namespace that the client works in, taken to be `default` here",
            "write metadata.namespace",
            about=policy.id,
            ref=remark.ref,
        )


def _types_omitted(facts: Facts) -> Iterator[Finding]:
    for policy, remark in facts.remarks(RemarkKind.TYPES_OMITTED, kubernetes=True):
        surprising = policy.egress and not policy.ingress
        effect = "ingress and egress" if policy.egress else "ingress only"
        tail = ", and lets nothing connect to these pods" if surprising else ""
        yield NP003.finding(
            f"it does not say policyTypes: it isolates {effect}{tail}",
            f"write policyTypes: [{remark.value}] if that is meant"
            + (", or policyTypes: [Egress] to leave ingress alone" if surprising else ""),
            about=policy.id,
            ref=remark.ref,
        )


def _unlisted_rules(facts: Facts) -> Iterator[Finding]:
    for policy, remark in facts.remarks(RemarkKind.RULES_UNLISTED, kubernetes=True):
        direction = remark.value
        enforced = facts.plugin.has(Trait.UNLISTED_DIRECTIONS)
        effect = f"{facts.plugin.title} enforces them all the same" if enforced else "they have no effect"
        yield NP004.finding(
            f"it has {direction} rules, and policyTypes does not list {direction.capitalize()}: {effect}",
            f"add {direction.capitalize()} to policyTypes, or take the rules out: Cilium enforces them, others do not",
            about=policy.id,
            ref=remark.ref,
        )


def _no_protocol(facts: Facts) -> Iterator[Finding]:
    for policy, remarks in _by_policy(facts, RemarkKind.PROTOCOL_OMITTED):
        entries = counted(len(remarks), "port entry says", "port entries say")
        yield NP007.finding(
            f"{entries} no protocol, which means TCP only",
            "write protocol: TCP, and UDP or SCTP in an entry of its own where it is needed",
            about=policy.id,
            ref=remarks[0].ref,
        )


def _by_policy(facts: Facts, kind: RemarkKind) -> Iterator[tuple[Policy, list[Remark]]]:
    for compiled in facts.kubernetes:
        remarks = [remark for remark in compiled.policy.remarks if remark.kind is kind]
        if remarks:
            yield compiled.policy, remarks


def _empty_lists(facts: Facts) -> Iterator[Finding]:
    for policy, remark in facts.remarks(RemarkKind.EMPTY, kubernetes=True):
        rule, _, key = remark.path.rpartition(".")
        if key in _EVERYTHING and any(rule == each.path for d in Direction for each in policy.rules(d)):
            yield NP010.finding(
                f"`{key}: []` means {_EVERYTHING[key]}, as if it were not there",
                f"leave `{key}` out to say so, list what is meant, or take the rule out to allow nothing",
                about=policy.id,
                ref=remark.ref,
            )


def _port_ranges(facts: Facts) -> Iterator[Finding]:
    if facts.plugin.name not in (AUTO.name, "kubernetes"):
        return
    for policy, remarks in _by_policy(facts, RemarkKind.END_PORT):
        yield NP026.finding(
            f"it allows a range of ports (`{remarks[0].value}`), which not every network plugin understands",
            "check that yours does: Cilium before 1.17 takes the first port only; --cni tells what a plugin does",
            about=policy.id,
            ref=remarks[0].ref,
        )


NP002 = Check(
    id="NP002",
    severity=Severity.WARNING,
    title="No namespace",
    rationale="A NetworkPolicy protects pods of its own namespace only. Without metadata.namespace that is whatever"
    " namespace the client works in when it is applied, so that the same file may protect different pods, or none.",
    run=_no_namespace,
)
NP003 = Check(
    id="NP003",
    severity=Severity.WARNING,
    title="policyTypes left out",
    rationale="Without policyTypes a policy always isolates ingress, and egress only if it has an egress rule. A policy"
    " that is only about egress then denies all ingress, which is seldom meant.",
    run=_types_omitted,
)
NP004 = Check(
    id="NP004",
    severity=Severity.WARNING,
    title="Rules of a direction that is not listed",
    rationale="The API server takes rules for a direction that policyTypes does not list, and they have no effect: that"
    " direction stays as open as it was. Cilium enforces them, so that the same policy means different things.",
    run=_unlisted_rules,
)
NP007 = Check(
    id="NP007",
    severity=Severity.INFO,
    title="Protocol left out",
    rationale="A port entry without a protocol means TCP, also one without a port number. DNS, QUIC and others that use"
    " UDP stay closed.",
    run=_no_protocol,
)
NP010 = Check(
    id="NP010",
    severity=Severity.WARNING,
    title="An empty list",
    rationale="An empty list of peers or ports does not mean nobody: it means everybody, inside and outside of the"
    " cluster. Nothing is what a policy without rules allows.",
    run=_empty_lists,
)
NP026 = Check(
    id="NP026",
    severity=Severity.INFO,
    title="A range of ports",
    rationale="endPort is part of the API since Kubernetes 1.25, and a network plugin that does not know it acts as if"
    " only the first port were allowed.",
    run=_port_ranges,
)
