"""One measurement after the other, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import run


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where a measurement that has started a process writes the number of that."""
    note = tmp_path / "number"
    script = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    popen = subprocess.Popen
    command = [sys.executable, "-c", script]
    monkeypatch.setattr(subprocess, "Popen", lambda _command, **options: popen(command, **options))
    return note


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_a_measurement_that_takes_too_long_leaves_no_process_and_no_figure(started: Path) -> None:
    assert run._run("browser", 10, patience=2) == {}
    child = int(started.read_text())
    for _ in range(50):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the process that the measurement had started still runs")
