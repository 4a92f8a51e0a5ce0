"""`python -m bench.run [--quick]`: measures, prints each figure beside its goal, and adds a line to the history."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.generate import Shape
from bench.table import Measured, rows, table

HISTORY = Path(__file__).parent / "history.jsonl"
_ROOT = Path(__file__).parent.parent
_PATIENCE = 150
"""After so many seconds the drawing of views, or a browser, is given up, and the table says so."""


class Load(NamedTuple):
    """A cluster to measure, and how many of its policies are switched."""

    shape: Shape
    pods: int
    toggles: int


class Plan(NamedTuple):
    """The sizes of a run. The first load is the large one, the second the small one that growth is measured from.

    `seen_pods` are those that are looked at in a browser: about 200 workloads, and a large load.
    """

    loads: tuple[Load, ...]
    read_pods: int
    seen_pods: tuple[int, int]


FULL = Plan(
    (
        Load(Shape.STANDARD, 150_000, 10_000),
        Load(Shape.STANDARD, 10_000, 1_000),
        Load(Shape.HUGE, 150_000, 300),
        Load(Shape.TIERS, 50_000, 300),
        Load(Shape.ADMIN, 50_000, 300),
        Load(Shape.DUAL, 50_000, 300),
        Load(Shape.BURNER, 10_000, 300),
    ),
    2_000,
    (750, 150_000),
)
QUICK = Plan(
    tuple(load._replace(pods=max(1_000, load.pods // 25), toggles=load.toggles // 10) for load in FULL.loads),
    200,
    (750, 6_000),
)


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: a minute instead of many")
    parser.add_argument("--no-history", action="store_true", help="add no line to bench/history.jsonl")
    chosen = parser.parse_args()
    measured = measure(QUICK if chosen.quick else FULL)
    if not chosen.no_history:
        with HISTORY.open("a", encoding="utf-8") as file:
            file.write(json.dumps(_entry(measured, quick=chosen.quick)) + "\n")
    sys.stdout.write(table(rows(measured)) + "\n")


def measure(plan: Plan) -> Measured:
    """Every figure of a plan, one process after the other; no figure of one that was not finished."""
    found: Measured = {"start": _run("start"), "reading": _run("reading", plan.read_pods)}
    for name, pods in zip(("page", "large_page"), plan.seen_pods, strict=True):
        found[name] = _run("browser", pods, patience=_PATIENCE)
    for number, load in enumerate(plan.loads):
        name = load.shape if number != 1 else "small"
        with tempfile.TemporaryDirectory() as folder:
            prepared = Path(folder) / "load.pickle"
            found[f"{name}.input"] = _run("prepare", load.shape, load.pods, prepared)
            found[name] = _run("engine", prepared, load.toggles)
            if name in {"small", Shape.HUGE}:
                parts = [_run(each, prepared, patience=_PATIENCE) for each in ("namespaces", "views")]
                found[f"{name}.views"] = parts[0] | parts[1]
    return found


def _run(*arguments: object, patience: float | None = None) -> dict[str, float]:
    """The figures of one measurement; none if it takes longer than the patience, in seconds."""
    words = [str(argument) for argument in arguments]
    sys.stderr.write(f"measuring {' '.join(words[:3])}\n")
    command = [sys.executable, "-m", "bench.measure", *words]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, text=True, cwd=_ROOT, start_new_session=True
    )
    try:
        printed, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        # With the server and the browser that it may have started.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return {}
    if process.returncode:
        raise SystemExit(f"measuring {' '.join(words)} ended with {process.returncode}")
    found: dict[str, float] = json.loads(printed)
    return found


def _entry(measured: Measured, *, quick: bool) -> dict[str, object]:
    """A line of the history; figures to four digits."""
    return {
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else ""),
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "quick": quick,
        "figures": {name: {k: _rounded(v) for k, v in each.items()} for name, each in measured.items()},
    }


def _rounded(value: float) -> float:
    return value if isinstance(value, int) or not value else round(value, 3 - math.floor(math.log10(abs(value))))


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - fixed words
    return done.stdout.strip()


if __name__ == "__main__":
    main()
