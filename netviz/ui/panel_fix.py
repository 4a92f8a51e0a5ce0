"""In the explanation: what to change so that the connection is allowed or denied, to read, copy and try out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from netviz import workbench
from netviz.ui.editor import with_draft
from netviz.ui.parts import guarded, text
from netviz.ui.state import AppState, current, update
from netviz.ui.text import plural
from netviz.workbench import EffectLine, FixAnswer, FixLine, FixQuestion, WhyAnswer, WhyQuestion

TITLES: Final = {"allow": "Make this denied", "deny": "Make this allowed"}
EITHER: Final = "Change this"
ALLOWED, DENIED = "allowed", "denied"


def render_fix(state: AppState, bench: workbench.Bench, question: WhyQuestion, answer: WhyAnswer) -> None:
    """The ways to turn the verdict of an answer around, worked out when the panel is opened."""
    key = f"fix-{state.generation}"
    panel = st.expander(TITLES.get(answer.verdict, EITHER), on_change="rerun", key=key)
    if not panel.open:
        return
    with panel, guarded("fix"):
        asked = _question(state, question, answer)
        found = bench.fixes(state.what_if, asked)
        text(found.sentence, "quiet", "fix-sentence")
        if found.fixes:
            _render_ways(state, bench, found)


def _question(state: AppState, question: WhyQuestion, answer: WhyAnswer) -> FixQuestion:
    """What is wanted, on which port: what was not asked for in the question is asked for here."""
    deny = answer.verdict == "allow"
    if answer.verdict not in TITLES:
        wish = st.segmented_control(
            "It is to be", (ALLOWED, DENIED), default=ALLOWED, required=True, key=f"fix-wish-{state.generation}"
        )
        deny = wish == DENIED
    port, protocol = question.port, question.protocol
    if not port:
        protocol = answer.protocol
        suggested = answer.port if 0 < answer.port <= 65535 else 0
        port = int(
            st.number_input(
                f"{protocol} port (0: every port)", 0, 65535, suggested, key=f"fix-port-{state.generation}-{suggested}"
            )
        )
    asked = WhyQuestion(source=question.source, target=question.target, protocol=protocol, port=port)
    return FixQuestion(connection=asked, deny=deny)


def _render_ways(state: AppState, bench: workbench.Bench, found: FixAnswer) -> None:
    number = 0
    if len(found.fixes) > 1:
        number = st.selectbox(
            "Ways, the smallest first",
            range(len(found.fixes)),
            format_func=lambda i: f"{i + 1}: {_effect_words(found.fixes[i])}",
            key=f"fix-way-{state.generation}-{found.wanted}",
        )
    fix = found.fixes[min(number, len(found.fixes) - 1)]
    for i, edit in enumerate(fix.edits):
        text(edit.words[:1].upper() + edit.words[1:], "strong", f"fix-edit-{i}")
        if edit.file:
            text(f"in place of {edit.file}:{edit.line}", "quiet", f"fix-place-{i}")
    _render_effects(fix)
    # Not in a callback: asking the bench may write to the busy line, which a callback of a fragment must not.
    if st.button("Try it", type="primary", key="fix-try", help="Put it into the what-if"):
        _try(bench, fix)
        st.rerun()
    with st.container(key="nv-fix-yaml"):
        for edit in fix.edits:
            st.code(edit.draft.text, language="yaml", wrap_lines=True)


def _effect_words(fix: FixLine) -> str:
    size = "" if len(fix.edits) == 1 else f", {len(fix.edits)} policies"
    if not fix.counted:
        return f"changes more than {fix.total:,} other pairs{size}"
    if fix.total:
        return f"changes {plural(fix.total, 'other pair')}{size}"
    return f"changes nothing else{size}"


def _render_effects(fix: FixLine) -> None:
    if fix.total or not fix.counted:
        at_least = "" if fix.counted else "at least "
        text(f"✗ It also changes {at_least}{plural(fix.total, 'other pair')}:", "strong", "fix-effects")
        st.dataframe(_rows(fix.effects), hide_index=True, key="fix-effects-table")
        left = fix.total - len(fix.effects)
        if left:
            text(f"and {left:,} more", "quiet", "fix-left")
    else:
        text("✓ Nothing else changes.", "strong", "fix-clean")
    if fix.idle:
        shown = ", ".join(fix.idle[:4]) + (f" and {len(fix.idle) - 4} more" if len(fix.idle) > 4 else "")
        words = f"Changes without effect as long as the other side stays as it is: {shown}."
        text(words, "quiet", "fix-idle")


def _rows(effects: Sequence[EffectLine]) -> list[dict[str, str]]:
    return [
        {
            "change": effect.change,
            "from": effect.source,
            "to": effect.target,
            "before": effect.before or "denied",
            "after": effect.after or "denied",
        }
        for effect in effects
    ]


def _try(bench: workbench.Bench, fix: FixLine) -> None:
    state = current()
    for edit in fix.edits:
        state = with_draft(state, bench, edit.draft)
    update(drafts=state.drafts, disabled=state.disabled)
