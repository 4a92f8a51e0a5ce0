"""What a page asks: pictures, changes, cards, arrows; all of it plain values."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from netviz.errors import UsageError
from netviz.workbench import (
    BASELINE,
    MOST_DOCUMENTS,
    MOST_ENDPOINTS,
    Assumptions,
    CheckQuestion,
    Draft,
    FindingsQuestion,
    FixQuestion,
    GridQuestion,
    PackQuestion,
    PictureQuestion,
    ProbeQuestion,
    ReachQuestion,
    TableQuestion,
    WhatIf,
    WhyQuestion,
    Workbench,
)
from tests.unit.workbench.town import API, CALLER, NAMESPACE, WEB, WEB_8080, bench, policy, why

DENY_API = "NetworkPolicy/town/deny-api"
OFF = WhatIf(disabled=frozenset({DENY_API}))
OBSERVED = b"town/caller[Pod]\ttown/api[Pod]\tTCP\t80\tconnects\ttimes-out\n"
DRAFTED = WhatIf(drafts=(Draft(text=policy("more", "{podSelector: {}, policyTypes: [Egress]}")),))


def answers(asked: Workbench, what_if: WhatIf) -> Iterator[tuple[str, object]]:
    """Everything that can be asked."""
    yield "summary", asked.summary()
    yield "policies", asked.policies(what_if)
    yield "board", asked.board(what_if)
    yield "selected", asked.selected(what_if, DENY_API)
    yield "selecting", asked.selecting(what_if, "pod/town/api")
    yield "unmodelled", asked.unmodelled(what_if)
    yield "fidelity", asked.fidelity(what_if)
    yield "endpoints", asked.endpoints()
    yield "endpoint_ids", asked.endpoint_ids()
    yield "namespaces", asked.namespaces()
    yield "pairs", asked.pairs(what_if, "pod")
    yield "labels", asked.labels()
    yield "find", asked.find("we")
    yield "step", asked.step(BASELINE, what_if, "pod")
    yield "grid", asked.grid(what_if, GridQuestion())
    yield "grid opened", asked.grid(what_if, GridQuestion(source="namespace/town", target="namespace/town"))
    yield "table", asked.table(what_if, TableQuestion())
    yield "table_csv", asked.table_csv(what_if, TableQuestion())
    yield "svg", asked.svg(what_if, PictureQuestion(), dark=True)
    yield "pack", asked.pack(what_if, PictureQuestion(), PackQuestion(formats=("svg", "json", "md")))
    yield "card", asked.card(what_if, "town/api[Pod]")
    yield "check_draft", asked.check_draft(Draft(text="nonsense"))
    for by in ("workload", "pod", "namespace"):
        yield f"picture by {by}", asked.picture(what_if, PictureQuestion(by=by))
    for port in (0, 8080):
        yield f"why {port}", why(asked, "caller", "web-1", port, what_if)
    yield "why service", why(asked, "caller", "service/town/web", 80, what_if)
    yield "plugins", asked.plugins(what_if, WhyQuestion(source="town/caller", target="town/api", port=80))
    yield "why alias", why(asked, "caller", "service/town/partner", 80, what_if)
    yield from _conclusions(asked, what_if)


def _conclusions(asked: Workbench, what_if: WhatIf) -> Iterator[tuple[str, object]]:
    """What rests on many verdicts at once."""
    question = WhyQuestion(source="town/caller", target="town/api", port=80)
    yield "findings", asked.findings(what_if, FindingsQuestion())
    yield "impact", asked.impact(what_if)
    yield "impact_csv", asked.impact_csv(what_if)
    yield "impact_pairs", asked.impact_pairs(what_if, DENY_API, "pod")
    yield "exposure", asked.exposure(what_if)
    yield "exposure_csv", asked.exposure_csv(what_if)
    yield "reach", asked.reach(what_if, ReachQuestion(start="town/caller"))
    yield "reach_csv", asked.reach_csv(what_if, ReachQuestion(start="internet", by="pod"))
    for deny in (False, True):
        yield f"fixes {deny}", asked.fixes(what_if, FixQuestion(connection=question, deny=deny))
    yield "proof", asked.proof(what_if, ("allow town/caller -> town/api TCP 80",))
    frozen = CheckQuestion(name="frozen.yaml", text=asked.frozen(what_if, "workload"))
    yield "frozen", frozen.text
    yield "expectations", asked.expectations(what_if, frozen)
    yield "expectation_report", asked.expectation_report(what_if, frozen, "junit")
    script = asked.probes(what_if, ProbeQuestion(connection=question))
    yield "probes", script
    yield "observed", asked.observed(what_if, OBSERVED)


COMPARING = {"compare_with", "compared", "compared_proof", "compared_svg", "compared_why"}
"""Asked in test_two_inputs.py."""

QUESTIONS = [name for name, _ in answers(bench(), BASELINE)]


@pytest.fixture(scope="module", params=[BASELINE, OFF, DRAFTED], ids=["baseline", "off", "drafted"])
def answered(request: pytest.FixtureRequest) -> dict[str, object]:
    return dict(answers(bench(), request.param))


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_survives_a_journey_to_another_process(name: str, answered: dict[str, object]) -> None:
    assert pickle.loads(pickle.dumps(answered[name])) == answered[name]


def test_every_question_is_in_the_list_above() -> None:
    asked = bench()
    methods = {name for name in dir(asked) if not name.startswith("_") and callable(getattr(asked, name))}
    told = {name.split()[0] for name in QUESTIONS}
    assert methods - told == {"load", "with_assumptions", "edge_question", "drafted"} | COMPARING


@pytest.mark.parametrize("question", [BASELINE, OFF, DRAFTED, PictureQuestion(), WhyQuestion(source="a", target="b")])
def test_every_question_survives_the_journey_as_well(question: object) -> None:
    assert pickle.loads(pickle.dumps(question)) == question
    assert hash(pickle.loads(pickle.dumps(question))) == hash(question)


@pytest.mark.parametrize("what_if", [BASELINE, OFF, DRAFTED], ids=["baseline", "off", "drafted"])
def test_two_benches_of_the_same_input_answer_the_same(what_if: WhatIf) -> None:
    one, other = bench(), bench()
    other.picture(OFF, PictureQuestion())
    assert dict(answers(one, what_if)) == dict(answers(other, what_if))


def test_who_asks_for_no_file_does_not_wait_for_the_library_of_one() -> None:
    loads = "import sys, netviz.cli.main, netviz.workbench.answers; sys.exit('pyvis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0


class TestPicture:
    def test_a_change_is_one_line_per_pair(self) -> None:
        lines = bench().picture(OFF, PictureQuestion()).changes
        found = {(line.change, line.source_label, line.target_label, line.before, line.after) for line in lines}
        assert ("added", "town/caller", "town/api", "", "any port") in found
        assert {target for _, _, target, _, _ in found} == {"town/api"}
        assert bench().picture(BASELINE, PictureQuestion()).changes == ()

    def test_off_and_on_again_gives_the_same_picture(self) -> None:
        asked = bench()
        before = asked.picture(BASELINE, PictureQuestion())
        asked.picture(OFF, PictureQuestion())
        assert asked.picture(WhatIf(disabled=frozenset()), PictureQuestion()) == before

    def test_a_what_if_moves_no_card(self) -> None:
        asked = bench()
        places = [
            {node.id: (node.x, node.y) for node in asked.picture(what_if, PictureQuestion()).picture.nodes}
            for what_if in (BASELINE, OFF)
        ]
        assert places[0]
        assert all(places[1][node] == place for node, place in places[0].items() if node in places[1])

    def test_an_unknown_policy_in_a_what_if_is_passed_over(self) -> None:
        gone = WhatIf(disabled=frozenset({"NetworkPolicy/town/gone"}))
        assert bench().picture(gone, PictureQuestion()).changes == ()

    def test_an_unknown_level_is_a_sentence(self) -> None:
        with pytest.raises(UsageError, match="'node' is no level"):
            bench().picture(BASELINE, PictureQuestion(by="node"))

    def test_assumptions_are_told_and_can_be_changed(self) -> None:
        block = "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.50.0.0/16}}]}]}"
        asked = bench(NAMESPACE, API, CALLER, policy("block", block))
        assert asked.picture(BASELINE, PictureQuestion()).assumptions == ("pod addresses lie in 10.244.0.0/16",)
        assert why(asked, "caller", "api", 80).verdict == "deny"
        elsewhere = asked.with_assumptions(Assumptions(pod_cidrs=("10.50.1.0/24",)))
        assert why(elsewhere, "caller", "api", 80).verdict == "allow"
        assert asked.assumptions == Assumptions()
        with pytest.raises(UsageError, match="is not a CIDR block"):
            asked.with_assumptions(Assumptions(pod_cidrs=("10.50.1.0",)))


class TestCard:
    def test_it_tells_ports_isolation_policies_and_peers(self) -> None:
        card = bench().card(BASELINE, "town/web-1[Pod]")
        assert dict(card.facts)["Container ports"] == "TCP 8080 (http)"
        assert dict(card.facts)["Egress"] == "open: no policy selects it"
        assert card.policies == (("NetworkPolicy/town/web-8080", "ingress"),)
        assert ("town/caller[Pod]", "town/caller", "TCP 8080") in card.incoming
        assert ("town/caller[Pod]", "town/caller", "any port") in card.outgoing

    def test_a_policy_that_is_off_is_told_as_such(self) -> None:
        assert bench().card(OFF, "town/api[Pod]").policies == ((DENY_API, "ingress, switched off"),)
        assert dict(bench().card(OFF, "town/api[Pod]").facts)["Ingress"] == "open: no policy selects it"
        assert dict(bench().card(BASELINE, "town/api[Pod]").facts)["Ingress"] == "isolated: nothing is allowed"

    def test_a_namespace_and_addresses_have_one_too(self) -> None:
        by_namespace = bench().picture(BASELINE, PictureQuestion(by="namespace")).picture
        for node in by_namespace.nodes:
            if node.peer:
                assert bench().card(BASELINE, node.peer).id == node.peer

    def test_what_is_not_there_is_a_sentence(self) -> None:
        with pytest.raises(UsageError, match="no card called 'town/gone'"):
            bench().card(BASELINE, "town/gone")


class TestArrow:
    @pytest.mark.parametrize("by", ["workload", "pod", "namespace"])
    @pytest.mark.parametrize("what_if", [BASELINE, OFF], ids=["baseline", "off"])
    def test_every_drawn_arrow_has_an_answer_that_agrees(self, by: str, what_if: WhatIf) -> None:
        asked, question = bench(), PictureQuestion(by=by)
        edges = asked.picture(what_if, question).picture.edges
        assert edges
        for edge in edges:
            asking = asked.edge_question(what_if, question, edge.source, edge.target)
            assert asked.why(what_if, asking).verdict in ("allow", "mixed"), edge

    def test_an_arrow_that_is_gone_is_a_sentence(self) -> None:
        with pytest.raises(UsageError, match="not in the picture any more"):
            bench().edge_question(BASELINE, PictureQuestion(), "gone", "town/api[Pod]")


def test_of_very_many_documents_all_are_counted_and_those_that_were_not_read_are_listed_first() -> None:
    crowd = [API.replace("name: api, ", f"name: p-{n}, ") for n in range(MOST_DOCUMENTS)]
    summary = bench(NAMESPACE, *crowd, "{apiVersion: v1, kind: Event, metadata: {name: e}}\n").summary()
    assert summary.outcomes == (("Event", "ignored", 1), ("Namespace", "read", 1), ("Pod", "read", MOST_DOCUMENTS))
    assert len(summary.documents) == MOST_DOCUMENTS
    assert (summary.documents[0].kind, summary.documents[0].outcome) == ("Event", "ignored")


class TestEndpoints:
    def test_everything_that_can_be_asked_about_is_offered_and_understood(self) -> None:
        asked = bench()
        choices = asked.endpoints()
        assert len({choice.id for choice in choices}) == len(choices)
        for choice in choices:
            if choice.id != "service/town/empty":
                assert why(asked, "caller", choice.id).verdict in ("allow", "deny", "mixed", "unknown")

    def test_of_very_many_only_so_many_are_listed_those_of_the_chosen_namespaces_first(self) -> None:
        crowd = [API.replace("name: api, namespace: town", f"name: p-{n}, namespace: crowd") for n in range(2_000)]
        asked = bench(NAMESPACE, *WEB, API, *crowd)
        usual, chosen = asked.endpoints(), asked.endpoints(("crowd",))
        assert len(usual) == len(chosen) == MOST_ENDPOINTS
        assert {choice.namespace for choice in chosen} == {"crowd"}
        assert {choice.namespace for choice in asked.endpoints(("town",))} == {"crowd", "town"}
        assert set(asked.endpoint_ids()) > {choice.id for choice in (*usual, *chosen)}
        assert asked.namespaces() == ("crowd", "town")

    def test_ports_come_with_the_choice(self) -> None:
        ports = {choice.id: choice.ports for choice in bench().endpoints()}
        assert ports["service/town/api"] == ("TCP 80", "TCP 90")


def test_a_bench_remembers_a_few_scenarios_and_not_all() -> None:
    asked = bench(NAMESPACE, *WEB, API, CALLER, WEB_8080)
    memory = vars(vars(asked)["_work"])["_memory"]
    for number in range(30):
        draft: Any = Draft(text=policy(f"p{number}", "{podSelector: {}}"))
        asked.picture(WhatIf(drafts=(draft,)), PictureQuestion())
    assert 0 < len(memory) <= 12
