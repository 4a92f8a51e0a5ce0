"""Pitfalls of Calico's policies that are in whom their selectors mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netviz.analysis.findings.calico_sides import (
    Side,
    is_of_namespaces,
    labelled,
    name_of_set,
    nearest_of,
    parts_of,
    selected_sets,
    sides,
    used_sets,
)
from netviz.analysis.findings.calico_writing import is_own
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness, LabelWitness, PodWitness
from netviz.analysis.findings.words import counted, listed, workloads_of
from netviz.dialects.calico_selectors import (
    NAMESPACE_KEY,
    NO_NAMESPACE,
    PEERS,
)
from netviz.engine.options import Verdict
from netviz.errors import Severity
from netviz.model.policy import (
    Action,
    EndpointKind,
    Labelled,
    Phase,
    Policy,
    RemarkKind,
)
from netviz.selectors.tree import AllOf, Labels, Selector, ValueIn, matches
from netviz.sets.region import mask_of
from netviz.source import SourceRef

_SYSTEM: Final = "kube-system"


def _not_selectors(facts: Facts) -> Iterator[Finding]:
    for side in sides(facts):
        place, namespace = side.place("notSelector"), side.policy.id.namespace
        if place is None:
            continue
        if namespace and side.place("selector", "namespaceSelector") is None:
            yield CAL016.finding(
                f"notSelector in a NetworkPolicy is about namespace {namespace} only: pods of other namespaces and"
                " addresses outside do not match, whatever their labels",
                "add namespaceSelector: all() to mean pods of every namespace, or use a GlobalNetworkPolicy to mean"
                " addresses, too",
                about=side.policy.id,
                ref=place,
            )
        elif side.excluded is not None:
            yield CAL016.finding(
                "a notSelector that stands alone matches everything else, addresses outside of the cluster as well",
                "add selector: all() if only endpoints are meant",
                about=side.policy.id,
                ref=place,
                witness=_from_outside(facts, side),
            )


def _from_outside(facts: Facts, side: Side) -> FlowWitness | None:
    wanted = {Action.ALLOW: Verdict.ALLOW, Action.DENY: Verdict.DENY}.get(side.rule.rule.action)
    for walked in facts.walks:
        for hit in walked.hits:
            if hit.match.rule is side.rule.rule:
                region = hit.hit.only_peers(facts.evaluator.classes.outside)
                flow = facts.flows.example(walked.members, walked.direction, region, wanted)
                if flow is not None:
                    return flow
    return None


def _own_namespace_only(side: Side) -> Labelled | None:
    """The selector of a side without its restriction to the namespace of the policy, which is not written."""
    namespace, leaf = side.policy.id.namespace, side.leaf
    if not namespace or leaf is None or side.place("namespaceSelector") is not None:
        return None
    first, *rest = parts_of(leaf.selector)
    if first != ValueIn(NAMESPACE_KEY, (namespace,)) or not rest:
        return None
    return Labelled(PEERS, rest[0] if len(rest) == 1 else AllOf(tuple(rest)))


def _reaches_elsewhere(facts: Facts, side: Side) -> int:
    """What a side would match in other namespaces, if it matches nothing in its own."""
    anywhere = _own_namespace_only(side)
    if anywhere is None or side.leaf is None or facts.evaluator.bounds(side.leaf).may & facts.known:
        return 0
    return facts.evaluator.bounds(anywhere).must & facts.known


def _sees_own_namespace(facts: Facts) -> Iterator[Finding]:
    for side in sides(facts):
        elsewhere = _reaches_elsewhere(facts, side)
        if not elsewhere:
            continue
        pods = facts.pods(elsewhere)
        names = workloads_of(pods)
        shown = f", such as {listed(names)}" if names else ", in a set of addresses"
        yield CAL017.finding(
            f"without namespaceSelector it sees namespace {side.policy.id.namespace} only, where nothing matches; what"
            f" does match is elsewhere{shown}",
            "add a namespaceSelector: all(), global() for a GlobalNetworkSet, or a selector of namespaces",
            about=side.policy.id,
            ref=side.place("selector", "notSelector") or side.rule.rule.ref,
            witness=PodWitness(pod=f"{pods[0].namespace}/{pods[0].name}") if pods else None,
        )


def _selects_everything(facts: Facts) -> Iterator[Finding]:
    hosts = mask_of(
        i for i, slot in enumerate(facts.evaluator.classes.slots) if slot.kind is EndpointKind.HOST_ENDPOINT
    )
    for compiled in facts.active:
        policy = compiled.policy
        written = {r.path: r.ref for r in policy.remarks if r.kind is RemarkKind.SELECTOR}
        if policy.id.kind != "calico.GlobalNetworkPolicy" or policy.phase is not Phase.USUAL:
            continue
        if "spec.namespaceSelector" in written:
            continue
        system = [p for p in facts.pods(compiled.subject.may & facts.pod_slots) if p.namespace == _SYSTEM]
        found = [f"{counted(len(workloads_of(system)), 'workload')} of {_SYSTEM}"] if system else []
        found += ["host endpoints"] if compiled.subject.may & hosts else []
        if found:
            message = f"without namespaceSelector it also selects {' and '.join(found)}"
        elif "spec.selector" not in written:
            message = f"it selects everything, {_SYSTEM} and host endpoints included, where there are some"
        else:
            continue
        yield CAL018.finding(
            message,
            f"add namespaceSelector: kubernetes.io/metadata.name != '{_SYSTEM}' and selector: all(), if that is not"
            " meant",
            about=policy.id,
            ref=written.get("spec.selector", policy.ref),
        )


def _is_negative(selector: Selector) -> bool:
    """Whether its part about namespaces also holds for what is in none, without saying so."""
    parts = [part for part in parts_of(selector) if is_of_namespaces(part)]
    return bool(parts) and NO_NAMESPACE not in parts and all(matches(part, Labels()) for part in parts)


def _negative_namespaces(facts: Facts) -> Iterator[Finding]:
    hosts = {i for i, slot in enumerate(facts.evaluator.classes.slots) if slot.kind is EndpointKind.HOST_ENDPOINT}
    for policy, leaf, place in _namespace_selectors(facts):
        if not _is_negative(leaf.selector):
            continue
        here = facts.evaluator.bounds(leaf).may
        found = ["host endpoints"] if here & mask_of(hosts) else []
        sets = selected_sets(facts, leaf)
        found += [f"GlobalNetworkSet {each.name}" for each in sets if not each.namespace]
        what = listed(found) if found else "host endpoints and GlobalNetworkSets, of which there are none so far"
        yield CAL019.finding(
            "a negative namespaceSelector also holds for what is in no namespace and has no such labels: it also"
            f" matches {what}",
            "write what the namespaces do have, or add && has(projectcalico.org/name)",
            about=policy.id,
            ref=place,
            severity=None if found else Severity.INFO,
        )


def _namespace_selectors(facts: Facts) -> Iterator[tuple[Policy, Labelled, SourceRef]]:
    for compiled in facts.active:
        policy = compiled.policy
        places = [r for r in policy.remarks if r.kind is RemarkKind.SELECTOR and r.path == "spec.namespaceSelector"]
        if is_own(policy) and places and isinstance(policy.subject, Labelled):
            yield policy, policy.subject, places[0].ref
    for side in sides(facts):
        place, leaf = side.place("namespaceSelector"), side.leaf
        if place is not None and leaf is not None:
            yield side.policy, leaf, place


def _matches_nothing(facts: Facts) -> Iterator[Finding]:
    if not facts.cluster.pods:
        return
    used = used_sets(facts)
    for each in facts.cluster.network_sets:
        if name_of_set(each) not in used:
            yield CAL021.finding(
                "no rule selects it: its addresses mean nothing to any policy",
                "compare its labels with the selectors of the rules; a NetworkPolicy means a GlobalNetworkSet only with"
                " namespaceSelector: global()",
                about=name_of_set(each),
                ref=each.ref,
            )
    for compiled in facts.active:
        policy = compiled.policy
        if is_own(policy) and policy.phase is Phase.USUAL and not compiled.subject.may & facts.known:
            leaf = next(labelled(policy.subject), None)
            witness = None if leaf is None else nearest_of(facts, leaf.selector)
            yield CAL021.finding(
                "it selects nothing in the input, so that it decides nothing" + _hint(witness),
                "compare the selector with the labels of the pods",
                about=policy.id,
                ref=_subject_place(policy),
                witness=witness,
            )
    for side in sides(facts):
        for leaf in filter(None, (side.leaf, side.excluded)):
            if facts.evaluator.bounds(leaf).may & facts.known or _reaches_elsewhere(facts, side):
                continue
            witness = nearest_of(facts, leaf.selector)
            yield CAL021.finding(
                f"{side.path} {'excludes' if leaf is side.excluded else 'matches'} nothing in the input"
                + _hint(witness),
                "compare the selector with the labels of pods, namespaces and network sets",
                about=side.policy.id,
                ref=side.place("selector", "namespaceSelector", "notSelector") or side.rule.rule.ref,
                witness=witness,
            )


def _subject_place(policy: Policy) -> SourceRef:
    found = {r.path: r.ref for r in policy.remarks if r.kind is RemarkKind.SELECTOR}
    return found.get("spec.selector") or found.get("spec.namespaceSelector") or policy.ref


def _hint(witness: LabelWitness | None) -> str:
    return f": did you mean {witness.nearest}?" if witness else ""


CAL016 = Check(
    id="CAL016",
    severity=Severity.WARNING,
    title="notSelector by itself",
    rationale="What a notSelector leaves depends on the kind: in a NetworkPolicy everything else of its namespace, in a"
    " GlobalNetworkPolicy everything else there is, addresses outside of the cluster included.",
    run=_not_selectors,
)

CAL017 = Check(
    id="CAL017",
    severity=Severity.WARNING,
    title="Selector that sees its own namespace only",
    rationale="In a NetworkPolicy of Calico, a selector without namespaceSelector means endpoints of the namespace"
    " of the policy. One that matches only pods elsewhere, or a GlobalNetworkSet, matches nothing.",
    run=_sees_own_namespace,
)

CAL018 = Check(
    id="CAL018",
    severity=Severity.INFO,
    title="Selects the system, too",
    rationale="A GlobalNetworkPolicy without namespaceSelector is about every namespace, kube-system included, and"
    " about host endpoints: a Deny there may cost the cluster its name service or its nodes.",
    run=_selects_everything,
)

CAL019 = Check(
    id="CAL019",
    severity=Severity.WARNING,
    title="Negative namespaceSelector",
    rationale="Host endpoints and GlobalNetworkSets are in no namespace and have none of its labels, so that everything"
    " that is said of labels which are absent is true of them.",
    run=_negative_namespaces,
)

CAL021 = Check(
    id="CAL021",
    severity=Severity.WARNING,
    title="Matches nothing",
    rationale="A selector that matches nothing, or a network set that no rule selects, is mostly a label that was"
    " misspelt or renamed.",
    run=_matches_nothing,
)
