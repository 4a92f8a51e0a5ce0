"""Bugs in policies of Calico, each of which has to be found with its id and place."""

from __future__ import annotations

from tests.unit.analysis.findings.seeding import Bug

GLOBAL = "calico.GlobalNetworkPolicy/"
OWN = "calico.NetworkPolicy/"


def own(spec: str, name: str = "p", namespace: str = "bank") -> str:
    """A NetworkPolicy of Calico; `spec` is indented by two."""
    meta = f"metadata: {{namespace: {namespace}, name: {name}}}"
    return f"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n{meta}\nspec:{_below(spec)}"


def of_all(spec: str, name: str = "g", kind: str = "GlobalNetworkPolicy") -> str:
    """A policy of the whole cluster."""
    return f"apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata:\n  name: {name}\nspec:{_below(spec)}"


def _below(spec: str) -> str:
    return spec if spec.startswith(" #") else f"\n{spec}"


WRITING = [
    Bug(
        check="CAL001",
        name="written into storage",
        about=GLOBAL + "g",
        text="""\
            apiVersion: crd.projectcalico.org/v1 # here
            kind: GlobalNetworkPolicy
            metadata: {name: default.g}
            spec: {order: 7, selector: app == 'web', types: [Egress], egress: [{action: Allow}]}
            """,
    ),
    Bug(
        check="CAL002",
        name="an action that does not exist",
        about=OWN + "bank/p",
        text=own("  order: 7\n  types: [Ingress]\n  ingress:\n    - action: Reject # here\n"),
    ),
    Bug(
        check="CAL002",
        name="an unknown field",
        about=OWN + "bank/p",
        text=own("  order: 7\n  podSelector: app == 'ledger' # here\n"),
    ),
    Bug(
        check="CAL003",
        name="a value without quotes",
        about=OWN + "bank/p",
        text=own("  order: 7\n  selector: app == ledger # here\n  types: [Ingress]\n"),
    ),
    Bug(
        check="CAL003",
        name="a selector that ends in a line break",
        about=OWN + "bank/p",
        text=own("  order: 7\n  types: [Ingress]\n  selector: | # here\n    app == 'ledger'\n"),
    ),
    Bug(
        check="CAL004",
        name="a tier that is misspelt",
        about=GLOBAL + "security.partners",
        instead_of="  tier: security\n",
        by="  tier: securty # here\n",
    ),
    Bug(
        check="CAL005",
        name="a name without the tier",
        about=GLOBAL + "partners",
        instead_of="metadata: {name: security.partners}",
        by="metadata:\n  name: partners # here",
        cni="calico",
        version="3.31",
    ),
    Bug(
        check="CAL004",
        name="a tier that nobody defines",
        about=OWN + "bank/late.p",
        text=own("  tier: late # here\n  order: 1\n  selector: app == 'ledger'\n  types: [Egress]\n", name="late.p"),
    ),
    Bug(
        check="CAL005",
        name="a name without the tier, in a policy of its own",
        about=GLOBAL + "mine",
        text=of_all(
            "  tier: security\n  order: 20\n  selector: app == 'web'\n  types: [Egress]\n", name="mine # here"
        ),
        cni="calico",
        version="3.31",
    ),
    Bug(
        check="CAL012",
        name="egress only, without types",
        about=GLOBAL + "g",
        text=of_all(" # here\n  order: 7\n  selector: app == 'web'\n  egress: [{action: Allow}]\n"),
    ),
    Bug(
        check="CAL012",
        name="no rules and no types",
        about=OWN + "bank/p",
        text=own(" # here\n  order: 700\n  selector: app == 'ledger'\n"),
    ),
    Bug(
        check="CAL013",
        name="rules of a direction that is not listed",
        about=OWN + "bank/p",
        text=own("  order: 700\n  types: [Ingress]\n  egress: # here\n    - action: Deny\n"),
    ),
    Bug(
        check="CAL014",
        name="ports without a protocol",
        about=OWN + "bank/p",
        text=own(
            "  order: 7\n  types: [Ingress]\n  ingress:\n    - action: Allow\n      destination:\n"
            "        ports: [8080] # here\n"
        ),
    ),
    Bug(
        check="CAL015",
        name="an address without prefix",
        about=OWN + "bank/p",
        text=own(
            "  order: 7\n  types: [Egress]\n  egress:\n    - action: Allow\n      destination:\n        nets:\n"
            "          - 198.51.100.7 # here\n"
        ),
    ),
    Bug(
        check="CAL015",
        name="bits after the prefix",
        about=OWN + "bank/p",
        text=own(
            "  order: 7\n  types: [Egress]\n  egress:\n    - action: Allow\n      destination:\n        notNets:\n"
            "          - 10.1.2.3/8 # here\n"
        ),
    ),
    Bug(
        check="CAL022",
        name="preDNAT for pods",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 7\n  selector: app == 'web'\n  applyOnForward: true\n  preDNAT: true # here\n  types: [Ingress]\n"
            "  ingress: [{action: Deny}]\n"
        ),
    ),
    Bug(
        check="CAL022",
        name="doNotTrack for pods",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 7\n  selector: app == 'web'\n  applyOnForward: true\n  doNotTrack: true # here\n"
            "  types: [Ingress]\n  ingress: [{action: Deny}]\n"
        ),
    ),
    Bug(
        check="CAL023",
        name="applyOnForward for pods",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 7\n  selector: app == 'web'\n  applyOnForward: true # here\n  types: [Ingress]\n"
            "  ingress: [{action: Deny}]\n"
        ),
    ),
    Bug(
        check="CAL024",
        name="an empty serviceAccounts",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 7\n  selector: app == 'web'\n  types: [Ingress]\n  ingress:\n    - action: Allow\n"
            "      source:\n        serviceAccounts: {} # here\n"
        ),
    ),
    Bug(
        check="CAL027",
        name="a staged policy",
        about="calico.StagedNetworkPolicy/bank/ledger",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: StagedNetworkPolicy
            metadata: {namespace: bank, name: ledger}
            spec: {order: 7, selector: app == 'ledger', types: [Ingress]}
            """,
    ),
    Bug(
        check="CAL028",
        name="a Profile",
        about="Profile/open",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: Profile
            metadata: {name: open}
            spec: {ingress: [{action: Allow}]}
            """,
    ),
    Bug(
        check="CAL029",
        name="a policy that only logs",
        about=OWN + "bank/p",
        text=own("  order: 7\n  selector: app == 'ledger'\n  types: [Ingress]\n  ingress:\n    - action: Log # here\n"),
    ),
    Bug(
        check="CAL030",
        name="a match on HTTP",
        about=OWN + "bank/p",
        text=own(
            "  order: 7\n  types: [Ingress]\n  ingress:\n    - action: Allow\n      protocol: TCP\n"
            "      http: {methods: [GET]} # here\n"
        ),
    ),
]
ORDER = [
    Bug(
        check="CAL006",
        name="no order beside others",
        about=OWN + "shop/p",
        text=own(
            " # here\n  selector: app == 'api'\n  types: [Ingress]\n  ingress: [{action: Deny}]\n", namespace="shop"
        ),
    ),
    Bug(
        check="CAL007",
        name="a Deny behind a NetworkPolicy",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 2000\n  selector: app == 'db'\n  types: [Ingress]\n  ingress:\n    - action: Deny # here\n"
        ),
    ),
    Bug(
        check="CAL007",
        name="a Deny without order",
        about=OWN + "shop/p",
        text=own(
            "  selector: app == 'db'\n  types: [Ingress]\n  ingress:\n    - action: Deny # here\n      protocol: TCP\n"
            "      destination: {ports: ['5000:6000']}\n",
            namespace="shop",
        ),
    ),
    Bug(
        check="CAL008",
        name="an Allow before NetworkPolicies",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 500\n  selector: app == 'db'\n  types: [Ingress]\n  ingress:\n    - action: Allow # here\n"
            "      source: {selector: app == 'web'}\n"
        ),
    ),
    Bug(
        check="CAL008",
        name="an Allow after NetworkPolicies",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 1500\n  selector: app == 'db'\n  types: [Ingress]\n  ingress:\n    - action: Allow # here\n"
            "      source: {selector: app == 'web'}\n"
        ),
    ),
    Bug(
        check="CAL008",
        name="an Allow in an earlier tier",
        about=GLOBAL + "security.g",
        text=of_all(
            "  tier: security\n  order: 5\n  selector: app == 'db'\n  types: [Ingress]\n  ingress:\n"
            "    - action: Allow # here\n",
            name="security.g",
        ),
    ),
    Bug(
        check="CAL009",
        name="Pass in the tier default",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 500\n  selector: app == 'db'\n  types: [Ingress]\n  ingress:\n    - action: Pass # here\n"
        ),
    ),
    Bug(
        check="CAL010",
        name="two policies with one order",
        about=OWN + "shop/p",
        text=own(
            "  order: 100 # here\n  selector: app == 'api'\n  types: [Ingress]\n  ingress: [{action: Deny}]\n",
            namespace="shop",
        ),
    ),
    Bug(
        check="CAL010",
        name="the order of NetworkPolicies",
        about=OWN + "shop/p",
        text=own(
            "  order: 1000 # here\n  selector: app == 'db'\n  types: [Ingress]\n  ingress: [{action: Deny}]\n",
            namespace="shop",
        ),
    ),
    Bug(
        check="CAL011",
        name="a tier that ends with Deny",
        about="Tier/late",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: Tier
            metadata: {name: late}
            spec: {order: 200}
            ---
            apiVersion: projectcalico.org/v3
            kind: NetworkPolicy
            metadata: {namespace: bank, name: late.p}
            spec: {tier: late, order: 1, selector: all(), types: [Egress], egress: [{action: Allow, protocol: TCP}]}
            """,
    ),
    Bug(
        check="CAL032",
        name="a Deny behind an Allow of all",
        about=OWN + "bank/p",
        text=own(
            "  order: 50\n  selector: app == 'ledger'\n  types: [Egress]\n  egress:\n    - action: Allow\n"
            "    - action: Deny # here\n      destination: {nets: [203.0.113.0/24]}\n"
        ),
    ),
]
SELECTING = [
    Bug(
        check="CAL016",
        name="notSelector in a NetworkPolicy",
        about=OWN + "bank/p",
        text=own(
            "  order: 7\n  selector: app == 'ledger'\n  types: [Ingress]\n  ingress:\n    - action: Deny\n"
            "      source:\n        notSelector: app == 'web' # here\n"
        ),
    ),
    Bug(
        check="CAL016",
        name="notSelector in a GlobalNetworkPolicy",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 7\n  selector: app == 'web'\n  types: [Ingress]\n  ingress:\n    - action: Allow\n"
            "      source:\n        notSelector: app == 'db' # here\n"
        ),
    ),
    Bug(
        check="CAL017",
        name="a peer in another namespace",
        about=OWN + "bank/ledger",
        instead_of="        selector: app == 'api'\n        namespaceSelector: team == 'blue'\n",
        by="        selector: app == 'api' # here\n",
    ),
    Bug(
        check="CAL017",
        name="a GlobalNetworkSet without global()",
        about=OWN + "bank/p",
        text=own(
            "  order: 7\n  selector: app == 'ledger'\n  types: [Egress]\n  egress:\n    - action: Allow\n"
            "      destination:\n        selector: role == 'partner' # here\n"
        ),
    ),
    Bug(
        check="CAL018",
        name="a Deny for everything",
        about=GLOBAL + "g",
        text=of_all("  order: 7\n  selector: all() # here\n  types: [Egress]\n  egress: [{action: Deny}]\n"),
    ),
    Bug(
        check="CAL019",
        name="a negative namespaceSelector",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 7\n  selector: app == 'web'\n  types: [Egress]\n  egress:\n    - action: Allow\n"
            "      destination:\n        namespaceSelector: team != 'green' # here\n"
        ),
    ),
    Bug(
        check="CAL020",
        name="a set that holds a pod",
        about="GlobalNetworkSet/partners",
        instead_of="apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\n"
        "metadata: {name: partners, labels: {role: partner}}\nspec: {nets: [198.51.100.0/24]}\n",
        by="apiVersion: projectcalico.org/v3 # here\nkind: GlobalNetworkSet\n"
        "metadata: {name: partners, labels: {role: partner}}\nspec: {nets: [10.0.2.0/24]}\n",
    ),
    Bug(
        check="CAL020",
        name="another set that holds a pod",
        about="GlobalNetworkSet/offices",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: GlobalNetworkSet
            metadata: {name: offices, labels: {role: partner}}
            spec: {nets: [10.0.2.0/24]}
            """,
    ),
    Bug(
        check="CAL021",
        name="a set that nobody selects",
        about="NetworkSet/bank/spare",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: NetworkSet
            metadata: {namespace: bank, name: spare, labels: {role: spare}}
            spec: {nets: [192.0.2.0/24]}
            """,
    ),
    Bug(
        check="CAL021",
        name="a policy that selects nothing",
        about=OWN + "shop/api",
        instead_of="  selector: app == 'api'\n  types",
        by="  selector: app == 'apy' # here\n  types",
    ),
    Bug(
        check="CAL021",
        name="a peer that is misspelt",
        about=OWN + "shop/api",
        instead_of="      source: {selector: app == 'web'}\n",
        by="      source: {selector: app == 'wbe'} # here\n",
    ),
    Bug(
        check="CAL025",
        name="a Service without EndpointSlices",
        about=GLOBAL + "g",
        text=of_all(
            "  order: 7\n  selector: app == 'web'\n  types: [Egress]\n  egress:\n    - action: Allow\n"
            "      destination:\n        services: {namespace: bank, name: ledger} # here\n"
        ),
    ),
    Bug(
        check="CAL026",
        name="a host endpoint without profile",
        about="HostEndpoint/n1",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: HostEndpoint
            metadata: {name: n1, labels: {host: n1}}
            spec: {node: n1, interfaceName: eth0, expectedIPs: [192.0.2.11]}
            """,
    ),
    Bug(
        check="CAL031",
        name="a pod that claims labels of its namespace",
        about="Pod/shop/odd",
        text="""\
            apiVersion: v1 # here
            kind: Pod
            metadata: {namespace: shop, name: odd, labels: {pcns.team: green}}
            spec: {containers: [{name: c}]}
            """,
    ),
]
BUGS = [*WRITING, *ORDER, *SELECTING]
