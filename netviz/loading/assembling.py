"""What was read of all files, put together: the cluster, the policies, and the account of every document."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from netviz.dialects import DIALECTS, Dialect
from netviz.dialects.plugins import AUTO, Plugin
from netviz.dialects.tiers import defined_tiers, tier_dialect_of, tier_dialects
from netviz.errors import Diagnostic, Severity, shown
from netviz.loading.judging import Judged, Origin, dialect_of, idle_hosts, is_policy, judge, listed_host, tiers_of
from netviz.manifests.archives import pieces
from netviz.manifests.cluster import (
    expected_versions,
    is_cluster_kind,
    is_namespaced,
    misspelt_kind,
    read_cluster,
)
from netviz.manifests.digest import digest_of, input_digest
from netviz.manifests.document import Document
from netviz.manifests.duplicates import note_stored_twins, stored_twins
from netviz.manifests.host_endpoints import HOST_ENDPOINT
from netviz.manifests.limits import DEFAULT_LIMITS, Limits
from netviz.manifests.metadata import note_default_namespace
from netviz.manifests.paths import display_name, find_files, read_bytes, size
from netviz.manifests.progress import Meter, Progress, Tick, meter, part
from netviz.manifests.reading import Reading, Record, collector_off, read
from netviz.manifests.report import LoadReport, diagnostic_position, missing_facts
from netviz.manifests.shared_parts import SharedParts
from netviz.manifests.trimming import Trim
from netviz.manifests.uncertain import (
    UNSUPPORTED_TIER,
    in_doubtful_tier,
)
from netviz.manifests.unsupported import misspelt, unmodelled
from netviz.model.cluster import Cluster
from netviz.model.policy import PolicySet, policy_position, tier_position


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Everything that an evaluation needs under one network plugin, and the account of what became of the input."""

    cluster: Cluster
    policies: PolicySet
    report: LoadReport
    plugin: Plugin = AUTO
    origin: Origin = field(repr=False, compare=False)

    @property
    def left_out(self) -> frozenset[str]:
        """The kinds of policy in the input that the plugin does not enforce."""
        kinds = {(document.api_version, document.kind) for document in self.origin.documents.values()}
        hosts = frozenset((HOST_ENDPOINT,) if idle_hosts(self.origin, self.plugin) else ())
        return hosts | {kind for version, kind in kinds if not self.plugin.enforces(version, kind)}


