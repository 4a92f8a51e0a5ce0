"""Where two evaluations of one input, under two network plugins, do not agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

from netviz.analysis.findings.finding import FlowWitness
from netviz.analysis.findings.flows import Flows, examples
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import End
from netviz.engine.options import Verdict
from netviz.engine.rules import CompiledPolicy
from netviz.engine.walk import Outcome
from netviz.model.cluster import Pod
from netviz.model.policy import Direction, PolicyId
from netviz.sets.connections import ConnectionSet
from netviz.sets.region import bits

MOST_PODS: Final = 12_000
"""Of clusters with more pods no second evaluation is made."""

_MOST_SUBJECTS: Final = 4
_MOST_PEERS: Final = 150
_MOST_KEPT: Final = 12
_MOST_NODES: Final = 50
_FEW: Final = 4


class Difference(NamedTuple):
    """A connection on which two plugins differ: as it is, what the other says, and in whose rows they do."""

    flow: FlowWitness
    other: Verdict
    direction: Direction
    peer: End


class Differences:
    """Compares an evaluation with another one of the same pods."""

    def __init__(self, own: Evaluation, other: Evaluation) -> None:
        self._own = own
        self._other = other
        self._flows = Flows(own)
        self._known: dict[object, tuple[tuple[Outcome, ...], tuple[tuple[End, ConnectionSet], ...]]] = {}
        alike: dict[tuple[int, int], Pod] = {}
        for pod in own.cluster.pods:
            alike.setdefault(self._classes_of(pod), pod)
        self._pods = tuple(alike.values())
        sets = dict.fromkeys((*own.evaluator.classes.atoms.sets, *other.evaluator.classes.atoms.sets))
        found = (self._flows.address_in(outside) for outside in sets)
        nodes = islice((address for node in own.cluster.nodes for address in node.addresses), _MOST_NODES)
        self._addresses = tuple(dict.fromkeys((*(address for address in found if address is not None), *nodes)))

    def _classes_of(self, pod: Pod) -> tuple[int, int]:
        own, other = (each.evaluator.classes.class_of(pod) for each in (self._own, self._other))
        return own, other

    @property
    def policies(self) -> tuple[CompiledPolicy, ...]:
        """The policies of the other evaluation."""
        return self._other.evaluator.policies

    def with_only(self, policy: PolicyId, among: frozenset[PolicyId]) -> Differences:
        """The same comparison, where of some policies of the other evaluation only this one counts."""
        scenario = self._other.scenario
        off = replace(scenario, disabled=scenario.disabled | among - {policy})
        found = copy(self)
        found._other = self._other.evaluator.evaluate(off)
        found._known = {}
        return found

    def subjects(self, compiled: CompiledPolicy) -> tuple[Pod, ...]:
        """The pods that a policy of either evaluation may select."""
        own = any(compiled is each for each in self._own.evaluator.policies)
        evaluator = self._own.evaluator if own else self._other.evaluator
        classes = evaluator.classes
        slots = (classes.slots[slot] for slot in bits(compiled.subject.may) if slot < classes.first_outside)
        owners = dict.fromkeys(slot.owner for slot in slots)
        return tuple(pod for owner in owners for pod in classes.classes[owner].pods)

    def first(self, subjects: Iterable[Pod], directions: Iterable[Direction] = Direction) -> Difference | None:
        """The first connection of one of the subjects that differs, by policies of these directions of the subject."""
        some = {self._classes_of(pod): pod for pod in subjects}
        wanted = tuple(directions)
        for subject in islice(some.values(), _MOST_SUBJECTS):
            for direction in wanted:
                for peer, connections in self._rows(subject, direction):
                    found = self._asked(subject, peer, direction, connections)
                    if found is not None:
                        return found
        return None

    def _rows(self, subject: Pod, direction: Direction) -> tuple[tuple[End, ConnectionSet], ...]:
        """Some of the peers about which the policies of a subject say something else under the other plugin."""
        slots = tuple((each, slot) for each in (self._own, self._other) for slot in each.slots_of(subject))
        rows = tuple(each.row(slot, direction) for each, slot in slots)
        # Pods that walk alike have one row, and there are far fewer rows than policies.
        key = (direction, *map(id, rows), *(subject.host_addresses if subject.host_network else ()))
        if key not in self._known:
            differing = ((peer, self._differing(subject, peer, direction)) for peer in self._peers())
            self._known[key] = (rows, tuple(islice((pair for pair in differing if pair[1]), _MOST_KEPT)))
        return self._known[key][1]

    def _peers(self) -> Iterator[End]:
        yield from islice(self._pods, _MOST_PEERS)
        yield from islice(self._addresses, _MOST_PEERS)

    def _differing(self, subject: Pod, peer: End, direction: Direction) -> ConnectionSet:
        """The connections about which the policies of the subject say something else under the other plugin."""
        sets: list[tuple[ConnectionSet, ConnectionSet]] = []
        for each in (self._own, self._other):
            ends = each.slots_of(subject, peer), each.slots_of(peer, subject)
            slot, other = each.evaluator.classes.pairs(*ends)[0]
            allow, unknown = (part.connections_of(other) for part in each.toward(slot, other, direction))
            sets.append((each.evaluator.connections(allow), each.evaluator.connections(unknown)))
        here, there = sets
        parts = [(one - other) | (other - one) for one, other in zip(here, there, strict=True)]
        return parts[0] | parts[1]

    def _asked(
        self, subject: Pod, peer: End, direction: Direction, connections: ConnectionSet
    ) -> Difference | None:
        source, target = (peer, subject) if direction is Direction.INGRESS else (subject, peer)
        if source == target:
            return None
        for connection in islice(examples(connections, target), _FEW):
            flow = self._flows.between(source, target, connection)
            other = self._other.verdict(source, target, connection)
            if flow is not None and flow.verdict is not other:
                return Difference(flow, other, direction, peer)
        return None
