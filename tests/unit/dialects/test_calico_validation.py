"""What Calico refuses (B80-B89), and what it enforces all the same once it is in storage."""

from __future__ import annotations

import pytest

from netviz.errors import Diagnostic, Severity
from netviz.model.policy import Direction, Policy
from tests.unit.dialects.calico_reading import STORED, read_object, read_rule, read_spec, read_tier
from tests.unit.dialects.reading import Reading

pytestmark = pytest.mark.promise(6)

GLOBAL = "GlobalNetworkPolicy"
PORTS = "rules that specify ports must set protocol to TCP or UDP or SCTP"
NUMBERS = "rules with numeric port or port range must set protocol to TCP or UDP or SCTP"
RANGE = "port range invalid, port number must be between 1 and 65535"
NAMES_WITHIN = "must begin with `/` and hold no `?`, `#` or blank"


def refusal(reading: Reading) -> Diagnostic:
    """The one error of a refused policy, that may allow and deny anything in every direction it may have."""
    policy = reading.refused()
    assert policy.captures == frozenset(Direction)
    for direction in Direction:
        rules = policy.rules(direction)
        assert sorted(rule.action for rule in rules) == ["allow", "deny"]
        assert not any(rule.certain for rule in rules)
    (error,) = [problem for problem in reading.problems if problem.severity is Severity.ERROR]
    return error


def enforced(reading: Reading) -> Policy:
    """A policy that is evaluated although something was reported."""
    assert reading.policy is not None
    assert reading.policy.certain
    assert {problem.severity for problem in reading.problems} == {Severity.WARNING}
    return reading.policy


@pytest.mark.parametrize(
    ("rule", "path", "message"),
    [
        ("destination: {ports: [80]}", "destination.ports", NUMBERS),
        ("destination: {ports: ['80:90']}", "destination.ports", NUMBERS),
        ("destination: {notPorts: [web, 80]}", "destination.notPorts", NUMBERS),
        ("source: {ports: [80]}", "source.ports", NUMBERS),
        ("protocol: ICMP, destination: {ports: [web]}", "destination.ports", PORTS),
        ("protocol: UDPLite, destination: {ports: [80]}", "destination.ports", PORTS),
        ("protocol: 89, source: {notPorts: [80]}", "source.notPorts", PORTS),
    ],
)
@pytest.mark.parametrize("version", ["projectcalico.org/v3", STORED])
def test_b80_ports_need_a_protocol_that_has_them(rule: str, path: str, message: str, version: str) -> None:
    error = refusal(read_rule(rule, version=version))
    assert (error.path, error.message) == (f"spec.ingress[0].{path}", message)


def test_b80_a_name_needs_no_protocol() -> None:
    read_rule("destination: {ports: [web]}").accepted()


@pytest.mark.parametrize(
    ("port", "message"),
    [
        ("0", RANGE),
        ("65536", RANGE),
        ("-1", RANGE),
        ("'0:80'", RANGE),
        ("'80:65536'", RANGE),
        ("99999999999", RANGE),
        ("'80:70'", "minimum port number (80) is greater than maximum port number (70) in port range"),
        ("'a:b'", RANGE),
        ("'two words'", "invalid name of a port: letters, digits, '_', '.' and '-', at most 128"),
        ("80.5", "cannot unmarshal number into integer or string"),
        ("true", "cannot unmarshal boolean into integer or string"),
    ],
)
def test_b81_a_port_is_a_number_a_range_or_a_name(port: str, message: str) -> None:
    error = refusal(read_rule(f"protocol: TCP, destination: {{ports: [443, {port}]}}"))
    assert (error.path, error.message) == ("spec.ingress[0].destination.ports[1]", message)


@pytest.mark.parametrize(
    ("source", "path", "message"),
    [
        ("nets: [10.0.0.1]", "source.nets[0]", "invalid CIDR"),
        ("nets: [10.0.0.1/8]", "source.nets[0]", "invalid CIDR"),
        ("nets: ['fd00::1/64']", "source.nets[0]", "invalid CIDR"),
        ("nets: [10.0.0.0/8, 'fd00::/64']", "", "rule contains both IPv4 and IPv6 CIDRs"),
        ("nets: [10.0.0.0/8], notNets: ['fd00::/64']", "", "rule contains both IPv4 and IPv6 CIDRs"),
        (
            "notNets: [0.0.0.0/0]",
            "source.notNets[0]",
            "catch-all CIDR in negation creates logical contradiction (matches no traffic)",
        ),
    ],
)
def test_b82_the_api_refuses_nets_that_are_enforced_from_storage(source: str, path: str, message: str) -> None:
    rule = f"source: {{{source}}}"
    error = refusal(read_rule(rule))
    assert (error.path, error.message) == (f"spec.ingress[0].{path}".rstrip("."), message)
    (rule_read,) = enforced(read_rule(rule, version=STORED)).ingress
    assert rule_read.certain


