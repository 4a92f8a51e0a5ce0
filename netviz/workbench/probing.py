"""Which connections to try on the cluster, what is expected of each, and how what was observed compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from netviz.analysis.expectations.checking import aims
from netviz.analysis.expectations.language import Expectations, Statement
from netviz.analysis.expectations.members import Members, NothingMatchesError, Resolver
from netviz.analysis.expectations.reading import read_expectations
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import End
from netviz.engine.naming import find
from netviz.errors import UsageError
from netviz.exporters.probe_script import (
    CONNECTS,
    TIMES_OUT,
    UNKNOWN,
    AddressPlace,
    Observation,
    PodPlace,
    Probe,
    ServicePlace,
    probe_script,
    read_observations,
)
from netviz.model.cluster import Pod, Service
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import ALL_CONNECTIONS, TCP, ConnectionSet
from netviz.workbench.answers import Asker
from netviz.workbench.ids import end_id
from netviz.workbench.questions import CheckQuestion, WhyQuestion

MOST_PROBES: Final = 300
PER_SIDE: Final = 2
PER_PAIR: Final = 2
_EXPECTED: Final = {"allow": CONNECTS, "deny": TIMES_OUT}
_USUAL: Final = (443, 80)
_POD_NAME: Final = "statefulset.kubernetes.io/pod-name"
AGREES, DIFFERS, UNCLEAR, SETTLED = "agrees", "differs", "unclear", "settled"
ORDER: Final = (DIFFERS, UNCLEAR, SETTLED, AGREES)
"""What an observation can be beside the prediction, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """The connections to try, and a sentence for each that cannot be tried."""

    probes: tuple[Probe, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedLine:
    """An observation beside what netviz predicts now: agrees, differs, unclear, or settled where it was unknown.

    `words` says in a sentence what follows; `question` asks for the explanation of the prediction.
    """

    source: str
    target: str
    port: int
    predicted: str
    observed: str
    outcome: str
    words: str
    line: int
    question: WhyQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All observations, differences first, and a sentence for every line that could not be used."""

    lines: tuple[ObservedLine, ...] = ()
    problems: tuple[str, ...] = ()

    def count(self, outcome: str) -> int:
        """How many have this outcome."""
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def words(self) -> str:
        """How many agree and how many do not."""
        parts = [f"{count} {outcome}" for outcome in ORDER if (count := self.count(outcome))]
        return f"{len(self.lines)} observed: {', '.join(parts) or 'none'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeQuestion:
    """What to try: the expectations of a file, else one connection."""

    expectations: CheckQuestion | None = None
    connection: WhyQuestion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeScript:
    """The script, and what it tries and does not."""

    script: str
    planned: Probes


def probe_answer(evaluation: Evaluation, question: ProbeQuestion) -> ProbeScript:
    """The script for a question; UsageError for a connection that cannot be tried, or a file that cannot be used."""
    planner = Planner(evaluation)
    planned = Probes()
    if question.expectations is not None:
        data = question.expectations.text.encode("utf-8", "surrogatepass")
        planned = planner.of_expectations(read_expectations(question.expectations.name, data))
    elif question.connection is not None:
        asked = question.connection
        planned = planner.of_connection(asked.source, asked.target, asked.port)
    return ProbeScript(script=probe_script(planned.probes, planned.skipped), planned=planned)


class Planner:
    """Chooses probes and predicts them under one evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._cluster = evaluation.cluster
        self._resolver = Resolver(evaluation)
        self._asker = Asker(evaluation, lambda _ref: ())

    def of_expectations(self, expectations: Expectations) -> Probes:
        """Some pairs and ports of every statement: pods that policies can tell apart, one port of each entry."""
        found: dict[tuple[str, str, int], Probe] = {}
        skipped: list[str] = []
        for statement in expectations.statements:
            for item in self._of_statement(statement):
                if isinstance(item, str):
                    skipped.append(f"{statement.title}: {item}")
                else:
                    found.setdefault((item.source, item.target, item.port), item)
        if expectations.frozen is not None:
            skipped.append("a frozen state has no statements to try")
        return _limited(found.values(), skipped)

    def of_connection(self, source: str, target: str, port: int = 0) -> Probes:
        """The probes of one connection, its ends as for `netviz why`; UsageError for those that cannot be tried."""
        named, aimed = find(self._cluster, source), find(self._cluster, target)
        starts = [end for end in named.ends if isinstance(end, Pod)][:1]
        if not starts:
            raise UsageError(f"{named.label} cannot be tried from: only connections that start in a pod can")
        if aimed.service is not None:
            ports = [port] if port else [each.port for each in aimed.service.ports if each.protocol == TCP]
            return _limited([self._to_service(starts[0], aimed.service, number, "") for number in ports], [])
        ends = aimed.ends[:1]
        if not ends or not isinstance(ends[0], Pod | IpAddress):
            raise UsageError(f"{aimed.label} cannot be tried: it is no pod, Service or address")
        numbers = [port] if port else _ports_of(ends[0], ALL_CONNECTIONS)
        return _limited([self._probe(starts[0], ends[0], number, "") for number in numbers], [])

    def compare(self, data: bytes) -> Observed:
        """What was observed beside what is predicted now; a name that is not in the input makes a problem."""
        rows, problems = read_observations(data)
        lines: list[ObservedLine] = []
        told = list(problems)
        for row in rows:
            try:
                lines.append(self._compared(row))
            except UsageError as error:
                told.append(f"line {row.line}: {error}")
        return Observed(lines=tuple(sorted(lines, key=lambda each: ORDER.index(each.outcome))), problems=tuple(told))

    def _of_statement(self, statement: Statement) -> Iterator[Probe | str]:
        try:
            sources = self._resolver.members(statement.source)
            targets = self._resolver.members(statement.target)
            wanted = list(aims(self._evaluation, statement, targets))
        except NothingMatchesError as error:
            yield f"it matches nothing: {error}"
            return
        starts = self._some(sources, outside=False)
        if not starts:
            yield "it does not start in a pod"
            return
        tried = False
        for aim in wanted:
            for source, target in product(starts, self._some(aim.members, outside=True)):
                if source == target or not isinstance(source, Pod):
                    continue
                if targets.service is not None:
                    is_tcp = aim.connections <= ConnectionSet.of(TCP)
                    title = statement.title
                    probes = [self._to_service(source, targets.service, aim.port, title)] if is_tcp else []
                else:
                    numbers = _ports_of(target, aim.connections)
                    probes = [self._probe(source, target, number, statement.title) for number in numbers]
                tried = tried or bool(probes)
                yield from probes
        if not tried:
            yield "only TCP is tried, to pods, Services and single addresses"

    def _some(self, members: Members, *, outside: bool) -> list[Pod | IpAddress]:
        """A few ends that policies can tell apart. Of blocks of addresses nobody knows which one answers."""
        classes = self._evaluation.evaluator.classes
        by_class: dict[int, Pod] = {}
        for pod in members.pods:
            by_class.setdefault(classes.class_of(pod), pod)
        found: list[Pod | IpAddress] = [*list(by_class.values())[:PER_SIDE]]
        if outside:
            found += [end for end in members.others if isinstance(end, IpAddress)][:PER_SIDE]
            found += [IpAddress(f, a) for f, a, last in members.addresses.ranges() if a == last][:PER_SIDE]
        return found

    def _probe(self, source: Pod, target: End, port: int, title: str) -> Probe:
        towards = _place(target) if isinstance(target, Pod) else AddressPlace(str(target))
        ids = end_id(source), end_id(target)
        return Probe(
            source=ids[0],
            target=ids[1],
            port=port,
            expected=self._predicted(*ids, port),
            run_in=_place(source),
            towards=towards,
            title=title,
        )

    def _to_service(self, source: Pod, service: Service, port: int, title: str) -> Probe:
        ids = end_id(source), f"service/{service.namespace}/{service.name}"
        return Probe(
            source=ids[0],
            target=ids[1],
            port=port,
            expected=self._predicted(*ids, port),
            run_in=_place(source),
            towards=ServicePlace(namespace=service.namespace, name=service.name),
            title=title,
        )

    def _predicted(self, source: str, target: str, port: int) -> str:
        start, aim = find(self._cluster, source), find(self._cluster, target)
        return _EXPECTED.get(self._asker.why(start, aim, TCP, port).verdict, UNKNOWN)

    def _compared(self, row: Observation) -> ObservedLine:
        predicted = self._predicted(row.source, row.target, row.port)
        outcome, words = _outcome(predicted, row.observed)
        return ObservedLine(
            source=row.source,
            target=row.target,
            port=row.port,
            predicted=predicted,
            observed=row.observed,
            outcome=outcome,
            words=words,
            line=row.line,
            question=WhyQuestion(source=row.source, target=row.target, port=row.port),
        )


def _outcome(predicted: str, observed: str) -> tuple[str, str]:
    match predicted, observed:
        case _, "no-tool":
            return UNCLEAR, "the container has none of curl, nc, wget and bash: try NETVIZ_PROBE_VIA=debug"
        case _, "error":
            return UNCLEAR, "it could not be tried: a pod or an address was not there, or kubectl was not allowed"
        case "unknown", _:
            return SETTLED, f"the input does not tell; the cluster says {observed}"
        case "connects", "refused":
            return UNCLEAR, "the packet was answered, so policy lets it through, but nothing listens there"
        case "times-out", "refused":
            return UNCLEAR, "it was answered: either policy lets it through, or the network plugin rejects it aloud"
        case _ if predicted == observed:
            return AGREES, "as predicted"
        case "connects", _:
            return DIFFERS, "policies allow it, and the cluster does not let it through"
        case _:
            return DIFFERS, "policies deny it, and the cluster lets it through: does the plugin enforce them?"


def _ports_of(target: End, connections: ConnectionSet) -> list[int]:
    """Some TCP ports of a set: those that the target declares, else a usual one, else the first of each piece."""
    declared = [port.port for port in target.ports if port.protocol == TCP] if isinstance(target, Pod) else []
    served = [number for number in dict.fromkeys(declared) if connections.has(TCP, number)]
    usual = [number for number in _USUAL if connections.has(TCP, number)]
    firsts = [first for first, _ in connections.destination_ports(TCP)]
    return served[:PER_PAIR] or usual[:1] or firsts[:PER_PAIR]


def _place(pod: Pod) -> PodPlace:
    if not pod.synthetic:
        return PodPlace(namespace=pod.namespace, name=pod.name)
    known = {key: value for key, value in pod.labels.items if value is not None}
    # The pods of a StatefulSet have names that can be told beforehand.
    name = known.get(_POD_NAME, "")
    return PodPlace(namespace=pod.namespace, name=name, labels=() if name else tuple(known.items()))


def _limited(probes: Iterable[Probe], skipped: list[str]) -> Probes:
    every = tuple(probes)
    if len(every) > MOST_PROBES:
        skipped = [*skipped, f"{len(every) - MOST_PROBES} more than {MOST_PROBES} connections"]
    return Probes(probes=every[:MOST_PROBES], skipped=tuple(skipped))
