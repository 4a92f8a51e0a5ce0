"""Explanations in words: the recorded walk as numbered lines with their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

from netviz.engine.evaluator import Evaluation
from netviz.engine.explain import Doubt, Explanation, Fixed, Trace, doubts
from netviz.engine.fixed import AnyPod, End, Forwarder
from netviz.engine.hosts import guards, is_open
from netviz.engine.options import Connection, Verdict
from netviz.engine.rules import RuleMatch
from netviz.engine.walk import Event, EventKind, PolicyStep
from netviz.errors import shown
from netviz.model.cluster import HostEndpoint, Pod
from netviz.model.policy import Action, Direction, Policy, PolicyRule, SomePeer, Tier
from netviz.selectors.tree import Ternary
from netviz.source import SourceRef
from netviz.view.clauses import SHOWN_CLAUSES, more_words, rule_words

Quote = Callable[[SourceRef], tuple[tuple[int, str], ...]]
"""The numbered source lines of a place; empty if there are none to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a trace, in the order of evaluation. `mark` is yes, no, info or unknown.

    `excerpt` are numbered lines of the policy's YAML, empty if there is no place to show.
    """

    layer: str
    text: str
    mark: str
    policy: str = ""
    rule: str = ""
    action: str = ""
    file: str = ""
    line: int = 0
    excerpt: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One direction of an answer: `direction` ingress or egress, the pod judged, its verdict and trace."""

    direction: str
    subject: str
    verdict: str
    steps: tuple[Step, ...]


def end_words(end: End) -> str:
    """An end of a connection by name."""
    match end:
        case Pod():
            return f"{end.namespace}/{end.workload.name if end.synthetic else end.name}"
        case AnyPod():
            return "the Ingress controller (any pod)"
        case HostEndpoint():
            return f"host endpoint {end.name}"
        case Forwarder():
            return str(end.address)
        case _:
            return str(end)


def halves(evaluation: Evaluation, explanation: Explanation, quote: Quote) -> tuple[Half, Half]:
    """Egress of the source and ingress of the target, as lines."""
    connection = explanation.connection
    return (
        _half(evaluation, explanation.egress, connection, quote),
        _half(evaluation, explanation.ingress, connection, quote),
    )


def because(evaluation: Evaluation, explanation: Explanation) -> tuple[Doubt, ...]:
    """What an UNKNOWN verdict rests on; empty for a sure one."""
    return doubts(evaluation, explanation) if explanation.verdict is Verdict.UNKNOWN else ()


def _half(evaluation: Evaluation, trace: Trace, connection: Connection, quote: Quote) -> Half:
    subject = end_words(trace.subject_end)
    if trace.fixed:
        steps: tuple[Step, ...] = (_fixed_step(trace.fixed, subject),)
    else:
        steps = tuple(_steps(evaluation, trace, connection, quote))
    endpoint = _host_endpoint(evaluation, trace)
    if endpoint is not None and endpoint != trace.subject_end:
        text = f"{subject} is on the network of node {endpoint.node}: host endpoint {endpoint.name} is judged (B54)"
        steps = (Step(layer="before policy", text=text, mark="info"), *steps)
    return Half(direction=trace.direction.value, subject=subject, verdict=trace.verdict.value, steps=steps)


def _host_endpoint(evaluation: Evaluation, trace: Trace) -> HostEndpoint | None:
    """The host endpoint whose policies are asked for the subject of a trace."""
    end = trace.subject_end
    if isinstance(end, AnyPod | Forwarder):
        return None
    classes = evaluation.evaluator.classes
    possible = guards(evaluation.cluster, end).endpoints
    return next((each for each in possible if trace.subject in classes.classes[classes.class_of(each)].slots), None)


