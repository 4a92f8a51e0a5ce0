"""The samples give no warning but those that are in them on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.facts import Facts
from netviz.engine.evaluator import Evaluator
from netviz.errors import Severity
from netviz.loading import load

SAMPLES = Path(__file__).parents[4] / "sample_manifests"
DELIBERATE = {
    # The collector reads the metrics of every pod, whatever the teams say.
    "admin-policies": {("ANP008", "ClusterNetworkPolicy/metrics-everywhere")},
    # The backend may talk to one address and to nobody else: not to DNS either.
    "aks-frontend-backend": {("NP008", "NetworkPolicy/default/restrict-backend-egress")},
    "calico-tiers": set[tuple[str, str]](),
    "online-shop": set[tuple[str, str]](),
    # This sample is about policyTypes; its reporters send mail to an address.
    "policytypes-pitfall": {
        ("NP003", "NetworkPolicy/reports/egress-only-mistaken"),
        ("NP008", "NetworkPolicy/reports/egress-only-mistaken"),
        ("NP008", "NetworkPolicy/reports/egress-only-meant"),
    },
}


def facts_of(sample: str) -> Facts:
    loaded = load([SAMPLES / sample])
    evaluation = Evaluator(loaded.cluster, loaded.policies).evaluate()
    return Facts(evaluation=evaluation, policies=loaded.policies, report=loaded.report)


@pytest.mark.parametrize("sample", sorted(path.parent.name for path in SAMPLES.glob("*/README.md")))
def test_a_sample_has_only_the_warnings_that_it_is_made_to_show(sample: str) -> None:
    findings = [f for f in find(facts_of(sample)) if f.severity is not Severity.INFO]
    assert {(f.check, f.object) for f in findings} == DELIBERATE[sample]
