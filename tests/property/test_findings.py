"""What holds for every finding, in random clusters of all dialects."""

from __future__ import annotations

import pytest

from netviz.analysis.findings.catalogue import CHECKS, find
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import FlowWitness
from netviz.dialects.plugins import parse_plugin
from netviz.engine import Evaluation, Evaluator
from netviz.engine.naming import find as find_end
from netviz.engine.options import Connection, Scenario
from netviz.loading import load_files
from netviz.workbench.asking import protocol_number
from netviz.workbench.options import options_for
from tests.property.test_redundancy import SORTS, case_of

SEEDS = range(12)
PLUGINS = ("auto", "calico", "cilium", "azure-npm")


def facts_of(sort: str, seed: int) -> Facts:
    case = case_of(sort, seed)
    loaded = load_files([("in.yaml", case.text().encode())], plugin=parse_plugin(PLUGINS[seed % len(PLUGINS)]))
    options = options_for(loaded.plugin, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    disabled = frozenset(p.id for p in loaded.policies.policies if str(p.id) in case.disabled)
    enforced = frozenset(p.id for p in loaded.policies.policies if p.stage and seed % 2)
    evaluation = Evaluator(loaded.cluster, loaded.policies, options).evaluate(Scenario(disabled, enforced))
    return Facts(evaluation=evaluation, policies=loaded.policies, report=loaded.report, plugin=loaded.plugin)


def check_witness(evaluation: Evaluation, witness: FlowWitness) -> None:
    """Both ends are found by their names, and what is said of the connection is what the engine says."""
    (source, *_), (target, *_) = (find_end(evaluation.cluster, n).ends for n in (witness.source, witness.target))
    connection = Connection(protocol_number(witness.protocol), witness.port)
    assert evaluation.verdict(source, target, connection) is witness.verdict


@pytest.mark.parametrize("sort", SORTS)
def test_every_finding_has_a_known_check_an_advice_and_a_witness_that_holds(sort: str) -> None:
    known = {check.id for check in CHECKS}
    seen = set[str]()
    for seed in SEEDS:
        facts = facts_of(sort, seed)
        findings = find(facts)
        assert len(findings) == len(set(findings))
        for finding in findings:
            assert finding.check in known
            assert finding.message
            assert finding.advice
            assert finding.object
            if isinstance(finding.witness, FlowWitness):
                check_witness(facts.evaluation, finding.witness)
        seen |= {finding.check for finding in findings}
    assert len(seen) > 5
