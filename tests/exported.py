"""What an export is written from, made of manifests as the command line makes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from netviz.analysis.compare import compare
from netviz.engine.evaluator import Evaluator
from netviz.engine.matrix import Grouping
from netviz.engine.options import Options, Scenario
from netviz.exporters.context import ExportContext, PairRow, PairRows, PeerRow
from netviz.loading import Loaded, load_files
from netviz.view.build import build_picture
from netviz.view.peers import peer_label
from netviz.view.picture import Picture
from netviz.workbench.inventory import pair_lines
from netviz.workbench.reasons import explainer

SAMPLES = Path(__file__).parents[1] / "sample_manifests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The three arguments of a writer."""

    picture: Picture
    rows: PairRows
    context: ExportContext


def sample(name: str) -> Loaded:
    """One of the samples."""
    folder = SAMPLES / name
    files = sorted(folder.rglob("*.yaml"))
    return load_files([(str(path.relative_to(folder)), path.read_bytes()) for path in files])


def parts(loaded: Loaded, *, title: str = "A shop", off: Sequence[str] = (), date: str = "") -> Parts:
    """What is exported about an input, with these policies switched off."""
    evaluator = Evaluator(loaded.cluster, loaded.policies, Options())
    ids = {str(policy.id): policy.id for policy in loaded.policies.policies}
    evaluation = evaluator.evaluate(Scenario(disabled=frozenset(ids[name] for name in off)))
    before, after = evaluator.evaluate().matrix(Grouping.WORKLOAD), evaluation.matrix(Grouping.WORKLOAD)
    words = f"{', '.join(off)} switched off" if off else ""
    picture = build_picture(after, before if off else None, title=title, what_if=words)
    lines = pair_lines(after, compare(before, after))
    peers = [PeerRow(id=peer.id, label=peer_label(peer), type=peer.type.value) for peer in after.peers]
    rows = PairRows(
        peers=tuple(sorted(peers, key=lambda peer: peer.label)),
        pairs=tuple(
            PairRow(
                source=line.source,
                target=line.target,
                change=line.change,
                verdict=line.verdict,
                before=line.before,
                after=line.after,
            )
            for line in lines
        ),
        explainer=explainer(evaluation, picture, (before, after), loaded.report.texts),
    )
    context = ExportContext(
        title=title,
        version="1.2.3",
        digest="0123456789abcdef" * 4,
        date=date,
        off=tuple(sorted(off)),
        on=tuple(sorted(ids.keys() - set(off))),
        complete=loaded.report.complete,
    )
    return Parts(picture=picture, rows=rows, context=context)