def load(
    paths: Sequence[str | Path],
    *,
    limits: Limits = DEFAULT_LIMITS,
    dialects: Sequence[Dialect] = DIALECTS,
    plugin: Plugin = AUTO,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Load files, archives, directories (recursively) and standard input (`-`) as one cluster with a network plugin.

    `progress` is told, several times a second, how many bytes of all files are read (stage "reading"), and then how
    many objects of the cluster are made ("objects"). An exception that it raises ends the loading.

    Raises UsageError for a path that is not there; every other problem is a diagnostic of the report.
    """
    found = find_files(paths)

    def contents() -> Iterator[tuple[str, bytes | Diagnostic]]:
        for path in found.files:
            yield display_name(path), read_bytes(path, limits, stdin or sys.stdin.buffer)

    with collector_off():
        bytes_read = meter(progress, "reading", sum(map(size, found.files)))
        inputs = _readings(contents(), limits, dialects, bytes_read)
        return under(_assemble(inputs, found.diagnostics, dialects, progress), plugin)


def load_files(
    files: Sequence[tuple[str, bytes]],
    *,
    limits: Limits = DEFAULT_LIMITS,
    dialects: Sequence[Dialect] = DIALECTS,
    plugin: Plugin = AUTO,
    progress: Progress | None = None,
) -> Loaded:
    """Load files and archives that are in memory, given as (name, content), as one cluster with a network plugin.

    `progress` is as for `load`.
    """
    with collector_off():
        bytes_read = meter(progress, "reading", sum(len(data) for _, data in files))
        return under(_assemble(_readings(files, limits, dialects, bytes_read), (), dialects, progress), plugin)


def under(loaded: Loaded, plugin: Plugin) -> Loaded:
    """The same input under another network plugin: its policies are judged once more, everything else stays."""
    if plugin == loaded.plugin:
        return loaded
    judged = judge(loaded.origin, plugin, split_names(loaded.cluster))
    return _finished(loaded.origin, judged, plugin)


def split_names(cluster: Cluster) -> frozenset[tuple[str, int]]:
    """(name, protocol) of the container ports that stand for more than one number in the cluster (D7)."""
    numbers: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for pod in cluster.pods:
        for port in pod.ports:
            if port.name is not None and not pod.host_network:
                numbers[port.name, port.protocol].add(port.port)
    return frozenset(name for name, found in numbers.items() if len(found) > 1)


class _Inputs(NamedTuple):
    """Every file that was read, those in archives too, what could not be, and the hash of them all."""

    names: tuple[str, ...]
    readings: tuple[Reading, ...]
    problems: tuple[Diagnostic, ...]
    digest: str


def _readings(
    files: Iterable[tuple[str, bytes | Diagnostic]], limits: Limits, dialects: Sequence[Dialect], bytes_read: Meter
) -> _Inputs:
    """Every file read, and the hash of them all; of their bytes nothing else is kept."""
    names: list[str] = []
    found: list[Reading] = []
    problems: list[Diagnostic] = []
    digests: list[tuple[str, bytes]] = []
    shared = SharedParts()
    done = 0
    for name, data in files:
        count = len(found)
        for piece in [data] if isinstance(data, Diagnostic) else pieces(name, data, limits):
            if isinstance(piece, Diagnostic):
                problems.append(piece)
                continue
            names.append(piece.name)
            digests.append((piece.name, digest_of(piece.data)))
            tick = part(bytes_read.tick, done + piece.begin, piece.end - piece.begin, len(piece.data))
            found.append(_read(piece.name, piece.data, limits, dialects, tick, shared.trim))
        names += [name] if len(found) == count else []
        done += 0 if isinstance(data, Diagnostic) else len(data)
    bytes_read.end()
    return _Inputs(tuple(names), tuple(found), tuple(problems), input_digest(digests))


def _read(name: str, data: bytes, limits: Limits, dialects: Sequence[Dialect], tick: Tick, trim: Trim) -> Reading:
    with_tiers = tier_dialects(dialects)

    def wanted(api_version: str, kind: str) -> str:
        known = unmodelled(api_version, kind)
        if dialect_of(api_version, kind, dialects) is not None or (known is not None and known.directions):
            return "policy"
        if tier_dialect_of(api_version, kind, with_tiers) is not None:
            return "keep"
        if known is not None:
            return "keep"
        return "part" if is_cluster_kind(api_version, kind) else "ignore"

    return read(name, data, wanted=wanted, limits=limits, tick=tick, trim=trim)


def _assemble(
    inputs: _Inputs, problems: Sequence[Diagnostic], dialects: Sequence[Dialect], progress: Progress | None
) -> Loaded:
    readings = inputs.readings
    records = tuple(record for reading in readings for record in reading.records)
    documents = _numbered(records, [document for reading in readings for document in reading.documents])
    twins = {number: documents.pop(number) for number in stored_twins(documents)}
    kinds = {(document.api_version, document.kind) for document in documents.values()}
    judged_kinds = {kind for kind in kinds if is_policy(*kind, dialects)}
    policies = {n: d for n, d in documents.items() if (d.api_version, d.kind) in judged_kinds}
    objects = {n: document for n, document in documents.items() if n not in policies}
    origin = Origin(
        files=inputs.names,
        records=records,
        documents=policies,
        outcomes={},
        diagnostics=(),
        texts=tuple(text for each in readings for text in each.texts),
        missing=(),
        dialects=tuple(dialects),
        digest=inputs.digest,
    )
    judged = judge(origin, AUTO, frozenset())
    mentioned = {policy.id.namespace for policy in judged.policies if policy.id.namespace}
    made = meter(progress, "objects", len(objects))
    reading = read_cluster(list(objects.values()), mentioned, made.tick)
    made.end()
    namespaced = [document for document in objects.values() if is_namespaced(document.kind)]
    accepted = zip(objects, reading.accepted, strict=True)
    diagnostics = [
        *problems,
        *inputs.problems,
        *(diagnostic for each in readings for diagnostic in each.diagnostics),
        *reading.diagnostics,
        *note_stored_twins(list(twins.values())),
        *note_default_namespace([*namespaced, *judged.in_default]),
        *(problem for record in records if (problem := _wrong_version(record)) is not None),
        *_probably_meant(records),
    ]
    origin = replace(
        origin,
        outcomes=dict.fromkeys(twins, "ignored") | {n: "read" if good else "refused" for n, good in accepted},
        diagnostics=tuple(diagnostics),
        missing=missing_facts(reading.cluster),
        cluster=reading.cluster,
    )
    return _finished(origin, judged, AUTO)


def _finished(origin: Origin, judged: Judged, plugin: Plugin) -> Loaded:
    hosts = idle_hosts(origin, plugin)
    cluster = replace(origin.cluster, host_endpoints=()) if hosts else origin.cluster
    enforced = {n: d for n, d in origin.documents.items() if plugin.enforces(d.api_version, d.kind)}
    defined = defined_tiers(enforced, origin.dialects)
    built_in = {tier.name for dialect in origin.dialects for tier in dialect.tiers()} | {UNSUPPORTED_TIER.name}
    doubtful = defined.doubtful | (frozenset() if plugin.knows_tiers else {p.tier for p in judged.policies} - built_in)
    policies = [in_doubtful_tier(p) if p.tier in doubtful else p for p in judged.policies]
    tiers, missing_tiers = tiers_of(origin, defined.tiers, policies, plugin)
    outcomes = {**origin.outcomes, **judged.outcomes, **defined.outcomes}
    problems = (*origin.diagnostics, *judged.diagnostics, *defined.diagnostics, *missing_tiers, *hosts.values())
    report = LoadReport(
        files=origin.files,
        records=tuple(_final(record, outcomes.get(n)) for n, record in enumerate(origin.records)),
        diagnostics=tuple(sorted(problems, key=diagnostic_position)),
        texts=origin.texts,
        missing=origin.missing,
        unsupported=(*judged.unsupported, *(listed_host(name, problem) for name, problem in hosts.items())),
        digest=origin.digest,
    )
    place = {tier.name: tier_position(tier) for tier in tiers}
    ordered = sorted(policies, key=lambda policy: (place[policy.tier], policy_position(policy)))
    policy_set = PolicySet(tiers=tiers, policies=tuple(ordered))
    return Loaded(cluster=cluster, policies=policy_set, report=report, plugin=plugin, origin=origin)


def _numbered(records: Sequence[Record], documents: Sequence[Document]) -> dict[int, Document]:
    """Each document by the number of its record."""
    numbers = [number for number, record in enumerate(records) if record.outcome == "document"]
    return dict(zip(numbers, documents, strict=True))


def _final(record: Record, outcome: str | None) -> Record:
    if outcome is None:
        return record.became("refused") if _versions(record) else record
    return record.became(outcome)


def _versions(record: Record) -> tuple[str, ...]:
    return expected_versions(record.api_version, record.kind) if record.outcome == "ignored" else ()


def _wrong_version(record: Record) -> Diagnostic | None:
    """What is wrong with a document whose kind is one of ours, but not in the version that it names."""
    versions = _versions(record)
    if not versions:
        return None
    return Diagnostic(
        severity=Severity.ERROR,
        code="unknown-version",
        message=f"no API has a {record.kind} in this version, so the document is not used",
        file=record.file,
        document=record.document,
        line=record.line,
        path="apiVersion",
        value=record.api_version,
        hint=f"write {versions[0]}",
    )


def _probably_meant(records: Sequence[Record]) -> Iterator[Diagnostic]:
    """A warning for each document that nothing reads and whose type looks like one that is read, but for a slip."""
    ignored = [record for record in records if record.outcome == "ignored"]
    types = {(record.api_version, record.kind) for record in ignored}
    policies = {type_: misspelt(*type_) for type_ in types}
    others = {type_: misspelt_kind(*type_) for type_ in types if not policies[type_]}
    for record in ignored:
        policy = policies[record.api_version, record.kind]
        if probably := policy or others[record.api_version, record.kind]:
            is_group = "/" in probably
            what = "it looks like a policy" if policy else f"it looks like a {probably}"
            yield Diagnostic(
                severity=Severity.WARNING,
                code="unknown-kind",
                message=f"netviz knows no such kind, so the document is not used; {what}",
                file=record.file,
                document=record.document,
                line=record.line,
                path="apiVersion" if is_group else "kind",
                value=shown(record.api_version if is_group else record.kind),
                hint=f"did you mean {probably}?",
            )
