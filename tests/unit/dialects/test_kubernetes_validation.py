"""What the API server refuses, with its words and its field paths."""

from __future__ import annotations

import pytest

from netviz.model.policy import ANYONE, PODS, Action, Direction, EveryPeer, InNamespace, Labelled, LabelScope
from netviz.selectors.tree import ValueIn
from tests.unit.dialects.reading import Reading, read_object, read_spec

pytestmark = pytest.mark.promise(6)

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
PORT = "spec.ingress[0].ports[0]"
PEER = "spec.ingress[0].from[0]"
NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def read_metadata(metadata: str) -> Reading:
    return read_object(f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {metadata}}}")


def read_peer(peer: str) -> Reading:
    return read_spec(f"ingress: [{{from: [{peer}]}}]")


def read_port(port: str) -> Reading:
    return read_spec(f"ingress: [{{ports: [{port}]}}]")


def assert_refused(reading: Reading, code: str, path: str, message: str) -> None:
    problem = reading.only()
    assert (problem.severity.value, problem.code, problem.path) == ("error", code, path)
    assert message in problem.message
    reading.refused()


@pytest.mark.parametrize(
    ("metadata", "code", "path", "message"),
    [
        ("{name: Web, namespace: shop}", "invalid-value", "metadata.name", "a lowercase RFC 1123 subdomain must"),
        ("{name: a_b, namespace: shop}", "invalid-value", "metadata.name", "a lowercase RFC 1123 subdomain must"),
        (
            f"{{name: {'a' * 254}, namespace: shop}}",
            "invalid-value",
            "metadata.name",
            "must be no more than 253 characters",
        ),
        ("{namespace: shop}", "required", "metadata.name", "name or generateName is required"),
        ("{name: '', namespace: shop}", "required", "metadata.name", "name or generateName is required"),
        ("{generateName: p-, namespace: shop}", "required", "metadata.name", "name or generateName is required"),
        ("{name: 12, namespace: shop}", "cannot-decode", "metadata.name", "cannot unmarshal number into string"),
        ("{name: p, namespace: a.b}", "invalid-value", "metadata.namespace", "must not contain dots"),
    ],
)
def test_a40_the_name_is_a_dns_subdomain(metadata: str, code: str, path: str, message: str) -> None:
    assert_refused(read_metadata(metadata), code, path, message)


def test_a40_a_policy_without_readable_name_still_makes_its_namespace_uncertain() -> None:
    policy = read_metadata("{namespace: shop}").refused()
    assert policy.id.name == "(unnamed, p.yaml, document 1)"
    assert policy.subject == EveryPeer((PODS, InNamespace("shop")))


@pytest.mark.parametrize("metadata", ["{name: p, namespace: 7}", "p", "[p]"])
def test_a40_without_readable_namespace_there_is_no_policy_but_an_error(metadata: str) -> None:
    reading = read_metadata(metadata)
    assert reading.policy is None
    assert reading.only().code == "cannot-decode"


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("{'-a': x}", "name part must consist of alphanumeric characters"),
        ("{a/b/c: x}", "a qualified name must consist of"),
        ("{a: 'x y'}", "a valid label must be an empty string or consist of"),
        (f"{{a: {'x' * 64}}}", "must be no more than 63 characters"),
    ],
)
@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("podSelector: {matchLabels: LABELS}", "spec.podSelector.matchLabels"),
        ("ingress: [{from: [{podSelector: {matchLabels: LABELS}}]}]", f"{PEER}.podSelector.matchLabels"),
        ("ingress: [{from: [{namespaceSelector: {matchLabels: LABELS}}]}]", f"{PEER}.namespaceSelector.matchLabels"),
    ],
)
def test_a41_labels_have_qualified_keys_and_short_plain_values(spec: str, path: str, labels: str, message: str) -> None:
    assert_refused(read_spec(spec.replace("LABELS", labels)), "invalid-value", path, message)


def test_a41_the_line_is_that_of_the_label_and_not_of_the_mapping() -> None:
    problem = read_spec("podSelector: {matchLabels: {a: 'x y'}}").only()
    assert (problem.line, problem.value) == (len(("spec", "podSelector", "matchLabels", "a")) + 1, "x y")


def test_a41_labels_and_annotations_of_the_policy_are_judged_too() -> None:
    reading = read_metadata("{name: p, namespace: shop, labels: {a: 'x y'}, annotations: {'b c': x, A.B/C: x}}")
    assert [(problem.code, problem.path) for problem in reading.problems] == [
        ("invalid-value", "metadata.labels"),
        ("invalid-value", "metadata.annotations"),
    ]


