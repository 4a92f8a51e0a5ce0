"""Host endpoints in the engine: what they close, what nothing can close, and who is judged as part of a node."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.engine import Connection, Evaluation, Evaluator, Grouping, Options, Verdict
from netviz.engine.explain import Fixed, doubts, explain
from netviz.engine.fixed import End
from netviz.engine.naming import find, names
from netviz.model.cluster import (
    Cluster,
    ContainerPort,
    HostEndpoint,
    Namespace,
    Node,
    Pod,
    Workload,
    WorkloadId,
)
from netviz.model.policy import (
    ANYONE,
    PODS,
    Action,
    Direction,
    EveryPeer,
    Labelled,
    LabelScope,
    LabelView,
    NamedPort,
    NotPeer,
    OnNodes,
    Policy,
    PolicyId,
    PolicyRule,
    PolicySet,
    RulePeer,
    Tier,
    WithAddress,
)
from netviz.selectors.tree import EVERYTHING, HasKey, Labels, Negated, ValueIn
from netviz.sets.addresses import AddressSet, IpAddress, parse_address
from netviz.sets.connections import TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.source import SourceRef

REF = SourceRef(file="p.yaml", document=1, path="", line=1)
TIER = Tier(name="default", order=1)
VIEW = LabelView(
    namespace_prefix="ns.",
    account_prefix="sa.",
    namespace_key="namespace",
    account_key="account",
    inherited_name_key="name",
    constants=(("orchestrator", "k8s"),),
)
PEERS = LabelView(
    namespace_prefix="ns.",
    account_prefix="sa.",
    namespace_key="namespace",
    account_key="account",
    inherited_name_key="name",
    constants=(("orchestrator", "k8s"),),
    network_sets=True,
)
HTTP = Connection(TCP, 80)
SSH = Connection(TCP, 22)
OPEN = ("projectcalico-default-allow",)


def ip(text: str) -> IpAddress:
    address = parse_address(text)
    assert address is not None
    return address


EXT, NODE1, NODE2 = ip("30.1.2.3"), ip("192.168.0.1"), ip("192.168.0.2")


def pod(name: str, address: str = "", *, node: str = "", host: bool = False) -> Pod:
    known = (ip(address),) if address else ()
    return Pod(
        namespace="x",
        name=name,
        labels=Labels.of({"pod": name}),
        service_account="default",
        workload=WorkloadId("x", "Pod", name),
        host_network=host,
        node=node,
        addresses=() if host else known,
        host_addresses=known if host else (),
    )


def endpoint(name: str = "h1", node: str = "n1", address: IpAddress | None = NODE1, **more: object) -> HostEndpoint:
    given: dict[str, object] = {
        "interface": "eth0",
        "addresses": (address,) if address else (),
        "labels": Labels.of({"role": name}),
    }
    return HostEndpoint(name=name, node=node, **(given | more))  # type: ignore[arg-type]


A = pod("a", "10.0.0.1", node="n1")
B = pod("b", "10.0.0.2", node="n2")
PROXY1 = pod("proxy1", "192.168.0.1", node="n1", host=True)
PROXY2 = pod("proxy2", "192.168.0.2", node="n2", host=True)
SOMEWHERE = pod("somewhere", host=True)


def cluster(*endpoints: HostEndpoint, pods: tuple[Pod, ...] = (A, B, PROXY1, PROXY2, SOMEWHERE)) -> Cluster:
    return Cluster(
        namespaces=(Namespace(name="x", labels=Labels()),),
        nodes=(
            Node(name="n1", labels=Labels.of({"pool": "one"}), addresses=(NODE1,)),
            Node(name="n2", labels=Labels.of({"pool": "two"}), addresses=(NODE2,)),
        ),
        pods=pods,
        workloads=tuple(Workload(id=each.workload, pods=(each.name,)) for each in pods),
        host_endpoints=endpoints,
    )


def rule(action: Action, peer: RulePeer = ANYONE, port: int = 0) -> PolicyRule:
    ports = (ConnectionSet.of(TCP, IntervalSet.single(port)),) if port else None
    return PolicyRule(path="spec", action=action, peer=peer, ports=ports, ref=REF)


def policy(
    subject: RulePeer, *, ingress: tuple[PolicyRule, ...] = (), egress: tuple[PolicyRule, ...] = (), name: str = "p"
) -> Policy:
    directions = {Direction.INGRESS: ingress, Direction.EGRESS: egress}
    return Policy(
        id=PolicyId("calico.GlobalNetworkPolicy", "", name),
        tier=TIER.name,
        order=1,
        subject=subject,
        ingress=ingress,
        egress=egress,
        captures=frozenset(d for d, rules in directions.items() if rules),
        ref=REF,
    )


HOSTS = Labelled(VIEW, HasKey("role"))


def judged(of: Cluster, *policies: Policy) -> Evaluation:
    return Evaluator(of, PolicySet(tiers=(TIER,), policies=policies), Options()).evaluate()


def test_a_host_endpoint_without_policy_and_profile_denies_all_but_failsafe_ports() -> None:
    evaluation = judged(cluster(endpoint()))
    assert evaluation.verdict(EXT, NODE1, HTTP) is Verdict.DENY
    assert evaluation.verdict(NODE1, EXT, HTTP) is Verdict.DENY
    for number in (22, 179, 2379, 2380, 5473, 6443, 6666, 6667):
        assert evaluation.verdict(EXT, NODE1, Connection(TCP, number)) is Verdict.ALLOW
    assert evaluation.verdict(EXT, NODE1, Connection(UDP, 68)) is Verdict.ALLOW
    assert evaluation.verdict(NODE1, EXT, SSH) is Verdict.DENY
    assert evaluation.verdict(NODE1, EXT, Connection(UDP, 53)) is Verdict.ALLOW
    assert evaluation.verdict(NODE1, EXT, Connection(UDP, 67)) is Verdict.ALLOW
    assert evaluation.verdict(NODE1, EXT, Connection(UDP, 68)) is Verdict.DENY


@pytest.mark.parametrize(
    ("profiles", "verdict"),
    [((), Verdict.DENY), (("somebody-elses",), Verdict.DENY), (OPEN, Verdict.ALLOW), (("kns.x",), Verdict.ALLOW)],
)
def test_profiles_decide_what_no_tier_decides(profiles: tuple[str, ...], verdict: Verdict) -> None:
    evaluation = judged(cluster(endpoint(profiles=profiles)))
    assert evaluation.verdict(EXT, NODE1, HTTP) is verdict
    assert evaluation.verdict(NODE1, EXT, HTTP) is verdict


def test_policies_decide_before_profiles_and_failsafe_ports_before_policies() -> None:
    closed = policy(HOSTS, ingress=(rule(Action.DENY),))
    evaluation = judged(cluster(endpoint(profiles=OPEN)), closed)
    assert evaluation.verdict(EXT, NODE1, HTTP) is Verdict.DENY
    assert evaluation.verdict(EXT, NODE1, SSH) is Verdict.ALLOW
    assert evaluation.verdict(NODE1, EXT, HTTP) is Verdict.ALLOW
    assert explain(evaluation, EXT, NODE1, SSH).ingress.fixed is Fixed.FAILSAFE


def test_pods_and_forwarded_traffic_are_untouched() -> None:
    evaluation = judged(cluster(endpoint()))
    assert evaluation.verdict(EXT, A, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(A, EXT, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(A, B, HTTP) is Verdict.ALLOW


def test_a_node_is_free_towards_the_pods_on_it_only() -> None:
    evaluation = judged(cluster(endpoint()))
    assert evaluation.verdict(NODE1, A, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(NODE1, B, HTTP) is Verdict.DENY
    assert explain(evaluation, NODE1, A, HTTP).egress.fixed is Fixed.ON_THIS_NODE


def test_what_a_pod_sends_to_its_own_node_passes_its_own_policies_only() -> None:
    of = cluster(endpoint())
    evaluation = judged(of)
    assert evaluation.verdict(A, NODE1, HTTP) is Verdict.ALLOW
    assert explain(evaluation, A, NODE1, HTTP).ingress.fixed is Fixed.TO_OWN_NODE
    assert evaluation.verdict(B, NODE1, HTTP) is Verdict.DENY
    closed = judged(of, policy(PODS, egress=(rule(Action.DENY),)))
    assert closed.verdict(A, NODE1, HTTP) is Verdict.DENY


def test_where_a_pod_runs_decides_and_is_unknown_without_its_node() -> None:
    nowhere = pod("nowhere", "10.0.0.9")
    evaluation = judged(cluster(endpoint(), pods=(nowhere,)))
    assert evaluation.verdict(nowhere, NODE1, HTTP) is Verdict.UNKNOWN
    assert evaluation.verdict(NODE1, nowhere, HTTP) is Verdict.UNKNOWN
    assert evaluation.verdict(nowhere, NODE1, SSH) is Verdict.ALLOW
    explanation = explain(evaluation, nowhere, NODE1, HTTP)
    assert [doubt.reason for doubt in doubts(evaluation, explanation)] == [
        "whether both ends are on the same node is not in the input (rule B52)"
    ]


def test_a_hostnetwork_pod_is_judged_as_the_host_endpoint_of_its_node() -> None:
    evaluation = judged(cluster(endpoint()))
    assert evaluation.verdict(EXT, PROXY1, HTTP) is Verdict.DENY
    assert evaluation.verdict(EXT, PROXY1, SSH) is Verdict.ALLOW
    assert evaluation.verdict(EXT, PROXY2, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(PROXY1, EXT, HTTP) is Verdict.DENY
    assert explain(evaluation, EXT, PROXY2, HTTP).ingress.fixed is Fixed.HOST_NETWORK


def test_a_hostnetwork_pod_of_unknown_node_may_be_judged_or_not() -> None:
    evaluation = judged(cluster(endpoint()))
    assert evaluation.verdict(EXT, SOMEWHERE, HTTP) is Verdict.UNKNOWN
    assert evaluation.verdict(EXT, SOMEWHERE, SSH) is Verdict.ALLOW
    ways = dict(explain(evaluation, EXT, SOMEWHERE, HTTP).by_way)
    assert ways == {
        "to a node without host endpoint": Verdict.ALLOW,
        "to the node of host endpoint h1": Verdict.DENY,
    }


def test_selectors_of_rules_see_a_host_endpoints_own_labels() -> None:
    only_h1 = policy(PODS, ingress=(rule(Action.ALLOW, Labelled(PEERS, ValueIn("role", ("h1",)))),))
    evaluation = judged(cluster(endpoint(profiles=OPEN), endpoint("h2", "n2", NODE2, profiles=OPEN)), only_h1)
    assert evaluation.verdict(NODE1, B, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(PROXY1, B, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(NODE2, A, HTTP) is Verdict.DENY
    assert evaluation.verdict(B, A, HTTP) is Verdict.DENY


def test_rules_cannot_select_a_host_endpoint_whose_addresses_were_not_written() -> None:
    to_hosts = policy(PODS, egress=(rule(Action.ALLOW, Labelled(PEERS, HasKey("role"))),))
    announced = judged(cluster(endpoint(profiles=OPEN)), to_hosts)
    silent = judged(cluster(endpoint(profiles=OPEN, announced=False)), to_hosts)
    assert announced.verdict(B, NODE1, HTTP) is Verdict.ALLOW
    assert silent.verdict(B, NODE1, HTTP) is Verdict.DENY
    closed = judged(cluster(endpoint(announced=False)), policy(HOSTS, ingress=(rule(Action.ALLOW),)))
    assert closed.verdict(EXT, NODE1, HTTP) is Verdict.ALLOW


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        (EVERYTHING, True),
        (HasKey("role"), True),
        (HasKey("namespace"), False),
        (HasKey("orchestrator"), False),
        (Negated(HasKey("namespace")), True),
        (Negated(ValueIn("ns.env", ("prod",))), True),
        (HasKey("ns.name"), False),
    ],
)
def test_a_host_endpoint_has_no_inherited_labels_and_no_constants(selector: HasKey, *, selected: bool) -> None:
    evaluation = judged(
        cluster(endpoint(profiles=OPEN)), policy(Labelled(VIEW, selector), ingress=(rule(Action.DENY),))
    )
    assert (evaluation.verdict(EXT, NODE1, HTTP) is Verdict.DENY) is selected


@pytest.mark.parametrize(
    "subject", [PODS, EveryPeer((PODS, Labelled(LabelScope.POD, EVERYTHING))), EveryPeer((PODS, NotPeer(HOSTS)))]
)
def test_policies_of_pods_do_not_concern_host_endpoints(subject: RulePeer) -> None:
    evaluation = judged(cluster(endpoint(profiles=OPEN)), policy(subject, ingress=(rule(Action.DENY),)))
    assert evaluation.verdict(EXT, NODE1, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(EXT, A, HTTP) is Verdict.DENY


def test_address_rules_and_node_selectors_match_host_endpoints() -> None:
    block = AddressSet.of_range(4, NODE1.value, NODE1.value)
    for peer in (WithAddress(block), OnNodes(ValueIn("pool", ("one",)))):
        closed = policy(PODS, egress=(rule(Action.ALLOW, peer),))
        evaluation = judged(
            cluster(endpoint(profiles=OPEN), endpoint("h2", "n2", NODE2, profiles=OPEN)), closed
        )
        assert evaluation.verdict(B, NODE1, HTTP) is Verdict.ALLOW
        assert evaluation.verdict(A, NODE2, HTTP) is Verdict.DENY


def test_an_unknown_address_of_a_host_endpoint_leaves_address_rules_open() -> None:
    block = AddressSet.of_range(4, NODE1.value, NODE1.value)
    hidden = endpoint("h3", "n3", None, profiles=OPEN)
    evaluation = judged(cluster(hidden), policy(PODS, egress=(rule(Action.ALLOW, WithAddress(block)),)))
    assert evaluation.verdict(B, hidden, HTTP) is Verdict.UNKNOWN


def test_named_ports_of_a_host_endpoint_resolve() -> None:
    web = PolicyRule(path="spec", action=Action.ALLOW, peer=ANYONE, ports=(NamedPort("web", TCP),), ref=REF)
    ports = (ContainerPort(name="web", protocol=TCP, port=80),)
    evaluation = judged(cluster(endpoint(ports=ports)), policy(HOSTS, ingress=(web,)))
    assert evaluation.verdict(EXT, NODE1, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(EXT, NODE1, Connection(TCP, 81)) is Verdict.DENY


def test_two_interfaces_of_a_node_are_judged_apart_and_a_pod_there_by_both() -> None:
    inner = ip("172.16.0.1")
    of = cluster(endpoint(), endpoint("inner", address=inner, interface="eth1", profiles=OPEN))
    evaluation = judged(of)
    assert evaluation.verdict(EXT, NODE1, HTTP) is Verdict.DENY
    assert evaluation.verdict(EXT, inner, HTTP) is Verdict.ALLOW
    assert evaluation.verdict(EXT, PROXY1, HTTP) is Verdict.UNKNOWN


def test_an_endpoint_of_one_interface_comes_before_the_one_of_all() -> None:
    evaluation = judged(cluster(endpoint(), endpoint("all", interface="*", profiles=OPEN)))
    assert evaluation.verdict(EXT, NODE1, HTTP) is Verdict.DENY


def test_host_endpoints_are_no_peers_but_the_pods_on_their_nodes_follow_them() -> None:
    matrix = judged(cluster(endpoint())).matrix(Grouping.POD)
    index = {peer.id: i for i, peer in enumerate(matrix.peers)}
    assert not any("h1" in name for name in index)
    proxy1, proxy2, a, b = (index[f"x/{name}[Pod]"] for name in ("proxy1", "proxy2", "a", "b"))
    assert not matrix.cell(b, proxy1).allow.has(TCP, 80)
    assert matrix.cell(b, proxy1).allow.has(TCP, 22)
    assert matrix.cell(a, proxy1).allow.has(TCP, 80)
    assert matrix.cell(proxy1, a).allow.has(TCP, 80)
    assert not matrix.cell(proxy1, b).allow.has(TCP, 80)
    assert matrix.cell(b, proxy2).allow.has(TCP, 80)
    assert matrix.peers[proxy1].ingress.isolated is True
    assert matrix.peers[proxy2].ingress.unpoliced


def test_the_matrix_says_what_single_verdicts_say() -> None:
    of = cluster(endpoint(), endpoint("h2", "n2", NODE2, profiles=OPEN))
    evaluation = judged(of, policy(HOSTS, ingress=(rule(Action.ALLOW, PODS, port=80),)))
    matrix = evaluation.matrix(Grouping.POD)
    ends: dict[str, End] = {f"{each.namespace}/{each.name}[Pod]": each for each in of.pods}
    for i, source in enumerate(matrix.peers):
        for j, target in enumerate(matrix.peers):
            if i == j or source.id not in ends or target.id not in ends:
                continue
            for connection in (HTTP, SSH, Connection(TCP, 81), Connection(UDP, 53)):
                cell = matrix.cell(i, j)
                at = (connection.protocol, connection.port)
                expected = Verdict.ALLOW if cell.allow.has(*at) else Verdict.DENY
                expected = Verdict.UNKNOWN if cell.unknown.has(*at) else expected
                found = evaluation.verdict(ends[source.id], ends[target.id], connection)
                assert found is expected, (source.id, target.id, connection)


def test_host_endpoints_are_found_by_name_and_by_address() -> None:
    first = endpoint()
    of = cluster(first)
    assert find(of, "hostendpoint/h1").ends == (first,)
    assert find(of, "192.168.0.1").label == "hostendpoint/h1"
    assert find(of, "192.168.0.2").ends == (NODE2,)
    assert "hostendpoint/h1" in names(of)


def test_host_endpoints_that_policies_cannot_tell_apart_share_a_class() -> None:
    many = [endpoint(f"h{i}", f"n{i}", ip(f"192.168.1.{i}")) for i in range(1, 9)]
    classes = Evaluator(cluster(*many), PolicySet()).classes
    assert [len(each.host_endpoints) for each in classes.classes if each.host_endpoints] == [8]


def test_replicas_on_several_nodes_reach_a_node_on_some_of_them_only() -> None:
    replicas = [pod(f"r{i}", f"10.0.1.{i}", node=f"n{i}") for i in (1, 2)]
    one = WorkloadId("x", "Deployment", "r")
    pods = (*(replace(each, labels=Labels(), workload=one) for each in replicas), PROXY1, PROXY2)
    of = replace(
        cluster(endpoint(), endpoint("h2", "n2", NODE2), pods=pods),
        workloads=(
            Workload(id=one, pods=("r1", "r2")),
            *(Workload(id=each.workload, pods=(each.name,)) for each in (PROXY1, PROXY2)),
        ),
    )
    matrix = judged(of).matrix(Grouping.WORKLOAD)
    index = {peer.id: i for i, peer in enumerate(matrix.peers)}
    deployment, proxy1 = index[str(one)], index[str(PROXY1.workload)]
    for cell in (matrix.cell(deployment, proxy1), matrix.cell(proxy1, deployment)):
        assert cell.unknown.has(TCP, 80)
    assert matrix.cell(deployment, proxy1).allow.has(TCP, 22)
    assert not matrix.cell(proxy1, index[str(PROXY2.workload)]).allow.has(TCP, 80)
