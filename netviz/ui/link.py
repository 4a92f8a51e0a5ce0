"""The part of a session that travels in the page's address, and what an address may say.

Names are in it as short hashes only, so that none ends up in a browser's history or a log. Whatever an address says is
untrusted: it can only choose among what the input has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from netviz.ui.state import DEFAULTS, FROM_OUTSIDE, VIEWS, AppState, Subject, short
from netviz.view.settings import DIRECTIONS, HUBS, LEVELS, MOST_HOPS, ViewSettings
from netviz.workbench import Assumptions, ReachQuestion, WhyQuestion

MOST_CHARACTERS = 4_000
"""Of the values of an address together; browsers and proxies cut longer ones."""

MOST_READ = 50_000
_PORTS = re.compile(r"[0-9, -]{1,200}")
_WORD = re.compile(r"[A-Za-z0-9]{1,10}")
_CIDRS = re.compile(r"[0-9A-Fa-f.:/,]{1,400}")
_VERSION = re.compile(r"[A-Za-z0-9.=-]{1,40}")
_NAMED: Mapping[str, str] = {
    "namespaces": "ns",
    "hidden": "hide",
    "collapsed": "fold",
    "labels": "labels",
    "name_label": "name",
    "group_label": "group",
    "focus": "focus",
}
"""View settings that hold names, and the parameters that hold their hashes."""

_COUNTED = ("workload", "pod")
_PARTS = ("exposure", "impact")
"""Parts of the pages Reach and Policies that are not the first ones."""

_SWITCHES: Mapping[str, str] = {"neighbours": "nb", "hide_system": "sys", "only_changes": "only"}
_PLAIN = ViewSettings()
CUT = "The address is too long for every switch: save the scenario as a file to keep them."
DRAFTS = "Policies that exist only in the what-if are not in the address: save the scenario as a file to keep them."
SEARCH = "The text in the search box is not in the address."
OTHER = "This address was made for another input: its view and its switches are not applied."
LOST = "This address was too long to hold its switches: ask for the scenario file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the hashes of an address can stand for; what takes work to find out is asked for only if it is needed.

    `peers` and `ends` (cards of the map, ends of questions) are those of a level; `starts` are what a question about
    reach can begin and end at.
    """

    policies: Sequence[str]
    namespaces: Sequence[str]
    labels: Callable[[], Sequence[str]]
    peers: Callable[[str], Sequence[str]]
    ends: Callable[[str], Sequence[str]]
    starts: Callable[[], Sequence[str]]


def to_query(state: AppState) -> dict[str, str]:
    """The shareable part of the state, without what has its default value, and without switches if they do not fit."""
    if state.bench is None:
        return {}
    shown, assumed = state.settings, state.assumptions
    query = {
        "sample": state.sample,
        "input": state.identity,
        "view": state.view if state.view != state.home else "",
        "by": shown.by if shown.by != _PLAIN.by else "",
        "hubs": shown.hubs if shown.hubs != _PLAIN.hubs else "",
        "proto": shown.protocol if _WORD.fullmatch(shown.protocol) else "",
        "ports": shown.ports if _PORTS.fullmatch(shown.ports) else "",
        "dir": shown.direction,
        "hops": str(shown.hops) if shown.hops > 1 else "",
        "cni": assumed.cni if assumed.cni != DEFAULTS.cni else "",
        "cni-version": assumed.cni_version,
        "ipb": assumed.ip_blocks if assumed.ip_blocks != DEFAULTS.ip_blocks else "",
        "pods": ",".join(assumed.pod_cidrs) if assumed.pod_cidrs != DEFAULTS.pod_cidrs else "",
        "sel": _selected(state.subject),
        "reach": _asked(state.reach),
        "part": ",".join(part for part in (state.reach_part, state.board) if part in _PARTS),
        **{key: "1" if getattr(shown, name) else "" for name, key in _SWITCHES.items()},
        **{key: _hashes(_several(getattr(shown, name))) for name, key in _NAMED.items()},
    }
    query = {key: value for key, value in query.items() if value}
    switches = {"off": _hashes(state.disabled), "on": _hashes(state.enforced)}
    switches = {key: value for key, value in switches.items() if value}
    if sum(map(len, (*query.values(), *switches.values()))) > MOST_CHARACTERS:
        switches = {"cut": "1"} if switches else {}
    query |= switches
    if sum(map(len, query.values())) > MOST_CHARACTERS:
        query = {key: query[key] for key in ("sample", "input", "view", "by", "cut") if key in query}
    return query


def missing(state: AppState) -> tuple[str, ...]:
    """Sentences on what the address of this state does not hold."""
    found = [CUT] if "cut" in to_query(state) else []
    if state.drafts:
        found.append(DRAFTS)
    if state.settings.search:
        found.append(SEARCH)
    return tuple(found)


def note(query: Mapping[str, str], identity: str) -> str:
    """What is to be said about an address with which an input was opened, "" for nothing."""
    made_for = query.get("input", "")
    if made_for and made_for != identity:
        return OTHER
    return LOST if made_for and "cut" in query else ""


def assumed(query: Mapping[str, str], identity: str) -> Assumptions:
    """The assumptions that an address names for this input; the usual ones where it is about another."""
    if query.get("input") != identity:
        return DEFAULTS
    blocks = query.get("pods", "")
    return replace(
        DEFAULTS,
        cni=_matching(_VERSION, query.get("cni", "")) or DEFAULTS.cni,
        cni_version=_matching(_VERSION, query.get("cni-version", "")),
        ip_blocks=_one_of(query.get("ipb", ""), ("addresses", "external"), DEFAULTS.ip_blocks),
        pod_cidrs=tuple(filter(None, blocks.split(","))) if _CIDRS.fullmatch(blocks) else DEFAULTS.pod_cidrs,
    )


