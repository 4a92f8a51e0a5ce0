"""Which pods cannot ask DNS, whether or not the DNS of the cluster is in the input."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from netviz.engine.evaluator import Evaluation, Evaluator, side
from netviz.engine.options import Connection, Verdict
from netviz.engine.walk import Outcome
from netviz.model.cluster import NAME_LABEL, Cluster, ContainerPort, Namespace, Pod, WorkloadId
from netviz.model.policy import Direction, EndpointKind, PolicySet
from netviz.selectors.tree import Labels
from netviz.sets.addresses import IpAddress, parse_address
from netviz.sets.connections import TCP, UDP
from netviz.sets.region import mask_of

_SYSTEM: Final = "kube-system"
_PORT: Final = 53
_NODE_LOCAL: Final = "169.254.20.10"
_OTHER_PORT: Final = 65_000
_LABELS: Final = (
    ("k8s-app", ("kube-dns", "coredns")),
    ("app.kubernetes.io/name", ("coredns", "kube-dns")),
    ("dns.operator.openshift.io/daemonset-dns", ("default",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutDns:
    """Pods that the same policies isolate, of which none may ask DNS; `tcp_only`: by UDP they may.

    `policies` are the numbers of those that isolate them, `server` is a DNS pod of the input, if there is one.
    `closed`: they may connect to nobody at all.
    """

    pods: tuple[Pod, ...]
    policies: tuple[int, ...]
    tcp_only: bool
    closed: bool
    server: Pod | None


def is_dns(pod: Pod) -> bool:
    """Whether a pod is the DNS server of a cluster, by the labels that installations give it."""
    return any(pod.labels.value(key) in values for key, values in _LABELS)


def _servers(pods: Sequence[Pod]) -> tuple[Pod, ...]:
    # Pods of a workload share their labels, which are looked at once.
    labelled = {id(pod.labels): pod for pod in pods}
    found = {labels for labels, pod in labelled.items() if is_dns(pod)}
    return tuple(pod for pod in pods if id(pod.labels) in found)


def without_dns(evaluation: Evaluation, policies: PolicySet) -> tuple[WithoutDns, ...]:
    """All pods that are isolated for egress and may not ask DNS, by the policies that isolate them.

    What is asked is the engine, in a small cluster: a pod of each kind of subject, and the DNS pods of the input or,
    without any, one as it usually is. Everything that may be allowed counts as allowed.
    """
    groups = _isolated(evaluation)
    if not groups:
        return ()
    servers = _servers(evaluation.cluster.pods)
    asked = [pods[0] for pods in groups.values()]
    small = _small(evaluation, policies, asked, servers or (_assumed(),))
    ends = _ends(small)
    found: list[WithoutDns] = []
    for (policies_here, profile), pods in groups.items():
        row = evaluation.profile_row(Direction.EGRESS, profile)
        by_udp, by_tcp = (_may_ask(small, ends, pods[0], protocol) for protocol in (UDP, TCP))
        if not (by_udp and by_tcp):
            found.append(
                WithoutDns(
                    pods=pods,
                    policies=policies_here,
                    tcp_only=by_udp,
                    closed=not row.allow and not row.unknown,
                    server=servers[0] if servers else None,
                )
            )
    return tuple(found)


def _isolated(evaluation: Evaluation) -> Mapping[tuple[tuple[int, ...], int], tuple[Pod, ...]]:
    """The pods that are isolated for egress and no DNS servers, by the policies that do so and by their profile."""
    evaluator, classes = evaluation.evaluator, evaluation.evaluator.classes
    found: defaultdict[tuple[tuple[int, ...], int], list[Pod]] = defaultdict(list)
    for number, profile in enumerate(evaluator.profiles[Direction.EGRESS].profiles):
        selection = evaluator.selecting(profile.members[0], Direction.EGRESS, evaluation.inactive)
        sure = [each for each, surely in selection if surely]
        isolating = tuple(each for each in sure if evaluator.policies[each].captures(Direction.EGRESS))
        if not isolating:
            continue
        for slot in profile.members:
            item = classes.slots[slot]
            if item.kind is EndpointKind.POD and item.owner != classes.arbitrary:
                pods = (pod for pod in classes.classes[item.owner].pods if not is_dns(pod))
                found[isolating, number].extend(pods)
    return {key: tuple(dict.fromkeys(pods)) for key, pods in found.items() if pods}


def _small(evaluation: Evaluation, policies: PolicySet, asked: Sequence[Pod], servers: Sequence[Pod]) -> Evaluation:
    cluster = evaluation.cluster
    namespaces = cluster.namespaces
    if not any(each.name == _SYSTEM for each in namespaces):
        system = Namespace(name=_SYSTEM, labels=Labels.of({NAME_LABEL: _SYSTEM}, complete=False))
        namespaces = (*namespaces, system)
    small = Cluster(
        namespaces=namespaces,
        nodes=cluster.nodes,
        pods=tuple({(pod.namespace, pod.name): pod for pod in (*asked, *servers)}.values()),
        services=cluster.services,
        endpoint_slices=cluster.endpoint_slices,
        service_accounts=cluster.service_accounts,
        network_sets=cluster.network_sets,
        host_endpoints=cluster.host_endpoints,
    )
    return Evaluator(small, policies, evaluation.evaluator.options).evaluate(evaluation.scenario)


def _assumed() -> Pod:
    """A DNS pod as most clusters have it; it may have further labels."""
    return Pod(
        namespace=_SYSTEM,
        name="kube-dns (assumed)",
        labels=Labels.of({"k8s-app": "kube-dns"}, complete=False),
        service_account="coredns",
        workload=WorkloadId(_SYSTEM, "Deployment", "coredns"),
        ports=(
            ContainerPort(name="dns", protocol=UDP, port=_PORT),
            ContainerPort(name="dns-tcp", protocol=TCP, port=_PORT),
        ),
    )


def dns_port(server: Pod, protocol: int) -> int:
    """The port on which a DNS pod listens: the one that is called dns, or 53."""
    named = (p.port for p in server.ports if p.protocol == protocol and (p.name or "").startswith("dns"))
    return next(named, _PORT)


class _Ends(NamedTuple):
    """Whom pods of the small cluster may ask: its DNS pods, and what is outside.

    Of each set of addresses that no rule tells apart the first one stands for all: `outside` are their peer bits by
    address family, `hosts` the addresses that a host endpoint has.
    """

    servers: tuple[Pod, ...]
    outside: Mapping[int, int]
    hosts: tuple[IpAddress, ...]


def _ends(small: Evaluation) -> _Ends:
    classes = small.evaluator.classes
    slots: dict[int, list[int]] = {}
    hosts: list[IpAddress] = []
    for slot in range(classes.first_outside, len(classes.slots)):
        family, first, _ = classes.slots[slot].outside.ranges()[0]
        address = IpAddress(family, first)
        if classes.slots_at(address) == (slot,):
            slots.setdefault(family, []).append(slot)
        else:
            hosts.append(address)
    servers = _servers(small.cluster.pods)
    return _Ends(servers, {family: mask_of(some) for family, some in slots.items()}, tuple(hosts))


def _may_ask(small: Evaluation, ends: _Ends, pod: Pod, protocol: int) -> bool:
    if any(_may(small, pod, each, protocol, dns_port(each, protocol)) for each in ends.servers):
        return True
    local = parse_address(_NODE_LOCAL)
    if local is not None and _may(small, pod, local, protocol, _PORT):
        return True
    return _names_outside(small, ends, pod, protocol)


def _names_outside(small: Evaluation, ends: _Ends, pod: Pod, protocol: int) -> bool:
    """Whether the pod may use port 53 of some address outside and not every port: somebody thought of DNS there."""
    asked, other = (small.evaluator.atom_of(Connection(protocol, port)) for port in (_PORT, _OTHER_PORT))
    for family, slots in ends.outside.items():
        # Which of the pod's slots talk to an address depends on its family only.
        rows = [small.row(slot, Direction.EGRESS) for slot in small.slots_of(pod, IpAddress(family, 0))]
        if _reached(rows, asked) & ~_reached(rows, other) & slots:
            return True
    return any(
        _may(small, pod, host, protocol, _PORT) and not _may(small, pod, host, protocol, _OTHER_PORT)
        for host in ends.hosts
    )


def _reached(rows: Iterable[Outcome], atom: int) -> int:
    """The peers to which one of the rows may allow a connection atom."""
    found = 0
    for row in rows:
        found |= row.allow.peers_on(atom) | row.unknown.peers_on(atom)
    return found


def _may(small: Evaluation, pod: Pod, end: Pod | IpAddress, protocol: int, port: int) -> bool:
    """Whether the egress policies of a pod may allow a connection, which need not be sure."""
    atom = small.evaluator.atom_of(Connection(protocol, port))
    return any(
        side(small.toward(source, target, Direction.EGRESS), atom, target) is not Verdict.DENY
        for source, target in small.slot_pairs(pod, end)
    )
