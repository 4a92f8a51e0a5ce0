"""From a pod to its policies."""

from __future__ import annotations

import pytest

from netviz.errors import UsageError
from netviz.workbench import BASELINE, SelectedDirection, WhatIf, Workbench
from tests.unit.workbench.town import API, CALLER, DENY_API, NAMESPACE, SERVICES, WEB, WEB_8080, bench, policy

OFF = WhatIf(disabled=frozenset({"NetworkPolicy/town/deny-api"}))
ALL_OUT = policy("all-out", "{podSelector: {}, policyTypes: [Egress], egress: [{}]}")
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: town}
spec:
  selector: {matchLabels: {app: shop}}
  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: c}]}}
"""
ADMIN = """\
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: first}
spec:
  priority: 1
  subject: {namespaces: {}}
  ingress: [{action: Pass, from: [{namespaces: {}}]}]
"""


def ingress(asked: Workbench, name: str, what_if: WhatIf = BASELINE) -> SelectedDirection:
    return asked.selecting(what_if, name).directions[0]


def names(direction: SelectedDirection) -> list[str]:
    return [each.name for each in direction.policies]


def test_only_the_policies_that_select_a_pod_in_a_direction_are_there() -> None:
    found = bench(NAMESPACE, API, CALLER, DENY_API, WEB_8080, ALL_OUT).selecting(BASELINE, "pod/town/api")
    assert (found.label, found.pods) == ("town/api[Pod]", 1)
    assert [names(direction) for direction in found.directions] == [["deny-api"], ["all-out"]]
    assert [direction.isolation for direction in found.directions] == ["isolated", "isolated"]


def test_a_policy_that_is_off_stays_in_the_list_and_isolates_no_more() -> None:
    found = ingress(bench(NAMESPACE, API, DENY_API), "pod/town/api", OFF)
    assert [(each.name, each.on) for each in found.policies] == [("deny-api", False)]
    assert found.isolation == "open"


def test_policies_stand_in_the_order_of_evaluation_and_an_admin_policy_isolates_nothing() -> None:
    found = ingress(bench(NAMESPACE, API, DENY_API, ADMIN), "pod/town/api")
    assert [(each.name, each.isolates) for each in found.policies] == [("first", False), ("deny-api", True)]


def test_a_policy_that_selects_some_pods_of_several_says_so() -> None:
    one = policy("one", "{podSelector: {matchLabels: {app: web, role: x}}}")
    pods = [WEB[0], WEB[1].replace("app: web", "app: web, role: x")]
    found = ingress(bench(NAMESPACE, *pods, *SERVICES, one), "service/town/web")
    assert [(each.name, each.whole) for each in found.policies] == [("one", False)]
    assert found.isolation == "partly"


def test_a_workload_is_found_by_the_id_that_a_policy_lists_for_it() -> None:
    asked = bench(NAMESPACE, DEPLOYMENT, policy("everyone", "{podSelector: {}}"))
    (selected,) = asked.selected(BASELINE, "NetworkPolicy/town/everyone")
    assert asked.selecting(BASELINE, selected.id).label == "town/shop[Deployment]"
    assert names(ingress(asked, selected.id)) == ["everyone"]
    assert selected.id in {choice.id for choice in asked.endpoints()}


def test_whether_a_policy_selects_may_be_unknown() -> None:
    by_namespace = ADMIN.replace("namespaces: {}", "namespaces: {matchLabels: {team: green}}", 1)
    found = ingress(bench(API, by_namespace), "pod/town/api")
    assert [(each.name, each.certain) for each in found.policies] == [("first", False)]
    assert found.isolation == "unknown"


def test_a_pod_on_the_network_of_its_node_has_no_policies() -> None:
    host = API.replace("spec: {", "spec: {hostNetwork: true, ")
    found = ingress(bench(NAMESPACE, host, DENY_API), "pod/town/api")
    assert (found.policies, found.isolation) == ((), "unpoliced")


def test_an_address_is_selected_by_nothing() -> None:
    with pytest.raises(UsageError, match="no pods that a policy could select"):
        bench(NAMESPACE, API).selecting(BASELINE, "192.0.2.1")
