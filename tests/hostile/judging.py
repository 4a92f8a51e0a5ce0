"""Runs a group of cases and says what is not as it has to be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netviz.cli.codes import OK, REFUSED, USAGE
from tests.hostile.case import CLUSTER, Case
from tests.hostile.runner import Outcome

ROOT = Path(__file__).parents[2]
MEANS = "-means"
GROUP_SECONDS = 240
ANSWER = ("peers", "connections", "unknown", "exact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a group came to: complaints by case, and the most that any case took."""

    complaints: dict[str, list[str]]
    seconds: float
    peak: int
    refused_peak: int


def judged(cases: Sequence[Case], folder: Path) -> Judged:
    """Write the cases below a folder, run them, and compare."""
    names = {f"{number:03}": case for number, case in enumerate(cases)}
    wanted: dict[str, list[str]] = {}
    for name, case in names.items():
        write(folder / name, case)
        wanted[name] = ["list", *case.paths, "--format", "json", *case.options]
        if case.means is not None:
            write(folder / f"{name}{MEANS}", Case(name=case.name, files=case.means))
            wanted[f"{name}{MEANS}"] = ["list", ".", "--format", "json", *case.options]
    outcomes = run(folder, wanted)
    complaints = {
        case.name: found
        for name, case in names.items()
        if (found := list(complaints_about(case, outcomes[name], outcomes.get(f"{name}{MEANS}"), folder / name)))
    }
    ran = [outcomes[name] for name in names]
    return Judged(
        complaints=complaints,
        seconds=max(outcome.seconds for outcome in ran),
        peak=max(outcome.peak for outcome in ran),
        refused_peak=max((outcome.peak for outcome in ran if outcome.code == REFUSED), default=0),
    )


def write(folder: Path, case: Case) -> None:
    """The folder of a case."""
    folder.mkdir(parents=True)
    (folder / "cluster.yaml").write_text(CLUSTER, encoding="utf-8")
    for name, data in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    if case.make is not None:
        case.make(folder)


def run(folder: Path, wanted: Mapping[str, list[str]]) -> dict[str, Outcome]:
    """What became of each case, all of them in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.runner", str(folder)],
        input=json.dumps(wanted),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=GROUP_SECONDS,
        check=True,
    )
    return {name: Outcome(*outcome) for name, outcome in json.loads(done.stdout).items()}


def complaints_about(case: Case, outcome: Outcome, means: Outcome | None, folder: Path) -> Iterator[str]:
    """Everything that is not as the case says."""
    if outcome.code is None:
        yield "it hangs"
        return
    if outcome.seconds > case.seconds:
        yield f"it took {outcome.seconds:.1f} s"
    if outcome.peak > case.megabytes * 1e6:
        yield f"it took {outcome.peak / 1e6:.0f} MB"
    for secret in case.absent:
        if secret in outcome.output or secret in outcome.errors:
            yield f"it tells {secret}"
    if "Traceback" in outcome.errors:
        yield f"it broke: {outcome.errors[-500:]}"
    if any(ord(c) < 32 and c != "\n" for c in outcome.errors):
        yield "it prints control characters"
    if (folder / "hacked").exists():
        yield "it ran what was written"
    if outcome.code == USAGE and "usage" in case.said:
        return
    try:
        answer: dict[str, Any] = json.loads(outcome.output)
    except ValueError:
        yield f"it ended with {outcome.code} and no answer: {outcome.errors[-300:]}"
        return
    said = told(answer)
    if said != case.said:
        yield f"it said {list(said)} in place of {list(case.said)}"
    refused = any(line.startswith("error") for line in said)
    if outcome.code != (REFUSED if refused else OK) or answer["complete"] is refused:
        yield f"it ended with {outcome.code}, complete {answer['complete']}"
    if means is not None:
        plain = json.loads(means.output)
        yield from (f"{part} differ from what it means" for part in ANSWER if answer[part] != plain[part])
    elif bool(answer["unknown"]) is not case.unknown:
        yield f"unknown: {answer['unknown'][:1]}"


def told(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The errors and warnings of an answer, each in one line."""
    lines = (
        f"{d['severity']} {d['code']} {d['file']}:{d['line'] or ''} {d['path']}".rstrip()
        for d in answer["diagnostics"]
        if d["severity"] != "info"
    )
    return tuple(lines)
