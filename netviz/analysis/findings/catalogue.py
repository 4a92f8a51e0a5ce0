"""All checks, and the run of them."""

from __future__ import annotations

from typing import Final

from netviz.analysis.findings.admin import (
    ANP001,
    ANP002,
    ANP003,
    ANP004,
    ANP005,
    ANP006,
    ANP007,
    ANP008,
    ANP009,
    ANP010,
    ANP011,
    ANP012,
)
from netviz.analysis.findings.calico_order import CAL006, CAL007, CAL008, CAL009, CAL010, CAL011
from netviz.analysis.findings.calico_selecting import CAL016, CAL017, CAL018, CAL019, CAL021
from netviz.analysis.findings.calico_things import CAL020, CAL025, CAL026, CAL031
from netviz.analysis.findings.calico_writing import (
    CAL001,
    CAL002,
    CAL003,
    CAL004,
    CAL005,
    CAL012,
    CAL013,
    CAL014,
    CAL015,
    CAL022,
    CAL023,
    CAL024,
    CAL027,
    CAL028,
    CAL029,
    CAL030,
)
from netviz.analysis.findings.elsewhere import MOST_PODS
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.analysis.findings.kubernetes_blocks import NP020, NP021, NP022, NP023, NP024, NP033, NP035
from netviz.analysis.findings.kubernetes_effect import NP005, NP006, NP008, NP028, NP029, NP030
from netviz.analysis.findings.kubernetes_ports import NP016, NP017, NP018, NP019, NP031
from netviz.analysis.findings.kubernetes_refused import NP001, NP015, NP032, NP034
from netviz.analysis.findings.kubernetes_selecting import NP009, NP011, NP012, NP013, NP014, NP025, NP036
from netviz.analysis.findings.kubernetes_writing import NP002, NP003, NP004, NP007, NP010, NP026
from netviz.analysis.findings.plugin_paths import ENG005, ENG006, ENG009
from netviz.analysis.findings.plugins import ENG001, ENG002, ENG003, ENG004, ENG007, ENG008
from netviz.analysis.findings.redundancy import MOST_STATIONS
from netviz.analysis.findings.redundant import CAL032, NP027
from netviz.errors import Severity

CHECKS: Final[tuple[Check, ...]] = (
    NP001,
    NP002,
    NP003,
    NP004,
    NP005,
    NP006,
    NP007,
    NP008,
    NP009,
    NP010,
    NP011,
    NP012,
    NP013,
    NP014,
    NP015,
    NP016,
    NP017,
    NP018,
    NP019,
    NP020,
    NP021,
    NP022,
    NP023,
    NP024,
    NP025,
    NP026,
    NP027,
    NP028,
    NP029,
    NP030,
    NP031,
    NP032,
    NP033,
    NP034,
    NP035,
    NP036,
    CAL001,
    CAL002,
    CAL003,
    CAL004,
    CAL005,
    CAL006,
    CAL007,
    CAL008,
    CAL009,
    CAL010,
    CAL011,
    CAL012,
    CAL013,
    CAL014,
    CAL015,
    CAL016,
    CAL017,
    CAL018,
    CAL019,
    CAL020,
    CAL021,
    CAL022,
    CAL023,
    CAL024,
    CAL025,
    CAL026,
    CAL027,
    CAL028,
    CAL029,
    CAL030,
    CAL031,
    CAL032,
    ANP001,
    ANP002,
    ANP003,
    ANP004,
    ANP005,
    ANP006,
    ANP007,
    ANP008,
    ANP009,
    ANP010,
    ANP011,
    ANP012,
    ENG001,
    ENG002,
    ENG003,
    ENG004,
    ENG005,
    ENG006,
    ENG007,
    ENG008,
    ENG009,
)

_RANK: Final = tuple(Severity)


def find(facts: Facts) -> tuple[Finding, ...]:
    """Everything that the checks find: errors first, then by check, object and place."""
    found = dict.fromkeys(finding for check in CHECKS for finding in check.run(facts))
    return tuple(sorted(found, key=_position))


def limits(facts: Facts) -> tuple[str, ...]:
    """What was not looked for because there is too much to look at, in sentences."""
    found: list[str] = []
    if not facts.redundancy.complete:
        found.append(f"Redundant rules were not looked for: there are more than {MOST_STATIONS:,} rules to compare.")
    if not facts.ties.complete:
        found.append("Not all policies of equal order were compared: there are too many of them.")
    if facts.plugin.traits and len(facts.cluster.pods) > MOST_PODS:
        found.append(f"Plugins were not compared: the input has more than {MOST_PODS:,} pods.")
    return tuple(found)


def _position(finding: Finding) -> tuple[int, str, str, str, int, str]:
    file, line = (finding.ref.file, finding.ref.line) if finding.ref else ("", 0)
    return _RANK.index(finding.severity), finding.check, finding.object, file, line, finding.path
