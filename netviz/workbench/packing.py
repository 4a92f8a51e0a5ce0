"""From an answered scenario to the files that leave the house."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from netviz import __version__
from netviz.analysis.compare import Comparison
from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import Cell, Peer, PeerType, ReachabilityMatrix
from netviz.exporters.context import ExportContext, Exporter, PairRow, PairRows, PeerRow
from netviz.exporters.reasons import Explainer
from netviz.loading import Loaded
from netviz.selectors.tree import Ternary
from netviz.sets.addresses import AddressSet
from netviz.view.peers import peer_label
from netviz.view.picture import Picture
from netviz.workbench.inventory import assumptions, cell_verdict, cell_words
from netviz.workbench.questions import PackedFile, PackQuestion

# The first moment that a zip file can name: a pack says when it was made only if somebody wrote that into it.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What every format is written from."""

    picture: Picture
    rows: PairRows
    context: ExportContext

    def files(self, exporters: Iterable[Exporter]) -> tuple[PackedFile, ...]:
        """The files in the order of the exporters; UsageError for one that cannot be made here."""
        return tuple(
            PackedFile(
                name=each.file_name,
                media_type=each.media_type,
                data=each.data(self.picture, self.rows, self.context),
            )
            for each in exporters
        )


def context_of(
    evaluation: Evaluation,
    loaded: Loaded,
    question: PackQuestion,
    *,
    by: str,
    exact: bool,
    drafted: Collection[str] = (),
) -> ExportContext:
    """What the files say about a scenario of an input; `drafted` are the ids of policies that no file holds."""
    evaluator = evaluation.evaluator
    active = {str(p.policy.id): evaluation.active(p.number) for p in evaluator.policies}
    staged = {str(p.policy.id) for p in evaluator.policies if p.policy.stage}
    gone = [str(p.id) for p in loaded.policies.policies if str(p.id) not in active]
    return ExportContext(
        title=question.title or "Allowed connections",
        version=__version__,
        digest=loaded.report.digest,
        date=question.date,
        by=by,
        plugin=str(loaded.plugin),
        assumptions=assumptions(evaluator, loaded.plugin),
        off=tuple(sorted([*gone, *(i for i, is_on in active.items() if not is_on and i not in staged)])),
        on=tuple(sorted(i for i, is_on in active.items() if is_on)),
        staged=tuple(sorted(i for i in staged if active[i])),
        drafted=tuple(sorted(i for i in drafted if active.get(i))),
        staged_off=tuple(sorted(i for i in staged if not active[i])),
        exact=exact,
        complete=loaded.report.complete,
        dark=question.dark,
    )


def zipped(files: Iterable[PackedFile]) -> bytes:
    """The files as one zip file; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.data)
    return out.getvalue()


def is_exact(*matrices: ReachabilityMatrix) -> bool:
    """Whether no pair of the matrices has an unknown part."""
    return not any(cell.unknown for matrix in matrices for cell in matrix.cells.values())


def pair_rows(
    after: ReachabilityMatrix,
    comparison: Comparison,
    *,
    namespaces: Collection[str] = (),
    explainer: Explainer | None = None,
) -> PairRows:
    """Every peer of both sides, and every pair that is allowed or unknown now or was before the what-if.

    With `namespaces` only pairs that touch one of them.
    """
    peers = {peer.id: _peer_row(peer) for peer in (*after.peers, *comparison.peers)}
    found: dict[tuple[str, str], PairRow] = {}
    for (i, j), cell in after.cells.items():
        source, target = after.peers[i].id, after.peers[j].id
        found[source, target] = _pair_row(source, target, "same", cell, cell)
    for change in comparison.changes:
        ends = change.source, change.target
        found[ends] = _pair_row(*ends, change.word, change.before, change.after)

    def position(row: PairRow) -> tuple[str, str, str, str]:
        return peers[row.source].label, peers[row.target].label, row.source, row.target

    inside = {peer.id for peer in peers.values() if peer.namespace in namespaces}
    pairs = [row for row in found.values() if not namespaces or inside & {row.source, row.target}]
    in_order = sorted(peers.values(), key=lambda peer: (peer.label, peer.id))
    return PairRows(peers=tuple(in_order), pairs=tuple(sorted(pairs, key=position)), explainer=explainer)


def _peer_row(peer: Peer) -> PeerRow:
    return PeerRow(
        id=peer.id,
        label=peer_label(peer),
        type=peer.type.value,
        namespace=peer.namespace,
        name=peer.name,
        kind=peer.kind,
        isolated_ingress=_ternary(peer.ingress.isolated),
        isolated_egress=_ternary(peer.egress.isolated),
        addresses=peer.addresses if peer.type is PeerType.ADDRESSES else AddressSet(),
    )


def _ternary(value: Ternary) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _pair_row(source: str, target: str, change: str, before: Cell, after: Cell) -> PairRow:
    return PairRow(
        source=source,
        target=target,
        change=change,
        verdict=cell_verdict(after.allow, after.unknown),
        before=cell_words(before.allow, before.unknown),
        after=cell_words(after.allow, after.unknown),
        allow=after.allow,
        unknown=after.unknown,
        allow_before=before.allow,
        unknown_before=before.unknown,
    )
