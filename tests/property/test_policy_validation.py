"""The dialect accepts and refuses what the oracle's second reading of the API server's rules does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.dialects.kubernetes import KubernetesDialect
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document
from netviz.model.policy import Policy
from tests.oracle.validation import refused

Raw = dict[str, Any]


def some(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Raw]:
    """A mapping with any of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


selectors = some(
    {
        "matchLabels": st.dictionaries(
            st.sampled_from(["a", "x.y/z", "-b", "x/y/z", ""]), st.sampled_from(["v", "", "a b", "a" * 64]), max_size=2
        ),
        "matchExpressions": st.lists(
            some(
                {
                    "key": st.sampled_from(["a", "a b"]),
                    "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "in"]),
                    "values": st.lists(st.sampled_from(["a", "a b"]), max_size=2),
                }
            ),
            max_size=2,
        ),
    }
)
cidrs = st.sampled_from(
    ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/8", "11.0.0.0/9", "0.0.0.0/0", "fd00::/8", "fd00::/16", "10.0.0.0", "", "x"]
)
peers = st.none() | some(
    {
        "podSelector": st.none() | selectors,
        "namespaceSelector": st.none() | selectors,
        "ipBlock": some({"cidr": cidrs, "except": st.lists(cidrs, max_size=2)}),
    }
)
numbers = st.sampled_from([None, 0, 1, 80, 90, 65535, 65536])
ports = st.none() | some(
    {
        "protocol": st.sampled_from([None, "TCP", "UDP", "SCTP", "tcp", ""]),
        "port": numbers | st.sampled_from(["http", "80", "a--b", "a-", "x" * 16, ""]),
        "endPort": numbers,
    }
)


def rules(field: str) -> st.SearchStrategy[list[Any]]:
    return st.lists(
        st.none() | some({field: st.lists(peers, max_size=2), "ports": st.lists(ports, max_size=2)}), max_size=2
    )


specs = some(
    {
        "podSelector": st.none() | selectors,
        "policyTypes": st.none() | st.lists(st.sampled_from(["Ingress", "Egress", "ingress"]), max_size=3),
        "ingress": st.none() | rules("from"),
        "egress": st.none() | rules("to"),
    }
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | cidrs,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
anything = st.one_of(
    specs, json_values, st.dictionaries(st.sampled_from(["ingress", "egress", "podSelector"]), json_values)
)


def read(data: Raw) -> tuple[Policy | None, list[Diagnostic]]:
    problems: list[Diagnostic] = []
    document = Document(file="p.yaml", index=1, data=data, line_of=len)
    return KubernetesDialect().read(document, problems), problems


def policy_of(spec: object) -> Raw:
    metadata = {"name": "p", "namespace": "shop"}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


@pytest.mark.promise(6)
@given(specs)
@settings(max_examples=300)
def test_a_policy_is_certain_exactly_if_the_api_server_takes_it(spec: Raw) -> None:
    policy, _ = read(policy_of(spec))
    assert policy is not None
    assert policy.certain is not refused(policy_of(spec))


@given(anything)
@settings(max_examples=300)
def test_whatever_a_spec_holds_there_is_a_policy_that_is_certain_or_an_error_that_says_why(spec: object) -> None:
    policy, problems = read(policy_of(spec))
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert policy is not None
    assert policy.certain is not bool(errors)
    assert all(str(problem).isprintable() for problem in problems)