def test_b82_the_ip_version_has_to_be_that_of_the_nets() -> None:
    rule = "ipVersion: 6, source: {nets: [10.0.0.0/8]}"
    error = refusal(read_rule(rule))
    assert (error.path, error.message) == ("spec.ingress[0].ipVersion", "rule IP version doesn't match CIDR version")
    assert [p.code for p in read_rule(rule, version=STORED).problems] == ["invalid-value", "matches-nothing"]


def test_b82_what_is_no_address_at_all_is_refused_everywhere() -> None:
    for version in ("projectcalico.org/v3", STORED):
        assert refusal(read_rule("source: {nets: [10.0.0.0/33]}", version=version)).message == "invalid CIDR"


@pytest.mark.parametrize("key", ["source.selector", "source.notSelector", "destination.selector"])
def test_b83_a_selector_with_a_mistake_says_where(key: str) -> None:
    side, name = key.split(".")
    error = refusal(read_rule(f"{side}: {{{name}: app == web}}"))
    assert error.path == f"spec.ingress[0].{key}"
    assert error.message == "selector syntax: expected string at column 8"
    assert error.hint == "values need quotes: 'web'"


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        ("selector: global()", "spec.selector", "global() can only be used in an EntityRule namespaceSelector"),
        ("namespaceSelector: global()", "spec.namespaceSelector", "global() can only be used"),
        ("serviceAccountSelector: 'a ='", "spec.serviceAccountSelector", "selector syntax: "),
        (
            "types: [Ingress, Egress], ingress: [{action: Allow, source: {namespaceSelector: global() || has(a)}}]",
            "spec.ingress[0].source.namespaceSelector",
            "global() cannot be combined with other selectors",
        ),
        (
            "types: [Ingress, Egress], ingress: [{action: Allow, source: {serviceAccounts: {selector: a}}}]",
            "spec.ingress[0].source.serviceAccounts.selector",
            "selector syntax: expected operator after label",
        ),
    ],
)
def test_b83_every_selector_is_judged(spec: str, path: str, message: str) -> None:
    (error,) = [p for p in read_spec(spec, GLOBAL).problems if p.severity is Severity.ERROR]
    assert error.path == path
    assert message in error.message


def test_b83_a_subject_that_cannot_be_read_may_be_every_pod_of_the_namespace() -> None:
    unread = read_spec("selector: app = 'web', types: [Ingress]").refused()
    assert unread.subject == read_spec("types: [Ingress]").accepted().subject
    assert unread.captures == {Direction.INGRESS}
    assert unread.egress == ()


SERVICE = "services: {name: api, namespace: back}"


@pytest.mark.parametrize(
    ("direction", "rule", "message"),
    [
        ("egress", f"protocol: TCP, destination: {{{SERVICE}, ports: [80]}}", "ports and notPorts cannot be specified"),
        ("egress", f"destination: {{{SERVICE}, namespaceSelector: all()}}", "cannot specify NamespaceSelector and"),
        ("egress", f"destination: {{{SERVICE}, selector: has(a)}}", "cannot specify Selector/NotSelector and Services"),
        ("ingress", f"source: {{{SERVICE}, notSelector: has(a)}}", "cannot specify Selector/NotSelector and Services"),
        ("ingress", f"source: {{{SERVICE}, nets: [10.0.0.0/8]}}", "cannot specify Nets/NotNets and Services"),
        (
            "egress",
            f"destination: {{{SERVICE}, serviceAccounts: {{names: [a]}}}}",
            "cannot specify ServiceAccounts and",
        ),
        ("egress", "destination: {services: {namespace: back}}", "services must specify a service name"),
        ("egress", "destination: {services: {name: api}}", "must specify a namespace"),
    ],
)
def test_b84_services_stand_alone(direction: str, rule: str, message: str) -> None:
    assert message in refusal(read_rule(rule, GLOBAL, direction=direction)).message


@pytest.mark.parametrize(
    ("direction", "side", "message"),
    [
        ("egress", "source", "not allowed in egress rule source"),
        ("ingress", "destination", "not allowed in ingress rule destination"),
    ],
)
def test_b84_services_on_the_wrong_side_are_enforced_from_storage(direction: str, side: str, message: str) -> None:
    rule = f"{side}: {{{SERVICE}}}"
    assert refusal(read_rule(rule, direction=direction)).message == message
    enforced(read_rule(rule, direction=direction, version=STORED))


