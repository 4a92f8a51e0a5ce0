"""Looks for the smallest fix: ideas from every policy API, each tried out, counted and put in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from netviz.analysis.alternatives import Alternative, Alternatives
from netviz.analysis.changes import Changes, changes
from netviz.analysis.fixes import admin, calico, kubernetes, kubernetes_narrowing
from netviz.analysis.fixes.context import Context
from netviz.analysis.fixes.edits import ChangedPolicy, Edit, Idea, NewPolicy, text_of, together
from netviz.analysis.wishes import Standing, Wish, pairs_of, standing
from netviz.dialects.plugins import Plugin
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.matrix import Grouping
from netviz.engine.options import Options, Scenario, Verdict
from netviz.engine.vocabulary import vocabulary_of
from netviz.manifests.document import Document
from netviz.model.cluster import Cluster
from netviz.model.policy import Direction, Policy, PolicyId, PolicySet

MOST_TRIED: Final = 24
"""So many combinations of edits are tried out."""

Reader = Callable[[str], PolicySet | None]
"""What the reader of manifests makes of the text of one policy; None if the API server would refuse it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A cluster under policies and a scenario. `documents` are those that can be edited, `read` reads new ones."""

    cluster: Cluster
    policies: PolicySet
    scenario: Scenario
    options: Options
    plugin: Plugin
    documents: Mapping[PolicyId, Document]
    read: Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Edits that fulfil a wish, the texts that they leave, and everything else that changes."""

    edits: Idea
    texts: tuple[str, ...]
    effects: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixes:
    """How the wish stands without any fix, and the fixes, those that change least beside it first."""

    before: Standing
    found: tuple[Fix, ...] = ()
    tried: int = 0


@dataclass(frozen=True, slots=True)
class _Tried:
    """An idea with what its texts mean."""

    edits: Idea
    texts: tuple[str, ...]
    alternative: Alternative


def find_fixes(situation: Situation, wish: Wish, by: Grouping = Grouping.WORKLOAD) -> Fixes:
    """The ways to fulfil a wish that are known; none for a wish that holds already."""
    evaluation = _as_it_is(situation, wish)
    before = standing(evaluation, wish)
    if not before.flows or before.holds(wish.verdict):
        return Fixes(before=before)
    context = Context(evaluation, wish, situation.documents, situation.plugin)
    tried = [each for each in map(_reading(situation), _ideas(context)) if each is not None]
    all_of_them = Alternatives(
        situation.cluster,
        situation.options,
        situation.policies,
        situation.scenario,
        [each.alternative for each in tried],
        wish.vocabulary(),
    )
    found: list[Fix] = []
    for number, each in enumerate(tried):
        after = all_of_them.after(number)
        if standing(after, wish).holds(wish.verdict):
            effects = changes(all_of_them.before, after, by).beyond((wish,)).folded()
            found.append(Fix(edits=each.edits, texts=each.texts, effects=effects))
    return Fixes(before=before, found=tuple(sorted(found, key=_cost)), tried=len(tried))


def _as_it_is(situation: Situation, wish: Wish) -> Evaluation:
    words = vocabulary_of(situation.policies) | wish.vocabulary()
    evaluator = Evaluator(situation.cluster, situation.policies, situation.options, words)
    return evaluator.evaluate(situation.scenario)


def _cost(fix: Fix) -> tuple[bool, int, int, int, int]:
    """Fewer effects first, then fewer others that let more through, fewer edits, and edits before what is new."""
    new = sum(isinstance(edit, NewPolicy) for edit in fix.edits)
    effects = fix.effects
    return not effects.complete, len(effects.pairs), len(effects.subjects), len(fix.edits), new


def _ideas(context: Context) -> Iterator[Idea]:
    found = _opening(context) if context.wish.verdict is Verdict.ALLOW else _closing(context)
    yield from islice(found, MOST_TRIED)


def _closing(context: Context) -> Iterator[Idea]:
    """One side is enough to close a connection."""
    for direction in reversed(Direction):
        yield from kubernetes_narrowing.closing(context, direction)
        yield from calico.closing(context, direction)
        yield from admin.closing(context, direction)


def _opening(context: Context) -> Iterator[Idea]:
    """One idea for each half that does not let the connection through."""
    halves = [list(_openers(context, direction)) for direction in _shut(context)]
    if all(halves):
        for some in product(*halves):
            yield together(some)


def _openers(context: Context, direction: Direction) -> Iterator[Idea]:
    yield from kubernetes.allowing(context, direction)
    yield from calico.allowing(context, direction)
    yield from admin.allowing(context, direction)


def _shut(context: Context) -> Sequence[Direction]:
    """The directions in which the subject's own policies do not surely let the wish through."""
    evaluation = context.evaluation
    wanted = evaluation.evaluator.atoms.mask(context.wish.connections)
    found: dict[Direction, None] = {}
    for source, target in pairs_of(evaluation, context.wish):
        around = evaluation.bypass(source, target)
        for s, t in evaluation.slot_pairs(source, target):
            if not around.egress and wanted & ~evaluation.toward(s, t, Direction.EGRESS).allow.connections_of(t):
                found[Direction.EGRESS] = None
            if not around.ingress and wanted & ~evaluation.toward(t, s, Direction.INGRESS).allow.connections_of(s):
                found[Direction.INGRESS] = None
    return tuple(found)


def _reading(situation: Situation) -> Callable[[Idea], _Tried | None]:
    """A function that reads what an idea writes; None where that would be refused."""
    known: dict[str, PolicySet | None] = {}

    def read(idea: Idea) -> _Tried | None:
        texts = tuple(text_of(edit) for edit in idea)
        sets = [known[text] if text in known else known.setdefault(text, situation.read(text)) for text in texts]
        added: list[Policy] = []
        for each in sets:
            if each is None:
                return None
            added += each.policies
        alternative = Alternative(
            removed=frozenset(filter(None, map(_edited, idea))),
            added=tuple(added),
            tiers=tuple(tier for each in sets if each is not None for tier in each.tiers),
        )
        return _Tried(idea, texts, alternative)

    return read


def _edited(edit: Edit) -> PolicyId | None:
    return edit.policy if isinstance(edit, ChangedPolicy) else None
