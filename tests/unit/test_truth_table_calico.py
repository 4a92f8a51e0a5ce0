"""The truth table of Calico, asked of the engine and of the oracle: E21-E32, and what follows from B1-B62.

The fixture is that of the truth table of NetworkPolicy: x/a and x/b in a blue namespace, y/c in another, `ext` outside.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from netviz.engine import Evaluator, Options, Scenario
from netviz.loading import load_files
from tests.engine_questions import EngineSide, pods_by_endpoint
from tests.oracle.calico import judge, read
from tests.oracle.kubernetes import Endpoint, Flow

A: Endpoint = ("pod", "x", "a")
B: Endpoint = ("pod", "x", "b")
C: Endpoint = ("pod", "y", "c")
D: Endpoint = ("pod", "x", "d")
EXT: Endpoint = ("ip", "30.1.2.3")
ALLOW, DENY = True, False
Asker = Callable[..., bool | None]
V3 = "projectcalico.org/v3"

FIXTURE = """
{apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {team: blue}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: 'y'}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: x, name: default}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: 'y', name: default, labels: {trust: low}}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: x, name: a, labels: {pod: a}},
 spec: {containers: [{name: m, ports: [{name: web, containerPort: 8080}]}]},
 status: {phase: Running, podIP: 10.0.0.1}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: x, name: b, labels: {pod: b, pcns.team: red}},
 spec: {containers: [{name: m}]}, status: {phase: Running, podIP: 10.0.0.2}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: 'y', name: c, labels: {pod: c}},
 spec: {containers: [{name: m, ports: [{name: web, containerPort: 9090}]}]},
 status: {phase: Running, podIP: 10.0.1.3}}
