"""Policies of administrators that their API server refuses, and some strange ones that it takes."""

from __future__ import annotations

from tests.hostile.case import Case, of_text

VERSION = "policy.networking.k8s.io/v1alpha1"
NEW = "policy.networking.k8s.io/v1alpha2"
SUBJECT = "subject: {namespaces: {}}"
PEER = "{namespaces: {}}"


def admin(spec: str, *, kind: str = "AdminNetworkPolicy", name: str = "p", version: str = VERSION) -> str:
    """A policy with a spec in flow style, which is in line 4."""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"


def rule(content: str) -> str:
    """One ingress rule."""
    return admin(f"priority: 1, {SUBJECT}, ingress: [{{{content}}}]")


def baseline(spec: str, name: str = "default") -> str:
    """The policy below all others."""
    return admin(spec, kind="BaselineAdminNetworkPolicy", name=name)


def cluster(spec: str) -> str:
    """The policy of the newer version."""
    return admin(spec, kind="ClusterNetworkPolicy", version=NEW)


CASES: tuple[Case, ...] = (
    of_text("an admin policy without a priority", admin(SUBJECT), "error required in:4 spec.priority"),
    of_text("priority -1", admin(f"priority: -1, {SUBJECT}"), "error invalid-value in:4 spec.priority"),
    of_text("priority 1001", admin(f"priority: 1001, {SUBJECT}"), "error invalid-value in:4 spec.priority"),
    of_text("a priority that is text", admin(f'priority: "1", {SUBJECT}'), "error cannot-decode in:4 spec.priority"),
    of_text(
        "a priority of one and a half", admin(f"priority: 1.5, {SUBJECT}"), "error cannot-decode in:4 spec.priority"
    ),
    of_text("an admin policy without a subject", admin("priority: 1"), "error required in:4 spec.subject"),
    of_text("a subject of nothing", admin("priority: 1, subject: {}"), "error invalid-value in:4 spec.subject"),
    of_text(
        "a subject of two kinds",
        admin("priority: 1, subject: {namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}"),
        "error invalid-value in:4 spec.subject",
    ),
    of_text(
        "a subject of half a pair",
        admin("priority: 1, subject: {pods: {podSelector: {}}}"),
        "warning missing-selector in:4 spec.subject.pods",
    ),
    of_text(
        "an admin rule without an action",
        rule(f"from: [{PEER}]"),
        "error required in:4 spec.ingress[0].action",
        unknown=True,
    ),
    of_text(
        "an admin action that there is not",
        rule(f"action: Drop, from: [{PEER}]"),
        "error not-supported in:4 spec.ingress[0].action",
        unknown=True,
    ),
    of_text(
        "Pass in the baseline",
        baseline(f"{SUBJECT}, ingress: [{{action: Pass, from: [{PEER}]}}]"),
        "error not-supported in:4 spec.ingress[0].action",
        unknown=True,
    ),
    of_text("a baseline of another name", baseline(SUBJECT, name="other"), "error invalid-value in:3 metadata.name"),
    of_text(
        "two baselines",
        baseline(SUBJECT) + "---\n" + baseline(f"{SUBJECT}, ingress: [{{action: Deny, from: [{PEER}]}}]"),
        "error duplicate in:3 metadata.name",
        "error duplicate in:8 metadata.name",
        unknown=True,
    ),
    of_text(
        "an admin rule without peers",
        rule("action: Deny, from: []"),
        "error invalid-value in:4 spec.ingress[0].from",
        unknown=True,
    ),
    of_text(
        "an admin peer of nothing",
        rule("action: Deny, from: [{}]"),
        "error invalid-value in:4 spec.ingress[0].from[0]",
        unknown=True,
    ),
    of_text(
        "an admin peer of two kinds",
        rule("action: Deny, from: [{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}]"),
        "error invalid-value in:4 spec.ingress[0].from[0]",
        unknown=True,
    ),
    of_text(
        "an admin port 0",
        rule(f"action: Deny, from: [{PEER}], ports: [{{portNumber: {{protocol: TCP, port: 0}}}}]"),
        "error invalid-value in:4 spec.ingress[0].ports[0].portNumber.port",
        unknown=True,
    ),
    of_text(
        "an admin port of two kinds",
        rule(f"action: Deny, from: [{PEER}], ports: [{{portNumber: {{protocol: TCP, port: 1}}, namedPort: http}}]"),
        "error invalid-value in:4 spec.ingress[0].ports[0]",
        unknown=True,
    ),
    of_text(
        "an admin range that runs backwards",
        rule(f"action: Deny, from: [{PEER}], ports: [{{portRange: {{protocol: TCP, start: 9, end: 8}}}}]"),
        "warning empty-range in:4 spec.ingress[0].ports[0].portRange.end",
    ),
    of_text(
        "an admin port without a protocol", rule(f"action: Deny, from: [{PEER}], ports: [{{portNumber: {{port: 1}}}}]")
    ),
    of_text(
        "101 admin rules",
        admin(f"priority: 1, {SUBJECT}, ingress: [{', '.join([f'{{action: Pass, from: [{PEER}]}}'] * 101)}]"),
        "error invalid-value in:4 spec.ingress",
        unknown=True,
    ),
    of_text(
        "100 admin rules",
        admin(f"priority: 1, {SUBJECT}, ingress: [{', '.join([f'{{action: Pass, from: [{PEER}]}}'] * 100)}]"),
        means=admin(f"priority: 1, {SUBJECT}, ingress: [{{action: Pass, from: [{PEER}]}}]"),
    ),
    of_text(
        "a name of a rule of 101 characters",
        rule(f"name: {'n' * 101}, action: Deny, from: [{PEER}]"),
        "error invalid-value in:4 spec.ingress[0].name",
        unknown=True,
    ),
    of_text(
        "a network in ingress",
        rule("action: Deny, from: [{networks: [10.0.0.0/8]}]"),
        "error unknown-field in:4 spec.ingress[0].from[0].networks",
        unknown=True,
    ),
    of_text(
        "a network that is none",
        admin(f"priority: 1, {SUBJECT}, egress: [{{action: Deny, to: [{{networks: [10.0.0.0/99]}}]}}]"),
        "error invalid-value in:4 spec.egress[0].to[0].networks[0]",
        unknown=True,
    ),
    of_text(
        "a namespace for an admin policy",
        admin(f"priority: 1, {SUBJECT}").replace("name: p", "name: p, namespace: shop"),
        means=admin(f"priority: 1, {SUBJECT}"),
    ),
    of_text(
        "a field that admin policies have not",
        admin(f"priority: 1, {SUBJECT}, priorities: 2"),
        "error unknown-field in:4 spec.priorities",
        unknown=True,
    ),
    of_text(
        "a tier that there is not",
        cluster(f"tier: Middle, priority: 1, {SUBJECT}"),
        "error not-supported in:4 spec.tier",
    ),
    of_text("a cluster policy without a tier", cluster(f"priority: 1, {SUBJECT}"), "error required in:4 spec.tier"),
    of_text(
        "an action of the old version",
        cluster(f"tier: Admin, priority: 1, {SUBJECT}, ingress: [{{action: Allow, from: [{PEER}]}}]"),
        "error not-supported in:4 spec.ingress[0].action",
        unknown=True,
    ),
    of_text(
        "an admin policy of a version to come",
        admin(f"priority: 1, {SUBJECT}", version="policy.networking.k8s.io/v1"),
        "warning unsupported-kind in:1",
        unknown=True,
    ),
    of_text(
        "two admin policies that disagree",
        "---\n".join(
            admin(f"priority: 1, {SUBJECT}, ingress: [{{action: {action}, from: [{PEER}]}}]", name=action.lower())
            for action in ("Allow", "Deny")
        ),
        unknown=True,
    ),
)
