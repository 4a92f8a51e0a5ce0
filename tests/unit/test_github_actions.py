"""The workflow in docs/github-actions.md: it parses, is cautious, and its commands run as they stand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "github-actions.md").read_text(encoding="utf-8")
SHOP = ROOT / "sample_manifests" / "online-shop"
OURS = {"actions/checkout", "actions/setup-python", "github/codeql-action/upload-sarif"}


def workflow() -> dict[str, Any]:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    # YAML 1.1 takes the key `on` for a boolean.
    return dict(yaml.load(text, Loader=yaml.BaseLoader))


def steps() -> list[dict[str, Any]]:
    return list(workflow()["jobs"]["netviz"]["steps"])


def test_only_actions_of_the_forge_are_used() -> None:
    assert {step["uses"].partition("@")[0] for step in steps() if "uses" in step} == OURS


def test_it_runs_for_pull_requests_with_no_more_rights_than_it_needs() -> None:
    found = workflow()
    assert list(found["on"]) == ["pull_request"]
    assert found["permissions"] == {"contents": "read", "security-events": "write"}
    assert all(step["with"]["persist-credentials"] == "false" for step in steps() if "checkout" in step.get("uses", ""))


def test_nothing_that_an_author_writes_is_part_of_a_shell_line() -> None:
    assert not [step["run"] for step in steps() if "${{" in step.get("run", "")]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository with a pull request: the shop, which lost a policy on the branch."""
    for folder in ("k8s", ".base/k8s"):
        shutil.copytree(SHOP, tmp_path / folder)
    shutil.copy(SHOP.with_name("online-shop.expectations.yaml"), tmp_path / "expectations.yaml")
    policy = tmp_path / "k8s" / "policies" / "shop.yaml"
    documents = policy.read_text(encoding="utf-8").split("---\n")
    kept = [text for text in documents if "name: payments-to-provider" not in text]
    policy.write_text("---\n".join(kept), encoding="utf-8")
    return tmp_path


def run(step: str, workspace: Path) -> subprocess.CompletedProcess[str]:
    """A step as GitHub runs it, with the netviz of this checkout on the path."""
    (script,) = (each["run"] for each in steps() if each.get("name") == step)
    tools = workspace / ".bin"
    tools.mkdir(exist_ok=True)
    (tools / "netviz").write_text(f'#!/bin/sh\nexec {sys.executable} -m netviz.cli "$@"\n', encoding="utf-8")
    (tools / "netviz").chmod(0o755)
    environment = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(workspace / "summary.md"),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)


def sarif(workspace: Path, name: str) -> list[dict[str, Any]]:
    (only,) = json.loads((workspace / name).read_text(encoding="utf-8"))["runs"]
    return list(only["results"])


def test_what_changes_goes_to_the_summary(workspace: Path) -> None:
    assert run("What changes", workspace).returncode == 0
    summary = (workspace / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("## What this pull request opens and breaks\n")
    assert re.search(r"\| removed \| shop/payments \| 203.*payments\\?-to\\?-provider removed", summary)


def test_findings_are_written_for_the_upload(workspace: Path) -> None:
    assert run("What policies say and hardly mean", workspace).returncode == 0
    assert isinstance(sarif(workspace, "lint.sarif"), list)


def test_an_expectation_that_broke_fails_the_run_and_stands_at_its_line(workspace: Path) -> None:
    assert run("Whether the expectations hold", workspace).returncode == 1
    assert "**Failed: Payments calls its provider" in (workspace / "summary.md").read_text(encoding="utf-8")
    (result,) = sarif(workspace, "check.sarif")
    place = result["locations"][0]["physicalLocation"]
    line = int(place["region"]["startLine"])
    assert place["artifactLocation"]["uri"] == "expectations.yaml"
    written = (workspace / "expectations.yaml").read_text(encoding="utf-8").splitlines()[line - 1]
    assert written.strip() == "- name: Payments calls its provider"


def test_expectations_that_hold_let_the_run_pass(workspace: Path) -> None:
    shutil.rmtree(workspace / "k8s")
    shutil.copytree(SHOP, workspace / "k8s")
    assert run("Whether the expectations hold", workspace).returncode == 0
    assert sarif(workspace, "check.sarif") == []


def test_the_files_that_are_installed_from_are_there() -> None:
    commands = [step["run"] for step in steps() if step.get("run", "").startswith("python -m pip")]
    assert commands == [
        "python -m pip install --require-hashes -r .netviz/requirements.lock",
        "python -m pip install --no-deps ./.netviz",
    ]
    assert (ROOT / "requirements.lock").is_file()
