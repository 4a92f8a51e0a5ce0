"""An arrow to or from a card that stands for many is explained by one of them, for which it holds."""

from docs.review_clusters import review_cluster
from netviz.view.picture import NodeKind, Picture
from netviz.workbench import BASELINE, InputFile, PictureQuestion, WhatIf, Workbench

BENCH = Workbench.load([InputFile(name="cluster.yaml", data=review_cluster(40).encode())])
QUESTION = PictureQuestion()
ALL_OFF = WhatIf(disabled=frozenset(card.id for card in BENCH.policies()))


def grouped(picture: Picture) -> list[tuple[str, str]]:
    groups = {node.id for node in picture.nodes if node.kind is NodeKind.GROUP}
    return [(e.source, e.target) for e in picture.edges if e.source in groups or e.target in groups]


def verdicts(what_if: WhatIf) -> list[str]:
    found = grouped(BENCH.picture(what_if, QUESTION).picture)
    questions = [BENCH.edge_question(what_if, QUESTION, source, target) for source, target in found]
    return [BENCH.why(what_if, question).allowed for question in questions]


def test_an_arrow_of_a_hub_is_explained_by_one_of_its_members() -> None:
    assert verdicts(BASELINE) == ["TCP 9090"]


def test_arrows_that_everything_off_adds_are_explained_by_one_of_their_members() -> None:
    assert verdicts(ALL_OFF) == ["any port", "any port"]
