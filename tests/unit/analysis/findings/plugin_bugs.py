"""Policies that a network plugin does not take as the specification does, each of which has to be found."""

from __future__ import annotations

from tests.unit.analysis.findings.seeding import Bug

ABOUT = "NetworkPolicy/shop/p"


def policy(spec: str) -> str:
    """A NetworkPolicy; `spec` is indented by two."""
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: shop, name: p}\nspec:\n"
    return f"{head}  podSelector: {{matchLabels: {{app: web}}}}\n{spec}"


BUGS = [
    Bug(
        check="ENG001",
        name="a policy of Calico under Cilium",
        about="calico.GlobalNetworkPolicy/g",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: GlobalNetworkPolicy
            metadata: {name: g}
            spec: {order: 1, selector: app == 'web', types: [Ingress], ingress: [{action: Deny}]}
            """,
        cni="cilium",
    ),
    Bug(
        check="ENG001",
        name="an admin policy under Azure NPM",
        about="ClusterNetworkPolicy/c",
        text="""\
            apiVersion: policy.networking.k8s.io/v1alpha2 # here
            kind: ClusterNetworkPolicy
            metadata: {name: c}
            spec:
              tier: Admin
              priority: 5
              subject: {namespaces: {}}
              ingress: [{action: Deny, from: [{namespaces: {}}]}]
            """,
        cni="azure-npm",
    ),
    Bug(
        check="ENG002",
        name="a policy of Calico on AKS",
        about="calico.GlobalNetworkPolicy/g",
        instead_of="metadata: {name: n1}",
        by="metadata: {name: aks-pool-1, labels: {kubernetes.azure.com/cluster: shop}}",
        text="""\
            apiVersion: projectcalico.org/v3 # here
            kind: GlobalNetworkPolicy
            metadata: {name: g}
            spec: {order: 1, selector: app == 'web', types: [Ingress], ingress: [{action: Deny}]}
            """,
    ),
    Bug(
        check="ENG003",
        name="pods by their addresses",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - ipBlock:\n"
            "            cidr: 10.0.0.0/8 # here\n"
        ),
        cni="cilium",
    ),
    Bug(
        check="ENG003",
        name="a node by its address",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Egress]\n  egress:\n    - to:\n        - ipBlock:\n            cidr: 192.0.2.0/24 # here\n"
        ),
        cni="cilium",
    ),
    Bug(
        check="ENG004",
        name="a range of ports under an old Cilium",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Ingress]\n  ingress:\n    - ports:\n"
            "        - {protocol: TCP, port: 8000, endPort: 8100} # here\n"
        ),
        cni="cilium",
        version="1.16",
    ),
    Bug(
        check="ENG005",
        name="a LoadBalancer in front of isolated pods",
        about="Service/shop/front",
        text="""\
            apiVersion: v1 # here
            kind: Service
            metadata: {namespace: shop, name: front}
            spec: {type: LoadBalancer, selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}
            """,
        cni="azure-npm",
    ),
    Bug(
        check="ENG006",
        name="closed egress under Azure NPM",
        about=ABOUT,
        text="apiVersion: networking.k8s.io/v1 # here\n"
        + policy("  policyTypes: [Egress]\n").removeprefix("apiVersion: networking.k8s.io/v1\n"),
        cni="azure-npm",
    ),
    Bug(
        check="ENG007",
        name="a port name with two numbers",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Egress]\n  egress:\n    - to: [{namespaceSelector: {}}]\n      ports:\n"
            "        - {protocol: TCP, port: http} # here\n"
        ),
        cni="cilium",
    ),
    Bug(
        check="ENG008",
        name="except on Windows",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - ipBlock:\n            cidr: 203.0.113.0/24\n"
            "            except: [203.0.113.0/28] # here\n"
        ),
        cni="azure-npm",
        version="windows",
    ),
    Bug(
        check="ENG008",
        name="a named port on Windows",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Ingress]\n  ingress:\n    - ports:\n        - {protocol: TCP, port: http} # here\n"
        ),
        cni="azure-npm",
        version="windows",
    ),
    Bug(
        check="ENG008",
        name="an IPv6 block under Azure NPM",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Egress]\n  egress:\n    - to:\n        - ipBlock:\n"
            "            cidr: 2001:db8::/32 # here\n"
        ),
        cni="azure-npm",
    ),
    Bug(
        check="ENG008",
        name="SCTP under Cilium",
        about=ABOUT,
        text=policy(
            "  policyTypes: [Ingress]\n  ingress:\n    - ports:\n        - {protocol: SCTP, port: 80} # here\n"
        ),
        cni="cilium",
    ),
    Bug(
        check="ENG009",
        name="an isolated pod behind its own Service",
        about="Service/shop/web",
        instead_of="apiVersion: v1\nkind: Service\n",
        by="apiVersion: v1 # here\nkind: Service\n",
        text=policy("  policyTypes: [Ingress]\n  ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]\n"),
        cni="cilium",
    ),
]
