"""A small cluster with every kind of Service in it."""

from __future__ import annotations

from netviz.workbench import Assumptions, InputFile, WhatIf, WhyAnswer, WhyQuestion, Workbench

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: town, labels: {team: blue}}\n"


def pod(name: str, app: str, port: int = 8080, more: str = "") -> str:
    """A listed pod with a port called http."""
    return f"""\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: town, labels: {{app: {app}}}}}
spec: {{containers: [{{name: c, ports: [{{name: http, containerPort: {port}}}]}}]{more}}}
"""


def service(name: str, spec: str) -> str:
    """A Service with this spec."""
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: town}}\nspec: {{{spec}}}\n"


def policy(name: str, spec: str) -> str:
    """A NetworkPolicy with this spec."""
    return f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {name}
  namespace: town
spec: {spec}
"""


WEB = (pod("web-1", "web"), pod("web-2", "web", 9090))
API = pod("api", "api")
CALLER = pod("caller", "caller", 1000)
SERVICES = (
    service("web", "selector: {app: web}, ports: [{port: 80, targetPort: http}]"),
    service("web-direct", "clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: http}]"),
    service("api", "selector: {app: api}, ports: [{name: http, port: 80, targetPort: 8080}, {name: b, port: 90}]"),
    service("alias", "type: ExternalName, externalName: api.town.svc.cluster.local"),
    service("partner", "type: ExternalName, externalName: api.partner.example"),
    service("empty", "selector: {app: nobody}, ports: [{port: 80}]"),
)
WEB_8080 = policy("web-8080", "{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]}")
DENY_API = policy("deny-api", "{podSelector: {matchLabels: {app: api}}}")


def bench(*texts: str, assumptions: Assumptions = Assumptions()) -> Workbench:  # noqa: B008 - frozen
    """A bench over the documents, in a file called town.yaml; without any, over the whole town."""
    found = texts or (NAMESPACE, *WEB, API, CALLER, *SERVICES, WEB_8080, DENY_API)
    return Workbench.load([InputFile(name="town.yaml", data="---\n".join(found).encode())], assumptions)


def why(
    asked: Workbench, source: str, target: str, port: int = 0, what_if: WhatIf = WhatIf(), protocol: str = "TCP"  # noqa: B008
) -> WhyAnswer:
    """The answer to a question about two names of the town."""
    names = [name if "/" in name or "." in name or ":" in name else f"town/{name}" for name in (source, target)]
    return asked.why(what_if, WhyQuestion(source=names[0], target=names[1], protocol=protocol, port=port))
