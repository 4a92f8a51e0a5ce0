"""Tiers that are objects of the input: how they order the policies, and what a broken one leaves open."""

from __future__ import annotations

import pytest

from netviz.engine import Connection, Evaluator, Options, Scenario, Verdict
from netviz.loading import Loaded, load_files
from netviz.model.policy import Action, Direction, Tier

V3 = "projectcalico.org/v3"
PODS = """
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: web}, spec: {containers: [{name: m}]}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: api}, spec: {containers: [{name: m}]}}
"""


def tier(name: str, spec: str, version: str = V3) -> str:
    return f"{{apiVersion: {version}, kind: Tier, metadata: {{name: {name}}}, spec: {{{spec}}}}}"


def policy(name: str, spec: str, kind: str = "GlobalNetworkPolicy") -> str:
    return f"{{apiVersion: {V3}, kind: {kind}, metadata: {{name: {name}}}, spec: {{{spec}}}}}"


def loaded(*texts: str) -> Loaded:
    return load_files([(f"{i}.yaml", text.encode()) for i, text in enumerate((PODS, *texts))])


def verdict(result: Loaded) -> Verdict:
    evaluation = Evaluator(result.cluster, result.policies, Options()).evaluate(Scenario())
    web, api = result.cluster.pod("shop", "web"), result.cluster.pod("shop", "api")
    return evaluation.verdict(web, api, Connection(protocol=6, port=80))


def names(result: Loaded) -> list[str]:
    return [tier.name for tier in result.policies.tiers]


def test_tiers_stand_by_order_then_name_and_the_built_in_ones_are_always_there() -> None:
    result = loaded(tier("b", "order: 5"), tier("a", "order: 5"), tier("last", ""), tier("late", "order: 2000000"))
    assert names(result) == ["a", "b", "kube-admin", "default", "late", "kube-baseline", "last"]
    assert {record.kind: record.outcome for record in result.report.records}["Tier"] == "read"
    assert result.report.complete


def test_policies_follow_their_tiers() -> None:
    result = loaded(
        policy("d", "order: 1, ingress: [{action: Allow}]"),
        policy("sec.p", "tier: sec, order: 9, ingress: [{action: Deny}]"),
        tier("sec", "order: 10"),
    )
    assert [p.id.name for p in result.policies.policies] == ["sec.p", "d"]
    assert verdict(result) is Verdict.DENY


def test_the_same_tier_in_both_versions_is_one() -> None:
    text = tier("sec", "order: 10, defaultAction: Pass")
    result = loaded(text, text.replace(V3, "crd.projectcalico.org/v1"))
    assert Tier(name="sec", order=10, default=Action.PASS) in result.policies.tiers
    assert [(d.severity.value, d.code) for d in result.report.diagnostics] == [("info", "stored-twin")]


def test_a_built_in_tier_may_be_written_out() -> None:
    result = loaded(tier("default", "order: 1000000"), tier("adminnetworkpolicy", "order: 1000, defaultAction: Pass"))
    assert result.report.complete
    assert [(t.name, t.order, t.default) for t in result.policies.tiers] == [
        ("kube-admin", 1000, Action.PASS),
        ("default", 1_000_000, Action.DENY),
        ("kube-baseline", 10_000_000, Action.PASS),
    ]


@pytest.mark.parametrize(
    "tiers",
    [
        (tier("sec", "order: first"),),
        (tier("sec", "order: 10, defaultAction: Allow"),),
        (tier("sec", "order: 10"), tier("sec", "order: 2000000")),
    ],
)
def test_policies_of_a_tier_that_cannot_be_used_may_do_anything(tiers: tuple[str, ...]) -> None:
    allow = "ingress: [{action: Allow}]"
    early, sec = policy("d", f"order: 1, {allow}"), policy("sec.p", f"tier: sec, {allow}")
    assert verdict(loaded(early, tier("sec", "order: 10"), sec)) is Verdict.ALLOW
    result = loaded(early, *tiers, sec)
    assert verdict(result) is Verdict.UNKNOWN
    assert not result.report.complete
    assert {record.outcome for record in result.report.records if record.kind == "Tier"} == {"refused"}
    (doubted,) = [p for p in result.policies.policies if p.id.name == "sec.p"]
    assert doubted.reason == 'the tier "sec" could not be used'


def test_a_broken_tier_without_policies_changes_no_verdict() -> None:
    assert verdict(loaded(tier("sec", "order: first"))) is Verdict.ALLOW


def test_a_tier_that_is_not_defined_is_told_once() -> None:
    result = loaded(policy("sec.a", "tier: sec"), policy("sec.b", "tier: sec"))
    assert names(result)[-1] == "sec"
    assert [d.code for d in result.report.diagnostics] == ["missing-tier"]


def test_a_profile_is_listed_and_has_no_effect() -> None:
    result = loaded(policy("kns.shop", "ingress: [{action: Deny}]", "Profile"))
    assert verdict(result) is Verdict.ALLOW
    assert [(item.kind, item.name) for item in result.report.unsupported] == [("Profile", "kns.shop")]
    assert "has no effect" in result.report.unsupported[0].message


def test_a_policy_that_is_refused_leaves_open_what_it_may_select() -> None:
    broken = policy("g", "types: [Ingress], ingress: [{action: Deny, protocol: 0}]")
    assert verdict(loaded(broken)) is Verdict.UNKNOWN
    before = policy("f", "order: 1, ingress: [{action: Allow}]")
    assert verdict(loaded(broken, before)) is Verdict.ALLOW
    assert verdict(loaded(broken.replace("types:", "order: first, types:"), before)) is Verdict.UNKNOWN
    elsewhere = broken.replace("types:", "selector: app == 'other', types:")
    assert verdict(loaded(elsewhere)) is Verdict.ALLOW


@pytest.mark.parametrize("stored_name", ["g", "default.g"])
def test_what_a_cluster_serves_and_stores_is_one_object(stored_name: str) -> None:
    served = policy("g", "ingress: [{action: Allow}]")
    stored = served.replace(V3, "crd.projectcalico.org/v1").replace("name: g", f"name: {stored_name}, uid: u")
    result = loaded(stored, served)
    assert [(d.severity.value, d.code) for d in result.report.diagnostics] == [("info", "stored-twin")]
    assert [record.outcome for record in result.report.records[2:]] == ["ignored", "read"]
    (found,) = result.policies.policies
    assert found.captures == {Direction.INGRESS}


def test_what_a_cluster_only_stores_counts() -> None:
    stored = policy("default.g", "types: [Ingress]").replace(V3, "crd.projectcalico.org/v1")
    result = loaded(stored, policy("other", "ingress: [{action: Allow}]"))
    assert [p.id.name for p in result.policies.policies] == ["g", "other"]
