"""Pitfalls of a NetworkPolicy that are in how it is written: what is left out and means something."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.errors import Severity
from netviz.model.policy import RemarkKind


def _no_namespace(facts: Facts) -> Iterator[Finding]:
    for policy, remark in facts.remarks(RemarkKind.NO_NAMESPACE, kubernetes=True):
        yield NP002.finding(
            "it names no namespace: it lands in the namespace that the client works in, taken to be `default` here",
            f"write metadata.namespace: {policy.id.namespace}, or the namespace that is meant",
            about=policy.id,
            ref=remark.ref,
        )


def _types_omitted(facts: Facts) -> Iterator[Finding]:
    for policy, remark in facts.remarks(RemarkKind.TYPES_OMITTED, kubernetes=True):
        surprising = policy.egress and not policy.ingress
        effect = "ingress and egress" if policy.egress else "ingress only"
        tail = ", so that nothing may connect to these pods" if surprising else ""
        yield NP003.finding(
            f"it does not say policyTypes: it isolates {effect}{tail}",
            f"write policyTypes: [{remark.value}] if that is meant"
            + (", or policyTypes: [Egress] to leave ingress alone" if surprising else ""),
            about=policy.id,
            ref=remark.ref,
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
