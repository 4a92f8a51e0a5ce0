"""The policies of an input under one network plugin: which count, which contradict each other, in which tiers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from netviz.dialects import Dialect, seen_by
from netviz.dialects.calico_names import with_every_port
from netviz.dialects.plugins import AUTO, Plugin, Trait, is_calico
from netviz.dialects.tiers import tier_dialect_of, tier_dialects
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document
from netviz.manifests.duplicates import report_duplicates
from netviz.manifests.host_endpoints import HOST_ENDPOINT
from netviz.manifests.metadata import DEFAULT_NAMESPACE
from netviz.manifests.network_sets import VERSIONS as CALICO_VERSIONS
from netviz.manifests.reading import Record
from netviz.manifests.report import Unsupported
from netviz.manifests.uncertain import UNSUPPORTED_TIER, contradictory, object_name, unread_policy, unsupported_policy
from netviz.manifests.unsupported import UnmodelledKind, unmodelled
from netviz.model.cluster import Cluster
from netviz.model.policy import Policy, Tier, tier_position
from netviz.source import SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What judging the policies once more needs: the policy documents, and all that no plugin changes.

    `documents` by the number of their record; `outcomes` are those of all other documents; `diagnostics` are about
    everything but what single policies say; `cluster` is what was read, whatever of it the plugin knows. `digest` is
    the hash of the input.
    """

    files: tuple[str, ...]
    records: tuple[Record, ...]
    documents: Mapping[int, Document]
    outcomes: Mapping[int, str]
    diagnostics: tuple[Diagnostic, ...]
    texts: tuple[SourceText, ...]
    missing: tuple[str, ...]
    dialects: tuple[Dialect, ...]
    cluster: Cluster = field(default_factory=Cluster)
    digest: str = ""


class _Candidate(NamedTuple):
    """A document that defines a policy: the number of its record, and the policy."""

    number: int
    document: Document
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """All policy documents, judged.

    `outcomes` by record number; `in_default` are the documents whose policy is in the default namespace.
    """

    policies: tuple[Policy, ...]
    outcomes: dict[int, str]
    unsupported: tuple[Unsupported, ...]
    in_default: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]


def dialect_of(api_version: str, kind: str, dialects: Sequence[Dialect]) -> Dialect | None:
    """The dialect that reads documents of this type, None if no dialect does."""
    return next((dialect for dialect in dialects if dialect.handles(api_version, kind)), None)


def is_policy(api_version: str, kind: str, dialects: Sequence[Dialect]) -> bool:
    """Whether a document of this type is kept for judging: of a policy, a tier, or a kind that is not modelled."""
    if unmodelled(api_version, kind) is not None or tier_dialect_of(api_version, kind, tier_dialects(dialects)):
        return True
    return dialect_of(api_version, kind, dialects) is not None


def judge(origin: Origin, plugin: Plugin, split: frozenset[tuple[str, int]]) -> Judged:
    """Every policy document as the plugin takes it; `split` are the port names of several numbers (`split_names`)."""
    calico = _is_calico_cluster(origin, plugin)
    dialects = seen_by(origin.dialects, plugin, split, calico=calico)
    problems: list[Diagnostic] = []
    outcomes: dict[int, str] = {}
    unsupported: list[Unsupported] = []
    candidates: list[_Candidate] = []
    for number, document in origin.documents.items():
        dialect = dialect_of(document.api_version, document.kind, dialects)
        kind = unmodelled(document.api_version, document.kind)
        if not plugin.enforces(document.api_version, document.kind):
            outcomes[number] = "unsupported"
            unsupported.append(_without_effect(document, plugin, problems))
            continue
        if dialect is not None:
            found: list[Diagnostic] = []
            policy = dialect.read(document, found)
            problems += found
            refused = any(problem.severity is Severity.ERROR for problem in found)
            outcomes[number] = "refused" if refused else "read"
        elif kind is not None:
            policy = unsupported_policy(document, kind)
            outcomes[number] = "unsupported"
            unsupported.append(_unsupported(document, kind, problems))
        else:
            continue
        if policy is not None:
            candidates.append(_Candidate(number, document, with_every_port(policy) if calico else policy))
    policies, contradictions = _unique(candidates, problems)
    broken = (record for record in origin.records if record.outcome == "refused")
    enforced = (record for record in broken if plugin.enforces(record.api_version, record.kind))
    unread = [policy for record in enforced if (policy := unread_policy(record)) is not None]
    return Judged(
        policies=policies + _not_among(policies, unread),
        outcomes=outcomes | dict.fromkeys(contradictions, "refused"),
        unsupported=tuple(unsupported),
        in_default=tuple(c.document for c in candidates if c.policy.id.namespace == DEFAULT_NAMESPACE),
        diagnostics=tuple(problems),
    )


