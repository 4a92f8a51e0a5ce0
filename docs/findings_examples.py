"""An example of each finding, to be read beside the clean cluster in tests/seeded/base.yaml."""

from __future__ import annotations

from typing import Final

_POLICY: Final = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"


def policy(name: str, namespace: str, spec: str) -> str:
    """A NetworkPolicy; `spec` is its indented YAML."""
    place = f", namespace: {namespace}" if namespace else ""
    return f"{_POLICY}metadata: {{name: {name}{place}}}\nspec:\n{spec}"


EXAMPLES: Final = {
    "NP001": policy(
        "slip",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - ports: [{protocol: tcp, port: 8080}]\n",
    ),
    "NP002": policy(
        "nowhere",
        "",
        "  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n    - from: [{podSelector: {}}]\n",
    ),
    "NP003": policy(
        "outgoing",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  egress:\n    - to: [{ipBlock: {cidr: 192.0.2.0/24}}]\n",
    ),
    "NP004": policy(
        "unlisted",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {}}]\n  egress:\n    - to: [{podSelector: {}}]\n",
    ),
    "NP005": policy("default-deny", "shop", "  podSelector: {}\n  policyTypes: [Ingress]\n"),
    "NP006": policy(
        "open", "shop", "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n  ingress:\n    - {}\n"
    ),
    "NP007": policy(
        "short",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {}}]\n      ports: [{port: 8080}]\n",
    ),
    "NP008": "apiVersion: v1\nkind: Pod\nmetadata: {name: mailer, namespace: shop, labels: {app: mailer}}\n"
    "spec: {containers: [{name: c}]}\n---\n"
    + policy(
        "mailer",
        "shop",
        "  podSelector: {matchLabels: {app: mailer}}\n  policyTypes: [Egress]\n"
        "  egress:\n    - to: [{ipBlock: {cidr: 198.51.100.25/32}}]\n      ports: [{protocol: TCP, port: 587}]\n",
    ),
    "NP009": policy(
        "dash",
        "data",
        "  podSelector: {matchLabels: {app: db}}\n  policyTypes: [Ingress]\n  ingress:\n    - from:\n"
        "        - namespaceSelector: {matchLabels: {team: blue}}\n        - podSelector: {matchLabels: {app: web}}\n"
        "      ports: [{protocol: TCP, port: 5432}]\n",
    ),
    "NP010": policy(
        "empty",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: []\n      ports: [{protocol: TCP, port: 8080}]\n",
    ),
    "NP011": policy(
        "misspelt",
        "shop",
        "  podSelector: {matchLabels: {app: wbe}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {}}]\n",
    ),
    "NP012": policy(
        "peers",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {matchLabels: {app: gatway}}}]\n",
    ),
    "NP013": policy(
        "by-name",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{namespaceSelector: {matchLabels: {name: data}}}]\n",
    ),
    "NP014": "apiVersion: v1\nkind: Pod\nmetadata: {name: batch, namespace: jobs, labels: {app: batch}}\n"
    "spec: {containers: [{name: c}]}\n",
    "NP015": policy("web", "shop", "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"),
    "NP016": policy(
        "service-port",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {matchLabels: {app: gateway}}}]\n"
        "      ports: [{protocol: TCP, port: 80}]\n",
    ),
    "NP017": policy(
        "port-name",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {matchLabels: {app: gateway}}}]\n"
        "      ports: [{protocol: TCP, port: web-http}]\n",
    ),
    "NP018": policy(
        "port-protocol",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {matchLabels: {app: gateway}}}]\n"
        "      ports: [{protocol: UDP, port: http}]\n",
    ),
    "NP019": policy(
        "to-the-outside",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n"
        "  egress:\n    - to: [{ipBlock: {cidr: 192.0.2.0/24}}]\n      ports: [{protocol: TCP, port: https}]\n",
    ),
    "NP020": policy(
        "everywhere",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n"
        "  egress:\n    - to: [{ipBlock: {cidr: 0.0.0.0/0}}]\n      ports: [{protocol: TCP, port: 443}]\n",
    ),
    "NP021": policy(
        "from-nodes",
        "shop",
        "  podSelector: {matchLabels: {app: gateway}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{ipBlock: {cidr: 10.20.0.0/24}}]\n      ports: [{protocol: TCP, port: 8443}]\n",
    ),
    "NP022": policy(
        "excepted",
        "data",
        "  podSelector: {matchLabels: {app: db}}\n  policyTypes: [Egress]\n"
        "  egress:\n    - to: [{ipBlock: {cidr: 198.51.0.0/16, except: [198.51.100.0/28]}}]\n"
        "      ports: [{protocol: TCP, port: 443}]\n",
    ),
    "NP023": policy(
        "cluster-ip",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n"
        "  egress:\n    - to: [{ipBlock: {cidr: 10.96.10.3/32}}]\n      ports: [{protocol: TCP, port: 5432}]\n",
    ),
    "NP024": "apiVersion: v1\nkind: Pod\nmetadata: {name: both, namespace: shop, labels: {app: both}}\n"
    "spec: {containers: [{name: c}]}\nstatus: {podIPs: [{ip: 10.244.1.1}, {ip: 'fd00::1'}]}\n---\n"
    + policy(
        "one-family",
        "shop",
        "  podSelector: {matchLabels: {app: both}}\n  policyTypes: [Egress]\n"
        "  egress:\n    - to: [{ipBlock: {cidr: 0.0.0.0/0}}]\n      ports: [{protocol: TCP, port: 443}]\n",
    ),
    "NP025": "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: shop, labels: {app: agent}}\n"
    "spec: {hostNetwork: true, containers: [{name: c}]}\n---\n"
    + policy(
        "agent",
        "shop",
        "  podSelector: {matchLabels: {app: agent}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {matchLabels: {app: web}}}]\n",
    ),
    "NP026": policy(
        "range",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n"
        "  egress:\n    - to: [{ipBlock: {cidr: 192.0.2.0/24}}]\n"
        "      ports: [{protocol: TCP, port: 8000, endPort: 8010}]\n",
    ),
    "NP027": policy(
        "again",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {matchLabels: {app: gateway}}}]\n"
        "      ports: [{protocol: TCP, port: 8080}]\n",
    ),
    "NP028": "apiVersion: v1\nkind: Pod\nmetadata: {name: loner, namespace: shop, labels: {app: loner}}\n"
    "spec: {containers: [{name: c}]}\n",
    "NP029": policy(
        "one-side",
        "shop",
        "  podSelector: {matchLabels: {app: gateway}}\n  policyTypes: [Egress]\n  egress:\n"
        "    - to: [{namespaceSelector: {matchLabels: {team: green}}, podSelector: {matchLabels: {app: db}}}]\n"
        "      ports: [{protocol: TCP, port: 5432}]\n",
    ),
    "NP030": "apiVersion: v1\nkind: Pod\nmetadata: {name: migrate, namespace: data, labels: {app: migrate}}\n"
    "spec: {containers: [{name: c}]}\nstatus: {phase: Succeeded}\n",
    "NP031": policy(
        "wrong-number",
        "data",
        "  podSelector: {matchLabels: {app: db}}\n  policyTypes: [Ingress]\n  ingress:\n"
        "    - from: [{namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: web}}}]\n"
        "      ports: [{protocol: TCP, port: 5433}]\n",
    ),
    "NP032": policy(
        "quotes",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        '  ingress:\n    - ports: [{protocol: TCP, port: "8080"}]\n',
    ),
    "NP033": "apiVersion: v1\nkind: Service\nmetadata: {name: public, namespace: shop}\n"
    "spec: {type: LoadBalancer, selector: {app: gateway}, ports: [{port: 443, targetPort: https}]}\n---\n"
    + policy(
        "clients",
        "shop",
        "  podSelector: {matchLabels: {app: gateway}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{ipBlock: {cidr: 192.0.2.0/24}}]\n      ports: [{protocol: TCP, port: 8443}]\n",
    ),
    "NP034": policy(
        "plural",
        "shop",
        "  podSelectors: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n",
    ),
    "NP035": policy(
        "probes",
        "shop",
        "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{ipBlock: {cidr: 10.20.0.0/24}}]\n      ports: [{protocol: TCP, port: 8080}]\n",
    ),
    "NP036": policy(
        "of-the-object",
        "shop",
        "  podSelector: {matchLabels: {component: front}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from: [{podSelector: {}}]\n",
    ),
    "CAL032": "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: order, namespace: data}\n"
    "spec:\n  order: 10\n  types: [Ingress]\n  selector: app == 'db'\n  ingress:\n"
    "    - {action: Deny}\n    - {action: Allow, protocol: TCP, destination: {ports: [5432]}}\n",
}
"""The YAML that is added to the clean cluster, by the id of the check that finds something in it."""