"""


def gnp(spec: str, *, name: str = "g", kind: str = "GlobalNetworkPolicy", version: str = V3) -> str:
    """A policy of the whole cluster; `spec` in flow style."""
    return f"{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}}}, spec: {{{spec}}}}}\n"


def cnp(spec: str, *, name: str = "own", kind: str = "NetworkPolicy") -> str:
    """A policy of namespace x."""
    return f"{{apiVersion: {V3}, kind: {kind}, metadata: {{namespace: x, name: {name}}}, spec: {{{spec}}}}}\n"


def np(selector: str, body: str) -> str:
    """A NetworkPolicy of namespace x, for one pod or, for an empty name, for all."""
    labels = f"matchLabels: {{pod: {selector}}}" if selector else ""
    head = "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: x, name: np}"
    return f"{{{head}, spec: {{podSelector: {{{labels}}}, {body}}}}}\n"


def tier(name: str, spec: str) -> str:
    """A Tier."""
    return f"{{apiVersion: {V3}, kind: Tier, metadata: {{name: {name}}}, spec: {{{spec}}}}}\n"


def netset(nets: str, *, namespace: str = "") -> str:
    """The set `db`, global or of a namespace."""
    kind, place = ("NetworkSet", f"namespace: {namespace}, ") if namespace else ("GlobalNetworkSet", "")
    metadata = f"{place}name: db, labels: {{role: db}}"
    return f"{{apiVersion: {V3}, kind: {kind}, metadata: {{{metadata}}}, spec: {{nets: {nets}}}}}\n"


def cluster(*more: str) -> str:
    return "---\n".join((FIXTURE, *more))


def by_engine(
    text: str, source: Endpoint, target: Endpoint, port: int = 80, protocol: str = "TCP", *, enforced: bool = False
) -> bool | None:
    loaded = load_files([("in.yaml", text.encode())])
    evaluator = Evaluator(loaded.cluster, loaded.policies, Options())
    staged = frozenset(policy.id for policy in loaded.policies.policies if policy.stage and enforced)
    evaluation = evaluator.evaluate(Scenario(enforced=staged))
    pods = pods_by_endpoint(evaluation.cluster, yaml.safe_load_all(text))
    return EngineSide(evaluation, pods).ask(Flow(source, target, protocol, port))


def by_oracle(
    text: str, source: Endpoint, target: Endpoint, port: int = 80, protocol: str = "TCP", *, enforced: bool = False
) -> bool | None:
    world = read(list(yaml.safe_load_all(text)), enforced=enforced)
    return judge(world, Flow(source, target, protocol, port))


@pytest.fixture(params=[by_engine, by_oracle], ids=["engine", "oracle"])
def ask(request: pytest.FixtureRequest) -> Asker:
    asker: Asker = request.param
    return asker


def from_pod(name: str) -> str:
    return f"{{action: Allow, source: {{selector: pod == '{name}'}}}}"


ON_A = "selector: pod == 'a'"
WHERE = pytest.mark.parametrize(("write", "everywhere"), [(gnp, ""), (cnp, ", namespaceSelector: all()")])


@WHERE
def test_e21_a_kubernetes_allow_at_order_1000_is_final(
    ask: Asker, write: Callable[[str], str], everywhere: str
) -> None:
    denies = write(f"order: 2000, {ON_A}, ingress: [{{action: Deny}}]")
    text = cluster(np("a", "ingress: [{}]"), denies)
    assert [ask(text, other, A) for other in (B, C, EXT)] == [ALLOW] * 3
    assert ask(cluster(denies), B, A) is DENY, everywhere


@WHERE
def test_e22_a_kubernetes_deny_is_only_the_end_of_the_tier(
    ask: Asker, write: Callable[[str], str], everywhere: str
) -> None:
    rule = f"{{action: Allow, source: {{selector: pod == 'c'{everywhere}}}}}"
    text = cluster(np("", "policyTypes: [Ingress]"), write(f"order: 2000, {ON_A}, ingress: [{rule}]"))
    assert ask(text, C, A) is ALLOW
    assert ask(text, B, A) is DENY
    assert ask(text, C, B) is DENY


@WHERE
def test_e23_pass_leaves_the_tier_default_and_ends_at_the_profile(
    ask: Asker, write: Callable[[str], str], everywhere: str
) -> None:
    text = cluster(np("", "policyTypes: [Ingress]"), write(f"order: 500, {ON_A}, ingress: [{{action: Pass}}]"))
    assert [ask(text, other, A) for other in (B, C, EXT)] == [ALLOW] * 3, everywhere
    assert ask(text, A, B) is DENY


@pytest.mark.parametrize(("default", "expected"), [("", DENY), (", defaultAction: Pass", ALLOW)])
def test_e24_the_end_of_a_tier_denies_or_passes(ask: Asker, default: str, expected: bool) -> None:
    text = cluster(
        tier("sec", f"order: 100{default}"),
        gnp(f"tier: sec, {ON_A}, ingress: [{from_pod('b')}]"),
        np("a", "ingress: [{}]"),
    )
    assert ask(text, B, A) is ALLOW
    assert ask(text, C, A) is expected


def test_e25_a_tier_with_staged_policies_only_is_transparent(ask: Asker) -> None:
    denies = f"tier: sec, {ON_A}, ingress: [{{action: Deny}}]"
    text = cluster(tier("sec", "order: 100"), gnp(denies, kind="StagedGlobalNetworkPolicy"))
    assert ask(text, B, A) is ALLOW
    assert ask(text, B, A, enforced=True) is DENY


@pytest.mark.parametrize(("version", "ingress"), [(V3, ALLOW), ("crd.projectcalico.org/v1", DENY)])
def test_e26_types_follow_the_rules_but_not_in_storage(ask: Asker, version: str, ingress: bool) -> None:
    text = cluster(gnp(f"{ON_A}, egress: [{{action: Deny}}]", version=version))
    assert ask(text, B, A) is ingress
    assert [ask(text, A, other) for other in (B, C, EXT)] == [DENY] * 3


@pytest.mark.parametrize(("clause", "outside"), [("notSelector: has(pod)", ALLOW), ("selector: '!has(pod)'", DENY)])
def test_e27_not_selector_alone_is_about_outside_addresses_too(ask: Asker, clause: str, outside: bool) -> None:
    text = cluster(gnp(f"{ON_A}, ingress: [{{action: Allow, source: {{{clause}}}}}]"))
    assert ask(text, EXT, A) is outside
    assert [ask(text, other, A) for other in (B, C)] == [DENY, DENY]


def test_not_selector_in_a_network_policy_means_its_own_namespace(ask: Asker) -> None:
    text = cluster(cnp(f"{ON_A}, ingress: [{{action: Allow, source: {{notSelector: pod == 'z'}}}}]"))
    assert ask(text, B, A) is ALLOW
    assert [ask(text, other, A) for other in (C, EXT)] == [DENY, DENY]


@pytest.mark.parametrize(("more", "other"), [("", DENY), (", namespaceSelector: all()", ALLOW)])
def test_e28_a_rule_of_a_network_policy_sees_its_own_namespace(ask: Asker, more: str, other: bool) -> None:
    text = cluster(cnp(f"{ON_A}, ingress: [{{action: Allow, source: {{selector: has(pod){more}}}}}]"))
    assert ask(text, B, A) is ALLOW
    assert ask(text, C, A) is other
    assert ask(text, EXT, A) is DENY


@pytest.mark.parametrize(("more", "expected"), [("", DENY), (", namespaceSelector: global()", ALLOW)])
def test_e29_a_global_network_set_is_in_no_namespace(ask: Asker, more: str, expected: bool) -> None:
    rule = f"{{action: Allow, destination: {{selector: role == 'db'{more}}}}}"
    text = cluster(netset("[30.0.0.0/8]"), cnp(f"{ON_A}, egress: [{rule}]"))
    assert ask(text, A, EXT) is expected
    assert ask(text, A, B) is DENY


def test_e30_a_pod_inside_a_network_set_is_matched_by_its_labels(ask: Asker) -> None:
    rule = "{action: Allow, destination: {selector: role == 'db'}}"
    text = cluster(netset("[10.0.1.0/24]"), gnp(f"{ON_A}, egress: [{rule}]"))
    assert ask(text, A, C) is ALLOW
    assert ask(text, A, B) is DENY


def test_e31_log_goes_on_and_ports_are_numbers_and_ranges(ask: Asker) -> None:
    rules = "[{action: Log}, {action: Allow, protocol: TCP, destination: {ports: ['8000:8010', 80]}}]"
    text = cluster(gnp(f"{ON_A}, ingress: {rules}"))
    assert [ask(text, B, A, port) for port in (80, 8000, 8010)] == [ALLOW] * 3
    assert [ask(text, B, A, port) for port in (81, 7999, 8011)] == [DENY] * 3
    assert ask(text, B, A, 80, "UDP") is DENY


def test_e32_a_policy_without_order_is_last(ask: Asker) -> None:
    text = cluster(
        gnp(f"order: 5, {ON_A}, ingress: [{{action: Allow}}]", name="z"),
        gnp(f"{ON_A}, ingress: [{{action: Deny}}]", name="a"),
    )
    assert [ask(text, other, A) for other in (B, C, EXT)] == [ALLOW] * 3


def test_an_earlier_deny_in_the_same_policy_kind_wins(ask: Asker) -> None:
    text = cluster(
        cnp(f"order: 10, {ON_A}, ingress: [{{action: Deny, source: {{selector: pod == 'b'}}}}]", name="n1"),
        cnp(f"order: 20, {ON_A}, ingress: [{{action: Allow, source: {{selector: has(pod)}}}}]", name="n2"),
    )
    assert ask(text, B, A) is DENY


def test_a_namespace_selector_alone_means_what_is_in_such_namespaces(ask: Asker) -> None:
    text = cluster(cnp(f"{ON_A}, ingress: [{{action: Allow, source: {{namespaceSelector: team == 'blue'}}}}]"))
    assert ask(text, B, A) is ALLOW
    assert [ask(text, other, A) for other in (C, EXT)] == [DENY, DENY]


def test_b07_equal_orders_go_by_name_namespace_and_kind(ask: Asker) -> None:
    allow, deny = (f"order: 1, {ON_A}, ingress: [{{action: {action}}}]" for action in ("Allow", "Deny"))
    assert ask(cluster(gnp(allow, name="m"), cnp(deny, name="l")), B, A) is DENY
    assert ask(cluster(gnp(allow, name="m"), cnp(deny, name="m")), B, A) is ALLOW
    assert ask(cluster(gnp(allow, name="m"), gnp(deny, name="m-1")), B, A) is DENY


def test_b15_a_tier_that_is_not_defined_comes_last_and_denies(ask: Asker) -> None:
    text = cluster(gnp(f"tier: nowhere, order: -5, {ON_A}, ingress: [{from_pod('b')}]"), np("a", "ingress: [{}]"))
    assert ask(text, C, A) is ALLOW
    text = cluster(gnp(f"tier: nowhere, {ON_A}, ingress: [{from_pod('b')}]"))
    assert [ask(text, other, A) for other in (B, C)] == [ALLOW, DENY]


def test_b20_a_label_with_a_reserved_prefix_is_not_seen(ask: Asker) -> None:
    text = cluster(gnp("selector: pcns.team == 'red', ingress: [{action: Deny}]"))
    assert ask(text, A, B) is ALLOW
    text = cluster(gnp("namespaceSelector: team == 'blue', ingress: [{action: Deny}]"))
    assert [ask(text, C, end) for end in (A, B)] == [DENY, DENY]
    assert ask(text, A, C) is ALLOW


@pytest.mark.parametrize(("length", "labelled"), [(62, DENY), (63, ALLOW)])
def test_b20_an_account_with_a_long_name_has_no_label_for_it(ask: Asker, length: int, labelled: bool) -> None:
    account = "s" * length
    named = f"{{apiVersion: v1, kind: ServiceAccount, metadata: {{namespace: x, name: {account}}}}}\n"
    spec = f"serviceAccountName: {account}, containers: [{{name: m}}]"
    metadata = "namespace: x, name: d, labels: {pod: d}"
    robot = f"{{apiVersion: v1, kind: Pod, metadata: {{{metadata}}}, spec: {{{spec}}}}}\n"
    by_label = gnp(f"selector: projectcalico.org/serviceaccount == '{account}', ingress: [{{action: Deny}}]")
    assert ask(cluster(named, robot, by_label), B, D) is labelled
    by_name = gnp(f"serviceAccountSelector: projectcalico.org/name == '{account}', ingress: [{{action: Deny}}]")
    assert ask(cluster(named, robot, by_name), B, D) is DENY


def test_b33_service_accounts_by_name_and_by_label(ask: Asker) -> None:
    by_name = "{action: Allow, source: {serviceAccounts: {names: [default]}}}"
    assert [ask(cluster(cnp(f"{ON_A}, ingress: [{by_name}]")), end, A) for end in (B, C, EXT)] == [ALLOW, DENY, DENY]
    by_label = "{action: Allow, source: {serviceAccounts: {selector: trust == 'low'}}}"
    assert [ask(cluster(gnp(f"{ON_A}, ingress: [{by_label}]")), end, A) for end in (B, C, EXT)] == [DENY, ALLOW, DENY]


def test_b33_an_empty_service_accounts_is_no_constraint(ask: Asker) -> None:
    text = cluster(gnp(f"{ON_A}, ingress: [{{action: Allow, source: {{serviceAccounts: {{}}}}}}]"))
    assert [ask(text, end, A) for end in (B, C, EXT)] == [ALLOW] * 3


def test_b35_nets_and_selector_hold_of_one_address(ask: Asker) -> None:
    text = cluster(
        gnp(f"{ON_A}, egress: [{{action: Allow, destination: {{selector: has(pod), nets: [10.0.1.0/24]}}}}]")
    )
    assert [ask(text, A, end) for end in (B, C, EXT)] == [DENY, ALLOW, DENY]
    text = cluster(gnp(f"{ON_A}, egress: [{{action: Allow, destination: {{notNets: [10.0.1.0/24]}}}}]"))
    assert [ask(text, A, end) for end in (B, C, EXT)] == [ALLOW, DENY, ALLOW]


def test_b36_names_are_those_of_the_destination(ask: Asker) -> None:
    text = cluster(gnp(f"{ON_A}, egress: [{{action: Allow, destination: {{ports: [web]}}}}]"))
    assert [ask(text, A, C, port) for port in (9090, 8080)] == [ALLOW, DENY]
    assert ask(text, A, C, 9090, "UDP") is DENY
    text = cluster(gnp(f"{ON_A}, ingress: [{{action: Allow, destination: {{notPorts: [web]}}}}]"))
    assert [ask(text, B, A, port) for port in (8080, 9090)] == [DENY, ALLOW]
    assert ask(text, B, A, 0, "ICMP") is ALLOW


MANY_PORTS = """
{apiVersion: v1, kind: Pod, metadata: {namespace: x, name: d, labels: {pod: d}},
 spec: {containers: [{name: m, ports: [{name: web, containerPort: 8080}]},
                     {name: n, ports: [{name: web, containerPort: 9090}]}],
        initContainers: [{name: i, ports: [{name: web, containerPort: 7070}]},
                         {name: s, restartPolicy: Always, ports: [{name: web, containerPort: 6060}]}]},
 status: {phase: Running, podIP: 10.0.0.4}}
