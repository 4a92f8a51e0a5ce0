"""Explanations: the walk for one connection, recorded, and what an UNKNOWN rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from netviz.engine.evaluator import Evaluation, loosened, side
from netviz.engine.fixed import AnyPod, End, fixed_verdict
from netviz.engine.options import Connection, Verdict, both
from netviz.engine.walk import Event, EventKind
from netviz.model.cluster import Pod
from netviz.model.policy import (
    Action,
    Direction,
    EveryPeer,
    Labelled,
    LabelScope,
    LabelView,
    NotPeer,
    OnNodes,
    PeerLeaf,
    RulePeer,
    SomePeer,
    Unresolved,
    WithAddress,
)
from netviz.sets.addresses import IpAddress


class Fixed(StrEnum):
    """Why no policy was asked."""

    SELF = "self"
    OWN_NODE = "own-node"
    OUTSIDE = "outside"
    HOST_NETWORK = "host-network"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One direction of an explanation. `subject` and `peer` are slots; `fixed` is set where no policy was asked.

    `maybe_own_node`: the source may be the node that the target runs on, which no policy can deny (A31).
    """

    direction: Direction
    subject: int
    peer: int
    subject_end: End
    peer_end: End
    verdict: Verdict
    events: tuple[Event, ...] = ()
    fixed: Fixed | None = None
    maybe_own_node: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a connection is allowed, denied or unknown. `by_family` lists the verdicts where address families differ."""

    source: End
    target: End
    connection: Connection
    verdict: Verdict
    egress: Trace
    ingress: Trace
    by_family: tuple[tuple[int, Verdict], ...] = ()


def explain(evaluation: Evaluation, source: End, target: End, connection: Connection) -> Explanation:
    """The verdict of `Evaluation.verdict` with the recorded walks that lead to it."""
    verdict = evaluation.verdict(source, target, connection)
    fixed = fixed_verdict(evaluation.cluster, source, target)
    slots = evaluation.evaluator.classes.slots
    atom = evaluation.evaluator.atoms.atom_of(connection.protocol, connection.port)
    found: list[tuple[Verdict, int, int]] = []
    for s, t in evaluation.slot_pairs(source, target):
        ingress = loosened(side(evaluation.row(t, Direction.INGRESS), atom, s), fixed)
        found.append((both(side(evaluation.row(s, Direction.EGRESS), atom, t), ingress), s, t))
    families = tuple((slots[t].family or slots[s].family or 0, v) for v, s, t in found)
    differ = len({v for v, _, _ in found}) > 1
    _, s, t = min(found, key=lambda item: item[0] is not Verdict.DENY) if differ else found[0]
    return Explanation(
        source=source,
        target=target,
        connection=connection,
        verdict=verdict,
        egress=_trace(evaluation, (source, s), (target, t), Direction.EGRESS, connection),
        ingress=_trace(evaluation, (target, t), (source, s), Direction.INGRESS, connection),
        by_family=families if differ else (),
    )


def _trace(
    evaluation: Evaluation,
    subject: tuple[End, int],
    peer: tuple[End, int],
    direction: Direction,
    connection: Connection,
) -> Trace:
    ends = (subject[0], peer[0]) if direction is Direction.EGRESS else (peer[0], subject[0])
    fixed = fixed_verdict(evaluation.cluster, *ends)
    reason = _fixed_reason(subject[0], peer[0], direction, fixed)
    verdict = Verdict.ALLOW
    events: tuple[Event, ...] = ()
    if reason is None:
        atom = evaluation.evaluator.atoms.atom_of(connection.protocol, connection.port)
        verdict = side(evaluation.row(subject[1], direction), atom, peer[1])
        events = evaluation.trace(subject[1], peer[1], direction, connection)
    maybe_near = direction is Direction.INGRESS and fixed is Verdict.UNKNOWN and verdict is not Verdict.ALLOW
    return Trace(
        direction=direction,
        subject=subject[1],
        peer=peer[1],
        subject_end=subject[0],
        peer_end=peer[0],
        verdict=loosened(verdict, fixed) if maybe_near else verdict,
        events=events,
        fixed=reason,
        maybe_own_node=maybe_near,
    )


def _fixed_reason(subject: End, peer: End, direction: Direction, fixed: Verdict | None) -> Fixed | None:
    if isinstance(subject, IpAddress):
        return Fixed.OUTSIDE
    if isinstance(subject, AnyPod):
        return Fixed.UNNAMED
    if isinstance(peer, Pod) and (peer.namespace, peer.name) == (subject.namespace, subject.name):
        return Fixed.SELF
    if subject.host_network:
        return Fixed.HOST_NETWORK
    if direction is Direction.INGRESS and fixed is Verdict.ALLOW:
        return Fixed.OWN_NODE
    return None


@dataclass(frozen=True, slots=True)
class Doubt:
    """What an UNKNOWN rests on: a policy ("" if none), and the reason in words."""

    policy: str
    reason: str


def doubts(evaluation: Evaluation, explanation: Explanation) -> tuple[Doubt, ...]:
    """Everything that keeps an explanation from being sure, in the order of evaluation, without repetition."""
    found: dict[Doubt, None] = {}
    for trace in (explanation.egress, explanation.ingress):
        for doubt in _trace_doubts(evaluation, trace):
            found[doubt] = None
    for family, verdict in explanation.by_family:
        found[Doubt("", f"over IPv{family}: {verdict}")] = None
    return tuple(found)


def _trace_doubts(evaluation: Evaluation, trace: Trace) -> Iterator[Doubt]:
    if trace.maybe_own_node:
        yield Doubt("", "whether the source is the node that the target runs on is not in the input (rule A31)")
    for event in trace.events:
        if event.step is None:
            continue
        policy = event.step.policy
        if event.kind is EventKind.POLICY and not event.sure:
            if policy.certain:
                for reason in unknown_reasons(evaluation, policy.subject, trace.subject, trace.subject_end):
                    yield Doubt(str(policy.id), reason)
            else:
                yield Doubt(str(policy.id), policy.reason)
        elif event.kind is EventKind.RULE and event.match is not None and event.hit and not event.sure:
            rule = event.match.rule
            if not rule.certain and rule.reason:
                yield Doubt(str(policy.id), rule.reason)
            for reason in unknown_reasons(evaluation, rule.peer, trace.peer, trace.peer_end):
                yield Doubt(str(policy.id), reason)
    yield from _ties(trace.events)


def _ties(events: Iterable[Event]) -> Iterator[Doubt]:
    """Policies without order among each other that do not do the same with the connection (C6)."""
    groups: dict[tuple[str, float | None], dict[str, Action]] = {}
    for event in events:
        if event.match is not None and event.sure and event.step and event.tier and event.tier.ties_undefined:
            policy = event.step.policy
            groups.setdefault((policy.tier, policy.order), {})[str(policy.id)] = event.match.rule.action
    for actions in groups.values():
        if len(set(actions.values())) > 1:
            first, *others = actions
            listed = " and ".join(others)
            yield Doubt(first, f"it has the same priority as {listed}, and which of them decides is not defined (C6)")


def unknown_reasons(evaluation: Evaluation, peer: RulePeer, slot: int, end: End) -> Iterator[str]:
    """Why a peer expression cannot be judged for a slot; nothing if it can."""
    if evaluation.evaluator.holds(peer, slot) is not None:
        return
    match peer:
        case EveryPeer(parts) | SomePeer(parts):
            for part in parts:
                yield from unknown_reasons(evaluation, part, slot, end)
        case NotPeer(part):
            yield from unknown_reasons(evaluation, part, slot, end)
        case _:
            yield _leaf_reason(peer, end)


def _leaf_reason(leaf: PeerLeaf, end: End) -> str:
    if isinstance(leaf, Unresolved):
        return leaf.reason
    if not isinstance(end, Pod):
        return "it depends on which pod it is"
    match leaf:
        case Labelled(LabelView()):
            return f"labels of {end.namespace}/{end.name}, its namespace or its service account are not in the input"
        case Labelled(LabelScope.NAMESPACE):
            return f"the labels of namespace {end.namespace} are not in the input"
        case Labelled(LabelScope.SERVICE_ACCOUNT):
            return f"the labels of service account {end.namespace}/{end.service_account} are not in the input"
        case OnNodes():
            return f"the node of {end.namespace}/{end.name}, or its labels, are not in the input"
        case WithAddress() if end.host_network:
            return f"the address of the node of {end.namespace}/{end.name} is not in the input"
        case WithAddress():
            return f"the address of pod {end.namespace}/{end.name} is not in the input, or only partly covered"
        case _:
            return f"a label value of pod {end.namespace}/{end.name} is set by a controller and not in the input"
