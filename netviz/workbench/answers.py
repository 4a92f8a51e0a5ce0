"""Why a connection is allowed or not, for any two things that have a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from netviz.engine.clients import EXPOSED, seen_as
from netviz.engine.evaluator import Evaluation
from netviz.engine.explain import explain
from netviz.engine.fixed import AnyPod, End
from netviz.engine.naming import Named, find
from netviz.engine.options import Connection, Verdict, a_connection
from netviz.engine.pairs import between
from netviz.engine.services import backends, find_service, members
from netviz.errors import UsageError
from netviz.model.cluster import HostEndpoint, Pod, Service
from netviz.model.policy import Direction
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import (
    ALL_CONNECTIONS,
    PORT_PROTOCOLS,
    ConnectionSet,
    protocol_name,
)
from netviz.sets.intervals import IntervalSet
from netviz.view.trace import Half, Quote, Step, because, end_words, halves
from netviz.view.words import connection_words
from netviz.workbench.questions import WhyAnswer

_Parts = tuple[ConnectionSet, ConnectionSet, ConnectionSet]
"""What is allowed, denied and unknown of the connections that were asked about."""

MIXED = "mixed"
_FALLBACK_PORT = 80
_HAIRPIN = "a pod that reaches itself through its own Service: whether the policy sees it is up to the plugin (A33)"

_FORWARDED = "externalTrafficPolicy Cluster: backends see the address of a node instead of the client's (A36)"
_CLIENT_OR_NODE = (
    "with externalTrafficPolicy Cluster it is up to this network plugin whether policies see a client outside or a node"
    " (D4)"
)
_PAST_POLICY = (
    "with externalTrafficPolicy Cluster, this network plugin lets clients outside past ingress policies (D4)"
)
_WHICH_NODE = "which node forwards the connection, or its address, is not in the input (A36)"
_INSIDE_ONLY = "a ClusterIP is reachable from inside of the cluster only; policies would judge the client's address"


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers why-questions about one evaluation; `quote` gives source lines of a place."""

    evaluation: Evaluation
    quote: Quote

    def why(self, source: Named, target: Named, protocol: int, port: int) -> WhyAnswer:
        """The verdict with both traces; one answer per backend for a Service or for pods that differ."""
        sources = self._ends(source)
        if target.service is not None:
            return self._service(source, sources, target.service, protocol, port)
        pairs = self._pairs(sources, self._ends(target))
        answers = [self._one(source.label, target.label, s, t, protocol, port) for s, t in pairs]
        return _merged(source.label, target.label, answers)

    def _ends(self, named: Named) -> tuple[End, ...]:
        ends = named.ends
        if named.service is not None:
            ends = members(self.evaluation.cluster, named.service)
        if not ends:
            raise UsageError(f"{named.label} has no pods that could talk: no replicas, finished, or nothing selected")
        if any(isinstance(end, Pod) and end.host_network for end in ends):
            return ends
        alike: dict[object, list[End]] = {}
        for end in ends:
            alike.setdefault(self._class(end), []).append(end)
        return tuple(end for members_ in alike.values() for end in members_[:2])

    def _pairs(self, sources: tuple[End, ...], targets: tuple[End, ...]) -> list[tuple[End, End]]:
        found: dict[object, tuple[End, End]] = {}
        pairs = list(product(sources, targets))
        others = [(s, t) for s, t in pairs if s != t]
        for s, t in others or pairs:
            near = self.evaluation.bypass(s, t)
            found.setdefault((self._class(s), self._class(t), near), (s, t))
        return list(found.values())

    def _class(self, end: End) -> object:
        classes = self.evaluation.evaluator.classes
        return classes.class_of(end) if isinstance(end, Pod | HostEndpoint) else end

    def _one(self, source: str, target: str, s: End, t: End, protocol: int, port: int) -> WhyAnswer:
        if not port and protocol in PORT_PROTOCOLS:
            return self._all_ports(source, target, s, t, protocol)
        asked = ConnectionSet.of(protocol, IntervalSet.single(port) if port else None)
        allowed, unknown = (part & asked for part in self._sets(s, t))
        parts: _Parts = (allowed, asked - allowed - unknown, unknown)
        # Calico's rules may tell connections to one port apart by their source port, and ICMP by type and code.
        if sum(map(bool, parts)) > 1:
            return self._in_parts(source, target, s, t, parts, a_connection(allowed or unknown))
        return self._exactly(source, target, s, t, Connection(protocol, port))

    def _exactly(self, source: str, target: str, s: End, t: End, connection: Connection) -> WhyAnswer:
        explanation = explain(self.evaluation, s, t, connection)
        parts = halves(self.evaluation, explanation, self.quote)
        verdict = explanation.verdict.value
        doubts = tuple((doubt.policy, doubt.reason) for doubt in because(self.evaluation, explanation))
        return WhyAnswer(
            source=source,
            target=target,
            via="",
            protocol=protocol_name(connection.protocol),
            port=connection.port,
            verdict=verdict,
            sentence=_sentence(end_words(s), end_words(t), str(connection), [h.verdict for h in parts], verdict),
            halves=parts,
            because=doubts,
        )

    def _all_ports(self, source: str, target: str, s: End, t: End, protocol: int) -> WhyAnswer:
        allowed, unknown = self._sets(s, t)
        parts: _Parts = (allowed, ALL_CONNECTIONS - allowed - unknown, unknown)
        return self._in_parts(source, target, s, t, parts, self._example(t, protocol, [allowed, unknown, parts[1]]))

    def _in_parts(self, source: str, target: str, s: End, t: End, parts: _Parts, example: Connection) -> WhyAnswer:
        """What is allowed, denied and unknown of many connections, with the traces of one of them."""
        answer = self._exactly(source, target, s, t, example)
        full = [bool(part) for part in parts]
        verdict = MIXED if sum(full) > 1 else ("allow", "deny", "unknown")[full.index(True)]
        words = [connection_words(part) if part else "" for part in parts]
        ends = f"{end_words(s)} to {end_words(t)}"
        said = [f"{word}: {text}" for word, text in zip(("allowed", "denied", "unknown"), words, strict=True) if text]
        return replace(
            answer,
            verdict=verdict,
            sentence=f"{ends}: {'; '.join(said)}.",
            allowed=words[0],
            denied=words[1],
            unknown=words[2],
            sets=parts,
            notes=(f"The traces below are for {example}.",),
        )

    def _sets(self, s: End, t: End) -> tuple[ConnectionSet, ConnectionSet]:
        found, connections = between(self.evaluation, s, t), self.evaluation.evaluator.connections
        return connections(found.allow), connections(found.unknown)

    def _example(self, target: End, protocol: int, sets: list[ConnectionSet]) -> Connection:
        declared = [p.port for p in target.ports if p.protocol == protocol] if isinstance(target, Pod) else []
        for wanted in sets:
            if wanted == ALL_CONNECTIONS:
                continue
            for numbers in (*map(IntervalSet.single, (*declared, _FALLBACK_PORT)), None):
                here = wanted & ConnectionSet.of(protocol, numbers)
                if here:
                    return a_connection(here)
        return Connection(protocol, (*declared, _FALLBACK_PORT)[0])

    def _service(
        self, source: Named, sources: tuple[End, ...], service: Service, protocol: int, port: int
    ) -> WhyAnswer:
        label = f"service/{service.namespace}/{service.name}"
        if service.type == "ExternalName":
            return self._external_name(source, service, protocol, port)
        ports = [port] if port else [p.port for p in service.ports if p.protocol == protocol]
        if not ports:
            raise UsageError(f"{label} has no {protocol_name(protocol)} port; ask for one with a port or protocol")
        answers: list[WhyAnswer] = []
        for number in ports:
            via = f"{service.namespace}/{service.name}:{number}"
            found = backends(self.evaluation.cluster, service, number, protocol)
            if not found and port:
                raise UsageError(_no_backend(service, label, number, protocol))
            for backend in found:
                for s, t in self._pairs(sources, (backend.target,)):
                    answer = self._behind(service, source.label, s, t, protocol, backend.port)
                    answers.append(replace(answer if service.headless else self._hairpin(answer, s, t), via=via))
        if not answers:
            raise UsageError(f"{label} has no backends in the input")
        # Replicas that are not in the input have one name and one answer; pods that are listed have one each.
        merged = _merged(source.label, label, list(dict.fromkeys(answers)))
        note = ("a headless Service maps no ports: clients dial the pods directly (A36)",) if service.headless else ()
        vias = {answer.via for answer in answers}
        via = vias.pop() if len(vias) == 1 else f"{service.namespace}/{service.name}"
        return replace(merged, via=via, port=port or answers[0].port, notes=(*merged.notes, *note))

    def _behind(self, service: Service, source: str, s: End, t: End, protocol: int, port: int) -> WhyAnswer:
        if not isinstance(s, IpAddress):
            return self._one(source, end_words(t), s, t, protocol, port)
        if service.type not in EXPOSED:
            answer = self._one(source, end_words(t), s, t, protocol, port)
            return replace(answer, notes=(*answer.notes, _INSIDE_ONLY))
        seen = seen_as(self.evaluation, service, s)
        if not seen:
            return self._past_policy(source, s, t, Connection(protocol, port))
        if seen == (s,):
            return self._one(source, end_words(t), s, t, protocol, port)
        either = s in seen
        answers = [self._one(source, end_words(t), each, t, protocol, port) for each in seen]
        merged = answers[0]
        if len({(answer.verdict, answer.allowed) for answer in answers}) > 1:
            reason = _CLIENT_OR_NODE if either else _WHICH_NODE
            merged = replace(_merged(source, end_words(t), answers), verdict="unknown", because=(("", reason),))
        return replace(merged, notes=(*merged.notes, _CLIENT_OR_NODE if either else _FORWARDED))

    def _past_policy(self, source: str, s: IpAddress, t: End, connection: Connection) -> WhyAnswer:
        answer = self._exactly(source, end_words(t), s, t, connection)
        step = Step(layer="before policy", text=_PAST_POLICY, mark="yes", action="allow")
        ingress = Half(direction=Direction.INGRESS.value, subject=end_words(t), verdict="allow", steps=(step,))
        sentence = _sentence(end_words(s), end_words(t), str(connection), [], "allow")
        return replace(answer, verdict="allow", sentence=sentence, halves=(answer.halves[0], ingress), because=())

    def _hairpin(self, answer: WhyAnswer, s: End, t: End) -> WhyAnswer:
        if s != t or not isinstance(t, Pod) or t.host_network:
            return answer
        evaluator, inactive = self.evaluation.evaluator, self.evaluation.inactive
        if not any(evaluator.selecting(slot, d, inactive) for slot in self.evaluation.slots_of(t) for d in Direction):
            return answer
        sentence = f"{end_words(s)} to itself through the Service: unknown."
        return replace(answer, verdict="unknown", sentence=sentence, because=(("", _HAIRPIN),))

    def _external_name(self, source: Named, service: Service, protocol: int, port: int) -> WhyAnswer:
        name = (service.external_name or "").rstrip(".")
        pieces = name.split(".")
        inner = find_service(self.evaluation.cluster, pieces[1], pieces[0]) if pieces[2:3] == ["svc"] else None
        if inner is not None and inner.type != "ExternalName":
            target = Named(label=f"service/{inner.namespace}/{inner.name}", service=inner)
            answer = self.why(source, target, protocol, port)
            note = f"{service.namespace}/{service.name} is an alias of {name} (A36)"
            return replace(answer, notes=(*answer.notes, note))
        reason = f"{service.namespace}/{service.name} stands for the DNS name {name}, whose address is not known (A36)"
        return WhyAnswer(
            source=source.label,
            target=f"service/{service.namespace}/{service.name}",
            via=f"{service.namespace}/{service.name}",
            protocol=protocol_name(protocol),
            port=port,
            verdict="unknown",
            sentence=f"{source.label} to {name}: unknown, {reason}.",
            because=(("", reason),),
        )


