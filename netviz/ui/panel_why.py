"""The explanation panel: why a connection is allowed or not, and what is known about a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent

import streamlit as st

from netviz import workbench
from netviz.errors import shown
from netviz.ui.panel_filter import open_namespace
from netviz.ui.panel_fix import render_fix
from netviz.ui.parts import guarded, render_listed, text
from netviz.ui.state import NOTHING, AppState, Subject, current, refine, update
from netviz.ui.text import node_name, plural
from netviz.view.picture import Change, Edge, Picture
from netviz.workbench import BASELINE, CardFacts, EndpointChoice, Half, Step, WhatIf, WhyAnswer, WhyQuestion

PANEL_HEIGHT = 680
HINT = "Click an arrow to see which rules decide, or a card to see its policies and peers."
PROTOCOLS = ("TCP", "UDP", "SCTP")
MARKS = {"yes": "✓", "no": "✗", "info": "•", "unknown": "?"}
VERDICTS = {
    "allow": ":green-badge[✓ Allowed]",
    "deny": ":red-badge[✗ Denied]",
    "unknown": ":orange-badge[? Unknown]",
    "mixed": ":orange-badge[± Mixed]",
}
PARTLY = ":orange-badge[± Allowed on some ports]"
WORDS = {"allow": ("✓", "allowed"), "deny": ("✗", "denied"), "unknown": ("?", "unknown")}
PARTLY_WORDS = ("±", "allowed in part")
SMALL_INPUT = 60
"""Up to this many workloads and policies the answers of other network plugins are there at once."""

NOW, BEFORE = "With the what-if", "As in the files"


def render_why(state: AppState, bench: workbench.Bench, picture: Picture, *, hint: str = HINT) -> None:
    """The form for a question, and the answer about what is selected or was asked; `hint` says how to select."""
    with st.container(height=PANEL_HEIGHT, border=False, key="nv-why"):
        _render_form(state, bench.endpoints(state.settings.namespaces))
        subject = state.subject
        if subject == NOTHING:
            text(hint, "quiet", "hint")
        elif subject.node:
            _render_node(state, bench, picture, subject.node)
        else:
            _render_connection(state, bench, picture, subject)


def _render_form(state: AppState, endpoints: Sequence[EndpointChoice]) -> None:
    labels = {choice.id: choice.label for choice in endpoints}
    keys = {name: f"why-{name}-{state.generation}" for name in ("from", "to", "protocol", "port", "ask")}
    with (
        st.expander("Ask: may A reach B?", expanded=state.subject == NOTHING or state.subject.asked),
        st.form(f"why-{state.generation}", border=False),
    ):
        for name in ("from", "to"):
            st.selectbox(
                name.capitalize(),
                list(labels),
                index=None,
                format_func=lambda end: shown(labels.get(end, end)),
                placeholder="Choose, or type an IP address",
                accept_new_options=True,
                key=keys[name],
            )
        render_listed(endpoints, "why")
        left, right = st.columns(2)
        left.selectbox("Protocol", PROTOCOLS, key=keys["protocol"])
        right.number_input("Port (0: all)", 0, 65535, 0, key=keys["port"])
        st.form_submit_button("Explain", type="primary", key=keys["ask"], on_click=_ask, args=(keys,))


def _ask(keys: Mapping[str, str]) -> None:
    source, target = st.session_state[keys["from"]], st.session_state[keys["to"]]
    if source and target:
        question = WhyQuestion(
            source=source,
            target=target,
            protocol=st.session_state[keys["protocol"]],
            port=int(st.session_state[keys["port"]]),
        )
        update(subject=Subject(question=question, asked=True))


def _render_connection(state: AppState, bench: workbench.Bench, picture: Picture, subject: Subject) -> None:
    what_if = state.what_if
    question = subject.question or bench.edge_question(what_if, state.question, subject.source, subject.target)
    edges = [edge for edge in picture.edges if (edge.source, edge.target) == (subject.source, subject.target)]
    shown_case = what_if
    if what_if != BASELINE:
        choice = st.segmented_control(
            "Case", (NOW, BEFORE), default=NOW, required=True, key="why-case", label_visibility="collapsed"
        )
        shown_case = BASELINE if choice == BEFORE else what_if
    for number, name in enumerate(_folded_ends(picture, subject)):
        text(f"“{name}” stands for many: one of them is taken as an example.", "quiet", f"folded-{number}")
    for number, line in enumerate(filter(None, map(_edge_words, edges))):
        text(line, "quiet", f"edge-{number}")
    answer = bench.why(shown_case, question)
    render_verdict(answer, "answer")
    if shown_case == what_if:
        render_fix(state, bench, question, answer)
    _render_plugins(state, bench, shown_case, question)
    render_traces(answer, "answer")


def _render_plugins(state: AppState, bench: workbench.Bench, what_if: WhatIf, question: WhyQuestion) -> None:
    """The network plugins whose answer is another one; for a large input only when they are asked for."""
    summary = bench.summary()
    small = max(summary.workloads, summary.policies) <= SMALL_INPUT
    key = f"plugins-{state.generation}"
    panel = st.expander("Other network plugins", expanded=small, on_change="rerun", key=key)
    if not panel.open:
        return
    with panel, guarded("plugins"):
        differing = [each for each in bench.plugins(what_if, question) if each.reason and not each.chosen]
        if not differing:
            text("Every network plugin that netviz knows gives the same answer.", "quiet", "plugins-agree")
        for each in differing:
            sign, word = WORDS.get(each.verdict, PARTLY_WORDS)
            text(f"{sign} {each.label}: {word}", "strong", f"plugin-{each.plugin}")
            text(each.reason, "quiet", f"plugin-why-{each.plugin}")


def _folded_ends(picture: Picture, subject: Subject) -> list[str]:
    ends = {subject.source, subject.target}
    return [node_name(node) for node in picture.nodes if node.id in ends and not node.peer]


def _edge_words(edge: Edge) -> str:
    if edge.change is Change.SAME:
        return "" if edge.certain else f"{edge.ports}: cannot be decided from the input"
    return (
        f"{edge.change.value.capitalize()} by the what-if: {edge.ports_before or 'nothing'} → {edge.ports or 'nothing'}"
    )


def render_verdict(answer: WhyAnswer, key: str) -> None:
    """A verdict with its port sets and reasons; `key` is unique on the page."""
    partly = answer.verdict == "mixed" and answer.allowed
    st.markdown(PARTLY if partly else VERDICTS.get(answer.verdict, VERDICTS["unknown"]))
    text(f"{answer.source} → {answer.target}", "strong", f"{key}-ends")
    sets = (("Allowed", answer.allowed), ("Denied", answer.denied), ("Unknown", answer.unknown))
    lines = [f"{name}: {ports}" for name, ports in sets if ports] or [answer.sentence]
    for line in lines:
        st.text(line)
    reasons = [": ".join(part for part in reason if part) for reason in answer.because]
    via = [f"via {answer.via}"] if answer.via else []
    for number, line in enumerate((*via, *reasons, *answer.notes)):
        text(line, "quiet", f"{key}-note-{number}")


def render_traces(answer: WhyAnswer, key: str) -> None:
    """The traces of an answer, or of every backend behind it; `key` is unique on the page."""
    for number, half in enumerate(answer.halves):
        _render_half(half, f"{key}-{number}")
    if answer.backends:
        text(plural(len(answer.backends), "backend"), "strong", f"{key}-backends")
    for number, backend in enumerate(answer.backends):
        with st.expander(f"Backend {number + 1}: {backend.verdict}", expanded=len(answer.backends) == 1):
            render_verdict(backend, f"{key}-backend-{number}")
            render_traces(backend, f"{key}-backend-{number}")


def _render_half(half: Half, key: str) -> None:
    sign, word = WORDS.get(half.verdict, WORDS["unknown"])
    text(f"{sign} {half.direction.capitalize()} of {half.subject}: {word}", "strong", key)
    for number, step in enumerate(half.steps):
        _render_step(step, f"{key}-{number}")


def _render_step(step: Step, key: str) -> None:
    with st.container(key=f"nv-step-{step.mark}-{key}"):
        st.text(f"{MARKS.get(step.mark, '•')} {step.layer}: {step.text}")
        place = f"{step.file}:{step.line}" if step.line else step.file
        origin = " · ".join(part for part in (step.policy, step.rule, place) if part not in step.text)
        if origin:
            text(origin, "quiet", f"step-{key}")
        if step.excerpt:
            st.code(numbered(step.excerpt), language=None)


def numbered(excerpt: Sequence[tuple[int, str]]) -> str:
    """Lines of a file behind their numbers, without the indentation that they share: the panel is narrow."""
    width = len(str(excerpt[-1][0]))
    lines = dedent("\n".join(line for _, line in excerpt)).split("\n")
    return "\n".join(f"{number:>{width}} │ {line}" for (number, _), line in zip(excerpt, lines, strict=True))


def _render_node(state: AppState, bench: workbench.Bench, picture: Picture, node_id: str) -> None:
    node = next((node for node in picture.nodes if node.id == node_id), None)
    if node is None:
        text("That card is not on the map any more.", "quiet", "gone")
    elif not node.peer:
        text(node_name(node), "title", "folded")
        for line in node.tooltip[1:]:
            st.text(line)
    else:
        _render_card(bench.card(state.what_if, node.peer), node.peer)


def _render_card(card: CardFacts, peer: str) -> None:
    text(card.label, "title", "card")
    for number, (name, value) in enumerate(card.facts):
        text(f"{name}: {value}", "quiet", f"fact-{number}")
    st.button("Focus on it", key="focus-card", on_click=_focus, args=(peer,))
    text(f"Policies that select it ({len(card.policies):,})", "strong", "card-policies")
    if card.policies:
        st.dataframe(
            [{"direction": note, "policy": name} for name, note in card.policies],
            hide_index=True,
            key="card-policies-table",
        )
    for title, peers, key in (("May be reached by", card.incoming, "in"), ("May reach", card.outgoing, "out")):
        text(f"{title} ({len(peers):,})", "strong", f"card-{key}")
        if peers:
            st.dataframe(
                [{"peer": name, "ports": ports} for _, name, ports in peers], hide_index=True, key=f"card-{key}-table"
            )


def _focus(peer: str) -> None:
    state = current()
    if state.settings.by != "namespace" and state.bench is not None and peer in state.bench.namespaces():
        open_namespace(peer)  # a card that stands for a namespace among workloads
    else:
        refine(focus=peer)
