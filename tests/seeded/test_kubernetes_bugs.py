"""Every bug that is planted in a clean cluster is found, with its id and its place; the clean one is silent."""

from __future__ import annotations

import pytest

from netviz.analysis.findings.catalogue import CHECKS
from tests.seeded.seeds import BASE, Seed, findings_of, planted

GATEWAY, WEB = "NetworkPolicy/shop/gateway", "NetworkPolicy/shop/web"
DB, DNS = "NetworkPolicy/data/db", "NetworkPolicy/kube-system/dns"
IN_GATEWAY, IN_WEB, IN_DB = "  name: gateway\n  namespace: shop\n", "  name: web\n  namespace: shop\n", "  name: db\n"
IN_DNS = "  name: dns\n"
HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"


def pod(name: str, namespace: str, more: str, labels: str = "{app: web}", status: str = "") -> str:
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, labels: {labels}}}\n"
        f"spec: {{containers: [{{name: c}}]{more}}}\n{status}"
    )


SEEDS = (
    Seed(
        name="a protocol in small letters",
        check="NP001",
        object=WEB,
        path="spec.ingress[0].ports[0].protocol",
        line="protocol: tcp",
        inside=IN_WEB,
        edits=(("{protocol: TCP, port: 8080}", "{protocol: tcp, port: 8080}"),),
    ),
    Seed(
        name="an exception that is no part of its block",
        check="NP001",
        object=GATEWAY,
        path="ipBlock.except[0]",
        inside=IN_GATEWAY,
        edits=(("{cidr: 203.0.113.0/24}", "{cidr: 203.0.113.0/24, except: [198.51.100.0/28]}"),),
    ),
    Seed(
        name="a range that ends before it begins",
        check="NP001",
        object=DB,
        path="spec.egress[0].ports[0].endPort",
        inside=IN_DB,
        edits=(("{protocol: TCP, port: 443}", "{protocol: TCP, port: 443, endPort: 80}"),),
    ),
    Seed(
        name="no namespace",
        check="NP002",
        object="NetworkPolicy/default/dns",
        path="metadata",
        inside=IN_DNS,
        edits=(("  name: dns\n  namespace: kube-system\n", "  name: dns\n"),),
    ),
    Seed(
        name="egress only and no policyTypes",
        check="NP003",
        object="NetworkPolicy/shop/outgoing",
        path="spec.policyTypes",
        more=HEAD
        + "metadata: {name: outgoing, namespace: shop}\n"
        + "spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}\n",
    ),
    Seed(
        name="egress rules under policyTypes Ingress",
        check="NP004",
        object=WEB,
        path="spec.egress",
        line="egress:",
        inside=IN_WEB,
        edits=(("policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]"),),
    ),
    Seed(
        name="default denial",
        check="NP005",
        object="NetworkPolicy/shop/deny",
        more=HEAD + "metadata: {name: deny, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n",
    ),
    Seed(
        name="an empty rule",
        check="NP006",
        object="NetworkPolicy/data/all",
        path="spec.ingress[0]",
        more=HEAD
        + "metadata: {name: all, namespace: data}\n"
        + "spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{}]}\n",
    ),
    Seed(
        name="no protocol",
        check="NP007",
        object=WEB,
        path="spec.ingress[0].ports[0]",
        line="{port: 8080}",
        inside=IN_WEB,
        edits=(("{protocol: TCP, port: 8080}", "{port: 8080}"),),
    ),
    Seed(
        name="DNS forgotten",
        check="NP008",
        object=GATEWAY,
        inside=IN_GATEWAY,
        edits=(
            (
                "        - {protocol: UDP, port: 53}\n        - {protocol: TCP, port: 53}\n",
                "        - {protocol: UDP, port: 5353}\n",
            ),
        ),
    ),
    Seed(
        name="DNS in the wrong namespace",
        check="NP008",
        object=WEB,
        inside=IN_WEB,
        edits=(("kubernetes.io/metadata.name: kube-system", "kubernetes.io/metadata.name: shop"),),
    ),
    Seed(
        name="DNS by UDP only",
        check="NP008",
        object=DB,
        inside=IN_DB,
        edits=(
            (
                "        - {protocol: UDP, port: 53}\n        - {protocol: TCP, port: 53}\n",
                "        - {protocol: UDP, port: 53}\n",
            ),
        ),
    ),
    Seed(
        name="a dash too many",
        check="NP009",
        object=DB,
        path="spec.ingress[0].from[1]",
        line="- podSelector",
        inside=IN_DB,
        edits=(
            (
                "{team: blue}\n          podSelector:\n            matchLabels: {app: web}",
                "{team: blue}\n        - podSelector:\n            matchLabels: {app: web}",
            ),
        ),
    ),
    Seed(
        name="an empty from",
        check="NP010",
        object=DNS,
        path="spec.ingress[0].from",
        line="from: []",
        inside=IN_DNS,
        edits=(("    - from:\n        - namespaceSelector: {}\n", "    - from: []\n"),),
    ),
    Seed(
        name="empty ports",
        check="NP010",
        object=WEB,
        path="spec.ingress[0].ports",
        inside=IN_WEB,
        edits=(("      ports:\n        - {protocol: TCP, port: 8080}\n", "      ports: []\n"),),
    ),
    Seed(
        name="a misspelt podSelector",
        check="NP011",
        object=WEB,
        path="spec.podSelector",
        line="podSelector:",
        inside=IN_WEB,
        edits=(("  podSelector:\n    matchLabels: {app: web}", "  podSelector:\n    matchLabels: {app: wbe}"),),
    ),
    Seed(
        name="a policy in the wrong namespace",
        check="NP011",
        object="NetworkPolicy/shop/db",
        path="spec.podSelector",
        inside=IN_DB,
        edits=(("  name: db\n  namespace: data\n", "  name: db\n  namespace: shop\n"),),
    ),
    Seed(
        name="a misspelt label of a peer",
        check="NP012",
        object=WEB,
        path="spec.ingress[0].from[0]",
        inside=IN_WEB,
        edits=(("matchLabels: {app: gateway}", "matchLabels: {app: gatway}"),),
    ),
    Seed(
        name="a misspelt namespace of a peer",
        check="NP012",
        object=GATEWAY,
        path="spec.egress[1].to[0]",
        inside=IN_GATEWAY,
        edits=(("kubernetes.io/metadata.name: kube-system", "kubernetes.io/metadata.name: kube-sytem"),),
    ),
    Seed(
        name="a peer of another namespace without namespaceSelector",
        check="NP012",
        object=DB,
        path="spec.ingress[0].from[0]",
        inside=IN_DB,
        edits=(
            (
                "        - namespaceSelector:\n            matchLabels: {team: blue}\n          podSelector:",
                "        - podSelector:",
            ),
        ),
    ),
    Seed(
        name="a namespace by the label name",
        check="NP013",
        object=WEB,
        path="spec.egress[0].to[0]",
        inside=IN_WEB,
        edits=(("{kubernetes.io/metadata.name: data}", "{name: data}"),),
    ),
    Seed(
        name="a namespace without a manifest",
        check="NP014",
        object="Namespace/jobs",
        more=pod("batch", "jobs", "", "{app: batch}"),
    ),
    Seed(
        name="the same policy twice",
        check="NP015",
        object=DNS,
        path="metadata.name",
        more=HEAD + "metadata: {name: dns, namespace: kube-system}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n",
    ),
    Seed(
        name="the port of the Service at the target",
        check="NP016",
        object=WEB,
        path="spec.ingress[0].ports[0]",
        line="port: 80}",
        inside=IN_WEB,
        edits=(("{protocol: TCP, port: 8080}", "{protocol: TCP, port: 80}"),),
    ),
    Seed(
        name="the port of the Service at the source",
        check="NP016",
        object=GATEWAY,
        path="spec.egress[0].ports[0]",
        inside=IN_GATEWAY,
        edits=(("{protocol: TCP, port: http}", "{protocol: TCP, port: 80}"),),
    ),
    Seed(
        name="a port name that is not there",
        check="NP017",
        object=GATEWAY,
        path="spec.egress[0].ports[0]",
        line="port: htpp",
        inside=IN_GATEWAY,
        edits=(("port: http}", "port: htpp}"),),
    ),
    Seed(
        name="a port name with the wrong protocol",
        check="NP018",
        object=GATEWAY,
        path="spec.egress[0].ports[0]",
        inside=IN_GATEWAY,
        edits=(("{protocol: TCP, port: http}", "{protocol: UDP, port: http}"),),
    ),
    Seed(
        name="a port name for addresses",
        check="NP019",
        object=DB,
        path="spec.egress[0].ports[0]",
        inside=IN_DB,
        edits=(("{protocol: TCP, port: 443}", "{protocol: TCP, port: https}"),),
    ),
    Seed(
        name="everything as a block",
        check="NP020",
        object=DB,
        path="spec.egress[0].to[0]",
        inside=IN_DB,
        edits=(("198.51.100.0/24", "0.0.0.0/0"),),
    ),
    Seed(
        name="the subnet of the nodes where a Service sends from nodes",
        check="NP021",
        object=GATEWAY,
        path="spec.ingress[0].from[0]",
        inside=IN_GATEWAY,
        edits=(("203.0.113.0/24", "10.20.0.0/24"),),
    ),
    Seed(
        name="an exception that another rule allows",
        check="NP022",
        object=DB,
        path="ipBlock.except[0]",
        inside=IN_DB,
        edits=(
            (
                "        - ipBlock: {cidr: 198.51.100.0/24}\n",
                "        - ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.16/28]}\n"
                "      ports:\n        - {protocol: TCP, port: 443}\n"
                "    - to:\n        - ipBlock: {cidr: 198.51.100.0/27}\n",
            ),
        ),
    ),
    Seed(
        name="the address of a Service",
        check="NP023",
        object=WEB,
        path="spec.egress[0].to[0]",
        inside=IN_WEB,
        edits=(
            (
                "        - namespaceSelector:\n            matchLabels: {kubernetes.io/metadata.name: data}\n"
                "          podSelector:\n            matchLabels: {app: db}\n",
                "        - ipBlock: {cidr: 10.96.10.3/32}\n",
            ),
        ),
    ),
    Seed(
        name="half of a dual-stack cluster",
        check="NP024",
        object=DB,
        path="spec.egress[0].to[0]",
        inside=IN_DB,
        edits=(("198.51.100.0/24", "0.0.0.0/0"),),
        more=pod("both", "shop", "", status="status: {podIPs: [{ip: 10.244.1.1}, {ip: 'fd00::1'}]}\n"),
    ),
    Seed(
        name="a policy for a hostNetwork pod",
        check="NP025",
        object=WEB,
        path="spec.podSelector",
        more=pod("agent", "shop", ", hostNetwork: true"),
    ),
    Seed(
        name="a range of ports",
        check="NP026",
        object=DB,
        path="spec.egress[0].ports[0].endPort",
        inside=IN_DB,
        edits=(("{protocol: TCP, port: 443}", "{protocol: TCP, port: 443, endPort: 450}"),),
    ),
    Seed(
        name="a rule that another covers",
        check="NP027",
        object=DNS,
        path="spec.ingress[1]",
        inside=IN_DNS,
        edits=(
            (
                "        - {protocol: UDP, port: 53}\n        - {protocol: TCP, port: 53}\n",
                "        - {protocol: UDP, port: 53}\n        - {protocol: TCP, port: 53}\n"
                "    - from: [{namespaceSelector: {matchLabels: {team: blue}}}]\n"
                "      ports: [{protocol: UDP, port: 53}]\n",
            ),
        ),
    ),
    Seed(
        name="a policy that another covers",
        check="NP027",
        object="NetworkPolicy/shop/web-again",
        more=HEAD
        + "metadata: {name: web-again, namespace: shop}\n"
        + "spec:\n  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
        + "  ingress: [{from: [{podSelector: {matchLabels: {app: gateway}}}], ports: [{protocol: TCP, port: 8080}]}]\n",
    ),
    Seed(
        name="a pod that no policy selects",
        check="NP028",
        object="Namespace/shop",
        more=pod("loner", "shop", "", "{app: loner}"),
    ),
    Seed(
        name="egress that the target does not let in",
        check="NP029",
        object=GATEWAY,
        path="spec.egress[2].to[0]",
        inside=IN_GATEWAY,
        edits=(
            (
                "  egress:\n    - to:\n        - podSelector:\n            matchLabels: {app: web}\n"
                "      ports:\n        - {protocol: TCP, port: http}\n",
                "  egress:\n    - to:\n        - podSelector:\n            matchLabels: {app: web}\n"
                "      ports:\n        - {protocol: TCP, port: http}\n"
                "    - {to: [{podSelector: {matchLabels: {app: web}}}], ports: [{protocol: UDP, port: 53}]}\n"
                "    - to: [{namespaceSelector: {matchLabels: {team: green}}}]\n"
                "      ports: [{protocol: TCP, port: 5432}]\n",
            ),
        ),
    ),
    Seed(
        name="ingress that the source does not send",
        check="NP029",
        object=DB,
        path="spec.ingress[1].from[0]",
        inside=IN_DB,
        edits=(
            (
                "        - {protocol: TCP, port: 5432}\n",
                "        - {protocol: TCP, port: 5432}\n"
                "    - from:\n        - namespaceSelector: {matchLabels: {team: blue}}\n"
                "          podSelector: {matchLabels: {app: gateway}}\n"
                "      ports: [{protocol: TCP, port: 5432}]\n",
            ),
        ),
    ),
    Seed(
        name="a finished pod",
        check="NP030",
        object="Namespace/data",
        more=pod("migrate", "data", "", "{app: migrate}", "status: {phase: Succeeded}\n"),
    ),
    Seed(
        name="a port that nobody listens on",
        check="NP031",
        object=DB,
        path="spec.ingress[0].ports[0]",
        line="5433",
        inside=IN_DB,
        edits=(("{protocol: TCP, port: 5432}", "{protocol: TCP, port: 5433}"),),
    ),
    Seed(
        name="a label value that is no text",
        check="NP032",
        object=WEB,
        path="spec.podSelector.matchLabels.app",
        inside=IN_WEB,
        edits=(("  podSelector:\n    matchLabels: {app: web}", "  podSelector:\n    matchLabels: {app: yes}"),),
    ),
    Seed(
        name="a port in quotes",
        check="NP032",
        object=WEB,
        path="spec.ingress[0].ports[0].port",
        inside=IN_WEB,
        edits=(("port: 8080}", 'port: "8080"}'),),
    ),
    Seed(
        name="clients behind a load balancer",
        check="NP033",
        object=GATEWAY,
        path="spec.ingress[0].from[0]",
        inside="metadata: {name: gateway, namespace: shop}\nspec:\n  type: LoadBalancer",
        edits=(("externalTrafficPolicy: Local", "externalTrafficPolicy: Cluster"),),
    ),
    Seed(
        name="a misspelt field",
        check="NP034",
        object=WEB,
        path="spec.podSelectors",
        inside=IN_WEB,
        edits=(("  podSelector:\n    matchLabels: {app: web}", "  podSelectors:\n    matchLabels: {app: web}"),),
    ),
    Seed(
        name="a rule for probes",
        check="NP035",
        object=WEB,
        path="spec.ingress[1].from[0]",
        inside=IN_WEB,
        edits=(
            (
                "        - {protocol: TCP, port: 8080}\n",
                "        - {protocol: TCP, port: 8080}\n"
                "    - from: [{ipBlock: {cidr: 10.20.0.0/24}}]\n      ports: [{protocol: TCP, port: 8080}]\n",
            ),
        ),
    ),
    Seed(
        name="labels of the Deployment at the subject",
        check="NP036",
        object=WEB,
        path="spec.podSelector",
        inside=IN_WEB,
        edits=(("  podSelector:\n    matchLabels: {app: web}", "  podSelector:\n    matchLabels: {component: front}"),),
    ),
    Seed(
        name="labels of the Deployment at a peer",
        check="NP036",
        object=WEB,
        path="spec.ingress[0].from[0]",
        inside=IN_WEB,
        edits=(("matchLabels: {app: gateway}", "matchLabels: {component: edge}"),),
    ),
    Seed(
        name="a Calico rule behind one that matches everything",
        check="CAL032",
        object="calico.NetworkPolicy/data/order",
        path="spec.ingress[1]",
        more="apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: order, namespace: data}\n"
        "spec:\n  order: 10\n  types: [Ingress]\n  selector: app == 'db'\n"
        "  ingress: [{action: Deny}, {action: Allow, protocol: TCP, destination: {ports: [5432]}}]\n",
    ),
)


def test_nothing_is_found_in_the_clean_base() -> None:
    assert not findings_of(BASE)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.check} {seed.name}")
def test_a_planted_bug_is_found_at_its_place(seed: Seed) -> None:
    text = planted(seed)
    findings = findings_of(text, seed.cni)
    here = [f for f in findings if f.check == seed.check and f.object == seed.object and f.path.endswith(seed.path)]
    assert here, [f"{f.check} {f.object} {f.path}" for f in findings]
    ref = here[0].ref
    assert ref is not None
    assert seed.line in text.splitlines()[ref.line - 1]
    assert here[0].advice


def test_every_check_of_kubernetes_has_a_bug_that_it_finds() -> None:
    assert {check.id for check in CHECKS if check.id.startswith("NP")} <= {seed.check for seed in SEEDS}