def _fixed_step(fixed: Fixed, subject: str) -> Step:
    match fixed:
        case Fixed.SELF:
            text = f"{subject} talks to itself: such traffic never passes a policy (A32)"
        case Fixed.OWN_NODE:
            text = f"the source is the node that {subject} runs on: always allowed (A31)"
        case Fixed.TO_OWN_NODE:
            text = f"the source runs on the node of {subject}, which is assumed to take what its own pods send (B52)"
        case Fixed.ON_THIS_NODE:
            text = f"the target runs on the node of {subject}: no policy of the node is asked (B52)"
        case Fixed.OPEN_NODE:
            text = f"the target is the node that {subject} runs on: this network plugin always lets it reach that (D5)"
        case Fixed.FAILSAFE:
            text = f"a failsafe port: {subject} always allows it, whatever the policies say (B50)"
        case Fixed.OUTSIDE:
            text = f"{subject} is outside of the cluster: no policy applies to it"
        case Fixed.HOST_NETWORK:
            text = f"{subject} uses the node's network: no NetworkPolicy applies to it (A30)"
        case Fixed.UNNAMED:
            text = "no particular pod is meant: its own policies are not considered"
        case _:
            assert_never(fixed)
    return Step(layer="before policy", text=text, mark="yes", action="allow")


def _steps(evaluation: Evaluation, trace: Trace, connection: Connection, quote: Quote) -> Iterator[Step]:
    subject, direction = end_words(trace.subject_end), trace.direction
    isolating: Counter[Tier | None] = Counter()
    for event in trace.events:
        if event.step is not None and event.match is not None:
            yield _rule_step(evaluation, trace, event, (event.step.policy, event.match), connection, quote)
        elif event.step is not None:
            isolating[event.tier] += event.step.captures
            yield _policy_step(event, event.step, subject, direction, quote)
        elif event.kind is EventKind.TIER_END:
            yield _tier_end(event, trace, subject, isolating[event.tier])
        else:
            endpoint = _host_endpoint(evaluation, trace)
            yield _default_step(trace, subject) if endpoint is None else _profile_step(trace, endpoint)
    if trace.maybe_own_node:
        node, rule = ("target", "D5") if trace.direction is Direction.EGRESS else ("source", "A31")
        text = f"if the {node} is the node that {subject} runs on, the connection is allowed all the same ({rule})"
        if _host_endpoint(evaluation, trace) is not None:
            text = "if both ends are on the same node, the connection is allowed all the same (B52)"
        yield Step(layer="before policy", text=text, mark="unknown")


def _default_step(trace: Trace, subject: str) -> Step:
    if trace.verdict is Verdict.UNKNOWN:
        text = f"if none of these applies, {trace.direction.value} of {subject} is open"
        return Step(layer="default", text=text, mark="unknown", action="allow")
    text = f"no policy isolates {subject} for {trace.direction.value}: everything is allowed"
    if any(event.kind is EventKind.RULE for event in trace.events):
        text = f"no policy decides this connection, and nothing else closes {trace.direction.value} of {subject}"
    return Step(layer="default", text=text, mark="yes", action="allow")


def _profile_step(trace: Trace, endpoint: HostEndpoint) -> Step:
    """What becomes of what no policy of a host endpoint decides (B50)."""
    allowed = is_open(endpoint)
    profiles = ", ".join(shown(name) for name in endpoint.profiles[:SHOWN_CLAUSES]) + more_words(len(endpoint.profiles))
    if allowed:
        says = f"its profile {profiles} allows it"
    elif profiles:
        says = f"no rules are known of its profile {profiles}: denied"
    else:
        says = "it has no profile: denied"
    text = f"no policy decides this connection of host endpoint {endpoint.name}, and {says} (B50)"
    mark = "unknown" if trace.verdict is Verdict.UNKNOWN else "yes" if allowed else "no"
    return Step(
        layer="profile",
        text=text,
        mark=mark,
        action=(Action.ALLOW if allowed else Action.DENY).value,
        file=endpoint.ref.file if endpoint.ref else "",
        line=endpoint.ref.line if endpoint.ref else 0,
    )


def _layer(event: Event) -> str:
    return f"tier {event.tier.name}" if event.tier else "default"


