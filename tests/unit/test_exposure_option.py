"""`netviz list --exposure`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import main

SHOP = str(Path(__file__).parents[2] / "sample_manifests" / "online-shop")


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["list", SHOP, *arguments]) == 0
    return capsys.readouterr().out


def entries(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    return list(json.loads(listed(capsys, "--exposure", "--format", "json", *arguments))["exposure"])


def into_gateway(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ends = ("storefront/gateway[Deployment]", "ingress")
    return [entry for entry in found if (entry["workload"], entry["direction"]) == ends]


def test_the_json_has_the_exposure_only_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert "exposure" not in json.loads(listed(capsys, "--format", "json"))
    found = into_gateway(entries(capsys))
    assert [entry["scope"] for entry in found] == ["entire-cluster"]
    assert found[0]["allow"] == [{"protocol": "TCP", "ports": [[8080, 8080]]}]
    assert found[0]["because"][0]["policy"] == "NetworkPolicy/storefront/gateway-open-to-all"


def test_described_pods_are_told_by_selectors(capsys: pytest.CaptureFixture[str]) -> None:
    found = entries(capsys, "--namespace", "data")
    scopes = [entry["scope"] for entry in found if entry["workload"] == "data/sessions[StatefulSet]"]
    assert {"namespaces": "zone=services", "pods": "app.kubernetes.io/name=basket"} in scopes


def test_the_table_has_rows_for_pods_that_are_not_in_the_input(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [line for line in listed(capsys, "--exposure").splitlines() if "(not in the input)" in line]
    assert any("any pod of the cluster" in row and "storefront/gateway" in row for row in rows)
    dns = "pods k8s-app=kube-dns in namespace kube-system"
    assert any(row.startswith("data/sessions") and dns in row for row in rows)


def test_a_policy_that_is_switched_off_counts(capsys: pytest.CaptureFixture[str]) -> None:
    off = ("--disable", "storefront/gateway-open-to-all", "--disable", "storefront/default-deny")
    gateway = into_gateway(entries(capsys, *off))
    assert [(entry["scope"], entry.get("all")) for entry in gateway] == [("entire-cluster", True)]
