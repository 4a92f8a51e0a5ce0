"""Bugs in admin policies, each of which has to be found with its id and place."""

from __future__ import annotations

from tests.unit.analysis.findings.seeding import Bug

CLUSTER = "ClusterNetworkPolicy/p"


def cluster(rest: str, tier: str = "Admin", priority: str = "50", subject: str = "{namespaces: {}}") -> str:
    """A ClusterNetworkPolicy; `rest` is indented by two."""
    head = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\nspec:\n"
    return f"{head}  tier: {tier}\n  priority: {priority}\n  subject: {subject}\n{rest}"


def old(rest: str, kind: str = "AdminNetworkPolicy", name: str = "p") -> str:
    """A policy of v1alpha1."""
    head = f"apiVersion: policy.networking.k8s.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n"
    priority = "  priority: 50\n" if kind == "AdminNetworkPolicy" else ""
    return f"{head}{priority}  subject: {{namespaces: {{}}}}\n{rest}"


BUGS = [
    Bug(
        check="ANP001",
        name="two policies of one priority",
        about=CLUSTER,
        text=cluster(
            "  ingress:\n    - action: Accept\n      from: [{namespaces: {}}]\n",
            priority="20 # here",
            subject="{namespaces: {matchLabels: {team: green}}}",
        ),
    ),
    Bug(
        check="ANP002",
        name="a baseline policy with a name of its own",
        about="BaselineAdminNetworkPolicy/base",
        text=old("", kind="BaselineAdminNetworkPolicy", name="base # here"),
    ),
    Bug(
        check="ANP003",
        name="a priority that is too large",
        about=CLUSTER,
        text=cluster("", priority="1001 # here"),
    ),
    Bug(
        check="ANP003",
        name="the action of the older API",
        about=CLUSTER,
        text=cluster("  ingress:\n    - action: Allow # here\n      from: [{namespaces: {}}]\n"),
    ),
    Bug(
        check="ANP003",
        name="an address without prefix",
        about=CLUSTER,
        text=cluster(
            "  egress:\n    - action: Deny\n      to:\n        - networks:\n            - 203.0.113.7 # here\n"
        ),
    ),
    Bug(
        check="ANP004",
        name="tcp without ports",
        about=CLUSTER,
        text=cluster(
            "  ingress:\n    - action: Deny\n      from: [{namespaces: {matchLabels: {team: red}}}]\n      protocols:\n"
            "        - tcp: {} # here\n"
        ),
    ),
    Bug(
        check="ANP005",
        name="everything is denied to close the way out",
        about=CLUSTER,
        text=cluster("  egress:\n    - action: Deny\n      to:\n        - networks: [0.0.0.0/0] # here\n"),
    ),
    Bug(
        check="ANP006",
        name="domain names in a Deny",
        about=CLUSTER,
        text=cluster(
            "  egress:\n    - action: Deny # here\n      to: [{domainNames: [ads.example.org]}]\n",
        ),
    ),
    Bug(
        check="ANP007",
        name="a range the wrong way round",
        about="AdminNetworkPolicy/p",
        text=old(
            "  ingress:\n    - action: Deny\n      from: [{namespaces: {}}]\n      ports:\n        - portRange:\n"
            "            start: 9000\n            end: 8000 # here\n"
        ),
    ),
    Bug(
        check="ANP007",
        name="a protocol in small letters",
        about="AdminNetworkPolicy/p",
        text=old(
            "  ingress:\n    - action: Deny\n      from: [{namespaces: {}}]\n      ports:\n        - portNumber:\n"
            "            port: 80\n            protocol: tcp # here\n"
        ),
    ),
    Bug(
        check="ANP008",
        name="an Accept past a NetworkPolicy",
        about=CLUSTER,
        text=cluster(
            "  ingress:\n    - action: Accept # here\n      from: [{namespaces: {matchLabels: {team: red}}}]\n",
            subject="{namespaces: {matchLabels: {team: blue}}}",
        ),
    ),
    Bug(
        check="ANP009",
        name="a baseline behind a NetworkPolicy",
        about=CLUSTER,
        text=cluster(
            "  ingress:\n    - action: Deny # here\n      from: [{namespaces: {matchLabels: {team: red}}}]\n",
            tier="Baseline",
            subject="{namespaces: {matchLabels: {team: blue}}}",
        ),
    ),
    Bug(
        check="ANP010",
        name="a kind that is going away",
        about="AdminNetworkPolicy/p",
        text=old("  ingress:\n    - {action: Deny, from: [{namespaces: {matchLabels: {team: red}}}]}\n").replace(
            "v1alpha1\n", "v1alpha1 # here\n"
        ),
    ),
    Bug(
        check="ANP011",
        name="sameLabels",
        about="AdminNetworkPolicy/p",
        text=old(
            "  ingress:\n    - action: Pass\n      from:\n        - namespaces:\n"
            "            sameLabels: [team] # here\n"
        ),
    ),
    Bug(
        check="ANP012",
        name="nodes as peers in Calico",
        about=CLUSTER,
        text=cluster("  egress:\n    - action: Deny\n      to:\n        - nodes: {matchLabels: {zone: a}} # here\n"),
        cni="calico",
    ),
    Bug(
        check="ANP012",
        name="domain names in Calico",
        about=CLUSTER,
        text=cluster("  egress:\n    - action: Accept\n      to:\n        - domainNames: [example.org] # here\n"),
        cni="calico",
    ),
]
