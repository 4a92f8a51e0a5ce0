"""Calico policies from YAML text, for tests."""

from __future__ import annotations

from textwrap import dedent

import yaml

from netviz.dialects.calico import CalicoDialect
from netviz.errors import Diagnostic
from netviz.manifests.document import Document
from netviz.model.policy import PolicyRule, Tier
from tests.unit.dialects.reading import Reading

V3 = "projectcalico.org/v3"
STORED = "crd.projectcalico.org/v1"


def document(text: str) -> Document:
    """A document in which a field's line is the length of its path plus 1."""
    return Document(file="p.yaml", index=1, data=yaml.safe_load(dedent(text)), line_of=lambda path: len(path) + 1)


def read_object(text: str, *, strict: bool = False) -> Reading:
    """The reading of a whole document."""
    problems: list[Diagnostic] = []
    return Reading(CalicoDialect(strict=strict).read(document(text), problems), problems)


def read_spec(spec: str, kind: str = "NetworkPolicy", *, version: str = V3) -> Reading:
    """The reading of policy `shop/p`, or `p` of a kind without namespace, with this spec in flow style."""
    place = "" if "Global" in kind else ", namespace: shop"
    return read_object(f"{{apiVersion: {version}, kind: {kind}, metadata: {{name: p{place}}}, spec: {{{spec}}}}}")


def read_rule(rule: str, kind: str = "NetworkPolicy", *, direction: str = "ingress", version: str = V3) -> Reading:
    """The reading of a policy with one rule in flow style; it allows unless it says otherwise."""
    action = "" if "action:" in rule else "action: Allow, "
    return read_spec(f"types: [Ingress, Egress], {direction}: [{{{action}{rule}}}]", kind, version=version)


def rule_of(rule: str, kind: str = "NetworkPolicy", *, direction: str = "ingress") -> PolicyRule:
    """The one rule of a policy that is accepted without problems."""
    policy = read_rule(rule, kind, direction=direction).accepted()
    (found,) = policy.ingress + policy.egress
    return found


def read_tier(name: str, spec: str) -> tuple[Tier | None, list[Diagnostic]]:
    """The reading of a Tier with this spec in flow style."""
    problems: list[Diagnostic] = []
    text = f"{{apiVersion: {V3}, kind: Tier, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
    return CalicoDialect().read_tier(document(text), problems), problems
