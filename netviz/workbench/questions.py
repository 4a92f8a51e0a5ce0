"""The questions that a page may ask, and their answers, as plain picklable values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from netviz.view.settings import ViewSettings

if TYPE_CHECKING:
    from netviz.analysis.findings.suppressing import Suppression
    from netviz.errors import Diagnostic
    from netviz.sets.connections import ConnectionSet
    from netviz.view.picture import Picture
    from netviz.view.trace import Half


PLAIN: Final = ViewSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file as uploaded: the name that the user knows and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What an answer may assume, and the user may change (A18, A21, and the network plugin as `--cni` has it)."""

    ip_blocks: str = "addresses"
    pod_cidrs: tuple[str, ...] = ("10.244.0.0/16",)
    cni: str = "auto"
    cni_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Policy YAML that exists only in the what-if; `replaces` is the id of the policy that it stands for, if any."""

    text: str
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A scenario: ids of policies that are switched off, of staged ones that are enforced, and drafts."""

    disabled: frozenset[str] = frozenset()
    enforced: frozenset[str] = frozenset()
    drafts: tuple[Draft, ...] = ()


BASELINE = WhatIf()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One document of the load report. `outcome` is read, ignored, unsupported or refused."""

    file: str
    document: int
    line: int
    kind: str
    name: str
    outcome: str


MOST_DOCUMENTS: Final = 2_000
"""So many documents are listed one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSummary:
    """What became of the input. `missing` says what is not there and which answers rest on it.

    `documents` lists at most `MOST_DOCUMENTS`, those that were not read first; `outcomes` counts all by kind and
    outcome. `digest` is the SHA-256 of the names and bytes of the input.
    """

    files: tuple[str, ...]
    documents: tuple[DocumentLine, ...]
    outcomes: tuple[tuple[str, str, int], ...]
    diagnostics: tuple[Diagnostic, ...]
    missing: tuple[str, ...]
    complete: bool
    workloads: int
    pods: int
    namespaces: int
    policies: int
    kubectl: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCard:
    """One policy for the what-if panel. `id` as in cli.md; `text` is its YAML as written.

    `selects` is how many pods in the input it selects; `directions` e.g. ("ingress", "egress"). `state` is enforced,
    staged, unsupported (its kind is not evaluated) or refused; `problem` says why.
    """

    id: str
    kind: str
    namespace: str
    name: str
    tier: str
    file: str
    line: int
    directions: tuple[str, ...]
    selects: int
    state: str
    problem: str
    text: str


MOST_ENDPOINTS: Final = 2_000
"""So many ends are listed to pick from: with a hundred thousand a browser is busy for seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChoice:
    """Something that can be picked as an end of a connection; `id` is what `--from` takes."""

    id: str
    label: str
    namespace: str
    kind: str
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseLine:
    """A difference between two inputs that caused a changed pair.

    `kind` is policy, labels, workload, service, ... (docs/compare.md), `change` added, removed or changed, `detail` how
    it changed. `alone`: undoing it would undo the change; else only together with the others that are not alone.
    """

    kind: str
    name: str
    change: str
    detail: str
    alone: bool
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One changed pair: matrix peer ids, their labels, the ports in words.

    `change` is added, removed, changed, unknown (cannot be decided any more) or decided (could not be before).
    `verdict` is about what is there now: allowed, partly unknown, unknown, or denied for a pair without anything.
    `causes` are known between two inputs only, `caused_by` is the same in words.
    """

    source: str
    target: str
    source_label: str
    target_label: str
    change: str
    before: str
    after: str
    verdict: str = "allowed"
    causes: tuple[CauseLine, ...] = ()
    caused_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuestion(ViewSettings):
    """Which picture, and what is written over it."""

    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureAnswer:
    """A picture, and what the what-if changed, pair by pair."""

    picture: Picture
    changes: tuple[ChangeLine, ...]
    exact: bool
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyQuestion:
    """Why may `source` (not) reach `target`; ids as `--from` and `--to` take them, or matrix peer ids.

    `port` 0: all ports, then `allowed` and `denied` of the answer are in words.
    """

    source: str
    target: str
    protocol: str = "TCP"
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnswer:
    """A verdict (allow, deny, unknown, mixed) with both halves; for a Service or a split workload one per backend.

    `sentence` is the answer in one line. `allowed`, `denied` and `unknown` are port sets in words when no port was
    asked, and `sets` the same as values; the halves then explain `protocol` and `port` as an example.
    """

    source: str
    target: str
    via: str
    protocol: str
    port: int
    verdict: str
    sentence: str
    halves: tuple[Half, ...] = ()
    backends: tuple[WhyAnswer, ...] = ()
    allowed: str = ""
    denied: str = ""
    unknown: str = ""
    sets: tuple[ConnectionSet, ConnectionSet, ConnectionSet] | None = None
    because: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginVerdict:
    """The verdict on one connection under one network plugin: `plugin` as `--cni` has it, `label` for people.

    `reason` is one sentence where the answer is not that of the chosen plugin, else empty.
    """

    plugin: str
    label: str
    verdict: str
    chosen: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackQuestion:
    """What to write: formats by name (`EXPORTERS`), and what the files say of themselves; `date` as it was typed."""

    formats: tuple[str, ...]
    title: str = ""
    date: str = ""
    dark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """One written file."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What is known about one card: its policies and its peers by direction (label, ports in words)."""

    id: str
    label: str
    facts: tuple[tuple[str, str], ...]
    policies: tuple[tuple[str, str], ...]
    incoming: tuple[tuple[str, str, str], ...]
    outgoing: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuestion:
    """Which rows: what `view` leaves (see `asked_for`), with `text` in a name, sorted by `order`, `page` from 0.

    `order` is from, to, change (changed pairs first) or verdict (what cannot be decided first).
    """

    view: ViewSettings = PLAIN
    text: str = ""
    order: str = "from"
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GridQuestion:
    """Which window of the matrix. `source` and `target` are zone ids of the cell that is open, both "" for all zones.

    `from_text` and `to_text` leave the rows and the columns whose label contains them; `order` is name or connections;
    `only_changes` leaves the lines that the what-if changes. `chosen` are the peer ids of a pair to be pointed out.
    """

    source: str = ""
    target: str = ""
    from_text: str = ""
    to_text: str = ""
    order: str = "name"
    only_changes: bool = False
    chosen: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsQuestion:
    """Which findings: of a severity, a check and a namespace ("": of any), with `text` somewhere; `page` from 0.

    `suppressions` are left out of the count and of the rows, unless `suppressed` asks for just these.
    """

    severity: str = ""
    check: str = ""
    namespace: str = ""
    text: str = ""
    suppressions: tuple[Suppression, ...] = ()
    suppressed: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachQuestion:
    """From where: `internet`, `namespace/NAME`, or as `--from` takes it; and how one comes to `target`, if it is named.

    `by` is workload, pod or namespace; with `declared`, only ports count that the target declares.
    """

    start: str
    target: str = ""
    by: str = "workload"
    declared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQuestion:
    """An expectations file: its name and its text."""

    name: str
    text: str
