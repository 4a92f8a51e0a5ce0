"""Answers questions about fixes (`fixes.py`) from an input and a scenario."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.analysis.changes import Changed, Changes
from netviz.analysis.fixes.edits import ChangedPolicy, Edit
from netviz.analysis.fixes.search import Fix, Fixes, Situation, find_fixes
from netviz.analysis.parties import wish_of
from netviz.analysis.wishes import Wish
from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import Grouping
from netviz.engine.options import Verdict
from netviz.errors import Severity, UsageError
from netviz.loading import Loaded
from netviz.manifests.document import Document
from netviz.model.policy import PolicyId, PolicySet
from netviz.sets.connections import ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.view.peers import peer_label
from netviz.view.words import connection_words
from netviz.workbench.asking import protocol_number
from netviz.workbench.drafts import load_beside
from netviz.workbench.fixes import EffectLine, FixAnswer, FixEdit, FixLine, FixQuestion
from netviz.workbench.questions import Draft, WhatIf

MOST_FIXES = 8
MOST_LINES = 50
"""So many effects of a fix are listed; how many there are is always said."""


def situation_of(
    loaded: Loaded, policies: PolicySet, evaluation: Evaluation, drafted: frozenset[PolicyId] = frozenset()
) -> Situation:
    """What a fix is looked for in. `policies` are those of the evaluation; `drafted` ones are not edited."""

    def read(text: str) -> PolicySet | None:
        found = load_beside(loaded, (Draft(text=text),))
        refused = any(d.severity is Severity.ERROR for d in found.report.diagnostics) or found.report.unsupported
        return None if refused or not found.policies.policies else found.policies

    return Situation(
        cluster=evaluation.cluster,
        policies=policies,
        scenario=evaluation.scenario,
        options=evaluation.evaluator.options,
        plugin=loaded.plugin,
        documents={id_: doc for id_, doc in documents_of(loaded, policies).items() if id_ not in drafted},
        read=read,
    )


def documents_of(loaded: Loaded, policies: PolicySet) -> Mapping[PolicyId, Document]:
    """The documents of the input that policies were read from."""
    places = {(document.file, document.index): document for document in loaded.origin.documents.values()}
    found = ((policy.id, places.get((policy.ref.file, policy.ref.document))) for policy in policies.policies)
    return {policy: document for policy, document in found if document is not None}


def fix_asked(
    loaded: Loaded, policies: PolicySet, evaluation: Evaluation, what_if: WhatIf, question: FixQuestion
) -> FixAnswer:
    """The answer to a page's question; its ends may be ids of matrix peers. Policies of drafts are not edited."""
    drafted = frozenset(policy.id for policy in load_beside(loaded, what_if.drafts).policies.policies)
    wish = wish_asked(evaluation, question, peers=True)
    return answer_fix(situation_of(loaded, policies, evaluation, drafted), wish)


def wish_asked(evaluation: Evaluation, question: FixQuestion, *, peers: bool = False) -> Wish:
    """The wish of a question; UsageError for a name, protocol or port that is none."""
    asked = question.connection
    if not 0 <= asked.port <= 65535:
        raise UsageError(f"{asked.port} is no port: choose one from 1 to 65535, or none for all")
    verdict = Verdict.DENY if question.deny else Verdict.ALLOW
    port = IntervalSet.single(asked.port) if asked.port else None
    connections = ConnectionSet.of(protocol_number(asked.protocol), port)
    return wish_of(evaluation, (asked.source, asked.target), verdict, connections, peers=peers)


def answer_fix(situation: Situation, wish: Wish, by: Grouping = Grouping.WORKLOAD) -> FixAnswer:
    """The answer to a question about fixes."""
    fixes = find_fixes(situation, wish, by)
    return FixAnswer(
        source=wish.source.label,
        target=wish.target.label,
        connections=connection_words(wish.connections),
        wanted=wish.verdict.value,
        before=fixes.before.word,
        sentence=_sentence(wish, fixes),
        fixes=tuple(map(_fix_line, fixes.found[:MOST_FIXES])),
    )


def _sentence(wish: Wish, fixes: Fixes) -> str:
    flow = f"{wish.source.label} → {wish.target.label}, {connection_words(wish.connections)}"
    wanted = "allowed" if wish.verdict is Verdict.ALLOW else "denied"
    if fixes.before.holds(wish.verdict):
        return f"{flow}: this is {wanted} already."
    if not fixes.before.flows:
        return f"{flow}: there is no pair of ends that policies could be about."
    if not fixes.found:
        return f"{flow}: no way is known to make this {wanted} by changing policies alone."
    clean = sum(fix.effects.complete and not fix.effects.pairs for fix in fixes.found)
    ways = "1 way is" if len(fixes.found) == 1 else f"{len(fixes.found)} ways are"
    if not clean:
        return f"{flow}: {ways} known to make this {wanted}, and each changes something else, too."
    changing = "1 changes" if clean == 1 else f"{clean} change"
    return f"{flow}: {ways} known to make this {wanted}; {changing} nothing else."


def _fix_line(fix: Fix) -> FixLine:
    return FixLine(
        edits=tuple(_edit_line(edit, text) for edit, text in zip(fix.edits, fix.texts, strict=True)),
        effects=effect_lines(fix.effects)[:MOST_LINES],
        total=len(fix.effects.pairs),
        counted=fix.effects.complete,
        idle=tuple(f"{direction} of {peer_label(peer)}" for direction, peer in fix.effects.subjects),
    )


def _edit_line(edit: Edit, text: str) -> FixEdit:
    if isinstance(edit, ChangedPolicy):
        draft = Draft(text=text, replaces=str(edit.policy))
        return FixEdit(words=edit.words, draft=draft, file=edit.ref.file, line=edit.ref.line)
    return FixEdit(words=edit.words, draft=Draft(text=text))


def effect_lines(changes: Changes) -> tuple[EffectLine, ...]:
    """Changes in words, sorted by name."""
    return tuple(sorted(map(_effect_line, changes.pairs), key=lambda line: (line.source, line.target, line.before)))


def _effect_line(changed: Changed) -> EffectLine:
    words = [
        "; ".join(
            part
            for part in (
                connection_words(cell.allow) if cell.allow else "",
                f"unknown: {connection_words(cell.unknown)}" if cell.unknown else "",
            )
            if part
        )
        for cell in (changed.before, changed.after)
    ]
    return EffectLine(
        source=peer_label(changed.source),
        target=peer_label(changed.target),
        change="undecided" if changed.before == changed.after else changed.word,
        before=words[0],
        after=words[1],
    )
