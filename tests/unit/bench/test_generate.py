"""The loads that netviz is measured with: the same every time, and without fault."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bench.generate import Shape, generate, write_json, write_yaml
from netviz.loading import load

SIZE = 300
EVERY_SHAPE = pytest.mark.parametrize("shape", list(Shape))


@EVERY_SHAPE
def test_a_load_is_the_same_every_time(shape: Shape) -> None:
    assert generate(shape, SIZE) == generate(shape, SIZE)


def test_another_seed_is_another_load() -> None:
    assert generate(Shape.STANDARD, SIZE) != generate(Shape.STANDARD, SIZE, seed=1)


@EVERY_SHAPE
@pytest.mark.parametrize("full", [False, True])
def test_a_load_is_read_without_a_diagnostic(shape: Shape, full: bool, tmp_path: Path) -> None:
    manifests = generate(shape, SIZE, full=full)
    write_json(manifests, tmp_path / "load.json")
    loaded = load([tmp_path])
    assert not loaded.report.diagnostics
    kinds = Counter(each["kind"] for each in manifests)
    assert len(loaded.cluster.pods) == kinds["Pod"] == SIZE
    assert len(loaded.policies.policies) == sum(n for kind, n in kinds.items() if kind.endswith("Policy"))


def test_yaml_and_json_hold_the_same_cluster(tmp_path: Path) -> None:
    manifests = generate(Shape.TIERS, SIZE, full=True)
    (tmp_path / "yaml").mkdir()
    (tmp_path / "json").mkdir()
    write_yaml(manifests, tmp_path / "yaml" / "load.yaml")
    write_json(manifests, tmp_path / "json" / "load.json")
    one, other = load([tmp_path / "yaml"]), load([tmp_path / "json"])
    assert [pod.labels for pod in one.cluster.pods] == [pod.labels for pod in other.cluster.pods]
    assert [policy.id for policy in one.policies.policies] == [policy.id for policy in other.policies.policies]


def test_there_is_a_policy_for_fifteen_pods_and_in_the_burner_shape_for_two() -> None:
    counted = {
        shape: sum(each["kind"] == "NetworkPolicy" for each in generate(shape, SIZE))
        for shape in (Shape.STANDARD, Shape.HUGE, Shape.BURNER)
    }
    assert counted == {Shape.STANDARD: SIZE // 15, Shape.HUGE: SIZE // 15, Shape.BURNER: SIZE // 2}


def test_tiers_pass_and_deny_and_name_network_sets() -> None:
    text = json.dumps(generate(Shape.TIERS, SIZE))
    for words in ('"Tier"', '"Pass"', '"Deny"', '"GlobalNetworkSet"', "notSelector", "notNets", "2001:db8:"):
        assert words in text


def test_admin_policies_are_of_both_tiers() -> None:
    tiers = Counter(
        each["spec"]["tier"] for each in generate(Shape.ADMIN, SIZE) if each["kind"] == "ClusterNetworkPolicy"
    )
    assert tiers == {"Admin": 20, "Baseline": 4}


def test_a_dual_load_has_two_addresses_for_each_pod_and_agents_on_their_nodes() -> None:
    pods = [each for each in generate(Shape.DUAL, SIZE) if each["kind"] == "Pod" and "status" in each]
    assert len(pods) > SIZE * 0.9
    assert all(["." in a["ip"] for a in each["status"]["podIPs"]] == [True, False] for each in pods)
    agents = [each for each in pods if each["spec"].get("hostNetwork")]
    assert len({each["spec"]["nodeName"] for each in agents}) == len(agents) > 1
