"""All checks, and the run of them."""

from __future__ import annotations

from typing import Final

from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.analysis.findings.kubernetes_selecting import NP011
from netviz.analysis.findings.kubernetes_writing import NP002, NP003
from netviz.errors import Severity

CHECKS: Final[tuple[Check, ...]] = (
    NP002,
    NP003,
    NP011,
)

_RANK: Final = tuple(Severity)


def find(facts: Facts) -> tuple[Finding, ...]:
    """Everything that the checks find: errors first, then by object, check and place."""
    found = dict.fromkeys(finding for check in CHECKS for finding in check.run(facts))
    return tuple(sorted(found, key=_position))


def _position(finding: Finding) -> tuple[int, str, str, str, int, str]:
    file, line = (finding.ref.file, finding.ref.line) if finding.ref else ("", 0)
    return _RANK.index(finding.severity), finding.check, finding.object, file, line, finding.path
