"""What the map shows: level, namespaces, focus, search, and every other filter; and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

import streamlit as st

from netviz import workbench
from netviz.errors import UsageError, shown
from netviz.sets.connections import PROTOCOL_NAMES
from netviz.ui.controls import keyed
from netviz.ui.parts import callout, text
from netviz.ui.state import NOTHING, AppState, current, refine, update
from netviz.ui.text import label, node_name, plural
from netviz.view.filters import parsed_ports
from netviz.view.picture import Counts, Node, NodeKind, Picture
from netviz.view.settings import DIRECTIONS, HUBS, LEVELS, MOST_HOPS
from netviz.workbench import FoundCard, ViewSettings

PLAIN = ViewSettings()
COUNTED = ("hidden", "hide_system", "collapsed", "labels", "protocol", "ports", "direction", "only_changes", "hubs")
"""The settings of the popover that leave something out or fold it."""

FEW_NAMESPACES = 500

HUB_WORDS = {"auto": "By size", "drawn": "Draw all", "folded": "Fold"}
DIRECTION_WORDS = {"": "Both", "ingress": "Ingress", "egress": "Egress"}


def render_filters(state: AppState, bench: workbench.Bench, nodes: Sequence[Node]) -> None:
    """The row above the map: what a card is, which namespaces, the focus, the search, and the rest in a popover."""
    with st.container(horizontal=True, vertical_alignment="center", key="nv-filters"):
        _choice("Level", "by", LEVELS, {level: level.capitalize() for level in LEVELS}, change=_set_level)
        _several("Namespaces", "namespaces", bench.namespaces(), placeholder="All namespaces", hidden_label=True)
        _render_focus(state, nodes)
        _render_search(state)
        # Its lists go to the browser at once only where they are short: it opens without a round trip then.
        many = len(bench.namespaces()) > FEW_NAMESPACES
        popover = st.popover(
            _filters_label(state.settings),
            key=f"filters-{state.generation}",
            on_change="rerun" if many else "ignore",
        )
        if popover.open or not many:
            with popover:
                _render_more(state, bench)
    _render_found(state, bench)


def _filters_label(settings: ViewSettings) -> str:
    active = sum(getattr(settings, name) != getattr(PLAIN, name) for name in COUNTED)
    return f"Filters ({active})" if active else "Filters"


# ------------------------------------------------------------------------------------------------------------ the row


def _render_focus(state: AppState, nodes: Sequence[Node]) -> None:
    names = {node.peer: node_name(node) for node in nodes if node.peer}
    st.selectbox(
        "Focus",
        sorted({*names, state.settings.focus} - {""}),
        key=(key := keyed("focus", state.settings.focus or None)),
        placeholder="Focus on one…",
        index=None,
        format_func=lambda peer: shown(names.get(peer, peer)),
        label_visibility="collapsed",
        on_change=_set_focus,
        args=(key,),
    )
    if state.settings.focus:
        st.selectbox(
            "Hops",
            range(1, MOST_HOPS + 1),
            key=(key := keyed("hops", state.settings.hops)),
            format_func=lambda n: plural(n, "hop"),
            label_visibility="collapsed",
            on_change=_set,
            args=("hops", key),
            width=110,
        )


def _render_search(state: AppState) -> None:
    st.text_input(
        "Find in the input",
        key=(key := keyed("search", state.settings.search)),
        placeholder="Find name or label…",
        label_visibility="collapsed",
        on_change=_set,
        args=("search", key),
        max_chars=200,
        width=190,
    )


def _render_found(state: AppState, bench: workbench.Bench) -> None:
    """What the search finds in the whole input, also what is not drawn, as buttons that lead there."""
    # Always there: a row that comes and goes would make the browser build the map below it anew.
    row = st.container(horizontal=True, vertical_alignment="center", key="nv-found")
    if not state.settings.search.strip():
        return
    found = bench.find(state.settings.search)
    with row:
        listed = f", the first {len(found.cards)}" if found.total > len(found.cards) else ""
        text(f"{found.total:,} found{listed}", "quiet", "found", width="content")
        for number, card in enumerate(found.cards):
            st.button(label(card.label), key=f"found-{number}", type="tertiary", on_click=go_to, args=(card,))


# -------------------------------------------------------------------------------------------------------- the popover


def _render_more(state: AppState, bench: workbench.Bench) -> None:
    settings = state.settings
    left, right = st.columns(2, gap="medium")
    with left:
        _render_namespace_filters(settings, bench)
    with right:
        _render_connection_filters(state)
        _render_label_filters(settings, bench)
    st.button("Reset filters", key="reset-filters", on_click=reset)


def _render_namespace_filters(settings: ViewSettings, bench: workbench.Bench) -> None:
    names = bench.namespaces()
    _switch("Hide system namespaces", "hide_system", "kube-system, calico-system, and others that run the cluster")
    _several("Hide namespaces", "hidden", names)
    aggregated = settings.by == "namespace"
    _several("Collapsed: one card each", "collapsed", names, disabled=aggregated)
    with st.container(horizontal=True):
        st.button("Collapse all", key="collapse-all", on_click=_collapse, args=(names,), disabled=aggregated)
        st.button("Expand all", key="expand-all", on_click=_collapse, args=((),), disabled=not settings.collapsed)
    _switch(
        "Neighbours as one card each",
        "neighbours",
        "Beside the chosen namespaces, draw each namespace that they are connected with as one card",
        disabled=not settings.namespaces or aggregated,
    )
    st.caption("Hubs: cards with the same connection to very many others")
    _choice("Hubs", "hubs", HUBS, HUB_WORDS)


def _render_connection_filters(state: AppState) -> None:
    settings = state.settings
    left, right = st.columns(2)
    with left:
        st.selectbox(
            "Protocol",
            ("", *PROTOCOL_NAMES.values()),
            key=(key := keyed("protocol", settings.protocol)),
            format_func=lambda name: name or "Any",
            on_change=_set,
            args=("protocol", key),
        )
    with right:
        st.text_input(
            "Ports",
            key=(key := f"ports-{state.generation}"),
            value=settings.ports,
            placeholder="80, 8000-8999",
            on_change=_set_ports,
            args=(key,),
            max_chars=200,
        )
    if state.refused_ports:
        callout("error", "These ports are not used.", (state.refused_ports,), key="ports")
    centred = bool(settings.focus or settings.namespaces or settings.labels)
    st.caption("Direction, seen from the focus, or the chosen namespaces and labels")
    _choice("Direction", "direction", DIRECTIONS, DIRECTION_WORDS, disabled=not centred)
    _switch("Only changes", "only_changes", "Leave out what the what-if does not change")


def _render_label_filters(settings: ViewSettings, bench: workbench.Bench) -> None:
    choices = bench.labels()
    aggregated = settings.by == "namespace"
    pairs = [f"{choice.key}={value}" for choice in choices for value in choice.values]
    _several("Only with these labels", "labels", [*pairs, *set(settings.labels) - set(pairs)], disabled=aggregated)
    keys = ["", *(choice.key for choice in choices)]
    left, right = st.columns(2)
    for column, title, name, usual in (
        (left, "Name cards by", "name_label", "Workload"),
        (right, "Group cards by", "group_label", "Namespace"),
    ):
        chosen = getattr(settings, name)
        with column:
            st.selectbox(
                title,
                keys if chosen in keys else [*keys, chosen],
                key=(key := keyed(name, chosen)),
                format_func=partial(_named, usual),
                on_change=_set,
                args=(name, key),
                disabled=aggregated,
            )


# ------------------------------------------------------------------------------------------------- what is being shown


def render_shown(state: AppState, picture: Picture, unit: str) -> None:
    """How much of everything is shown, what leads back, and where a selected card leads on."""
    with st.container(horizontal=True, vertical_alignment="center", key="nv-shown"):
        _render_crumbs(state, picture)
        line = shown_line(picture.counts, picture.whole, unit)
        if line:
            text(line, "quiet", "shown", width="content")
        if line or state.settings != replace(PLAIN, by=state.settings.by, search=state.settings.search):
            st.button("Reset filters", key="reset-shown", type="tertiary", on_click=reset)
        _render_onward(state, picture)


def shown_line(counts: Counts, whole: Counts, unit: str) -> str:
    """How much of everything the filters leave; "" for all of it."""
    if (counts.workloads, counts.pairs, counts.unknown) == (whole.workloads, whole.pairs, whole.unknown):
        return ""
    cards = f"{counts.workloads:,} of {plural(whole.workloads, unit)}"
    return f"{cards}, {counts.pairs:,} of {plural(whole.pairs, 'allowed pair')} shown"


def _render_crumbs(state: AppState, picture: Picture) -> None:
    settings = state.settings
    if not settings.focus and not (settings.namespaces and settings.neighbours):
        return
    if settings.namespaces and settings.neighbours:
        _crumb("All namespaces", "all-namespaces", {"by": "namespace", **_nowhere()})
        names = ", ".join(settings.namespaces)
        if settings.focus:
            _crumb(label(names), "namespace", {"focus": "", "hops": 1})
        else:
            text(f"› {names}", "strong", "crumb-namespace", width="content")
    else:
        _crumb("Everything", "everything", {"focus": "", "hops": 1})
    if settings.focus:
        node = next((node for node in picture.nodes if node.peer == settings.focus), None)
        name = node_name(node) if node else settings.focus
        text(f"› {name}, {plural(settings.hops, 'hop')}", "strong", "crumb-focus", width="content")


def _crumb(title: str, name: str, changes: Mapping[str, object]) -> None:
    st.button(title, key=f"crumb-{name}", icon=":material/arrow_back:", on_click=_go, args=(changes,))


def _render_onward(state: AppState, picture: Picture) -> None:
    """Where the selected card leads: into a namespace, or to the neighbourhood of a workload."""
    region = next((box.title for box in picture.boxes if box.id == state.region), "")
    if region and not state.settings.group_label:
        _render_region(region)
        return
    node = next((node for node in picture.nodes if node.id == state.subject.node), None)
    if node is None or not node.peer:
        return
    if node.kind is NodeKind.NAMESPACE:
        st.button(f"Open {label(node.namespace)}", key="open-namespace", on_click=open_namespace, args=(node.peer,))
        return
    if node.kind is not NodeKind.WORKLOAD:
        return
    if node.peer != state.settings.focus:
        st.button("Focus on it", key="focus-selected", on_click=_go, args=({"focus": node.peer},))
    _offer_collapse(node.namespace)


def _render_region(namespace: str) -> None:
    st.button(f"Open {label(namespace)}", key="open-namespace", on_click=open_namespace, args=(namespace,))
    _offer_collapse(namespace)


def _offer_collapse(namespace: str) -> None:
    st.button(f"Collapse {label(namespace)}", key="collapse-selected", on_click=fold_namespace, args=(namespace,))


# -------------------------------------------------------------------------------------------------------------- moves


def reset() -> None:
    """Everything is shown again, at the same level."""
    update(settings=ViewSettings(by=current().settings.by), subject=NOTHING, refused_ports="")
    st.session_state.pop(f"ports-{current().generation}", None)


def open_namespace(namespace: str) -> None:
    """The workloads of one namespace, and each namespace that they are connected with as one card."""
    settings = current().settings
    expanded = settings.collapsed - {namespace}
    if settings.by != "namespace" and namespace in settings.collapsed:
        _go({"collapsed": expanded})
        return
    inside = settings.namespaces if settings.neighbours and settings.by != "namespace" else ()
    kept = tuple(dict.fromkeys((*inside, namespace)))
    _go({**_nowhere(), "by": "workload", "namespaces": kept, "neighbours": True, "collapsed": expanded})


def fold_namespace(namespace: str) -> None:
    """A double click on a namespace: its card opens, its box becomes a card. A box made by a label stays as it is."""
    state = current()
    settings = state.settings
    if state.bench is None or namespace not in state.bench.namespaces():
        return
    is_neighbour = settings.neighbours and namespace not in settings.namespaces
    if settings.by == "namespace" or namespace in settings.collapsed or is_neighbour:
        open_namespace(namespace)
    elif settings.neighbours and len(settings.namespaces) > 1:
        _go({"namespaces": tuple(name for name in settings.namespaces if name != namespace)})
    else:
        _go({"collapsed": settings.collapsed | {namespace}})


def go_to(card: FoundCard) -> None:
    """Show what the search found: a namespace opens, a workload gets the focus."""
    refine(search="")  # or it would dim everything that it leads to
    if card.peer == card.namespace:
        open_namespace(card.namespace)
        return
    settings = current().settings
    seen = {"namespaces": (), "neighbours": False} if card.namespace not in settings.namespaces else {}
    _go({**seen, "by": "workload", "focus": card.peer})


def _nowhere() -> dict[str, object]:
    return {"namespaces": (), "neighbours": False, "focus": "", "hops": 1}


def _go(changes: Mapping[str, object]) -> None:
    refine(**changes)
    update(subject=NOTHING, region="")


def _collapse(names: Sequence[str]) -> None:
    refine(collapsed=frozenset(names))


# ------------------------------------------------------------------------------------------------------------- widgets


def _choice(
    title: str,
    name: str,
    options: Sequence[str],
    words: Mapping[str, str],
    *,
    change: Callable[[str, str], None] | None = None,
    disabled: bool = False,
) -> None:
    key = keyed("level" if name == "by" else name, getattr(current().settings, name))
    st.segmented_control(
        title,
        options,
        key=key,
        required=True,
        format_func=lambda option: words[option],
        label_visibility="collapsed",
        on_change=change or _set,
        args=(name, key),
        disabled=disabled,
    )


def _named(usual: str, value: str) -> str:
    return shown(value) if value else usual


def _several(
    title: str,
    name: str,
    options: Sequence[str],
    *,
    placeholder: str = "None",
    hidden_label: bool = False,
    disabled: bool = False,
) -> None:
    chosen = getattr(current().settings, name)
    key = keyed(name, sorted(chosen) if isinstance(chosen, frozenset) else list(chosen))
    st.multiselect(
        title,
        options,
        key=key,
        format_func=shown,
        placeholder=placeholder,
        label_visibility="collapsed" if hidden_label else "visible",
        on_change=_set,
        args=(name, key),
        disabled=disabled,
    )


def _switch(title: str, name: str, meaning: str, *, disabled: bool = False) -> None:
    key = keyed(name, getattr(current().settings, name))
    st.toggle(title, key=key, help=meaning, on_change=_set, args=(name, key), disabled=disabled)


_TYPES: Mapping[str, type] = {each.name: type(getattr(PLAIN, each.name)) for each in fields(ViewSettings)}


def _set(name: str, key: str) -> None:
    value: Any = st.session_state[key]
    refine(**{name: _TYPES[name](value)})


def _set_level(name: str, key: str) -> None:
    refine(**{name: st.session_state[key]}, focus="")
    update(subject=NOTHING)


def _set_focus(key: str) -> None:
    refine(focus=st.session_state[key] or "")


def _set_ports(key: str) -> None:
    """Ports that make sense are used; of others it is said why not, and those before stay."""
    typed = st.session_state[key]
    try:
        parsed_ports(typed)
    except UsageError as error:
        update(refused_ports=str(error))
    else:
        refine(ports=typed.strip())
        update(refused_ports="")