@pytest.mark.parametrize(
    ("direction", "rule", "message"),
    [
        ("ingress", "protocol: UDP, http: {methods: [GET]}", "rules with HTTP match must have protocol TCP or unset"),
        ("ingress", "action: Deny, http: {methods: [GET]}", "HTTP match is only valid on Allow rules"),
        ("egress", "http: {methods: [GET]}", "not allowed in egress rule(s)"),
        ("ingress", "http: {methods: [GET, GET]}", "Cannot specify the same method more than once"),
        ("ingress", "http: {paths: [{exact: a}]}", NAMES_WITHIN),
        ("ingress", "http: {paths: [{prefix: '/a?b'}]}", NAMES_WITHIN),
        (
            "ingress",
            "http: {paths: [{prefix: '/a', exact: '/a'}]}",
            "must specify either exact or prefix, and not both",
        ),
        ("ingress", "http: {paths: [{}]}", "must specify either exact or prefix, and not both"),
    ],
)
def test_b85_the_api_refuses_http_matches_that_are_enforced_from_storage(
    direction: str, rule: str, message: str
) -> None:
    assert refusal(read_rule(rule, direction=direction)).message == message
    policy = enforced(read_rule(rule, direction=direction, version=STORED))
    assert not any(rule.certain for rule in policy.ingress + policy.egress)


@pytest.mark.parametrize(
    ("rule", "path", "message"),
    [
        ("icmp: {type: 8}", "icmp", "ICMP fields require protocol to be ICMP or ICMPv6"),
        ("protocol: TCP, icmp: {type: 8}", "icmp", "ICMP fields require protocol to be ICMP or ICMPv6"),
        ("protocol: ICMP, ipVersion: 6", "ipVersion", "protocol ICMP requires ipVersion 4"),
        ("protocol: ICMPv6, ipVersion: 4", "ipVersion", "protocol ICMPv6 requires ipVersion 6"),
        ("protocol: ICMP, icmp: {code: 0}", "icmp", "ICMP code specified without an ICMP type"),
        ("protocol: ICMP, icmp: {type: 255}", "icmp.type", "should be less than or equal to 254"),
        ("protocol: ICMP, notICMP: {type: 8, code: -1}", "notICMP.code", "should be greater than or equal to 0"),
    ],
)
def test_b86_icmp_needs_its_protocol_and_a_type(rule: str, path: str, message: str) -> None:
    error = refusal(read_rule(rule))
    assert (error.path, error.message) == (f"spec.ingress[0].{path}", message)


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        (
            "preDNAT: true, doNotTrack: true, applyOnForward: true",
            "spec.preDNAT",
            "preDNAT and doNotTrack cannot both be true",
        ),
        (
            "preDNAT: true, applyOnForward: true, types: [Ingress], egress: [{action: Allow}]",
            "spec.egress",
            "preDNAT policy cannot have any egress rules",
        ),
        (
            "preDNAT: true, applyOnForward: true, types: [Egress]",
            "spec.types",
            "preDNAT policy cannot have 'Egress' type",
        ),
        (
            "doNotTrack: true",
            "spec.applyOnForward",
            "applyOnForward must be true if either preDNAT or doNotTrack is true",
        ),
    ],
)
def test_b87_flags_of_host_policies_have_to_agree(spec: str, path: str, message: str) -> None:
    reading = read_spec(spec, GLOBAL)
    reading.refused()
    (error,) = [p for p in reading.problems if p.severity is Severity.ERROR]
    assert (error.path, error.message) == (path, message)


@pytest.mark.parametrize(
    ("spec", "kind", "path", "code"),
    [
        ("ingress: [{action: allow}]", "NetworkPolicy", "spec.ingress[0].action", "not-supported"),
        ("ingress: [{}]", "NetworkPolicy", "spec.ingress[0].action", "required"),
        ("types: [ingress]", "NetworkPolicy", "spec.types[0]", "not-supported"),
        ("ingress: [{action: Allow, ipVersion: 5}]", "NetworkPolicy", "spec.ingress[0].ipVersion", "not-supported"),
        ("stagedAction: Sett", "StagedNetworkPolicy", "spec.stagedAction", "not-supported"),
    ],
)
def test_b88_words_are_those_of_the_api(spec: str, kind: str, path: str, code: str) -> None:
    reading = read_spec(spec, kind)
    reading.refused()
    assert [(p.severity.value, p.code, p.path) for p in reading.problems] == [("error", code, path)]


def test_b88_a_type_stands_once() -> None:
    error = refusal(read_spec("types: [Ingress, Ingress]"))
    assert (error.path, error.message) == ("spec.types[1]", "'Ingress' type specified more than once")


