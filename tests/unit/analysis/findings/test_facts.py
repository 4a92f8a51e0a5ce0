"""What a diagnostic is about, also where one document holds several objects."""

from __future__ import annotations

import pytest

from netviz.analysis.findings.catalogue import find
from tests.unit.analysis.findings.seeding import facts_of

LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: projectcalico.org/v3
  kind: NetworkPolicy
  metadata: {namespace: shop, name: first}
  spec: {order: 1, selector: app == 'web', types: [Ingress]}
- apiVersion: projectcalico.org/v3
  kind: NetworkPolicy
  metadata: {namespace: shop, name: second}
  spec:
    order: 2
    selector: app == web
    types: [Ingress]
- apiVersion: projectcalico.org/v3
  kind: NetworkPolicy
  metadata: {namespace: shop, name: third}
  spec: {order: 3, selector: app == 'web', types: [Ingress]}
"""


def test_a_finding_about_an_item_of_a_list_names_that_item() -> None:
    found = [f for f in find(facts_of(LIST)) if f.check == "CAL003"]
    assert [f.object for f in found] == ["calico.NetworkPolicy/shop/second"]


@pytest.mark.parametrize(("line", "name"), [(0, "first"), (4, "first"), (7, "first"), (8, "second"), (99, "third")])
def test_a_line_belongs_to_the_object_that_began_last(line: int, name: str) -> None:
    facts = facts_of(LIST)
    record = facts.record_at("all.yaml", 1, line)
    policy = facts.policy_at("all.yaml", 1, line)
    assert record is not None
    assert policy is not None
    assert (record.name, policy.id.name) == (name, name)


def test_a_document_that_is_not_there_holds_nothing() -> None:
    facts = facts_of(LIST)
    assert facts.record_at("other.yaml", 1, 1) is None
    assert facts.policy_at("all.yaml", 2, 1) is None
