import pytest

from netviz.workbench import BASELINE, FoundCard, LabelChoice, PictureQuestion, WhatIf, Workbench
from tests.unit.workbench.town import DENY_API, NAMESPACE, bench, pod, policy

OFF = WhatIf(disabled=frozenset({"NetworkPolicy/town/deny-api"}))


def many(count: int) -> Workbench:
    """That many pods, half of them in another namespace."""
    pods = [pod(f"p{i:03}", "x") for i in range(count)]
    pods = [text.replace("namespace: town", "namespace: city") if i % 2 else text for i, text in enumerate(pods)]
    return bench(NAMESPACE, *pods)


class TestLabels:
    def test_labels_of_the_input_can_be_chosen(self) -> None:
        assert bench().labels() == (LabelChoice(key="app", values=("api", "caller", "web")),)

    def test_a_label_that_tells_every_pod_apart_is_no_choice(self) -> None:
        pods = [pod(f"p{i}", f"x{i}") for i in range(201)]
        assert bench(NAMESPACE, *pods).labels() == ()

    def test_a_label_filter_reads_the_labels_of_pods(self) -> None:
        picture = bench().picture(BASELINE, PictureQuestion(labels=("app=api",))).picture
        assert [node.id for node in picture.nodes if "/" in node.id] == ["town/api[Pod]"]

    def test_a_workload_has_the_labels_that_its_pods_share(self) -> None:
        def replica(name: str, colour: str) -> str:
            owner = "{kind: ReplicaSet, name: web, controller: true, apiVersion: apps/v1, uid: u}"
            meta = f"name: {name}, namespace: town, ownerReferences: [{owner}], labels: {{app: web, colour: {colour}}}"
            return f"apiVersion: v1\nkind: Pod\nmetadata: {{{meta}}}\nspec: {{containers: [{{name: c}}]}}\n"

        asked = bench(NAMESPACE, replica("a", "red"), replica("b", "blue"))
        assert asked.find("app=web").total == 1
        assert asked.find("colour=red").total == 0


class TestSearch:
    def test_a_search_finds_workloads_and_namespaces_by_name(self) -> None:
        assert bench().find("API").cards == (
            FoundCard(peer="town/api[Pod]", label="town/api (Pod)", namespace="town"),
        )
        assert bench().find("town").cards[0] == FoundCard(peer="town", label="town", namespace="town")

    def test_an_empty_search_finds_nothing(self) -> None:
        assert bench().find(" ").total == 0

    def test_of_many_the_first_are_listed_and_all_are_counted(self) -> None:
        found = many(50).find("p0")
        assert (len(found.cards), found.total) == (20, 50)


class TestStep:
    def test_a_step_says_what_it_opens(self) -> None:
        words = bench().step(BASELINE, OFF, "workload")
        assert words.startswith("Turning off town/deny-api opens ")
        assert "+ town/caller → town/api any port" in words

    def test_a_step_back_says_what_it_closes(self) -> None:
        words = bench().step(OFF, BASELINE, "workload")
        assert words.startswith("Turning on town/deny-api closes ")
        assert "− town/caller → town/api any port" in words

    def test_a_step_without_effect_says_so(self) -> None:
        twice = bench(NAMESPACE, pod("api", "api"), pod("b", "b"), DENY_API, policy("more", "{podSelector: {}}"))
        assert twice.step(BASELINE, OFF, "workload") == "Turning off town/deny-api changes no connection."

    def test_standing_still_is_no_step(self) -> None:
        assert bench().step(OFF, OFF, "workload") == ""


class TestSize:
    def test_an_input_with_too_many_workloads_is_drawn_as_namespaces(self) -> None:
        picture = many(302).picture(BASELINE, PictureQuestion()).picture
        assert picture.unit == "namespace"
        assert "302 workloads are too many to draw one by one: each namespace is one card." in picture.notes

    @pytest.mark.parametrize("question", [PictureQuestion(namespaces=("town",)), PictureQuestion(labels=("app=y",))])
    def test_a_part_of_it_is_drawn_one_by_one(self, question: PictureQuestion) -> None:
        picture = many(302).picture(BASELINE, question).picture
        assert picture.unit == "workload"
        assert picture.whole.workloads == 302
