from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from netviz.engine import Connection, Evaluator, Scenario, Verdict
from netviz.engine.naming import find
from netviz.loading import load
from netviz.model.policy import PolicyId
from netviz.sets.connections import TCP, UDP

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
CLUSTER_WIDE = {"Namespace", "ClusterNetworkPolicy", "GlobalNetworkPolicy", "GlobalNetworkSet", "Tier"}
FILES = sorted(SAMPLES.glob("*/**/*.yaml"))
WALK_THROUGH = (
    ("step-2-deny-all-ingress-to-backend.yaml", "deny-all-ingress-to-backend"),
    ("step-3-allow-frontend-to-backend.yaml", "allow-frontend-to-backend"),
    ("step-4-restrict-backend-egress.yaml", "restrict-backend-egress"),
)


def documents(file: Path) -> list[Mapping[str, object]]:
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


def name_of(document: Mapping[str, object]) -> tuple[object, object, object]:
    metadata = document["metadata"]
    assert isinstance(metadata, dict)
    return document["kind"], metadata.get("namespace"), metadata["name"]


def kinds(folder: str) -> set[object]:
    return {document["kind"] for file in (SAMPLES / folder).glob("**/*.yaml") for document in documents(file)}


def test_every_sample_explains_itself() -> None:
    folders = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
    assert set(folders) >= {
        "admin-policies",
        "aks-frontend-backend",
        "calico-tiers",
        "online-shop",
        "policytypes-pitfall",
    }
    assert all((SAMPLES / folder / "README.md").is_file() for folder in folders)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SAMPLES)))
def test_every_document_is_an_object_with_a_kind_and_a_name(file: Path) -> None:
    found = documents(file)
    assert found
    for document in found:
        assert document["apiVersion"]
        assert all(isinstance(part, str) for part in name_of(document) if part is not None)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SAMPLES)))
def test_every_document_of_a_namespaced_kind_says_its_namespace(file: Path) -> None:
    for document in documents(file):
        kind, namespace, _ = name_of(document)
        assert (namespace is None) == (kind in CLUSTER_WIDE)


@pytest.mark.parametrize(
    "folder", ["admin-policies", "aks-frontend-backend", "calico-tiers", "online-shop", "policytypes-pitfall"]
)
def test_no_object_is_written_twice_and_every_namespace_is_declared(folder: str) -> None:
    objects = [name_of(d) for file in (SAMPLES / folder).glob("**/*.yaml") for d in documents(file)]
    assert len(objects) == len(set(objects))
    declared = {name for kind, _, name in objects if kind == "Namespace"}
    assert {namespace for _, namespace, _ in objects if namespace is not None} <= declared


@pytest.mark.parametrize(("file", "policy"), WALK_THROUGH)
def test_each_step_of_the_walk_through_is_one_policy_in_a_file_of_its_own(file: str, policy: str) -> None:
    found = documents(SAMPLES / "aks-frontend-backend" / file)
    assert [name_of(document) for document in found] == [("NetworkPolicy", "default", policy)]


def test_the_shop_shows_every_kind_of_controller_that_people_use() -> None:
    assert kinds("online-shop") >= {"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Ingress", "ServiceAccount"}


def test_only_the_mistaken_policy_of_the_pitfall_omits_policy_types() -> None:
    specs: dict[object, object] = {}
    for file in (SAMPLES / "policytypes-pitfall").glob("egress-*.yaml"):
        (document,) = documents(file)
        specs[name_of(document)[2]] = document["spec"]
    mistaken, meant = specs["egress-only-mistaken"], specs["egress-only-meant"]
    assert isinstance(mistaken, dict)
    assert isinstance(meant, dict)
    assert "policyTypes" not in mistaken
    assert meant["policyTypes"] == ["Egress"]
    assert mistaken["egress"] == meant["egress"]