IN_PLACE = "spec.podSelector.matchExpressions[0]"


@pytest.mark.parametrize(
    ("expression", "code", "path", "message"),
    [
        ("{key: a, operator: In}", "required", "values", "must be specified when `operator` is 'In' or 'NotIn'"),
        (
            "{key: a, operator: NotIn, values: []}",
            "required",
            "values",
            "must be specified when `operator` is 'In' or 'NotIn'",
        ),
        (
            "{key: a, operator: Exists, values: [x]}",
            "forbidden",
            "values",
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
        (
            "{key: a, operator: DoesNotExist, values: [x]}",
            "forbidden",
            "values",
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
        ("{key: a, operator: Gt, values: ['1']}", "invalid-value", "operator", "not a valid selector operator"),
        ("{key: a}", "invalid-value", "operator", "not a valid selector operator"),
        ("{operator: Exists}", "invalid-value", "key", "name part must be non-empty"),
        ("{key: a b, operator: Exists}", "invalid-value", "key", "name part must consist of"),
        ("{key: a, operator: In, values: [x, 'y z']}", "invalid-value", "values[1]", "a valid label must be"),
        ("{key: a, operator: In, values: [1]}", "cannot-decode", "values[0]", "cannot unmarshal number into string"),
    ],
)
def test_a42_expressions_have_a_known_operator_and_the_values_that_it_wants(
    expression: str, code: str, path: str, message: str
) -> None:
    reading = read_spec(f"podSelector: {{matchExpressions: [{expression}]}}")
    assert_refused(reading, code, f"{IN_PLACE}.{path}", message)


def test_a42_an_operator_in_the_wrong_case_gets_a_hint() -> None:
    problem = read_spec("podSelector: {matchExpressions: [{key: a, operator: exists}]}").only()
    assert problem.hint == 'did you mean "Exists"?'


@pytest.mark.parametrize(
    ("port", "message"),
    [
        ("0", "must be between 1 and 65535, inclusive"),
        ("-1", "must be between 1 and 65535, inclusive"),
        ("65536", "must be between 1 and 65535, inclusive"),
        ("'80'", "must contain at least one letter (a-z)"),
        ("HTTP", "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
        ("a--b", "must not contain consecutive hyphens"),
        ("http-", "must not begin or end with a hyphen"),
        ("''", "must contain only alpha-numeric characters"),
        ("abcdefghijklmnop", "must be no more than 15 characters"),
    ],
)
def test_a43_a_port_is_a_number_or_a_service_name(port: str, message: str) -> None:
    assert_refused(read_port(f"{{port: {port}}}"), "invalid-value", f"{PORT}.port", message)


@pytest.mark.parametrize("port", ["1", "65535", "http", "a23456789012345"])
def test_a43_the_bounds_are_accepted(port: str) -> None:
    read_port(f"{{port: {port}}}").accepted()


def test_a43_m19_a_quoted_number_gets_a_hint() -> None:
    assert "remove the quotes" in (read_port("{port: '80'}").only().hint or "")


@pytest.mark.parametrize("port", ["80.5", "true", "[80]", "{a: 80}"])
def test_a43_a_port_of_another_type_cannot_be_decoded(port: str) -> None:
    assert_refused(read_port(f"{{port: {port}}}"), "cannot-decode", f"{PORT}.port", "into integer or string")


@pytest.mark.parametrize("protocol", ["tcp", "ICMP", "''", "'6'"])
def test_a44_a_protocol_is_tcp_udp_or_sctp(protocol: str) -> None:
    reading = read_port(f"{{protocol: {protocol}}}")
    assert_refused(reading, "not-supported", f"{PORT}.protocol", 'supported values: "TCP", "UDP", "SCTP"')


def test_a44_a_protocol_in_the_wrong_case_gets_a_hint() -> None:
    problem = read_port("{protocol: tcp}").only()
    assert (problem.value, problem.hint) == ("tcp", 'did you mean "TCP"?')


@pytest.mark.parametrize(
    ("port", "message"),
    [
        ("{port: 80, endPort: 79}", "must be greater than or equal to `port`"),
        ("{port: http, endPort: 80}", "may not be specified when `port` is non-numeric"),
        ("{endPort: 80}", "may not be specified when `port` is not specified"),
        ("{port: 80, endPort: 65536}", "must be between 1 and 65535, inclusive"),
    ],
)
def test_a45_an_end_port_needs_a_number_to_start_from(port: str, message: str) -> None:
    assert_refused(read_port(port), "invalid-value", f"{PORT}.endPort", message)


def test_a45_an_end_port_of_zero_breaks_both_rules() -> None:
    messages = [problem.message for problem in read_port("{port: 80, endPort: 0}").problems]
    assert messages == ["must be greater than or equal to `port`", "must be between 1 and 65535, inclusive"]


def test_a45_an_end_port_cannot_be_text() -> None:
    assert_refused(read_port("{port: 80, endPort: '81'}"), "cannot-decode", f"{PORT}.endPort", "into integer")


@pytest.mark.parametrize("peer", ["{}", "null", "{podSelector: null}"])
def test_a46_a12_a_peer_must_say_something(peer: str) -> None:
    assert_refused(read_peer(peer), "required", PEER, "must specify a peer")


@pytest.mark.parametrize("selector", ["podSelector", "namespaceSelector"])
def test_a46_an_address_block_stands_alone(selector: str) -> None:
    reading = read_peer(f"{{ipBlock: {{cidr: 10.0.0.0/8}}, {selector}: {{}}}}")
    assert_refused(reading, "forbidden", PEER, "may not specify both ipBlock and another peer")


@pytest.mark.parametrize("block", ["{}", "{cidr: ''}", "{except: [10.0.0.0/8]}"])
def test_a47_an_address_block_has_a_cidr(block: str) -> None:
    assert_refused(read_peer(f"{{ipBlock: {block}}}"), "required", f"{PEER}.ipBlock.cidr", "")


@pytest.mark.parametrize(
    "cidr",
    ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/255.0.0.0", "::/129", "x", " 10.0.0.0/8", "fe80::%eth0/64"],
)
def test_a47_a_cidr_is_what_go_reads_as_one(cidr: str) -> None:
    assert_refused(read_peer(f"{{ipBlock: {{cidr: '{cidr}'}}}}"), "invalid-value", f"{PEER}.ipBlock.cidr", NOT_A_CIDR)


@pytest.mark.parametrize("cidr", ["010.0.0.0/8", "10.00.0.0/8", "::ffff:010.0.0.0/104"])
def test_a47_a16_octets_with_leading_zeros_mean_different_things_to_different_readers_and_are_refused(
    cidr: str,
) -> None:
    reading = read_peer(f"{{ipBlock: {{cidr: '{cidr}'}}}}")
    message = "must not have leading 0s in IP or prefix length"
    assert_refused(reading, "invalid-value", f"{PEER}.ipBlock.cidr", message)


@pytest.mark.parametrize(("address", "block"), [("10.0.0.1", "10.0.0.1/32"), ("fd00::1", "fd00::1/128")])
def test_a47_a_bare_address_gets_a_hint(address: str, block: str) -> None:
    assert read_peer(f"{{ipBlock: {{cidr: '{address}'}}}}").only().hint == f"a single address is written {block}"


@pytest.mark.parametrize("exception", ["10.0.0.0/8", "10.0.0.0/7", "11.0.0.0/16", "fd00::/64", "0.0.0.0/0"])
def test_a48_an_exception_lies_strictly_inside(exception: str) -> None:
    reading = read_peer(f"{{ipBlock: {{cidr: 10.0.0.0/8, except: [10.1.0.0/16, '{exception}']}}}}")
    assert_refused(reading, "invalid-value", f"{PEER}.ipBlock.except[1]", "must be a strict subset of `cidr`")


def test_a48_an_exception_in_a_mapped_block_is_compared_by_the_prefixes_as_written() -> None:
    mapped = "::ffff:10.0.0.0/104"
    refused = read_peer(f"{{ipBlock: {{cidr: '{mapped}', except: [10.1.0.0/16]}}}}")
    assert refused.problems[-1].message == "must be a strict subset of `cidr`"
    taken = read_peer(f"{{ipBlock: {{cidr: '{mapped}', except: ['::ffff:10.1.0.0/112']}}}}")
    assert [problem.code for problem in taken.problems] == ["odd-cidr", "odd-cidr"]


def test_a47_a_prefix_of_thousands_of_digits_is_read_without_fail() -> None:
    reading = read_peer(f"{{ipBlock: {{cidr: 10.0.0.0/{'0' * 5000}8}}}}")
    assert reading.only().code == "odd-cidr"


@pytest.mark.parametrize("exception", ["10.1.0.0", "''", "abc"])
def test_a48_an_exception_is_a_cidr(exception: str) -> None:
    reading = read_peer(f"{{ipBlock: {{cidr: 10.0.0.0/8, except: [{exception}]}}}}")
    assert_refused(reading, "invalid-value", f"{PEER}.ipBlock.except[0]", NOT_A_CIDR)


def test_a48_an_exception_outside_of_a_cidr_that_cannot_be_read_is_not_a_second_problem() -> None:
    reading = read_peer("{ipBlock: {cidr: x, except: [10.0.0.0/8]}}")
    assert reading.only().path == f"{PEER}.ipBlock.cidr"


@pytest.mark.parametrize(
    ("types", "code", "path", "message"),
    [
        ("[ingress]", "not-supported", "spec.policyTypes[0]", 'supported values: "Ingress", "Egress"'),
        ("[Ingress, Both]", "not-supported", "spec.policyTypes[1]", 'supported values: "Ingress", "Egress"'),
        (
            "[Ingress, Egress, Ingress]",
            "invalid-value",
            "spec.policyTypes",
            "may not specify more than two policyTypes",
        ),
        ("[a, b, c]", "invalid-value", "spec.policyTypes", "may not specify more than two policyTypes"),
        ("Ingress", "cannot-decode", "spec.policyTypes", "cannot unmarshal string into array"),
        ("[true]", "cannot-decode", "spec.policyTypes[0]", "cannot unmarshal boolean into string"),
    ],
)
def test_a49_policy_types_are_at_most_two_known_words(types: str, code: str, path: str, message: str) -> None:
    reading = read_spec(f"policyTypes: {types}")
    assert_refused(reading, code, path, message)
    assert reading.refused().captures == {INGRESS, EGRESS}


@pytest.mark.parametrize(
    ("spec", "path", "hint"),
    [
        ("podSelectors: {}", "spec.podSelectors", 'did you mean "podSelector"?'),
        ("podSelector: {app: web}", "spec.podSelector.app", None),
        ("podSelector: {matchLabel: {app: web}}", "spec.podSelector.matchLabel", 'did you mean "matchLabels"?'),
        (
            "podSelector: {matchExpressions: [{key: a, operator: Exists, value: x}]}",
            "spec.podSelector.matchExpressions[0].value",
            'did you mean "values"?',
        ),
        ("ingress: [{froms: []}]", "spec.ingress[0].froms", 'did you mean "from"?'),
        ("ingress: [{to: []}]", "spec.ingress[0].to", None),
        ("ingress: [{from: [{podSelectr: {}}]}]", f"{PEER}.podSelectr", 'did you mean "podSelector"?'),
        ("ingress: [{ports: [{name: http}]}]", f"{PORT}.name", None),
        (
            "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, excepts: []}}]}]",
            f"{PEER}.ipBlock.excepts",
            'did you mean "except"?',
        ),
    ],
)
def test_m18_an_unknown_field_anywhere_in_the_spec_refuses_the_policy(spec: str, path: str, hint: str | None) -> None:
    reading = read_spec(spec)
    assert_refused(reading, "unknown-field", path, f'unknown field "{path}"')
    assert reading.only().hint == hint


def test_m18_an_unknown_field_elsewhere_is_a_warning() -> None:
    reading = read_object(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: shop, labelz: {}}
        spec: {}
        extra: 1
        status: {}
        """
    )
    assert reading.told() == [
        ("warning", "unknown-field", "metadata.labelz"),
        ("warning", "unknown-field", "extra"),
    ]
    assert reading.problems[0].hint == 'did you mean "labels"?'
    assert reading.policy is not None
    assert reading.policy.certain


def test_m18_a_spec_in_the_wrong_place_is_not_a_policy_that_denies_everything() -> None:
    reading = read_object(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: shop}
        podSelector: {matchLabels: {app: web}}
        """
    )
    assert_refused(reading, "unknown-field", "podSelector", 'unknown field "podSelector"')


@pytest.mark.parametrize(("value", "what"), [("1", "number"), ("yes", "boolean"), ("1.5", "number")])
def test_m19_a_label_value_that_is_not_text_gets_the_hint_to_quote_it(value: str, what: str) -> None:
    problem = read_spec(f"podSelector: {{matchLabels: {{app: {value}}}}}").only()
    assert (problem.code, problem.path) == ("cannot-decode", "spec.podSelector.matchLabels.app")
    assert problem.hint == f"quote it: YAML reads it as a {what}"


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("ingress: {}", "spec.ingress"),
        ("ingress: [x]", "spec.ingress[0]"),
        ("ingress: [{from: {podSelector: {}}}]", "spec.ingress[0].from"),
        ("ingress: [{from: [podSelector]}]", PEER),
        ("ingress: [{from: [{podSelector: []}]}]", f"{PEER}.podSelector"),
        ("ingress: [{from: [{ipBlock: 10.0.0.0/8}]}]", f"{PEER}.ipBlock"),
        ("ingress: [{from: [{ipBlock: {cidr: 10}}]}]", f"{PEER}.ipBlock.cidr"),
        ("ingress: [{ports: [80]}]", PORT),
        ("podSelector: {matchLabels: [a]}", "spec.podSelector.matchLabels"),
    ],
)
def test_a_value_of_the_wrong_type_is_one_problem_at_its_place(spec: str, path: str) -> None:
    assert_refused(read_spec(spec), "cannot-decode", path, "cannot unmarshal")


