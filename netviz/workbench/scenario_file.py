"""A scenario as a small YAML file, to keep it beside the manifests and to hand it on (docs/scenarios.md).

It is one mapping of `netviz: scenario/1` and, as far as they are wanted, title, input, disabled, enforced, drafts,
assumptions and view.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from netviz.dialects.plugins import parse_plugin
from netviz.engine.options import IpBlocks, Options
from netviz.errors import UsageError, shown
from netviz.manifests.document import Fields
from netviz.manifests.own_files import OwnFile, OwnFileError, no_more, quoted, read_own
from netviz.view.settings import DIRECTIONS, HUBS, LEVELS, MOST_HOPS, ViewSettings
from netviz.workbench.questions import Assumptions, Draft

FORMAT = "scenario/1"
MOST_BYTES = 2_000_000
MOST_ENTRIES = 20_000
MOST_DRAFTS = 100
LONGEST_NAME = 600
KIND = OwnFile(what="a scenario", format=FORMAT, most_bytes=MOST_BYTES, most_nodes=100_000)
_INPUT = re.compile(r"sha256:[0-9a-f]{8,64}")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z.]*/[A-Za-z0-9][A-Za-z0-9./-]*")
_USUAL = Assumptions()
_PLAIN_VIEW = ViewSettings()
_WORDS = {"by": LEVELS, "hubs": HUBS, "direction": DIRECTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDraft:
    """A policy that exists only in the scenario: `text` is its YAML, `replaces` what it stands for, if anything."""

    name: str
    text: str
    replaces: str = ""

    @property
    def draft(self) -> Draft:
        """The draft as a what-if has it."""
        return Draft(text=self.text, replaces=self.replaces)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """What a scenario file says. `digest` is the SHA-256 of the input that it was made for, "" if that is not known.

    `disabled` and `enforced` are ids of policies, `places` tells for each of them where it is written (file:line).
    """

    title: str = ""
    digest: str = ""
    disabled: tuple[str, ...] = ()
    enforced: tuple[str, ...] = ()
    drafts: tuple[NamedDraft, ...] = ()
    assumptions: Assumptions = _USUAL
    view: ViewSettings = _PLAIN_VIEW
    places: tuple[tuple[str, str], ...] = ()

    @property
    def active(self) -> tuple[NamedDraft, ...]:
        """The drafts that count: one that stands for a policy does so only while that policy is on."""
        return tuple(each for each in self.drafts if each.replaces not in self.disabled)

    def is_for(self, digest: str) -> bool:
        """Whether it was made for the input with this digest, as far as it says."""
        return not self.digest or digest.startswith(self.digest)


class ScenarioError(OwnFileError):
    """A scenario file that cannot be used; the text lists every problem with its place."""


def unknown_policies(scenario: ScenarioFile, known: Iterable[str]) -> tuple[str, ...]:
    """A sentence for every policy that the scenario names and the input lacks, with the nearest names."""
    names = sorted(known)
    present = set(names)
    return tuple(
        f"{place}: there is no policy {shown(name)} in the input{_near(name, names)}"
        for name, place in scenario.places
        if name not in present
    )


def _near(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(map(shown, near))}?" if near else ""


def read_scenario(name: str, data: bytes) -> ScenarioFile:
    """Read a scenario; ScenarioError with everything that is wrong in it."""
    try:
        top = read_own(name, data, KIND)
    except OwnFileError as error:
        raise ScenarioError(error.diagnostics) from None
    digest = top.string("input") or ""
    if digest and not _INPUT.fullmatch(digest):
        top.error("invalid-value", "must be sha256: and hexadecimal digits", "input", value=digest)
    places: list[tuple[str, str]] = []
    disabled, enforced = (_ids(top, key, places) for key in ("disabled", "enforced"))
    if set(disabled) & set(enforced):
        top.error("invalid-value", "a policy cannot be both disabled and enforced", "enforced")
    found = ScenarioFile(
        title=_short(top, "title"),
        digest=digest.removeprefix("sha256:"),
        disabled=disabled,
        enforced=enforced,
        drafts=_drafts(top, places),
        assumptions=_assumptions(top),
        view=_view(top),
        places=tuple(dict.fromkeys(places)),
    )
    no_more(top)
    if top.problems:
        raise ScenarioError(top.problems)
    return found


def _short(source: Fields, key: str) -> str:
    text = source.string(key) or ""
    if len(text) > LONGEST_NAME:
        source.error("limit", f"must have at most {LONGEST_NAME} characters", key)
    return text


def _short_ones(source: Fields, key: str) -> tuple[str, ...]:
    found = source.strings(key)
    if len(found) > MOST_ENTRIES:
        source.error("limit", f"must have at most {MOST_ENTRIES:,} entries", key)
    for number, text in enumerate(found):
        if len(text) > LONGEST_NAME:
            source.error("limit", f"must have at most {LONGEST_NAME} characters", key, number)
    return found


def _ids(source: Fields, key: str, places: list[tuple[str, str]]) -> tuple[str, ...]:
    found = _short_ones(source, key)
    places += [(name, str(source.ref(key, number))) for number, name in enumerate(found)]
    return tuple(dict.fromkeys(found))


def _drafts(top: Fields, places: list[tuple[str, str]]) -> tuple[NamedDraft, ...]:
    found: list[NamedDraft] = []
    for each in top.children("drafts"):
        text, replaces = each.string("text") or "", _short(each, "replaces")
        if not text.strip():
            each.error("required", "the YAML of a policy", "text")
        if replaces:
            places.append((replaces, str(each.ref("replaces"))))
        found.append(NamedDraft(name=_short(each, "name") or "draft", text=text, replaces=replaces))
        no_more(each)
    if len(found) > MOST_DRAFTS:
        top.error("limit", f"must have at most {MOST_DRAFTS} entries", "drafts")
    return tuple(found)


def _assumptions(top: Fields) -> Assumptions:
    usual = Assumptions()
    written = top.child("assumptions")
    if written is None:
        return usual
    found = Assumptions(
        ip_blocks=_short(written, "ipBlocks") or usual.ip_blocks,
        pod_cidrs=_short_ones(written, "podCIDRs") or usual.pod_cidrs,
        cni=_short(written, "cni") or usual.cni,
        cni_version=_short(written, "cniVersion"),
    )
    if found.ip_blocks not in (IpBlocks.ADDRESSES, IpBlocks.EXTERNAL):
        written.error("not-supported", "must be addresses or external", "ipBlocks", value=found.ip_blocks)
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("podCIDRs", Options(pod_cidrs=found.pod_cidrs).assumed_pods),
        ("cni", lambda: parse_plugin(found.cni, found.cni_version)),
    )
    for key, check in checks:
        try:
            check()
        except UsageError as error:
            written.error("invalid-value", str(error), key)
    no_more(written)
    return found


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _view(top: Fields) -> ViewSettings:
    written = top.child("view")
    if written is None:
        return ViewSettings()
    found: dict[str, Any] = {}
    for each in fields(ViewSettings):
        key = _camel(each.name)
        if key not in written:
            continue
        match each.default:
            case bool():
                found[each.name] = written.boolean(key)
            case int():
                found[each.name] = written.integer(key) or 0
            case str():
                found[each.name] = _short(written, key)
            case frozenset():
                found[each.name] = frozenset(_short_ones(written, key))
            case _:
                found[each.name] = _short_ones(written, key)
    for key, words in _WORDS.items():
        if key in found and found[key] not in words:
            choice = ", ".join(word or '""' for word in words)
            written.error("not-supported", f"must be one of {choice}", key, value=found[key])
    if not 1 <= found.get("hops", 1) <= MOST_HOPS:
        written.error("invalid-value", f"must be between 1 and {MOST_HOPS}", "hops", value=found["hops"])
    no_more(written)
    return ViewSettings(**found)


def write_scenario(scenario: ScenarioFile) -> str:
    """The file; what has its usual value is left out. Reading it gives the same scenario but for `places`."""
    lines = [f"netviz: {FORMAT}"]
    if scenario.title:
        lines.append(f"title: {quoted(scenario.title)}")
    if scenario.digest:
        lines.append(f"input: sha256:{scenario.digest}")
    lines += _list("disabled", scenario.disabled)
    lines += _list("enforced", scenario.enforced)
    lines += _draft_lines(scenario.drafts)
    lines += _block("assumptions", scenario.assumptions, _ASSUMED)
    lines += _block("view", scenario.view, {each.name: _camel(each.name) for each in fields(ViewSettings)})
    return "\n".join(lines) + "\n"


_ASSUMED = {"cni": "cni", "cni_version": "cniVersion", "ip_blocks": "ipBlocks", "pod_cidrs": "podCIDRs"}


def _list(key: str, names: Iterable[str], indent: str = "") -> Iterator[str]:
    written = [f"{indent}  - {name if _PLAIN.fullmatch(name) else quoted(name)}" for name in names]
    if written:
        yield f"{indent}{key}:"
        yield from written


def _draft_lines(drafts: Sequence[NamedDraft]) -> Iterator[str]:
    if drafts:
        yield "drafts:"
    for draft in drafts:
        yield f"  - name: {quoted(draft.name)}"
        if draft.replaces:
            yield f"    replaces: {quoted(draft.replaces)}"
        lines = draft.text.split("\n")
        if _is_plain_block(lines):
            yield "    text: |"
            yield from (f"      {line}" if line else "" for line in lines[:-1])
        else:
            yield f"    text: {quoted(draft.text)}"


def _is_plain_block(lines: Sequence[str]) -> bool:
    """Whether a literal block scalar gives exactly these lines back; the last one is what follows the last newline."""
    *inside, last = lines
    whole = bool(inside) and not last and bool(inside[0]) and bool(inside[-1])
    return whole and not inside[0].startswith(" ") and all(line.isprintable() for line in inside)


def _block(key: str, value: Assumptions | ViewSettings, names: dict[str, str]) -> Iterator[str]:
    usual = type(value)()
    differing = [name for name in names if getattr(value, name) != getattr(usual, name)]
    if differing:
        yield f"{key}:"
    for name in differing:
        match getattr(value, name):
            case bool() as switch:
                yield f"  {names[name]}: {'true' if switch else 'false'}"
            case int() as number:
                yield f"  {names[name]}: {number}"
            case str() as text:
                yield f"  {names[name]}: {quoted(text)}"
            case several:
                items = sorted(several) if isinstance(several, frozenset) else several
                yield from _list(names[name], items, "  ")