def _no_backend(service: Service, label: str, port: int, protocol: int) -> str:
    known = ", ".join(f"{protocol_name(p.protocol)} {p.port}" for p in service.ports)
    if not any((p.port, p.protocol) == (port, protocol) for p in service.ports) and not service.headless:
        return f"{label} has no port {protocol_name(protocol)} {port}; it has {known or 'none'}"
    return f"{label} has no backend on {protocol_name(protocol)} {port} in the input"


def _sentence(source: str, target: str, connection: str, sides: list[str], verdict: str) -> str:
    match verdict:
        case "allow":
            return f"{source} may open {connection} to {target}."
        case "deny":
            guilty = [name for name, side in zip(("egress", "ingress"), sides, strict=True) if side == "deny"]
            where = {"egress": f"egress of {source}", "ingress": f"ingress of {target}"}
            blamed = " and ".join(where[name] for name in guilty)
            return f"{source} may not open {connection} to {target}: denied by {blamed}."
        case _:
            return f"Whether {source} may open {connection} to {target} cannot be decided from this input."


def _merged(source: str, target: str, answers: list[WhyAnswer]) -> WhyAnswer:
    if len(answers) == 1:
        return replace(answers[0], source=source, target=target)
    verdicts = {answer.verdict for answer in answers}
    verdict = verdicts.pop() if len(verdicts) == 1 else MIXED
    first = answers[0]
    counted = [f"{sum(a.verdict == v for a in answers)} {v}" for v in dict.fromkeys(a.verdict for a in answers)]
    sentence = f"{source} to {target}: {verdict} ({', '.join(counted)} of {len(answers)} combinations)."
    return replace(
        first,
        source=source,
        target=target,
        verdict=verdict,
        sentence=sentence,
        halves=(),
        backends=tuple(answers),
        because=tuple(dict.fromkeys(reason for a in answers for reason in a.because)),
        allowed="",
        denied="",
        unknown="",
        sets=None,
        notes=(),
    )


