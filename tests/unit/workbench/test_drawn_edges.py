"""Every arrow of a sample's picture leads to a question whose answer agrees with the arrow."""

from __future__ import annotations

from pathlib import Path

import pytest

from netviz.view.picture import Change
from netviz.workbench import BASELINE, InputFile, PictureQuestion, WhatIf, Workbench

SAMPLES = Path(__file__).resolve().parents[3] / "sample_manifests"


def bench(sample: str) -> Workbench:
    files = sorted((SAMPLES / sample).rglob("*.yaml"))
    return Workbench.load([InputFile(name=str(f.relative_to(SAMPLES)), data=f.read_bytes()) for f in files])


@pytest.mark.parametrize("sample", ["aks-frontend-backend", "online-shop", "policytypes-pitfall"])
def test_an_arrow_that_stays_is_explained_as_allowed_and_one_that_went_as_denied(sample: str) -> None:
    loaded = bench(sample)
    scenarios = [BASELINE, *(WhatIf(disabled=frozenset({card.id})) for card in loaded.policies())]
    question = PictureQuestion()
    for scenario in scenarios:
        for edge in loaded.picture(scenario, question).picture.edges:
            asked = loaded.edge_question(scenario, question, edge.source, edge.target)
            answer = loaded.why(scenario, asked)
            allowed = {"allow", "mixed"} if edge.change is not Change.REMOVED else {"deny", "mixed"}
            assert not edge.certain or answer.verdict in allowed, (scenario, edge.id, answer.sentence)


def test_pairs_are_all_cells_and_all_changes() -> None:
    loaded = bench("aks-frontend-backend")
    before = {(p.source, p.target): p for p in loaded.pairs(BASELINE, "workload")}
    assert {p.change for p in before.values()} == {"same"}
    off = WhatIf(disabled=frozenset({"NetworkPolicy/default/allow-frontend-to-backend"}))
    after = {(p.source, p.target): p for p in loaded.pairs(off, "workload")}
    assert set(after) == set(before)
    gone = after["default/frontend[Pod]", "default/backend[Pod]"]
    assert (gone.change, gone.before, gone.after) == ("removed", "TCP 8080", "")
