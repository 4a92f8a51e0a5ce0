"""What is looked at where an input is too large to compare everything with everything."""

from __future__ import annotations

import pytest

from netviz.engine import Evaluation, Evaluator, Grouping, Scenario
from netviz.workbench import BASELINE, Draft, GridQuestion, InputFile, PictureQuestion, TableQuestion, WhatIf, Workbench
from netviz.workbench.scope import MOST_NAMESPACES, MOST_PEERS, neighbours, pod_step
from tests.engine_questions import evaluator_of

COUNT = MOST_NAMESPACES + 30
FAR = f"n{COUNT - 1:03}"
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {}, namespace: n001}}\nspec: {{replicas: 3, "
    "selector: {{matchLabels: {{a: {}}}}}, template: {{metadata: {{labels: {{a: {}}}}}, spec: {{containers: []}}}}}}\n"
)
SHUT = "NetworkPolicy/{}/shut"


def village(number: int, pods: int = 1) -> str:
    """A namespace with a policy that lets only its left neighbour in, on one port."""
    name, left = f"n{number:03}", f"n{number - 1:03}"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{}, namespace: {}}}\nspec: {{containers: []}}\n"
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: shut, namespace: {name}}}\n"
        "spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: "
        f"{{matchLabels: {{kubernetes.io/metadata.name: {left}}}}}}}], ports: [{{port: 80}}]}}]}}\n"
    )
    namespace = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n"
    return "---\n".join([namespace, policy, *(pod.format(i, name) for i in range(pods))])


def text_of(pods: int = 1) -> bytes:
    return "---\n".join(village(number, pods) for number in range(COUNT)).encode()


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench.load([InputFile(name="all.yaml", data=text_of())])


@pytest.fixture(scope="module")
def many() -> Workbench:
    return Workbench.load([InputFile(name="all.yaml", data=text_of(MOST_PEERS // COUNT + 1))])


def evaluations(*disabled: str) -> tuple[Evaluation, Evaluation]:
    evaluator: Evaluator = evaluator_of([("all.yaml", text_of(2))])
    off = frozenset(p.policy.id for p in evaluator.policies if str(p.policy.id) in disabled)
    return evaluator.evaluate(), evaluator.evaluate(Scenario(disabled=off))


def test_a_picture_of_many_namespaces_shows_some_and_says_of_how_many(bench: Workbench) -> None:
    picture = bench.picture(BASELINE, PictureQuestion(by="namespace")).picture
    said = [note for note in picture.notes if f"{MOST_NAMESPACES} of {COUNT} namespaces are shown" in note]
    assert said, picture.notes


def test_the_namespace_of_a_switched_policy_is_among_those_that_are_shown(bench: Workbench) -> None:
    answer = bench.picture(WhatIf(disabled=frozenset({SHUT.format(FAR)})), PictureQuestion(by="namespace"))
    assert {change.target for change in answer.changes} == {FAR}


def test_a_chosen_namespace_is_shown_with_what_it_is_connected_with(many: Workbench) -> None:
    question = PictureQuestion(by="workload", namespaces=(FAR,), neighbours=True)
    nodes = many.picture(BASELINE, question).picture.nodes
    homes = {node.namespace for node in nodes if node.namespace}
    assert {FAR, f"n{COUNT - 2:03}"} <= homes


def test_neighbours_are_those_that_a_rule_names_and_not_everybody() -> None:
    before, _ = evaluations()
    assert set(neighbours(before, ["n005"])) == {"n004", "n006"}


def test_the_matrix_counts_all_namespaces_and_finds_each_by_its_name(bench: Workbench) -> None:
    assert bench.grid(BASELINE, GridQuestion()).row_total >= COUNT


def test_a_step_counts_every_pair_of_pods_however_many_there_are() -> None:
    before, after = evaluations(SHUT.format(FAR))
    # Two pods there: each opens for the pods of every other namespace, and its neighbour's get more ports.
    everyone = 2 * (COUNT - 1) * 2
    assert pod_step(before, after) == (everyone + 2, 0, 0)
    assert pod_step(after, before) == (0, everyone + 2, 0)


def test_a_step_counts_what_the_matrix_of_pods_shows() -> None:
    before, after = evaluations(SHUT.format("n001"), SHUT.format("n002"))
    old, new = before.matrix(Grouping.POD), after.matrix(Grouping.POD)
    inside = {i for i, peer in enumerate(new.peers) if peer.namespace}
    gained = sum(
        bool(cell.allow - old.cell(*pair).allow) for pair, cell in new.cells.items() if set(pair) <= inside
    )
    assert pod_step(before, after) == (gained, 0, 0)


def test_a_workload_without_listed_pods_counts_as_one_pod_in_a_step() -> None:
    text = "---\n".join([village(0), village(1, 0), *(DEPLOYMENT.format(name, name, name) for name in ("api", "web"))])
    evaluator: Evaluator = evaluator_of([("all.yaml", text.encode())])
    after = evaluator.evaluate(Scenario(disabled=frozenset(p.policy.id for p in evaluator.policies)))
    # To both from p0, which had one port before, and from each other; and from both to p0.
    assert pod_step(evaluator.evaluate(), after) == (6, 0, 0)


def test_what_a_step_does_is_said_in_pairs_of_pods(bench: Workbench) -> None:
    said = bench.step(BASELINE, WhatIf(disabled=frozenset({SHUT.format(FAR)})), "namespace")
    assert said == f"Turning off {FAR}/shut opens {COUNT - 1:,} pairs of pods."


def block_policy(namespace: str, cidr: str) -> str:
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: out, namespace: {namespace}}}\n"
        f"spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}]}}\n"
    )


def test_address_blocks_that_no_shown_namespace_tells_apart_are_one_end_also_beside_a_draft() -> None:
    blocks = [block_policy(f"n{number:03}", f"203.0.113.{number}/32") for number in range(COUNT)]
    texts = [*(village(number) for number in range(COUNT)), *blocks]
    bench = Workbench.load([InputFile(name="all.yaml", data="---\n".join(texts).encode())])
    draft = Draft(text=block_policy("n000", f"203.0.113.{COUNT - 1}/32").replace("name: out", "name: more"))
    question = PictureQuestion(by="namespace")

    rows = bench.table(BASELINE, TableQuestion(view=question)).rows
    outside = {row.target for row in rows if row.target.startswith("addresses:")}
    assert len(outside) == MOST_NAMESPACES
    changes = bench.picture(WhatIf(drafts=(draft,)), question).changes
    assert [(change.source, change.target_label) for change in changes] == [("n000", f"203.0.113.{COUNT - 1}/32")]
