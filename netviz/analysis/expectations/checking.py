"""Checks expectations against an evaluation: for each whether it holds, and if not, one connection that tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from netviz.analysis.expectations.freezing import frozen_changes
from netviz.analysis.expectations.judging import MOST_PAIRS, Aim, Flow, Judge, TooManyError
from netviz.analysis.expectations.language import Expectations, Frozen, Statement, Wanted
from netviz.analysis.expectations.members import Members, NothingMatchesError, Resolver
from netviz.engine.clients import EXPOSED
from netviz.engine.evaluator import Evaluation
from netviz.engine.options import Verdict
from netviz.engine.services import backends
from netviz.model.cluster import Pod, Service
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import ALL_CONNECTIONS, ConnectionSet, protocol_name
from netviz.sets.intervals import IntervalSet
from netviz.source import SourceRef


class Status(StrEnum):
    """Whether an expectation holds; one that cannot be decided does not count as held."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one expectation. `title` is its name or what it says, `words` what it says, `wanted` its verdict.

    `reason` says in a sentence why it does not hold, if there is no `flow` that shows it, or beside it. `sources` and
    `targets` count what it speaks of; `note` is a remark on that. Of a frozen state there is one result in all if
    nothing changed, else one for each pair that did.
    """

    title: str
    words: str
    wanted: str
    status: Status
    ref: SourceRef
    flow: Flow | None = None
    reason: str = ""
    sources: int = 0
    targets: int = 0
    note: str = ""


def check(evaluation: Evaluation, expectations: Expectations) -> tuple[Result, ...]:
    """The results of all expectations, in the order of the file; what was frozen comes last."""
    checker = _Checker(evaluation)
    found = [checker.statement(each) for each in expectations.statements]
    if expectations.frozen is not None:
        found += frozen_results(evaluation, expectations.frozen)
    return tuple(found)


def frozen_results(evaluation: Evaluation, frozen: Frozen) -> list[Result]:
    """One result for every pair that is not as it was frozen, or one for all of them."""
    found = [
        Result(
            title=change.words,
            words=change.words,
            wanted="frozen",
            status=Status.FAILED,
            ref=change.ref,
            flow=change.flow,
            reason=change.reason,
        )
        for change in frozen_changes(evaluation, frozen)
    ]
    if found:
        return found
    words = f"every pair is as it was frozen, by {frozen.by.value}"
    return [Result(title=words, words=words, wanted="frozen", status=Status.PASSED, ref=frozen.ref)]


class _Checker:
    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._resolver = Resolver(evaluation)
        self._judge = Judge(evaluation)

    def statement(self, statement: Statement) -> Result:
        """The result of one statement."""
        result = Result(
            title=statement.title,
            words=statement.words,
            wanted=statement.wanted.value,
            status=Status.PASSED,
            ref=statement.ref,
        )
        try:
            sources = self._resolver.members(statement.source)
            targets = self._resolver.members(statement.target)
            if targets.service is not None and targets.service.type == "ExternalName":
                return replace(result, status=Status.UNKNOWN, reason=_alias(targets.service))
            wanted = list(aims(self._evaluation, statement, targets))
        except NothingMatchesError as error:
            return replace(result, status=Status.FAILED, reason=f"it matches nothing: {error}")
        result = replace(
            result, sources=sources.count, targets=targets.count, note=_remarks(sources, targets)
        )
        try:
            return self._judged(statement.wanted, sources, wanted, result)
        except TooManyError:
            many = f"more than {MOST_PAIRS:,} pairs would have to be asked one by one: split it into narrower ones"
            return replace(result, status=Status.UNKNOWN, reason=many)

    def _judged(self, wanted: Wanted, sources: Members, aims: list[Aim], result: Result) -> Result:
        pairs = any(_is_pair(sources, aim.members) for aim in aims)
        if not pairs and not _is_pair(sources.with_maybe(), aims[0].members.with_maybe()):
            alone = "it matches nothing: there is no pair of two different ends, of which one is in the cluster"
            return replace(result, status=Status.FAILED, reason=alone)
        flow = self._violation(wanted, sources, aims)
        if flow is not None and flow.verdict is not Verdict.UNKNOWN:
            return replace(result, status=Status.FAILED, flow=flow)
        if flow is not None:
            return replace(result, status=Status.UNKNOWN, flow=flow)
        if not pairs:
            return replace(result, status=Status.UNKNOWN, reason=_unsure(sources, aims))
        wider = [replace(aim, members=aim.members.with_maybe()) for aim in aims]
        flow = self._violation(wanted, sources.with_maybe(), wider)
        if flow is None:
            return result
        return replace(result, status=Status.UNKNOWN, flow=flow, reason=_unsure(sources, aims))

    def _violation(self, wanted: Wanted, sources: Members, aims: list[Aim]) -> Flow | None:
        found: Flow | None = None
        for aim in aims:
            flow = self._judge.violation(wanted, sources, aim)
            if flow is not None and (found is None or found.verdict is Verdict.UNKNOWN):
                found = flow
        return found


def aims(evaluation: Evaluation, statement: Statement, targets: Members) -> Iterator[Aim]:
    """The targets of a statement and the connections that are meant; NothingMatchesError for a port that lacks."""
    entries = statement.ports.entries
    if targets.service is not None:
        yield from _behind(evaluation, targets.service, targets, statement)
        return
    wanted = ConnectionSet()
    for entry in entries:
        wanted |= entry
    yield Aim(targets, wanted if entries else ALL_CONNECTIONS)


def _behind(evaluation: Evaluation, service: Service, targets: Members, statement: Statement) -> Iterator[Aim]:
    """What each wanted port of a Service leads to."""
    found: dict[tuple[int, int, int], dict[Pod | IpAddress, None]] = {}
    name = f"service/{service.namespace}/{service.name}"
    for number, entry in enumerate(statement.ports.entries or (ALL_CONNECTIONS,)):
        ports = [port for port in service.ports if entry.has(port.protocol, port.port)]
        reached = 0
        for port in ports:
            for backend in backends(evaluation.cluster, service, port.port, port.protocol):
                found.setdefault((port.protocol, port.port, backend.port), {})[backend.target] = None
                reached += 1
        if not ports:
            has = ", ".join(f"{protocol_name(p.protocol)} {p.port}" for p in service.ports) or "none"
            asked = f" {statement.ports.text[number]}" if statement.ports.text else ""
            raise NothingMatchesError(f"{name} has no port{asked}; it has {has}")
        if not reached:
            raise NothingMatchesError(f"nothing in the input serves that port of {name}")
    for (protocol, own, served), ends in found.items():
        pods = tuple(end for end in ends if isinstance(end, Pod))
        others = tuple(end for end in targets.others if end in ends)
        connections = ConnectionSet.of(protocol, IntervalSet.single(served))
        yield Aim(replace(targets, pods=pods, others=others), connections, own)


def _is_pair(sources: Members, targets: Members) -> bool:
    """Whether there are two different ends that are not both outside of the cluster."""
    inside, outside = zip(*(_split(side) for side in (sources, targets)), strict=True)
    if inside[0] and inside[1] and len(inside[0] | inside[1]) > 1:
        return True
    return bool((inside[0] and outside[1]) or (outside[0] and inside[1]))


def _split(members: Members) -> tuple[frozenset[object], bool]:
    """What is in the cluster, and whether there is anything outside of it."""
    single = [end for end in members.others if isinstance(end, IpAddress)]
    inside = frozenset(end for end in members.others if not isinstance(end, IpAddress))
    return inside | {(pod.namespace, pod.name) for pod in members.pods}, bool(single or members.addresses)


def _alias(service: Service) -> str:
    return f"service/{service.namespace}/{service.name} stands for a DNS name, whose address is not known (A36)"


def _unsure(sources: Members, aims: list[Aim]) -> str:
    pod = next(pod for members in (sources, *(aim.members for aim in aims)) for pod in members.maybe)
    return f"the input does not tell whether {pod.namespace}/{pod.name} is meant: not all of its labels are known"


def _remarks(sources: Members, targets: Members) -> str:
    """What is to be known about what a statement speaks of."""
    found: list[str] = []
    count = max(sources.host_pods, targets.host_pods)
    if count:
        pods = "1 pod" if count == 1 else f"{count} pods"
        found.append(f"{pods} on the network of a node left out, as the selectors of policies do (A30)")
    outside = sources.addresses or any(isinstance(end, IpAddress) for end in sources.others)
    if targets.service is not None and targets.service.type not in EXPOSED and outside:
        found.append("a ClusterIP is reached from inside of the cluster only; what the pods let in is judged")
    return "; ".join(found)
