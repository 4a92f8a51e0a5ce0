"""The editor for policies that exist only in the what-if."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from netviz import workbench
from netviz.errors import Diagnostic, Severity, shown
from netviz.ui.parts import callout, guarded, text
from netviz.ui.state import AppState, DraftEntry, Editing, current, short, update
from netviz.ui.text import plural
from netviz.workbench import Draft, PolicyCard

TEMPLATE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: my-policy
  namespace: default
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress: []
"""


def close() -> None:
    """Close the editor without applying anything."""
    update(editing=None)


@st.dialog("A policy for the what-if", width="large", on_dismiss=close)
def render_editor(bench: workbench.Bench, cards: Sequence[PolicyCard]) -> None:
    """Write, check and apply the YAML of a new or an edited policy; nothing is written to a file."""
    state = current()
    editing = state.editing
    if editing is None:
        st.rerun()
    with guarded("editor"):
        draft = _draft(state, cards, editing)
        problems = bench.check_draft(draft)
        _render_problems(problems)
        _render_replaced(bench, draft)
        refused = any(problem.severity is Severity.ERROR for problem in problems)
        with st.container(horizontal=True):
            applied = st.button("Apply to the what-if", type="primary", key="editor-apply", disabled=refused)
            left = st.button("Cancel", key="editor-cancel")
        if applied:
            _apply(bench, draft, editing)
        if applied or left:
            close()
            st.rerun()


def _draft(state: AppState, cards: Sequence[PolicyCard], editing: Editing) -> Draft:
    if editing.draft is not None:
        entry = state.drafts[editing.draft]
        return Draft(text=_text_area(entry.text, f"draft-{editing.draft}"), replaces=entry.replaces)
    if not editing.policy:
        upload = st.file_uploader("A file, or write below", type=("yaml", "yml", "json"), key="editor-upload")
        content = upload.getvalue().decode("utf-8", "replace") if upload else TEMPLATE
        return Draft(text=_text_area(content, short(content)))
    choices = [card for card in cards if card.text]
    names = [f"{card.namespace}/{card.name}" if card.namespace else card.name for card in choices]
    start = next((i for i, card in enumerate(choices) if card.id == editing.policy), 0)
    index = st.selectbox(
        "Policy",
        range(len(choices)),
        index=start,
        format_func=lambda i: f"{shown(names[i])} · {choices[i].kind}",
        key=f"editor-policy-{state.generation}-{short(editing.policy)}",
    )
    card = choices[index]
    content = next((draft.text for draft in state.drafts if draft.replaces == card.id), card.text)
    return Draft(text=_text_area(content, short(card.id)), replaces=card.id)


def _text_area(content: str, key: str) -> str:
    return st.text_area("YAML", content, height=360, key=f"editor-text-{current().generation}-{key}")


def _render_problems(problems: Sequence[Diagnostic]) -> None:
    if not problems:
        text("✓ The API server would accept this.", "quiet", "editor-fine")
        return
    errors = [p for p in problems if p.severity is Severity.ERROR]
    tone = "error" if errors else "warning"
    headline = plural(len(errors), "error") if errors else plural(len(problems), "remark")
    callout(tone, headline, [_sentence(problem) for problem in problems], key="editor-problems")


def _render_replaced(bench: workbench.Bench, draft: Draft) -> None:
    """Say so where a policy that looks new has the name of one in the input."""
    known = [policy for policy in stands_for(bench, draft) if policy != draft.replaces]
    if known:
        callout("info", "The input has this already; the draft takes its place:", known, key="editor-replaces")


def stands_for(bench: workbench.Bench, draft: Draft) -> tuple[str, ...]:
    """The ids of the policies of the input that a draft takes the place of: the one it was made from, and namesakes."""
    known = {card.id for card in bench.policies()}
    return tuple(dict.fromkeys(policy for policy in (draft.replaces, *bench.drafted(draft)) if policy in known))


def _sentence(problem: Diagnostic) -> str:
    place = f"line {problem.line}: " if problem.line else ""
    path = f"{problem.path}: " if problem.path else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{place}{path}{problem.message}{hint}"


def _apply(bench: workbench.Bench, draft: Draft, editing: Editing) -> None:
    state = with_draft(current(), bench, draft, editing.draft)
    update(drafts=state.drafts, disabled=state.disabled)


def with_draft(state: AppState, bench: workbench.Bench, draft: Draft, index: int | None = None) -> AppState:
    """The state with a draft in place of the one with this index, or of one that stands for the same policies."""
    replaced = stands_for(bench, draft)
    name = draft_name(bench.drafted(draft), replaced)
    entry = DraftEntry(name=name, text=draft.text, replaces=draft.replaces, stands_for=replaced)
    drafts = list(state.drafts)
    if index is None and replaced:
        index = next((i for i, other in enumerate(drafts) if other.stands_for == replaced), None)
    if index is None:
        drafts.append(entry)
    else:
        drafts[index] = entry
    return replace(state, drafts=tuple(drafts), disabled=state.disabled - frozenset(replaced))


def draft_name(policies: Sequence[str], replaced: Sequence[str]) -> str:
    """What a draft is called in the sidebar: the names of its policies, and what it replaces (both by id)."""
    names = ", ".join(policy.rpartition("/")[2] for policy in policies) or "draft"
    gone = ", ".join(policy.partition("/")[2] for policy in replaced)
    return f"{names} (replaces {gone})" if gone else f"{names} (new)"
