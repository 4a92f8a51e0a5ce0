"""`--scenario FILE`: a what-if that was saved, on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from netviz.cli.files import read_named
from netviz.errors import UsageError

if TYPE_CHECKING:
    from netviz.loading import Loaded
    from netviz.workbench.scenario_file import ScenarioFile


def scenario_of(arguments: argparse.Namespace) -> ScenarioFile | None:
    """The scenario of `--scenario`, None without one. Its assumptions take the place of options that were not given.

    UsageError or ScenarioError for a file that cannot be used.
    """
    if not arguments.scenario:
        return None
    known: ScenarioFile | None = getattr(arguments, "scenario_read", None)
    if known is None:
        from netviz.workbench.scenario_file import read_scenario

        data = read_named("--scenario", arguments.scenario)
        known = arguments.scenario_read = read_scenario(arguments.scenario, data)
        _assume(known, arguments)
    return known


def _assume(scenario: ScenarioFile, arguments: argparse.Namespace) -> None:
    assumed = scenario.assumptions
    if arguments.cni == "auto" and not arguments.cni_version:
        arguments.cni, arguments.cni_version = assumed.cni, assumed.cni_version
    if arguments.ip_blocks == "addresses":
        arguments.ip_blocks = assumed.ip_blocks
    arguments.pod_cidr = arguments.pod_cidr or list(assumed.pod_cidrs)


def with_scenario(loaded: Loaded, scenario: ScenarioFile, arguments: argparse.Namespace) -> Loaded:
    """The input with the policies that exist only in the scenario; what is wrong in these is a ScenarioError.

    A scenario that was made for another input is applied by the names of its policies, and that is said.
    """
    from dataclasses import replace

    from netviz.errors import Severity
    from netviz.workbench.drafts import draft_diagnostics, draft_texts, with_drafts
    from netviz.workbench.scenario_file import ScenarioError

    if not scenario.is_for(loaded.report.digest):
        print(f"note: {arguments.scenario} was made for another input; its policies are taken by name", file=sys.stderr)
    if not scenario.active:
        return loaded
    drafts = tuple(each.draft for each in scenario.active)
    wrong = [
        replace(problem, file=f"{arguments.scenario}, draft {each.name}")
        for each in scenario.active
        for problem in draft_diagnostics(loaded, each.draft)
        if problem.severity is Severity.ERROR
    ]
    if wrong:
        raise ScenarioError(wrong)
    report = replace(loaded.report, texts=(*loaded.report.texts, *draft_texts(drafts)))
    return replace(loaded, policies=with_drafts(loaded, drafts), report=report)


def check_policies(scenario: ScenarioFile, known: Iterable[str]) -> None:
    """UsageError if the scenario names a policy that is not there, with the nearest names."""
    from netviz.workbench.scenario_file import unknown_policies

    replaced = {each.replaces for each in scenario.drafts}
    missing = unknown_policies(scenario, {*known, *replaced})
    if missing:
        raise UsageError("\n".join(missing))