"""


def test_a24_in_calico_a_name_means_every_port_that_has_it_those_of_init_containers_too(ask: Asker) -> None:
    allow = "action: Allow, protocol: TCP, destination: {ports: [web]}"
    into_d = gnp(f"selector: pod == 'd', ingress: [{{{allow}}}]")
    out_of_b = gnp(f"selector: pod == 'b', egress: [{{{allow}}}]")
    tables = [cluster(MANY_PORTS, policy) for policy in (into_d, out_of_b)]
    # A policy of Kubernetes means the same as soon as Calico reads it.
    tables.append(cluster(MANY_PORTS, gnp("selector: pod == 'c'"), np("d", "ingress: [{ports: [{port: web}]}]")))
    for text in tables:
        assert [ask(text, B, D, port) for port in (8080, 9090, 7070, 6060, 80)] == [ALLOW] * 4 + [DENY]
    text = cluster(MANY_PORTS, gnp("selector: pod == 'd', ingress: [{action: Allow, destination: {notPorts: [web]}}]"))
    assert [ask(text, B, D, port) for port in (8080, 9090, 7070, 6060, 80)] == [DENY] * 4 + [ALLOW]


def test_a24_without_calico_a_name_means_the_first_port_that_has_it() -> None:
    text = cluster(MANY_PORTS, np("d", "ingress: [{ports: [{port: web}]}]"))
    assert [by_engine(text, B, D, port) for port in (8080, 9090, 7070, 6060)] == [ALLOW, DENY, DENY, DENY]


def test_b38_not_protocol_matches_everything_else(ask: Asker) -> None:
    text = cluster(gnp(f"{ON_A}, ingress: [{{action: Allow, notProtocol: TCP}}]"))
    assert [ask(text, B, A, 80, protocol) for protocol in ("TCP", "UDP", "ICMP")] == [DENY, ALLOW, ALLOW]


def test_b39_icmp_by_type_and_code(ask: Asker) -> None:
    text = cluster(gnp(f"{ON_A}, ingress: [{{action: Allow, protocol: ICMP, icmp: {{type: 8}}}}]"))
    assert [ask(text, B, A, kind, "ICMP") for kind in (8, 0)] == [ALLOW, DENY]
    text = cluster(gnp(f"{ON_A}, ingress: [{{action: Allow, protocol: ICMP, notICMP: {{type: 8}}}}]"))
    assert [ask(text, B, A, kind, "ICMP") for kind in (8, 0)] == [DENY, ALLOW]
    assert ask(text, B, A, 80) is DENY


def test_an_ingress_rule_may_bound_its_own_side(ask: Asker) -> None:
    text = cluster(gnp("ingress: [{action: Allow, destination: {selector: pod == 'b'}}]"))
    assert [ask(text, C, end) for end in (A, B)] == [DENY, ALLOW]


def test_b61_a_staged_policy_takes_the_place_of_its_twin(ask: Asker) -> None:
    twin = cnp(f"{ON_A}, ingress: [{{action: Deny}}]")
    staged = cnp(f"{ON_A}, ingress: [{from_pod('b')}]", kind="StagedNetworkPolicy")
    assert ask(cluster(twin, staged), B, A) is DENY
    assert ask(cluster(twin, staged), B, A, enforced=True) is ALLOW
    deleted = cnp("stagedAction: Delete", kind="StagedNetworkPolicy")
    assert ask(cluster(twin, deleted), C, A) is DENY
    assert ask(cluster(twin, deleted), C, A, enforced=True) is ALLOW
