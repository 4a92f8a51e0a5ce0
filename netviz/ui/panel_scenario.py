"""Keeping a scenario as a file, bringing one back, and what the page's address does not hold."""

from __future__ import annotations

from functools import partial

import streamlit as st

from netviz import workbench
from netviz.errors import Severity, UsageError
from netviz.ui.editor import stands_for
from netviz.ui.link import missing
from netviz.ui.parts import guarded, text
from netviz.ui.state import NOTHING, AppState, DraftEntry, Notice, update
from netviz.workbench.scenario_file import NamedDraft, ScenarioFile, read_scenario, unknown_policies, write_scenario

FILE_NAME = "netviz-scenario.yaml"
BY_NAME = "The scenario was made for another input: its policies were taken by name."


def render_scenario(state: AppState, bench: workbench.Bench) -> None:
    """Save and load, at the end of the sidebar."""
    with st.sidebar:
        for number, sentence in enumerate(missing(state)):
            text(sentence, "quiet", f"link-{number}")
        panel = st.expander("Save and share", on_change="rerun", key=f"scenario-{state.generation}")
    if not panel.open:
        return
    with panel:
        text("The address of this page brings view, filters and switches back for the same input.", "quiet", "link")
        title = st.text_input("Title", key=f"scenario-title-{state.generation}", max_chars=200)
        st.download_button(
            "Save the scenario",
            data=partial(_saved, state, bench, title),
            file_name=FILE_NAME,
            mime="application/yaml",
            key="scenario-save",
            on_click="ignore",
        )
        upload = st.file_uploader("Load a scenario", type=("yaml", "yml"), key=f"scenario-load-{state.generation}")
        if upload is not None and st.button("Apply the scenario", type="primary", key="scenario-apply"):
            applied = False
            with guarded("scenario"):
                apply(state, bench, read_scenario(upload.name, upload.getvalue()))
                applied = True
            if applied:
                st.rerun()


def _saved(state: AppState, bench: workbench.Bench, title: str) -> bytes:
    return write_scenario(scenario_of(state, bench.summary().digest, title)).encode("utf-8")


def scenario_of(state: AppState, digest: str, title: str) -> ScenarioFile:
    """What is shown, as a scenario; drafts that are switched off are no part of it."""
    drafts = [(entry.name, entry.draft) for entry in state.drafts if entry.on]
    return ScenarioFile(
        title=title,
        digest=digest,
        disabled=tuple(sorted(state.disabled)),
        enforced=tuple(sorted(state.enforced)),
        drafts=tuple(NamedDraft(name=name, text=draft.text, replaces=draft.replaces) for name, draft in drafts),
        assumptions=state.assumptions,
        view=state.settings,
    )


def apply(state: AppState, bench: workbench.Bench, scenario: ScenarioFile) -> AppState:
    """Show what a scenario says; UsageError, and nothing is changed, if it does not fit this input."""
    wrong = [
        *unknown_policies(scenario, [card.id for card in bench.policies()]),
        *(
            f"draft {each.name}: {problem}"
            for each in scenario.drafts
            for problem in bench.check_draft(each.draft)
            if problem.severity is Severity.ERROR
        ),
    ]
    if wrong:
        raise UsageError("\n".join(wrong))
    if scenario.assumptions != state.assumptions:
        bench = bench.with_assumptions(scenario.assumptions)
    drafts = tuple(
        DraftEntry(
            name=each.name, text=each.text, replaces=each.replaces, stands_for=stands_for(bench, each.draft)
        )
        for each in scenario.drafts
    )
    is_for = scenario.is_for(bench.summary().digest)
    return update(
        bench=bench,
        assumptions=scenario.assumptions,
        disabled=frozenset(scenario.disabled),
        enforced=frozenset(scenario.enforced),
        drafts=drafts,
        settings=scenario.view,
        subject=NOTHING,
        notice=None if is_for else Notice(tone="info", headline=BY_NAME, line=scenario.title),
    )