def reasons(asker: Asker, sources: tuple[End, ...], targets: tuple[End, ...]) -> Iterator[tuple[str, str]]:
    """(policy, reason) of everything that is unknown between two peers, without repetition."""
    seen: set[tuple[str, str]] = set()
    atoms = asker.evaluation.evaluator.atoms.atoms
    for s, t in product(sources, targets):
        if s == t or (isinstance(s, IpAddress) and isinstance(t, IpAddress)):
            continue
        for atom in atoms:
            connection = a_connection(atom)
            if asker.evaluation.verdict(s, t, connection) is Verdict.UNKNOWN:
                for doubt in because(asker.evaluation, explain(asker.evaluation, s, t, connection)):
                    reason = (doubt.policy, doubt.reason)
                    if reason not in seen:
                        seen.add(reason)
                        yield reason


def lookup(evaluation: Evaluation, peers: Callable[[str], tuple[End, ...] | None], text: str) -> Named:
    """What a name or a peer id of an answer stands for; UsageError if nothing."""
    ends = peers(text)
    if ends is None:
        return find(evaluation.cluster, text)
    label = text if any(isinstance(end, Pod) for end in ends) else end_words(ends[0]) if ends else text
    if ends and isinstance(ends[0], AnyPod):
        label = "ingress-controller"
    return Named(label=label, ends=ends)