def _policy_step(event: Event, step: PolicyStep, subject: str, direction: Direction, quote: Quote) -> Step:
    policy = step.policy
    if event.sure:
        verb = "isolates" if step.captures else "applies to"
        text, mark = f"{policy.id} {verb} {subject} for {direction.value}", "info"
    else:
        text, mark = f"{policy.id} may apply to {subject} for {direction.value}", "unknown"
        text += f": {policy.reason}" if policy.reason else ""
    return Step(
        layer=_layer(event),
        text=text,
        mark=mark,
        policy=str(policy.id),
        file=policy.ref.file,
        line=policy.ref.line,
        excerpt=quote(policy.ref),
    )


def _tier_end(event: Event, trace: Trace, subject: str, isolating: int) -> Step:
    direction = trace.direction
    count = "the policy" if isolating == 1 else f"any of the {isolating} policies"
    verb = "that isolates" if isolating == 1 else "that isolate"
    text = f"no rule of {count} {verb} {subject} for {direction.value} allows it: denied"
    if not event.sure:
        text = f"denied if one of the policies that may apply to {subject} does, since no rule allows it"
    elif trace.verdict is Verdict.UNKNOWN:
        text = f"denied if none of these applies, since {subject} is isolated for {direction.value}"
    sure = event.sure and trace.verdict is not Verdict.UNKNOWN
    return Step(layer=_layer(event), text=text, mark="no" if sure else "unknown", action="deny")


def _rule_step(
    evaluation: Evaluation,
    trace: Trace,
    event: Event,
    asked: tuple[Policy, RuleMatch],
    connection: Connection,
    quote: Quote,
) -> Step:
    policy, match = asked
    rule = match.rule
    peer_holds = evaluation.evaluator.holds(rule.peer, trace.peer)
    atom = evaluation.evaluator.atom_of(connection)
    port_holds = bool(match.connections.connections_of(trace.peer) >> atom & 1)
    ref = _place(evaluation, rule, trace.peer) if peer_holds is not False and port_holds else rule.ref
    sentence = rule_words(rule, trace.direction)
    name = f"{rule.path} ({shown(rule.note)})" if rule.note else rule.path
    if event.hit and event.sure:
        text, mark = f"{name} matches: {sentence}", _mark(rule.action)
    elif event.hit:
        text, mark = f"{name} may match: {sentence}", "unknown"
    else:
        own_holds = evaluation.evaluator.holds(rule.local, trace.subject)
        why = _mismatch(trace, (own_holds, peer_holds, port_holds), connection)
        text, mark = f"{name} does not match: {sentence}; {why}", "info"
    return Step(
        layer=_layer(event),
        text=text,
        mark=mark,
        policy=str(policy.id),
        rule=rule.path,
        action=rule.action.value if event.hit else "",
        file=ref.file,
        line=ref.line,
        excerpt=quote(rule.ref),
    )


def _mark(action: Action) -> str:
    return {Action.ALLOW: "yes", Action.DENY: "no", Action.PASS: "info"}[action]


def _mismatch(trace: Trace, holds: tuple[Ternary, Ternary, bool], connection: Connection) -> str:
    """Why a rule does not match; `holds` tells its clauses about the policy's own side, the other side and ports."""
    own, peer, ports = holds
    parts = [f"{_labelled_words(trace.peer_end)} is none of these"] if peer is False else []
    parts += [f"it is not about {_labelled_words(trace.subject_end)}"] if own is False else []
    parts += [] if ports else [f"{connection} is not among its ports"]
    return " and ".join(parts) or "an earlier rule comes first"


def _labelled_words(end: End) -> str:
    words = end_words(end)
    if isinstance(end, Pod) and end.host_network:
        return f"{words} (on the node's network)"
    if isinstance(end, Pod):
        labels = ", ".join(f"{k}={'?' if v is None else v}" for k, v in end.labels.items[:SHOWN_CLAUSES])
        return f"{words} ({labels or 'no labels'})"
    return words


def _place(evaluation: Evaluation, rule: PolicyRule, slot: int) -> SourceRef:
    parts = rule.peer.parts if isinstance(rule.peer, SomePeer) else (rule.peer,)
    for part, ref in zip(parts, rule.peer_refs, strict=False):
        if evaluation.evaluator.holds(part, slot) is not False:
            return ref
    return rule.ref
