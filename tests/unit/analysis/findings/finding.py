"""What checks find in manifests that are written in a test."""

from __future__ import annotations

from textwrap import dedent

from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Finding
from netviz.dialects.plugins import parse_plugin
from netviz.engine.evaluator import Evaluator
from netviz.engine.options import Scenario
from netviz.loading import load_files
from netviz.model.policy import PolicyId
from netviz.workbench.options import options_for

NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: blue}}}"
PODS = """\
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}},
 spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}},
 spec: {containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]}}
"""


def policy(spec: str, name: str = "p", namespace: str = "shop") -> str:
    """A NetworkPolicy with a spec in flow style."""
    place = f", namespace: {namespace}" if namespace else ""
    return f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}{place}}}, spec: {spec}}}"


def facts_of(*documents: str, cni: str = "auto", disabled: frozenset[PolicyId] = frozenset()) -> Facts:
    """The facts of these documents as one cluster, beside namespace `shop` with the pods `web` and `db`."""
    text = "\n---\n".join([NAMESPACE, PODS, *map(dedent, documents)])
    loaded = load_files([("all.yaml", text.encode())], plugin=parse_plugin(cni))
    options = options_for(loaded.plugin, ip_blocks="addresses", pod_cidrs=("10.244.0.0/16",))
    evaluation = Evaluator(loaded.cluster, loaded.policies, options).evaluate(Scenario(disabled))
    return Facts(evaluation=evaluation, policies=loaded.policies, report=loaded.report, plugin=loaded.plugin)


def found(check: str, *documents: str, cni: str = "auto") -> list[Finding]:
    """What one check finds in these documents."""
    return [finding for finding in find(facts_of(*documents, cni=cni)) if finding.check == check]


def only(check: str, *documents: str, cni: str = "auto") -> Finding:
    """The one finding of a check."""
    findings = found(check, *documents, cni=cni)
    assert len(findings) == 1, findings
    return findings[0]