def test_every_problem_of_a_document_is_reported_at_once() -> None:
    reading = read_object(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: P, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: 'x y'}}
          policyTypes: [ingress]
          ingress:
          - from: [{}, {ipBlock: {cidr: x}}]
            ports: [{port: 0, protocol: tcp, endPort: 70000}, {prot: TCP}]
          egress:
          - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]
        """
    )
    assert sorted(problem.path for problem in reading.problems) == [
        "metadata.name",
        "spec.egress[0].to[0].ipBlock.except[0]",
        "spec.ingress[0].from[0]",
        "spec.ingress[0].from[1].ipBlock.cidr",
        "spec.ingress[0].ports[0].endPort",
        "spec.ingress[0].ports[0].port",
        "spec.ingress[0].ports[0].protocol",
        "spec.ingress[0].ports[1].prot",
        "spec.podSelector.matchLabels",
        "spec.policyTypes[0]",
    ]
    reason = reading.refused().reason
    assert reason.startswith("10 errors, first: metadata.name: a lowercase RFC 1123 subdomain")


def test_a_refused_policy_may_allow_anything_to_what_it_selects_in_the_directions_that_it_isolates() -> None:
    policy = read_spec(
        "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 0}]}]}"
    ).refused()
    assert policy.reason == "1 error: spec.egress[0].ports[0].port: must be between 1 and 65535, inclusive"
    assert policy.subject == EveryPeer((PODS, InNamespace("shop"), Labelled(LabelScope.POD, ValueIn("app", ("web",)))))
    assert policy.captures == {EGRESS}
    assert policy.ingress == ()
    (anything,) = policy.egress
    assert (anything.path, anything.action, anything.peer, anything.ports) == ("spec", Action.ALLOW, ANYONE, None)
    assert (anything.certain, anything.reason) == (False, policy.reason)


@pytest.mark.parametrize(
    ("spec", "captures"),
    [
        ("ingress: [{ports: [{port: 0}]}]", {INGRESS}),
        ("egress: [{ports: [{port: 0}]}]", {INGRESS, EGRESS}),
        ("{policyTypes: [Ingress], egress: [{ports: [{port: 0}]}]}", {INGRESS}),
        ("egress: {}", {INGRESS, EGRESS}),
        ("policyType: [Egress]", {INGRESS, EGRESS}),
        ("{policyTypes: [Ingress], unknown: 1}", {INGRESS}),
    ],
)
def test_a2_a_refused_policy_isolates_what_its_readable_fields_say_else_both(
    spec: str, captures: set[Direction]
) -> None:
    assert read_spec(spec).refused().captures == captures


def test_a_refused_policy_with_unreadable_selector_concerns_its_whole_namespace() -> None:
    policy = read_spec("podSelector: {matchLabels: {app: 1}}").refused()
    assert policy.subject == EveryPeer((PODS, InNamespace("shop")))


def test_a_spec_that_is_no_mapping_makes_both_directions_uncertain() -> None:
    reading = read_object(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: shop}
        spec: [podSelector]
        """
    )
    assert_refused(reading, "cannot-decode", "spec", "cannot unmarshal array into object")
    assert reading.refused().captures == {INGRESS, EGRESS}
