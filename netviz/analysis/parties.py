"""What the two ends of a wish are, by the names that people and pages use."""

from __future__ import annotations

from typing import Final

from netviz.analysis.wishes import Party, Wish
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import AnyPod
from netviz.engine.groups import groups
from netviz.engine.matrix import INGRESS_PEER, Grouping, addresses_peer
from netviz.engine.naming import INGRESS_CONTROLLER, Named, find
from netviz.engine.options import Verdict
from netviz.engine.services import backends, members
from netviz.errors import UsageError
from netviz.model.cluster import Cluster, Pod, Service
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import ConnectionSet
from netviz.sets.intervals import IntervalSet

WHOLE: Final = "namespace/"
"""`namespace/NAME/*` is every pod of a namespace."""

_EVERY: Final = "/*"


def wish_of(
    evaluation: Evaluation, ends: tuple[str, str], verdict: Verdict, protocol: int, port: int, *, peers: bool = False
) -> Wish:
    """The wish that a connection between two named ends is allowed or denied; `port` 0 is every port of the protocol.

    A connection to a Service is one to the pods behind it, on the port that they listen on. With `peers` the ends may
    be ids of matrix peers, too. UsageError for a name that is not known, or an end that no policy can be about.
    """
    wanted = ConnectionSet.of(protocol, IntervalSet.single(port) if port else None)
    source = party_of(evaluation, ends[0], peers=peers)
    target, service = _named_party(evaluation, ends[1], peers=peers)
    if service is not None:
        target, wanted = _behind(evaluation.cluster, service, target.label, protocol, port)
    return Wish(verdict=verdict, source=source, target=target, connections=wanted)


def party_of(evaluation: Evaluation, text: str, *, peers: bool = False) -> Party:
    """What a name stands for; a Service stands for the pods behind it. Errors as for `wish_of`."""
    party, service = _named_party(evaluation, text, peers=peers)
    return party if service is None else _party(party.label, members(evaluation.cluster, service))


def _named_party(evaluation: Evaluation, text: str, *, peers: bool) -> tuple[Party, Service | None]:
    known = _peer(evaluation, text) if peers else None
    if known is not None:
        return known, None
    if text.startswith(WHOLE) and text.endswith(_EVERY):
        return _namespace(evaluation.cluster, text.removeprefix(WHOLE).removesuffix(_EVERY)), None
    named: Named = find(evaluation.cluster, text)
    if named.service is not None:
        return Party(label=named.label), named.service
    return _party(named.label, named.ends), None


def _peer(evaluation: Evaluation, text: str) -> Party | None:
    """The party of a matrix peer."""
    evaluator = evaluation.evaluator
    if text == INGRESS_PEER:
        return Party(label=INGRESS_CONTROLLER, controller=True)
    for atom, addresses in enumerate(evaluator.classes.atoms.sets):
        if text == addresses_peer(atom):
            return Party(label=", ".join(addresses.cidrs()[:3]), addresses=addresses)
    if any(namespace.name == text for namespace in evaluation.cluster.namespaces):
        return _namespace(evaluation.cluster, text)
    for by in (Grouping.WORKLOAD, Grouping.POD):
        for group in groups(evaluator, by, frozenset((text.partition("/")[0],))):
            if group.peer.id == text:
                return _party(text, tuple(pod for part in group.parts for pod in part.pods))
    return None


def _namespace(cluster: Cluster, name: str) -> Party:
    if not any(namespace.name == name for namespace in cluster.namespaces):
        raise UsageError(f"there is no namespace {name!r} in the input")
    pods = tuple(pod for pod in cluster.pods if pod.namespace == name and not pod.host_network)
    if not pods:
        raise UsageError(f"there are no pods on the pod network in the namespace {name!r}")
    return Party(label=f"{WHOLE}{name}{_EVERY}", pods=pods, whole=True)


def _party(label: str, ends: tuple[object, ...]) -> Party:
    pods = tuple(end for end in ends if isinstance(end, Pod))
    addresses = [end for end in ends if isinstance(end, IpAddress)]
    if any(isinstance(end, AnyPod) for end in ends):
        return Party(label=label, controller=True)
    if len(pods) + len(addresses) < len(ends):
        raise UsageError(f"{label} is a host endpoint: fixes are only known for pods and addresses")
    if not ends:
        raise UsageError(f"{label} has no pods that could talk: no replicas, finished, or nothing selected")
    found = AddressSet.union(AddressSet.of_range(a.family, a.value, a.value) for a in addresses)
    return Party(label=label, pods=pods, addresses=found)


def _behind(cluster: Cluster, service: Service, label: str, protocol: int, port: int) -> tuple[Party, ConnectionSet]:
    """The pods behind a port of a Service, and the port on which all of them serve it."""
    numbers = [port] if port else [entry.port for entry in service.ports if entry.protocol == protocol]
    found = [backend for number in numbers for backend in backends(cluster, service, number, protocol)]
    if not found:
        raise UsageError(f"{label} has no backend on that port in the input")
    targets = {(end.namespace, end.name) if isinstance(end, Pod) else end: end for end in (b.target for b in found)}
    ports = {key: {b.port for b in found if b.target == end} for key, end in targets.items()}
    first, *others = ports.values()
    if any(other != first for other in others):
        raise UsageError(f"the pods behind {label} do not listen on the same port: ask for one of them")
    spans = IntervalSet.of((number, number) for number in first)
    return _party(label, tuple(targets.values())), ConnectionSet.of(protocol, spans)
