"""Bad files among good ones: each gets a sentence that helps, and the good ones are answered as without them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from netviz.cli.codes import REFUSED
from netviz.workbench import InputFile, Workbench
from tests.bad_inputs import BAD, SHOP, doubling_bomb, mixed_folder
from tests.promises import Record

ROOT = Path(__file__).parents[2]
SECONDS = 30
MEMORY = 1_000_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed_folder(tmp_path_factory.mktemp("mixed"))


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY))


@pytest.fixture(scope="module")
def answered(folder: Path) -> subprocess.CompletedProcess[str]:
    """`netviz list` in a process of its own, for what this may do to a process."""
    return subprocess.run(
        [sys.executable, "-m", "netviz.cli", "list", ".", "--format", "json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        preexec_fn=limited,
        check=False,
    )


def test_the_exit_code_says_that_input_was_refused(answered: subprocess.CompletedProcess[str]) -> None:
    assert answered.returncode == REFUSED
    assert "Traceback" not in answered.stderr
    assert json.loads(answered.stdout)["complete"] is False


@pytest.mark.promise(5)
@pytest.mark.parametrize("name", BAD)
def test_each_file_is_named_with_place_reason_and_hint(
    answered: subprocess.CompletedProcess[str], name: str
) -> None:
    bad = BAD[name]
    (found,) = [d for d in json.loads(answered.stdout)["diagnostics"] if d["file"] == name and d["severity"] != "info"]
    assert found["severity"] == bad.severity
    assert bad.said in found["message"]
    assert bad.hint in (found["hint"] or "")
    if bad.line:
        assert found["line"] == bad.line
    (line,) = [line for line in answered.stderr.splitlines() if line.startswith(f"{bad.severity}: {name}")]
    assert bad.said in line
    assert len(line) < 500


def test_nothing_else_is_complained_about(answered: subprocess.CompletedProcess[str]) -> None:
    assert {d["file"] for d in json.loads(answered.stdout)["diagnostics"]} == set(BAD)


@pytest.mark.promise(7)
def test_the_good_files_are_answered_as_if_they_were_alone(answered: subprocess.CompletedProcess[str]) -> None:
    mixed = json.loads(answered.stdout)
    alone = json.loads(
        subprocess.run(
            [sys.executable, "-m", "netviz.cli", "list", str(SHOP), "--format", "json"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
    )

    def between_shops(answer: Any) -> set[str]:  # noqa: ANN401 - any JSON
        names = {p["id"] for p in alone["peers"] if p["type"] == "workload"}
        return {json.dumps(c) for c in answer["connections"] if c["src"] in names and c["dst"] in names}

    assert between_shops(mixed) == between_shops(alone)
    assert len(between_shops(alone)) > 15
    assert mixed["unknown"] == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux' /proc")
def test_reading_takes_bounded_memory_and_time(folder: Path, promise: Record) -> None:
    # What getrusage calls a child's peak is at least the parent's size when it forked; the kernel's own count is not.
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from netviz.loading import load\n"
        "load([sys.argv[1]])\n"
        "status = Path('/proc/self/status').read_text().splitlines()\n"
        "peak = next(line.split()[1] for line in status if line.startswith('VmHWM'))\n"
        "print(time.process_time(), peak)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    seconds, kilobytes = map(float, done.stdout.split())
    promise(2, f"{seconds:.2f} s for {len(BAD)} bad inputs together", "5 s")
    promise(3, f"{kilobytes / 1000:.0f} MB with {len(BAD)} bad inputs", "300 MB")
    assert seconds < 5
    assert kilobytes * 1000 < 300_000_000


@pytest.mark.promise(1)
@pytest.mark.parametrize("name", [name for name, bad in BAD.items() if bad.severity == "error"])
def test_each_file_alone_leaves_a_page_that_says_so(name: str) -> None:
    summary = Workbench.load([InputFile(name=name, data=BAD[name].content)]).summary()
    assert not summary.complete
    assert [diagnostic.file for diagnostic in summary.diagnostics if diagnostic.severity.value == "error"] == [name]
    assert {line.outcome for line in summary.documents} <= {"refused"}


def test_merges_that_amount_to_nothing_cost_nothing() -> None:
    text = doubling_bomb().replace("spec:\n", "spec:\n  containers: []\n").encode()
    assert len(text) < 1_500
    began = time.monotonic()
    summary = Workbench.load([InputFile(name="bomb.yaml", data=text)]).summary()
    assert time.monotonic() - began < 1
    assert [line.outcome for line in summary.documents] == ["read"]
