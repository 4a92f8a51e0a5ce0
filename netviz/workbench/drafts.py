"""Policies that exist only in a what-if."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netviz.errors import Diagnostic, Severity
from netviz.loading import Loaded, load_files, under
from netviz.manifests.report import LoadReport
from netviz.model.policy import Policy, PolicySet, policy_position, tier_position
from netviz.source import SourceText
from netviz.workbench.questions import Draft


def draft_name(number: int) -> str:
    """How a draft is called in diagnostics and traces."""
    return f"draft {number}"


def _load(drafts: Sequence[Draft]) -> Loaded:
    return load_files([(draft_name(i), draft.text.encode()) for i, draft in enumerate(drafts, start=1)])


def load_beside(loaded: Loaded, drafts: Sequence[Draft]) -> Loaded:
    """Drafts as the plugin takes them in that cluster."""
    return under(replace(_load(drafts), cluster=loaded.cluster), loaded.plugin)


def with_drafts(loaded: Loaded, drafts: tuple[Draft, ...]) -> PolicySet:
    """The policies with the drafts in place of what they replace, and of policies of the same identity."""
    policies = loaded.policies
    if not drafts:
        return policies
    drafted = load_beside(loaded, drafts).policies
    gone = {draft.replaces for draft in drafts} | {str(policy.id) for policy in drafted.policies}
    kept: list[Policy] = [policy for policy in policies.policies if str(policy.id) not in gone]
    tiers = {tier.name: tier for tier in (*drafted.tiers, *policies.tiers)}
    ordered = sorted(tiers.values(), key=tier_position)
    position = {tier.name: i for i, tier in enumerate(ordered)}
    everything = sorted((*kept, *drafted.policies), key=lambda p: (position[p.tier], policy_position(p)))
    return PolicySet(tiers=tuple(ordered), policies=tuple(everything))


def with_draft_report(loaded: Loaded, drafts: tuple[Draft, ...]) -> LoadReport:
    """The report of the input with what there is to say about the drafts."""
    if not drafts:
        return loaded.report
    drafted = load_beside(loaded, drafts).report
    return replace(
        loaded.report,
        records=(*loaded.report.records, *drafted.records),
        diagnostics=(*loaded.report.diagnostics, *drafted.diagnostics),
    )


def draft_texts(drafts: tuple[Draft, ...]) -> tuple[SourceText, ...]:
    """The texts of drafts, for quoting."""
    return _load(drafts).report.texts if drafts else ()


def drafted_ids(draft: Draft) -> tuple[str, ...]:
    """The ids of the policies in a draft, in evaluation order."""
    return tuple(str(policy.id) for policy in _load((draft,)).policies.policies)


def draft_diagnostics(loaded: Loaded, draft: Draft) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a draft beside the input; also that it holds no policy at all."""
    drafted = load_beside(loaded, (draft,))
    found = tuple(d for d in drafted.report.diagnostics if d.severity is not Severity.INFO)
    read = drafted.policies.policies or drafted.report.unsupported
    if not read and not any(d.severity is Severity.ERROR for d in found):
        message = "there is no NetworkPolicy in this text"
        hint = "paste a whole manifest, with apiVersion, kind and metadata"
        nothing = Diagnostic(
            severity=Severity.ERROR, code="no-policy", message=message, file=draft_name(1), hint=hint
        )
        return (*found, nothing)
    return found
