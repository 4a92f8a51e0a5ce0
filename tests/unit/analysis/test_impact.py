"""What switching one policy is said to change."""

from __future__ import annotations

from netviz.analysis.impact import Counted, Impact, Impacts, PolicyState, rank
from netviz.analysis.population import MOST_ODD_PAIRS
from netviz.engine import Evaluator, Grouping, Scenario
from tests.engine_questions import evaluator_of

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}, namespace: shop, labels: {{app: {0}}}}}\nspec: {{{1}}}\n"
POLICY = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {}, namespace: shop}}\nspec: {{{}}}\n"
)
SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
PODS = tuple(POD.format(name, "containers: []") for name in ("web", "cart", "db"))
DENY_CART = POLICY.format("deny-cart", "podSelector: {matchLabels: {app: cart}}")
DENY_ALL = POLICY.format("deny-all", "podSelector: {}")
WEB_TO_CART = POLICY.format(
    "web-to-cart",
    "podSelector: {matchLabels: {app: cart}}, "
    "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}]",
)
FROM_MONITORING = POLICY.format(
    "monitoring", "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: monitoring}}}]}]"
)
STAGED = (
    "apiVersion: projectcalico.org/v3\nkind: StagedNetworkPolicy\nmetadata: {name: default.shut, namespace: shop}\n"
    "spec: {tier: default, selector: app == 'db', types: [Ingress]}\n"
)


def evaluator(*texts: str) -> Evaluator:
    return evaluator_of([("in.yaml", "---\n".join((SPACE, *PODS, *texts)).encode())])


def impacts(*texts: str, off: tuple[str, ...] = (), by: Grouping = Grouping.WORKLOAD) -> dict[str, Impact]:
    judged = evaluator(*texts)
    disabled = frozenset(c.policy.id for c in judged.policies if c.policy.id.name in off)
    found = Impacts(judged.evaluate(Scenario(disabled=disabled)), by)
    return {impact.policy.name: impact for impact in found.all()}


def test_removing_a_denial_opens_pairs_of_pods_and_the_outside_once() -> None:
    found = impacts(DENY_CART)["deny-cart"]
    assert found.state is PolicyState.ENFORCED
    assert found.inside == Counted(opens=2, pairs=2)
    assert found.outside == Counted(opens=1, pairs=1)


def test_removing_the_only_permission_breaks_what_it_allows() -> None:
    found = impacts(DENY_CART, WEB_TO_CART)
    assert found["web-to-cart"].total == Counted(breaks=1, pairs=1)
    (pair,) = found["web-to-cart"].pairs
    assert (pair.source, pair.target) == ("shop/web[Pod]", "shop/cart[Pod]")
    assert not pair.opens
    assert pair.breaks


def test_a_policy_that_another_one_repeats_has_no_effect() -> None:
    found = impacts(DENY_CART, DENY_ALL)["deny-cart"]
    assert (found.total, found.strangers, found.more) == (Counted(), False, False)


def test_a_permission_for_pods_that_are_not_in_the_input_matters_for_them_only() -> None:
    found = impacts(DENY_ALL, FROM_MONITORING)["monitoring"]
    assert (found.total, found.strangers) == (Counted(), True)


def test_a_permission_for_pods_that_are_not_in_the_input_matters_also_beside_a_vaguer_one() -> None:
    named = POLICY.format("named", "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}]}]")
    found = impacts(DENY_ALL, FROM_MONITORING, named)
    assert found["monitoring"].strangers
    assert found["named"].strangers


def test_a_disabled_policy_is_told_what_it_would_do_if_it_were_switched_on() -> None:
    found = impacts(DENY_CART, off=("deny-cart",))["deny-cart"]
    assert found.state is PolicyState.DISABLED
    assert found.inside == Counted(breaks=2, pairs=2)


def test_a_staged_policy_is_told_what_it_would_do_if_it_were_enforced() -> None:
    found = impacts(STAGED)["default.shut"]
    assert found.state is PolicyState.STAGED
    assert found.inside == Counted(breaks=2, pairs=2)


def test_no_more_pairs_are_listed_than_asked_for_and_it_is_said() -> None:
    judged = evaluator(DENY_ALL)
    found = Impacts(judged.evaluate()).of(judged.policies[0], most_pairs=2)
    assert (len(found.pairs), found.more) == (2, True)
    assert found.inside.opens == 6


def test_all_pairs_are_listed_where_they_are_as_many_as_asked_for() -> None:
    judged = evaluator(WEB_TO_CART, DENY_CART)
    found = Impacts(judged.evaluate()).of(judged.policies[1], most_pairs=1)
    assert (len(found.pairs), found.more) == (1, False)


def test_peers_of_pairs_are_those_of_the_level() -> None:
    pairs = impacts(DENY_CART, by=Grouping.NAMESPACE)["deny-cart"].pairs
    assert [(pair.source, pair.target) for pair in pairs] == [("addresses:0.0.0.0", "shop"), ("addresses:::", "shop")]


def test_what_changes_most_comes_first() -> None:
    ranked = sorted(impacts(DENY_CART, WEB_TO_CART, DENY_ALL).values(), key=rank)
    assert [impact.policy.name for impact in ranked] == ["deny-all", "web-to-cart", "deny-cart"]


def test_pods_that_have_to_be_looked_at_one_by_one_are_left_out_where_they_are_too_many() -> None:
    count = int(MOST_ODD_PAIRS**0.5) + 10
    hosts = [
        POD.format(f"h{i}", f"hostNetwork: true, nodeName: n{i}, containers: []") for i in range(count)
    ]
    judged = evaluator(DENY_CART, *hosts)
    found = Impacts(judged.evaluate())
    assert found.uncounted == count
    assert next(iter(found.all())).inside == Counted(opens=2, pairs=2)
