"""What looks like a pitfall of Calico, the admin policies or a plugin and is none, or only worth a note."""

from __future__ import annotations

import pytest

from netviz.analysis.findings import facts as facts_module
from netviz.analysis.findings.catalogue import find, limits
from netviz.analysis.findings.finding import Finding, FlowWitness
from netviz.engine.options import Verdict
from netviz.errors import Severity
from tests.unit.analysis.findings import admin_base, calico_base, finding, plugin_base
from tests.unit.analysis.findings.admin_bugs import cluster
from tests.unit.analysis.findings.calico_bugs import of_all, own
from tests.unit.analysis.findings.seeding import facts_of

ALLOW_WEB = "  selector: app == 'api'\n  types: [Ingress]\n  ingress: [{action: Allow, protocol: TCP}]\n"
IDLE_ADMIN = cluster("  ingress: [{action: Accept, from: [{namespaces: {}}]}]\n")


def found(check: str, base: str, *texts: str, cni: str = "auto", version: str = "") -> list[Finding]:
    facts = facts_of("\n---\n".join([base, *texts]), cni, version)
    return [finding for finding in find(facts) if finding.check == check]


def test_policies_of_one_order_that_agree_need_no_other_order() -> None:
    same = own(f"  order: 100\n{ALLOW_WEB}", namespace="shop")
    assert not found("CAL010", calico_base.BASE, same)


def test_policies_of_one_order_about_other_pods_need_no_other_order() -> None:
    spec = "  order: 100\n  selector: app == 'web'\n  types: [Ingress]\n  ingress: [{action: Deny}]\n"
    other = own(spec, namespace="shop")
    assert not found("CAL010", calico_base.BASE, other)


def test_without_an_order_a_policy_that_is_alone_gets_a_note() -> None:
    alone = own("  selector: app == 'web'\n  types: [Ingress]\n  ingress: [{action: Allow}]\n", namespace="shop")
    assert [f.severity for f in found("CAL006", calico_base.BASE, alone)] == [Severity.INFO]


def test_types_that_follow_from_the_rules_as_everybody_expects_get_a_note() -> None:
    usual = own("  order: 7\n  selector: app == 'web'\n  ingress: [{action: Allow}]\n", namespace="shop")
    assert [f.severity for f in found("CAL012", calico_base.BASE, usual)] == [Severity.INFO]


def test_an_allow_that_network_policies_give_as_well_overrides_none() -> None:
    same = of_all(
        "  order: 500\n  selector: app == 'db'\n  types: [Ingress]\n  ingress:\n    - action: Allow\n"
        "      protocol: TCP\n      source: {selector: app == 'api'}\n      destination: {ports: [5432]}\n"
    )
    assert not found("CAL008", calico_base.BASE, same)


def test_a_tier_at_whose_end_nothing_is_left_closes_nothing() -> None:
    tier = "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: late}, spec: {order: 200}}"
    policy = of_all(
        "  tier: late\n  order: 1\n  selector: app == 'web'\n  types: [Egress]\n  egress: [{action: Pass}]\n", "late.g"
    )
    assert not found("CAL011", calico_base.BASE, tier, policy)


def test_a_selector_that_matches_here_and_elsewhere_is_as_it_should_be() -> None:
    here = "      source: {selector: app in {'web', 'ledger'}}\n"
    base = calico_base.BASE.replace("      source: {selector: app == 'web'}\n", here)
    assert base != calico_base.BASE
    assert not found("CAL017", base)


def test_the_profiles_that_calico_makes_itself_are_not_told_of() -> None:
    profile = "{apiVersion: projectcalico.org/v3, kind: Profile, metadata: {name: kns.shop}, spec: {}}"
    assert not found("CAL028", calico_base.BASE, profile)


def test_a_pass_for_pods_before_a_denial_of_everything_leaves_pods_out_of_it() -> None:
    rules = (
        "  egress:\n    - {action: Pass, to: [{namespaces: {}}]}\n    - {action: Deny, to: [{networks: [0.0.0.0/0]}]}\n"
    )
    assert not found("ANP005", admin_base.BASE, cluster(rules))


def test_policies_of_one_priority_that_agree_need_no_other_priority() -> None:
    same = cluster(
        "  ingress: [{action: Deny, from: [{namespaces: {matchLabels: {team: red}}}]}]\n",
        priority="20",
        subject="{namespaces: {matchLabels: {team: green}}}",
    )
    assert not found("ANP001", admin_base.BASE, same)


def test_what_one_idle_policy_would_do_is_not_said_of_another() -> None:
    deny = cluster("  ingress: [{action: Deny, from: [{namespaces: {}}]}]\n", priority="60")
    deny = deny.replace("name: p", "name: q")
    told = {f.object: f for f in found("ENG001", plugin_base.BASE, IDLE_ADMIN, deny, cni="azure-npm")}
    assert told["ClusterNetworkPolicy/p"].witness == FlowWitness(
        source="bank/ledger", target="shop/db", protocol="TCP", port=5432, verdict=Verdict.DENY
    )
    assert "would be allowed" in told["ClusterNetworkPolicy/p"].message
    assert "would be denied" in told["ClusterNetworkPolicy/q"].message


def test_by_default_nothing_is_said_of_plugins_where_nothing_is_of_calico() -> None:
    closed = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {}}"
    assert not [f for f in find(facts_of(f"{plugin_base.BASE}\n---\n{closed}")) if f.check.startswith("ENG")]


def test_of_a_cluster_that_is_too_large_plugins_are_not_compared_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(facts_module, "MOST_PODS", 2)
    monkeypatch.setattr("netviz.analysis.findings.catalogue.MOST_PODS", 2)
    facts = facts_of(f"{plugin_base.BASE}\n---\n{IDLE_ADMIN}", "azure-npm")
    assert [f.witness for f in find(facts) if f.check == "ENG001"] == [None]
    assert limits(facts) == ("Plugins were not compared: the input has more than 2 pods.",)


def test_a_rule_that_is_never_reached_is_shown_by_a_connection_that_it_matches() -> None:
    late = own(
        "  order: 50\n  selector: app == 'ledger'\n  types: [Egress]\n  egress:\n    - action: Allow\n"
        "    - action: Deny\n      destination: {nets: [203.0.113.0/24]}\n"
    )
    assert [f.witness for f in found("CAL032", calico_base.BASE, late)] == [
        FlowWitness(source="bank/ledger", target="203.0.113.10", protocol="TCP", port=443, verdict=Verdict.ALLOW)
    ]


def test_a_headless_service_leads_no_pod_through_a_policy_to_itself() -> None:
    closed = finding.policy("{podSelector: {}, policyTypes: [Ingress]}")
    spec = "selector: {app: web}, ports: [{port: 8080}]"
    head = "apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}"
    mapped, headless = (f"{{{head}, spec: {{{each}{spec}}}}}" for each in ("", "clusterIP: None, "))
    assert finding.found("ENG009", closed, mapped, cni="cilium")
    assert not finding.found("ENG009", closed, headless, cni="cilium")
