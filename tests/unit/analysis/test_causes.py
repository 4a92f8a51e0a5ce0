"""Small stories of two inputs, and what is said to have caused their changes."""

import pytest

from netviz.analysis.causes import find_causes
from netviz.analysis.compare import compare
from netviz.engine import Evaluation, Evaluator, Grouping
from netviz.engine.vocabulary import Vocabulary, vocabulary_of
from netviz.loading import Loaded, load_files
from netviz.view.causes import cause_words
from tests.unit.workbench.town import API, CALLER, NAMESPACE, pod, policy, service

CLOSED = policy("closed", "{podSelector: {matchLabels: {app: api}}}")
FOR_CALLER = policy(
    "for-caller",
    "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: caller}}}]}]}",
)
FROM_BLUE = policy(
    "from-blue",
    "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}]}",
)
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: town}
spec: {defaultBackend: {service: {name: api, port: {number: 80}}}}
"""


def load(*documents: str) -> Loaded:
    return load_files([("town.yaml", "---\n".join(documents).encode())])


def told(before: tuple[str, ...], after: tuple[str, ...], source: str, target: str, by: str = "workload") -> str:
    """What caused the change of one pair, in words."""
    sides = [load(NAMESPACE, *before), load(*(() if "kind: Namespace" in after[0] else (NAMESPACE,)), *after)]
    words = vocabulary_of(sides[0].policies) | vocabulary_of(sides[1].policies)
    old, new = (evaluated(side, words) for side in sides)
    comparison = compare(old.matrix(Grouping(by)), new.matrix(Grouping(by)))
    causes = find_causes(old, new, comparison, Grouping(by))
    pairs = {(change.source, change.target): each for change, each in zip(comparison.changes, causes, strict=True)}
    return cause_words(pairs[source, target])


def evaluated(side: Loaded, words: Vocabulary) -> Evaluation:
    return Evaluator(side.cluster, side.policies, vocabulary=words).evaluate()


CALL = ("town/caller[Pod]", "town/api[Pod]")


def test_a_new_policy_causes_what_it_denies() -> None:
    assert told((API, CALLER), (API, CALLER, CLOSED), *CALL) == "policy NetworkPolicy/town/closed added"


def test_a_policy_that_is_gone_causes_what_it_kept_away() -> None:
    assert told((API, CALLER, CLOSED), (API, CALLER), *CALL) == "policy NetworkPolicy/town/closed removed"


def test_an_edited_policy_is_said_to_be_changed_in_these_parts() -> None:
    edited = FOR_CALLER.replace("{app: caller}", "{app: other}")
    said = told((API, CALLER, FOR_CALLER), (API, CALLER, edited), *CALL)
    assert said == "policy NetworkPolicy/town/for-caller: ingress rules"


def test_another_label_causes_what_a_policy_makes_of_it() -> None:
    renamed = CALLER.replace("app: caller", "app: guest")
    said = told((API, CALLER, FOR_CALLER), (API, renamed, FOR_CALLER), *CALL)
    assert said == "labels of town/caller[Pod]: app: caller → guest"


def test_another_label_of_the_namespace_is_a_cause() -> None:
    red = NAMESPACE.replace("team: blue", "team: red")
    said = told((API, CALLER, FROM_BLUE), (red, API, CALLER, FROM_BLUE), *CALL)
    assert said == "labels of namespace town: team: blue → red"


def test_a_new_workload_causes_its_connections() -> None:
    assert told((API,), (API, CALLER), *CALL) == "workload town/caller[Pod] added"


def test_a_new_workload_and_a_policy_that_lets_it_in_are_both_causes() -> None:
    said = told((API, CLOSED), (API, CALLER, FOR_CALLER, CLOSED), *CALL)
    assert said == "policy NetworkPolicy/town/for-caller added; workload town/caller[Pod] added"


def test_two_policies_that_each_deny_are_named_together() -> None:
    other = CLOSED.replace("name: closed", "name: shut")
    assert told((API, CALLER), (API, CALLER, CLOSED, other), *CALL) == (
        "policy NetworkPolicy/town/closed added together with policy NetworkPolicy/town/shut added"
    )


def test_a_policy_that_changes_nothing_for_a_pair_is_no_cause() -> None:
    elsewhere = CLOSED.replace("name: closed", "name: elsewhere").replace("app: api", "app: nobody")
    said = told((API, CALLER), (API, CALLER, CLOSED, elsewhere), *CALL)
    assert said == "policy NetworkPolicy/town/closed added"


def test_a_service_that_maps_another_port_causes_what_an_ingress_opens() -> None:
    first = service("api", "selector: {app: api}, ports: [{port: 80, targetPort: 8080}]")
    second = service("api", "selector: {app: api}, ports: [{port: 80, targetPort: 9090}]")
    said = told((API, INGRESS, first), (API, INGRESS, second), "ingress:controller", "town/api[Pod]")
    assert said == "Service town/api: ports"


def test_a_new_ingress_causes_what_it_opens() -> None:
    backend = service("api", "selector: {app: api}, ports: [{port: 80, targetPort: 8080}]")
    said = told((API, backend), (API, backend, INGRESS), "ingress:controller", "town/api[Pod]")
    assert said == "Ingress town/front added"


def test_pods_that_were_exchanged_are_told_with_what_differs_in_them() -> None:
    def replica(name: str, app: str) -> str:
        owner = f"app: {app}}}, ownerReferences: [{{kind: ReplicaSet, name: shop, controller: true, uid: u}}]}}"
        return pod(name, app).replace(f"app: {app}}}}}", owner)

    sides = [(replica(name, app), CALLER, CLOSED) for name, app in (("shop-a", "api"), ("shop-b", "x"))]
    said = told(sides[0], sides[1], CALL[0], "town/shop[ReplicaSet]")
    assert said == "workload town/shop[ReplicaSet]: pods, labels"


def test_of_whole_namespaces_a_new_workload_is_a_cause_as_well() -> None:
    far = API.replace("namespace: town", "namespace: far")
    said = told((CALLER,), (CALLER, far), "town", "far", "namespace")
    assert said == "workload far/api[Pod] added"


def test_the_same_manifests_in_other_files_differ_in_nothing() -> None:
    sides = [load_files([(name, "---\n".join((NAMESPACE, API, CALLER, CLOSED)).encode())]) for name in ("a", "b")]
    words = vocabulary_of(sides[0].policies)
    old, new = (Evaluator(s.cluster, s.policies, vocabulary=words).evaluate() for s in sides)
    by = Grouping.WORKLOAD
    assert find_causes(old, new, compare(old.matrix(by), new.matrix(by)), by) == ()


def test_with_more_changes_than_can_be_examined_the_last_have_no_causes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netviz.analysis.causes._MOST_ASKED", 2)
    sides = [load(NAMESPACE, API, CALLER), load(NAMESPACE, API, CALLER, CLOSED)]
    words = vocabulary_of(sides[1].policies)
    old, new = (evaluated(side, words) for side in sides)
    by = Grouping.WORKLOAD
    causes = find_causes(old, new, compare(old.matrix(by), new.matrix(by)), by)
    assert [bool(each) for each in causes] == [True, True, *[False] * (len(causes) - 2)]
    assert len(causes) > 2