def _not_among(policies: Sequence[Policy], others: Iterable[Policy]) -> tuple[Policy, ...]:
    """Those of the others, one for each id, whose id none of the policies has."""
    by_id = {policy.id: policy for policy in others}
    taken = {policy.id for policy in policies}
    return tuple(policy for id_, policy in by_id.items() if id_ not in taken)


def _unsupported(document: Document, kind: UnmodelledKind, problems: list[Diagnostic]) -> Unsupported:
    effect = "are unknown where it may apply" if kind.directions else "may be wrong where it applies"
    message = kind.message or f"{document.kind} is not evaluated; verdicts {effect}"
    problems.append(document.diagnostic(Severity.WARNING, "unsupported-kind", message))
    return _listed(document, message)


def _without_effect(document: Document, plugin: Plugin, problems: list[Diagnostic]) -> Unsupported:
    rule = "D16" if is_calico(document.api_version) else "D15"
    message = f"ENG001: {document.kind} has no effect: {plugin.title} does not enforce it ({rule})"
    problems.append(document.diagnostic(Severity.WARNING, "not-enforced", message))
    return _listed(document, message)


def idle_hosts(origin: Origin, plugin: Plugin) -> dict[str, Diagnostic]:
    """A warning for each host endpoint, by name, if the plugin knows no such thing."""
    if plugin.enforces(CALICO_VERSIONS[0], HOST_ENDPOINT):
        return {}
    message = f"ENG001: {HOST_ENDPOINT} has no effect: {plugin.title} does not enforce it (D16)"
    return {
        endpoint.name: Diagnostic(
            severity=Severity.WARNING,
            code="not-enforced",
            message=message,
            file=endpoint.ref.file,
            document=endpoint.ref.document,
            line=endpoint.ref.line,
        )
        for endpoint in origin.cluster.host_endpoints
        if endpoint.ref is not None
    }


def listed_host(name: str, problem: Diagnostic) -> Unsupported:
    """The entry of a host endpoint in the list of what has no effect."""
    return Unsupported(file=problem.file, line=problem.line, kind=HOST_ENDPOINT, name=name, message=problem.message)


def _listed(document: Document, message: str) -> Unsupported:
    return Unsupported(
        file=document.file,
        line=document.line_of(()),
        kind=document.kind,
        name=object_name(document),
        message=message,
    )


def _unique(candidates: Iterable[_Candidate], problems: list[Diagnostic]) -> tuple[tuple[Policy, ...], list[int]]:
    """One policy for each id, and the record numbers of those that contradict another of the same id."""
    by_id: defaultdict[object, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_id[candidate.policy.id].append(candidate)
    policies: list[Policy] = []
    contradictions: list[int] = []
    for same in by_id.values():
        if report_duplicates([candidate.document for candidate in same], problems):
            policies.append(contradictory([candidate.policy for candidate in same]))
            contradictions += [candidate.number for candidate in same]
        else:
            policies.append(same[0].policy)
    return tuple(policies), contradictions


def tiers_of(
    origin: Origin, defined: Sequence[Tier], policies: Sequence[Policy], plugin: Plugin
) -> tuple[tuple[Tier, ...], list[Diagnostic]]:
    """All tiers in order; one that a policy names and nobody defines comes last with deny, and a warning (B15)."""
    tiers = {tier.name: tier for dialect in origin.dialects for tier in dialect.tiers()}
    tiers |= {tier.name: tier for tier in defined}
    if _is_calico_cluster(origin, plugin):
        tiers = {name: replace(tier, ties_undefined=False) for name, tier in tiers.items()}
    if any(policy.tier == UNSUPPORTED_TIER.name for policy in policies):
        tiers[UNSUPPORTED_TIER.name] = UNSUPPORTED_TIER
    warnings: list[Diagnostic] = []
    for policy in policies:
        if policy.tier not in tiers:
            tiers[policy.tier] = Tier(name=policy.tier, order=None, missing=True)
            warnings.append(_missing_tier(policy))
    return tuple(sorted(tiers.values(), key=tier_position)), warnings


def _is_calico_cluster(origin: Origin, plugin: Plugin) -> bool:
    shown = any(is_calico(document.api_version) for document in origin.documents.values())
    return plugin.has(Trait.ORDERED_TIES) or (plugin == AUTO and shown)


def _missing_tier(policy: Policy) -> Diagnostic:
    return Diagnostic(
        severity=Severity.WARNING,
        code="missing-tier",
        message=f'the tier "{policy.tier}" is not defined; it is evaluated last, and denies',
        file=policy.ref.file,
        document=policy.ref.document,
        line=policy.ref.line,
        path="spec.tier",
        value=policy.tier,
    )
