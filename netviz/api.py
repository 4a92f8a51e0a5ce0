"""The questions of the dashboard as functions: what `import netviz` offers (docs/python.md)."""

from __future__ import annotations

from pathlib import Path

from netviz.analysis.compare import Comparison, compare
from netviz.analysis.expectations.checking import Result
from netviz.analysis.expectations.checking import check as check_expectations
from netviz.analysis.expectations.reading import read_expectations
from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Finding
from netviz.analysis.impact import Impact, Impacts, rank
from netviz.analysis.proof import same_words
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.matrix import Grouping
from netviz.engine.options import Connection, Options, Scenario, Verdict
from netviz.errors import UsageError
from netviz.loading import Loaded, load, under
from netviz.workbench.options import options_for

__all__ = [
    "Comparison",
    "Connection",
    "Evaluation",
    "Evaluator",
    "Finding",
    "Grouping",
    "Impact",
    "Loaded",
    "Options",
    "Result",
    "Scenario",
    "Verdict",
    "check",
    "diff",
    "evaluate",
    "impact",
    "lint",
    "load",
]

Judged = Loaded | Evaluation
"""An input, which is judged as it is written, or an input that has been judged under a scenario."""


def evaluate(loaded: Loaded, scenario: Scenario = Scenario()) -> Evaluation:  # noqa: B008 - a frozen value
    """The answers for an input under a scenario, with the usual assumptions about its network plugin."""
    usual = Options()
    options = options_for(loaded.plugin, ip_blocks=usual.ip_blocks, pod_cidrs=usual.pod_cidrs)
    return Evaluator(loaded.cluster, loaded.policies, options).evaluate(scenario)


def diff(before: Judged, after: Judged, by: Grouping = Grouping.WORKLOAD) -> Comparison:
    """Every pair of peers that differs, between two inputs or two scenarios of one."""
    old, new = same_words(_judged(before), _judged(after))
    return compare(old.matrix(by), new.matrix(by))


def lint(loaded: Loaded, scenario: Scenario = Scenario()) -> tuple[Finding, ...]:  # noqa: B008 - a frozen value
    """What policies say and their authors hardly mean, errors first."""
    facts = Facts(
        evaluation=evaluate(loaded, scenario),
        policies=loaded.policies,
        report=loaded.report,
        plugin=loaded.plugin,
        elsewhere=lambda plugin: evaluate(under(loaded, plugin), scenario),
    )
    return find(facts)


def check(judged: Judged, file: str | Path) -> tuple[Result, ...]:
    """What becomes of every expectation of a file; UsageError if there is no such file, or it cannot be used."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    return check_expectations(_judged(judged), read_expectations(str(file), data))


def impact(judged: Judged, by: Grouping = Grouping.WORKLOAD) -> tuple[Impact, ...]:
    """What removing each policy alone would open and break, or enforcing one that does not count; most first."""
    return tuple(sorted(Impacts(_judged(judged), by).all(), key=rank))


def _judged(judged: Judged) -> Evaluation:
    return judged if isinstance(judged, Evaluation) else evaluate(judged)
