"""The board of policies, and the account of what is not modelled, over an input with three policy layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from netviz.errors import UsageError
from netviz.workbench import BASELINE, Draft, InputFile, WhatIf, Workbench

MIXED = Path(__file__).with_name("mixed.yaml").read_bytes()
NAMES = "AdminNetworkPolicy/names"
REFUSED = b"""\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: broken, namespace: shop}
spec: {podSelector: {}, ingress: [{ports: [{port: 0}]}]}
"""


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench.load([InputFile(name="mixed.yaml", data=MIXED)])


def test_tiers_that_hold_a_policy_come_in_evaluation_order(bench: Workbench) -> None:
    assert [(tier.name, tier.default, len(tier.cards)) for tier in bench.board()] == [
        ("unsupported", "pass", 1),
        ("kube-admin", "pass", 1),
        ("default", "deny", 2),
        ("kube-baseline", "pass", 1),
    ]


def test_a_card_counts_rules_pods_and_directions(bench: Workbench) -> None:
    cards = {card.policy.id: card for tier in bench.board() for card in tier.cards}
    assert cards[NAMES].actions == (1, 1, 1)
    assert cards[NAMES].policy.directions == ("egress",)
    assert (cards[NAMES].policy.selects, cards[NAMES].order) == (2, 10.0)
    assert cards["NetworkPolicy/data/selects-nobody"].policy.selects == 0
    assert cards["NetworkPolicy/data/db-clients"].policy.directions == ("ingress",)


def test_a_kind_that_is_not_evaluated_is_told_from_a_refused_policy() -> None:
    cards = Workbench.load([InputFile(name="a.yaml", data=MIXED + REFUSED)]).policies()
    states = {card.id: card.state for card in cards}
    assert states["istio.AuthorizationPolicy/data/paths"] == "unsupported"
    assert states["NetworkPolicy/shop/broken"] == "refused"
    assert states[NAMES] == "enforced"


def test_a_policy_names_the_workloads_that_it_selects(bench: Workbench) -> None:
    assert [(w.label, w.pods, w.certain) for w in bench.selected(BASELINE, NAMES)] == [
        ("shop/web (Deployment)", 2, True)
    ]
    assert [(w.label, w.certain) for w in bench.selected(BASELINE, "istio.AuthorizationPolicy/data/paths")] == [
        ("data/db (StatefulSet)", False)
    ]
    with pytest.raises(UsageError, match="there is no policy called"):
        bench.selected(BASELINE, "NetworkPolicy/shop/nowhere")


def test_everything_that_is_not_modelled_is_listed_with_its_place(bench: Workbench) -> None:
    found = {(line.kind, line.name): line for line in bench.unmodelled(BASELINE)}
    assert set(found) == {
        ("AdminNetworkPolicy", "names"),
        ("istio.AuthorizationPolicy", "data/paths"),
        ("PeerAuthentication", "mutual-tls"),
    }
    names = found["AdminNetworkPolicy", "names"]
    assert MIXED.decode().splitlines()[names.line - 1].strip().startswith("- {name: updates")
    assert "updates.example.com" in names.message


def test_unknown_pairs_are_counted_by_what_they_rest_on(bench: Workbench) -> None:
    fidelity = bench.fidelity(BASELINE)
    pairs = {line.name: line.pairs for line in fidelity.lines}
    unknown = [pair for pair in bench.pairs(BASELINE, "workload") if "unknown" in pair.after]
    assert fidelity.unknown == fidelity.examined == len(unknown) > 0
    assert pairs["mutual-tls"] == 0
    assert pairs["data/paths"] == sum(pair.target.startswith("data/db") for pair in unknown) == 1
    assert pairs["names"] == sum("addresses:" in pair.target for pair in unknown) == 1


def test_without_the_policy_nothing_hangs_on_it(bench: Workbench) -> None:
    lines = bench.fidelity(WhatIf(disabled=frozenset({NAMES}))).lines
    assert [line.pairs for line in lines if line.name == "names"] == [0]


def test_what_the_input_does_not_say_is_told_apart_from_what_is_not_modelled() -> None:
    text = MIXED.replace(b"kind: Namespace\nmetadata: {name: shop", b"kind: Namespace\nmetadata: {name: elsewhere")
    lines = Workbench.load([InputFile(name="a.yaml", data=text)]).fidelity(BASELINE).lines
    unknown = [line for line in lines if line.category == "not in the input"]
    assert any("the labels of namespace shop" in line.message and line.pairs for line in unknown)


def test_a_refused_policy_is_listed_as_such_where_pairs_hang_on_it() -> None:
    bench = Workbench.load([InputFile(name="a.yaml", data=MIXED + REFUSED)])
    assert not [line for line in bench.unmodelled(BASELINE) if line.name == "shop/broken"]
    assert [line.category for line in bench.fidelity(BASELINE).lines if line.name == "shop/broken"] == ["refused"]


def test_the_policies_of_a_draft_are_known_by_id(bench: Workbench) -> None:
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db-clients, namespace: data}\n"
    assert bench.drafted(Draft(text=f"{text}spec: {{podSelector: {{}}}}\n")) == ("NetworkPolicy/data/db-clients",)


def test_a_staged_policy_has_a_twin_only_if_the_input_holds_one() -> None:
    staged = b"""\
---
apiVersion: projectcalico.org/v3
kind: StagedKubernetesNetworkPolicy
metadata: {name: db-clients, namespace: data}
spec: {stagedAction: Delete}
---
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata: {name: default.web, namespace: shop}
spec: {tier: default, selector: app == 'web', types: [Ingress]}
"""
    board = Workbench.load([InputFile(name="a.yaml", data=MIXED + staged)]).board()
    found = {card.policy.name: (card.stage, card.twin) for tier in board for card in tier.cards if card.stage}
    assert found == {"db-clients": ("delete", "NetworkPolicy/data/db-clients"), "default.web": ("set", "")}
