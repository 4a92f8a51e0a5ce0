"""Pitfalls of a NetworkPolicy that are in whom it selects: itself, and in its peers."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import pairwise

from netviz.analysis.findings.clauses import Clause, clauses, peers_of, rules_of, selector_of
from netviz.analysis.findings.facts import Facts, Values
from netviz.analysis.findings.finding import Check, Finding, LabelWitness, PodWitness, Witness
from netviz.analysis.findings.nearest import nearest_label
from netviz.analysis.findings.words import counted, end_of, listed, workloads_of
from netviz.errors import Severity
from netviz.model.cluster import NAME_LABEL
from netviz.model.policy import (
    EndpointKind,
    EveryPeer,
    InNamespace,
    LabelScope,
    OfKind,
    Policy,
    RemarkKind,
    RulePeer,
)
from netviz.selectors.tree import EVERYTHING, AllOf, Selector, ValueIn, matches, required_keys
from netviz.source import SourceRef

_SYSTEM = frozenset(("kube-system", "default", "kube-public", "kube-node-lease"))
_POD, _NAMESPACE = LabelScope.POD, LabelScope.NAMESPACE


def subject_place(policy: Policy) -> SourceRef:
    """Where a policy says whom it selects."""
    found = (r.ref for r in policy.remarks if r.kind is RemarkKind.SELECTOR and r.path == "spec.podSelector")
    return next(found, policy.ref)


def _selects_nobody(facts: Facts) -> Iterator[Finding]:
    for compiled in facts.kubernetes:
        policy = compiled.policy
        if compiled.subject.may & facts.known or _on_hosts(facts, policy.subject):
            continue
        selector = selector_of(policy.subject, _POD)
        if facts.labelled_workloads.meant(selector, policy.id.namespace):
            continue
        here = facts.labels_by_namespace.get(policy.id.namespace)
        where = f"namespace {policy.id.namespace}"
        witness: Witness | None = None
        if here is None:
            message = f"its podSelector matches no pod: there is no pod of {where} in the input"
            advice = "check metadata.namespace, or add the workloads of this namespace to the input"
        else:
            message = f"its podSelector matches no pod in {where}, so that it protects nothing"
            witness, advice = _hint(selector, here, "compare it with the labels of the pod template")
        yield NP011.finding(message, advice, about=policy.id, ref=subject_place(policy), witness=witness)


def _hint(selector: Selector, known: Values, otherwise: str) -> tuple[LabelWitness | None, str]:
    witness = nearest_label(selector, known)
    return witness, otherwise if witness is None else f"did you mean {witness.nearest}?"


def _peer_is_nobody(facts: Facts) -> Iterator[Finding]:
    dashes = {ref for *_, ref in _dashes(facts)}
    for clause in clauses(facts):
        if not clause.is_pods or clause.ref in dashes or facts.evaluator.bounds(clause.peer).may & facts.known:
            continue
        pods, namespaces = selector_of(clause.peer, _POD), selector_of(clause.peer, _NAMESPACE)
        own = InNamespace(clause.policy.id.namespace) in _parts(clause.peer)
        home = clause.policy.id.namespace if own else ""
        if _on_hosts(facts, clause.peer) or facts.labelled_workloads.meant(pods, home):
            continue
        if own:
            here = facts.labels_by_namespace.get(clause.policy.id.namespace)
            if here is not None:
                witness, advice = _hint(pods, here, "compare it with the labels of the pod template")
                message = f"its podSelector matches no pod in namespace {clause.policy.id.namespace}"
                yield _nobody(clause, message, advice, witness)
            continue
        found = _namespaces(facts, namespaces)
        if found:
            yield from _nobody_in(facts, clause, pods, found)
        elif not _needs_plain_name(facts, namespaces):
            yield from _no_namespace(facts, clause, namespaces)


def _parts(peer: RulePeer) -> tuple[RulePeer, ...]:
    return peer.parts if isinstance(peer, EveryPeer) else (peer,)


def _nobody(
    clause: Clause, message: str, advice: str, witness: Witness | None, severity: Severity | None = None
) -> Finding:
    return NP012.finding(message, advice, about=clause.policy.id, ref=clause.ref, severity=severity, witness=witness)


def _namespaces(facts: Facts, selector: Selector) -> list[str]:
    return [each.name for each in facts.cluster.namespaces if matches(selector, each.labels) is not False]


def _nobody_in(facts: Facts, clause: Clause, pods: Selector, names: list[str]) -> Iterator[Finding]:
    """There are such namespaces, and no pod of theirs matches."""
    known: dict[str, frozenset[str]] = {}
    for name in names:
        for key, values in facts.labels_by_namespace.get(name, {}).items():
            known[key] = known.get(key, frozenset()) | values
    where = f"namespace {names[0]}" if len(names) == 1 else counted(len(names), "matching namespace")
    if not known:
        message = f"it matches no pod: there is no pod of {where} in the input"
        yield _nobody(clause, message, "add the workloads of that namespace to the input", None, Severity.INFO)
        return
    witness, advice = _hint(pods, known, "compare it with the labels of the pod templates there")
    message = f"it matches no pod in {where}"
    if witness is None:
        elsewhere = _elsewhere(facts, clause, pods)
        advice = f"{advice}: such pods are in namespace {elsewhere}" if elsewhere else advice
    yield _nobody(clause, message, advice, witness)


def _elsewhere(facts: Facts, clause: Clause, pods: Selector) -> str:
    """The namespace of a pod that the labels alone would select, "" if there is none."""
    if pods == EVERYTHING:
        return ""
    parts = tuple(p for p in _parts(clause.peer) if getattr(p, "scope", None) is not _NAMESPACE)
    found = facts.pods(facts.evaluator.bounds(EveryPeer(parts)).must & facts.pod_slots)
    return found[0].namespace if found else ""


def _no_namespace(facts: Facts, clause: Clause, selector: Selector) -> Iterator[Finding]:
    """There is no such namespace in the input."""
    named = _named(selector)
    known = [each.name for each in facts.cluster.namespaces]
    if named:
        missing = [name for name in named if name not in known and name not in _SYSTEM]
        if not missing:
            return
        close = get_close_matches(missing[0], sorted({*known, *_SYSTEM}), n=1, cutoff=0.75)
        message = f"there is no namespace {missing[0]} in the input"
        if close:
            witness = LabelWitness(key=NAME_LABEL, value=missing[0], nearest=f"{NAME_LABEL}={close[0]}")
            yield _nobody(clause, message, f"did you mean {close[0]}?", witness)
        else:
            advice = "check the name, or add that namespace to the input"
            yield _nobody(clause, message, advice, None, Severity.INFO)
        return
    labels: dict[str, frozenset[str]] = {}
    for namespace in facts.cluster.namespaces:
        for key, value in namespace.labels.items:
            labels[key] = labels.get(key, frozenset()) | ({value} if value is not None else set())
    near, advice = _hint(selector, labels, "compare it with the labels of the Namespace objects")
    yield _nobody(clause, "its namespaceSelector matches no namespace in the input", advice, near)


def _named(selector: Selector) -> tuple[str, ...]:
    """The namespaces that a selector names by the label that each of them has; () if it is about more."""
    match selector:
        case ValueIn(key, values) if key == NAME_LABEL:
            return values
        case AllOf(parts):
            return next((found for part in parts if (found := _named(part))), ())
        case _:
            return ()


def _needs_plain_name(facts: Facts, selector: Selector) -> bool:
    """Whether a selector is about the label `name`, which no namespace of the input has with such a value."""
    wanted = selector if isinstance(selector, AllOf) else AllOf((selector,))
    for part in wanted.parts:
        if isinstance(part, ValueIn) and part.key == "name":
            return not any(n.labels.value("name") in part.values for n in facts.cluster.namespaces)
    return False


def _plain_names(facts: Facts) -> Iterator[Finding]:
    for clause in clauses(facts):
        selector = selector_of(clause.peer, _NAMESPACE)
        if _needs_plain_name(facts, selector):
            yield NP013.finding(
                "its namespaceSelector is about the label `name`, which no namespace of the input has with this value:"
                f" by itself a namespace only gets `{NAME_LABEL}`",
                f"write {NAME_LABEL} instead of name",
                about=clause.policy.id,
                ref=clause.ref,
                witness=LabelWitness(key="name", value=_plain_value(selector), nearest=NAME_LABEL),
            )


def _plain_value(selector: Selector) -> str:
    parts = selector.parts if isinstance(selector, AllOf) else (selector,)
    return next((p.values[0] for p in parts if isinstance(p, ValueIn) and p.key == "name" and p.values), "")


def _either_instead_of_both(facts: Facts) -> Iterator[Finding]:
    for policy, namespaces, pods, ref in _dashes(facts):
        yield NP009.finding(
            "the namespaceSelector before it and this podSelector are two items of the list: either is enough, so"
            " that every pod of these namespaces is allowed, and every such pod of this namespace",
            "take the dash before podSelector away if both are to hold",
            about=policy.id,
            ref=ref,
            witness=_any_pod(facts, namespaces, pods),
        )


def _dashes(facts: Facts) -> Iterator[tuple[Policy, RulePeer, Selector, SourceRef]]:
    """Selections of namespaces with a selection of pods behind them that may be meant to go with it, and its place."""
    for compiled, _direction, rule in rules_of(facts):
        own = InNamespace(compiled.policy.id.namespace)
        for (first, _), (second, ref) in pairwise(peers_of(rule.rule)):
            namespaces, pods = selector_of(first, _NAMESPACE), selector_of(second, _POD)
            if own in _parts(first) or own not in _parts(second) or selector_of(first, _POD) != EVERYTHING:
                continue
            if EVERYTHING not in (namespaces, pods) and _may_mean_both(facts, first, second, pods):
                yield compiled.policy, first, pods, ref


def _may_mean_both(facts: Facts, first: RulePeer, second: RulePeer, pods: Selector) -> bool:
    """Whether pods of those namespaces have these labels, or none of this namespace has."""
    bounds = facts.evaluator.bounds
    there = facts.pods(bounds(first).may & facts.pod_slots)
    return not bounds(second).may & facts.pod_slots or any(matches(pods, pod.labels) for pod in there)


def _any_pod(facts: Facts, peer: RulePeer, pods: Selector) -> PodWitness | None:
    """A pod that is let in although it does not have the labels."""
    there = facts.pods(facts.evaluator.bounds(peer).must & facts.pod_slots)
    return next((PodWitness(pod=end_of(pod)) for pod in there if matches(pods, pod.labels) is False), None)


def _unknown_namespaces(facts: Facts) -> Iterator[Finding]:
    names = [each.name for each in facts.cluster.namespaces if not each.labels.complete]
    if not names:
        return
    asking = next((c for c in clauses(facts) if required_keys(selector_of(c.peer, _NAMESPACE)) - {NAME_LABEL}), None)
    if asking is not None:
        some = counted(len(names), "namespace has", "namespaces have")
        yield NP014.finding(
            f"{some} no manifest in the input ({listed(names)}): whether a namespaceSelector on labels means them is"
            " unknown",
            "add the Namespace objects to the input: kubectl get namespaces -o yaml",
            about=f"Namespace/{names[0]}",
            ref=asking.ref,
        )


def _on_hosts(facts: Facts, peer: RulePeer) -> int:
    """The slots of hostNetwork pods that a selection of pods would mean if they were on the pod network."""
    parts = tuple(OfKind(frozenset((EndpointKind.HOST,))) if isinstance(p, OfKind) else p for p in _parts(peer))
    return facts.evaluator.bounds(EveryPeer(parts)).must & facts.host_slots if facts.host_slots else 0


def _selects_hosts(facts: Facts) -> Iterator[Finding]:
    if not facts.host_slots:
        return
    for compiled in facts.kubernetes:
        policy = compiled.policy
        found = facts.pods(_on_hosts(facts, policy.subject))
        if found:
            broad = selector_of(policy.subject, _POD) == EVERYTHING
            yield NP025.finding(
                f"it selects {listed(workloads_of(found))} on the network of the nodes, which most plugins exempt:"
                " it does not protect them",
                "take hostNetwork away from these pods, or protect their nodes by other means",
                about=policy.id,
                ref=subject_place(policy),
                severity=Severity.INFO if broad else None,
                witness=PodWitness(pod=end_of(found[0])),
            )
    for clause in clauses(facts):
        explicit = selector_of(clause.peer, _POD) != EVERYTHING
        found = facts.pods(_on_hosts(facts, clause.peer)) if clause.is_pods and explicit else ()
        if found:
            yield NP025.finding(
                f"this peer means {listed(workloads_of(found))} on the network of the nodes: their traffic is that of"
                " the node, which no label selects",
                "allow the addresses of the nodes with an ipBlock",
                about=clause.policy.id,
                ref=clause.ref,
                witness=PodWitness(pod=end_of(found[0])),
            )


def _labels_of_the_object(facts: Facts) -> Iterator[Finding]:
    for compiled in facts.kubernetes:
        policy = compiled.policy
        if not compiled.subject.may & facts.known:
            selector = selector_of(policy.subject, _POD)
            yield from _object_labels(facts, policy, selector, policy.id.namespace, subject_place(policy))
    for clause in clauses(facts):
        if clause.is_pods and not facts.evaluator.bounds(clause.peer).may & facts.known:
            own = InNamespace(clause.policy.id.namespace) in _parts(clause.peer)
            selector = selector_of(clause.peer, _POD)
            namespace = clause.policy.id.namespace if own else ""
            yield from _object_labels(facts, clause.policy, selector, namespace, clause.ref)


def _object_labels(
    facts: Facts, policy: Policy, selector: Selector, namespace: str, ref: SourceRef
) -> Iterator[Finding]:
    found = facts.labelled_workloads.meant(selector, namespace)
    if found:
        first = found[0]
        witness = nearest_label(selector, {k: frozenset((v,)) for k, v in first.labels.items if v is not None})
        yield NP036.finding(
            f"it matches no pod: these are labels of the object {first.id.kind} {first.id.namespace}/{first.id.name}"
            " itself, and a policy sees those of its pod template only",
            "add the label to spec.template.metadata.labels, or select by a label that is there",
            about=policy.id,
            ref=ref,
            witness=witness,
        )


NP009 = Check(
    id="NP009",
    severity=Severity.WARNING,
    title="Either where both is meant",
    rationale="In one item of from or to, namespaceSelector and podSelector both have to hold. In two items, one of"
    " them is enough: a dash more lets every pod of the namespaces in.",
    run=_either_instead_of_both,
)
NP011 = Check(
    id="NP011",
    severity=Severity.WARNING,
    title="Selects no pod",
    rationale="A policy whose podSelector matches nothing protects nothing, and nobody is told: a label that was"
    " misspelt or renamed leaves the pods as open as if the policy were not there.",
    run=_selects_nobody,
)
NP012 = Check(
    id="NP012",
    severity=Severity.WARNING,
    title="A peer that is nobody",
    rationale="A peer that matches no pod allows nothing. Where a label or the name of a namespace is misspelt, the"
    " connection that was to be allowed is denied.",
    run=_peer_is_nobody,
)
NP013 = Check(
    id="NP013",
    severity=Severity.WARNING,
    title="Namespace by the label `name`",
    rationale="Kubernetes puts the label kubernetes.io/metadata.name on every namespace, and no other. A selector on"
    " `name` works only where somebody has set that label by hand.",
    run=_plain_names,
)
NP014 = Check(
    id="NP014",
    severity=Severity.INFO,
    title="Namespace without a manifest",
    rationale="A namespaceSelector is about labels of Namespace objects. Where such an object is not in the input, its"
    " labels are not known, and verdicts that hang on them are unknown.",
    run=_unknown_namespaces,
)
NP025 = Check(
    id="NP025",
    severity=Severity.WARNING,
    title="Pods on the network of a node",
    rationale="The traffic of a hostNetwork pod is that of its node. Most network plugins neither protect such a pod"
    " nor find it by its labels when it is a peer.",
    run=_selects_hosts,
)
NP036 = Check(
    id="NP036",
    severity=Severity.WARNING,
    title="Labels of the workload object",
    rationale="A policy selects pods, by the labels of the pod template. The labels of the Deployment or StatefulSet"
    " object are not on the pods.",
    run=_labels_of_the_object,
)
