from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from netviz.manifests.yaml_writer import yaml_text

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_what_is_written_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_text(value)) == value


def test_a_policy_looks_as_a_person_writes_it() -> None:
    spec = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "db", "tier": "1"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": 5432}]}],
        "egress": [],
    }
    assert yaml_text({"kind": "NetworkPolicy", "spec": spec}) == (
        "kind: NetworkPolicy\n"
        "spec:\n"
        "  podSelector:\n"
        "    matchLabels:\n"
        "      app.kubernetes.io/name: db\n"
        '      tier: "1"\n'
        "  policyTypes:\n"
        "  - Ingress\n"
        "  ingress:\n"
        "  - from:\n"
        "    - podSelector: {}\n"
        "    ports:\n"
        "    - protocol: TCP\n"
        "      port: 5432\n"
        "  egress: []\n"
    )
