"""What is said about the locked versions is no more than what was found out (.ci/audit.py, .ci/lock.py)."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.promises import Record

ROOT = Path(__file__).parents[2]
CI = ROOT / ".ci"
LOCK = "a==1 \\\n    --hash=sha256:00\nb==2 ; python_version < '4' \\\n    --hash=sha256:11\n"
SAFE_A, SAFE_B = ({"name": name, "version": version, "vulns": []} for name, version in (("a", "1"), ("b", "2")))
WEAK_B = {**SAFE_B, "vulns": [{"id": "CVE-1", "fix_versions": ["3"], "aliases": [], "description": "d"}]}
SKIPPED_A, SKIPPED_B = ({"name": name, "skip_reason": f"{name} is not known here"} for name in "ab")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", CI / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def audited(folder: Path, answers: dict[str, Any], **variables: str) -> tuple[int, str]:
    """Exit code and output of an audit whose tool answers per database; a text is what it dies with."""
    (folder / "some.lock").write_text(LOCK)
    tool = folder / "tool"
    tool.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        "database = sys.argv[sys.argv.index('--vulnerability-service') + 1]\n"
        f"answer = json.loads({json.dumps(json.dumps(answers))})[database]\n"
        "sys.exit(answer) if isinstance(answer, str) else print(json.dumps({'dependencies': answer, 'fixes': []}))\n"
    )
    tool.chmod(0o700)
    command = [sys.executable, str(CI / "audit.py"), str(folder / "some.lock"), "--tool", str(tool)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **variables})
    return done.returncode, done.stdout.removeprefix("audit of some.lock: ").strip()


class TestAudit:
    def test_versions_that_were_all_looked_up_are_clean(self, tmp_path: Path) -> None:
        assert audited(tmp_path, {"pypi": [SAFE_A, SAFE_B]}) == (0, "no known weakness in any of 2 versions (pypi)")

    def test_a_weakness_fails_the_run_and_is_named_with_what_mends_it(self, tmp_path: Path) -> None:
        assert audited(tmp_path, {"pypi": [SAFE_A, WEAK_B]}) == (1, "b 2: CVE-1, mended in 3")

    def test_what_no_database_knows_is_not_audited_and_never_clean(self, tmp_path: Path) -> None:
        answers = {"pypi": [SKIPPED_A, SKIPPED_B], "osv": "cannot resolve api.osv.dev"}
        code, said = audited(tmp_path, answers)
        assert code == 0
        assert said == "not audited (pypi: a is not known here; osv: cannot resolve api.osv.dev)"
        assert audited(tmp_path, answers, NETVIZ_REQUIRE_AUDIT="1") == (2, said)

    def test_the_second_database_is_asked_where_the_first_cannot_be_reached(self, tmp_path: Path) -> None:
        code, said = audited(tmp_path, {"pypi": "no route", "osv": [SAFE_A, SAFE_B]})
        assert (code, said) == (0, "no known weakness in any of 2 versions (osv)")

    @pytest.mark.parametrize("answer", [[SAFE_A, SKIPPED_B], [SAFE_A]], ids=["skipped", "left out"])
    def test_a_version_that_a_database_in_reach_does_not_answer_for_is_an_error(
        self, tmp_path: Path, answer: list[dict[str, Any]]
    ) -> None:
        code, said = audited(tmp_path, {"pypi": answer})
        assert code == 1
        assert said.startswith("1 of 2 versions not audited (pypi")
        assert "no known weakness" not in said

    @pytest.mark.soak
    def test_the_versions_of_the_project(self, promise: Record) -> None:
        command = [sys.executable, str(CI / "audit.py"), "requirements-dev.lock"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        said = done.stdout.strip().partition(": ")[2]
        promise(15, said.partition(" (")[0] + " where this was measured" * said.startswith("not"), "no known weakness")
        assert done.returncode == 0


class TestLock:
    def test_comments_and_places_make_no_difference(self) -> None:
        lock = script("lock")
        assert lock.pins(LOCK) == {"a==1 --hash=sha256:00", "b==2 ; python_version < '4' --hash=sha256:11"}
        again = LOCK.replace("b==2", "    # via -c /elsewhere/x.lock\nb==2")
        assert lock.differences(LOCK, f"# made elsewhere\n{again}    # via a\n") == []

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("a==1", "a==2", ["- a==1", "+ a==2"]),
            ("sha256:00", "sha256:22", ["- a==1", "+ a==1"]),
            ("a==1", "c==1 \\\n    --hash=sha256:33\na==1", ["+ c==1"]),
            (" ; python_version < '4'", "", ["+ b==2", "- b==2 ; python_version < '4'"]),
        ],
    )
    def test_a_version_a_hash_a_package_and_a_condition_do(self, old: str, new: str, told: list[str]) -> None:
        assert sorted(script("lock").differences(LOCK, LOCK.replace(old, new))) == sorted(told)

    def test_without_an_index_nothing_is_said_about_the_locks(self) -> None:
        nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
        command = [sys.executable, str(CI / "lock.py")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **nowhere})
        assert (done.returncode, done.stdout) == (0, "lock: not checked, no index of packages can be reached\n")

    @pytest.mark.soak
    def test_the_locks_of_the_project(self, promise: Record) -> None:
        done = subprocess.run([sys.executable, str(CI / "lock.py")], capture_output=True, text=True, check=False)
        said = re.findall(r"(requirements\S*) is (.*)", done.stdout)
        current = sum(state == "current" for _, state in said)
        promise(15, f"{current} of {len(said)} locks current" if said else "locks not checked", "all current")
        assert done.returncode == 0


@pytest.mark.promise(15)
def test_ci_asks_both_and_every_rule_of_security_is_on() -> None:
    assert "make audit" in (CI / "run").read_text(encoding="utf-8")
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in rules["select"]
    assert {rule for rule in rules["ignore"] if rule.startswith("S")} - {"SIM"} == {"S105"}