@pytest.mark.parametrize(
    ("name", "spec", "path", "message"),
    [
        ("default", "order: 5", "spec.order", "default tier order must be 1000000"),
        ("default", "defaultAction: Pass", "spec.defaultAction", "The 'default' tier must have default action 'Deny'"),
        (
            "adminnetworkpolicy",
            "defaultAction: Deny",
            "spec.defaultAction",
            "The 'adminnetworkpolicy' tier must have default action 'Pass'",
        ),
        ("sec", "defaultAction: Allow", "spec.defaultAction", 'supported values: "Pass", "Deny"'),
        ("sec", "orders: 5", "spec.orders", 'unknown field "spec.orders"'),
        ("a.b", "order: 5", "metadata.name", "must"),
    ],
)
def test_b88_tiers_are_judged(name: str, spec: str, path: str, message: str) -> None:
    _, (problem,) = read_tier(name, spec)
    assert (problem.severity, problem.path) == (Severity.ERROR, path)
    assert message in problem.message


def test_b89_lists_are_bounded() -> None:
    nets = ", ".join(f"10.0.{i}.0/24" for i in range(256))
    ports = ", ".join(str(port) for port in range(1, 51))
    read_rule(f"protocol: TCP, source: {{nets: [{nets}]}}, destination: {{ports: [{ports}]}}").accepted()
    more_nets, more_ports = f"source: {{nets: [{nets}, 11.0.0.0/8]}}", f"destination: {{ports: [{ports}, 51]}}"
    assert refusal(read_rule(more_nets)).message == "must have at most 256 items"
    assert refusal(read_rule(f"protocol: TCP, {more_ports}")).message == "must have at most 50 items"
    enforced(read_rule(more_nets, version=STORED))


def test_b89_rules_and_selectors_are_bounded_everywhere() -> None:
    rules = ", ".join(["{action: Deny}"] * 1024)
    read_spec(f"ingress: [{rules}]").accepted()
    for version in ("projectcalico.org/v3", STORED):
        more = read_spec(f"types: [Ingress, Egress], ingress: [{rules}, {{action: Deny}}]", version=version)
        assert refusal(more).message == "must have at most 1024 items"
        long = read_spec(f"types: [Ingress, Egress], selector: has({'a' * 1030})", version=version)
        assert "may not be more than 1024 characters" in refusal(long).message


@pytest.mark.parametrize(
    ("protocol", "message"),
    [
        ("tpc", "protocol name invalid"),
        ("0", "protocol number invalid"),
        ("256", "protocol number invalid"),
        ("'256'", "protocol number invalid"),
        ("-1", "protocol number invalid"),
    ],
)
def test_b38_a_protocol_has_a_known_name_or_a_number(protocol: str, message: str) -> None:
    for key in ("protocol", "notProtocol"):
        error = refusal(read_rule(f"{key}: {protocol}"))
        assert (error.path, error.message) == (f"spec.ingress[0].{key}", message)


def test_b38_the_case_of_a_protocol_matters_to_the_api_only() -> None:
    error = refusal(read_rule("protocol: tcp"))
    assert (error.message, error.hint) == ("protocol name invalid", "write TCP")
    enforced(read_rule("protocol: tcp", version=STORED))


@pytest.mark.parametrize(
    ("spec", "path", "hint"),
    [
        ("selecter: has(a)", "spec.selecter", "selector"),
        ("ingress: [{action: Allow, sources: {}}]", "spec.ingress[0].sources", "source"),
        ("ingress: [{action: Allow, source: {net: []}}]", "spec.ingress[0].source.net", "nets"),
        ("namespaceSelector: has(a)", "spec.namespaceSelector", ""),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_name(spec: str, path: str, hint: str) -> None:
    reading = read_spec(spec)
    reading.refused()
    problem = reading.only()
    assert (problem.code, problem.path) == ("unknown-field", path)
    assert hint in (problem.hint or "")


def test_where_the_spec_is_not_understood_the_policy_may_come_before_all_others() -> None:
    policy = read_spec("teir: security").refused()
    assert policy.tier == "unsupported"
    assert policy.order == float("-inf")


def test_all_problems_are_told_at_once() -> None:
    reading = read_spec("order: first, selector: a, ingress: [{action: allow}, {action: Deny, protocol: 0}]")
    assert [p.path for p in reading.problems if p.severity is Severity.ERROR] == [
        "spec.order",
        "spec.selector",
        "spec.ingress[0].action",
        "spec.ingress[1].protocol",
    ]
    assert reading.refused().reason.startswith("4 errors, first: spec.order: ")


def test_a_name_that_no_api_takes_is_refused_only_if_strict() -> None:
    text = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: allowFirst}, spec: {}}"
    enforced(read_object(text))
    read_object(text, strict=True).refused()
