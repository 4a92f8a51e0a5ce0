"""Explanations: the walk for one connection, recorded, and what an UNKNOWN rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from netviz.engine.evaluator import Evaluation, side
from netviz.engine.fixed import AnyPod, Bypass, End, Forwarder, opened
from netviz.engine.options import Connection, Verdict, both
from netviz.engine.walk import Event, EventKind
from netviz.model.cluster import Pod
from netviz.model.policy import (
    Action,
    Direction,
    EndpointKind,
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
from netviz.selectors.tree import Ternary


class Fixed(StrEnum):
    """Why no policy was asked."""

    SELF = "self"
    OWN_NODE = "own-node"
    TO_OWN_NODE = "to-own-node"
    ON_THIS_NODE = "on-this-node"
    OPEN_NODE = "open-node"
    FAILSAFE = "failsafe"
    OUTSIDE = "outside"
    HOST_NETWORK = "host-network"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One direction of an explanation. `subject` and `peer` are slots; `fixed` is set where no policy was asked.

    `maybe_own_node`: both ends may be on the same node, where no policy is asked in this direction (A31, B52).
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
    """Why a connection is allowed, denied or unknown.

    `by_way` lists the verdicts where they differ: by address family, or by the host endpoint that a connection passes.
    """

    source: End
    target: End
    connection: Connection
    verdict: Verdict
    egress: Trace
    ingress: Trace
    by_way: tuple[tuple[str, Verdict], ...] = ()


def explain(evaluation: Evaluation, source: End, target: End, connection: Connection) -> Explanation:
    """The verdict of `Evaluation.verdict` with the recorded walks that lead to it."""
    verdict = evaluation.verdict(source, target, connection)
    bypassed = evaluation.bypass(source, target)
    atom = evaluation.evaluator.atom_of(connection)
    found: list[tuple[Verdict, int, int]] = []
    for s, t in evaluation.slot_pairs(source, target):
        egress = opened(side(evaluation.toward(s, t, Direction.EGRESS), atom, t), bypassed.egress)
        ingress = opened(side(evaluation.toward(t, s, Direction.INGRESS), atom, s), bypassed.ingress)
        found.append((both(egress, ingress), s, t))
    differ = len({v for v, _, _ in found}) > 1
    ways = zip(_ways(evaluation, [(s, t) for _, s, t in found]), (v for v, _, _ in found), strict=True)
    _, s, t = min(found, key=lambda item: item[0] is not Verdict.DENY) if differ else found[0]
    return Explanation(
        source=source,
        target=target,
        connection=connection,
        verdict=verdict,
        egress=_trace(evaluation, (source, s), (target, t), Direction.EGRESS, connection, bypassed),
        ingress=_trace(evaluation, (target, t), (source, s), Direction.INGRESS, connection, bypassed),
        by_way=tuple(ways) if differ else (),
    )


def _ways(evaluation: Evaluation, pairs: list[tuple[int, int]]) -> tuple[str, ...]:
    """What tells each pair of slots of two ends from the others."""
    slots = evaluation.evaluator.classes.slots
    families = [slots[t].family or slots[s].family for s, t in pairs]
    ways: list[str] = []
    for (source, target), family in zip(pairs, families, strict=True):
        words = [f"over IPv{family}"] if len(set(families)) > 1 else []
        words += [_place_words(evaluation, "from", source), _place_words(evaluation, "to", target)]
        ways.append(" ".join(word for word in words if word))
    return tuple(ways)


def _place_words(evaluation: Evaluation, word: str, number: int) -> str:
    slot = evaluation.evaluator.classes.slots[number]
    if slot.kind is EndpointKind.HOST_ENDPOINT:
        found = evaluation.evaluator.classes.classes[slot.owner].host_endpoints
        return f"{word} the node of host endpoint {found[0].name}"
    if slot.kind is EndpointKind.HOST and evaluation.cluster.host_endpoints:
        return f"{word} a node without host endpoint"
    return ""


def _trace(
    evaluation: Evaluation,
    subject: tuple[End, int],
    peer: tuple[End, int],
    direction: Direction,
    connection: Connection,
    bypassed: Bypass,
) -> Trace:
    evaluator = evaluation.evaluator
    atom = evaluator.atom_of(connection)
    around = bypassed.egress if direction is Direction.EGRESS else bypassed.ingress
    reason = _fixed_reason(evaluation, subject, peer[0], direction, around)
    if reason is None and evaluator.failsafe(subject[1], direction) >> atom & 1:
        reason = Fixed.FAILSAFE
    verdict = Verdict.ALLOW
    events: tuple[Event, ...] = ()
    if reason is None:
        verdict = side(evaluation.toward(subject[1], peer[1], direction), atom, peer[1])
        events = evaluation.trace(subject[1], peer[1], direction, connection)
    maybe_near = around is None and verdict is not Verdict.ALLOW
    return Trace(
        direction=direction,
        subject=subject[1],
        peer=peer[1],
        subject_end=subject[0],
        peer_end=peer[0],
        verdict=opened(verdict, around),
        events=events,
        fixed=reason,
        maybe_own_node=maybe_near,
    )


def _fixed_reason(
    evaluation: Evaluation, subject: tuple[End, int], peer: End, direction: Direction, around: Ternary
) -> Fixed | None:
    end, slot = subject
    if isinstance(end, AnyPod):
        return Fixed.UNNAMED
    if isinstance(end, Forwarder):
        return Fixed.OUTSIDE
    if isinstance(end, Pod) and isinstance(peer, Pod) and (peer.namespace, peer.name) == (end.namespace, end.name):
        return Fixed.SELF
    if not evaluation.evaluator.policed(slot):
        return Fixed.HOST_NETWORK if isinstance(end, Pod) else Fixed.OUTSIDE
    if around is not True:
        return None
    if direction is Direction.EGRESS:
        return Fixed.ON_THIS_NODE if _is_guarded(evaluation, slot) else Fixed.OPEN_NODE
    return Fixed.TO_OWN_NODE if _is_guarded(evaluation, slot) else Fixed.OWN_NODE


def _is_guarded(evaluation: Evaluation, slot: int) -> bool:
    return evaluation.evaluator.classes.slots[slot].kind is EndpointKind.HOST_ENDPOINT


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
    for way, verdict in explanation.by_way:
        found[Doubt("", f"{way}: {verdict}")] = None
    return tuple(found)


def _trace_doubts(evaluation: Evaluation, trace: Trace) -> Iterator[Doubt]:
    if trace.maybe_own_node:
        yield Doubt("", _same_node_words(trace))
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
            if event.match.widest is not event.match.connections:
                yield Doubt(str(policy.id), "which port a name means on a pod that is not in the input is not known")
    yield from _ties(trace.events)


def _same_node_words(trace: Trace) -> str:
    end = trace.subject_end
    if isinstance(end, Pod) and not end.host_network:
        if trace.direction is Direction.INGRESS:
            return "whether the source is the node that the target runs on is not in the input (rule A31)"
        return "whether the target is the node that the source runs on is not in the input (rule D5)"
    return "whether both ends are on the same node is not in the input (rule B52)"


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
