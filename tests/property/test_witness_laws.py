"""A connection that shows a finding has the verdict that the finding says, when it is asked for by the same names."""

from __future__ import annotations

from collections import Counter

import pytest

from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Finding, FlowWitness, PodWitness
from netviz.dialects.plugins import Plugin, parse_plugin
from netviz.engine import Evaluation, Evaluator, Scenario
from netviz.engine.naming import find as find_by_name
from netviz.loading import Loaded, load_files, under
from netviz.workbench.answers import Asker
from netviz.workbench.asking import protocol_number
from netviz.workbench.options import options_for
from tests.admin_generators import admin_case
from tests.calico_generators import calico_case
from tests.generators import Case, random_case

MAKERS = {"kubernetes": lambda seed: random_case(seed, exact=seed % 2 == 0), "admin": admin_case, "calico": calico_case}
PLUGINS = (
    ("auto", ""),
    ("kubernetes", ""),
    ("calico", ""),
    ("cilium", "1.16"),
    ("azure-npm", ""),
    ("azure-npm", "windows"),
)
CHUNK = 10


def facts_of(case: Case, plugin: Plugin) -> Facts:
    loaded = load_files([("in.yaml", case.text().encode())], plugin=plugin)

    def evaluation_of(judged: Loaded) -> Evaluation:
        options = options_for(judged.plugin, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
        evaluator = Evaluator(judged.cluster, judged.policies, options)
        off = frozenset(p.policy.id for p in evaluator.policies if str(p.policy.id) in case.disabled)
        return evaluator.evaluate(Scenario(disabled=off))

    return Facts(
        evaluation=evaluation_of(loaded),
        policies=loaded.policies,
        report=loaded.report,
        plugin=plugin,
        elsewhere=lambda other: evaluation_of(under(loaded, other)),
    )


def asked(facts: Facts, flow: FlowWitness) -> str:
    """The verdict on a connection between two things of these names."""
    ends = find_by_name(facts.cluster, flow.source), find_by_name(facts.cluster, flow.target)
    asker = Asker(facts.evaluation, lambda _ref: ())
    return asker.why(*ends, protocol_number(flow.protocol), flow.port).verdict


def check(kind: str, seed: int) -> Counter[str]:
    """The checks whose witnesses hold on one random input under one plugin."""
    case = MAKERS[kind](seed)
    facts = facts_of(case, parse_plugin(*PLUGINS[seed % len(PLUGINS)]))
    shown: Counter[str] = Counter()
    for finding in find(facts):
        match finding.witness:
            case FlowWitness() as flow:
                assert asked(facts, flow) == flow.verdict.value, told(seed, finding, case)
                shown[finding.check] += 1
            case PodWitness(pod=name):
                assert find_by_name(facts.cluster, name).ends, told(seed, finding, case)
            case _:
                pass
    return shown


def told(seed: int, finding: Finding, case: Case) -> str:
    return f"seed {seed}: {finding}\n{case.text()}"


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("first", range(0, 60, CHUNK))
def test_the_verdict_of_a_witness_is_that_of_the_engine(kind: str, first: int) -> None:
    shown = sum((check(kind, seed) for seed in range(first, first + CHUNK)), Counter[str]())
    assert shown, "no finding had a connection that shows it"


@pytest.mark.soak
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("first", range(60, 1_060, CHUNK))
def test_the_verdict_of_many_witnesses_is_that_of_the_engine(kind: str, first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(kind, seed)
