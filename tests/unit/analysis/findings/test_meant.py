"""Workloads whose own object has the labels that a selector asks for, and whose pods have not."""

from __future__ import annotations

import pytest

from netviz.analysis.findings.meant import LabelledWorkloads
from netviz.model.cluster import Workload, WorkloadId
from netviz.selectors.tree import EVERYTHING, AllOf, HasKey, Labels, Negated, Selector, ValueIn, matches

WEB, KEY = ValueIn("app", ("web",)), HasKey("app")


def workload(name: str, own: Labels, pods: Labels, namespace: str = "x") -> Workload:
    return Workload(id=WorkloadId(namespace, "Deployment", name), object_labels=own, labels=pods)


WORKLOADS = [
    workload("both", Labels.of({"app": "web"}), Labels.of({"app": "web"})),
    workload("object", Labels.of({"app": "web"}), Labels.of({"run": "web"})),
    workload("elsewhere", Labels.of({"app": "web"}), Labels(), namespace="y"),
    workload("hidden", Labels.of({"app": "web"}), Labels.of({}, complete=False)),
    workload("none", Labels(), Labels.of({"app": "web"})),
    workload("other", Labels.of({"app": "db"}), Labels()),
]


@pytest.mark.parametrize("selector", [WEB, KEY, Negated(WEB), AllOf((WEB, Negated(HasKey("run")))), EVERYTHING])
@pytest.mark.parametrize("namespace", ["", "x", "y", "z"])
def test_those_are_meant_that_the_selector_holds_for_by_the_object_and_not_by_the_pods(
    selector: Selector, namespace: str
) -> None:
    expected = [
        each
        for each in WORKLOADS
        if selector != EVERYTHING
        and namespace in ("", each.id.namespace)
        and each.object_labels.items
        and matches(selector, each.object_labels) is True
        and matches(selector, each.labels) is False
    ]
    assert LabelledWorkloads(WORKLOADS).meant(selector, namespace) == expected


def test_of_pods_with_unknown_labels_nobody_says_that_they_have_not() -> None:
    names = [each.id.name for each in LabelledWorkloads(WORKLOADS).meant(WEB, "x")]
    assert names == ["object"]
