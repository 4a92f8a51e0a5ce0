"""Two inputs side by side: what changed from one set of manifests to another, and what caused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from netviz.analysis.causes import Cause, find_causes
from netviz.analysis.compare import Comparison, compare
from netviz.analysis.pairs import PairTable, paired
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.matrix import Grouping, PeerType, ReachabilityMatrix
from netviz.engine.options import Options
from netviz.engine.reach import peer_ends
from netviz.engine.vocabulary import vocabulary_of
from netviz.errors import UsageError
from netviz.exporters.svg import render_svg
from netviz.loading import Loaded
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.view.build import build_picture
from netviz.view.causes import cause_words
from netviz.view.filters import CardLabels
from netviz.view.picture import Node, NodeKind, Picture
from netviz.workbench import inventory
from netviz.workbench.answers import Asker, lookup
from netviz.workbench.asking import drawable, grouping_of, protocol_number
from netviz.workbench.excerpts import quoter
from netviz.workbench.finding import card_labels
from netviz.workbench.proofs import ProofAnswer
from netviz.workbench.proving import prove_inputs
from netviz.workbench.questions import CauseLine, PictureAnswer, PictureQuestion, WhyAnswer, WhyQuestion

_OVER_THE_LIMIT = "There are too many differences to say of every change what caused it."


class TwoInputs:
    """The answers about two inputs, under the same options; each level is worked out when it is first asked for."""

    def __init__(self, before: Loaded, after: Loaded, options: Options) -> None:
        self._loaded = before, after
        words = vocabulary_of(before.policies) | vocabulary_of(after.policies)
        self._sides: tuple[Evaluation, Evaluation] = (
            Evaluator(before.cluster, before.policies, options, words).evaluate(),
            Evaluator(after.cluster, after.policies, options, words).evaluate(),
        )
        self._levels: dict[Grouping, _Level] = {}

    def picture(self, question: PictureQuestion) -> PictureAnswer:
        """Both inputs in one picture, and every changed pair with its causes."""
        question, notes = self._drawable(question)
        level = self._level(question.by)
        lines = inventory.change_lines(level.comparison)
        changes = tuple(
            replace(line, causes=tuple(map(_cause_line, causes)), caused_by=cause_words(causes))
            for line, causes in zip(lines, level.causes, strict=True)
        )
        stated = dict.fromkeys(text for side in self._sides for text in inventory.assumptions(side.evaluator))
        if not all(level.causes):
            notes = (*notes, _OVER_THE_LIMIT)
        return PictureAnswer(
            picture=self._picture(question, level, (*notes, *(f"Assumed: {text}." for text in stated))),
            changes=changes,
            exact=not any(cell.unknown for cell in level.after.cells.values()),
            assumptions=tuple(stated),
        )

    def proof(self, intents: Sequence[str]) -> ProofAnswer:
        """Whether the change does just what is intended; UsageError for what is no intent."""
        complete = all(loaded.report.complete for loaded in self._loaded)
        return prove_inputs(*self._sides, intents, complete=complete)

    def svg(self, question: PictureQuestion, *, dark: bool) -> str:
        """The picture as a standalone SVG document."""
        return render_svg(self.picture(question).picture, dark=dark)

    def why(self, question: WhyQuestion) -> tuple[WhyAnswer | None, WhyAnswer | None]:
        """Verdict and traces before and after; None for a side that lacks one of the ends.

        UsageError if neither has them, or for a protocol that is not known.
        """
        answers: list[WhyAnswer | None] = []
        errors: list[UsageError] = []
        protocol = protocol_number(question.protocol)
        for loaded, side in zip(self._loaded, self._sides, strict=True):
            asker = Asker(side, quoter(loaded.report.texts))
            ends = {name: each for by in Grouping for name, each in peer_ends(side, by).items()}
            try:
                source, target = (lookup(side, ends.get, self._name(end)) for end in (question.source, question.target))
                answers.append(asker.why(source, target, protocol, question.port))
            except UsageError as error:
                answers.append(None)
                errors.append(error)
        if len(errors) == len(answers):
            raise errors[-1]
        return answers[0], answers[1]

    def _name(self, end: str) -> str:
        """What both sides understand: an address for a peer outside, the workload for a part of it."""
        for level in self._levels.values():
            for peer in level.comparison.peers:
                if peer.id == end and peer.type is PeerType.ADDRESSES:
                    return str(_an_address(peer.addresses))
        return end.partition("#")[0]

    def _drawable(self, question: PictureQuestion) -> tuple[PictureQuestion, tuple[str, ...]]:
        return max(
            (drawable(question, loaded.cluster) for loaded in self._loaded), key=lambda found: len(found[1])
        )

    def _level(self, by: str) -> _Level:
        grouping = grouping_of(by)
        if grouping not in self._levels:
            self._levels[grouping] = _Level(*self._sides, grouping)
        return self._levels[grouping]

    def _picture(self, question: PictureQuestion, level: _Level, notes: Sequence[str]) -> Picture:
        labels: CardLabels = {}
        if question.by != "namespace":
            labels = {k: v for loaded in self._loaded for k, v in card_labels(loaded.cluster, question.by).items()}
        picture = build_picture(
            level.after,
            level.before,
            title=question.title or "What changed",
            what_if="before and after",
            view=question,
            labels=labels,
            notes=(*notes, *self._refused()),
        )
        return replace(picture, nodes=tuple(_marked(node, level.table) for node in picture.nodes))

    def _refused(self) -> list[str]:
        sides = zip(("before", "after"), self._loaded, strict=True)
        return [f"Part of the input {side} was refused." for side, loaded in sides if not loaded.report.complete]


class _Level:
    """Everything about one level of detail."""

    def __init__(self, old: Evaluation, new: Evaluation, by: Grouping) -> None:
        self._sides = old, new
        self._by = by

    @cached_property
    def before(self) -> ReachabilityMatrix:
        return self._sides[0].matrix(self._by)

    @cached_property
    def after(self) -> ReachabilityMatrix:
        return self._sides[1].matrix(self._by)

    @cached_property
    def comparison(self) -> Comparison:
        return compare(self.before, self.after)

    @cached_property
    def table(self) -> PairTable:
        return paired(self.before, self.after)

    @cached_property
    def causes(self) -> tuple[tuple[Cause, ...], ...]:
        return find_causes(*self._sides, self.comparison, self._by)


def _cause_line(cause: Cause) -> CauseLine:
    difference = cause.difference
    return CauseLine(
        kind=difference.piece.value,
        name=difference.name,
        change=difference.what,
        detail=difference.detail,
        alone=cause.alone,
        file=difference.ref.file if difference.ref else "",
        line=difference.ref.line if difference.ref else 0,
    )


def _marked(node: Node, table: PairTable) -> Node:
    """The card with a sign if it is there on one side only."""
    if node.kind not in (NodeKind.WORKLOAD, NodeKind.NAMESPACE):
        return node
    end = next((end for end in table.ends if node.peer in (end.id, end.peer.id)), None)
    if end is None or not (end.new or end.gone):
        return node
    sign, words = ("+", "only after") if end.new else ("−", "only before")
    return replace(
        node,
        subtitle=" · ".join(filter(None, (f"{sign} {words}", node.subtitle))),
        tooltip=(*node.tooltip, words),
    )


def _an_address(addresses: AddressSet) -> IpAddress:
    family, first, _ = max(addresses.ranges(), key=lambda r: r[2] - r[1])
    return IpAddress(family, first)
