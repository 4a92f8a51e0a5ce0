"""NetworkPolicies that the API server refuses, and some strange ones that it takes."""

from __future__ import annotations

from tests.hostile.case import HEAD, Case, of_text, policy


def ingress(clause: str) -> str:
    """A policy for everybody with one ingress rule."""
    return policy(f"{{podSelector: {{}}, ingress: [{clause}]}}")


def block(content: str) -> str:
    """A policy that lets one address block in."""
    return ingress(f"{{from: [{{ipBlock: {{{content}}}}}]}}")


def expression(content: str) -> str:
    """A policy that selects by one expression."""
    return policy(f"{{podSelector: {{matchExpressions: [{{{content}}}]}}}}")


CASES: tuple[Case, ...] = (
    of_text("no spec", HEAD),
    of_text("a spec of null", policy("null")),
    of_text("no podSelector", policy("{ingress: []}")),
    of_text(
        "no name",
        policy("{podSelector: {}}", HEAD.replace("name: p, ", "")),
        "error required in:3 metadata.name",
        unknown=True,
    ),
    of_text(
        "a name that is a number",
        policy("{podSelector: {}}", HEAD.replace("name: p", "name: 5")),
        "error cannot-decode in:3 metadata.name",
        unknown=True,
    ),
    of_text(
        "a name with slashes",
        policy("{podSelector: {}}", HEAD.replace("name: p", "name: ../p")),
        "error invalid-value in:3 metadata.name",
        unknown=True,
    ),
    of_text(
        "a name of 254 characters",
        policy("{podSelector: {}}", HEAD.replace("name: p", f"name: {'p' * 254}")),
        "error invalid-value in:3 metadata.name",
        unknown=True,
    ),
    of_text(
        "a namespace of capitals",
        policy("{podSelector: {}}", HEAD.replace("shop", "SHOP")),
        "error invalid-value in:3 metadata.namespace",
    ),
    of_text(
        "metadata that is a list",
        policy("{podSelector: {}}", HEAD.replace("{name: p, namespace: shop}", "[p]")),
        "error cannot-decode in:3 metadata",
    ),
    of_text("a spec that is a list", policy("[podSelector]"), "error cannot-decode in:4 spec", unknown=True),
    of_text(
        "rules that are a mapping",
        policy("{podSelector: {}, ingress: {from: []}}"),
        "error cannot-decode in:4 spec.ingress",
        unknown=True,
    ),
    of_text("a rule that is a word", ingress("everything"), "error cannot-decode in:4 spec.ingress[0]", unknown=True),
    of_text("a rule of null", ingress("null"), means=ingress("{}")),
    of_text("a peer of null", ingress("{from: [null]}"), "error required in:4 spec.ingress[0].from[0]", unknown=True),
    of_text(
        "a peer without anything", ingress("{from: [{}]}"), "error required in:4 spec.ingress[0].from[0]", unknown=True
    ),
    of_text("an empty list of peers", ingress("{from: []}"), means=ingress("{}")),
    of_text(
        "a peer with a block and a selector",
        ingress("{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}"),
        "error forbidden in:4 spec.ingress[0].from[0]",
        unknown=True,
    ),
    of_text(
        "a misspelt field of the spec",
        policy("{podselector: {}, podSelector: {}}"),
        "error unknown-field in:4 spec.podselector",
        unknown=True,
    ),
    of_text(
        "a misspelt field of a rule",
        ingress("{form: []}"),
        "error unknown-field in:4 spec.ingress[0].form",
        unknown=True,
    ),
    of_text(
        "a misspelt policy type",
        policy("{podSelector: {}, policyTypes: [ingress]}"),
        "error not-supported in:4 spec.policyTypes[0]",
        unknown=True,
    ),
    of_text(
        "policy types of a word",
        policy("{podSelector: {}, policyTypes: Ingress}"),
        "error cannot-decode in:4 spec.policyTypes",
        unknown=True,
    ),
    of_text(
        "a policy type twice",
        policy("{podSelector: {}, policyTypes: [Ingress, Ingress]}"),
        means=policy("{podSelector: {}}"),
    ),
    of_text(
        "a policy type that there is not",
        policy("{podSelector: {}, policyTypes: [Both]}"),
        "error not-supported in:4 spec.policyTypes[0]",
        unknown=True,
    ),
    of_text(
        "port 0",
        ingress("{ports: [{port: 0}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].port",
        unknown=True,
    ),
    of_text(
        "a port that is too great",
        ingress("{ports: [{port: 65536}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].port",
        unknown=True,
    ),
    of_text(
        "a port of 16 letters",
        ingress("{ports: [{port: abcdefghijklmnop}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].port",
        unknown=True,
    ),
    of_text(
        "a port with two dashes",
        ingress("{ports: [{port: a--b}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].port",
        unknown=True,
    ),
    of_text(
        "an end before the beginning",
        ingress("{ports: [{port: 80, endPort: 79}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].endPort",
        unknown=True,
    ),
    of_text(
        "an end without a beginning",
        ingress("{ports: [{endPort: 79}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].endPort",
        unknown=True,
    ),
    of_text(
        "an end of a named port",
        ingress("{ports: [{port: http, endPort: 79}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].endPort",
        unknown=True,
    ),
    of_text(
        "an end that is text",
        ingress('{ports: [{port: 80, endPort: "90"}]}'),
        "error cannot-decode in:4 spec.ingress[0].ports[0].endPort",
        unknown=True,
    ),
    of_text(
        "all ports in two halves",
        ingress("{ports: [{port: 1, endPort: 32767}, {port: 32768, endPort: 65535}]}"),
        means=ingress("{ports: [{protocol: TCP}]}"),
    ),
    of_text(
        "a protocol in small letters",
        ingress("{ports: [{protocol: tcp}]}"),
        "error not-supported in:4 spec.ingress[0].ports[0].protocol",
        unknown=True,
    ),
    of_text(
        "a protocol that is a number",
        ingress("{ports: [{protocol: 6}]}"),
        "error cannot-decode in:4 spec.ingress[0].ports[0].protocol",
        unknown=True,
    ),
    of_text(
        "ICMP as a protocol",
        ingress("{ports: [{protocol: ICMP}]}"),
        "error not-supported in:4 spec.ingress[0].ports[0].protocol",
        unknown=True,
    ),
    of_text(
        "a block without an address",
        block(""),
        "error required in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block without a length",
        block("cidr: 10.0.0.0"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block with a mask",
        block("cidr: 10.0.0.0/255.0.0.0"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block with leading zeros",
        block("cidr: 010.0.0.0/8"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block of three numbers",
        block("cidr: 10.0.0/8"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block of a hexadecimal number",
        block("cidr: 0x0a000000/8"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block of Arabic digits",
        block("cidr: ١٠.0.0.0/8"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block with spaces",
        block('cidr: " 10.0.0.0/8"'),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block with a line end",
        block('cidr: "10.0.0.0/8\\n"'),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block with a zone",
        block('cidr: "fe80::1%eth0/64"'),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block of 33 bits",
        block("cidr: 10.0.0.0/33"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block of -1 bits",
        block("cidr: 10.0.0.0/-1"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.cidr",
        unknown=True,
    ),
    of_text(
        "a block with host bits",
        block("cidr: 10.1.2.3/8"),
        "warning odd-cidr in:4 spec.ingress[0].from[0].ipBlock.cidr",
        means=block("cidr: 10.0.0.0/8"),
    ),
    of_text(
        "a block of mapped addresses",
        block('cidr: "::ffff:10.0.0.0/104"'),
        "warning odd-cidr in:4 spec.ingress[0].from[0].ipBlock.cidr",
        means=block("cidr: 10.0.0.0/8"),
    ),
    of_text(
        "an exception outside of the block",
        block("cidr: 10.0.0.0/8, except: [11.0.0.0/16]"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.except[0]",
        unknown=True,
    ),
    of_text(
        "an exception that is all of the block",
        block("cidr: 10.0.0.0/8, except: [10.0.0.0/8]"),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.except[0]",
        unknown=True,
    ),
    of_text(
        "an exception of the other family",
        block('cidr: 10.0.0.0/8, except: ["::/0"]'),
        "error invalid-value in:4 spec.ingress[0].from[0].ipBlock.except[0]",
        unknown=True,
    ),
    of_text(
        "an exception of null",
        block("cidr: 10.0.0.0/8, except: [null]"),
        "error cannot-decode in:4 spec.ingress[0].from[0].ipBlock.except[0]",
        unknown=True,
    ),
    of_text(
        "an operator that there is not",
        expression("key: a, operator: Like, values: [b]"),
        "error invalid-value in:4 spec.podSelector.matchExpressions[0].operator",
        unknown=True,
    ),
    of_text(
        "In without values",
        expression("key: a, operator: In"),
        "error required in:4 spec.podSelector.matchExpressions[0].values",
        unknown=True,
    ),
    of_text(
        "Exists with values",
        expression("key: a, operator: Exists, values: [b]"),
        "error forbidden in:4 spec.podSelector.matchExpressions[0].values",
        unknown=True,
    ),
    of_text(
        "an expression without a key",
        expression("operator: Exists"),
        "error invalid-value in:4 spec.podSelector.matchExpressions[0].key",
        unknown=True,
    ),
    of_text(
        "a key with two slashes",
        expression("key: a/b/c, operator: Exists"),
        "error invalid-value in:4 spec.podSelector.matchExpressions[0].key",
        unknown=True,
    ),
    of_text(
        "values of null",
        expression("key: app, operator: In, values: [null]"),
        "error cannot-decode in:4 spec.podSelector.matchExpressions[0].values[0]",
        unknown=True,
    ),
    of_text(
        "a label value of 64 characters",
        policy(f"{{podSelector: {{matchLabels: {{a: {'b' * 64}}}}}}}"),
        "error invalid-value in:4 spec.podSelector.matchLabels",
        unknown=True,
    ),
    of_text(
        "labels that are a list",
        policy("{podSelector: {matchLabels: [a]}}"),
        "error cannot-decode in:4 spec.podSelector.matchLabels",
        unknown=True,
    ),
    of_text(
        "the old version",
        policy("{podSelector: {}}", HEAD.replace("networking.k8s.io/v1", "extensions/v1beta1")),
        "warning deprecated-version in:1 apiVersion",
    ),
    of_text(
        "a version that there is not",
        policy("{podSelector: {}}", HEAD.replace("io/v1", "io/v2")),
        "warning unsupported-kind in:1",
        unknown=True,
    ),
    of_text(
        "a version that is a number",
        policy("{podSelector: {}}", HEAD.replace("networking.k8s.io/v1", "1.0")),
        "error cannot-decode in:1 apiVersion",
        unknown=True,
    ),
    of_text(
        "the same policy twice",
        "---\n".join((policy("{podSelector: {}}"),) * 2),
        "warning duplicate in:8 metadata.name",
        means=policy("{podSelector: {}}"),
    ),
    of_text(
        "two policies of one name",
        policy("{podSelector: {}}") + "---\n" + policy("{podSelector: {a: b}}"),
        "error duplicate in:3 metadata.name",
        "error duplicate in:8 metadata.name",
        "error unknown-field in:9 spec.podSelector.a",
        unknown=True,
    ),
    of_text(
        "two policies that contradict",
        policy("{podSelector: {}}") + "---\n" + ingress("{}"),
        "error duplicate in:3 metadata.name",
        "error duplicate in:8 metadata.name",
        unknown=True,
    ),
    of_text(
        "a status that nobody reads",
        policy("{podSelector: {}}\nstatus: {conditions: [{type: x}]}"),
        means=policy("{podSelector: {}}"),
    ),
)
