"""What there is: policies, endpoints, cards, and what became of the input, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from netviz.analysis.compare import Comparison
from netviz.dialects.plugins import AUTO, Plugin
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.matrix import Peer, PeerType, ReachabilityMatrix
from netviz.engine.naming import INGRESS_CONTROLLER
from netviz.loading import Loaded
from netviz.manifests.kubectl import KUBECTL_EXPORT
from netviz.manifests.reading import Record
from netviz.model.cluster import ContainerPort
from netviz.model.policy import Direction, PolicySet
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet, protocol_name
from netviz.view.peers import peer_label
from netviz.view.picture import Change, NodeKind, Picture
from netviz.view.words import connection_words
from netviz.workbench.questions import (
    MOST_DOCUMENTS,
    CardFacts,
    ChangeLine,
    DocumentLine,
    LoadSummary,
    WhatIf,
)

_NAMED_IN_TITLE = 4
_HOST_DEFAULTS = "nodes with host endpoints have Calico's failsafe ports, and accept what their own pods send to them"


def summary(loaded: Loaded) -> LoadSummary:
    """What became of the input."""
    report = loaded.report
    outcomes = Counter((record.kind or "?", record.outcome) for record in report.records)
    listed: Sequence[Record] = report.records
    if len(listed) > MOST_DOCUMENTS:
        listed = sorted(listed, key=lambda record: record.outcome == "read")[:MOST_DOCUMENTS]
    return LoadSummary(
        files=report.files,
        documents=tuple(
            DocumentLine(
                file=r.file, document=r.document, line=r.line, kind=r.kind or "?", name=r.name, outcome=r.outcome
            )
            for r in listed
        ),
        outcomes=tuple((kind, outcome, count) for (kind, outcome), count in sorted(outcomes.items())),
        diagnostics=report.diagnostics,
        missing=report.missing,
        complete=report.complete,
        workloads=len(loaded.cluster.workloads),
        pods=sum(not pod.synthetic for pod in loaded.cluster.pods),
        namespaces=len(loaded.cluster.namespaces),
        policies=len(loaded.policies.policies),
        kubectl=KUBECTL_EXPORT,
        digest=report.digest,
    )


def change_lines(comparison: Comparison) -> tuple[ChangeLine, ...]:
    """Every changed pair in words."""
    ends = {end for change in comparison.changes for end in (change.source, change.target)}
    labels = {peer.id: peer_label(peer) for peer in comparison.peers if peer.id in ends}
    return tuple(
        ChangeLine(
            source=change.source,
            target=change.target,
            source_label=labels[change.source],
            target_label=labels[change.target],
            change=change.word,
            before=cell_words(change.before.allow, change.before.unknown),
            after=cell_words(change.after.allow, change.after.unknown),
            verdict=cell_verdict(change.after.allow, change.after.unknown),
        )
        for change in comparison.changes
    )


def cell_words(allow: ConnectionSet, unknown: ConnectionSet) -> str:
    """What a cell lets through, in words; "" for nothing."""
    words = [connection_words(allow)] if allow else []
    words += [f"unknown: {connection_words(unknown)}"] if unknown else []
    return "; ".join(words)


def cell_verdict(allow: ConnectionSet, unknown: ConnectionSet) -> str:
    """A cell in one word: allowed, partly unknown, unknown or denied."""
    if not unknown:
        return "allowed" if allow else "denied"
    return "partly unknown" if allow else "unknown"


def assumptions(evaluator: Evaluator, plugin: Plugin = AUTO) -> tuple[str, ...]:
    """What the answers rest on and the input does not say (A21, B50, B52)."""
    found = [] if plugin == AUTO else [f"the network plugin is {plugin.title}"]
    if evaluator.cluster.host_endpoints:
        found.append(_HOST_DEFAULTS)
    if not evaluator.classes.by_address:
        return tuple(found)
    pods = evaluator.cluster.pods
    if any(not pod.host_network and not pod.addresses for pod in pods):
        found.append(f"pod addresses lie in {', '.join(evaluator.options.pod_cidrs)}")
    if any(pod.host_network and not pod.host_addresses for pod in pods):
        families = [f"IPv{family}" for family in (4, 6) if evaluator.classes.assumed_hosts.family(family)]
        found.append(f"nodes have {' and '.join(families)} addresses")
    return tuple(found)


def what_if_words(what_if: WhatIf, policies: PolicySet) -> str:
    """One line about a scenario, empty for the baseline."""
    parts: list[str] = []
    named = bool(what_if.disabled or what_if.enforced or what_if.drafts)
    every = policies.policies if named else ()
    short = {str(p.id): f"{p.id.namespace}/{p.id.name}" if p.id.namespace else p.id.name for p in every}
    off = sorted(short[i] for i in what_if.disabled if i in short)
    on = sorted(short[i] for i in what_if.enforced if i in short)
    if off and len(off) == len(short):
        parts.append("all policies switched off")
    elif off:
        parts.append(f"{_named(off)} switched off")
    if on:
        parts.append(f"{_named(on)} enforced")
    replaced = [short.get(d.replaces, d.replaces) for d in what_if.drafts if d.replaces]
    if replaced:
        parts.append(f"{_named(replaced)} edited")
    added = sum(not draft.replaces for draft in what_if.drafts)
    if added:
        parts.append("one policy added" if added == 1 else f"{added} policies added")
    return "; ".join(parts)


def _named(names: Sequence[str]) -> str:
    if len(names) <= _NAMED_IN_TITLE:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED_IN_TITLE])} and {len(names) - _NAMED_IN_TITLE} more"


def picture_notes(loaded: Loaded, assumed: Sequence[str]) -> tuple[str, ...]:
    """Sentences that belong under the picture; `assumed` are its `assumptions`."""
    notes = [f"Assumed: {text}." for text in assumed]
    if not loaded.report.complete:
        refused = sum(record.outcome == "refused" for record in loaded.report.records)
        count = "One document was" if refused == 1 else f"{refused} documents were"
        notes.append(f"{count} refused: what they say is not in this picture.")
    return tuple(notes)


def card_facts(evaluation: Evaluation, matrix: ReachabilityMatrix, identity: str) -> CardFacts:
    """What is known about one peer of a matrix."""
    number = next(i for i, peer in enumerate(matrix.peers) if peer.id == identity)
    peer = matrix.peers[number]
    incoming, outgoing = [], []
    for (i, j), cell in sorted(matrix.cells.items()):
        words = cell_words(cell.allow, cell.unknown)
        if j == number:
            incoming.append((matrix.peers[i].id, peer_label(matrix.peers[i]), words))
        elif i == number:
            outgoing.append((matrix.peers[j].id, peer_label(matrix.peers[j]), words))
    return CardFacts(
        id=identity,
        label=peer_label(peer),
        facts=tuple(_facts(peer)),
        policies=_selecting(evaluation, peer),
        incoming=tuple(incoming),
        outgoing=tuple(outgoing),
    )


def _facts(peer: Peer) -> list[tuple[str, str]]:
    found = [("Kind", peer.kind)] if peer.kind else []
    if peer.owners:
        found.append(("Owned by", ", ".join(f"{kind} {name}" for kind, name in peer.owners)))
    if peer.members and peer.type is PeerType.WORKLOAD:
        found.append(("Pods", ", ".join(peer.members)))
    if peer.ports:
        found.append(("Container ports", ", ".join(_declared(port) for port in peer.ports)))
    if peer.type not in (PeerType.ADDRESSES, PeerType.INGRESS_CONTROLLER):
        found.append(("Ingress", _side_words(peer, Direction.INGRESS)))
        found.append(("Egress", _side_words(peer, Direction.EGRESS)))
    return found


def _declared(port: ContainerPort) -> str:
    name = f" ({port.name})" if port.name else ""
    return f"{protocol_name(port.protocol)} {port.port}{name}"


def _side_words(peer: Peer, direction: Direction) -> str:
    side = peer.ingress if direction is Direction.INGRESS else peer.egress
    if not peer.living:
        return "no living pods"
    if side.unpoliced:
        return "on the node's network: no NetworkPolicy applies"
    if side.isolated is None:
        return "not known: a policy that may select it was not understood"
    if not side.isolated:
        return "open: no policy selects it"
    if side.nothing:
        return "isolated: nothing is allowed"
    anyone = side.any_pod & side.any_outside
    if anyone == NO_CONNECTIONS:
        return "isolated, some allowed"
    return f"isolated, but anyone on {connection_words(anyone)}"


def _selecting(evaluation: Evaluation, peer: Peer) -> tuple[tuple[str, str], ...]:
    evaluator = evaluation.evaluator
    classes = evaluator.classes
    names = set(peer.members)
    slots = 0
    for number, members in enumerate(classes.classes):
        if any(
            pod.namespace == peer.namespace
            and (pod.name in names or (pod.workload.kind, pod.workload.name) == (peer.kind, peer.name))
            for pod in members.pods
        ):
            slots |= classes.mask((number,))
    found: list[tuple[str, str]] = []
    for compiled in evaluator.policies:
        if compiled.subject.may & slots:
            directions = " and ".join(d.value for d in Direction if compiled.captures(d)) or "no isolation"
            state = directions if evaluation.active(compiled.number) else f"{directions}, switched off"
            found.append((str(compiled.policy.id), state))
    return tuple(found)


def edge_ends(
    picture: Picture, matrices: tuple[ReachabilityMatrix, ReachabilityMatrix], source: str, target: str
) -> tuple[str, str] | None:
    """Names of the two ends of a drawn edge; for a folded card an example for which the arrow holds.

    `matrices` are before and after the what-if: for an arrow that is gone, the example is one that could use it.
    """
    nodes = {node.id: node for node in picture.nodes}
    if source not in nodes or target not in nodes:
        return None
    start, end = nodes[source], nodes[target]
    outside = _largest_outside(matrices[1])
    first = start.peer or start.example or ("" if start.kind is NodeKind.ANY_WORKLOAD else outside)
    second = end.peer or end.example or ("" if end.kind is NodeKind.ANY_WORKLOAD else outside)
    if first and second:
        return first, second
    removed = any((e.source, e.target, e.change) == (source, target, Change.REMOVED) for e in picture.edges)
    example = _example(matrices[0] if removed else matrices[1], first or second, incoming=not first)
    return (example, second) if not first else (first, example)


def _example(matrix: ReachabilityMatrix, known: str, *, incoming: bool) -> str:
    kinds = (PeerType.WORKLOAD, PeerType.POD, PeerType.NAMESPACE)
    number = next((i for i, peer in enumerate(matrix.peers) if peer.id == known), -1)
    for i, peer in enumerate(matrix.peers):
        cell = matrix.cell(i, number) if incoming else matrix.cell(number, i)
        if cell.allow and peer.type in kinds and not peer.host_network:
            return peer.id
    return INGRESS_CONTROLLER if incoming else known


def pair_lines(matrix: ReachabilityMatrix, comparison: Comparison) -> tuple[ChangeLine, ...]:
    """Every pair that is allowed or unknown now or was before the what-if; `change` is "same" where nothing changed."""
    changed = {(line.source, line.target): line for line in change_lines(comparison)}
    labels = {peer.id: peer_label(peer) for peer in matrix.peers}
    found = dict(changed)
    for (i, j), cell in matrix.cells.items():
        source, target = matrix.peers[i].id, matrix.peers[j].id
        if (source, target) not in changed:
            words = cell_words(cell.allow, cell.unknown)
            found[source, target] = ChangeLine(
                source=source,
                target=target,
                source_label=labels[source],
                target_label=labels[target],
                change="same",
                before=words,
                after=words,
                verdict=cell_verdict(cell.allow, cell.unknown),
            )
    return tuple(sorted(found.values(), key=lambda line: (line.source_label, line.target_label)))


def _largest_outside(matrix: ReachabilityMatrix) -> str:
    outside = [peer for peer in matrix.peers if peer.type is PeerType.ADDRESSES]
    return max(outside, key=lambda p: (p.addresses.v4.count(), p.addresses.v6.count())).id