@pytest.mark.parametrize(
    ("source", "target", "port", "without", "expected"),
    [
        ("monitoring/metrics", "payments/api", 9090, "", Verdict.ALLOW),
        ("monitoring/metrics", "payments/api", 9090, "metrics-everywhere", Verdict.DENY),
        ("monitoring/metrics", "payments/api", 8080, "", Verdict.DENY),
        ("storefront/web", "payments/api", 8080, "", Verdict.ALLOW),
        ("sandbox/load-test", "payments/api", 8080, "", Verdict.DENY),
        ("sandbox/load-test", "payments/api", 8080, "strict-namespaces", Verdict.ALLOW),
        ("storefront/web", "storefront/cache", 6379, "", Verdict.ALLOW),
        ("sandbox/load-test", "storefront/web", 8080, "", Verdict.DENY),
        ("sandbox/load-test", "storefront/web", 8080, "closed-until-opened", Verdict.ALLOW),
        ("sandbox/load-test", "storefront/cache", 6379, "closed-until-opened", Verdict.DENY),
        ("storefront/web", "169.254.169.254", 80, "", Verdict.DENY),
        ("storefront/web", "169.254.169.253", 80, "", Verdict.ALLOW),
    ],
)
def test_the_layers_of_the_admin_sample_decide_as_its_readme_says(
    source: str, target: str, port: int, without: str, expected: Verdict
) -> None:
    loaded = load([SAMPLES / "admin-policies"])
    assert not loaded.report.diagnostics
    off = frozenset((PolicyId("ClusterNetworkPolicy", "", without),)) if without else frozenset[PolicyId]()
    assert off <= {policy.id for policy in loaded.policies.policies}
    evaluation = Evaluator(loaded.cluster, loaded.policies).evaluate(Scenario(disabled=off))
    (start, *_), (end, *_) = (find(loaded.cluster, name).ends for name in (source, target))
    assert evaluation.verdict(start, end, Connection(TCP, port)) is expected


SITE = PolicyId("calico.StagedNetworkPolicy", "booking", "app.site")


@pytest.mark.parametrize(
    ("source", "target", "port", "change", "expected"),
    [
        ("booking/site", "booking/checkout", 8443, None, Verdict.ALLOW),
        ("booking/site-old", "booking/checkout", 8443, None, Verdict.DENY),
        ("booking/site-old", "booking/checkout", 8443, "security.quarantine", Verdict.ALLOW),
        ("booking/checkout", "billing/invoices", 8080, None, Verdict.ALLOW),
        ("booking/checkout", "192.0.2.200", 443, None, Verdict.ALLOW),
        ("booking/checkout", "192.0.2.1", 443, None, Verdict.DENY),
        ("booking/site", "198.51.100.9", 443, None, Verdict.DENY),
        ("booking/site", "198.51.100.9", 443, "security.blocklist", Verdict.ALLOW),
        ("monitoring/collector", "billing/invoices", 9100, None, Verdict.ALLOW),
        ("monitoring/collector", "billing/invoices", 9100, "platform.metrics", Verdict.DENY),
        ("build/runner", "booking/site", 8443, None, Verdict.DENY),
        ("build/runner", "booking/site", 8443, "platform.tooling-stays-out", Verdict.ALLOW),
        ("billing/invoices", "billing/ledger", 5432, None, Verdict.ALLOW),
        ("booking/site", "billing/ledger", 5432, None, Verdict.DENY),
        ("booking/checkout", "kube-system/coredns", 53, None, Verdict.ALLOW),
        ("booking/checkout", "kube-system/coredns", 53, "platform.dns", Verdict.DENY),
        ("billing/invoices", "kube-system/coredns", 53, "platform.dns", Verdict.ALLOW),
        ("booking/site", "build/runner", 80, None, Verdict.ALLOW),
        ("booking/site", "build/runner", 80, SITE, Verdict.DENY),
        ("booking/site", "kube-system/coredns", 53, SITE, Verdict.ALLOW),
        ("monitoring/collector", "booking/site", 9100, SITE, Verdict.ALLOW),
        ("monitoring/collector", "booking/site", 80, SITE, Verdict.DENY),
    ],
)
def test_the_tiers_of_the_calico_sample_decide_as_its_readme_says(
    source: str, target: str, port: int, change: str | PolicyId | None, expected: Verdict
) -> None:
    loaded = load([SAMPLES / "calico-tiers"])
    assert not loaded.report.diagnostics
    enforced = frozenset((change,)) if isinstance(change, PolicyId) else frozenset[PolicyId]()
    off = {PolicyId("calico.GlobalNetworkPolicy", "", change)} if isinstance(change, str) else set[PolicyId]()
    assert off | enforced <= {policy.id for policy in loaded.policies.policies}
    scenario = Scenario(disabled=frozenset(off), enforced=enforced)
    evaluation = Evaluator(loaded.cluster, loaded.policies).evaluate(scenario)
    (start, *_), (end, *_) = (find(loaded.cluster, name).ends for name in (source, target))
    protocol = UDP if port == 53 else TCP
    assert evaluation.verdict(start, end, Connection(protocol, port)) is expected
