"""What somebody wants to be allowed or denied, and whether it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import AnyPod, End
from netviz.engine.matrix import Peer, PeerType
from netviz.engine.options import Connection, Verdict, a_connection
from netviz.engine.pairs import between
from netviz.engine.vocabulary import Vocabulary
from netviz.model.cluster import Pod
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import ConnectionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a wish: pods of one namespace, addresses outside of the cluster, or the ingress controller.

    `whole` is set for a namespace, which means its future pods, too.
    """

    label: str
    pods: tuple[Pod, ...] = ()
    addresses: AddressSet = AddressSet()
    whole: bool = False
    controller: bool = False

    @property
    def namespace(self) -> str:
        """Where the pods are; "" for everything else."""
        return self.pods[0].namespace if self.pods else ""

    def covers(self, peer: Peer) -> bool:
        """Whether all of a peer of a matrix is meant."""
        match peer.type:
            case PeerType.ADDRESSES:
                return bool(peer.addresses) and peer.addresses <= self.addresses
            case PeerType.INGRESS_CONTROLLER:
                return self.controller
            case PeerType.NAMESPACE:
                return self.whole and self.namespace == peer.name
            case PeerType.POD:
                return any((pod.namespace, pod.name) == (peer.namespace, peer.name) for pod in self.pods)
            case _:
                names = {pod.name for pod in self.pods if _is_of(pod, peer)}
                return bool(names) and names.issuperset(peer.members)


def _is_of(pod: Pod, peer: Peer) -> bool:
    workload = pod.workload
    return (workload.namespace, workload.name, workload.kind) == (peer.namespace, peer.name, peer.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """All of `connections` from every end of the source to every end of the target are to be `verdict`.

    `verdict` is ALLOW or DENY.
    """

    verdict: Verdict
    source: Party
    target: Party
    connections: ConnectionSet

    def vocabulary(self) -> Vocabulary:
        """What an evaluator must tell apart to judge the wish and nothing beside it."""
        addresses = frozenset(party.addresses for party in (self.source, self.target) if party.addresses)
        return Vocabulary(connections=frozenset((self.connections,)), addresses=addresses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One connection with its verdict."""

    source: End
    target: End
    connection: Connection
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a wish stands: the verdicts that occur, and a flow for each; none of them if there is no pair to judge."""

    flows: tuple[Flow, ...]

    @property
    def word(self) -> str:
        """The verdict that all have, `mixed` if they differ, `nothing` if there is no pair."""
        verdicts = {flow.verdict for flow in self.flows}
        return "nothing" if not verdicts else verdicts.pop().value if len(verdicts) == 1 else "mixed"

    def holds(self, verdict: Verdict) -> bool:
        """Whether everything surely has this verdict, and there is something."""
        return bool(self.flows) and all(flow.verdict is verdict for flow in self.flows)

    def against(self, verdict: Verdict) -> Flow | None:
        """A flow that does not have this verdict; a decided one before an unknown one."""
        others = [flow for flow in self.flows if flow.verdict is not verdict]
        return min(others, key=lambda flow: flow.verdict is Verdict.UNKNOWN, default=None)


def standing(evaluation: Evaluation, wish: Wish) -> Standing:
    """How a wish stands; the evaluator must know the wish's vocabulary."""
    atoms = evaluation.evaluator.atoms
    wanted = atoms.mask(wish.connections)
    found: dict[Verdict, Flow] = {}
    for source, target in pairs_of(evaluation, wish):
        allow, unknown = between(evaluation, source, target)
        sets = {Verdict.ALLOW: allow, Verdict.UNKNOWN: unknown, Verdict.DENY: ~(allow | unknown)}
        for verdict, mask in sets.items():
            if mask & wanted and verdict not in found:
                connection = a_connection(atoms.connections(mask & wanted))
                found[verdict] = Flow(source=source, target=target, connection=connection, verdict=verdict)
    return Standing(flows=tuple(found.values()))


def pairs_of(evaluation: Evaluation, wish: Wish) -> Iterator[tuple[End, End]]:
    """Pairs of ends that stand for all pairs of a wish: of pods that policies cannot tell apart, some."""
    seen: set[object] = set()
    sources, targets = ends_of(evaluation, wish.source), ends_of(evaluation, wish.target)
    for source, target in product(sources, targets):
        if source == target or (isinstance(source, IpAddress) and isinstance(target, IpAddress)):
            continue
        key = _class(evaluation, source), _class(evaluation, target), evaluation.bypass(source, target)
        if key not in seen:
            seen.add(key)
            yield source, target


def ends_of(evaluation: Evaluation, party: Party) -> tuple[End, ...]:
    """Ends that stand for all of a party: of each class two pods, all on the host network, one address of each atom."""
    if party.controller:
        return (AnyPod(),)
    classes = evaluation.evaluator.classes
    alike: dict[object, list[Pod]] = {}
    for pod in party.pods:
        alike.setdefault((pod.name,) if pod.host_network else classes.class_of(pod), []).append(pod)
    pods = tuple(pod for members in alike.values() for pod in members[:2])
    return pods + tuple(_addresses(atom & party.addresses for atom in classes.atoms.sets))


def _addresses(sets: Iterable[AddressSet]) -> Iterator[IpAddress]:
    for each in sets:
        for family, first, _ in each.ranges()[:1]:
            yield IpAddress(family, first)


def _class(evaluation: Evaluation, end: End) -> object:
    return evaluation.evaluator.classes.class_of(end) if isinstance(end, Pod) else end
