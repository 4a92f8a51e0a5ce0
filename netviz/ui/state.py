"""What a session of the dashboard knows, and the part of it that travels in the page's address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from netviz import workbench
from netviz.errors import Diagnostic
from netviz.workbench import (
    BASELINE,
    Assumptions,
    Draft,
    FindingsQuestion,
    GridQuestion,
    InputFile,
    LoadSummary,
    PictureQuestion,
    ReachQuestion,
    TableQuestion,
    ViewSettings,
    WhatIf,
    WhyQuestion,
)

VIEWS = ("map", "matrix", "table", "policies", "findings", "reach", "expectations", "compare", "input")
STATE_KEY = "netviz"
SHORT_LENGTH = 8
MOST_CARDS = 150
"""Above this many workloads the page begins with the matrix, and the map with namespaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEntry:
    """A draft as the sidebar lists it: `name` says what it is, `on` whether the what-if contains it.

    `replaces` is the policy that it was made from; `stands_for` all of the input that it takes the place of.
    """

    name: str
    text: str
    replaces: str = ""
    stands_for: tuple[str, ...] = ()
    on: bool = True

    @property
    def draft(self) -> Draft:
        """The draft as the what-if knows it."""
        return Draft(text=self.text, replaces=self.replaces or next(iter(self.stands_for), ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """What the editor is open for: the draft with this index, else the policy with this id, else a new policy."""

    policy: str = ""
    draft: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the explanation is about: a card or an arrow of the map (by node id), a question, or nothing.

    `asked` says that the question was put in the form, and not by choosing a pair.
    """

    node: str = ""
    source: str = ""
    target: str = ""
    question: WhyQuestion | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expecting:
    """The expectations of this session: the file by name and text ("" if there is none), and what is shown of it.

    `part` is one of the parts of the page; `chosen` is the number of the expectation that is looked at, -1 for none.
    `probe_pair` says that probes are for the selected connection. `observed` is what a script has printed.
    """

    name: str = ""
    text: str = ""
    part: str = "results"
    chosen: int = -1
    probe_pair: bool = False
    observed: bytes = b""


NOTHING = Subject()
DEFAULTS = Assumptions()
PLAIN = ViewSettings()
ALL_ZONES = GridQuestion()
ALL_PAIRS = TableQuestion()
ALL_FINDINGS = FindingsQuestion()
NO_EXPECTATIONS = Expecting()
FROM_OUTSIDE = ReachQuestion(start="internet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that happened and that the page says until the next input is opened; `tone` as for a callout."""

    tone: str
    headline: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An input that is being opened; the other fields become those of the state when it is open."""

    job: workbench.Opening
    origin: str
    sample: str
    identity: str
    noticed: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """Everything that survives a rerun.

    `bench` is None until something is loaded, `opening` is what is being loaded. `origin` is how the input is called
    on the page; `sample` its name if it is one of ours, else "". `identity` is a short hash of the input: what an
    address says holds for that input only. `noticed` is what there was to say before anything was read, such as a file
    that is no manifest. `notice` is what the page says until another input is opened.
    `generation` counts loads; the keys of input widgets contain it, so that a load also lets go of what they hold.
    `editing` is None while the editor is closed; `reading` is the id of the policy that is shown by itself;
    `inspected` that of the workload or pod whose policies are listed;
    `home` is the view that the page began with; `grid` is the window of the matrix, and `table` the rows
    that are shown, but for what `settings` filter. `findings` are the findings that are listed, `finding` the key of
    the one that is told in full.
    `refused_ports` says what is wrong with ports that were typed. `told` is what the last step of the what-if did, the
    one to `told_at`. `settings` is what the map shows; `explaining` says whether it has the panel beside it. `subject`
    is what is explained, `region` the id of the box that was clicked, `selected` the selection of the map that was last
    acted on, and `clicked` the click that made it. `entered` is what was selected when the view was last changed.
    `earlier` is how the input is called that this one is compared with, "" if there is none, `earlier_summary` what
    became of it; `compared` is the pair that is explained there, `compare_clicked` the click that chose it.
    `expecting` is the expectations file with what is shown of it.
    `reach` is what the Reach page asks, `reach_part` the part of it that is shown (reach or exposure), `exposed` tells
    the chosen entry of the latter from every other one, `board` is the part of the Policies page (tiers or impact), and
    `impact_of` the policy whose pairs are listed there.
    """

    bench: workbench.Bench | None = None
    opening: Pending | None = None
    notice: Notice | None = None
    origin: str = ""
    sample: str = ""
    identity: str = ""
    noticed: tuple[Diagnostic, ...] = ()
    generation: int = 0
    view: str = "map"
    home: str = "map"
    grid: GridQuestion = ALL_ZONES
    table: TableQuestion = ALL_PAIRS
    findings: FindingsQuestion = ALL_FINDINGS
    finding: str = ""
    settings: ViewSettings = PLAIN
    disabled: frozenset[str] = frozenset()
    enforced: frozenset[str] = frozenset()
    drafts: tuple[DraftEntry, ...] = ()
    assumptions: Assumptions = DEFAULTS
    editing: Editing | None = None
    reading: str = ""
    inspected: str = ""
    explaining: bool = True
    refused_ports: str = ""
    region: str = ""
    told: str = ""
    told_at: WhatIf = BASELINE
    subject: Subject = NOTHING
    selected: Subject = NOTHING
    clicked: int = 0
    entered: Subject = NOTHING
    earlier: str = ""
    earlier_summary: LoadSummary | None = None
    compared: WhyQuestion | None = None
    reach: ReachQuestion = FROM_OUTSIDE
    reach_part: str = "reach"
    exposed: str = ""
    impact_of: str = ""
    board: str = "tiers"
    compare_clicked: int = 0
    expecting: Expecting = NO_EXPECTATIONS

    @property
    def what_if(self) -> WhatIf:
        """The scenario: a draft that stands for a policy is in it only while that policy is on."""
        drafts = [entry.draft for entry in self.drafts if entry.on]
        active = tuple(draft for draft in drafts if draft.replaces not in self.disabled)
        return WhatIf(disabled=self.disabled, enforced=self.enforced, drafts=active)

    @property
    def question(self) -> PictureQuestion:
        """The picture that the filters ask for."""
        chosen: dict[str, Any] = {each.name: getattr(self.settings, each.name) for each in fields(ViewSettings)}
        return PictureQuestion(**chosen, title=self.origin)


def current() -> AppState:
    """The state of this session."""
    state: AppState = st.session_state.get(STATE_KEY) or AppState()
    return state


def update(**changes: Any) -> AppState:  # noqa: ANN401 - the fields of AppState
    """Replace fields of this session's state."""
    state = replace(current(), **changes)
    st.session_state[STATE_KEY] = state
    return state


def go_to(view: str) -> AppState:
    """Change the view; what is selected goes along, whether or not the map that it was selected on is there."""
    return update(view=view, entered=current().subject, selected=NOTHING)


def refine(**changes: Any) -> AppState:  # noqa: ANN401 - the fields of ViewSettings
    """Replace fields of this session's view settings."""
    return update(settings=replace(current().settings, **changes))


def loaded(
    bench: workbench.Bench, *, origin: str, identity: str, sample: str = "", noticed: Sequence[Diagnostic] = ()
) -> AppState:
    """Start over with another input; only the count of loads goes on."""
    is_large = bench.summary().workloads > MOST_CARDS
    home = "matrix" if is_large else "map"
    state = AppState(
        bench=bench,
        origin=origin,
        sample=sample,
        identity=identity,
        noticed=tuple(noticed),
        assumptions=bench.assumptions,
        generation=current().generation + 1,
        view=home,
        home=home,
        settings=ViewSettings(by="namespace" if is_large else "workload"),
    )
    st.session_state[STATE_KEY] = state
    return state


def lost(why: str) -> AppState:
    """Start over without an input, because the process that held it is gone."""
    notice = Notice(tone="error", headline="This input is not open any more.", line=f"{why} Open it again to go on.")
    state = AppState(generation=current().generation + 1, notice=notice)
    st.session_state[STATE_KEY] = state
    return state


def short(text: str) -> str:
    """A short hash that stands for a name in the page's address, so that no name is in it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:SHORT_LENGTH]


def identity_of(files: Iterable[InputFile]) -> str:
    """A short hash of the input's names and bytes."""
    digest = hashlib.sha256()
    for file in files:
        for part in (file.name.encode("utf-8", "surrogatepass"), file.data):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:SHORT_LENGTH]
