"""What every export is made of: the picture, the pairs one by one, and where they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netviz.exporters.reasons import Explainer
from netviz.sets.addresses import AddressSet
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet
from netviz.view.picture import Picture

DIGEST_SHOWN = 16
"""Characters of the input's hash that are shown to people; programs get all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContext:
    """What an export says about itself; nothing in it depends on when or where the export is made.

    `off` are the ids of the policies that the scenario leaves out, `on` of all others that are enforced in it; `staged`
    are enforced by the scenario alone, and `drafted` exist in it alone (both are in `on`, too). `staged_off` are staged
    and not enforced. `digest` is the SHA-256 of the input's names and bytes (hexadecimal, "" if there was no input to
    read). `date` is what the user gave, "" for none. `exact` is False if a verdict is UNKNOWN, `complete` is False if
    input was refused. `dark` chooses the colours of pictures.
    """

    title: str
    version: str
    digest: str
    date: str = ""
    by: str = "workload"
    plugin: str = ""
    assumptions: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    drafted: tuple[str, ...] = ()
    staged_off: tuple[str, ...] = ()
    exact: bool = True
    complete: bool = True
    dark: bool = False

    @property
    def compares(self) -> bool:
        """Whether the scenario differs from the input as it is."""
        return bool(self.off or self.staged or self.drafted)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRow:
    """One peer of the pairs. `type` is workload, pod, namespace, addresses or ingress-controller.

    `addresses` are those of an address peer. `isolated_*` is yes, no or unknown.
    """

    id: str
    label: str
    type: str
    namespace: str = ""
    name: str = ""
    kind: str = ""
    isolated_ingress: str = "no"
    isolated_egress: str = "no"
    addresses: AddressSet = AddressSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One pair that is allowed, unknown or changed; `source` and `target` are ids of `PairRows.peers`.

    `change` is same, added, removed, changed, unknown (it cannot be decided any more) or decided (it can be, now).
    `verdict` is about what is there now: allowed, partly unknown, unknown or denied. `before` and `after` are in
    words, "" for nothing.
    """

    source: str
    target: str
    change: str
    verdict: str
    before: str
    after: str
    allow: ConnectionSet = NO_CONNECTIONS
    unknown: ConnectionSet = NO_CONNECTIONS
    allow_before: ConnectionSet = NO_CONNECTIONS
    unknown_before: ConnectionSet = NO_CONNECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRows:
    """Every peer, with or without a connection, and every pair, sorted by the labels of its ends; nothing is folded.

    `explainer` answers why, for the formats that carry explanations; None where there is nobody to ask.
    """

    peers: tuple[PeerRow, ...]
    pairs: tuple[PairRow, ...]
    explainer: Explainer | None = None

    def labels(self) -> dict[str, str]:
        """What people call each peer, by id."""
        return {peer.id: peer.label for peer in self.peers}


Write = Callable[[Picture, PairRows, ExportContext], str | bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """One format. `name` is what `--format` takes, `title` what the page calls it, `suffix` ends the file name.

    `write` raises UsageError where it cannot be made here; one with `browser` needs an installed Chromium.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    write: Write
    browser: bool = False

    @property
    def file_name(self) -> str:
        """The name of the file, always the same."""
        return f"netviz{self.suffix}"

    def data(self, picture: Picture, rows: PairRows, context: ExportContext) -> bytes:
        """The bytes of the file."""
        written = self.write(picture, rows, context)
        return written.encode("utf-8") if isinstance(written, str) else written


def origin_line(context: ExportContext) -> str:
    """The line that says where an export comes from: version, hash of the input, and the date if one was given."""
    parts = [f"netviz {context.version}"]
    if context.digest:
        parts.append(f"input sha256:{context.digest[:DIGEST_SHOWN]}")
    if context.date:
        parts.append(context.date)
    return " · ".join(parts)


def scenario_lines(context: ExportContext, limit: int | None = None) -> tuple[str, ...]:
    """Which policies are off and on, one line each. Lists longer than `limit`, or half of it where nothing differs from
    the input, end in how many more there are.
    """
    half = None if limit is None else limit // 2
    special = {*context.staged, *context.drafted}
    lists = (
        ("Off", context.off, limit),
        ("Staged, enforced here", context.staged, limit),
        ("Drafted here", context.drafted, limit),
        ("On", tuple(i for i in context.on if i not in special), half),
        ("Staged, not enforced", context.staged_off, half),
    )
    lines = [f"{head} ({len(ids)}): {_listed(ids, most)}" for head, ids, most in lists if ids]
    return tuple(lines) or ("There is no policy in the input.",)


def fidelity_lines(context: ExportContext) -> tuple[str, ...]:
    """What keeps the answer from being the whole answer, and what it assumes."""
    lines = [] if context.complete else ["Incomplete: part of the input was refused."]
    if not context.exact:
        lines.append("Not exact: what is marked unknown cannot be decided from this input.")
    return (*lines, *(f"Assumed: {text}." for text in context.assumptions))


def _listed(ids: tuple[str, ...], limit: int | None) -> str:
    if limit is None or len(ids) <= limit:
        return ", ".join(ids)
    return f"{', '.join(ids[:limit])} and {len(ids) - limit} more"
