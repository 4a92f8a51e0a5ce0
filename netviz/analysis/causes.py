"""Which differences between two inputs caused a changed verdict: what it takes to get the old verdict back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

from netviz.analysis.compare import Comparison, PairChange
from netviz.analysis.differences import LOCAL, Difference, Inputs, Key, Piece, inputs
from netviz.analysis.pairs import PeerKey, peer_key
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.fixed import End
from netviz.engine.matrix import DENIED, Cell, Grouping, Peer, PeerType, ReachabilityMatrix
from netviz.engine.options import Scenario
from netviz.engine.reach import peer_ends
from netviz.model.cluster import Cluster, Pod, WorkloadId
from netviz.model.policy import Direction, PolicySet
from netviz.sets.addresses import IpAddress

_MOST_TRIED = 200
_MOST_WORK = 20_000
"""Inputs in between, times the peers that changed; at least `_FEWEST_TRIED` inputs are evaluated."""

_FEWEST_TRIED = 12
_MOST_ASKED = 10_000
"""Pairs that are looked at under some input in between; the changes after that are left without causes."""

_CHECKED = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """A difference that a changed pair comes from.

    `alone`: the new input with only this difference undone gives the pair its old verdict. Otherwise that takes all of
    the pair's causes that are not `alone` together.
    """

    difference: Difference
    alone: bool


def find_causes(
    before: Evaluation, after: Evaluation, comparison: Comparison, by: Grouping
) -> tuple[tuple[Cause, ...], ...]:
    """For each change of the comparison its causes; none where that would take too many evaluations to find out.

    Both evaluations must share options and vocabulary, and `comparison` be of their matrices by `by`. The scenario is
    that of both sides taken together.
    """
    if not comparison.changes:
        return ()
    search = _Search(before, after, comparison, by)
    return tuple(search.causes(change) for change in comparison.changes)


class _Search:
    """Evaluates inputs between old and new, each once, and as few of them as it can."""

    def __init__(self, before: Evaluation, after: Evaluation, comparison: Comparison, by: Grouping) -> None:
        self._by = by
        self._options = after.evaluator.options
        self._words = before.evaluator.classes.vocabulary | after.evaluator.classes.vocabulary
        one, two = before.scenario, after.scenario
        self._scenario = Scenario(one.disabled | two.disabled, one.enforced | two.enforced)
        self._peers = {peer.id: peer for peer in comparison.peers}
        whole = inputs(_input(before), _input(after))
        ends = {self._peers[end] for change in comparison.changes for end in (change.source, change.target)}
        involved = {*_workloads(before.cluster, ends, by), *_workloads(after.cluster, ends, by)}
        self._tried: dict[frozenset[Key], _Verdicts] = {}
        self._start(whole.only(involved))
        if not self._reproduces(comparison.changes):
            self._start(whole)
        self._asked = 0
        self._left = min(_MOST_TRIED, max(_FEWEST_TRIED, _MOST_WORK // (len(ends) + 1)))

    def _start(self, pieces: Inputs) -> None:
        self._inputs = pieces
        self._all = frozenset(d.key for d in pieces.differences)
        self._left = 2
        self._tried.clear()

    def _reproduces(self, changes: Sequence[PairChange]) -> bool:
        """Whether the workloads at the ends of the changes suffice: alone they must give the same verdicts."""
        old, new = self._rows(self._all), self._rows(frozenset())
        return all(
            rows is not None and rows.cells(self._peers[c.source], self._peers[c.target]) == {cell}
            for c in changes[:_CHECKED]
            for rows, cell in ((old, c.before), (new, c.after))
        )

    def causes(self, change: PairChange) -> tuple[Cause, ...]:
        near = [d for d in self._inputs.differences if self._concerns(d, change)]
        single = [d for d in near if self._restored(change, self._alone(d, near))]
        if single:
            return tuple(Cause(d, alone=True) for d in single)
        for candidates in (near, list(self._inputs.differences)):
            if candidates and self._restored(change, frozenset(d.key for d in candidates)):
                found = self._smallest(change, candidates)
                return tuple(Cause(d, alone=len(found) == 1) for d in found)
        return ()

    def _concerns(self, difference: Difference, change: PairChange) -> bool:
        if difference.piece in (Piece.SERVICE, Piece.INGRESS):
            source = self._peers[change.source]
            return source.type is PeerType.INGRESS_CONTROLLER or bool(self._words.services)
        if not difference.namespace:
            return True
        return any(self._touches(difference, self._peers[end]) for end in (change.source, change.target))

    def _touches(self, difference: Difference, peer: Peer) -> bool:
        if difference.piece not in LOCAL or self._by is Grouping.NAMESPACE:
            return peer.namespace == difference.namespace
        return difference.key[1] in set(_own_names(peer))

    def _alone(self, difference: Difference, near: Iterable[Difference]) -> frozenset[Key]:
        """What to undo to see this difference undone alone.

        A piece that is about one workload concerns only that workload's pairs. So all pieces of its sort may be undone
        at once, and one evaluation serves all workloads, but for pairs that have such a piece at both ends.
        """
        rivals = sum(other.piece is difference.piece for other in near)
        if difference.piece not in LOCAL or rivals > 1:
            return frozenset((difference.key,))
        return frozenset(key for key in self._all if key[0] is difference.piece)

    def _smallest(self, change: PairChange, candidates: list[Difference]) -> list[Difference]:
        """Differences that together give the old verdict back, and of which none can be spared (QuickXplain)."""

        def search(kept: list[Difference], rest: list[Difference], *, new: bool) -> list[Difference]:
            if new and self._restored(change, _keys(kept)):
                return []
            if len(rest) == 1:
                return rest
            first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
            needed = search([*kept, *first], second, new=True)
            return [*search([*kept, *needed], first, new=bool(needed)), *needed]

        found = search([], candidates, new=False)
        # The search is right where undoing more never takes a verdict away again, which is not always so.
        return found if self._restored(change, _keys(found)) else candidates

    def _restored(self, change: PairChange, reverted: frozenset[Key]) -> bool:
        if self._asked >= _MOST_ASKED:
            return False
        self._asked += 1
        rows = self._rows(reverted)
        source, target = self._peers[change.source], self._peers[change.target]
        return rows is not None and rows.cells(source, target) == {change.before}

    def _rows(self, reverted: frozenset[Key]) -> _Verdicts | None:
        """The verdicts with these pieces undone; None if too many inputs were evaluated already."""
        known = self._tried.get(reverted)
        if known is None and self._left > 0:
            self._left -= 1
            cluster, policies = self._inputs.hybrid(reverted)
            evaluator = Evaluator(cluster, policies, self._options, self._words)
            present = {policy.id for policy in policies.policies}
            scenario = Scenario(self._scenario.disabled & present, self._scenario.enforced & present)
            known = self._tried[reverted] = _Verdicts(evaluator.evaluate(scenario), self._by)
        return known


def _keys(differences: Iterable[Difference]) -> frozenset[Key]:
    return frozenset(d.key for d in differences)


def _input(evaluation: Evaluation) -> tuple[Cluster, PolicySet]:
    evaluator = evaluation.evaluator
    policies = tuple(compiled.policy for compiled in evaluator.policies)
    return evaluation.cluster, PolicySet(tiers=evaluator.tiers, policies=policies)


def _own_names(peer: Peer) -> Iterator[WorkloadId]:
    """The workloads that a peer may be, or belong to."""
    yield WorkloadId(peer.namespace, peer.kind, peer.name)
    yield from (WorkloadId(peer.namespace, kind, name) for kind, name in peer.owners)


def _workloads(cluster: Cluster, ends: Collection[Peer], by: Grouping) -> Iterator[WorkloadId]:
    """The workloads that stand at one of these ends."""
    names = {name for peer in ends for name in _own_names(peer)}
    namespaces = {peer.namespace for peer in ends}
    for workload in cluster.workloads:
        if workload.id in names or (by is Grouping.NAMESPACE and workload.id.namespace in namespaces):
            yield workload.id


class _Verdicts:
    """The verdicts between peers of other matrices under one evaluation.

    Each pair is worked out by itself, which is much less than a matrix where few pairs are asked for. Only what the
    matrix does specially (Ingress, the node's network) is read from one.
    """

    def __init__(self, evaluation: Evaluation, by: Grouping) -> None:
        self._evaluation = evaluation
        self._classes = evaluation.evaluator.classes
        self._by = by
        self._ends: dict[Peer, tuple[End, ...]] = {}
        self._cells: dict[tuple[object, object], Cell] = {}
        self._special = any(pod.host_network for pod in evaluation.cluster.pods)

    @cached_property
    def _by_id(self) -> dict[str, tuple[End, ...]]:
        found: dict[str, tuple[End, ...]] = {}
        for name, ends in peer_ends(self._evaluation, self._by).items():
            base = name.partition("#")[0]
            found[base] = (*found.get(base, ()), *ends)
        return found

    @cached_property
    def _rows(self) -> _Rows:
        return _Rows(self._evaluation.matrix(self._by))

    def cells(self, source: Peer, target: Peer) -> set[Cell]:
        """The cells between two peers, several if they are split here; denied if one is not there."""
        if self._special or PeerType.INGRESS_CONTROLLER in (source.type, target.type):
            return self._rows.cells(source, target)
        found = {self._cell(s, t) for s in self._find(source) for t in self._find(target)} or {DENIED}
        if self._by is not Grouping.NAMESPACE:
            return found
        allow = reduce(or_, (cell.allow for cell in found))
        return {Cell(allow, reduce(or_, (cell.unknown for cell in found)) - allow)}

    def _find(self, peer: Peer) -> tuple[End, ...]:
        known = self._ends.get(peer)
        if known is None:
            known = self._ends[peer] = tuple(self._addresses(peer) if peer.addresses else self._pods(peer))
        return known

    def _addresses(self, peer: Peer) -> Iterator[End]:
        """An address of every part of the peer that this evaluation tells apart."""
        for atom in self._classes.atoms.sets:
            shared = atom & peer.addresses
            if shared:
                family, first, _ = next(iter(shared.ranges()))
                yield IpAddress(family, first)

    def _pods(self, peer: Peer) -> Iterable[End]:
        """A pod of every class in the peer, by the pods that it lists, else by its name."""
        pods: list[End] = []
        for name in peer.members if self._by is not Grouping.NAMESPACE else ():
            try:
                pods.append(self._evaluation.cluster.pod(peer.namespace, name))
            except KeyError:
                continue
        alike = {self._kind(end): end for end in pods or self._by_id.get(peer.id.partition("#")[0], ())}
        return alike.values()

    def _kind(self, end: End) -> object:
        return self._classes.class_of(end) if isinstance(end, Pod) else end

    def _cell(self, source: End, target: End) -> Cell:
        key = self._kind(source), self._kind(target)
        if key not in self._cells:
            atoms = self._evaluation.evaluator.atoms.all
            allow, possible = atoms, 0
            for i, j in self._evaluation.slot_pairs(source, target):
                out, into = (
                    self._evaluation.row(own, direction)
                    for own, direction in ((i, Direction.EGRESS), (j, Direction.INGRESS))
                )
                sure = out.allow.connections_of(j), into.allow.connections_of(i)
                may = out.unknown.connections_of(j) | sure[0], into.unknown.connections_of(i) | sure[1]
                allow &= sure[0] & sure[1]
                possible |= may[0] & may[1]
            to_set = self._evaluation.evaluator.connections
            self._cells[key] = Cell(to_set(allow), to_set(possible & ~allow))
        return self._cells[key]


class _Rows:
    """A matrix in which the peers of other matrices are found."""

    def __init__(self, matrix: ReachabilityMatrix) -> None:
        self._matrix = matrix
        self._named: dict[PeerKey, list[int]] = {}
        for i, peer in enumerate(matrix.peers):
            self._named.setdefault(peer_key(peer), []).append(i)

    def cells(self, source: Peer, target: Peer) -> set[Cell]:
        """The cells between two peers, several if they are split here; denied if one is not there."""
        rows, columns = self._find(source), self._find(target)
        within = self._matrix.within or {}
        return {within.get(i, DENIED) if i == j else self._matrix.cell(i, j) for i in rows for j in columns} or {DENIED}

    def _find(self, peer: Peer) -> list[int]:
        if peer.type is PeerType.ADDRESSES:
            return [
                i
                for i, other in enumerate(self._matrix.peers)
                if other.type is PeerType.ADDRESSES and other.addresses & peer.addresses
            ]
        rows = self._named.get(peer_key(peer), [])
        shared = [i for i in rows if set(self._matrix.peers[i].members) & set(peer.members)]
        return shared or rows
