"""Pitfalls of a NetworkPolicy that are in whom it selects."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.analysis.findings.nearest import nearest_label
from netviz.errors import Severity
from netviz.model.policy import EveryPeer, Labelled, LabelScope, Policy, RemarkKind, RulePeer
from netviz.selectors.tree import EVERYTHING, Selector
from netviz.source import SourceRef


def selector_of(peer: RulePeer, scope: LabelScope) -> Selector:
    """What a peer demands of the labels of one scope; everything if it demands nothing."""
    parts = peer.parts if isinstance(peer, EveryPeer) else (peer,)
    return next((p.selector for p in parts if isinstance(p, Labelled) and p.scope is scope), EVERYTHING)


def _selects_nobody(facts: Facts) -> Iterator[Finding]:
    for compiled in facts.kubernetes:
        policy = compiled.policy
        if compiled.subject.may & facts.evaluator.classes.all & ~facts.evaluator.classes.strangers:
            continue
        selector = selector_of(policy.subject, LabelScope.POD)
        here = facts.labels_by_namespace.get(policy.id.namespace)
        where = f"namespace {policy.id.namespace}"
        if here is None:
            message = f"its podSelector matches no pod: there is no pod of {where} in the input"
            advice = "check metadata.namespace, or add the workloads of this namespace to the input"
            witness = None
        else:
            witness = nearest_label(selector, here)
            message = f"its podSelector matches no pod in {where}, so that it protects nothing"
            advice = "compare it with the labels of the pod template"
            if witness is not None:
                advice += f": did you mean {witness.nearest}?"
        yield NP011.finding(message, advice, about=policy.id, ref=_subject_place(policy), witness=witness)


def _subject_place(policy: Policy) -> SourceRef:
    found = (r.ref for r in policy.remarks if r.kind is RemarkKind.SELECTOR and r.path == "spec.podSelector")
    return next(found, policy.ref)


NP011 = Check(
    id="NP011",
    severity=Severity.WARNING,
    title="Selects no pod",
    rationale="A policy whose podSelector matches nothing protects nothing, and nobody is told: a label that was"
    " misspelt or renamed leaves the pods as open as if the policy were not there.",
    run=_selects_nobody,
)
