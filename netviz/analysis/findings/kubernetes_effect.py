"""Pitfalls of NetworkPolicies that are in what they do together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from netviz.analysis.findings.clauses import Clause, clauses, flow, rules_of
from netviz.analysis.findings.dns import WithoutDns, dns_port, without_dns
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness, PodWitness, Witness
from netviz.analysis.findings.words import counted, end_of, example, listed, workloads_of
from netviz.engine.classes import numbers_of
from netviz.engine.options import Connection
from netviz.engine.profiles import NOBODY
from netviz.errors import Severity
from netviz.model.cluster import Pod, Workload
from netviz.model.policy import ANYONE, Direction, NamedPort, RemarkKind
from netviz.sets.connections import TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.sets.region import bits, mask_of

_MOST_TRIED = 20
"""So many peers are tried for a connection that shows a finding."""

_MOST_NAMESPACES = 20
"""Open workloads are told per namespace, up to so many of them."""

_START_CLOSED = "start with a policy that denies all ingress in the namespace, then allow what is needed"
_FROM = {Direction.INGRESS: "from", Direction.EGRESS: "to"}


def _other(direction: Direction) -> Direction:
    return Direction.EGRESS if direction is Direction.INGRESS else Direction.INGRESS


def _default_denials(facts: Facts) -> Iterator[Finding]:
    for compiled in facts.kubernetes:
        policy = compiled.policy
        closed = [d.value for d in Direction if d in policy.captures and not policy.rules(d)]
        pods = facts.pods(compiled.subject.must & facts.pod_slots)
        some = counted(len(workloads_of(pods)), "workload")
        if closed and pods:
            yield NP005.finding(
                f"it allows no {' and no '.join(closed)}: the default is denial for {some}",
                "nothing to do if that is meant; what is needed has to be allowed by other policies",
                about=policy.id,
                ref=policy.ref,
                witness=PodWitness(pod=end_of(pods[0])),
            )


def _allows_all(facts: Facts) -> Iterator[Finding]:
    empty = {(policy.id, remark.path.rpartition(".")[0]) for policy, remark in facts.remarks(RemarkKind.EMPTY)}
    for compiled, direction, rule in rules_of(facts):
        policy, written = compiled.policy, rule.rule
        everything = written.peer == ANYONE and written.ports is None
        if everything and (policy.id, written.path) not in empty:
            yield NP006.finding(
                f"it allows all {direction.value} {_FROM[direction]} anywhere, outside of the cluster too",
                "name peers or ports; for all pods of the cluster write namespaceSelector: {}",
                about=policy.id,
                ref=written.ref,
            )


def _no_dns(facts: Facts) -> Iterator[Finding]:
    found: defaultdict[tuple[bool, bool], list[WithoutDns]] = defaultdict(list)
    for each in without_dns(facts.evaluation, facts.policies):
        found[each.tcp_only, each.closed].append(each)
    for (tcp_only, closed), groups in found.items():
        for number, here in _by_policy(facts, groups):
            policy = facts.evaluator.policies[number].policy
            names = workloads_of([pod for each in here for pod in each.pods])
            them = "it" if len(names) == 1 else "them"
            lack = "ask DNS by TCP 53: long answers do not arrive" if tcp_only else "ask DNS: names do not resolve"
            if closed:
                lack = "connect to anything, DNS neither"
            yield NP008.finding(
                f"it isolates the egress of {listed(names)}, and no rule lets {them} {lack}",
                "allow UDP and TCP 53 to the pods with k8s-app: kube-dns in namespace kube-system",
                about=policy.id,
                ref=policy.ref,
                severity=Severity.INFO if tcp_only or closed else None,
                witness=_unanswered(facts, here[0]),
            )


def _by_policy(facts: Facts, groups: Sequence[WithoutDns]) -> Iterator[tuple[int, list[WithoutDns]]]:
    """The groups under few of the policies that isolate them: always the one that isolates most of what is left.

    Of policies that isolate as much, one with egress rules comes first, because these lack something.
    """
    left = list(groups)
    while left:
        weights: Counter[int] = Counter()
        for each in left:
            weights.update(dict.fromkeys(each.policies, len(each.pods)))
        rules = facts.evaluator.policies
        number = min(weights, key=lambda n: (-weights[n], not rules[n].policy.egress, n))
        yield number, [each for each in left if number in each.policies]
        left = [each for each in left if number not in each.policies]


def _unanswered(facts: Facts, group: WithoutDns) -> Witness:
    subject, server = group.pods[0], group.server
    if server is None:
        return PodWitness(pod=end_of(subject))
    protocol = TCP if group.tcp_only else UDP
    return flow(facts, Direction.EGRESS, subject, server, Connection(protocol, dns_port(server, protocol)))


def _open_workloads(facts: Facts) -> Iterator[Finding]:
    evaluator, inactive = facts.evaluator, facts.evaluation.inactive
    slots = [
        slot
        for slot in bits(facts.pod_slots)
        if not any(evaluator.selecting(slot, direction, inactive) for direction in Direction)
    ]
    found: defaultdict[str, list[Pod]] = defaultdict(list)
    for pod in facts.pods(mask_of(slots)):
        found[pod.namespace].append(pod)
    names = {namespace: workloads_of(pods) for namespace, pods in found.items()}
    if len(found) > _MOST_NAMESPACES:
        most = sorted(names, key=lambda namespace: (-len(names[namespace]), namespace))
        total = sum(map(len, names.values()))
        shown = listed([f"{namespace} ({len(names[namespace]):,})" for namespace in most])
        message = f"{total:,} workloads in {len(names):,} namespaces are selected by no policy: {shown}"
        yield NP028.finding(message, _START_CLOSED, about="Cluster", ref=None)
        return
    refs = {each.name: each.ref for each in facts.cluster.namespaces}
    for namespace, pods in sorted(found.items()):
        some = counted(len(names[namespace]), "workload is", "workloads are")
        yield NP028.finding(
            f"{some} selected by no policy, so that all ingress and egress is allowed: {listed(names[namespace])}",
            _START_CLOSED,
            about=f"Namespace/{namespace}",
            ref=refs.get(namespace),
            path="",
            witness=PodWitness(pod=end_of(pods[0])),
        )


def _one_sided(facts: Facts) -> Iterator[Finding]:
    members = {d: _members(facts, d) for d in Direction}
    for clause in clauses(facts):
        subjects = clause.compiled.subject.must & facts.pod_slots
        peers = facts.evaluator.bounds(clause.peer).must & facts.pod_slots if clause.is_pods else 0
        connections = _connections(facts, clause, subjects, peers)
        if not subjects or not peers or not connections or not clause.rule.rule.certain:
            continue
        if facts.evaluator.bounds(clause.peer).must & facts.evaluator.classes.strangers:
            # It is for any pod, and so also for those that are not in the input.
            continue
        if _lets_in(facts, _other(clause.direction), subjects, peers, connections, members):
            continue
        shown = _shown(facts, clause.direction, subjects, peers, connections)
        if shown is None:
            continue
        ends = _named(facts, subjects), _named(facts, peers)
        source, target = ends[::-1] if clause.direction is Direction.INGRESS else ends
        yield NP029.finding(
            f"it lets {source} connect to {target}, and the {_other(clause.direction).value} policies of {ends[1]} deny"
            f" all of it ({_deniers(facts, peers, _other(clause.direction))})",
            f"add the {_other(clause.direction).value} rule on the other side, or take this peer out",
            about=clause.policy.id,
            ref=clause.ref,
            witness=shown,
        )


def _shown(facts: Facts, direction: Direction, subjects: int, peers: int, connections: int) -> FlowWitness | None:
    """A connection that the subjects' own policies allow, if one of the first peers has one, and nobody else does."""
    evaluation, classes = facts.evaluation, facts.evaluator.classes
    slot = bits(subjects)[0]
    subject = classes.classes[classes.slots[slot].owner].pods[0]
    found: FlowWitness | None = None
    for other in bits(peers)[:_MOST_TRIED]:
        pod = next((each for each in classes.classes[classes.slots[other].owner].pods if each != subject), None)
        allowed = evaluation.row(slot, direction).allow.connections_of(other) & connections
        connection = example(facts.evaluator.connections(allowed or connections))
        if pod is not None and connection is not None and (allowed or found is None):
            found = flow(facts, direction, subject, pod, connection)
            if allowed:
                break
    return found


