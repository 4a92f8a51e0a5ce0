"""What policies allow with pods that are not in the input."""

from __future__ import annotations

from netviz.analysis.exposure import MOST_SCOPES, exposures
from netviz.exporters.exposure import exposure_json, exposure_row, untold_json, untold_words
from netviz.model.policy import Direction
from netviz.workbench.exposed import exposure_lines
from netviz.workbench.questions import WhyQuestion
from tests.engine_questions import evaluator_of
from tests.unit.analysis.test_impact import DENY_CART, POLICY, SPACE

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: cart, namespace: shop, labels: {app: cart}}\n"
    "spec: {containers: []}\n"
)
MONITORED = POLICY.format(
    "monitored",
    "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: mon}}}], ports: [{port: 9090}]}]",
)
ANYBODY = POLICY.format("anybody", "podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]")
ALSO = POLICY.format(
    "also",
    "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: mon}}, "
    "podSelector: {matchLabels: {app: scraper}}}], ports: [{port: 80}]}]",
)
BLOCK = POLICY.format(
    "block",
    "podSelector: {}, policyTypes: [Egress], "
    "egress: [{to: [{ipBlock: {cidr: 9.9.9.0/24}}], ports: [{port: 443}]}]",
)
CALICO = (
    "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: default.quarantine}\n"
    "spec: {tier: default, order: 1, types: [Ingress], "
    "ingress: [{action: Deny, source: {selector: quarantine == 'yes'}}]}\n"
)


def rows(*texts: str) -> list[list[str]]:
    evaluation = evaluator_of([("in.yaml", "---\n".join((SPACE, POD, *texts)).encode())]).evaluate()
    return [exposure_row(each) for each in exposures(evaluation).entries]


def ingress(*texts: str) -> list[list[str]]:
    return [row[2:] for row in rows(*texts) if row[1] == "ingress"]


def test_a_workload_without_policy_is_open_to_any_pod_and_to_the_internet() -> None:
    assert rows()[:2] == [
        ["shop/cart", "ingress", "any pod of the cluster", "any port", "", "no policy decides it"],
        ["shop/cart", "ingress", "0.0.0.0/0, ::/0", "any port", "", "no policy decides it"],
    ]


def test_one_that_is_shut_is_exposed_to_nobody() -> None:
    assert ingress(DENY_CART) == []


def test_a_rule_exposes_to_the_pods_that_it_describes() -> None:
    assert ingress(MONITORED) == [
        ["any pod in namespaces team=mon", "TCP 9090", "", "NetworkPolicy/shop/monitored spec.ingress[0]"]
    ]


def test_what_is_open_to_any_pod_is_not_told_again_for_some() -> None:
    assert ingress(ANYBODY, ALSO) == [
        ["any pod of the cluster", "TCP 80", "", "NetworkPolicy/shop/anybody spec.ingress[0]"]
    ]


def test_a_wider_rule_counts_for_the_pods_of_a_narrower_one() -> None:
    found = {row[0]: row[1] for row in ingress(MONITORED, ALSO)}
    assert found["pods app=scraper in namespaces team=mon"] == "TCP 80, 9090"


def test_addresses_outside_are_told_with_their_rule() -> None:
    assert [row for row in rows(BLOCK) if row[1] == "egress"] == [
        ["shop/cart", "egress", "9.9.9.0/24", "TCP 443", "", "NetworkPolicy/shop/block spec.egress[0]"]
    ]


def test_what_another_rule_may_deny_by_other_labels_is_told_apart() -> None:
    (entry,) = ingress(CALICO, MONITORED)
    assert entry[:3] == ["any pod in namespaces team=mon", "", "TCP 9090"]


def test_the_json_names_scope_and_rule() -> None:
    evaluation = evaluator_of([("in.yaml", "---\n".join((SPACE, POD, MONITORED)).encode())]).evaluate()
    told = exposure_json(next(iter(exposures(evaluation).entries)))
    assert told["scope"] == {"namespaces": "team=mon", "pods": "everything"}
    assert told["allow"] == [{"protocol": "TCP", "ports": [[9090, 9090]]}]
    assert told["because"][0]["policy"] == "NetworkPolicy/shop/monitored"


def test_descriptions_that_are_too_many_to_be_tried_are_counted_and_said() -> None:
    teams = ", ".join(f"{{podSelector: {{matchLabels: {{team: t{n}}}}}}}" for n in range(MOST_SCOPES + 3))
    policy = POLICY.format("teams", f"podSelector: {{}}, ingress: [{{from: [{teams}]}}]")
    exposed = exposures(evaluator_of([("in.yaml", "---\n".join((SPACE, POD, policy)).encode())]).evaluate())
    told = [each for each in exposed.entries if each.direction is Direction.INGRESS]
    assert len(told) == MOST_SCOPES
    assert untold_json(exposed.untold[0]) == {"workload": "shop/cart[Pod]", "direction": "ingress", "descriptions": 3}
    assert "Not all of: shop/cart (ingress, 3 more)." in untold_words(exposed.untold)
    assert exposure_lines(evaluator_of([]).evaluate()).left_out == ""


def test_an_entry_about_addresses_outside_has_a_question_that_explains_it_for_one_of_them() -> None:
    evaluation = evaluator_of([("in.yaml", "---\n".join((SPACE, POD, BLOCK)).encode())]).evaluate()
    asked = {(line.direction, line.peers): line.question for line in exposure_lines(evaluation).lines}
    assert asked["egress", "9.9.9.0/24"] == WhyQuestion(source="shop/cart[Pod]", target="9.9.9.0")
    assert asked["ingress", "any pod of the cluster"] is None
    rules = {line.peers: line.rules for line in exposure_lines(evaluation).lines}
    assert rules["9.9.9.0/24"] == (("NetworkPolicy/shop/block", "spec.egress[0]"),)
