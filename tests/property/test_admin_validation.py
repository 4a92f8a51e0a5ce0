"""Whatever a document of an admin kind holds, the dialect reads it or says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.dialects.admin import AdminDialect
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document
from netviz.model.policy import Direction

KINDS = (
    ("v1alpha1", "AdminNetworkPolicy"),
    ("v1alpha1", "BaselineAdminNetworkPolicy"),
    ("v1alpha2", "ClusterNetworkPolicy"),
)
WORDS = (
    *("tier", "priority", "subject", "ingress", "egress", "name", "action", "from", "to", "ports", "protocols"),
    *("namespaces", "pods", "networks", "nodes", "domainNames", "namespaceSelector", "podSelector", "matchLabels"),
    *("portNumber", "portRange", "namedPort", "protocol", "port", "start", "end", "tcp", "udp", "destinationPort"),
    *("number", "range", "destinationNamedPort"),
)
VALUES = ("Admin", "Allow", "Accept", "Deny", "Pass", "TCP", "10.0.0.0/8", "::/0", "example.org", "", "a b", "\u0000")
scalars = st.none() | st.booleans() | st.integers(-1, 70_000) | st.floats() | st.sampled_from(VALUES)
keys = st.sampled_from(WORDS) | st.text(max_size=3)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=20
)
rules = st.lists(
    st.fixed_dictionaries(
        {"action": st.sampled_from(VALUES), "from": st.lists(values, max_size=2)}, optional={"ports": values}
    ),
    max_size=2,
)
specs = values | st.fixed_dictionaries(
    {"priority": st.integers(-1, 1001), "subject": values},
    optional={"tier": scalars, "ingress": rules, "egress": rules},
)


@pytest.mark.parametrize(("version", "kind"), KINDS)
@given(spec=specs)
def test_a_policy_is_certain_or_an_error_says_why(version: str, kind: str, spec: Any) -> None:  # noqa: ANN401 - anything
    head = {"apiVersion": f"policy.networking.k8s.io/{version}", "kind": kind, "metadata": {"name": "default"}}
    problems: list[Diagnostic] = []
    document = Document(file="p.yaml", index=1, data={**head, "spec": spec}, line_of=len)
    policy = AdminDialect().read(document, problems)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert policy is not None
    assert policy.certain is not bool(errors)
    assert bool(policy.reason) is bool(errors)
    assert all(str(problem).isprintable() for problem in problems)
    if errors:
        assert not any(rule.certain for direction in Direction for rule in policy.rules(direction))
