"""Calico's policies, tiers and sets that its API server refuses, and some strange ones that it takes."""

from __future__ import annotations

from tests.hostile.case import Case, of_text

TOP = "apiVersion: projectcalico.org/v3\nkind: {}\nmetadata: {{{}}}\nspec: {{{}}}\n"


def local(spec: str) -> str:
    """A NetworkPolicy of a namespace."""
    return TOP.format("NetworkPolicy", "name: p, namespace: shop", spec)


def everywhere(spec: str, name: str = "p") -> str:
    """A GlobalNetworkPolicy."""
    return TOP.format("GlobalNetworkPolicy", f"name: {name}", spec)


def rule(content: str) -> str:
    """A policy of a namespace with one ingress rule."""
    return local(f"ingress: [{{{content}}}]")


def selects(selector: str) -> str:
    """A policy that selects by these words."""
    return local(f"selector: {selector!r}")


CASES: tuple[Case, ...] = (
    of_text(
        "a selector that never ends", selects("app == 'web"), "error invalid-value in:4 spec.selector", unknown=True
    ),
    of_text(
        "a selector with one equals sign",
        selects("app = 'web'"),
        "error invalid-value in:4 spec.selector",
        unknown=True,
    ),
    of_text(
        "a selector of another language",
        selects("app in (web)"),
        "error invalid-value in:4 spec.selector",
        unknown=True,
    ),
    of_text(
        "a selector of 1,025 characters",
        selects("app == '" + "w" * 1016 + "'"),
        "error invalid-value in:4 spec.selector",
        unknown=True,
    ),
    of_text(
        "a selector of 500 parentheses",
        selects("(" * 500 + "all()" + ")" * 500),
        "error invalid-value in:4 spec.selector",
        unknown=True,
    ),
    of_text("a selector of 1,000 negations", selects("!" * 1000 + "all()")),
    of_text(
        "a selector with a line break",
        local("selector: \"a ==\\n 'b'\""),
        "error invalid-value in:4 spec.selector",
        unknown=True,
    ),
    of_text(
        "a selector that is a number", local("selector: 5"), "error cannot-decode in:4 spec.selector", unknown=True
    ),
    of_text(
        "a selector that is a mapping",
        local("selector: {app: web}"),
        "error cannot-decode in:4 spec.selector",
        unknown=True,
    ),
    of_text(
        "global in a selector of pods", selects("global()"), "error invalid-value in:4 spec.selector", unknown=True
    ),
    of_text("a selector of nothing", selects(""), means=local("selector: all()")),
    of_text(
        "a namespaceSelector in a namespace",
        local("namespaceSelector: all()"),
        "error unknown-field in:4 spec.namespaceSelector",
        unknown=True,
    ),
    of_text(
        "an action that there is not",
        rule("action: Reject"),
        "error not-supported in:4 spec.ingress[0].action",
        unknown=True,
    ),
    of_text(
        "an action in small letters",
        rule("action: allow"),
        "error not-supported in:4 spec.ingress[0].action",
        unknown=True,
    ),
    of_text(
        "a rule without an action", rule("protocol: TCP"), "error required in:4 spec.ingress[0].action", unknown=True
    ),
    of_text("an order that is text", local("order: first"), "error cannot-decode in:4 spec.order", unknown=True),
    of_text("an order of infinity", local("order: .inf"), "error invalid-value in:4 spec.order", unknown=True),
    of_text(
        "an order of a great number",
        local("order: 1e300, ingress: [{action: Allow}]"),
        means=local("ingress: [{action: Allow}]"),
    ),
    of_text("types that there are not", local("types: [Both]"), "error not-supported in:4 spec.types[0]", unknown=True),
    of_text("a type twice", local("types: [Ingress, Ingress]"), "error invalid-value in:4 spec.types[1]", unknown=True),
    of_text("preDNAT in a namespace", local("preDNAT: true"), "error unknown-field in:4 spec.preDNAT", unknown=True),
    of_text(
        "preDNAT without applyOnForward",
        everywhere("preDNAT: true"),
        "error invalid-value in:4 spec.applyOnForward",
        "warning hosts-only in:4 spec.preDNAT",
    ),
    of_text(
        "doNotTrack and preDNAT",
        everywhere("preDNAT: true, doNotTrack: true, applyOnForward: true"),
        "error invalid-value in:4 spec.preDNAT",
        "warning hosts-only in:4 spec.preDNAT",
    ),
    of_text(
        "egress of preDNAT",
        everywhere("preDNAT: true, applyOnForward: true, types: [Egress]"),
        "warning hosts-only in:4 spec.preDNAT",
        "error invalid-value in:4 spec.types",
    ),
    of_text(
        "ports without a protocol",
        rule("action: Allow, destination: {ports: [80]}"),
        "error invalid-value in:4 spec.ingress[0].destination.ports",
        unknown=True,
    ),
    of_text(
        "port 0 in Calico",
        rule("action: Allow, protocol: TCP, destination: {ports: [0]}"),
        "error invalid-value in:4 spec.ingress[0].destination.ports[0]",
        unknown=True,
    ),
    of_text(
        "port 65536 in Calico",
        rule("action: Allow, protocol: TCP, destination: {ports: [65536]}"),
        "error invalid-value in:4 spec.ingress[0].destination.ports[0]",
        unknown=True,
    ),
    of_text(
        "a range that runs backwards",
        rule('action: Allow, protocol: TCP, destination: {ports: ["90:80"]}'),
        "error invalid-value in:4 spec.ingress[0].destination.ports[0]",
        unknown=True,
    ),
    of_text(
        "a range of three numbers",
        rule('action: Allow, protocol: TCP, destination: {ports: ["1:2:3"]}'),
        "error invalid-value in:4 spec.ingress[0].destination.ports[0]",
        unknown=True,
    ),
    of_text(
        "a range of one number",
        rule('action: Allow, protocol: TCP, destination: {ports: ["80:80"]}'),
        means=rule("action: Allow, protocol: TCP, destination: {ports: [80]}"),
    ),
    of_text(
        "protocol 256",
        rule("action: Allow, protocol: 256"),
        "error invalid-value in:4 spec.ingress[0].protocol",
        unknown=True,
    ),
    of_text(
        "protocol 0",
        rule("action: Allow, protocol: 0"),
        "error invalid-value in:4 spec.ingress[0].protocol",
        unknown=True,
    ),
    of_text(
        "a protocol that there is not",
        rule("action: Allow, protocol: HTTP"),
        "error invalid-value in:4 spec.ingress[0].protocol",
        unknown=True,
    ),
    of_text(
        "ICMP type 256",
        rule("action: Allow, protocol: ICMP, icmp: {type: 256}"),
        "error invalid-value in:4 spec.ingress[0].icmp.type",
        unknown=True,
    ),
    of_text(
        "an ICMP code without a type",
        rule("action: Allow, protocol: ICMP, icmp: {code: 1}"),
        "error invalid-value in:4 spec.ingress[0].icmp",
        unknown=True,
    ),
    of_text(
        "ICMP of TCP",
        rule("action: Allow, protocol: TCP, icmp: {type: 8}"),
        "error invalid-value in:4 spec.ingress[0].icmp",
        unknown=True,
    ),
    of_text(
        "IP version 5",
        rule("action: Allow, ipVersion: 5"),
        "error not-supported in:4 spec.ingress[0].ipVersion",
        unknown=True,
    ),
    of_text(
        "a net that is none",
        rule("action: Allow, source: {nets: [10.0.0.0/40]}"),
        "error invalid-value in:4 spec.ingress[0].source.nets[0]",
        unknown=True,
    ),
    of_text(
        "a net of the other version",
        rule('action: Allow, ipVersion: 4, source: {nets: ["::/0"]}'),
        "warning matches-nothing in:4 spec.ingress[0]",
        "error invalid-value in:4 spec.ingress[0].ipVersion",
        unknown=True,
    ),
    of_text(
        "HTTP on a denying rule",
        rule("action: Deny, http: {methods: [GET]}"),
        "error invalid-value in:4 spec.ingress[0].http",
        "warning not-evaluated in:4 spec.ingress[0].http",
        unknown=True,
    ),
    of_text(
        "a Service with a selector",
        rule("action: Allow, source: {services: {name: a}, selector: all()}"),
        "error invalid-value in:4 spec.ingress[0].source.services",
        unknown=True,
    ),
    of_text(
        "a field that Calico has not",
        local("selectors: all()"),
        "error unknown-field in:4 spec.selectors",
        unknown=True,
    ),
    of_text(
        "a field of a rule that Calico has not",
        rule("action: Allow, sources: {}"),
        "error unknown-field in:4 spec.ingress[0].sources",
        unknown=True,
    ),
    of_text("a tier that nobody defines", local("tier: nowhere"), "warning missing-tier in:1 spec.tier"),
    of_text("a tier of a number", local("tier: 5"), "error cannot-decode in:4 spec.tier", unknown=True),
    of_text("a tier without a spec", "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: t}\n"),
    of_text(
        "a tier with an action of its own",
        TOP.format("Tier", "name: t", "defaultAction: Maybe"),
        "error not-supported in:4 spec.defaultAction",
    ),
    of_text(
        "two tiers of one name",
        TOP.format("Tier", "name: t", "order: 1") + "---\n" + TOP.format("Tier", "name: t", "order: 2"),
        "error duplicate in:3 metadata.name",
        "error duplicate in:8 metadata.name",
    ),
    of_text(
        "a set with a net that is none",
        TOP.format("GlobalNetworkSet", "name: s", "nets: [nonsense]"),
        "error invalid-value in:4 spec.nets[0]",
    ),
    of_text(
        "a staged action that there is not",
        TOP.format("StagedNetworkPolicy", "name: p, namespace: shop", "stagedAction: Later"),
        "error not-supported in:4 spec.stagedAction",
    ),
    of_text(
        "the version of the stored objects",
        local("types: [Ingress]").replace("projectcalico.org/v3", "crd.projectcalico.org/v1"),
        means=local("types: [Ingress]"),
    ),
    of_text(
        "a version of Calico that there is not",
        local("selector: all()").replace("/v3", "/v9"),
        "warning unsupported-kind in:1",
        unknown=True,
    ),
)
