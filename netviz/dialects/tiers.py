"""The tiers that are objects of the input."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netviz.dialects.base import Dialect, TierDialect
from netviz.errors import Diagnostic, Severity
from netviz.manifests.document import Document
from netviz.manifests.duplicates import report_duplicates
from netviz.model.policy import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedTiers:
    """All tier documents, judged: `outcomes` by the keys that they were given under.

    `doubtful` are the names of those that cannot be used and are not among `tiers`; built-in ones are in neither.
    """

    tiers: tuple[Tier, ...]
    doubtful: frozenset[str]
    outcomes: Mapping[int, str]
    diagnostics: tuple[Diagnostic, ...]


def tier_dialects(dialects: Sequence[Dialect]) -> tuple[TierDialect, ...]:
    """The dialects that know tiers; to be asked once, because looking at a protocol is slow."""
    return tuple(dialect for dialect in dialects if isinstance(dialect, TierDialect))


def tier_dialect_of(api_version: str, kind: str, dialects: Sequence[TierDialect]) -> TierDialect | None:
    """The dialect that reads tiers of this type."""
    return next((dialect for dialect in dialects if dialect.handles_tier(api_version, kind)), None)


def defined_tiers(documents: Mapping[int, Document], dialects: Sequence[Dialect]) -> DefinedTiers:
    """The tiers that the documents define; documents of other kinds are passed over."""
    problems: list[Diagnostic] = []
    outcomes: dict[int, str] = {}
    doubtful: set[str] = set()
    by_name: defaultdict[str, list[tuple[int, Tier]]] = defaultdict(list)
    kinds = {(document.api_version, document.kind) for document in documents.values()}
    with_tiers = tier_dialects(dialects)
    readers = {kind: tier_dialect_of(*kind, with_tiers) for kind in kinds}
    for number, document in documents.items():
        dialect = readers[document.api_version, document.kind]
        if dialect is None:
            continue
        found: list[Diagnostic] = []
        tier = dialect.read_tier(document, found)
        problems += found
        refused = tier is None or any(problem.severity is Severity.ERROR for problem in found)
        outcomes[number] = "refused" if refused else "read"
        if tier is not None:
            by_name[tier.name].append((number, tier))
            doubtful |= {tier.name} if refused else set()
    for name, same in by_name.items():
        if report_duplicates([documents[number] for number, _ in same], problems):
            doubtful.add(name)
            outcomes |= dict.fromkeys((number for number, _ in same), "refused")
    built_in = {tier.name for dialect in dialects for tier in dialect.tiers()}
    return DefinedTiers(
        tiers=tuple(same[0][1] for name, same in by_name.items() if name not in doubtful | built_in),
        doubtful=frozenset(doubtful - built_in),
        outcomes=outcomes,
        diagnostics=tuple(problems),
    )
