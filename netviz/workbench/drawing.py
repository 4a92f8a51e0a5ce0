"""Questions about the picture of one input and its what-if: the picture itself, its files, and what its arrows mean."""

from __future__ import annotations

from netviz.engine.matrix import ReachabilityMatrix
from netviz.errors import UsageError
from netviz.view.build import Baseline, build_picture, make_baseline
from netviz.view.filters import CardLabels
from netviz.view.picture import Picture
from netviz.view.settings import frame_of
from netviz.workbench import inventory
from netviz.workbench.asking import drawable, grouping_of
from netviz.workbench.drafts import drafted_ids
from netviz.workbench.fidelity import unmodelled_notes
from netviz.workbench.finding import asks_for_labels
from netviz.workbench.packing import Pack, context_of, is_exact, pair_rows
from netviz.workbench.questions import (
    BASELINE,
    PackedFile,
    PackQuestion,
    PictureAnswer,
    PictureQuestion,
    WhatIf,
    WhyQuestion,
)
from netviz.workbench.reasons import explainer
from netviz.workbench.scope import is_large
from netviz.workbench.workings import Workings


def picture_answer(workings: Workings, what_if: WhatIf, question: PictureQuestion) -> PictureAnswer:
    """The picture of a scenario beside the baseline, and every changed pair."""
    question, notes = drawable(question, workings.cluster)
    by = grouping_of(question.by)
    scope = workings.scope(by, question, what_if)
    before, after = workings.matrices(what_if, by, scope)
    return PictureAnswer(
        picture=_picture(workings, what_if, question, before, after, (*notes, *filter(None, [scope.note]))),
        changes=inventory.change_lines(workings.comparison(what_if, by, scope)),
        exact=not any(cell.unknown for cell in after.cells.values()),
        assumptions=workings.drafted(what_if.drafts).assumed,
    )


def packed(
    workings: Workings, what_if: WhatIf, question: PictureQuestion, wanted: PackQuestion
) -> tuple[PackedFile, ...]:
    """The files of a review pack, in the order of the formats; UsageError for one that cannot be made here."""
    # With it comes pyvis, which brings a whole notebook along: that takes longer than most answers.
    from netviz.exporters.formats import exporter

    drawn, notes = drawable(question, workings.cluster)
    by, level = grouping_of(question.by), grouping_of(drawn.by)
    by = level if is_large(workings.cluster, by) else by
    scopes = workings.scope(by, question, what_if), workings.scope(level, drawn, what_if)
    both, evaluation = workings.matrices(what_if, by, scopes[0]), workings.sides(what_if).after
    drawn_matrices = workings.matrices(what_if, level, scopes[1])
    picture = _picture(workings, what_if, drawn, *drawn_matrices, (*notes, *filter(None, [scopes[1].note])))
    pack = Pack(
        picture=picture,
        rows=pair_rows(
            both[1],
            workings.comparison(what_if, by, scopes[0]),
            namespaces=question.namespaces,
            explainer=explainer(evaluation, picture, drawn_matrices, workings.texts(what_if)),
        ),
        context=context_of(
            evaluation,
            workings.loaded,
            wanted,
            by=by.value,
            exact=is_exact(*both),
            drafted=[i for draft in what_if.drafts for i in drafted_ids(draft)],
        ),
    )
    return pack.files(exporter(name) for name in wanted.formats)


def edge_question(
    workings: Workings, what_if: WhatIf, picture: PictureQuestion, source: str, target: str
) -> WhyQuestion:
    """The question that explains a drawn edge between two cards, folded ends included."""
    picture, _ = drawable(picture, workings.cluster)
    by = grouping_of(picture.by)
    before, after = workings.matrices(what_if, by, workings.scope(by, picture, what_if))
    drawn = _picture(workings, what_if, picture, before, after)
    found = inventory.edge_ends(drawn, (before, after), source, target)
    if found is None:
        raise UsageError("that connection is not in the picture any more")
    return WhyQuestion(source=found[0], target=found[1])


def _picture(
    workings: Workings,
    what_if: WhatIf,
    question: PictureQuestion,
    before: ReachabilityMatrix,
    after: ReachabilityMatrix,
    notes: tuple[str, ...] = (),
) -> Picture:
    def baseline() -> Baseline:
        return make_baseline(before, view=question, labels=labels)

    labels = _labels(workings, question)
    frame = frame_of(question)
    return build_picture(
        after,
        None if what_if == BASELINE else before,
        title=question.title or "Allowed connections",
        what_if=inventory.what_if_words(what_if, workings.loaded.policies),
        view=question,
        labels=labels,
        notes=(
            *notes,
            *inventory.picture_notes(workings.loaded, workings.drafted(what_if.drafts).assumed),
            *unmodelled_notes(workings.drafted(what_if.drafts).unmodelled),
        ),
        baseline=workings.remember(("drawn", what_if.drafts, frame, tuple(peer.id for peer in before.peers)), baseline),
    )


def _labels(workings: Workings, question: PictureQuestion) -> CardLabels:
    """The labels of the cards, if the question speaks of labels."""
    if question.by == "namespace" or not asks_for_labels(question):
        return {}
    return workings.card_labels(question.by)
