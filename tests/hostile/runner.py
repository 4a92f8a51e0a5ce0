"""Runs cases one by one, each in a process of its own with limits: `python -m tests.hostile.runner FOLDER`.

FOLDER holds a folder for each case; standard input is JSON, `{case: [arguments of netviz]}`. Standard output is JSON:
`{case: [exit code, seconds, bytes above an idle process, output, errors]}`. The exit code is negative for a signal, and
`null` for a case that was ended because it took too long. Seconds are those of the processor: what else runs on the
machine is not the case's fault.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from netviz.cli.main import main as netviz

MOST_MEMORY = 4_000_000_000
MOST_SECONDS = 60
BENIGN = Path(__file__).parents[2] / "sample_manifests" / "aks-frontend-backend"


class Outcome(NamedTuple):
    """What became of one run."""

    code: int | None
    seconds: float
    peak: int
    output: str
    errors: str


def main() -> None:
    """Run all cases."""
    folder = Path(sys.argv[1]).resolve()
    wanted: dict[str, list[str]] = json.load(sys.stdin)
    # What is imported and cached once, at the first question, belongs to the idle process.
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        netviz(["list", str(BENIGN), "--format", "json"])
    idle = run(folder, ["list", str(BENIGN), "--format", "json"]).peak
    found = {}
    for name, arguments in wanted.items():
        outcome = run(folder / name, arguments)
        found[name] = outcome._replace(peak=max(0, outcome.peak - idle))
    json.dump(found, sys.stdout)


def run(folder: Path, arguments: list[str]) -> Outcome:
    """One run in a child of this process; its peak is that of the child alone."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            _be_the_child(folder, arguments, output.fileno(), errors.fileno())
        status, used = _wait(child)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return Outcome(status, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, *texts)


def _be_the_child(folder: Path, arguments: list[str], output: int, errors: int) -> None:
    code = 99
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(output, 1)
        os.dup2(errors, 2)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")
        os.chdir(folder)
        code = netviz(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _wait(child: int) -> tuple[int | None, resource.struct_rusage]:
    deadline = time.monotonic() + MOST_SECONDS
    while True:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), used
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            return None, os.wait4(child, 0)[2]
        time.sleep(0.002)


if __name__ == "__main__":
    main()
