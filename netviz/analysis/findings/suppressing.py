"""Findings that somebody has looked at and wants to hear no more of, each with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netviz.analysis.findings.finding import Finding
from netviz.manifests.own_files import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Findings of one check, about an object or at a place, or both, that are left out for a reason.

    `object` as a finding has it; `place` is a file, or `file:line`. `written` says where the suppression stands.
    """

    check: str
    reason: str
    object: str = ""
    place: str = ""
    written: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is left out by it."""
        if finding.check != self.check or self.object not in ("", finding.object):
            return False
        if not self.place:
            return bool(self.object)
        return finding.ref is not None and self.place in (finding.ref.file, str(finding.ref))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Findings that are told, those that are suppressed and why, and the suppressions that match nothing."""

    told: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...]
    unused: tuple[Suppression, ...]

    @property
    def unused_words(self) -> tuple[str, ...]:
        """A sentence on each suppression that matches nothing."""
        return tuple(
            f"{each.written or 'suppression'}: nothing matches this suppression of {each.check}"
            f" ({' at '.join(filter(None, (each.object, each.place)))}): take it out"
            for each in self.unused
        )


def suppression_text(finding: Finding) -> str:
    """The entry of a suppression file that leaves a finding out, but for the reason."""
    return f"  - id: {finding.check}\n    object: {quoted(finding.object)}\n    reason: \n"


def sift(findings: Sequence[Finding], suppressions: Sequence[Suppression]) -> Sifted:
    """Part what is told from what is suppressed; of several suppressions that cover a finding, the first counts."""
    told: list[Finding] = []
    suppressed: list[tuple[Finding, Suppression]] = []
    used: set[Suppression] = set()
    for finding in findings:
        covering = [each for each in suppressions if each.covers(finding)]
        used.update(covering)
        if covering:
            suppressed.append((finding, covering[0]))
        else:
            told.append(finding)
    unused = tuple(each for each in dict.fromkeys(suppressions) if each not in used)
    return Sifted(told=tuple(told), suppressed=tuple(suppressed), unused=unused)
