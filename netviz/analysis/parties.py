"""What the two ends of a wish are, by the names that people and pages use."""

from __future__ import annotations

from collections.abc import Iterator
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
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet
from netviz.sets.intervals import IntervalSet

WHOLE: Final = "namespace/"
"""`namespace/NAME/*` is every pod of a namespace."""

_EVERY: Final = "/*"


def wish_of(
    evaluation: Evaluation,
    ends: tuple[str, str],
    verdict: Verdict,
    connections: ConnectionSet,
    *,
    peers: bool = False,
) -> Wish:
    """The wish that connections between two named ends are allowed or denied.

    A connection to a Service is one to the pods behind it, on the port that they listen on. With `peers` the ends may
    be ids of matrix peers, too. UsageError for a name that is not known, or an end that no policy can be about.
    """
    source = party_of(evaluation, ends[0], peers=peers)
    target, service = _named_party(evaluation, ends[1], peers=peers)
    if service is not None:
        target, connections = _behind(evaluation.cluster, service, target.label, connections)
    return Wish(verdict=verdict, source=source, target=target, connections=connections)


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
    for addresses in evaluator.classes.atoms.sets:
        if text == addresses_peer(addresses):
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


def _behind(cluster: Cluster, service: Service, label: str, wanted: ConnectionSet) -> tuple[Party, ConnectionSet]:
    """The pods behind ports of a Service, and the ports on which all of them serve these."""
    if service.headless:
        return _party(label, members(cluster, service)), wanted
    serving: dict[object, ConnectionSet] = {}
    targets: dict[object, Pod | IpAddress] = {}
    for entry in service.ports:
        for target, port in _serving(cluster, service, entry.protocol, entry.port, wanted):
            key = (target.namespace, target.name) if isinstance(target, Pod) else target
            targets[key] = target
            one = ConnectionSet.of(entry.protocol, IntervalSet.single(port))
            serving[key] = serving.get(key, NO_CONNECTIONS) | one
    if not targets:
        raise UsageError(f"{label} has no backend on that port in the input")
    first, *others = serving.values()
    if any(other != first for other in others):
        raise UsageError(f"the pods behind {label} do not listen on the same port: ask for one of them")
    return _party(label, tuple(targets.values())), first


def _serving(
    cluster: Cluster, service: Service, protocol: int, port: int, wanted: ConnectionSet
) -> Iterator[tuple[Pod | IpAddress, int]]:
    """Who serves a port of a Service, and where; nobody if the port is not wanted."""
    if wanted.has(protocol, port):
        yield from ((backend.target, backend.port) for backend in backends(cluster, service, port, protocol))