def restored(state: AppState, query: Mapping[str, str], names: Names) -> AppState:
    """The state with what an address says about this input; what names nothing here is passed over.

    An address that was made for another input changes nothing.
    """
    if query.get("input") != state.identity:
        return state
    query = {key: value for key, value in query.items() if len(value) <= MOST_READ}
    settings = _settings(query, names)
    parts = query.get("part", "").split(",")
    return replace(
        state,
        view=_one_of(query.get("view", ""), VIEWS, state.view),
        settings=settings,
        disabled=frozenset(_named(query.get("off", ""), names.policies)),
        enforced=frozenset(_named(query.get("on", ""), names.policies)),
        subject=_subject(query.get("sel", ""), settings.by, names),
        reach=_reach(query.get("reach", ""), names),
        reach_part="exposure" if "exposure" in parts else state.reach_part,
        board="impact" if "impact" in parts else state.board,
    )


def _settings(query: Mapping[str, str], names: Names) -> ViewSettings:
    by = _one_of(query.get("by", ""), LEVELS, _PLAIN.by)
    hops = query.get("hops", "")
    pools: Mapping[str, Callable[[], Sequence[str]]] = {
        **dict.fromkeys(("namespaces", "hidden", "collapsed"), lambda: names.namespaces),
        **dict.fromkeys(("labels", "name_label", "group_label"), names.labels),
        "focus": lambda: names.peers(by),
    }
    found: dict[str, Any] = {}
    for each in fields(ViewSettings):
        key = _NAMED.get(each.name, "")
        if key and query.get(key):
            chosen = _named(query[key], pools[each.name]())
            match each.default:
                case str():
                    found[each.name] = next(iter(chosen), "")
                case frozenset():
                    found[each.name] = frozenset(chosen)
                case _:
                    found[each.name] = chosen
    found |= {name: query.get(key) == "1" for name, key in _SWITCHES.items()}
    return ViewSettings(
        by=by,
        hubs=_one_of(query.get("hubs", ""), HUBS, _PLAIN.hubs),
        protocol=_matching(_WORD, query.get("proto", "")),
        ports=_matching(_PORTS, query.get("ports", "")),
        direction=_one_of(query.get("dir", ""), DIRECTIONS, ""),
        hops=int(hops) if hops in {str(n) for n in range(1, MOST_HOPS + 1)} else 1,
        **found,
    )


def _selected(subject: Subject) -> str:
    """`n.CARD`, `e.CARD.CARD` or `q.END.END.PROTOCOL.PORT`."""
    if subject.question is not None:
        asked = subject.question
        protocol = asked.protocol if _WORD.fullmatch(asked.protocol) else "TCP"
        return f"q.{short(asked.source)}.{short(asked.target)}.{protocol}.{asked.port}"
    if subject.node:
        return f"n.{short(subject.node)}"
    return f"e.{short(subject.source)}.{short(subject.target)}" if subject.source else ""


def _subject(text: str, by: str, names: Names) -> Subject:
    kind, *parts = text.split(".")
    if kind not in ("n", "e", "q") or len(parts) != {"n": 1, "e": 2, "q": 4}[kind]:
        return Subject()
    ends = {short(name): name for name in names.ends(by)}
    chosen = [ends.get(part, "") for part in parts[:2]]
    if not all(chosen[: 1 if kind == "n" else 2]):
        return Subject()
    if kind == "n":
        return Subject(node=chosen[0])
    if kind == "e":
        return Subject(source=chosen[0], target=chosen[1])
    port = int(parts[3]) if re.fullmatch("[0-9]{1,5}", parts[3]) else 0
    protocol = _matching(_WORD, parts[2]) or "TCP"
    question = WhyQuestion(source=chosen[0], target=chosen[1], protocol=protocol, port=port if port <= 65535 else 0)
    return Subject(question=question)


def _asked(question: ReachQuestion) -> str:
    """`START.TARGET.LEVEL`, and `.declared` if only declared ports count; no target is an empty one."""
    if question == FROM_OUTSIDE:
        return ""
    target = short(question.target) if question.target else ""
    return ".".join([short(question.start), target, question.by, *(["declared"] if question.declared else [])])


def _reach(text: str, names: Names) -> ReachQuestion:
    start, *more = text.split(".")
    if len(more) not in (2, 3):
        return FROM_OUTSIDE
    known = {short(name): name for name in names.starts()}
    if start not in known:
        return FROM_OUTSIDE
    return ReachQuestion(
        start=known[start],
        target=known.get(more[0], ""),
        by=_one_of(more[1], _COUNTED, FROM_OUTSIDE.by),
        declared=more[2:] == ["declared"],
    )


def _several(value: str | Iterable[str]) -> Iterable[str]:
    return filter(None, (value,)) if isinstance(value, str) else value


def _hashes(names: Iterable[str]) -> str:
    return ",".join(sorted(short(name) for name in names))


def _one_of(word: str, words: Sequence[str], default: str) -> str:
    return word if word in words else default


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def _named(hashes: str, names: Sequence[str]) -> tuple[str, ...]:
    wanted = set(hashes.split(","))
    return tuple(name for name in names if short(name) in wanted)