def _members(facts: Facts, direction: Direction) -> Mapping[int, int]:
    """The slots of every profile."""
    profiles = facts.evaluator.profiles[direction].profiles
    return {number: mask_of(profile.members) for number, profile in enumerate(profiles)}


def _named(facts: Facts, slots: int) -> str:
    return listed(workloads_of(facts.pods(slots)), 2)


def _connections(facts: Facts, clause: Clause, subjects: int, peers: int) -> int:
    """The connection atoms that a rule allows, names of ports resolved on the pods that it lets somebody connect to."""
    ports, evaluator = clause.rule.ports, facts.evaluator
    mask = ports.numeric
    targets = subjects if clause.direction is Direction.INGRESS else peers
    names = [port for port in ports.by_target if isinstance(port, NamedPort)]
    if names:
        owners = {evaluator.classes.slots[slot].owner for slot in bits(targets)}
        keys = [evaluator.classes.classes[owner].key for owner in owners]
        for protocol, number in {meant for key in keys for name in names for meant in numbers_of(key.ports, name)}:
            mask |= evaluator.atoms.mask(ConnectionSet.of(protocol, IntervalSet.single(number)))
    return mask


def _lets_in(
    facts: Facts,
    direction: Direction,
    subjects: int,
    peers: int,
    connections: int,
    members: Mapping[Direction, Mapping[int, int]],
) -> bool:
    """Whether some of the peers, by their own policies, may have one of the connections with some of the subjects."""
    left = peers
    while left:
        slot = (left & -left).bit_length() - 1
        profile = facts.evaluator.profiles[direction].of[slot]
        if profile == NOBODY:
            return True
        row = facts.evaluation.profile_row(direction, profile)
        for atoms, here in (*row.allow.rectangles, *row.unknown.rectangles):
            if atoms & connections and here & subjects:
                return True
        left &= ~members[direction][profile]
    return False


def _deniers(facts: Facts, peers: int, direction: Direction) -> str:
    """The policies that isolate the first of the peers."""
    evaluator = facts.evaluator
    selecting = evaluator.selecting(bits(peers)[0], direction, facts.evaluation.inactive)
    return listed([str(evaluator.policies[number].policy.id) for number, _ in selecting])


def _finished(facts: Facts) -> Iterator[Finding]:
    by_namespace: defaultdict[str, list[Workload]] = defaultdict(list)
    for workload in facts.cluster.workloads:
        if workload.finished:
            by_namespace[workload.id.namespace].append(workload)
    for namespace, workloads in sorted(by_namespace.items()):
        names = [name for workload in workloads for name in workload.finished]
        some = counted(len(names), "pod has", "pods have")
        yield NP030.finding(
            f"{some} finished (Succeeded or Failed), and no policy is about them any more: {listed(names)}",
            "nothing to do; leave finished pods out of what you export",
            about=f"Namespace/{namespace}",
            ref=workloads[0].ref,
            path="",
        )


NP005 = Check(
    id="NP005",
    severity=Severity.INFO,
    title="Default denial",
    rationale="A policy that lists a direction and has no rules for it denies everything there that no other policy"
    " allows. That is how default denial is written, and worth knowing.",
    run=_default_denials,
)
NP006 = Check(
    id="NP006",
    severity=Severity.WARNING,
    title="Allows everything",
    rationale="A rule without peers and without ports allows everything, from or to anywhere. Since policies only add"
    " up, no other NetworkPolicy can restrict the same pods any more.",
    run=_allows_all,
)
NP008 = Check(
    id="NP008",
    severity=Severity.WARNING,
    title="DNS is blocked",
    rationale="A pod whose egress is isolated may ask DNS only if a rule says so, by UDP and for long answers by TCP,"
    " on port 53. Without it no name resolves, and most programs fail before they open a connection.",
    run=_no_dns,
)
NP028 = Check(
    id="NP028",
    severity=Severity.INFO,
    title="Selected by no policy",
    rationale="A pod that no policy selects may be reached from everywhere and may reach everything.",
    run=_open_workloads,
)
NP029 = Check(
    id="NP029",
    severity=Severity.WARNING,
    title="Allowed on one side only",
    rationale="A connection needs the egress policies of its source and the ingress policies of its target. A rule that"
    " one side has and the other does not allows nothing.",
    run=_one_sided,
)
NP030 = Check(
    id="NP030",
    severity=Severity.INFO,
    title="Finished pods",
    rationale="A pod that has Succeeded or Failed has no address any more, so that no policy applies to it.",
    run=_finished,
)
